package mtree

import (
	"encoding/hex"
	"io"
	"strconv"

	"ward/acl"
	"ward/ident"
	"ward/mode"
)

// Header is the first line of every manifest, by which programs know one.
const Header = "#mtree\n"

// Directive begins a comment that is a /set of ward's own keywords. Defaults says
// with it, and with a /set for everybody, that what an entry does not mention is none.
const (
	Directive = "#ward/set"
	Defaults  = Directive + " acl=none defaultacl=none caps=none\n/set flags=none\n"
)

// Append writes an entry as one line, with its line break. Only what Known says is
// written. Keywords always have the same order, so that equal trees have equal
// manifests.
func Append(b []byte, e *Entry) []byte {
	b = appendPath(b, e.Path)
	if e.Known&Type != 0 {
		b = append(append(b, " type="...), kindWord(e.Kind)...)
	}
	if e.Known&Mode != 0 {
		b = append(append(b, " mode="...), e.Mode.Octal()...)
	}
	b = appendOwners(b, e)
	for _, text := range []struct {
		known   Known
		keyword string
		value   string
	}{
		{Link, "link", e.Link},
		{Flags, "flags", flagWords(e)},
		{ACL, "acl", listText(e.ACL)},
		{Default, "defaultacl", listText(e.Default)},
		{Caps, "caps", capsText(e.Caps)},
	} {
		if e.Unread&text.known != 0 {
			text.value = unknown
		}
		if (e.Known|e.Unread)&text.known != 0 {
			b = append(append(append(b, ' '), text.keyword...), '=')
			b = quote(b, text.value)
		}
	}
	if e.Known&Size != 0 {
		b = strconv.AppendInt(append(b, " size="...), e.Size, 10)
	}
	if e.Known&Digest != 0 {
		b = append(append(append(b, ' '), e.Digest.Algorithm...), '=')
		b = hex.AppendEncode(b, []byte(e.Digest.Sum))
	}
	if e.Optional {
		b = append(b, " optional"...)
	}
	if e.Untracked {
		b = append(b, " nochange"...)
	}
	if e.Ignored {
		b = append(b, " ignore"...)
	}
	return append(b, '\n')
}

// unknown is the value of what could not be looked at.
const unknown = "unknown"

// appendPath writes a full path: one with a slash in it.
func appendPath(b []byte, path string) []byte {
	if path == "." {
		return append(b, '.')
	}
	return quote(append(b, "./"...), path)
}

func appendOwners(b []byte, e *Entry) []byte {
	if e.Known&UID != 0 {
		b = strconv.AppendUint(append(b, " uid="...), uint64(e.UID), 10)
	}
	if e.Known&User != 0 {
		b = quote(append(b, " uname="...), e.User)
	}
	if e.Known&GID != 0 {
		b = strconv.AppendUint(append(b, " gid="...), uint64(e.GID), 10)
	}
	if e.Known&Group != 0 {
		b = quote(append(b, " gname="...), e.Group)
	}
	return b
}

func kindWord(k mode.Kind) string {
	for _, x := range kinds {
		if x.kind == k {
			return x.word
		}
	}
	return "file"
}

func listText(l acl.List) string {
	if len(l) == 0 {
		return "none"
	}
	return l.String()
}

func flagWords(e *Entry) string {
	words := ""
	for _, f := range flags[:writtenFlags] {
		if e.Flags&f.flag != 0 {
			if words != "" {
				words += ","
			}
			words += f.word
		}
	}
	if words == "" {
		return "none"
	}
	return words
}

// capsText is the bytes of the attribute as text: those of getcap -n, else, if they
// are no capabilities that are known, in hexadecimal behind "0x".
func capsText(raw string) string {
	if raw == "" {
		return "none"
	}
	c, err := ident.DecodeFileCapabilities([]byte(raw))
	if err != nil || string(c.Encode()) != raw {
		return "0x" + hex.EncodeToString([]byte(raw))
	}
	return c.String()
}

// Writer writes a manifest.
type Writer struct {
	out  io.Writer
	line []byte
	err  error
}

// NewWriter writes the header and Defaults.
func NewWriter(out io.Writer) *Writer {
	w := &Writer{out: out}
	_, w.err = io.WriteString(out, Header+Defaults)
	return w
}

// Write adds an entry. After the first error nothing more is written.
func (w *Writer) Write(e *Entry) error {
	if w.err != nil {
		return w.err
	}
	w.line = Append(w.line[:0], e)
	_, w.err = w.out.Write(w.line)
	return w.err
}
