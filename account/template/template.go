// Package template reads templates of groups, in which groups hold groups, and
// compiles them into flat lines of group(5) and gshadow(5), and back.
package template
