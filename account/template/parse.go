package template

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"ward/account"
	"ward/ident"
	"ward/notation"
)

const (
	deepest   = 64        // includes in includes, macros in macros
	mostUses  = 250_000   // uses of macros
	mostWords = 2_000_000 // words that names stand for, in all

	// mostProblems is how many mistakes are told of one template.
	mostProblems = 100
)

// Parse reads the template at file and all that it includes. read gets paths as
// path.Join makes them. The error of a template with mistakes is Problems.
func Parse(file string, read func(file string) ([]byte, error)) (*Template, error) {
	p := &parser{read: read, lets: map[string][]token{}, macros: map[string]*macro{}, included: map[string]Position{}, named: map[string]int{}, template: &Template{}}
	text, err := read(file)
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	p.file(file, text, 0)
	if err := p.problems.err(); err != nil {
		return nil, err
	}
	return p.template, nil
}

type parser struct {
	read     func(string) ([]byte, error)
	lets     map[string][]token
	macros   map[string]*macro
	included map[string]Position // files, by where they were included
	named    map[string]int      // groups and metagroups, by their position in the template
	template *Template
	problems Problems
	uses     int
	words    int
}

// scope is what names stand for in a line.
type scope struct {
	args map[string][]token // of the macro that it is a line of
	lets map[string][]token
}

func (s *scope) find(name string) ([]token, bool) {
	if words, ok := s.args[name]; ok {
		return words, true
	}
	words, ok := s.lets[name]
	return words, ok
}

// macro is lines with blanks.
type macro struct {
	params []string
	body   []line
	at     Position
}

func (p *parser) fail(at Position, hint, format string, args ...any) {
	p.problems = append(p.problems, Problem{at, notation.Brief(fmt.Sprintf(format, args...)), hint})
}

func (p *parser) file(file string, text []byte, depth int) {
	p.template.Files = append(p.template.Files, file)
	all, problems := lines(file, string(text))
	p.problems = append(p.problems, problems...)
	var open *macro
	var name string
	for _, l := range all {
		first := l.tokens[0]
		switch {
		case first.kind == word && first.text == "macro":
			if open != nil {
				p.fail(l.at, "write end before it", "a macro begins within the macro %s of line %d", name, open.at.Line)
			}
			name, open = p.macroHead(l)
		case first.kind == word && first.text == "end" && len(l.tokens) == 1:
			if open == nil {
				p.fail(l.at, "", "end without a macro")
				continue
			}
			p.macros[name], open = open, nil
		case open != nil:
			open.body = append(open.body, l)
		default:
			p.statement(l.tokens, &scope{lets: p.lets}, depth)
		}
	}
	if open != nil {
		p.fail(open.at, "write end behind its last line", "the macro %s has no end", name)
	}
}

// macroHead reads "macro NAME(PARAMETER, …)".
func (p *parser) macroHead(l line) (name string, m *macro) {
	m = &macro{at: l.at}
	t := l.tokens
	if len(t) < 4 || t[1].kind != word || t[2].kind != opening || t[len(t)-1].kind != closing {
		p.fail(l.at, "", "a macro begins with: macro NAME(PARAMETER, …)")
		return "", m
	}
	name = t[1].text
	if before := p.macros[name]; before != nil {
		p.fail(t[1].at, "", "the macro %s is there already, at %s", name, before.at)
	}
	if keyword(name) {
		p.fail(t[1].at, "give the macro another name", "%s is a word of the language", name)
	}
	for _, x := range t[3 : len(t)-1] {
		if x.kind == word {
			m.params = append(m.params, x.text)
		}
	}
	return name, m
}

var keywords = []string{"own", "limit", "include", "let", "macro", "end", "group", "metagroup"}

func keyword(name string) bool { return slices.Contains(keywords, name) }

