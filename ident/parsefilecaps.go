package ident

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseFileCapabilities reads what getcap(8) prints and setcap(8) reads
// (cap_from_text(3)): "cap_net_raw=ep", "cap_chown,cap_kill+i", "=ep", and "= a+p" of
// older versions. Clauses apply from left to right. The kernel keeps one effective bit
// for all, so capabilities whose effective flag differs from the others' are refused.
// "" and "=" are none; "[rootid=1000]" behind them names the root of a namespace.
func ParseFileCapabilities(s string) (FileCapabilities, error) {
	var permitted, inheritable, effective Capabilities
	clauses, root, namespaced, err := cutRoot(s)
	if err != nil {
		return FileCapabilities{}, err
	}
	for clause := range strings.FieldsSeq(clauses) {
		at := strings.IndexAny(clause, "=+-")
		if at < 0 {
			return FileCapabilities{}, fmt.Errorf("%q: %q has none of =, + and -", s, clause)
		}
		set, err := clauseCapabilities(clause[:at])
		if err != nil {
			return FileCapabilities{}, fmt.Errorf("%q: %w", s, err)
		}
		for rest := clause[at:]; rest != ""; {
			op := rest[0]
			end := strings.IndexAny(rest[1:], "=+-") + 1
			if end == 0 {
				end = len(rest)
			}
			flags := rest[1:end]
			if strings.Trim(flags, "eip") != "" {
				return FileCapabilities{}, fmt.Errorf("%q: the flags are e, i and p, not %q", s, flags)
			}
			permitted = changed(permitted, set, op, strings.Contains(flags, "p"))
			inheritable = changed(inheritable, set, op, strings.Contains(flags, "i"))
			effective = changed(effective, set, op, strings.Contains(flags, "e"))
			rest = rest[end:]
		}
	}
	c := FileCapabilities{Permitted: permitted, Inheritable: inheritable, Effective: effective != 0, Namespaced: namespaced, Root: root}
	if effective != 0 && effective != permitted|inheritable {
		return FileCapabilities{}, fmt.Errorf("%q: the effective flag is for all capabilities or for none", s)
	}
	return c, nil
}

// cutRoot parts the clauses from the root of a namespace.
func cutRoot(s string) (clauses string, root UID, namespaced bool, err error) {
	clauses, rest, ok := strings.Cut(s, "[rootid=")
	if !ok {
		return s, 0, false, nil
	}
	digits, closed := strings.CutSuffix(strings.TrimSpace(rest), "]")
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || !closed {
		return "", 0, false, fmt.Errorf("%q: %q is no root of a namespace", s, rest)
	}
	return clauses, UID(n), true, nil
}

func clauseCapabilities(names string) (Capabilities, error) {
	if names == "" || names == "all" {
		return AllCapabilities, nil
	}
	return ParseCapabilities(names)
}

// changed is one flag's set after an operator. "=" clears it where it is not named.
func changed(have, named Capabilities, op byte, flag bool) Capabilities {
	switch {
	case flag && op == '-':
		return have &^ named
	case flag:
		return have | named
	case op == '=':
		return have &^ named
	}
	return have
}
