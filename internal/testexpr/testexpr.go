// Package testexpr generates what chmod is asked for, for tests that compare with it.
package testexpr

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Mode is an expression that is mostly valid, and sometimes not.
func Mode(r *rand.Rand) string {
	if r.IntN(8) == 0 {
		return strings.Repeat("0", r.IntN(4)) + fmt.Sprintf("%o", r.IntN(0o12000))
	}
	clauses := make([]string, 1+r.IntN(3))
	for i := range clauses {
		clauses[i] = letters(r, "ugoa", 3)
		for range 1 + r.IntN(3) {
			clauses[i] += string("+-="[r.IntN(3)]) + rightHand(r)
		}
	}
	s := strings.Join(clauses, ",")
	if r.IntN(10) == 0 {
		at := r.IntN(len(s) + 1)
		s = s[:at] + string("ugorwxXst+-=,07 98aRcfvz'\n"[r.IntN(26)]) + s[at:]
	}
	return s
}

func rightHand(r *rand.Rand) string {
	switch r.IntN(8) {
	case 0:
		return fmt.Sprintf("%o", r.IntN(0o10000))
	case 1, 2:
		return letters(r, "ugo", 1)
	}
	return letters(r, "rwxXst", 4)
}

func letters(r *rand.Rand, from string, most int) string {
	var s strings.Builder
	for range r.IntN(most + 1) {
		s.WriteByte(from[r.IntN(len(from))])
	}
	return s.String()
}
