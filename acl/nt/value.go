package nt

import (
	"cmp"
	"strings"
)

// Kind is what a value of a condition or a claim is.
type Kind uint8

// The kinds. Boolean values are the numbers 0 and 1.
const (
	NoValue Kind = iota
	Integer
	Unsigned
	Text
	Account
	Boolean
	Octets
)

// Value is one value. It is comparable.
type Value struct {
	Kind Kind
	Int  int64  // of numbers; an Unsigned one is its bits
	Text string // of Text, and the bytes of Octets
	SID  SID    // of Account
}

func (v Value) number() bool { return v.Kind == Integer || v.Kind == Unsigned || v.Kind == Boolean }

// compare orders two values, where they can be compared: numbers with numbers, and
// else those of one kind. Text is compared without regard to case (MS-DTYP, section
// 2.4.4.17.7) unless exactly is asked for.
func (v Value) compare(w Value, exactly bool) (order int, ok bool) {
	switch {
	case v.number() && w.number():
		return compareNumbers(v, w), true
	case v.Kind != w.Kind:
		return 0, false
	case v.Kind == Account:
		return strings.Compare(v.SID.bytes, w.SID.bytes), true
	case v.Kind == Text && !exactly:
		return strings.Compare(fold(v.Text), fold(w.Text)), true
	}
	return strings.Compare(v.Text, w.Text), v.Kind == Text || v.Kind == Octets
}

func fold(s string) string { return strings.ToLower(strings.ToUpper(s)) }

// compareNumbers compares signed and unsigned numbers by what they are.
func compareNumbers(v, w Value) int {
	vBig, wBig := v.Kind == Unsigned && v.Int < 0, w.Kind == Unsigned && w.Int < 0
	switch {
	case vBig && wBig:
		return cmp.Compare(uint64(v.Int), uint64(w.Int))
	case vBig:
		return 1
	case wBig:
		return -1
	}
	return cmp.Compare(v.Int, w.Int)
}
