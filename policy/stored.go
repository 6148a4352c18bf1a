package policy

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"ward/acl/nfs4"
	"ward/entry"
	"ward/legacy/dos"
	"ward/mode"
)

// LackError says that a rule asks for something that the file system does not keep
// with the object, or cannot keep. No change brings it about.
type LackError struct{ Problem string }

func (e *LackError) Error() string { return e.Problem }

// nfs4Spec reads the entries of a list of NFS 4, as one text or as a list of them.
func (r *reader) nfs4Spec(n *yaml.Node) (spec nfs4.Spec) {
	const what = "require.nfs4"
	n, ok := r.resolve(n)
	if !ok {
		return spec
	}
	var parts []string
	whole := true
	r.each(n, what, func(item *yaml.Node) {
		text, ok := r.text(item, what)
		if !ok {
			whole = false
			return
		}
		one, err := nfs4.ParseSpec(text)
		if err != nil {
			r.nfs4Error(item, err)
			whole = false
			return
		}
		spec, parts = one, append(parts, text)
	})
	if whole && len(parts) > 1 {
		var err error
		if spec, err = nfs4.ParseSpec(strings.Join(parts, ",")); err != nil {
			r.fail(at(n), "", "%s: %s", what, problemOf(err))
		}
	}
	return spec
}

func problemOf(err error) string {
	var e *nfs4.SyntaxError
	if errors.As(err, &e) {
		return e.Problem
	}
	return err.Error()
}

func (r *reader) nfs4Error(n *yaml.Node, err error) {
	var e *nfs4.SyntaxError
	if !errors.As(err, &e) {
		r.fail(at(n), "", "require.nfs4: %s", err)
		return
	}
	hint := e.Hint
	if hint == "" {
		hint = "an entry is TYPE:FLAGS:WHO:RIGHTS as nfs4_setfacl takes it: A::bob@example.org:rxtncy"
	}
	r.fail(r.inside(n, e.Offset), hint, "require.nfs4: %s", e.Problem)
}

// dosChange reads what attrib takes: "+r -h".
func (r *reader) dosChange(n *yaml.Node) dos.Change {
	n, ok := r.resolve(n)
	if !ok {
		return dos.Change{}
	}
	text, ok := r.text(n, "require.dos")
	if !ok {
		return dos.Change{}
	}
	c, err := dos.ParseChange(text)
	var e *dos.SyntaxError
	switch {
	case errors.As(err, &e):
		r.fail(r.inside(n, e.Offset), e.Hint, "require.dos: %s", e.Problem)
	case c == (dos.Change{}):
		r.fail(at(n), "write what attrib takes: +r-h", "require.dos asks for nothing")
	}
	return c
}

// stored is the facts that a demand on other models needs.
func (d *demand) stored(k mode.Kind) (f entry.Facts) {
	if !d.nfs4.IsZero() && k != mode.Symlink {
		f |= entry.NFS4
	}
	if d.dos != (dos.Change{}) && plain(k) {
		f |= entry.DOS
	}
	return f
}

// storedDeciders is who decided what of the permissions of other models.
type storedDeciders struct {
	nfs4  []nfs4Decider
	order decider               // who put entries of the list in another order
	dos   [len(dosBits)]decider // by bit
}

// nfs4Decider is the decider of the entries that speak as one does.
type nfs4Decider struct {
	entry nfs4.Entry
	by    decider
}

// dosBits are the DOS attributes that a rule can name.
var dosBits = [...]dos.Attributes{dos.ReadOnly, dos.Hidden, dos.System, dos.Archive}

func (s *storedDeciders) start() {
	s.nfs4, s.order = s.nfs4[:0], nobody
	s.dos = [len(dosBits)]decider{nobody, nobody, nobody, nobody}
}

