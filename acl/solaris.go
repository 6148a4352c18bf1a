package acl

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ward/mode"
)

// ParseSolaris reads the text of UFS lists on Solaris and illumos (acltotext(3SEC)):
// "user::rw-,user:lp:r--:71,group::r--,mask:r--,other:---", with "defaultuser:" and the
// like before the entries of the default list. The mask's and others' entries have one
// colon there; with two, and with "default:user:", they are read as well. A number behind
// the rights counts where the name before them is unknown. Errors are *SyntaxError, or
// *InvalidError for entries that make no list (ValidateSolaris).
func ParseSolaris(s string, r Resolver) (access, def List, err error) {
	p := solarisParser{input: s, names: r}
	for p.next() {
		e, isDefault, err := p.entry()
		switch {
		case err != nil:
			return nil, nil, err
		case isDefault:
			def = append(def, e)
		default:
			access = append(access, e)
		}
	}
	sortEntries(access)
	sortEntries(def)
	if err := access.ValidateSolaris(); err != nil {
		return nil, nil, err
	}
	if err := def.ValidateSolaris(); err != nil {
		return nil, nil, fmt.Errorf("default list: %w", err)
	}
	return access, def, nil
}

// FormatSolaris writes the list, and the default list behind it, as acltotext does:
// sorted, between commas.
func (l List) FormatSolaris(def List, n Names) string {
	fields := l.solarisFields("", n)
	fields = append(fields, def.solarisFields("default", n)...)
	return strings.Join(fields, ",")
}

func (l List) solarisFields(prefix string, n Names) (fields []string) {
	sorted := slices.Clone(l)
	sortEntries(sorted)
	for _, e := range sorted {
		who := ":" + e.qualifier(n) + ":"
		if e.Tag == Mask || e.Tag == Other {
			who = ":"
		}
		fields = append(fields, prefix+e.Tag.String()+who+e.Rights.String())
	}
	return fields
}

// sortEntries puts entries in the order of their tags, named ones by their numbers.
func sortEntries(l List) {
	slices.SortStableFunc(l, func(a, b Entry) int {
		if a.Tag != b.Tag || !a.Tag.Named() {
			return cmp.Compare(a.Tag, b.Tag)
		}
		return cmp.Compare(a.ID, b.ID)
	})
}

// ValidateSolaris returns an *InvalidError unless UFS of Solaris would take the list: the
// three base entries once each, nobody twice, one mask at most, which only named groups
// need (ufs_acl.c, acl_validate).
func (l List) ValidateSolaris() error {
	if len(l) == 0 {
		return nil
	}
	count := map[Tag]int{}
	for i, e := range l {
		count[e.Tag]++
		problem := e.problem()
		switch {
		case problem != "":
		case i > 0 && l[i-1].matches(e.Tag, e.ID):
			problem = "it speaks of the same as the one before"
		case !e.Tag.Named() && count[e.Tag] > 1:
			problem = "there is one of these already"
		}
		if problem != "" {
			return &InvalidError{i, problem}
		}
	}
	switch {
	case count[UserObj] == 0 || count[GroupObj] == 0 || count[Other] == 0:
		return &InvalidError{len(l), "the entries of owner, owning group and others must all be there"}
	case count[Group] > 0 && count[Mask] == 0:
		return &InvalidError{len(l), "a list that names groups needs a mask"}
	}
	return nil
}

// CreatedSolaris is the access list and the mode of a new object that was asked for with
// the mode m in a directory with this default list. Where there is one the umask does not
// count, as on Linux; sticky is dropped (vn_createat clears VSVTX but for mknod).
func (l List) CreatedSolaris(m, umask mode.Mode) (List, mode.Mode) {
	m &^= mode.Sticky
	if len(l) == 0 {
		m &^= umask & mode.Permissions
	}
	return l.handedDown(m)
}

// solarisParser reads entries one by one.
type solarisParser struct {
	input      string
	names      Resolver
	start, end int // of the entry at hand
	at         int
}

// next goes to the next entry: after a comma or a line break.
func (p *solarisParser) next() bool {
	for p.end < len(p.input) && strings.IndexByte(", \t\r\n", p.input[p.end]) >= 0 {
		p.end++
	}
	p.start, p.at = p.end, p.end
	if n := strings.IndexAny(p.input[p.start:], ",\n"); n >= 0 {
		p.end = p.start + n
	} else {
		p.end = len(p.input)
	}
	return p.start < len(p.input)
}

func (p *solarisParser) fail(problem, hint string) error {
	return &SyntaxError{Notation: inNotation, Input: p.input, Offset: p.at, Problem: problem, Hint: hint}
}

func (p *solarisParser) entry() (e Entry, isDefault bool, err error) {
	fields := strings.Split(strings.TrimRight(p.input[p.start:p.end], " \t\r"), ":")
	word := fields[0]
	if word == "default" && len(fields) > 1 {
		fields, word, isDefault = fields[1:], fields[1], true
	} else if rest, ok := strings.CutPrefix(word, "default"); ok {
		word, isDefault = rest, true
	}
	e.ID = NoID
	switch word {
	case "user", "group":
		e, err = p.named(word, fields)
		return e, isDefault, err
	case "mask":
		e.Tag = Mask
	case "other":
		e.Tag = Other
	default:
		return e, false, p.fail("unknown entry "+quoteWord(word), "entries are user, group, mask and other, with default before them for the default list")
	}
	if len(fields) == 3 && fields[1] == "" {
		fields = fields[1:]
	}
	if len(fields) != 2 {
		return e, false, p.fail("the rights are missing, or there is too much", word+":r--")
	}
	e.Rights, err = p.rights(fields[1])
	return e, isDefault, err
}

// named reads user:NAME:rwx:ID and the like; without a name it is the owner's.
func (p *solarisParser) named(word string, fields []string) (e Entry, err error) {
	e = Entry{Tag: UserObj, ID: NoID}
	if word == "group" {
		e.Tag = GroupObj
	}
	if len(fields) < 3 || len(fields) > 4 || len(fields) == 4 && fields[1] == "" {
		return e, p.fail("an entry has a name, which may be empty, and rights", word+":NAME:rwx")
	}
	if e.Rights, err = p.rights(fields[2]); err != nil || fields[1] == "" {
		return e, err
	}
	e.Tag <<= 1
	id, ok := resolve(e.Tag, unquote(fields[1]), p.names)
	if !ok && len(fields) == 4 {
		n, err := strconv.ParseUint(fields[3], 10, 32)
		id, ok = uint32(n), err == nil && uint32(n) != NoID
	}
	if !ok {
		err := &SyntaxError{Notation: inNotation, Input: p.input, Offset: p.at + len(word) + 1, Problem: "unknown " + word + " " + quoteWord(fields[1])}
		err.Unknown = unquote(fields[1])
		return e, err
	}
	e.ID = id
	return e, nil
}

// rights are exactly three letters.
func (p *solarisParser) rights(s string) (r mode.Rights, err error) {
	if len(s) != 3 {
		return 0, p.fail("rights are three letters, not "+quoteWord(s), "r-x")
	}
	for i, bit := range [...]mode.Rights{mode.R, mode.W, mode.X} {
		switch s[i] {
		case "rwx"[i]:
			r |= bit
		case '-':
		default:
			return 0, p.fail("rights are r, w and x in their places, and - for none, not "+quoteWord(s), "r-x")
		}
	}
	return r, nil
}
