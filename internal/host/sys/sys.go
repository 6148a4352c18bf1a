// Package sys makes system calls with Go types: no policy, no paths of its own,
// one function for one call (or for a new call and the old way to the same end).
// It is the only package that imports golang.org/x/sys/unix.
//
// Calls that may be interrupted or asked to try again are retried a bounded
// number of times. Errors are the plain error numbers of the system; callers
// say what was being done to which path.
package sys
