package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"ward/account"
	"ward/entry"
	"ward/internal/host/accounts"
	"ward/internal/host/files"
	"ward/internal/host/installed"
	"ward/internal/spill"
	"ward/manifest/mtree"
	"ward/mode"
	"ward/policy"
	"ward/tree"
)

// ManifestRequest asks for a reference of a tree to be written.
type ManifestRequest struct {
	Root        string
	SHA256      bool     // of every regular file; else only of those with privileges
	Exclude     []string // globs of what is left out with all below it
	CrossMounts bool     // enter other file systems
	Jobs        int
}

// Manifested is what was written.
type Manifested struct {
	Root     string
	Entries  int64
	Unseen   Unseen
	Skipped  []string // other file systems
	Duration time.Duration
}

// manifesting is a manifest about to be written.
type manifesting struct {
	request ManifestRequest
	root    *files.Root
	system  *installed.System
	db      *account.Database
	exclude policy.Paths
	pseudo  map[string]bool
	sorter  *spill.Sorter
	seen    atomic.Int64
	all     []*manifestVisitor
}

// WriteManifest writes the reference of a tree: an mtree(5) manifest in the order of
// paths, the same for the same tree. Memory does not grow with the tree. What could
// not be looked at is returned, and is not in the manifest.
func WriteManifest(ctx context.Context, q ManifestRequest, out io.Writer, progress Progress) (*Manifested, error) {
	started := now()
	m := &manifesting{request: q, sorter: spill.New(spill.Options{Create: temporary})}
	defer m.sorter.Close()
	if err := m.open(); err != nil {
		return nil, err
	}
	defer m.root.Close()
	defer m.system.Close()
	done := watch(progress, "looked at", &m.seen, 0)
	err := m.root.Walk(ctx, tree.Options{Workers: q.Jobs, CrossMounts: q.CrossMounts, NoBirth: true}, m.visitor)
	done()
	if err != nil {
		return nil, err
	}
	if err := m.write(out); err != nil {
		return nil, err
	}
	result := &Manifested{Root: m.root.Path()}
	for _, v := range m.all {
		result.Entries += v.entries
		result.Unseen.merge(&v.unseen)
		result.Skipped = append(result.Skipped, v.skipped...)
	}
	result.Duration = now().Sub(started)
	return result, nil
}

func (m *manifesting) open() (err error) {
	if m.exclude, err = policy.ParsePaths(m.request.Exclude); err != nil {
		return &RequestError{Problem: "--exclude", Err: err}
	}
	if m.root, err = files.Open(m.request.Root); err != nil {
		return err
	}
	if m.db, err = accounts.Load(); err != nil {
		return errors.Join(err, m.root.Close())
	}
	e, err := m.root.Entry(entry.Stat)
	if err == nil && e.Kind != mode.Directory {
		err = &RequestError{Problem: fmt.Sprintf("%q is no directory", m.root.Path()), Hint: "a manifest is of a tree"}
	}
	if err == nil {
		m.system, err = installed.Open(m.root.Path())
	}
	if err != nil {
		return errors.Join(err, m.root.Close())
	}
	if own, _ := m.system.Accounts(); own != nil && m.root.Path() != "/" {
		m.db = own
	}
	m.pseudo = m.root.PseudoMounts()
	return nil
}

func (m *manifesting) visitor() tree.Visitor {
	v := &manifestVisitor{of: m, adder: m.sorter.Adder()}
	m.all = append(m.all, v)
	return v
}

