package nt

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// conditionMark is what the data of a conditional entry begins with (MS-DTYP, section
// 2.4.4.17.4).
const conditionMark = "artx"

// Code is the kind of a token of a condition (MS-DTYP, section 2.4.4.17.5 to 8).
type Code uint8

// The codes: literals, operators, attributes.
const (
	codePadding   Code = 0x00
	codeInt8      Code = 0x01
	codeInt64     Code = 0x04
	codeText      Code = 0x10
	codeOctets    Code = 0x18
	codeList      Code = 0x50
	codeSID       Code = 0x51
	codeEqual     Code = 0x80
	codeNotEqual  Code = 0x81
	codeLess      Code = 0x82
	codeAtMost    Code = 0x83
	codeGreater   Code = 0x84
	codeAtLeast   Code = 0x85
	codeContains  Code = 0x86
	codeExists    Code = 0x87
	codeAnyOf     Code = 0x88
	codeMemberOf  Code = 0x89
	codeNotExists Code = 0x8d
	codeNotMember Code = 0x90
	codeLast      Code = 0x93
	codeAnd       Code = 0xa0
	codeOr        Code = 0xa1
	codeNot       Code = 0xa2
	codeLocal     Code = 0xf8
	codeUser      Code = 0xf9
	codeResource  Code = 0xfa
	codeDevice    Code = 0xfb

	codeNotContains Code = 0x8e
	codeNotAnyOf    Code = 0x8f
)

// The sign and the base in which a number was written.
const (
	signPlus  = 1
	signMinus = 2
	signNone  = 3
	base8     = 1
	base10    = 2
	base16    = 3
)

// Token is one literal, attribute or operator.
type Token struct {
	Code       Code
	Value      Value   // of a literal
	Sign, Base uint8   // of a number, as it was written
	Name       string  // of an attribute, without "@USER."
	List       []Token // of a list in braces
}

// Condition is the condition of a callback entry, as its tokens stand in the binary
// form: operands before operators.
type Condition []Token

// arity is how many operands an operator takes; 0 for what is none.
func (c Code) arity() int {
	switch {
	case c >= codeEqual && c <= codeContains, c == codeAnyOf, c == codeNotContains, c == codeNotAnyOf, c == codeAnd, c == codeOr:
		return 2
	case c == codeExists, c == codeNotExists, c == codeNot, c.member():
		return 1
	}
	return 0
}

// member reports whether the operator asks for membership.
func (c Code) member() bool {
	return c >= codeMemberOf && c < codeNotExists || c >= codeNotMember && c <= codeLast
}

func (c Code) attribute() bool { return c >= codeLocal }

// literal reports whether the code is that of a value.
func (c Code) literal() bool {
	return c >= codeInt8 && c <= codeInt64 || c == codeText || c == codeOctets || c == codeList || c == codeSID
}

// DecodeCondition reads the data of a callback entry, its padding included.
func DecodeCondition(data []byte) (Condition, error) {
	if len(data) < 4 || string(data[:4]) != conditionMark {
		return nil, &BinaryError{"condition", 0, `it does not begin with "artx"`}
	}
	d := tokenReader{reader{bytes: data[4:]}, len(data)}
	tokens, err := d.tokens(true)
	if err != nil {
		return nil, err
	}
	c := Condition(tokens)
	if problem := c.problem(); problem != "" {
		return nil, &BinaryError{"condition", len(data), problem}
	}
	return c, nil
}

// shape is what a token leaves for the operators after it.
type shape uint8

const (
	aTruth shape = 1 << iota
	anAttribute
	aLocalAttribute
	aLiteral

	anyAttribute = anAttribute | aLocalAttribute
)

// operands is what an operator takes: its left one, or its only one, and its right.
func (c Code) operands() (left, right shape) {
	switch {
	case c == codeAnd, c == codeOr, c == codeNot:
		return aTruth | anyAttribute, aTruth | anyAttribute
	case c.member():
		return aLiteral, 0
	}
	return anyAttribute, anAttribute | aLiteral
}

func (c Code) shape() shape {
	switch {
	case c == codeLocal:
		return aLocalAttribute
	case c.attribute():
		return anAttribute
	case c.literal():
		return aLiteral
	}
	return aTruth
}

// problem is what is wrong with the order of the tokens: only what the grammar of
// the text allows is a condition.
func (c Condition) problem() string {
	var stack []shape
	for _, t := range c {
		n := t.Code.arity()
		if len(stack) < n {
			return "an operator has too few operands"
		}
		left, right := t.Code.operands()
		top := stack[len(stack)-n:]
		if n > 0 && top[0]&left == 0 || n > 1 && top[1]&right == 0 {
			return "an operator has an operand that it cannot have"
		}
		stack = append(stack[:len(stack)-n], t.Code.shape())
	}
	if len(stack) != 1 || stack[0] == aLiteral {
		return "it is not one expression"
	}
	return ""
}

