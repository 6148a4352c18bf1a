package app

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"ward/account"
	"ward/acl/nt"
	"ward/ident"
	"ward/internal/host/accounts"
	"ward/legacy/vms"
	"ward/translate"
)

// parsePrincipal reads a user or a group by any of its names: a number, a SID, a UIC,
// or what else is a name.
func parsePrincipal(sort translate.Sort, text string) translate.Principal {
	p := translate.Principal{Sort: sort}
	if id, err := strconv.ParseUint(text, 10, 32); err == nil {
		p.ID, p.HasID = uint32(id), true
		return p
	}
	if sid, err := nt.ParseSID(text); err == nil {
		p.SID = sid.String()
		return p
	}
	if uic, err := vms.ParseUIC(text); err == nil && strings.ContainsAny(text, "[<") {
		p.UIC = uic.String()
		return p
	}
	p.Name = text
	return p
}

// namesakes are users and groups by the names that they have on several systems.
type namesakes struct {
	rows []namesake
	db   *account.Database // nil: the accounts of this machine do not count
	sids ownSIDs
}

// namesake is one row: the first name is the one that is given away.
type namesake struct {
	principal translate.Principal
	names     []string
}

// ownSIDs says which SIDs numbers have that no row names.
type ownSIDs uint8

const (
	noSIDs    ownSIDs = iota
	sambaSIDs         // S-1-22-1-UID and S-1-22-2-GID, of Samba without a mapping
	ntfsSIDs          // of ntfs-3g without a mapping
)

// sidKinds are the words for them.
func sidKinds() map[string]ownSIDs {
	return map[string]ownSIDs{"": noSIDs, "samba": sambaSIDs, "ntfs-3g": ntfsSIDs}
}

// readNamesakes reads rows from a file, and rows that were given one by one.
func readNamesakes(file string, rows []string) ([]namesake, error) {
	var all []namesake
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return nil, fmt.Errorf("read the map of names: %w", err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		for n := 1; lines.Scan(); n++ {
			row, ok, err := parseNamesake(lines.Text())
			if err != nil {
				return nil, &RequestError{Problem: fmt.Sprintf("%s:%d: %s", file, n, err), Hint: namesakeForm}
			}
			if ok {
				all = append(all, row)
			}
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("read the map of names %q: %w", file, err)
		}
	}
	for _, text := range rows {
		row, ok, err := parseNamesake(text)
		if err != nil || !ok {
			return nil, &RequestError{Problem: fmt.Sprintf("--same %q: %v", text, err), Hint: namesakeForm}
		}
		all = append(all, row)
	}
	return all, nil
}

const namesakeForm = `a row is: user joe JOE uid=1001 sid=S-1-5-21-1-2-3-1001 uic=[10,5] guid=…, or: group staff gid=50 …`

// parseNamesake reads a row; an empty one, or a comment, is none.
func parseNamesake(line string) (row namesake, ok bool, err error) {
	words, err := rowWords(line)
	if err != nil || len(words) == 0 {
		return row, false, err
	}
	switch words[0] {
	case "user":
		row.principal.Sort = translate.User
	case "group":
		row.principal.Sort = translate.Group
	default:
		return row, false, fmt.Errorf("%q: a row begins with user or group", words[0])
	}
	for _, word := range words[1:] {
		if err := row.take(word); err != nil {
			return row, false, err
		}
	}
	if len(row.names) > 0 {
		row.principal.Name = row.names[0]
	}
	if (row.principal == translate.Principal{Sort: row.principal.Sort}) {
		return row, false, fmt.Errorf("the row names nobody")
	}
	return row, true, nil
}

// take takes one word of a row: a name, or key=value.
func (n *namesake) take(word string) error {
	key, value, isPair := strings.Cut(word, "=")
	p := &n.principal
	switch {
	case !isPair:
		n.names = append(n.names, word)
	case key == "uid" && p.Sort == translate.User, key == "gid" && p.Sort == translate.Group:
		id, err := strconv.ParseUint(value, 10, 32)
		if err != nil {
			return fmt.Errorf("%q: a number is wanted", word)
		}
		p.ID, p.HasID = uint32(id), true
	case key == "sid":
		sid, err := nt.ParseSID(value)
		if err != nil {
			return err
		}
		p.SID = sid.String()
	case key == "uic":
		uic, err := vms.ParseUIC(value)
		if err != nil {
			return err
		}
		p.UIC = uic.String()
	case key == "guid":
		p.GUID = strings.ToUpper(value)
	default:
		return fmt.Errorf("%q: uid, gid, sid, uic and guid are known, uid for users and gid for groups", word)
	}
	return nil
}

// rowWords splits a row at blanks; names with blanks stand in double quotes, and "#"
// at the start of a word begins a comment.
func rowWords(line string) (words []string, err error) {
	for line = strings.TrimSpace(line); line != "" && line[0] != '#'; line = strings.TrimSpace(line) {
		if line[0] == '"' {
			name, rest, closed := strings.Cut(line[1:], `"`)
			if !closed {
				return nil, fmt.Errorf("a name in quotes does not end")
			}
			words, line = append(words, name), rest
			continue
		}
		end := strings.IndexAny(line, " \t")
		if end < 0 {
			end = len(line)
		}
		words, line = append(words, line[:end]), line[end:]
	}
	return words, nil
}

