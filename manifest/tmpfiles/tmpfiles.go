// Package tmpfiles reads tmpfiles.d(5): the files and directories that
// systemd-tmpfiles makes, with mode and owner, when a system starts.
package tmpfiles

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"ward/ident"
	"ward/manifest/confd"
	"ward/mode"
	"ward/packages"
)

// Item is a line that says something of modes or owners.
type Item struct {
	Letter    byte   // of the type: 'd', 'f', 'z' …
	Path      string // relative to the root of the system; a glob where Glob says so
	Glob      bool
	Recursive bool      // it holds for everything below as well ('Z')
	Kind      mode.Kind // of what the line makes; Unknown where it adjusts what is there

	ModeKnown bool
	Mode      mode.Mode
	Masked    bool // "~": execute and write bits only where the object has some already

	User, Group string // "" where a number is given, or nothing
	UID         ident.UID
	GID         ident.GID // ident.NoUID and NoGID where nothing is given

	// Boot says that the line counts only while the system starts ("!"), Create that
	// it counts only for what the line itself makes (":" before mode or owner).
	Boot, Create bool

	File string
	Line int
}

// kinds are the types of lines that make or adjust objects with a mode: what is made,
// and the mode where "-" stands. Types that only remove, or make links, are left out.
func kinds() map[byte]made {
	return map[byte]made{
		'f': {mode.Regular, 0o644},
		'F': {mode.Regular, 0o644},
		'd': {mode.Directory, 0o755},
		'D': {mode.Directory, 0o755},
		'v': {mode.Directory, 0o755},
		'q': {mode.Directory, 0o755},
		'Q': {mode.Directory, 0o755},
		'e': {mode.Directory, 0},
		'p': {mode.FIFO, 0o644},
		'c': {mode.CharDevice, 0o644},
		'b': {mode.BlockDevice, 0o644},
		'z': {mode.Unknown, 0},
		'Z': {mode.Unknown, 0},
	}
}

// made is what a line makes.
type made struct {
	kind     mode.Kind
	standard mode.Mode // 0: none, "-" leaves the mode alone
}

// Parse reads a file. Lines that cannot be read are reported, and the others kept.
// Paths with specifiers ("%b") that depend on the running system are left out, but
// for "%%" and those of fixed directories.
func Parse(name string, text []byte) (items []Item, problems []error) {
	return confd.Parse(name, text, func(words []string, n int) (i Item, ok bool, err error) {
		i, ok, err = parseLine(words)
		i.File, i.Line = name, n
		return i, ok, err
	})
}

func parseLine(words []string) (i Item, ok bool, err error) {
	if len(words) < 2 {
		return i, false, fmt.Errorf("%q has no path", words[0])
	}
	k, known := kinds()[words[0][0]]
	if !known {
		return i, false, nil
	}
	i = Item{Letter: words[0][0], Kind: k.kind, Boot: strings.Contains(words[0][1:], "!"), UID: ident.NoUID, GID: ident.NoGID}
	if i.Path, ok = place(words[1]); !ok {
		return i, false, nil
	}
	i.Recursive = i.Letter == 'Z'
	i.Glob = (i.Letter == 'z' || i.Letter == 'Z' || i.Letter == 'e') && strings.ContainsAny(i.Path, "*?[{")
	for len(words) < 5 {
		words = append(words, "-")
	}
	if err := i.setMode(words[2], k.standard); err != nil {
		return i, false, err
	}
	if err := i.setUser(words[3]); err != nil {
		return i, false, err
	}
	if err := i.setGroup(words[4]); err != nil {
		return i, false, err
	}
	if k.standard != 0 { // who makes something owns it, unless the line says otherwise
		i.ownedByRoot()
	}
	return i, true, nil
}

func (i *Item) ownedByRoot() {
	if i.User == "" && i.UID == ident.NoUID {
		i.UID = 0
	}
	if i.Group == "" && i.GID == ident.NoGID {
		i.GID = 0
	}
}

func (i *Item) setMode(word string, standard mode.Mode) error {
	if word == "-" {
		i.Mode, i.ModeKnown = standard, standard != 0
		return nil
	}
	for word != "" && (word[0] == '~' || word[0] == ':') {
		i.Masked = i.Masked || word[0] == '~'
		i.Create = i.Create || word[0] == ':'
		word = word[1:]
	}
	n, err := strconv.ParseUint(word, 8, 16)
	if err != nil || mode.Mode(n) > mode.All {
		return fmt.Errorf("%q is no mode", word)
	}
	i.Mode, i.ModeKnown = mode.Mode(n), true
	return nil
}

func (i *Item) setUser(word string) error {
	name, id, err := i.owner(word)
	i.User, i.UID = name, ident.UID(id)
	return err
}

func (i *Item) setGroup(word string) error {
	name, id, err := i.owner(word)
	i.Group, i.GID = name, ident.GID(id)
	return err
}

func (i *Item) owner(word string) (name string, id uint32, err error) {
	if rest, ok := strings.CutPrefix(word, ":"); ok {
		i.Create = true
		word = rest
	}
	if word == "-" {
		return "", ident.NoID, nil
	}
	n, err := strconv.ParseUint(word, 10, 32)
	if err == nil && uint32(n) != ident.NoID {
		return "", uint32(n), nil
	}
	if err == nil || word == "" || strings.ContainsAny(word, "/:% ") {
		return "", ident.NoID, fmt.Errorf("%q is no user or group", word)
	}
	return word, ident.NoID, nil
}

// directories are the specifiers whose value is the same on every system.
var directories = [256]string{'C': "/var/cache", 'L': "/var/log", 'S': "/var/lib", 't': "/run", 'T': "/tmp", 'V': "/var/tmp", '%': "%"}

func place(word string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(word); i++ {
		if word[i] != '%' {
			b.WriteByte(word[i])
			continue
		}
		if i++; i == len(word) || directories[word[i]] == "" {
			return "", false
		}
		b.WriteString(directories[word[i]])
	}
	clean, ok := packages.Clean(b.String())
	return clean, ok && strings.HasPrefix(b.String(), "/")
}

// Match reports whether the item speaks of a path, which is relative to the root of
// the system.
func (i *Item) Match(name string) bool {
	if !i.Glob {
		return name == i.Path || i.Recursive && strings.HasPrefix(name, i.Path+"/")
	}
	for {
		if ok, err := path.Match(i.Path, name); err == nil && ok {
			return true
		}
		dir := path.Dir(name)
		if !i.Recursive || dir == "." || dir == name {
			return false
		}
		name = dir
	}
}

// Wanted is the mode that the item gives to an object with another one.
func (i *Item) Wanted(found mode.Mode, k mode.Kind) mode.Mode {
	if !i.Masked {
		return i.Mode
	}
	// "~": bits of classes that have none are not added, execute only where
	// somebody has it or to directories (item_do_chmod in tmpfiles.c).
	m := i.Mode
	for _, class := range []mode.Mode{mode.Read, mode.Write} {
		if found&class == 0 {
			m &^= class
		}
	}
	if found&mode.Execute == 0 {
		m &^= mode.Execute
	}
	if k != mode.Directory {
		m &^= mode.Special
	}
	return m
}
