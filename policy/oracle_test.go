package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// The oracle: the semantics once more, as slowly and plainly as they can be
// written. Patterns are matched by trying every split of the path; rules are
// folded one after the other with nothing remembered; facts are all known.

func plainMatch(p pattern, path string, dir bool) bool {
	if p.never || p.dirOnly && !dir {
		return false
	}
	if len(p.parts) == 0 || path == "." {
		return len(p.parts) == 0 && path == "."
	}
	return plainParts(p.parts, strings.Split(path, "/"))
}

func plainParts(parts []part, names []string) bool {
	if len(parts) == 0 || len(names) == 0 {
		return len(parts) == 0 && len(names) == 0
	}
	if parts[0].anywhere && plainParts(parts, names[1:]) {
		return true
	}
	return plainName(parts[0].name.text, names[0]) && plainParts(parts[1:], names[1:])
}

// plainName matches a name by recursion over the pattern.
func plainName(glob, name string) bool {
	if glob == "" {
		return name == ""
	}
	tok, size, _ := globToken(glob)
	if tok == tokenStar {
		for i := 0; i <= len(name); i++ {
			if plainName(glob[size:], name[i:]) {
				return true
			}
		}
		return false
	}
	if name == "" {
		return false
	}
	size, used := matchOne(glob, name)
	return used > 0 && plainName(glob[size:], name[used:])
}

func plainPaths(ps []pattern, e *entry.Entry) bool {
	return slices.ContainsFunc(ps, func(p pattern) bool { return plainMatch(p, e.Path(), e.Kind == mode.Directory) })
}

func plainSelects(s *selector, e *entry.Entry, top bool) bool {
	if s.kinds != 0 && !s.kinds.has(e.Kind) || s.kinds == 0 && top && e.Kind == mode.Symlink {
		return false
	}
	if len(s.paths) > 0 && !plainPaths(s.paths, e) || len(s.modes) > 0 && !anyBits(s.modes, e.Mode) {
		return false
	}
	if s.owners != nil && !plainOwns(s.owners, uint32(e.UID)) {
		return false
	}
	if s.content != 0 && (e.Kind != mode.Regular || e.Content&s.content == 0) {
		return false
	}
	if len(s.sizes) > 0 && (e.Kind != mode.Regular || !anySpan(s.sizes, e.Size)) || s.beside && (e.Dir == nil || e.Dir.Programs == 0) {
		return false
	}
	for i := range s.not {
		if plainSelects(&s.not[i], e, false) {
			return false
		}
	}
	return true
}

func plainOwns(refs []nameRef, id uint32) bool {
	for _, ref := range refs {
		u, ok := testAccounts.User(ref.text)
		if ref.number && ref.id == id || !ref.number && ok && uint32(u.UID) == id {
			return true
		}
		if _, known := testAccounts.UserByID(ident.UID(id)); ref.unknown && !known {
			return true
		}
	}
	return false
}

func plainExcluded(p *Policy, e *entry.Entry) bool {
	path := e.Path()
	if path == "." {
		return false
	}
	excludes := append(slices.Clone(p.exclude), defaultExcludes()...)
	names := strings.Split(path, "/")
	for i := 1; i <= len(names); i++ {
		for _, x := range excludes {
			if plainMatch(x, strings.Join(names[:i], "/"), i < len(names) || e.Kind == mode.Directory) {
				return true
			}
		}
	}
	return false
}

// plainJudge is the mode and owner in the end, with the rule behind each bit that
// differs, in the words of said.
func plainJudge(p *Policy, e *entry.Entry) string {
	if plainExcluded(p, e) {
		return "excluded"
	}
	m, uid := e.Mode, e.UID
	var bits [12]int
	owner := -1
	for i := range bits {
		bits[i] = -1
	}
	forbidden := make([]bool, len(p.rules))
	for i := range p.rules {
		r := &p.rules[i]
		if !plainSelects(&r.when, e, true) {
			continue
		}
		kept := slices.ContainsFunc(r.except, func(x exception) bool { return plainSelects(&x.when, e, false) })
		if r.about.Forbid {
			forbidden[i] = !kept
			continue
		}
		newMode, newOwner := m, uid
		if r.need.owner != nil {
			u, _ := testAccounts.User(r.need.owner.text)
			newOwner, owner = u.UID, i
		}
		written := mode.Mode(0)
		if r.need.mode.some && e.Kind != mode.Symlink {
			newMode, written = r.need.mode.apply(m, e.Kind), r.need.mode.decides(m, e.Kind)
		}
		if kept {
			newMode, newOwner = m&^written|e.Mode&written, uid
			if r.need.owner != nil {
				newOwner = e.UID
			}
		}
		for b := range bits {
			if written>>b&1 != 0 {
				bits[b] = i
			}
		}
		m, uid = newMode, newOwner
	}
	return plainSaid(p, e, m, uid, bits, owner, forbidden)
}

