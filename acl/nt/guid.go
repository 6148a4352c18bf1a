package nt

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// GUID is an identifier of a kind of object or of a property of one, in the order of
// its binary form: the first three fields little-endian (MS-DTYP, section 2.3.4.2).
type GUID [16]byte

// String is the GUID as "ab721a53-1e2f-11d0-9819-00aa0040529b".
func (g GUID) String() string {
	le := binary.LittleEndian
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", le.Uint32(g[:4]), le.Uint16(g[4:6]), le.Uint16(g[6:8]), g[8:10], g[10:])
}

// ParseGUID reads "ab721a53-1e2f-11d0-9819-00aa0040529b", without braces.
func ParseGUID(s string) (GUID, error) {
	bad := &SyntaxError{Notation: "GUID", Input: s, Problem: "it is not eight, four, four, four and twelve hexadecimal digits"}
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return GUID{}, bad
	}
	raw, err := hex.DecodeString(s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:])
	if err != nil {
		return GUID{}, bad
	}
	g := GUID(raw)
	g[0], g[1], g[2], g[3] = raw[3], raw[2], raw[1], raw[0]
	g[4], g[5], g[6], g[7] = raw[5], raw[4], raw[7], raw[6]
	return g, nil
}
