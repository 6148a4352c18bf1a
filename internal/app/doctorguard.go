package app

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"ward/access"
	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/mode"
	"ward/policy"
)

// Guard is what would have noticed one object before it failed somebody: a rule of a
// policy for the tree at Root, and an assertion. Both were tried: they find fault
// with the object as it is, and none with it as the fix leaves it.
type Guard struct {
	Root   string   // the tree that Policy is for
	Policy string   // a whole policy file; "" where a rule cannot say it
	Assert []string // the command; nil where it cannot say it
}

// guards are what would have noticed what a fix mends.
func guards(a *AccessAnswer, f *access.Fix) (all []Guard) {
	for _, r := range f.Remedies {
		if r.Does != access.Alter || !filepath.IsAbs(r.Path) || r.Path == "/" {
			continue
		}
		g := Guard{Root: filepath.Dir(r.Path)}
		demands := demandsOf(&r.Before, &r.After, a.Names)
		if demands == nil {
			continue
		}
		g.Policy = guardRule(a, &r, demands)
		g.Assert = guardAssertion(a, &r, demands)
		if g.Policy != "" || g.Assert != nil {
			all = append(all, g)
		}
	}
	return all
}

// demand is one attribute that has to be so, in the words that policies and
// assertions share.
type demand struct{ attribute, value string }

// demandsOf is what an object must be, that it was not, in the least that says it.
func demandsOf(before, after *entry.State, names *account.Database) (all []demand) {
	add := func(attribute, value string) { all = append(all, demand{attribute, value}) }
	if before.UID != after.UID {
		add("owner", names.UserName(after.UID))
	}
	if before.GID != after.GID {
		add("group", names.GroupName(after.GID))
	}
	if entries := newEntries(before.ACL, after.ACL, names); entries != "" {
		add("acl", entries)
	}
	if clauses := changedBits(before.Mode, after.Mode, after.ACL != nil); clauses != "" {
		add("mode", clauses)
	}
	return all
}

// newEntries are those of a list that are not in the one before: the named ones, and
// the mask where it limits more than they say.
func newEntries(before, after acl.List, names acl.Names) string {
	var parts []string
	for _, e := range after {
		old, had := before.Find(e.Tag, e.ID)
		if had && old == e.Rights || !e.Tag.Named() && !(e.Tag == acl.Mask && before != nil) {
			continue
		}
		parts = append(parts, e.Format(names))
	}
	return strings.Join(parts, ",")
}

// changedBits is a chmod expression of the bits that were given and taken. Group
// bits are the mask where there is a list, and then no business of the mode.
func changedBits(before, after mode.Mode, listed bool) string {
	var clauses []string
	for _, c := range []struct {
		who   string
		shift uint
	}{{"u", 6}, {"g", 3}, {"o", 0}} {
		if c.who == "g" && listed {
			continue
		}
		was, is := before>>c.shift&7, after>>c.shift&7
		if given := is &^ was; given != 0 {
			clauses = append(clauses, c.who+"+"+rightLetters(given))
		}
		if taken := was &^ is; taken != 0 {
			clauses = append(clauses, c.who+"-"+rightLetters(taken))
		}
	}
	return strings.Join(clauses, ",")
}

func rightLetters(m mode.Mode) string {
	return strings.ReplaceAll(mode.Rights(m).String(), "-", "")
}

// guardRule is a policy of one rule, tried on both states; "" where it does not tell
// them apart.
func guardRule(a *AccessAnswer, r *access.Remedy, demands []demand) string {
	var wants []string
	for _, d := range demands {
		wants = append(wants, d.attribute+": "+strconv.Quote(d.value))
	}
	name := filepath.Base(r.Path)
	reason := fmt.Sprintf("%s has to %s %s.", a.UserName(), a.Request.Action, fromRoot(a.Request.Path))
	text := fmt.Sprintf("version: 1\nrules:\n  - name: %s\n    match: {type: %s, path: %s}\n    require: {%s}\n    reason: %s\n",
		ruleName(name), typeWord(r.Kind), strconv.Quote("/"+policy.Literal(name)), strings.Join(wants, ", "), strconv.Quote(reason))
	if judgedBy(text, a.Names, r, &r.Before) != rejected || judgedBy(text, a.Names, r, &r.After) != complies {
		return ""
	}
	return text
}

type judgement uint8

const (
	unusable judgement = iota
	rejected
	complies
)

// judgedBy judges an object in one of its states by a policy's text.
func judgedBy(text string, db *account.Database, r *access.Remedy, st *entry.State) judgement {
	p, problems := policy.Parse("ward.yaml", []byte(text))
	if problems.Broken() {
		return unusable
	}
	judge, problems := p.Bind(policy.Binding{Accounts: db, Now: now()})
	if problems.Broken() {
		return unusable
	}
	root := &entry.Dir{Path: "."}
	e := entry.Entry{Dir: root, Name: filepath.Base(r.Path), Kind: r.Kind, State: *st, Known: everyFact | entry.Attributes}
	out, need := judge.Worker().Judge(&e)
	switch {
	case need != 0:
		return unusable
	case out.Compliant:
		return complies
	}
	return rejected
}

// ruleName makes a name of a rule of a file's.
func ruleName(file string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, file)
	if name = strings.Trim(name, "-_"); name == "" {
		name = "object"
	}
	return "access-to-" + name[:min(len(name), 40)]
}

func typeWord(k mode.Kind) string {
	switch k {
	case mode.Directory:
		return "dir"
	case mode.Regular:
		return "file"
	}
	return k.String()
}

// guardAssertion is the command that tests one object, tried on both states; nil
// where it does not tell them apart.
func guardAssertion(a *AccessAnswer, r *access.Remedy, demands []demand) []string {
	words := []string{"ward", "assert", r.Path}
	var texts []string
	for _, d := range demands {
		texts = append(texts, d.attribute+"="+d.value)
	}
	wants, err := parseWants(texts, a.Names)
	if err != nil || !missesAny(wants, r, &r.Before) || missesAny(wants, r, &r.After) {
		return nil
	}
	return append(words, texts...)
}

func missesAny(wants []want, r *access.Remedy, st *entry.State) bool {
	e := entry.Entry{Kind: r.Kind, State: *st, Known: everyFact}
	for _, w := range wants {
		if _, ok := w.miss(&e); !ok {
			return true
		}
	}
	return false
}

// Watch is the question itself as a test: it fails as long as the access does.
func (d *Diagnosis) Watch() []string {
	words := []string{"ward", "explain", "--quiet"}
	if w := d.Request.As; w != "" && w != "self" {
		if d.Who.Process != nil { // the process ends, its user does not
			w = userWord(d)
		}
		words = append(words, "--as", w)
	}
	words = append(words, d.Request.Action.String(), fromRoot(d.Request.Path))
	if d.Request.Target != "" {
		words = append(words, fromRoot(d.Request.Target))
	}
	return words
}

func userWord(d *Diagnosis) string {
	if u, ok := d.Names.UserByID(d.Who.UID); ok {
		return u.Name
	}
	return fmt.Sprintf("%d:%d", d.Who.UID, d.Who.GID)
}

func fromRoot(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}
