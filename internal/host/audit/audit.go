// Package audit finds the audit records of Landlock wherever a machine keeps them: in
// auditd's log, in the kernel's own, in the journal.
//
// Linux 6.15 and later note what a Landlock domain refuses (LANDLOCK_ACCESS) and who
// made the domain (LANDLOCK_DOMAIN); nothing under /proc tells either. Every source is
// read up to a bound of size, and the journal of time, the newest records of it, and one that cannot be
// read is told.
package audit

import (
	"errors"
	"time"

	"ward/internal/logline"
)

// Options say where to look. The zero value is this machine.
type Options struct {
	Logs    []string // of auditd, the newest first; nil: those below /var/log/audit
	Kernel  string   // "" for /dev/kmsg
	Journal []string // the command that prints the journal, as JSON; nil: journalctl, where there is a journal
	Brief   bool     // the journal is not asked, which takes some tenths of a second
}

// Found is what the sources had.
type Found struct {
	Records []Record
	Sources []Source
	Making  Making
}

// Record is a record with the source that had it.
type Record struct {
	logline.Audit
	Source string // "the kernel's log"
}

// Source is one place and how looking there went.
type Source struct {
	Name string
	Err  error // why it could not be read; nil where it was
}

// Making is whether the kernel makes records at all.
type Making uint8

// The answers. CannotTell is the zero value: it takes a privilege to ask.
const (
	CannotTell Making = iota
	Off
	On
)

// The bounds of each source; those without a clock never wait.
const (
	mostBytes = 4 << 20
	longest   = time.Second
)

// ErrNone says that a machine has no such source.
var ErrNone = errors.New("there is none")

// wanted are the types that tell something about Landlock.
func wanted(a logline.Audit) bool {
	return a.Type == logline.AuditLandlockAccess || a.Type == logline.AuditLandlockDomain || a.Type == logline.AuditSyscall
}

func (f *Found) take(source string, records []logline.Audit, err error) {
	if !errors.Is(err, ErrNone) {
		f.Sources = append(f.Sources, Source{Name: source, Err: err})
	}
	for _, a := range records {
		f.Records = append(f.Records, Record{Audit: a, Source: source})
	}
}
