package translate

import (
	"strings"

	"ward/acl"
	"ward/acl/macos"
	"ward/acl/nfs4"
	"ward/acl/nt"
	"ward/legacy/amiga"
	"ward/legacy/dos"
	"ward/legacy/hpux"
	classic "ward/legacy/macos"
	"ward/legacy/racf"
	"ward/legacy/vms"
	"ward/mode"
)

// parseAs is the value of a text. Names that nobody knows stay names where the model has
// names, and are errors where it has numbers alone.
func parseAs(id, text string, c Context) (any, error) {
	switch id {
	case "octal", "ls", "symbolic":
		return mode.Parse(strings.TrimSpace(text))
	case "getfacl", "setfacl", "getfacl-freebsd", "aclent":
		return parsePOSIX(id, text, c)
	case "lsacl", "chacl":
		return parseHPUX(text, c)
	case "zos-getfacl":
		return racf.ParseUnixACL(text)
	case "ls-le", "chmod+a-text", "macos-external":
		return parseMacOS(id, text, c)
	case "sddl":
		return nt.ParseSDDL(strings.TrimSpace(text), c.SDDL)
	case "icacls-text":
		return nt.ParseIcacls(text, c.Path, c.Accounts)
	case "getcifsacl":
		return nt.ParseCIFS(text, nt.GetCIFSACL, c.Accounts)
	case "smbcacls-text":
		return nt.ParseCIFS(text, nt.SMBCACLs, c.Accounts)
	}
	if n, ok := nfs4Notation(id); ok {
		a, err := nfs4.Parse(text, n, c.kind())
		if err != nil || c.Resolver == nil {
			return a, err
		}
		a, _ = a.Resolve(c.Resolver, "")
		return a, nil
	}
	return parseLegacy(id, text)
}

func parseLegacy(id, text string) (any, error) {
	switch id {
	case "rhsa":
		return dos.Parse(strings.TrimSpace(text))
	case "mattrib":
		a, _, err := dos.ParseMattrib(strings.TrimRight(text, "\r\n"))
		return a, err
	case "finder":
		return parseFinder(text)
	case "hsparwed", "arwed":
		return amiga.Parse(strings.TrimSpace(text))
	case "vms-code":
		return parseCode(text)
	case "vms-show":
		return parseShow(text)
	case "racf-commands":
		return parseProfile(text)
	}
	return nil, unknownNotation(id)
}

func formatAs(id string, o Object, c Context) (string, error) {
	switch v := o.Value.(type) {
	case mode.Mode:
		return map[string]string{"octal": v.Octal(), "ls": v.Format(o.Kind), "symbolic": v.Symbolic()}[id], nil
	case POSIX:
		return v.format(id, c), nil
	case HPUX:
		if id == "chacl" {
			return v.ACL.FormatOperators(), nil
		}
		return v.ACL.Format(), nil
	case racf.UnixACL:
		return v.String(), nil
	case nfs4.ACL:
		n, _ := nfs4Notation(id)
		if c.Names != nil {
			v = v.WithNames(c.Names)
		}
		return v.Format(n, o.kind())
	case MacOS:
		return v.format(id, o.kind(), c), nil
	case nt.Descriptor:
		return formatNT(id, v, c)
	}
	return formatLegacy(id, o, c)
}

func formatLegacy(id string, o Object, c Context) (string, error) {
	switch v := o.Value.(type) {
	case dos.Attributes:
		if id == "mattrib" {
			return v.FormatMattrib() + c.Path, nil
		}
		return v.Format(), nil
	case Classic:
		return v.format(), nil
	case amiga.Protection:
		if id == "arwed" {
			return v.Flags().Format()[3:], nil
		}
		return v.Format(), nil
	case vms.Security:
		if id == "vms-show" {
			return v.FormatShow(), nil
		}
		return formatCode(v), nil
	case racf.Profile:
		return formatProfile(v), nil
	}
	return "", wrongValue(o)
}