func (m *manifesting) write(out io.Writer) error {
	if err := firstOf(m.errors()); err != nil {
		return err
	}
	if _, err := io.WriteString(out, mtree.Header+mtree.Defaults); err != nil {
		return err
	}
	for record, err := range m.sorter.Sorted() {
		if err != nil {
			return err
		}
		_, line, _ := bytes.Cut(record, endOfKey)
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return nil
}

func (m *manifesting) errors() (errs []error) {
	for _, v := range m.all {
		errs = append(errs, v.err)
	}
	return errs
}

// endOfKey parts the key of a record, a path with zeros for slashes, from its line.
// So a directory comes before what is in it, and that before its next neighbour.
var endOfKey = []byte{0, 0}

// manifestVisitor describes entries for one worker.
type manifestVisitor struct {
	of      *manifesting
	adder   *spill.Adder
	record  []byte
	entries int64
	unseen  Unseen
	skipped []string
	err     error // of the sorter
}

// Enter implements tree.Visitor.
func (v *manifestVisitor) Enter(d *entry.Dir) bool {
	if v.of.pseudo[d.Path] {
		v.skip(d.Path)
		return false
	}
	return true
}

// Visit implements tree.Visitor.
func (v *manifestVisitor) Visit(e *entry.Entry) (entry.Facts, tree.Action) {
	if e.Dir != nil && !v.of.exclude.Empty() && v.of.exclude.Match(e.Path(), e.Kind == mode.Directory) {
		return 0, tree.Prune
	}
	if need := manifestFacts(e.Kind) &^ (e.Known | e.Denied); need != 0 {
		return need, tree.Continue
	}
	x, err := v.describe(e)
	if err != nil {
		v.Fail(e.Path(), err)
	}
	v.record = append(v.record[:0], strings.ReplaceAll(x.Path, "/", "\x00")...)
	v.record = append(v.record, endOfKey...)
	v.record = mtree.Append(v.record, &x)
	if v.err == nil {
		v.err = v.adder.Add(v.record)
	}
	if v.entries++; v.entries%step == 0 {
		v.of.seen.Add(step)
	}
	return 0, tree.Continue
}

// manifestFacts is what is to be known of an object of that kind.
func manifestFacts(k mode.Kind) entry.Facts {
	switch k {
	case mode.Symlink:
		return 0
	case mode.Regular:
		return entry.AccessACL | entry.Caps | entry.Attributes
	case mode.Directory:
		return entry.AccessACL | entry.DefaultACL | entry.Attributes
	}
	return entry.AccessACL
}

// describe is the entry's line. Fields that could not be read are left out; those that
// are none everywhere are said once, in the manifest's head.
func (v *manifestVisitor) describe(e *entry.Entry) (x mtree.Entry, err error) {
	db := v.of.db
	x = mtree.Entry{Path: e.Path(), Known: mtree.Type | mtree.UID | mtree.GID, Kind: e.Kind, UID: e.UID, GID: e.GID}
	if u, ok := db.UserByID(e.UID); ok {
		x.User, x.Known = u.Name, x.Known|mtree.User
	}
	if g, ok := db.GroupByID(e.GID); ok {
		x.Group, x.Known = g.Name, x.Known|mtree.Group
	}
	if e.Kind == mode.Symlink {
		x.Link, err = v.target(x.Path)
		x.Known |= mtree.Link
		return x, err
	}
	x.Mode, x.Known = e.Mode, x.Known|mtree.Mode
	v.beyondMode(&x, e)
	if e.Kind == mode.Regular && (v.of.request.SHA256 || e.Mode&(mode.SetUID|mode.SetGID) != 0 || e.Caps != "") {
		x.Digest, _, err = v.of.system.Digest(x.Path, "sha256")
		if err == nil {
			x.Known |= mtree.Digest
		}
	}
	return x, err
}

func (v *manifestVisitor) beyondMode(x *mtree.Entry, e *entry.Entry) {
	x.ACL, x.Default, x.Caps, x.Flags = e.ACL, e.Default, e.Caps, e.Flags
	for _, f := range []struct {
		fact  entry.Facts
		known mtree.Known
		there bool
	}{
		{entry.AccessACL, mtree.ACL, len(e.ACL) > 0},
		{entry.DefaultACL, mtree.Default, len(e.Default) > 0},
		{entry.Caps, mtree.Caps, e.Caps != ""},
		{entry.Attributes, mtree.Flags, e.Flags != 0},
	} {
		switch {
		case e.Denied&f.fact != 0:
			x.Unread |= f.known
		case f.there:
			x.Known |= f.known
		}
	}
}

func (v *manifestVisitor) target(name string) (string, error) {
	o, err := v.of.root.Object(name)
	if err != nil {
		return "", err
	}
	defer o.Close()
	d, err := o.Details(false)
	return d.Target, err
}

// Fail implements tree.Visitor.
func (v *manifestVisitor) Fail(rel string, err error) {
	v.unseen.add(Place(v.of.root.Path(), rel), err)
}

// Skip implements tree.SkipVisitor.
func (v *manifestVisitor) Skip(e *entry.Entry, _ tree.Skip) { v.skip(e.Path()) }

func (v *manifestVisitor) skip(name string) {
	if len(v.skipped) < MaxUnseen {
		v.skipped = append(v.skipped, Place(v.of.root.Path(), name))
	}
}
