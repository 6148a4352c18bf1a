//go:build !linux

package files

// OpenThrough is Open where no tree is seen through another process.
func OpenThrough(path string) (*Root, error) { return Open(path) }
