package nt

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// SDDLOptions says how descriptors are read and written as text. The zero value reads
// strictly, and knows no domain.
type SDDLOptions struct {
	// Machine, Domain and Forest stand before the numbers of the letter pairs that are
	// different in each of them (LA, DA, EA). Where one is missing, its pairs are
	// refused in reading, and not written.
	Machine, Domain, Forest SID
	// Loose reads what Windows reads and the grammar of MS-DTYP, section 2.5.1.1, does
	// not have: any case, spaces, numbers below 0 and beyond 32 bits.
	Loose bool
	// Keys writes the rights of registry keys (KA) instead of those of files (FA).
	Keys bool
}

func (o SDDLOptions) base(of domainKind) SID {
	return [...]SID{ofMachine: o.Machine, ofDomain: o.Domain, ofForest: o.Forest}[of]
}

// sddlParser reads SDDL from the left; at is the byte it has come to.
type sddlParser struct {
	text, notation string
	at             int
	opts           SDDLOptions
}

func (p *sddlParser) rest() string { return p.text[p.at:] }

func (p *sddlParser) errorf(format string, args ...any) error {
	return &SyntaxError{Notation: p.notation, Input: p.text, Offset: p.at, Problem: fmt.Sprintf(format, args...)}
}

// accept takes s, if it comes next.
func (p *sddlParser) accept(s string) bool {
	if !strings.HasPrefix(p.rest(), s) {
		return false
	}
	p.at += len(s)
	return true
}

// spaces takes white space.
func (p *sddlParser) spaces() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// slack takes the spaces that only loose reading allows.
func (p *sddlParser) slack() {
	if p.opts.Loose {
		p.spaces()
	}
}

// ParseSDDL reads a descriptor in the security descriptor definition language: owner,
// group, DACL and SACL, each at most once, in any order (MS-DTYP, section 2.5.1.1).
func ParseSDDL(text string, opts SDDLOptions) (Descriptor, error) {
	p := sddlParser{text: text, notation: "SDDL", opts: opts}
	d := Descriptor{Control: SelfRelative}
	seen := ""
	for p.slack(); p.at < len(text); p.slack() {
		letter := p.text[p.at]
		if !strings.HasPrefix(p.text[p.at+1:], ":") || strings.IndexByte("OGDS", letter) < 0 {
			return Descriptor{}, p.errorf("one of O:, G:, D: and S: is expected")
		}
		if strings.IndexByte(seen, letter) >= 0 {
			return Descriptor{}, p.errorf("%c: is there twice", letter)
		}
		seen += string(letter)
		p.at += 2
		if err := p.section(&d, letter); err != nil {
			return Descriptor{}, err
		}
	}
	return d, nil
}

func (p *sddlParser) section(d *Descriptor, letter byte) (err error) {
	switch letter {
	case 'O':
		d.Owner, err = p.sid()
	case 'G':
		d.Group, err = p.sid()
	case 'D':
		d.Control |= DACLPresent
		d.DACL, err = p.acl(&d.Control, false)
	default:
		d.Control |= SACLPresent
		d.SACL, err = p.acl(&d.Control, true)
	}
	return err
}

// sid reads a letter pair or S-1-….
func (p *sddlParser) sid() (SID, error) {
	p.slack()
	rest := p.rest()
	if len(rest) >= 2 && (rest[0] == 'S' || rest[0] == 's') && rest[1] == '-' {
		return p.numericSID()
	}
	if len(rest) < 2 {
		return SID{}, p.errorf("a SID is expected: two letters or S-1-…")
	}
	s, problem := p.opts.alias(rest[:2])
	if problem != "" {
		return SID{}, p.errorf("%s", problem)
	}
	p.at += 2
	return s, nil
}

func (p *sddlParser) numericSID() (SID, error) {
	if p.opts.Loose {
		return p.looseSID()
	}
	s, n, problem := scanSID(p.rest())
	p.at += n
	if problem != "" {
		return SID{}, p.errorf("%s", problem)
	}
	return s, nil
}

