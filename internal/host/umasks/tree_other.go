//go:build !unix

package umasks

const nonblocking = 0