// statement carries out one line.
func (p *parser) statement(tokens []token, names *scope, depth int) {
	if len(p.problems) >= mostProblems {
		return
	}
	tokens, ok := p.expand(tokens, names)
	if !ok || len(tokens) == 0 {
		return
	}
	first, rest := tokens[0], tokens[1:]
	switch {
	case first.kind != word:
		p.fail(first.at, "", "a line begins with a word, not with %q", first.text)
	case first.text == "own":
		p.own(first, rest)
	case first.text == "limit":
		p.limit(first, rest)
	case first.text == "include":
		p.include(first, rest, depth)
	case first.text == "let":
		p.let(first, rest)
	case first.text == "group", first.text == "metagroup":
		p.group(first, rest)
	case len(rest) > 0 && rest[0].kind == opening:
		p.use(first, rest, depth)
	default:
		p.fail(first.at, "a line begins with group, metagroup, let, macro, include, own or limit, or uses a macro: NAME(…)", "%q begins no line", first.text)
	}
}

func (p *parser) own(first token, rest []token) {
	if len(rest) != 1 || rest[0].text != "all" {
		p.fail(first.at, "", "the line is: own all")
		return
	}
	p.template.OwnsAll = true
}

func (p *parser) limit(first token, rest []token) {
	if len(rest) == 2 && rest[0].text == "line" {
		if n, err := strconv.Atoi(rest[1].text); err == nil && n >= 16 {
			p.template.Longest = n
			return
		}
	}
	p.fail(first.at, "", "the line is: limit line BYTES, at least 16")
}

func (p *parser) include(first token, rest []token, depth int) {
	if len(rest) != 1 || rest[0].kind != word && rest[0].kind != quoted {
		p.fail(first.at, "", "the line is: include FILE")
		return
	}
	file := rest[0].text
	if !path.IsAbs(file) {
		file = path.Join(path.Dir(first.at.File), file)
	}
	before, again := p.included[file]
	switch {
	case slices.Contains(p.template.Files[:1], file):
		p.fail(first.at, "", "%s includes itself", file)
	case again:
		p.fail(first.at, "", "%s is included already, at %s", file, before)
	case depth >= deepest:
		p.fail(first.at, "", "more than %d files include each other", deepest)
	default:
		p.included[file] = first.at
		text, err := p.read(file)
		if err != nil {
			p.fail(rest[0].at, "", "include: %v", err)
			return
		}
		p.file(file, text, depth+1)
	}
}

// let reads "let NAME = WORDS". A name is given once: what $NAME stands for does not
// depend on the line.
func (p *parser) let(first token, rest []token) {
	if len(rest) < 2 || rest[0].kind != word || rest[1].kind != equals {
		p.fail(first.at, "", "the line is: let NAME = WORDS")
		return
	}
	name := rest[0].text
	if !isName(name) {
		p.fail(rest[0].at, "", "%q is no name of letters, digits and _", name)
		return
	}
	if before, ok := p.lets[name]; ok {
		where := ""
		if len(before) > 0 {
			where = ", at " + before[0].at.String()
		}
		p.fail(rest[0].at, "", "%s is there already%s", name, where)
		return
	}
	p.lets[name] = slices.DeleteFunc(slices.Clone(rest[2:]), func(t token) bool { return t.kind == comma })
}