func (c Context) kind() mode.Kind { return Object{Kind: c.Kind}.kind() }

func nfs4Notation(id string) (nfs4.Notation, bool) {
	n, ok := map[string]nfs4.Notation{
		"nfs4-tools": nfs4.Linux, "nfs4-freebsd-text": nfs4.FreeBSD, "nfs4-truenas": nfs4.FreeBSD, "nfs4-freebsd-verbose": nfs4.FreeBSDVerbose,
		"nfs4-tar": nfs4.Libarchive, "nfs4-solaris": nfs4.Solaris, "nfs4-solaris-verbose": nfs4.SolarisVerbose,
	}[id]
	return n, ok
}

func parsePOSIX(id, text string, c Context) (v POSIX, err error) {
	if id == "aclent" {
		v.Access, v.Default, err = acl.ParseSolaris(text, c.Resolver)
	} else {
		v.Access, v.Default, err = acl.ParseText(text, c.Resolver)
	}
	v.Mode = c.Mode&mode.Special | headerFlags(text)
	v.Access, v.Mode = v.Access.Fold(v.Mode)
	return v, err
}

// headerFlags is what the comment "# flags: s-t" of getfacl says.
func headerFlags(text string) (m mode.Mode) {
	for line := range strings.Lines(text) {
		letters, ok := strings.CutPrefix(strings.TrimSpace(line), "# flags: ")
		if !ok || len(letters) != 3 {
			continue
		}
		for i, bit := range [...]mode.Mode{mode.SetUID, mode.SetGID, mode.Sticky} {
			if letters[i] == "sst"[i] {
				m |= bit
			}
		}
	}
	return m
}

func (v POSIX) format(id string, c Context) string {
	access := v.Access
	if access == nil {
		access = acl.FromMode(v.Mode)
	}
	flags := ""
	if v.Mode&mode.Special != 0 {
		flags = "# flags: " + flagLetters(v.Mode) + "\n"
	}
	switch id {
	case "setfacl":
		return strings.Trim(access.Format(c.Names)+","+v.Default.FormatDefault(c.Names), ",")
	case "getfacl-freebsd":
		return flags + access.LongFreeBSD(c.Names, false) + v.Default.LongFreeBSD(c.Names, true)
	case "aclent":
		return access.FormatSolaris(v.Default, c.Names)
	}
	return flags + access.Long(c.Names) + v.Default.LongDefault(c.Names)
}

func flagLetters(m mode.Mode) string {
	letters := []byte("---")
	for i, bit := range [...]mode.Mode{mode.SetUID, mode.SetGID, mode.Sticky} {
		if m&bit != 0 {
			letters[i] = "sst"[i]
		}
	}
	return string(letters)
}

func parseHPUX(text string, c Context) (HPUX, error) {
	a, err := hpux.Parse(strings.TrimSpace(text))
	if err == nil && c.Resolver != nil {
		a, _ = a.Resolve(c.Resolver.User, c.Resolver.Group)
	}
	return HPUX{ACL: a, Mode: c.Mode & mode.Special}, err
}

func parseMacOS(id, text string, c Context) (v MacOS, err error) {
	v.Mode = c.Mode
	switch id {
	case "ls-le":
		v.ACL, err = macos.ParseListing(text)
	case "macos-external":
		v.ACL, err = macos.ParseExternal(text)
	default:
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			e, err := macos.ParseEntry(line)
			if err != nil {
				return v, err
			}
			v.ACL.Entries = append(v.ACL.Entries, e)
		}
	}
	if c.Resolver != nil {
		v.ACL, _ = v.ACL.Resolve(c.Resolver)
	}
	return v, err
}

func (v MacOS) format(id string, k mode.Kind, c Context) string {
	a := v.ACL
	if c.Names != nil {
		a = a.WithNames(c.Names)
	}
	switch id {
	case "ls-le":
		return a.FormatListing(k)
	case "macos-external":
		return a.FormatExternal()
	}
	var b strings.Builder
	for _, e := range a.Entries {
		b.WriteString(e.Format(k) + "\n")
	}
	return b.String()
}

