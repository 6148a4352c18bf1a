package ident

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// FileCapabilities are those that a program's file brings to who executes it: the
// extended attribute security.capability (capabilities(7), "File capabilities").
type FileCapabilities struct {
	Permitted   Capabilities
	Inheritable Capabilities
	Effective   bool // one bit for all: what is gained counts at once
	Namespaced  bool // they count only in user namespaces whose root is Root
	Root        UID  // as an id of the initial namespace
}

// The first word of the attribute (VFS_CAP_* in include/uapi/linux/capability.h).
const (
	capRevisionMask = 0xff000000
	capRevision1    = 0x01000000 // 32 capabilities
	capRevision2    = 0x02000000 // 64
	capRevision3    = 0x03000000 // 64, and the root of a namespace
	capEffective    = 1
)

var errFileCapabilities = errors.New("decode file capabilities: no revision that is known, or of another length than it has")

// DecodeFileCapabilities reads the bytes of the attribute.
func DecodeFileCapabilities(raw []byte) (FileCapabilities, error) {
	var words [6]uint32
	if len(raw) > 4*len(words) || len(raw)%4 != 0 {
		return FileCapabilities{}, errFileCapabilities
	}
	for i := range len(raw) / 4 {
		words[i] = binary.LittleEndian.Uint32(raw[4*i:])
	}
	revision := words[0] & capRevisionMask
	c := FileCapabilities{
		Permitted:   Capabilities(words[1]) | Capabilities(words[3])<<32,
		Inheritable: Capabilities(words[2]) | Capabilities(words[4])<<32,
		Effective:   words[0]&capEffective != 0,
		Namespaced:  revision == capRevision3,
		Root:        UID(words[5]),
	}
	switch {
	case revision == capRevision1 && len(raw) == 12, revision == capRevision2 && len(raw) == 20, c.Namespaced && len(raw) == 24:
		return c, nil
	}
	return FileCapabilities{}, errFileCapabilities
}

// Encode is the attribute's bytes, of revision 2, or 3 where a namespace counts.
func (c FileCapabilities) Encode() []byte {
	magic := uint32(capRevision2)
	if c.Namespaced {
		magic = capRevision3
	}
	if c.Effective {
		magic |= capEffective
	}
	words := []uint32{magic, uint32(c.Permitted), uint32(c.Inheritable), uint32(c.Permitted >> 32), uint32(c.Inheritable >> 32)}
	if c.Namespaced {
		words = append(words, uint32(c.Root))
	}
	var raw []byte
	for _, w := range words {
		raw = binary.LittleEndian.AppendUint32(raw, w)
	}
	return raw
}

// String is the form of getcap(8), which setcap(8) reads: "cap_net_raw=ep". Clauses
// of different flags stand one after the other, "=ep" is every capability, and "="
// is none.
func (c FileCapabilities) String() string {
	var clauses []string
	for _, part := range []struct {
		set   Capabilities
		flags string
	}{
		{c.Permitted & c.Inheritable, "ip"},
		{c.Permitted &^ c.Inheritable, "p"},
		{c.Inheritable &^ c.Permitted, "i"},
	} {
		if part.set != 0 {
			clauses = append(clauses, clause(part.set, part.flags, c.Effective))
		}
	}
	text := strings.Join(clauses, " ")
	if text == "" {
		text = "="
	}
	if c.Namespaced {
		text += fmt.Sprintf(" [rootid=%s]", strconv.FormatUint(uint64(c.Root), 10))
	}
	return text
}

func clause(set Capabilities, flags string, effective bool) string {
	names := set.String()
	if set == AllCapabilities {
		names = ""
	}
	if effective {
		flags = "e" + flags
	}
	return names + "=" + flags
}