func (f *folded) takeStored(d *demand, s *subject, by decider) {
	want := d.stored(s.Kind)
	if lacking := want &^ s.Known; lacking != 0 {
		f.missing |= lacking
		want &= s.Known
	}
	if want&entry.NFS4 != 0 {
		if err := f.takeNFS4(d, s, by); err != nil {
			f.refused = append(f.refused, refusal{int32(by), err})
		}
	}
	if want&entry.DOS != 0 {
		if err := f.takeDOS(d, s, by); err != nil {
			f.refused = append(f.refused, refusal{int32(by), err})
		}
	}
}

func (f *folded) takeNFS4(d *demand, s *subject, by decider) error {
	if s.NFS4 == "" {
		return &LackError{"its file system keeps no NFSv4 list (" + strings.Join(entry.NFS4Places(), ", ") + ")"}
	}
	before, err := f.state.NFS4.NFS4ACL()
	if err != nil {
		return err
	}
	after := d.nfs4.Apply(before, s.Kind)
	if !after.Equal(before) {
		stored, err := f.state.NFS4.WithNFS4ACL(after)
		if err != nil {
			return &LackError{err.Error()}
		}
		f.state.NFS4, f.stored.order = stored, by
	}
	for _, e := range slices.Concat(before.Entries, after.Entries) {
		if d.nfs4.Decides(e, s.Kind) {
			f.stored.write(e, by)
		}
	}
	return nil
}

// write notes who decided the entries that speak as e does.
func (s *storedDeciders) write(e nfs4.Entry, by decider) {
	e.Rights = 0
	for i := range s.nfs4 {
		if s.nfs4[i].entry == e {
			s.nfs4[i].by = by
			return
		}
	}
	s.nfs4 = append(s.nfs4, nfs4Decider{e, by})
}

func (f *folded) takeDOS(d *demand, s *subject, by decider) error {
	if s.DOS == "" {
		return &LackError{"its file system keeps no DOS attributes (vfat, NTFS and Samba's " + dos.SambaXattr + " do)"}
	}
	before, err := f.state.DOS.DOSAttributes()
	if err != nil {
		return err
	}
	if after := d.dos.Apply(before); after != before {
		if err := f.setDOS(before, after, s); err != nil {
			return err
		}
	}
	for i, bit := range dosBits {
		if (d.dos.Set|d.dos.Clear)&bit != 0 {
			f.stored.dos[i] = by
		}
	}
	return nil
}

// fatRoot is the number of the root directory of FAT (MSDOS_ROOT_INO).
const fatRoot = 1

// setDOS sets attributes as the file system would keep them.
func (f *folded) setDOS(before, after dos.Attributes, s *subject) error {
	switch place := f.state.DOS.Place(); place {
	case entry.NTFSBEPlace, dos.NTFSXattr:
		if after&^before&dos.System != 0 && s.Kind == mode.Regular && s.Size < 2 {
			return &LackError{"ntfs-3g would take a system file without content for a pipe or socket of Interix"}
		}
		after = before.SetOnNTFS(after)
	case dos.CIFSXattr:
		after = after.Canonical()
	case entry.FATPlace:
		kept, err := before.SetOnFAT(after, s.ID.Inode == fatRoot)
		if err != nil {
			return &LackError{err.Error()}
		}
		after = kept
	}
	stored, err := f.state.DOS.WithDOSAttributes(after)
	if err != nil {
		return err
	}
	f.state.DOS = stored
	return nil
}

// keepStored lets what a demand would have written stay as it was found.
func (f *folded) keepStored(d *demand, s *subject, by decider) {
	want := d.stored(s.Kind) & s.Known
	if want&entry.NFS4 != 0 && s.NFS4 != "" {
		f.keepNFS4(s, by)
	}
	if want&entry.DOS != 0 && s.DOS != "" {
		f.state.DOS = partialDOS(f.state.DOS, s.DOS, d.dos.Set|d.dos.Clear)
		for i, bit := range dosBits {
			if (d.dos.Set|d.dos.Clear)&bit != 0 {
				f.stored.dos[i] = by
			}
		}
	}
}

