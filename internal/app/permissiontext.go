package app

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"ward/acl/nt"
	"ward/legacy/racf"
	"ward/policy"
	"ward/translate"
)

// decodeText makes UTF-8 of what a program wrote: UTF-16, as Windows has it, and a mark
// of UTF-8 are known. Anything else stays as it is.
func decodeText(raw []byte) string {
	switch {
	case len(raw) >= 2 && raw[0] == 0xff && raw[1] == 0xfe:
		return fromUTF16(raw[2:])
	case len(raw) >= 4 && raw[0] != 0 && raw[1] == 0 && raw[2] != 0 && raw[3] == 0: // without a mark
		return fromUTF16(raw)
	case len(raw) >= 3 && string(raw[:3]) == "\ufeff" && utf8.Valid(raw):
		return string(raw[3:])
	}
	return string(raw)
}

func fromUTF16(raw []byte) string {
	units := make([]uint16, 0, len(raw)/2)
	for ; len(raw) >= 2; raw = raw[2:] {
		units = append(units, binary.LittleEndian.Uint16(raw))
	}
	return string(utf16.Decode(units))
}

// heldValue is one value out of a file that is no text in a notation.
type heldValue struct {
	name  string
	value any
}

// heldIn reads the forms that a model has besides its notations: of Windows a
// descriptor's bytes and the files of icacls /save, of RACF the unload file. nil where
// it is none of them.
func heldIn(raw []byte, m translate.Model, opts nt.SDDLOptions) (all []heldValue) {
	switch m.ID {
	case "nt":
		if d, err := nt.Decode(raw); err == nil {
			return []heldValue{{"", d}}
		}
		saved, err := nt.DecodeIcaclsFile(raw, opts)
		if err != nil {
			return nil
		}
		for _, s := range saved {
			all = append(all, heldValue{s.Path, s.Descriptor})
		}
	case "racf":
		coding, ok := racf.DetectCoding(raw)
		if !ok {
			return nil
		}
		records, err := racf.DecodeRecords(raw, coding)
		if err != nil {
			return nil
		}
		system, _, err := racf.ReadUnload(records)
		if err != nil {
			return nil
		}
		for _, p := range system.Profiles {
			all = append(all, heldValue{p.Class + " " + p.Name, p})
		}
	}
	return all
}

// ModelIDs are the ids of all models and notations, and of command forms too where
// forms is set, in their order, each once.
func ModelIDs(forms bool) []string {
	var ids []string
	seen := map[string]bool{}
	add := func(id string) {
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, m := range translate.Models() {
		add(m.ID)
		for _, n := range m.Notations {
			add(n.ID)
		}
	}
	if forms {
		for _, f := range translate.Forms() {
			add(f.ID)
		}
	}
	return ids
}

// nearestModel is a hint that names the id nearest to a word, or "".
func nearestModel(word string) string { return policy.DidYouMean(word, ModelIDs(true)) }
