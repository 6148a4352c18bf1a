package lookup

import (
	"os"
	"syscall"

	"ward/access"
	"ward/entry"
	"ward/internal/host/sys"
)

// mostInterpreters is one more than execve(2) goes through.
const mostInterpreters = 8

// Interpreters are the ways to what runs the object of a way that was gathered with
// the same options: from a script to its interpreter and on, from an ELF program to
// its loader. noFormat: execve would answer ENOEXEC. Where a program could not be
// read, the list ends, and Content is among what is Denied of its object.
func Interpreters(w *access.Way, o Options) (ways []*access.Way, noFormat bool, err error) {
	o.NoFollow, o.Name = false, false
	o.Facts |= entry.Caps
	at := w
	for range mostInterpreters {
		s := at.Object()
		if s == nil {
			return ways, false, nil
		}
		f, err := formatAt(s, o)
		if err != nil {
			s.Entry.Denied |= entry.Content
			if at != w {
				// What lies behind an interpreter that cannot be read is not known either.
				w.Object().Entry.Denied |= entry.Content
			}
			return ways, false, nil
		}
		if f.none || f.interpreter == "" {
			return ways, f.none, nil
		}
		next, err := Gather(f.interpreter, o)
		if err != nil {
			return ways, false, err
		}
		ways = append(ways, next)
		if !f.script {
			return ways, false, nil
		}
		at = next
	}
	return ways, false, nil
}

// formatAt reads the object of a step, if it is still the same.
func formatAt(s *access.Step, o Options) (format, error) {
	g, err := newGatherer(o)
	if err != nil {
		return format{}, err
	}
	defer g.close()
	if err := g.start(s.Path); err != nil {
		return format{}, err
	}
	g.run(s.Path)
	found := g.way.Object()
	if found == nil || found.Entry.ID != s.Entry.ID {
		return format{}, &Error{"read the program", s.Path, syscall.ESTALE}
	}
	if !isRegular(found.Entry.Kind) {
		return format{none: true}, nil
	}
	fd, err := g.open(g.at)
	if err != nil {
		return format{}, &Error{"read the program", s.Path, err}
	}
	f := os.NewFile(uintptr(fd), s.Path)
	defer f.Close()
	head := make([]byte, scriptBytes)
	n, err := sys.Pread(fd, head, 0)
	if err != nil {
		return format{}, &Error{"read the program", s.Path, err}
	}
	s.Entry.Content |= entry.Classify(head[:n])
	s.Entry.Known |= entry.Content
	list, err := foreignFormats(os.DirFS("/"))
	if err == nil {
		var other *foreign
		if other, err = foreignFor(list, s.Path, head[:n]); other != nil {
			return other.format(), nil
		}
	}
	if err != nil {
		return format{}, &Error{"find who runs", s.Path, err}
	}
	return formatOf(head[:n], f), nil
}