func formatNT(id string, d nt.Descriptor, c Context) (string, error) {
	switch id {
	case "icacls-text":
		return d.FormatIcacls(c.Path, c.Accounts)
	case "getcifsacl":
		return d.FormatCIFS(nt.GetCIFSACL, c.Accounts)
	case "smbcacls-text":
		return d.FormatCIFS(nt.SMBCACLs, c.Accounts)
	}
	return d.FormatSDDL(c.SDDL)
}

// parseFinder reads "locked" or "unlocked", and words of the Finder's flags, between
// commas; "-" is none.
func parseFinder(text string) (v Classic, err error) {
	var words []string
	for _, w := range strings.Split(strings.TrimSpace(text), ",") {
		switch strings.ToLower(strings.TrimSpace(w)) {
		case "locked", "protected":
			v.Locked = true
		case "unlocked", "":
		default:
			words = append(words, strings.TrimSpace(w))
		}
	}
	if len(words) > 0 {
		v.Finder, err = classic.ParseFinderFlags(strings.Join(words, ","))
	}
	return v, err
}

func (v Classic) format() string {
	text := map[bool]string{true: "locked", false: "unlocked"}[v.Locked]
	if v.Finder != 0 {
		text += "," + v.Finder.Format()
	}
	return text
}

// parseCode reads a protection code, and the entries behind it.
func parseCode(text string) (s vms.Security, err error) {
	text = strings.TrimSpace(text)
	code, rest := text, ""
	if i := strings.IndexByte(text, ')'); strings.HasPrefix(text, "(") && i >= 0 {
		code, rest = text[:i+1], text[i+1:]
	} else if i := strings.IndexByte(text, '\n'); i >= 0 {
		code, rest = text[:i], text[i:]
	}
	if s.Protection, err = vms.ParseProtection(code, vms.File); err != nil {
		return s, err
	}
	s.ACL, err = vms.ParseACL(strings.TrimSpace(rest), vms.File)
	return s, err
}

func formatCode(s vms.Security) string {
	text := s.Protection.Format(s.Class)
	for _, e := range s.ACL {
		text += "\n" + e.Format(s.Class)
	}
	return text
}

func parseShow(text string) (vms.Security, error) {
	list, err := vms.ParseShow(text)
	switch {
	case err != nil:
		return vms.Security{}, err
	case len(list) != 1:
		return vms.Security{}, &vms.SyntaxError{Input: text, Problem: "the text is about no object, or about several", Hint: "give one object at a time"}
	}
	return list[0], nil
}

// parseProfile makes a profile by the commands, one a line; a line goes on after "-" or
// "+".
func parseProfile(text string) (racf.Profile, error) {
	var profiles []racf.Profile
	pending := ""
	for line := range strings.Lines(text) {
		pending += line
		if trimmed := strings.TrimSpace(line); strings.HasSuffix(trimmed, "-") || strings.HasSuffix(trimmed, "+") {
			continue
		}
		if strings.TrimSpace(pending) == "" {
			pending = ""
			continue
		}
		c, err := racf.ParseCommand(strings.TrimSpace(pending), "")
		if err != nil {
			return racf.Profile{}, err
		}
		if profiles, err = c.ApplyTo(profiles); err != nil {
			return racf.Profile{}, err
		}
		pending = ""
	}
	if len(profiles) != 1 || strings.TrimSpace(pending) != "" {
		return racf.Profile{}, &racf.SyntaxError{Input: text, Problem: "the commands make no profile, or several", Hint: "give one profile at a time"}
	}
	return profiles[0], nil
}

func formatProfile(p racf.Profile) string {
	var b strings.Builder
	for _, c := range p.Commands() {
		b.WriteString(c.String() + "\n")
	}
	return b.String()
}
