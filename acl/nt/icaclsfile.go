package nt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Saved is one object of a file that `icacls /save` writes: its path below the
// directory, and its DACL.
type Saved struct {
	Path       string
	Descriptor Descriptor // nothing but a DACL
}

// DecodeIcaclsFile reads what `icacls /save` writes: for each object a line with its
// path and one with its DACL in SDDL, in UTF-16 (little-endian, with or without a
// mark), or in UTF-8, as an editor may have left it.
func DecodeIcaclsFile(b []byte, opts SDDLOptions) ([]Saved, error) {
	text, err := icaclsText(b)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n\x00"), "\n")
	if len(lines) == 1 && lines[0] == "" {
		return nil, nil
	}
	if len(lines)%2 != 0 {
		return nil, fmt.Errorf("file of icacls, line %d: the path %q has no list after it", len(lines), lines[len(lines)-1])
	}
	var saved []Saved
	for i := 0; i < len(lines); i += 2 {
		d, err := ParseSDDL(lines[i+1], opts)
		if err != nil {
			return nil, fmt.Errorf("file of icacls, line %d: list of %q: %w", i+2, lines[i], err)
		}
		saved = append(saved, Saved{lines[i], d})
	}
	return saved, nil
}

func icaclsText(b []byte) (string, error) {
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		b = b[2:]
	case bytes.HasPrefix(b, []byte{0xef, 0xbb, 0xbf}):
		return string(b[3:]), nil
	case bytes.IndexByte(b, 0) < 0 && utf8.Valid(b):
		return string(b), nil
	}
	if len(b)%2 != 0 {
		return "", &BinaryError{"file of icacls", len(b), "it is UTF-16 with half a character at its end"}
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units)), nil
}

// EncodeIcaclsFile writes a file that `icacls /restore` reads: UTF-16, little-endian,
// without a mark. Only the DACLs are in it.
func EncodeIcaclsFile(saved []Saved, opts SDDLOptions) ([]byte, error) {
	var b []byte
	for i, s := range saved {
		d := Descriptor{Control: s.Descriptor.Control &^ SACLPresent, DACL: s.Descriptor.DACL}
		sddl, err := d.FormatSDDL(opts)
		if err != nil {
			return nil, fmt.Errorf("file of icacls: list of %q: %w", s.Path, err)
		}
		if strings.ContainsAny(s.Path, "\r\n\x00") || s.Path == "" || !utf8.ValidString(s.Path) {
			return nil, &FormatError{Form: "file of icacls", Index: i, Problem: fmt.Sprintf("the path %q cannot be on a line of its own", s.Path)}
		}
		b = appendUTF16(b, s.Path+"\r\n"+sddl+"\r\n")
	}
	return b, nil
}