// alias is the account of a letter pair.
func (o SDDLOptions) alias(pair string) (SID, string) {
	for _, w := range wellKnownSIDs() {
		if w.alias != "" && o.same(w.alias, pair) {
			return w.sid, ""
		}
	}
	for _, r := range relatives() {
		if !o.same(r.alias, pair) {
			continue
		}
		if base := o.base(r.of); !base.IsZero() {
			return base.Child(r.rid), ""
		}
		return SID{}, fmt.Sprintf("%s is an account of the %s, whose SID is not known", r.alias, r.of)
	}
	return SID{}, fmt.Sprintf("%q stands for no account", pair)
}

func (o SDDLOptions) same(want, got string) bool {
	return want == got || o.Loose && strings.EqualFold(want, got)
}

// String names what the account belongs to.
func (k domainKind) String() string {
	return [...]string{ofMachine: "machine", ofDomain: "domain", ofForest: "forest's root"}[k]
}

// looseSID reads what Windows reads: spaces between the numbers, numbers beyond 32
// bits as the greatest, and hexadecimal numbers after S-0x1.
func (p *sddlParser) looseSID() (SID, error) {
	p.at += len("S-")
	p.spaces()
	base := 10
	switch {
	case p.accept("0x1-"), p.accept("0X1-"):
		base = 16
	case !p.accept("1-"):
		return SID{}, p.errorf("a SID begins with S-1-")
	}
	authority, ok := p.looseNumber(base)
	var subs []uint32
	for ok && p.acceptDash() {
		var sub uint64
		sub, ok = p.looseNumber(base)
		subs = append(subs, uint32(min(sub, 1<<32-1)))
	}
	s := NewSID(authority, subs...)
	if !ok || len(subs) == 0 || s.IsZero() {
		return SID{}, p.errorf("the SID has a bad number, or too few or too many")
	}
	return s, nil
}

func (p *sddlParser) acceptDash() bool {
	start := p.at
	p.spaces()
	if p.accept("-") {
		return true
	}
	p.at = start
	return false
}

func (p *sddlParser) looseNumber(base int) (uint64, bool) {
	p.spaces()
	rest := p.rest()
	if base == 10 {
		v, end, problem := scanNumber(rest, 0, 1<<64-1)
		p.at += end
		return v, problem == ""
	}
	_, end, problem := scanNumber("0x"+rest, 0, 1<<64-1)
	if problem != "" {
		return 0, false
	}
	p.at += end - 2
	v, err := strconv.ParseUint(rest[:end-2], 16, 64)
	return v, err == nil
}

// listFlag is a word before the entries of a list.
type listFlag struct {
	word       string
	dacl, sacl Control
}

func listFlags() []listFlag {
	return []listFlag{
		{"P", DACLProtected, SACLProtected},
		{"AR", DACLInheritRequired, SACLInheritRequired},
		{"AI", DACLAutoInherited, SACLAutoInherited},
	}
}

func (f listFlag) of(system bool) Control {
	if system {
		return f.sacl
	}
	return f.dacl
}

const noAccessControl = "NO_ACCESS_CONTROL"

// acl reads flags and entries. NO_ACCESS_CONTROL is the NULL list.
func (p *sddlParser) acl(c *Control, system bool) (*ACL, error) {
	null := false
	for p.slack(); !null; p.slack() {
		set, ok := p.listFlag(system)
		if !ok {
			null = p.acceptWord(noAccessControl)
			break
		}
		*c |= set
	}
	a := &ACL{}
	for p.slack(); strings.HasPrefix(p.rest(), "("); p.slack() {
		if null {
			return nil, p.errorf("a list with %s has no entries", noAccessControl)
		}
		e, err := p.ace(system)
		if err != nil {
			return nil, err
		}
		a.Entries = append(a.Entries, e)
	}
	if null {
		return nil, nil
	}
	a.Revision = a.revision()
	return a, nil
}

func (p *sddlParser) listFlag(system bool) (Control, bool) {
	for _, f := range listFlags() {
		if p.acceptWord(f.word) {
			return f.of(system), true
		}
	}
	return 0, false
}