// Condition is the condition of a callback entry, where it has one that can be read.
func (a ACE) Condition() (Condition, error) { return DecodeCondition([]byte(a.Data)) }

// tokenReader reads tokens; size is that of the whole, to tell where a problem is.
type tokenReader struct {
	reader
	size int
}

func (d *tokenReader) tokens(operators bool) ([]Token, error) {
	var ts []Token
	for len(d.bytes) > 0 {
		at := d.size - len(d.bytes)
		t := Token{Code: Code(d.take(1)[0])}
		if t.Code == codePadding {
			continue
		}
		problem := d.token(&t, operators)
		if problem == "" && d.short {
			problem = "the token ends early"
		}
		if problem != "" {
			return nil, &BinaryError{"condition", at, problem}
		}
		ts = append(ts, t)
	}
	return ts, nil
}

func (d *tokenReader) token(t *Token, operators bool) (problem string) {
	switch c := t.Code; {
	case c >= codeInt8 && c <= codeInt64:
		t.Value = Value{Kind: Integer, Int: int64(d.uint64())}
		sign := d.take(2)
		t.Sign, t.Base = sign[0], sign[1]
	case c == codeText:
		t.Value, problem = textValue(d.counted())
	case c == codeOctets:
		t.Value = Value{Kind: Octets, Text: string(d.counted())}
	case c == codeSID:
		t.Value, problem = sidValue(d.counted())
	case c == codeList && operators:
		return d.list(t)
	case c.attribute() && c <= codeDevice && operators:
		var v Value
		v, problem = textValue(d.counted())
		t.Name = v.Text
		if t.Name == "" && problem == "" {
			problem = "an attribute has no name"
		}
	case c.arity() == 0 || !operators:
		return fmt.Sprintf("the token 0x%02x is not known here", uint8(c))
	}
	return problem
}

func (d *tokenReader) list(t *Token) (problem string) {
	inner := tokenReader{reader{bytes: d.counted()}, d.size - len(d.bytes)}
	list, err := inner.tokens(false)
	if err != nil {
		return "in a list: " + err.Error()
	}
	t.List = list
	return ""
}

// counted is bytes with their 32-bit number before them.
func (d *tokenReader) counted() []byte {
	n := d.uint32()
	if int64(n) > int64(len(d.bytes)) {
		d.short = true
		return nil
	}
	return d.take(int(n))
}

func textValue(b []byte) (Value, string) {
	s, ok := decodeUTF16(b)
	if !ok {
		return Value{}, "the text is no UTF-16"
	}
	return Value{Kind: Text, Text: s}, ""
}

func sidValue(b []byte) (Value, string) {
	s, n, err := DecodeSID(b)
	if err != nil || n != len(b) || s.Len() == 0 {
		return Value{}, "the SID is none"
	}
	return Value{Kind: Account, SID: s}, ""
}

// decodeUTF16 reads little-endian UTF-16 that has no half pairs.
func decodeUTF16(b []byte) (string, bool) {
	if len(b)%2 != 0 {
		return "", false
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	s := string(utf16.Decode(units))
	return s, string(appendUTF16(nil, s)) == string(b)
}

func appendUTF16(b []byte, s string) []byte {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// Encode is the data of a callback entry, padded to four bytes.
func (c Condition) Encode() []byte {
	b := []byte(conditionMark)
	for _, t := range c {
		b = t.append(b)
	}
	return pad4(b)
}

func pad4(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }

func (t Token) append(b []byte) []byte {
	b = append(b, byte(t.Code))
	switch c := t.Code; {
	case c >= codeInt8 && c <= codeInt64:
		b = binary.LittleEndian.AppendUint64(b, uint64(t.Value.Int))
		return append(b, t.Sign, t.Base)
	case c == codeText:
		return appendCounted(b, appendUTF16(nil, t.Value.Text))
	case c == codeOctets:
		return appendCounted(b, []byte(t.Value.Text))
	case c == codeSID:
		return appendCounted(b, t.Value.SID.Encode())
	case c.attribute():
		return appendCounted(b, appendUTF16(nil, t.Name))
	case c == codeList:
		var inner []byte
		for _, e := range t.List {
			inner = e.append(inner)
		}
		return appendCounted(b, inner)
	}
	return b
}

func appendCounted(b, what []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(what))), what...)
}