func plainSaid(p *Policy, e *entry.Entry, m mode.Mode, uid ident.UID, bits [12]int, owner int, forbidden []bool) string {
	text := m.Octal()
	for i := range p.rules {
		var differ mode.Mode
		for b := range bits {
			if bits[b] == i {
				differ |= (m ^ e.Mode) & (1 << b)
			}
		}
		var parts []string
		if differ != 0 {
			parts = append(parts, differ.Octal())
		}
		if owner == i && uid != e.UID {
			parts = append(parts, "owner")
		}
		if forbidden[i] {
			parts = append(parts, "forbid")
		}
		if parts != nil {
			text += fmt.Sprintf(" r%d:%s", i, strings.Join(parts, "+"))
		}
	}
	return text
}

var (
	nameParts = []string{"a", "b", "lib", "x", "key", ".sh", ".key", ".tar.gz", "_rsa", "~", "ä", "bin", ".git", "-", "LongerNameThanEightBytes"}
	globParts = []string{"*", "?", "[a-c]", "[!x]", "**", `\*`, "[[:alpha:]]"}
)

func drawName(t *rapid.T) string {
	if rapid.IntRange(0, 2).Draw(t, "short") > 0 {
		return rapid.SampledFrom(nameParts[:3]).Draw(t, "name")
	}
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(nameParts), 1, 3).Draw(t, "name"), "")
}

func drawPattern(t *rapid.T) string {
	n := rapid.IntRange(1, 4).Draw(t, "components")
	var cs []string
	for i := range n {
		if i == 0 && rapid.Bool().Draw(t, "anywhere") {
			cs = append(cs, "**")
		}
		switch rapid.IntRange(0, 5).Draw(t, "shape") {
		case 0:
			cs = append(cs, "**")
		case 1:
			cs = append(cs, "*"+drawName(t))
		case 2:
			cs = append(cs, drawName(t)+"*")
		case 3:
			cs = append(cs, drawName(t)+rapid.SampledFrom(globParts).Draw(t, "glob")+drawName(t))
		default:
			cs = append(cs, drawName(t))
		}
	}
	text := strings.Join(cs, "/")
	if rapid.IntRange(0, 7).Draw(t, "dirs") == 0 {
		text += "/"
	}
	return text
}

func drawPaths(t *rapid.T) string {
	ps := make([]string, rapid.IntRange(1, 12).Draw(t, "patterns"))
	for i := range ps {
		ps[i] = fmt.Sprintf("%q", drawPattern(t))
	}
	return "[" + strings.Join(ps, ", ") + "]"
}

var modeTexts = []string{"'0644'", "'0755'", "a-x", "u+x", "go-w", "u=rwX,go=rX", "o=", "g=u", "ug+s", "a+X"}

func drawSelector(t *rapid.T, depth int) string {
	var keys []string
	add := func(format string, args ...any) { keys = append(keys, fmt.Sprintf(format, args...)) }
	if rapid.Bool().Draw(t, "path") {
		add("path: %s", drawPaths(t))
	}
	if rapid.IntRange(0, 3).Draw(t, "type") == 0 {
		add("type: %s", rapid.SampledFrom([]string{"file", "dir", "[file, dir]", "symlink", "[symlink, file]"}).Draw(t, "kind"))
	}
	if rapid.IntRange(0, 3).Draw(t, "mode") == 0 {
		add("mode: %s", rapid.SampledFrom([]string{"{any: o+w}", "{none: a+x}", "{all: u+x}", "[{any: u+s}, {none: u+r}]"}).Draw(t, "bits"))
	}
	if rapid.IntRange(0, 5).Draw(t, "owner") == 0 {
		add("owner: %s", rapid.SampledFrom([]string{"bob", "[root, alice]", "unknown", "1002"}).Draw(t, "who"))
	}
	if rapid.IntRange(0, 4).Draw(t, "content") == 0 {
		add("content: %s", rapid.SampledFrom([]string{"shebang", "[shebang, elf]", "private-key"}).Draw(t, "what"))
	}
	if rapid.IntRange(0, 5).Draw(t, "size") == 0 {
		add("size: %s", rapid.SampledFrom([]string{"0", "1..50", "64.."}).Draw(t, "span"))
	}
	if rapid.IntRange(0, 5).Draw(t, "beside") == 0 {
		add("beside: programs")
	}
	if depth < 2 && rapid.IntRange(0, 3).Draw(t, "not") == 0 {
		add("not: {%s}", drawSelector(t, depth+1))
	}
	return strings.Join(keys, ", ")
}