func (p *sddlParser) acceptWord(w string) bool {
	rest := p.rest()
	if len(rest) < len(w) || !p.opts.same(w, rest[:len(w)]) {
		return false
	}
	p.at += len(w)
	return true
}

// ace reads one entry in its parentheses.
func (p *sddlParser) ace(system bool) (ACE, error) {
	start := p.at
	p.at++
	var e ACE
	steps := []func(*ACE) error{p.aceType, p.aceFlags, p.aceRights, p.aceObject, p.aceInheritedObject}
	for _, step := range steps {
		p.slack()
		if err := step(&e); err != nil {
			return e, err
		}
		if p.slack(); !p.accept(";") {
			return e, p.errorf("a semicolon is expected")
		}
	}
	var err error
	if e.SID, err = p.sid(); err != nil {
		return e, err
	}
	if p.slack(); p.accept(";") {
		if err := p.aceExtra(&e); err != nil {
			return e, err
		}
	}
	if p.slack(); !p.accept(")") {
		return e, p.errorf("the closing parenthesis of an entry is expected")
	}
	if e.Type.inSACL() != system {
		p.at = start
		return e, p.errorf("an entry of the type %s does not belong into this list", e.Type)
	}
	return e, nil
}

func (p *sddlParser) aceType(e *ACE) error {
	start := p.at
	word := p.word()
	for t, w := range typeWords() {
		if w.letters != "" && p.opts.same(w.letters, word) {
			e.Type = Type(t)
			return nil
		}
	}
	p.at = start
	return p.errorf("%q is no type of an entry", word)
}

// flagWord is the letters of a flag of an entry.
type flagWord struct {
	letters string
	flag    Flags
}

func flagWords() []flagWord {
	return []flagWord{
		{"OI", ObjectInherit},
		{"CI", ContainerInherit},
		{"NP", NoPropagate},
		{"IO", InheritOnly},
		{"ID", Inherited},
		{"CR", Critical},
		{"SA", SuccessfulAccess},
		{"FA", FailedAccess},
	}
}

func (p *sddlParser) aceFlags(e *ACE) error {
	for p.at < len(p.text) && p.text[p.at] != ';' {
		f, ok := p.aceFlag()
		if !ok {
			return p.errorf("a flag of an entry is expected: OI, CI, NP, IO, ID, CR, SA or FA")
		}
		e.Flags |= f
		p.slack()
	}
	return nil
}

func (p *sddlParser) aceFlag() (Flags, bool) {
	for _, w := range flagWords() {
		if p.acceptWord(w.letters) {
			return w.flag, true
		}
	}
	return 0, false
}

// maskWord is the letters of rights.
type maskWord struct {
	letters string
	mask    Mask
}

// singleRights are the letter pairs of one bit, in the order in which Windows writes
// them.
func singleRights() []maskWord {
	return []maskWord{
		{"CC", 0x1},
		{"DC", 0x2},
		{"LC", 0x4},
		{"SW", 0x8},
		{"RP", 0x10},
		{"WP", 0x20},
		{"DT", 0x40},
		{"LO", 0x80},
		{"CR", 0x100},
		{"SD", Delete},
		{"RC", ReadControl},
		{"WD", WriteDAC},
		{"WO", WriteOwner},
		{"GA", GenericAll},
		{"GX", GenericExecute},
		{"GW", GenericWrite},
		{"GR", GenericRead},
	}
}

func fileRights() []maskWord {
	return []maskWord{{"FA", FileAll}, {"FR", FileRead}, {"FW", FileWrite}, {"FX", FileExecute}}
}

func keyRights() []maskWord {
	k := Keys()
	return []maskWord{{"KA", k.All}, {"KR", k.Read}, {"KW", k.Write}, {"KX", k.Execute}}
}

func labelRights() []maskWord {
	return []maskWord{{"NW", NoWriteUp}, {"NR", NoReadUp}, {"NX", NoExecuteUp}}
}

