package nfs4

// The form of system.nfs4_acl_xdr: the flags of the list, the number of entries,
// and for each of them type, flags, a second word of flags, mask and who. In the
// second word bit 0 says that who is one of three special names rather than an id
// (nfs41_acl.x of TrueNAS).
const specialWho = 1

// DecodeTrueNAS reads the value of system.nfs4_acl_xdr. An empty list is none: ZFS
// never has one. Errors are of type *FormError.
func DecodeTrueNAS(xattr []byte) (ACL, error) {
	r := reader{form: TrueNASXattr, b: xattr}
	var head [2]uint32
	if err := r.words(head[:], "the flags and the number of entries"); err != nil {
		return ACL{}, err
	}
	if size := 8 + 20*int64(head[1]); size != int64(len(xattr)) {
		return ACL{}, r.fail(4, "%d entries take %d bytes, and there are %d", head[1], size, len(xattr))
	}
	if head[1] == 0 {
		return ACL{}, r.fail(4, "there is no entry")
	}
	a := ACL{Flags: ListFlags(head[0])}
	for i := range int(head[1]) {
		e, err := r.trueNAS(i)
		if err != nil {
			return ACL{}, err
		}
		a.Entries = append(a.Entries, e)
	}
	return a, nil
}

func (r *reader) trueNAS(i int) (Entry, error) {
	start := r.at
	var w [5]uint32
	if err := r.words(w[:], "an entry"); err != nil {
		return Entry{}, err
	}
	e := Entry{Type: Type(w[0]), Flags: Flags(w[1]), Rights: Rights(w[3]), Who: Number(w[4])}
	if w[2] == 0 {
		return e, nil
	}
	if w[2] != specialWho || w[4] < 1 || w[4] > 3 {
		return Entry{}, r.fail(start+8, "entry %d: flags 0x%x with who %d name nobody that is known", i, w[2], w[4])
	}
	e.Who = Special(Class(w[4])) // Owner, Group and Everyone have the numbers of the form
	return e, nil
}

// EncodeTrueNAS writes the value of system.nfs4_acl_xdr. It fails, with a
// *FormatError, for a list without entries, and for names that have no number: see
// ACL.Resolve.
func (a ACL) EncodeTrueNAS() ([]byte, error) {
	if len(a.Entries) == 0 {
		return nil, &FormatError{Form: inNotation, Index: -1, Problem: TrueNASXattr + " holds no list without entries"}
	}
	b := appendWords(nil, uint32(a.Flags), uint32(len(a.Entries)))
	for i, e := range a.Entries {
		switch w := e.Who; {
		case w.Class >= Owner && w.Class <= Everyone:
			b = appendWords(b, uint32(e.Type), uint32(e.Flags), specialWho, uint32(e.Rights), uint32(w.Class))
		case w.Class == Named && w.HasID:
			b = appendWords(b, uint32(e.Type), uint32(e.Flags), 0, uint32(e.Rights), w.ID)
		default:
			return nil, &FormatError{Form: inNotation, Index: i, Problem: TrueNASXattr + " has numbers only, and there is none for " + w.words()}
		}
	}
	return b, nil
}
