package bits_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"ward/lint/bits"
)

// partly is a number and a Value that knows a random part of it.
func partly(t *rapid.T, name string) (uint64, bits.Value) {
	n := rapid.Uint64Range(0, 0o177777).Draw(t, name)
	mask := rapid.Uint64().Draw(t, name+" known")
	if rapid.Bool().Draw(t, name+" whole") {
		mask = ^uint64(0)
	}
	return n, bits.Some(n, mask)
}

// Whatever the unknown bits are, what a result claims to know is so.
func TestKnownBitsAreThoseOfEveryNumber(t *testing.T) {
	operations := map[string]struct {
		number func(a, b uint64) uint64
		value  func(v, w bits.Value) bits.Value
	}{
		"and":     {func(a, b uint64) uint64 { return a & b }, bits.Value.And},
		"or":      {func(a, b uint64) uint64 { return a | b }, bits.Value.Or},
		"xor":     {func(a, b uint64) uint64 { return a ^ b }, bits.Value.Xor},
		"and not": {func(a, b uint64) uint64 { return a &^ b }, bits.Value.AndNot},
		"plus":    {func(a, b uint64) uint64 { return a + b }, bits.Value.Plus},
		"minus":   {func(a, b uint64) uint64 { return a - b }, bits.Value.Minus},
		"left":    {func(a, _ uint64) uint64 { return a << 3 }, func(v, _ bits.Value) bits.Value { return v.Shift(3) }},
		"right":   {func(a, _ uint64) uint64 { return a >> 6 }, func(v, _ bits.Value) bits.Value { return v.Shift(-6) }},
		"not":     {func(a, _ uint64) uint64 { return ^a }, func(v, _ bits.Value) bits.Value { return v.Not() }},
	}
	for name, o := range operations {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			a, v := partly(t, "a")
			b, w := partly(t, "b")
			want, got := o.number(a, b), o.value(v, w)
			if got.Ones()&^want != 0 || got.Zeros()&want != 0 {
				t.Errorf("%v %s %v = %v, but %#o %s %#o = %#o", v, name, w, got, a, name, b, want)
			}
			_, wholeA := v.Exact()
			_, wholeB := w.Exact()
			if n, whole := got.Exact(); wholeA && wholeB && (!whole || n != want) {
				t.Errorf("of two known numbers %v %s %v = %v, want %#o", v, name, w, got, want)
			}
		}))
	}
}

func TestEitherKnowsWhatBothKnow(t *testing.T) {
	got := bits.Of(0o755).Either(bits.Of(0o644))
	if !got.Has(0o644) || got.Knows(0o100) || !got.Lacks(0o022) {
		t.Errorf("0755 or 0644 = %v", got)
	}
}

func Example() {
	mode := bits.Value{} // a variable
	fmt.Println(mode.Or(bits.Of(0o111)).Has(0o100))
	fmt.Println(mode.AndNot(bits.Of(0o022)).Lacks(0o002))
	// Output:
	// true
	// true
}
