//go:build linux && !amd64

package testfs

// legacyWrites: none; this architecture began with the *at calls.
func legacyWrites() map[uint64]shape { return nil }
