// Package architecture holds no code: its tests keep the order in which packages
// may import one another, and the rules that hold for whole layers. They read the
// files themselves: a test that asks the go command gets stale answers from the
// test cache.
package architecture
