package nt

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

const (
	maxSubAuthorities = 15
	maxAuthority      = 1<<48 - 1
	minSIDSize        = 8
)

// SID identifies an account (MS-DTYP, section 2.4.2). It is comparable; the zero
// value is no SID at all.
type SID struct {
	bytes string // the binary form
}

// NewSID is the SID of an authority below 2^48 and at most fifteen sub-authorities;
// otherwise it is the zero SID.
func NewSID(authority uint64, subs ...uint32) SID {
	if authority > maxAuthority || len(subs) > maxSubAuthorities {
		return SID{}
	}
	b := make([]byte, minSIDSize, minSIDSize+4*len(subs))
	binary.BigEndian.PutUint64(b, authority)
	b[0], b[1] = 1, byte(len(subs))
	for _, s := range subs {
		b = binary.LittleEndian.AppendUint32(b, s)
	}
	return SID{string(b)}
}

// IsZero reports whether there is no SID.
func (s SID) IsZero() bool { return s.bytes == "" }

// Authority is the 48-bit number after "S-1-".
func (s SID) Authority() uint64 {
	if s.IsZero() {
		return 0
	}
	return binary.BigEndian.Uint64([]byte(s.bytes[:8])) & maxAuthority
}

// Len is the number of sub-authorities.
func (s SID) Len() int { return (len(s.bytes) - minSIDSize) / 4 * min(1, len(s.bytes)) }

// Sub is the sub-authority i, counted from 0.
func (s SID) Sub(i int) uint32 {
	return binary.LittleEndian.Uint32([]byte(s.bytes[minSIDSize+4*i:][:4]))
}

// RID is the last sub-authority; 0 where there is none.
func (s SID) RID() uint32 {
	if s.Len() == 0 {
		return 0
	}
	return s.Sub(s.Len() - 1)
}

// Child is the SID with one more sub-authority; the zero SID where there is no room.
func (s SID) Child(rid uint32) SID {
	if s.IsZero() || s.Len() == maxSubAuthorities {
		return SID{}
	}
	b := binary.LittleEndian.AppendUint32([]byte(s.bytes), rid)
	b[1]++
	return SID{string(b)}
}

// Parent is the SID without its last sub-authority: the domain of an account.
func (s SID) Parent() SID {
	if s.Len() == 0 {
		return SID{}
	}
	b := []byte(s.bytes[:len(s.bytes)-4])
	b[1]--
	return SID{string(b)}
}

// String is the SID as "S-1-5-32-544"; an authority of 2^32 and more is hexadecimal
// (MS-DTYP, section 2.4.2.1). The zero SID is "".
func (s SID) String() string {
	if s.IsZero() {
		return ""
	}
	b := []byte("S-1-")
	if a := s.Authority(); a < 1<<32 {
		b = strconv.AppendUint(b, a, 10)
	} else {
		b = fmt.Appendf(b, "0x%X", a)
	}
	for i := range s.Len() {
		b = append(b, '-')
		b = strconv.AppendUint(b, uint64(s.Sub(i)), 10)
	}
	return string(b)
}

// Encode is the binary form; nil for the zero SID.
func (s SID) Encode() []byte { return []byte(s.bytes) }

// size is the number of bytes of the binary form.
func (s SID) size() int { return len(s.bytes) }

// DecodeSID reads the SID that b begins with, and answers how many bytes it took.
func DecodeSID(b []byte) (SID, int, error) {
	if len(b) < minSIDSize {
		return SID{}, 0, &BinaryError{"SID", len(b), "it ends within the first eight bytes"}
	}
	n := int(b[1])
	switch {
	case b[0] != 1:
		return SID{}, 0, &BinaryError{"SID", 0, fmt.Sprintf("its revision is %d, only 1 is known", b[0])}
	case n > maxSubAuthorities:
		return SID{}, 0, &BinaryError{"SID", 1, fmt.Sprintf("it has %d sub-authorities, at most 15 are allowed", n)}
	case len(b) < minSIDSize+4*n:
		return SID{}, 0, &BinaryError{"SID", len(b), fmt.Sprintf("it ends before its %d sub-authorities do", n)}
	}
	size := minSIDSize + 4*n
	return SID{string(b[:size])}, size, nil
}

// ParseSID reads "S-1-5-32-544": numbers are decimal or, with 0x, hexadecimal. At
// least one sub-authority is needed.
func ParseSID(text string) (SID, error) {
	s, n, problem := scanSID(text)
	if problem == "" && n < len(text) {
		problem = fmt.Sprintf("there is something after it: %q", text[n:])
	}
	if problem != "" {
		return SID{}, &SyntaxError{Notation: "SID", Input: text, Offset: n, Problem: problem, Hint: "write S-1-AUTHORITY-NUMBER-…"}
	}
	return s, nil
}

// scanSID reads the longest SID that text begins with, and answers its length, or
// where the problem is.
func scanSID(text string) (s SID, n int, problem string) {
	if len(text) < 4 || text[0] != 'S' && text[0] != 's' || text[1:4] != "-1-" {
		return SID{}, 0, "a SID begins with S-1-"
	}
	authority, n, problem := scanNumber(text, 4, maxAuthority)
	if problem != "" {
		return SID{}, n, problem
	}
	var subs []uint32
	for n < len(text) && text[n] == '-' {
		sub, end, problem := scanNumber(text, n+1, 1<<32-1)
		if problem != "" {
			return SID{}, end, problem
		}
		subs, n = append(subs, uint32(sub)), end
	}
	switch {
	case len(subs) == 0:
		return SID{}, n, "there is no sub-authority"
	case len(subs) > maxSubAuthorities:
		return SID{}, n, "there are more than fifteen sub-authorities"
	}
	return NewSID(authority, subs...), n, ""
}

// scanNumber reads digits from the byte at on. A D before a colon ends a hexadecimal
// number: in "O:S-1-2-0x200D:" it begins the next section.
func scanNumber(text string, at int, most uint64) (v uint64, end int, problem string) {
	base, start, digits := 10, at, "0123456789"
	if rest := text[at:]; len(rest) > 2 && (rest[:2] == "0x" || rest[:2] == "0X") {
		base, start, digits = 16, at+2, "0123456789abcdefABCDEF"
	}
	end = start
	for end < len(text) && strings.IndexByte(digits, text[end]) >= 0 {
		end++
	}
	if base == 16 && end < len(text) && text[end] == ':' && (text[end-1] == 'D' || text[end-1] == 'd') {
		end--
	}
	if end == start {
		return 0, at, "a number is expected"
	}
	v, err := strconv.ParseUint(text[start:end], base, 64)
	if err != nil || v > most {
		return 0, at, fmt.Sprintf("the number %s is more than 0x%x", text[at:end], most)
	}
	return v, end, ""
}
