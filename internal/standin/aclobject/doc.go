// Package aclobject is one object of a file system with its two access control lists,
// read and changed through a descriptor of that very object.
//
// Regular files and directories are opened where the caller may read them; all else,
// fifos and devices above all, is only held (O_PATH), and its attributes are reached
// through /proc/self/fd, which is opened once and checked.
package aclobject
