package nt

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// ClaimFlags are the flags of a claim (MS-DTYP, section 2.4.10.1). Other bits are
// kept.
type ClaimFlags uint32

// The flags that bear on decisions.
const (
	ClaimNotInherited                ClaimFlags = 0x1
	ClaimCaseSensitive               ClaimFlags = 0x2
	ClaimUseForDenyOnly              ClaimFlags = 0x4
	ClaimDisabledByDefaultClaimFlags            = 0x8
	ClaimDisabled                    ClaimFlags = 0x10
	ClaimMandatory                   ClaimFlags = 0x20
)

// Claim is an attribute with its values: of a resource, by an entry of a SACL, or of a
// user or a device (MS-DTYP, section 2.4.10.1). All values are of its Kind.
type Claim struct {
	Name   string
	Kind   Kind
	Flags  ClaimFlags
	Values []Value
}

// claimKind is the number of a kind in the binary form and its letters in SDDL.
type claimKind struct {
	kind    Kind
	number  uint16
	letters string
}

func claimKinds() []claimKind {
	return []claimKind{
		{Integer, 1, "TI"},
		{Unsigned, 2, "TU"},
		{Text, 3, "TS"},
		{Account, 5, "TD"},
		{Boolean, 6, "TB"},
		{Octets, 16, "TX"},
	}
}

const claimHeader = 16

// Claim is the attribute of a resource attribute entry.
func (a ACE) Claim() (Claim, error) { return DecodeClaim([]byte(a.Data)) }

// DecodeClaim reads CLAIM_SECURITY_ATTRIBUTE_RELATIVE_V1.
func DecodeClaim(b []byte) (Claim, error) {
	r := reader{bytes: b}
	name, kind := r.uint32(), r.uint16()
	r.uint16() // reserved
	c := Claim{Flags: ClaimFlags(r.uint32())}
	n := r.uint32()
	if r.short || int64(n)*4 > int64(len(r.bytes)) {
		return Claim{}, &BinaryError{"claim", len(b), "it ends before its values"}
	}
	for _, k := range claimKinds() {
		if k.number == kind {
			c.Kind = k.kind
		}
	}
	if c.Kind == NoValue {
		return Claim{}, &BinaryError{"claim", 4, fmt.Sprintf("the kind of its values, %d, is not known", kind)}
	}
	var ok bool
	if c.Name, ok = zeroTerminated(b, name); !ok || c.Name == "" {
		return Claim{}, &BinaryError{"claim", 0, "its name is not there"}
	}
	for range n {
		at := r.uint32()
		v, ok := c.Kind.decode(b, at)
		if !ok {
			return Claim{}, &BinaryError{"claim", int(at), "there is no value of its kind"}
		}
		c.Values = append(c.Values, v)
	}
	return c, nil
}

// zeroTerminated is the UTF-16 text at an offset.
func zeroTerminated(b []byte, at uint32) (string, bool) {
	if int64(at) > int64(len(b)) {
		return "", false
	}
	for end := int(at); end+2 <= len(b); end += 2 {
		if b[end] == 0 && b[end+1] == 0 {
			return decodeUTF16(b[at:end])
		}
	}
	return "", false
}

func (k Kind) decode(b []byte, at uint32) (Value, bool) {
	if int64(at) > int64(len(b)) {
		return Value{}, false
	}
	r := reader{bytes: b[at:]}
	v := Value{Kind: k}
	ok := true
	switch k {
	case Text:
		v.Text, ok = zeroTerminated(b, at)
	case Octets, Account:
		n := r.uint32()
		if int64(n) > int64(len(r.bytes)) {
			return v, false
		}
		v.Text = string(r.take(int(n)))
		if k == Account {
			return accountValue(v.Text)
		}
	default:
		v.Int = int64(r.uint64())
	}
	return v, ok && !r.short
}

func accountValue(s string) (Value, bool) {
	v, problem := sidValue([]byte(s))
	return v, problem == ""
}

// Encode is the binary form: header, offsets, name, values.
func (c Claim) Encode() []byte {
	le := binary.LittleEndian
	var kind uint16
	for _, k := range claimKinds() {
		if k.kind == c.Kind {
			kind = k.number
		}
	}
	data := appendUTF16(nil, c.Name+"\x00")
	first := claimHeader + 4*len(c.Values)
	b := le.AppendUint32(nil, uint32(first))
	b = le.AppendUint16(b, kind)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint32(b, uint32(c.Flags))
	b = le.AppendUint32(b, uint32(len(c.Values)))
	for _, v := range c.Values {
		b = le.AppendUint32(b, uint32(first+len(data)))
		data = v.append(data)
	}
	return pad4(append(b, data...))
}

