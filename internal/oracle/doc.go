// Package oracle asks the running kernel what it lets somebody do, by doing it: it
// makes small random trees on file systems of every kind, takes on the credentials
// of random subjects, and tries random actions on random paths. Tests compare the
// answers with what ward says.
//
// All of it is for Linux and for tests.
package oracle
