package report

import (
	"encoding/hex"

	"ward/acl/nfs4"
	"ward/entry"
	"ward/mode"
)

// NFS4List is a list of NFS 4 in one line, in the notation of nfs4-acl-tools, or
// "none"; one that is damaged is in hexadecimal.
func NFS4List(s entry.Stored, k mode.Kind) string {
	if s == "" {
		return "none"
	}
	list, err := s.NFS4ACL()
	if err == nil && len(list.Entries) == 0 {
		return "empty"
	}
	if err == nil {
		if text, err := list.Format(nfs4.Linux, k); err == nil {
			return Path(text)
		}
	}
	return "0x" + hex.EncodeToString(s.Value())
}

// DOSAttributes is the letters RHSA and words for the rest, or "none".
func DOSAttributes(s entry.Stored) string {
	if s == "" {
		return "none"
	}
	if a, err := s.DOSAttributes(); err == nil {
		return a.Format()
	}
	return "0x" + hex.EncodeToString(s.Value())
}

// beyondNFS4 is a list of NFS 4 that says more than a mode.
func beyondNFS4(e *entry.Entry) (nfs4.ACL, bool) {
	if e.NFS4 == "" {
		return nfs4.ACL{}, false
	}
	list, err := e.NFS4.NFS4ACL()
	return list, err == nil && !list.Trivial(e.Kind, nfs4.RFC8881)
}

func saysBeyond(e *entry.Entry) bool {
	_, ok := beyondNFS4(e)
	return ok
}

// storedFields are the permissions of other models, where the object has any.
func storedFields(e *entry.Entry) (all []statField) {
	switch {
	case e.Denied&entry.NFS4 != 0:
		all = append(all, statField{"nfs4 list", []string{orUnread(e, entry.NFS4, "")}})
	case e.NFS4 != "":
		all = append(all, statField{"nfs4 list", nfs4Lines(e)})
	}
	if e.DOS != "" {
		all = append(all, statField{"dos", []string{DOSAttributes(e.DOS)}})
	}
	return all
}

// nfs4Lines is a list, an entry a line, and where it is kept. That it says no more than
// the mode is worth a word.
func nfs4Lines(e *entry.Entry) []string {
	list, err := e.NFS4.NFS4ACL()
	if err != nil || len(list.Entries) == 0 {
		return []string{NFS4List(e.NFS4, e.Kind)}
	}
	var lines []string
	for _, line := range list.Entries {
		lines = append(lines, nfs4Line(line, e.Kind))
	}
	if list.Trivial(e.Kind, nfs4.RFC8881) {
		lines = append(lines, "It says no more than the mode.")
	}
	return lines
}

// nfs4Line is one entry as nfs4_getfacl writes it.
func nfs4Line(line nfs4.Entry, k mode.Kind) string {
	text, err := nfs4.ACL{Entries: []nfs4.Entry{line}}.Format(nfs4.Linux, k)
	if err != nil {
		text = line.String()
	}
	return Path(text)
}
