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