// keepNFS4: the order of a list decides, so that it stays as it was found whole.
func (f *folded) keepNFS4(s *subject, by decider) {
	for _, state := range []entry.Stored{f.state.NFS4, s.NFS4} {
		list, err := state.NFS4ACL()
		if err != nil {
			return
		}
		for _, e := range list.Entries {
			f.stored.write(e, by)
		}
	}
	f.state.NFS4, f.stored.order = s.NFS4, by
}

// sameStored tells whether two folds end alike in the permissions of other models.
func (f *folded) sameStored(o *folded) bool {
	return f.state.NFS4 == o.state.NFS4 && f.state.DOS == o.state.DOS &&
		f.stored.order == o.stored.order && f.stored.dos == o.stored.dos && slices.Equal(f.stored.nfs4, o.stored.nfs4)
}

// nfs4Differs tells whether a rule decided entries of the list that differ in the
// end, or the order in which they stand.
func (f *folded) nfs4Differs(s *subject, by decider) bool {
	if f.state.NFS4 == s.NFS4 {
		return false
	}
	found, err := s.NFS4.NFS4ACL()
	end, err2 := f.state.NFS4.NFS4ACL()
	if err != nil || err2 != nil {
		return false
	}
	moved := true // nothing but the order differs
	for _, d := range f.stored.nfs4 {
		if slices.Equal(rightsOf(found, d.entry), rightsOf(end, d.entry)) {
			continue
		}
		if d.by == by {
			return true
		}
		moved = false
	}
	return moved && f.stored.order == by
}

// rightsOf lists the rights of the entries that speak as e does.
func rightsOf(a nfs4.ACL, e nfs4.Entry) (rights []nfs4.Rights) {
	for _, x := range a.Entries {
		r := x.Rights
		if x.Rights = 0; x == e {
			rights = append(rights, r)
		}
	}
	return rights
}

// dosDiffers is the attributes that a rule decided and that differ.
func (f *folded) dosDiffers(s *subject, by decider) (differ dos.Attributes) {
	if f.state.DOS == s.DOS {
		return 0
	}
	found, err := s.DOS.DOSAttributes()
	end, err2 := f.state.DOS.DOSAttributes()
	if err != nil || err2 != nil {
		return 0
	}
	for i, bit := range dosBits {
		if f.stored.dos[i] == by {
			differ |= (found ^ end) & bit
		}
	}
	return differ
}

// partialDOS takes some attributes from others that are stored alike.
func partialDOS(s, from entry.Stored, bits dos.Attributes) entry.Stored {
	if bits == 0 || s == from {
		return s
	}
	a, err := s.DOSAttributes()
	b, err2 := from.DOSAttributes()
	if err != nil || err2 != nil {
		return s
	}
	mixed := a&^bits | b&bits
	if mixed == b || mixed.Canonical() == b {
		return from
	}
	if normalizes(s.Place()) {
		mixed = mixed.Canonical()
	}
	end, err := s.WithDOSAttributes(mixed)
	if err != nil {
		return s
	}
	return end
}

// normalizes tells whether a place has an attribute that says that there is none.
func normalizes(place string) bool {
	return place == entry.NTFSBEPlace || place == dos.NTFSXattr || place == dos.CIFSXattr
}

// storedWords names what a rule decided of the permissions of other models.
func (f *folded) storedWords(by decider) (out []string) {
	for _, d := range f.stored.nfs4 {
		if d.by == by {
			out = append(out, entryWord(d.entry)+" in the NFSv4 list")
		}
	}
	for i, word := range [...]string{"read-only", "hidden", "system", "archive"} {
		if f.stored.dos[i] == by {
			out = append(out, "DOS "+word)
		}
	}
	return slices.Compact(out)
}

// entryWord is an entry as nfs4_setfacl takes it, without rights.
func entryWord(e nfs4.Entry) string {
	text, err := nfs4.ACL{Entries: []nfs4.Entry{e}}.Format(nfs4.Linux, mode.Directory)
	if err != nil {
		return e.Who.String()
	}
	return strings.TrimSuffix(text, ":")
}
