// Package target lets a plan be applied to an open root of the live file system.
package target

import (
	"ward/internal/apply"
	"ward/internal/host/files"
)

// Of is the tree of an open root as a thing to apply plans to. The root stays the
// caller's to close. Where the system is not supported every change answers
// errors.ErrUnsupported.
func Of(root *files.Root) apply.Target { return target{root} }

type target struct{ root *files.Root }

// Sync implements apply.Target.
func (t target) Sync() error { return t.root.Sync() }
