// Package acceptance holds no code: its tests run the whole program, the binary
// that people install, on real file systems, and look at what it left behind with
// the system's own calls.
package acceptance
