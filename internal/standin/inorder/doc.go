// Package inorder walks a tree with many workers whose output reads as if one had
// gone from entry to entry: each directory's entries in the order in which the kernel
// tells them, and what is below a directory right after it.
//
// The output is a list of pieces in that order. A piece is written by one worker; at
// a directory to descend into it ends, and two more begin behind it: what is below,
// for whoever takes it, and what comes after, which the worker goes on with. Workers
// take the first piece that nobody has, so they stay close to each other, and what is
// complete at the head of the list is written out. When too much waits for the head,
// only the head is worked on.
//
// Directories are reached from the descriptor of their parent. One lock guards the
// list and the descriptors; it is taken a few times for a directory, never for an
// entry.
package inorder