func drawPolicy(t *rapid.T) string {
	src := "version: 1\n"
	if rapid.Bool().Draw(t, "excludes") {
		src += "exclude: " + drawPaths(t) + "\n"
	}
	src += "rules:\n"
	for i := range rapid.IntRange(1, 6).Draw(t, "rules") {
		src += fmt.Sprintf("- {name: r%d, match: {%s}, ", i, drawSelector(t, 0))
		switch rapid.IntRange(0, 4).Draw(t, "wish") {
		case 0:
			src += "forbid: true"
		case 1:
			src += fmt.Sprintf("require: {owner: bob, mode: %q}", strings.Trim(rapid.SampledFrom(modeTexts).Draw(t, "expr"), "'"))
		case 2:
			src += "require: {atmost: '0750', execute: readers}"
		default:
			src += fmt.Sprintf("require: {mode: %q}", strings.Trim(rapid.SampledFrom(modeTexts).Draw(t, "expr"), "'"))
		}
		if rapid.IntRange(0, 3).Draw(t, "except") == 0 {
			src += fmt.Sprintf(", except: [{match: {%s}, reason: because}]", drawSelector(t, 1))
		}
		src += "}\n"
	}
	return src
}

// drawTree is the entries of a random tree, parents first, as a walk hands them out.
func drawTree(t *rapid.T) []*entry.Entry {
	root := &entry.Dir{Path: "."}
	dirs := []*entry.Dir{root}
	top := &entry.Entry{Name: ".", Kind: mode.Directory}
	top.Mode = 0o755
	es := []*entry.Entry{top}
	for range rapid.IntRange(1, 25).Draw(t, "entries") {
		d := rapid.SampledFrom(dirs).Draw(t, "dir")
		e := &entry.Entry{Dir: d, Name: drawName(t)}
		e.Kind = rapid.SampledFrom([]mode.Kind{mode.Regular, mode.Regular, mode.Directory, mode.Symlink}).Draw(t, "kind")
		e.Mode = rapid.SampledFrom([]mode.Mode{0o644, 0o755, 0o666, 0o4755, 0o600, 0o777, 0, 0o2775}).Draw(t, "mode")
		e.UID = rapid.SampledFrom([]ident.UID{0, 1001, 1002, 5555}).Draw(t, "uid")
		e.Size = rapid.SampledFrom([]int64{0, 10, 100}).Draw(t, "size")
		if e.Kind == mode.Regular && e.Size > 0 {
			e.Content = rapid.SampledFrom([]entry.ContentKind{0, entry.Shebang, entry.ELF, entry.PrivateKey}).Draw(t, "content")
		}
		if e.Kind == mode.Directory {
			dirs = append(dirs, &entry.Dir{Parent: d, Path: d.Join(e.Name), Depth: d.Depth + 1, Programs: rapid.IntRange(0, 1).Draw(t, "programs")})
		}
		es = append(es, e)
	}
	for _, e := range es {
		e.Known = entry.Stat | entry.AccessACL | entry.DefaultACL | entry.Content | entry.Attributes
	}
	return es
}

// lazily judges as a walk would: with nothing but stat(2) known at first.
func lazily(t *rapid.T, w *Worker, e *entry.Entry) string {
	bare := *e
	bare.Known = entry.Stat
	for range 5 {
		fine := w.Fine(&bare)
		o, need := w.Judge(&bare)
		if fine && (need != 0 || !o.Compliant) {
			t.Fatalf("%s was called fine, and is %s", e.Path(), said(o, need))
		}
		if need == 0 {
			return said(o, 0)
		}
		if need&bare.Known != 0 {
			t.Fatalf("asks for %d, of which %d is known", need, need&bare.Known)
		}
		bare.Known |= need
	}
	t.Fatal("asks without end")
	return ""
}

func TestJudgeIsTheOracle(t *testing.T) {
	for range 6 { // rapid's hundred policies are few for so many features
		rapid.Check(t, agreesWithOracle)
	}
}

func agreesWithOracle(t *rapid.T) {
	src := drawPolicy(t)
	p, problems := Parse("p", []byte(src))
	if problems.Broken() {
		t.Fatalf("%v\n%s", problems, src)
	}
	j, _ := p.Bind(Binding{Accounts: testAccounts})
	entering, w := j.Worker(), j.Worker()
	lost := j.Worker() // never told of a directory
	es := drawTree(t)
	entered := map[*entry.Dir]bool{}
	for _, e := range es {
		want := plainJudge(p, e)
		if got := said(lost.Judge(e)); !entered[e.Dir] && got != want {
			t.Fatalf("%s %s, directory not entered: got %s, want %s\n%s", e.Mode.Format(e.Kind), e.Path(), got, want, src)
		}
		for d := e.Dir; d != nil && !entered[d]; d = e.Dir {
			top := d
			for top.Parent != nil && !entered[top.Parent] {
				top = top.Parent
			}
			entering.Enter(top)
			entered[top] = true
		}
		if got := said(w.Judge(e)); got != want {
			t.Fatalf("%s %s: got %s, want %s\n%s", e.Mode.Format(e.Kind), e.Path(), got, want, src)
		}
		if got := lazily(t, w, e); got != want {
			t.Fatalf("%s %s, facts fetched as asked: got %s, want %s\n%s", e.Mode.Format(e.Kind), e.Path(), got, want, src)
		}
	}
}
