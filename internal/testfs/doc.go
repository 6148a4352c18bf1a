// Package testfs makes the situations that ward's tests need: file systems of
// every kind in a private mount namespace, other users, kernels that lack a
// system call, a file system that lies, and a trace of what a program wrote.
//
// The situations that belong to a whole process are entered by running the test
// binary once more, for the one test:
//
//	func TestOnXFS(t *testing.T) {
//		testfs.InMountNamespace(t, func(t *testing.T) {
//			dir := testfs.Image(t, testfs.XFS, 0)
//			…
//		})
//	}
//
// The body runs in the second process, the rest of the test in both. Situations
// nest: what this package makes is made in the outermost process that reaches it,
// and Once does the same for a test's own preparations. A test enters each kind
// once; what needs several has subtests. The second process dies with the first,
// and mounts die with their namespace.
//
// All of it is for Linux, and asks package requires for what it needs.
package testfs