// aceRights reads a number or letter pairs, which may have spaces before them.
func (p *sddlParser) aceRights(e *ACE) error {
	p.blanks()
	if p.at < len(p.text) && strings.IndexByte("0123456789+-", p.text[p.at]) >= 0 {
		return p.numericRights(e)
	}
	for p.at < len(p.text) && p.text[p.at] != ';' {
		m, ok := p.right()
		if !ok {
			return p.errorf("two letters of a right are expected, or a number")
		}
		e.Mask |= m
		before := p.at
		if p.blanks(); strings.HasPrefix(p.rest(), ";") && p.at > before && !p.opts.Loose {
			return p.errorf("there is a space after the rights")
		}
	}
	return nil
}

func (p *sddlParser) blanks() {
	for p.accept(" ") {
	}
}

func (p *sddlParser) right() (Mask, bool) {
	for _, list := range [...][]maskWord{singleRights(), fileRights(), keyRights(), labelRights()} {
		for _, w := range list {
			if p.acceptWord(w.letters) {
				return w.mask, true
			}
		}
	}
	return 0, false
}

// numericRights reads a hexadecimal, an octal or a decimal number. Windows takes what
// is too much for all bits, and counts numbers below 0 from there.
func (p *sddlParser) numericRights(e *ACE) error {
	end := p.at + max(0, strings.IndexByte(p.rest(), ';'))
	word := p.text[p.at:end]
	if p.opts.Loose {
		word = strings.TrimSpace(word)
	}
	digits := strings.TrimLeft(word, "+-")
	negative := strings.HasPrefix(word, "-")
	v, err := strconv.ParseUint(octal(digits), 0, 64)
	tooMuch := v > 1<<32-1 || err != nil && isRangeError(err)
	switch {
	case err != nil && !isRangeError(err), strings.ContainsRune(digits, '_'), len(word)-len(digits) > 1:
		return p.errorf("%q is no number", word)
	case !p.opts.Loose && (len(digits) < len(word) || tooMuch):
		return p.errorf("the number %s is not within 32 bits", word)
	case tooMuch:
		v = 1<<32 - 1
	}
	e.Mask = Mask(v)
	if negative {
		e.Mask = -e.Mask
	}
	p.at = end
	return nil
}

// octal keeps Go's own notations out: only a 0 may mark octal numbers.
func octal(digits string) string {
	if len(digits) > 1 && digits[0] == '0' && strings.IndexByte("oObB", digits[1]) >= 0 {
		return "?"
	}
	return digits
}

func isRangeError(err error) bool { return errors.Is(err, strconv.ErrRange) }

func (p *sddlParser) aceObject(e *ACE) error {
	return p.guid(e, &e.Object, HasObject)
}

func (p *sddlParser) aceInheritedObject(e *ACE) error {
	return p.guid(e, &e.InheritedObject, HasInheritedObject)
}

func (p *sddlParser) guid(e *ACE, g *GUID, flag ObjectFlags) error {
	end := strings.IndexByte(p.rest(), ';')
	if end < 0 {
		return p.errorf("a semicolon is expected")
	}
	word := p.text[p.at : p.at+end]
	if p.opts.Loose {
		word = strings.TrimSpace(word)
	}
	if word == "" {
		return nil
	}
	parsed, err := ParseGUID(word)
	switch {
	case err != nil:
		return p.errorf("%q is no GUID", word)
	case !e.Type.Object():
		return p.errorf("only object entries have a GUID, and this one is of the type %s", e.Type)
	}
	*g, e.ObjectFlags = parsed, e.ObjectFlags|flag
	p.at += end
	return nil
}

// aceExtra reads the last field: the condition of a callback entry, or the claim of
// a resource attribute.
func (p *sddlParser) aceExtra(e *ACE) error {
	switch {
	case e.Type.Callback():
		c, err := p.condition()
		if err != nil {
			return err
		}
		e.Data = string(c.Encode())
	case e.Type == ResourceAttribute:
		c, err := p.claim()
		if err != nil {
			return err
		}
		e.Data = string(c.Encode())
	default:
		return p.errorf("an entry of the type %s has nothing after its SID", e.Type)
	}
	return nil
}
