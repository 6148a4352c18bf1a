//go:build !unix

package accounts

const nonblocking = 0