func isName(s string) bool {
	for i := range len(s) {
		if !nameByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func nameByte(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// use carries out the lines of a macro.
func (p *parser) use(first token, rest []token, depth int) {
	m := p.macros[first.text]
	switch p.uses++; {
	case m == nil:
		p.fail(first.at, "a macro is known from its end on", "there is no macro %q", first.text)
		return
	case depth >= deepest:
		p.fail(first.at, "", "more than %d macros use each other", deepest)
		return
	case p.uses > mostUses:
		if p.uses == mostUses+1 {
			p.fail(first.at, "", "macros make more than %d lines", mostUses)
		}
		return
	case rest[len(rest)-1].kind != closing:
		p.fail(first.at, "", "the use of %s is not closed by )", first.text)
		return
	}
	args := arguments(rest[1 : len(rest)-1])
	if len(args) != len(m.params) {
		p.fail(first.at, "", "%s has %d parameters (%s), and %d are given", first.text, len(m.params), strings.Join(m.params, ", "), len(args))
		return
	}
	own := &scope{args: make(map[string][]token, len(args)), lets: p.lets}
	for i, name := range m.params {
		own.args[name] = args[i]
	}
	for _, l := range m.body {
		if p.uses > mostUses || p.words > mostWords {
			return
		}
		p.statement(within(l.tokens, first.at), own, depth+1)
	}
}

// within is the words of a macro's line with the place where it is used.
func within(tokens []token, at Position) []token {
	tokens = slices.Clone(tokens)
	for i := range tokens {
		tokens[i].at.Via = &at
	}
	return tokens
}

// arguments splits words at commas.
func arguments(tokens []token) (args [][]token) {
	if len(tokens) == 0 {
		return nil
	}
	args = [][]token{nil}
	for _, t := range tokens {
		if t.kind == comma {
			args = append(args, nil)
			continue
		}
		last := len(args) - 1
		args[last] = append(args[last], t)
	}
	return args
}

// expand fills in what $NAME stands for.
func (p *parser) expand(tokens []token, names *scope) (all []token, ok bool) {
	if !slices.ContainsFunc(tokens, func(t token) bool { return t.kind == word && strings.Contains(t.text, "$") }) {
		return tokens, true
	}
	for _, t := range tokens {
		if t.kind != word || !strings.Contains(t.text, "$") {
			all = append(all, t)
			continue
		}
		words, problem := fill(t, names)
		if problem != "" {
			p.fail(t.at, "write $$ for a dollar sign", "%s", problem)
			return nil, false
		}
		all = append(all, words...)
		if p.words += len(words); p.words > mostWords {
			if p.words-len(words) <= mostWords {
				p.fail(t.at, "", "names stand for more than %d words in all", mostWords)
			}
			return nil, false
		}
	}
	return all, true
}

// fill is what a word with $ stands for: the words of a name that stands alone, else
// one word. A ! or @ before a name goes to each of its words.
func fill(t token, names *scope) (words []token, problem string) {
	mark := ""
	text := t.text
	for text != "" && (text[0] == '!' || text[0] == '@') {
		mark, text = mark+text[:1], text[1:]
	}
	if name, rest, _ := variable(text); name != "" && rest == "" {
		value, ok := names.find(name)
		if !ok {
			return nil, fmt.Sprintf("nothing is called $%s", name)
		}
		for _, w := range value {
			w.text, w.at = mark+w.text, t.at
			words = append(words, w)
		}
		return words, ""
	}
	var b strings.Builder
	b.WriteString(mark)
	for text != "" {
		name, rest, dollar := variable(text)
		switch {
		case name != "":
			value, ok := names.find(name)
			if !ok {
				return nil, fmt.Sprintf("nothing is called $%s", name)
			}
			if len(value) != 1 {
				return nil, fmt.Sprintf("$%s stands for %d words, and only one can be a part of %q", name, len(value), t.text)
			}
			b.WriteString(value[0].text)
		case dollar:
			b.WriteByte('$')
		default:
			b.WriteByte(text[0])
			rest = text[1:]
		}
		text = rest
	}
	t.text = b.String()
	return []token{t}, ""
}

// variable reads $NAME or ${NAME} at the front of s. dollar tells of $$, and of a $ at
// the end, which stand for themselves.
func variable(s string) (name, rest string, dollar bool) {
	if s == "" || s[0] != '$' {
		return "", s, false
	}
	switch {
	case s == "$" || s == "$$":
		return "", "", true
	case s[1] == '$':
		return "", s[2:], true
	case s[1] == '{':
		if end := strings.IndexByte(s, '}'); end > 2 && isName(s[2:end]) {
			return s[2:end], s[end+1:], false
		}
		return "", s[1:], true
	}
	end := 1
	for end < len(s) && nameByte(s[end]) {
		end++
	}
	if end == 1 {
		return "", s[1:], true
	}
	return s[1:end], s[end:], false
}

// group reads "group NAME [GID] [ATTRIBUTE…] = MEMBER…".
func (p *parser) group(first token, rest []token) {
	g := Group{Meta: first.text == "metagroup", At: first.at}
	if len(rest) == 0 || rest[0].kind != word && rest[0].kind != quoted {
		p.fail(first.at, "", "the line is: %s NAME … = MEMBERS", first.text)
		return
	}
	g.Name, g.At = rest[0].text, rest[0].at
	if why := account.NameProblem(g.Name); why != "" {
		p.fail(g.At, "", "the %s is called %q: %s", first.text, g.Name, why)
		return
	}
	rest = p.attributes(&g, rest[1:])
	if rest == nil {
		return
	}
	for _, t := range rest {
		if t.kind == comma {
			continue
		}
		m, problem := member(t)
		if problem != "" {
			p.fail(t.at, "", "%s", problem)
			return
		}
		g.Members = append(g.Members, m)
	}
	p.add(g)
}

func (p *parser) add(g Group) {
	if i, ok := p.named[g.Name]; ok {
		p.fail(g.At, "", "%s is there already, at %s", g.Name, p.template.Groups[i].At)
		return
	}
	p.named[g.Name] = len(p.template.Groups)
	p.template.Groups = append(p.template.Groups, g)
}

// attributes reads what stands between name and =; what stands behind it is returned,
// nil where there is a mistake.
func (p *parser) attributes(g *Group, rest []token) []token {
	for len(rest) > 0 {
		t := rest[0]
		switch {
		case t.kind == equals:
			return append(make([]token, 0, len(rest)), rest[1:]...)
		case t.kind != word:
			p.fail(t.at, "", "%q cannot stand here; the members come behind =", t.text)
			return nil
		case g.Meta:
			p.fail(t.at, "", "a metagroup has no %q: it is no group of the system", t.text)
			return nil
		case len(rest) > 1 && rest[1].kind == opening:
			n := p.listAttribute(g, rest)
			if n == 0 {
				return nil
			}
			rest = rest[n:]
			continue
		case t.text == "sorted":
			g.Sorted = true
		case t.text == "shares-id":
			g.SharesID = true
		case !g.HasGID && t.text[0] >= '0' && t.text[0] <= '9':
			id, err := strconv.ParseUint(t.text, 10, 32)
			if err != nil || id == uint64(ident.NoGID) || t.text[0] == '0' && t.text != "0" {
				p.fail(t.at, "", "%q is no group id", t.text)
				return nil
			}
			g.GID, g.HasGID = ident.GID(id), true
		default:
			p.fail(t.at, "between name and = stand the id, admins(…), password(…), sorted, shares-id", "%q is no attribute of a group; the members come behind =", t.text)
			return nil
		}
		rest = rest[1:]
	}
	p.fail(g.At, "a group without members is written: group NAME =", "the line has no =")
	return nil
}

// listAttribute reads admins(…) or password(…) and says how many tokens it took.
func (p *parser) listAttribute(g *Group, rest []token) int {
	end := slices.IndexFunc(rest, func(t token) bool { return t.kind == closing })
	if end < 0 {
		p.fail(rest[0].at, "", "%s( is not closed", rest[0].text)
		return 0
	}
	var words []string
	for _, t := range rest[2:end] {
		if t.kind != comma {
			words = append(words, t.text)
		}
	}
	switch rest[0].text {
	case "admins":
		for _, name := range words {
			if why := account.NameProblem(name); why != "" {
				p.fail(rest[0].at, "", "the administrator %q: %s", name, why)
				return 0
			}
		}
		g.Admins, g.HasAdmins = words, true
	case "password":
		g.Password, g.HasPassword = strings.Join(words, ""), true
		if !harmless(g.Password) {
			p.fail(rest[0].at, "a template is read by many: set the password with gpasswd, and it stays", "password() takes *, !, x or nothing")
			return 0
		}
	default:
		p.fail(rest[0].at, "", "%s(…) is no attribute of a group", rest[0].text)
		return 0
	}
	return end + 1
}

// harmless reports whether a password field tells nothing.
func harmless(field string) bool {
	return slices.Contains([]string{"", "x", "*", "!", "!!", "!*"}, field)
}

func member(t token) (Member, string) {
	m := Member{Name: t.text, At: t.at}
	switch t.kind {
	case word:
		m.Name, m.Not = strings.CutPrefix(m.Name, "!")
		m.Name, m.Group = strings.CutPrefix(m.Name, "@")
	case quoted:
		m.Not, m.Group = strings.HasPrefix(t.mark, "!"), strings.HasSuffix(t.mark, "@")
	default:
		return m, fmt.Sprintf("%q is no member", t.text)
	}
	if why := account.NameProblem(m.Name); why != "" {
		return m, fmt.Sprintf("the member %q: %s", t.text, why)
	}
	return m, ""
}