// Complete adds what a row, the accounts of this machine, or the rules for SIDs of
// numbers know of a user or a group.
func (n namesakes) Complete(p translate.Principal) translate.Principal {
	if p.Sort != translate.User && p.Sort != translate.Group && p.Sort != translate.Either {
		return p
	}
	for _, row := range n.rows {
		if row.is(p) {
			p = merged(p, row.principal)
		}
	}
	return n.numberOfSID(n.accountOf(p))
}

// is says whether a row is about the principal: by any name that both have, with
// names of any case where no other row has the very name.
func (n namesake) is(p translate.Principal) bool {
	own := n.principal
	if own.Sort != p.Sort && p.Sort != translate.Either {
		return false
	}
	if p.HasID && own.HasID {
		return p.ID == own.ID
	}
	for _, pair := range [][2]string{{p.SID, own.SID}, {p.UIC, own.UIC}, {p.GUID, own.GUID}} {
		if pair[0] != "" && pair[1] != "" {
			return pair[0] == pair[1]
		}
	}
	for _, name := range n.names {
		if p.Name != "" && strings.EqualFold(name, p.Name) {
			return true
		}
	}
	return false
}

func merged(p, more translate.Principal) translate.Principal {
	if p.Sort == translate.Either {
		p.Sort = more.Sort
	}
	if p.Name == "" {
		p.Name = more.Name
	}
	if !p.HasID {
		p.ID, p.HasID = more.ID, more.HasID
	}
	for _, at := range []struct {
		to   *string
		from string
	}{{&p.SID, more.SID}, {&p.UIC, more.UIC}, {&p.GUID, more.GUID}} {
		if *at.to == "" {
			*at.to = at.from
		}
	}
	return p
}

// accounts are the names of SIDs that rows know, for texts that have names.
func (n namesakes) accounts() nt.Names {
	return nt.Names{
		Of: func(sid nt.SID) (string, bool) {
			for _, row := range n.rows {
				if row.principal.SID == sid.String() && row.principal.Name != "" {
					return row.principal.Name, true
				}
			}
			return "", false
		},
		Named: func(name string) (nt.SID, bool) {
			for _, row := range n.rows {
				if slices.ContainsFunc(row.names, func(own string) bool { return strings.EqualFold(own, name) }) {
					sid, err := nt.ParseSID(row.principal.SID)
					return sid, err == nil
				}
			}
			return nt.SID{}, false
		},
	}
}

// accountOf adds name or number from the accounts of this machine.
func (n namesakes) accountOf(p translate.Principal) translate.Principal {
	switch {
	case n.db == nil:
	case p.Sort == translate.User && !p.HasID && p.Name != "":
		if u, ok := n.db.User(p.Name); ok {
			p.ID, p.HasID = uint32(u.UID), true
		}
	case p.Sort == translate.User && p.HasID && p.Name == "":
		if u, ok := n.db.UserByID(ident.UID(p.ID)); ok {
			p.Name = u.Name
		}
	case p.Sort == translate.Group && !p.HasID && p.Name != "":
		if g, ok := n.db.Group(p.Name); ok {
			p.ID, p.HasID = uint32(g.GID), true
		}
	case p.Sort == translate.Group && p.HasID && p.Name == "":
		if g, ok := n.db.GroupByID(ident.GID(p.ID)); ok {
			p.Name = g.Name
		}
	}
	return p
}

// numberOfSID adds the number that a SID of Samba or ntfs-3g stands for, which is the
// same everywhere, and the SID of a number where it was asked for.
func (n namesakes) numberOfSID(p translate.Principal) translate.Principal {
	switch {
	case p.SID != "" && !p.HasID:
		if sid, err := nt.ParseSID(p.SID); err == nil {
			if sort, id, ok := idOfSID(sid); ok && (p.Sort == sort || p.Sort == translate.Either) {
				p.Sort, p.ID, p.HasID = sort, id, true
			}
		}
	case p.HasID && p.SID == "":
		p.SID = n.sids.of(p).String()
	}
	return p
}

func (s ownSIDs) of(p translate.Principal) nt.SID {
	user := p.Sort == translate.User
	switch {
	case s == sambaSIDs && user:
		return nt.NewSID(22, 1, p.ID)
	case s == sambaSIDs:
		return nt.NewSID(22, 2, p.ID)
	case s == ntfsSIDs && user:
		return nt.NTFS3GUser(p.ID)
	case s == ntfsSIDs:
		return nt.NTFS3GGroup(p.ID)
	}
	return nt.SID{}
}

// idOfSID is the user or the group whose number a SID of Samba or ntfs-3g says.
func idOfSID(sid nt.SID) (translate.Sort, uint32, bool) {
	const unixUsers, unixGroups = 1, 2 // S-1-22-1-UID, S-1-22-2-GID
	if sid.Authority() == 22 && sid.Len() == 2 {
		switch sid.Sub(0) {
		case unixUsers:
			return translate.User, sid.Sub(1), true
		case unixGroups:
			return translate.Group, sid.Sub(1), true
		}
	}
	// ntfs-3g gives users even numbers from 10000 on, and groups odd ones.
	const first = 10000
	rid := sid.RID()
	if sid.Parent() != nt.NTFS3GUser(1).Parent() || rid < first {
		return translate.Nobody, 0, false
	}
	if rid%2 == 0 {
		return translate.User, (rid - first) / 2, true
	}
	return translate.Group, (rid - first) / 2, true
}

// localAccounts are those of this machine; none where they cannot be read.
func localAccounts() *account.Database {
	db, err := accounts.Load()
	if err != nil {
		return nil
	}
	return db
}
