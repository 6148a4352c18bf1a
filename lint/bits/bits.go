// Package bits computes with numbers of which only some bits are known: what a
// linter can say of the value of `mode | 0o111` or `st.Mode & ^0o022` without
// running the program.
package bits

import "fmt"

// Value is a number of 64 bits, each known to be 1, known to be 0, or unknown. The
// zero Value knows nothing. Values are comparable: two that know the same are equal.
//
// Go keeps setuid, setgid and sticky of an fs.FileMode in bits 23, 22 and 20 and the
// type in bit 31, hence more than the sixteen of st_mode.
type Value struct {
	ones, zeros uint64 // never both for one bit
}

// Of is the value all of whose bits are those of n.
func Of(n uint64) Value { return Value{ones: n, zeros: ^n} }

// Some is a value of which only the bits of mask are known, and are as in n.
func Some(n, mask uint64) Value { return Value{ones: n & mask, zeros: ^n & mask} }

// Exact is the number, if every bit of it is known.
func (v Value) Exact() (n uint64, ok bool) { return v.ones, v.ones|v.zeros == ^uint64(0) }

// Ones is the bits known to be 1.
func (v Value) Ones() uint64 { return v.ones }

// Zeros is the bits known to be 0.
func (v Value) Zeros() uint64 { return v.zeros }

// Has tells whether every bit of mask is known to be 1.
func (v Value) Has(mask uint64) bool { return v.ones&mask == mask }

// HasAny tells whether a bit of mask is known to be 1.
func (v Value) HasAny(mask uint64) bool { return v.ones&mask != 0 }

// Lacks tells whether every bit of mask is known to be 0.
func (v Value) Lacks(mask uint64) bool { return v.zeros&mask == mask }

// Knows tells whether every bit of mask is known.
func (v Value) Knows(mask uint64) bool { return (v.ones|v.zeros)&mask == mask }

// And is v & w.
func (v Value) And(w Value) Value {
	return Value{ones: v.ones & w.ones, zeros: v.zeros | w.zeros}
}

// Or is v | w.
func (v Value) Or(w Value) Value {
	return Value{ones: v.ones | w.ones, zeros: v.zeros & w.zeros}
}

// Xor is v ^ w.
func (v Value) Xor(w Value) Value {
	return Value{
		ones:  v.ones&w.zeros | v.zeros&w.ones,
		zeros: v.ones&w.ones | v.zeros&w.zeros,
	}
}

// Not is ^v, the complement of all 64 bits.
func (v Value) Not() Value { return Value{ones: v.zeros, zeros: v.ones} }

// AndNot is v &^ w.
func (v Value) AndNot(w Value) Value { return v.And(w.Not()) }

// Plus is v + w. Where no bit can be 1 in both, that is v | w; otherwise it is known
// only if both are.
func (v Value) Plus(w Value) Value {
	if ^(v.zeros | w.zeros) == 0 {
		return v.Or(w)
	}
	a, known := v.Exact()
	b, also := w.Exact()
	if !known || !also {
		return Value{}
	}
	return Of(a + b)
}

// Minus is v - w. Where every bit that may be 1 in w is 1 in v, that is v &^ w;
// otherwise it is known only if both are.
func (v Value) Minus(w Value) Value {
	if ^w.zeros&^v.ones == 0 {
		return v.AndNot(w)
	}
	a, known := v.Exact()
	b, also := w.Exact()
	if !known || !also {
		return Value{}
	}
	return Of(a - b)
}

// Shift is v << n, or v >> -n for a negative n. Bits that come in are 0.
func (v Value) Shift(n int) Value {
	if n <= -64 || n >= 64 {
		return Of(0)
	}
	if n < 0 {
		return Value{ones: v.ones >> -n, zeros: v.zeros>>-n | ^(^uint64(0) >> -n)}
	}
	return Value{ones: v.ones << n, zeros: v.zeros<<n | (1<<n - 1)}
}

// Either is what is known of a number that is v or w.
func (v Value) Either(w Value) Value {
	return Value{ones: v.ones & w.ones, zeros: v.zeros & w.zeros}
}

// String is the number in octal, or the bits known to be 1 and those known to be 0.
func (v Value) String() string {
	if n, ok := v.Exact(); ok {
		return fmt.Sprintf("%#o", n)
	}
	return fmt.Sprintf("ones %#o, zeros %#o", v.ones, v.zeros)
}