func (v Value) append(b []byte) []byte {
	switch v.Kind {
	case Text:
		return appendUTF16(b, v.Text+"\x00")
	case Octets:
		return appendCounted(b, []byte(v.Text))
	case Account:
		return appendCounted(b, v.SID.Encode())
	}
	return binary.LittleEndian.AppendUint64(b, uint64(v.Int))
}

// Format is the claim in SDDL, in its parentheses: ("name",TS,0x0,"value").
func (c Claim) Format(opts SDDLOptions) string {
	letters := ""
	for _, k := range claimKinds() {
		if k.kind == c.Kind {
			letters = k.letters
		}
	}
	fields := []string{`"` + escape(c.Name, keepInText) + `"`, letters, fmt.Sprintf("0x%x", uint32(c.Flags))}
	for _, v := range c.Values {
		fields = append(fields, v.format(opts))
	}
	return "(" + strings.Join(fields, ",") + ")"
}

func (v Value) format(opts SDDLOptions) string {
	switch v.Kind {
	case Text:
		return `"` + escape(v.Text, keepInText) + `"`
	case Octets:
		return "#" + hex.EncodeToString([]byte(v.Text))
	case Account:
		return "SID(" + opts.formatSID(v.SID) + ")"
	case Unsigned, Boolean:
		return strconv.FormatUint(uint64(v.Int), 10)
	}
	return strconv.FormatInt(v.Int, 10)
}

// claim reads what Format writes.
func (p *sddlParser) claim() (Claim, error) {
	var c Claim
	if !p.acceptSpaced("(") || !p.startsQuoted() {
		return c, p.errorf(`a claim is expected: ("name",TS,0,"value")`)
	}
	var err error
	if c.Name, err = p.quoted(); err != nil {
		return c, err
	}
	if c.Name == "" || strings.ContainsRune(c.Name, 0) {
		return c, p.errorf("the claim has no name that can be written")
	}
	if err := p.claimHead(&c); err != nil {
		return c, err
	}
	for p.acceptSpaced(",") {
		p.spaces()
		v, err := p.value(c.Kind)
		if err != nil {
			return c, err
		}
		c.Values = append(c.Values, v)
	}
	if !p.acceptSpaced(")") {
		return c, p.errorf("a comma or the closing parenthesis of the claim is expected")
	}
	return c, nil
}

func (p *sddlParser) startsQuoted() bool {
	p.spaces()
	return strings.HasPrefix(p.rest(), `"`)
}

func (p *sddlParser) claimHead(c *Claim) error {
	if !p.acceptSpaced(",") {
		return p.errorf("a comma is expected")
	}
	p.spaces()
	start, word := p.at, p.word()
	for _, k := range claimKinds() {
		if strings.EqualFold(k.letters, word) {
			c.Kind = k.kind
		}
	}
	if c.Kind == NoValue {
		p.at = start
		return p.errorf("a kind is expected: TI, TU, TS, TD, TB or TX")
	}
	if !p.acceptSpaced(",") {
		return p.errorf("a comma is expected")
	}
	p.spaces()
	v, err := p.number(32)
	c.Flags = ClaimFlags(v)
	return err
}

// number reads an unsigned number of so many bits.
func (p *sddlParser) number(bits int) (uint64, error) {
	start := p.at
	for p.at < len(p.text) && (isLetter(p.text[p.at]) || p.text[p.at] >= '0' && p.text[p.at] <= '9') {
		p.at++
	}
	v, err := strconv.ParseUint(octal(p.text[start:p.at]), 0, bits)
	if err != nil {
		p.at = start
		return 0, p.errorf("a number of %d bits is expected", bits)
	}
	return v, nil
}

func (p *sddlParser) value(k Kind) (v Value, err error) {
	v.Kind = k
	switch k {
	case Text:
		if !p.startsQuoted() {
			return v, p.errorf("text in quotation marks is expected")
		}
		if v.Text, err = p.quoted(); strings.ContainsRune(v.Text, 0) {
			return v, p.errorf("the text has a zero in it")
		}
	case Octets:
		if !strings.HasPrefix(p.rest(), "#") {
			return v, p.errorf("octets are expected: #0102")
		}
		v.Text, err = p.octets()
	case Account:
		if rest := p.rest(); len(rest) > 4 && strings.EqualFold(rest[:4], "SID(") {
			v.SID, err = p.sidInParentheses()
		} else {
			v.SID, err = p.sid()
		}
	case Integer:
		var t Token
		t, err = p.integer()
		v.Int = t.Value.Int
	default:
		var u uint64
		u, err = p.number(64)
		v.Int = int64(u)
	}
	return v, err
}
