// Package grouping finds the groups that would replace the access lists of a tree,
// and the access lists that would replace a group; and proves, subject by subject,
// what changes.
package grouping
