package template_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ward/account"
	"ward/account/template"
	"ward/ident"
)

// files is a directory of templates.
type files map[string]string

func (f files) read(name string) ([]byte, error) {
	text, ok := f[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(text), nil
}

func parse(t *testing.T, text string) *template.Template {
	t.Helper()
	got, err := template.Parse("t", files{"t": text}.read)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func group(text string) account.File[account.GroupEntry] {
	return account.ReadGroup("/etc/group", []byte(text))
}

func gshadow(text string) *account.File[account.GroupShadow] {
	f := account.ReadGroupShadow("/etc/gshadow", []byte(text))
	return &f
}

func ExampleCompile() {
	text := `
let LEADS = ann
macro project(name, id)
  group $name $id admins($LEADS) = $LEADS @staff
end
metagroup staff = bob carol @interns
metagroup interns = dave
project(shop, 2001)
group web = @shop !dave
`
	t, err := template.Parse("groups", func(string) ([]byte, error) { return []byte(text), nil })
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := template.Compile(t, &template.Base{Group: group("root:x:0:\nweb:x:2000:bob\n"), GShadow: gshadow("root:*::\nweb:!::bob\n")}, template.Options{})
	fmt.Print(c.Group, "--\n", c.GShadow, err, "\n")
	// Output:
	// root:x:0:
	// web:x:2000:ann,bob,carol
	// shop:x:2001:ann,bob,carol,dave
	// --
	// root:*::
	// web:!::ann,bob,carol
	// shop:!:ann:ann,bob,carol,dave
	// <nil>
}

func ExampleDecompile() {
	text, err := template.Decompile(group("staff:x:50:ann,bob,carol\nall:x:60:ann,bob,carol,dave\n"), nil, template.Proposal{})
	fmt.Print(text, err, "\n")
	// Output:
	// # Groups, as ward groups decompile proposes them from /etc/group.
	// # @group stands for the members of a group: look whether each is meant so.
	// group staff 50 = ann bob carol
	// group all 60 = @staff dave
	// <nil>
}

func TestWords(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"commas or white space":     {"group g 1 = a,b  c\t, d", "g:x:1:a,b,c,d"},
		"a line that goes on":       {"group g 1 = \\\n a,\n b \\\n c", "g:x:1:a,b,c"},
		"comments":                  {"# x\ngroup g 1 = a # b\n#\n", "g:x:1:a"},
		"nobody":                    {"group g 1 =", "g:x:1:"},
		"a dollar in a name":        {"group g 1 = pc$ pc$$ \"q$x\"", "g:x:1:pc$,q$x"},
		"quotes":                    {"group \"g\" 1 = \"a=b\" \"#c\"", "g:x:1:a=b,#c"},
		"a quoted group":            {"group \"x=y\" 2 = b\ngroup g 1 = @\"x=y\"", "x=y:x:2:b\ng:x:1:b"},
		"who comes twice is once":   {"group g 1 = a b a @h\ngroup h 2 = b c", "g:x:1:a,b,c\nh:x:2:b,c"},
		"left out, whatever adds":   {"group g 1 = !b @h a\ngroup h 2 = b c", "g:x:1:c,a\nh:x:2:b,c"},
		"a group left out":          {"group g 1 = a b c !@h\ngroup h 2 = b c", "g:x:1:a\nh:x:2:b,c"},
		"sorted":                    {"group g 1 sorted = c @h a\ngroup h 2 = b", "g:x:1:a,b,c\nh:x:2:b"},
		"words of a let":            {"let X = a b\nlet Y = $X c\ngroup g 1 = ${Y} d", "g:x:1:a,b,c,d"},
		"marks go to every word":    {"let X = a b\ngroup g 1 = a b c !$X", "g:x:1:c"},
		"groups of a let":           {"let X = h\ngroup h 2 = b\ngroup g 1 = @$X", "h:x:2:b\ng:x:1:b"},
		"a let within a word":       {"let X = a\ngroup ${X}-adm 1 = $X-1 b.$X", "a-adm:x:1:a-1,b.a"},
		"a macro":                   {"macro m(n, id, who)\ngroup $n $id = $who\nend\nm(g, 1, a b)\nm(h, 2,)", "g:x:1:a,b\nh:x:2:"},
		"a macro that uses another": {"macro a(x)\ngroup $x 1 = u\nend\nmacro b(y)\na($y)\nend\nb(g)", "g:x:1:u"},
		"an id of 0":                {"group root 0 =", "root:x:0:"},
		"two of one id":             {"group a 1 =\ngroup b 1 shares-id =", "a:x:1:\nb:x:1:"},
		"a locked group":            {"group a 1 password(*) = ", "a:*:1:"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := template.Compile(parse(t, c.text), &template.Base{GShadow: gshadow("")}, template.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want+"\n", got.Group); d != "" {
				t.Error(d)
			}
		})
	}
}

// Every mistake is told with its place, and nothing comes of a template with one.
func TestMistakes(t *testing.T) {
	base := "root:x:0:\nold:x:50:ann\nusers:x:100:\n+nis\n"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"no such word":                {"grup g 1 =", []string{`t:1:1: "grup" begins no line`}},
		"no =":                        {"group g 1 a b", []string{`t:1:11: "a" is no attribute of a group`}},
		"no = at the end":             {"group g 1", []string{"t:1:7: the line has no ="}},
		"a group of itself":           {"group g 1 = @g", []string{"t:1:13: g holds itself: g > g"}},
		"a cycle":                     {"group g 1 = @h\nmetagroup h = @i\nmetagroup i = a @g", []string{"t:3:17: g holds itself: g > h > i > g"}},
		"a group that is not there":   {"group g 1 = @nope", []string{"t:1:13: there is no group or metagroup @nope"}},
		"a user who is not there":     {"group g 1 = ann\ngroup h 2 = ann, zoe", []string{"t:2:18: no user is called zoe"}},
		"a group taken for a user":    {"group g 1 = users", []string{"t:1:13: no user is called users; its members are written @users"}},
		"nobody could be asked":       {"group g 1 = remote", []string{"t:1:13: whether a user is called remote could not be found out"}},
		"an id that is taken":         {"group g 50 = ann", []string{"t:1:7: g and old have the id 50 (/etc/group:2:1)"}},
		"an id twice":                 {"group g 9 =\ngroup h 9 =", []string{"t:2:7: h and g have the id 9 (t:1:7)"}},
		"an id that changes":          {"group old 51 = ann", []string{"t:1:7: old has the id 50 in /etc/group, not 51"}},
		"no id":                       {"group fresh = ann", []string{"t:1:7: fresh is a new group and needs an id"}},
		"a bad id":                    {"group g 4294967295 =", []string{`t:1:9: "4294967295" is no group id`}},
		"an id with a zero":           {"group g 010 =", []string{`t:1:9: "010" is no group id`}},
		"a group twice":               {"group g 1 =\ngroup g 2 =", []string{"t:2:7: g is there already, at t:1:7"}},
		"a metagroup of that name":    {"metagroup old = ann", []string{"t:1:11: old is a metagroup here, and a group in line 2 of /etc/group"}},
		"a metagroup with an id":      {"metagroup m 5 = ann", []string{`t:1:13: a metagroup has no "5"`}},
		"a name of digits":            {"group 12 1 =", []string{`t:1:7: the group is called "12": it is taken for an id`}},
		"a name too long":             {"group " + strings.Repeat("n", 33) + " 1 =", []string{"t:1:7: the name has 33 bytes; tools take 32"}},
		"a member with a colon":       {"group g 1 = a:b", []string{`t:1:13: the member "a:b": ":" ends it`}},
		"a line too long":             {"limit line 16\ngroup g 1 = ann bob carol", []string{"t:2:7: the line of g would have 19 bytes and 3 members; at most 16"}},
		"a bad limit":                 {"limit line none", []string{"t:1:1: the line is: limit line BYTES"}},
		"an unknown name":             {"group g 1 = $X", []string{"t:1:13: nothing is called $X"}},
		"a let twice":                 {"let X = a\nlet X = b", []string{"t:2:5: X is there already, at t:1:9"}},
		"two words within one":        {"let X = a b\ngroup g 1 = x$X", []string{`t:2:13: $X stands for 2 words`}},
		"a macro without end":         {"macro m(a)\ngroup $a 1 =", []string{"t:1:1: the macro m has no end"}},
		"an end without macro":        {"end", []string{"t:1:1: end without a macro"}},
		"a macro that is not there":   {"m(1)", []string{`t:1:1: there is no macro "m"`}},
		"arguments too few":           {"macro m(a, b)\nend\nm(x)", []string{"t:3:1: m has 2 parameters (a, b), and 1 are given"}},
		"a mistake within a macro":    {"macro m(a)\ngroup $a 1 = zoe\nend\nm(g)", []string{"t:2:14 (used at t:4): no user is called zoe"}},
		"a macro of itself":           {"macro m(a)\nm($a)\nend\nm(x)", []string{"more than 64 macros use each other"}},
		"words without end":           {"let A = a a a a a a a a\nlet B = $A $A $A $A $A $A $A $A\nlet C = $B $B $B $B $B $B $B $B\nlet D = $C $C $C $C $C $C $C $C\nlet E = $D $D $D $D $D $D $D $D\nlet F = $E $E $E $E $E $E $E $E\nlet G = $F $F $F $F $F $F $F $F\nlet H = $G $G $G $G $G $G $G $G\n", []string{"names stand for more than 2000000 words in all"}},
		"macros without end":          {"macro a(x)\na($x)\na($x)\nend\na(1)", []string{"macros use each other"}},
		"a file that is not there":    {"include nope", []string{"t:1:9: include: open nope: file does not exist"}},
		"a file that includes itself": {"include t", []string{"t:1:1: t includes itself"}},
		"files that include another":  {"include a\n", []string{"b:1:1: a is included already, at t:1:1"}},
		"a file twice":                {"include c\ninclude c", []string{"t:2:1: c is included already, at t:1:1"}},
		"a mistake in an include":     {"include bad", []string{"dir/bad2:2:1: \"oops\" begins no line"}},
		"DOS":                         {"group g 1 = ann\r\n", []string{"t:1:16: the line ends with a carriage return"}},
		"no UTF-8":                    {"group g 1 = a\xffb", []string{"t:1:14: the byte 0xff is no UTF-8"}},
		"a control character":         {"group g 1 = a\x1bb", []string{"t:1:14: the control character 0x1b"}},
		"a line of a megabyte":        {"group g 1 = " + strings.Repeat("a ", 1<<19) + "b", []string{"t:1:1048577: the line has 1048589 bytes"}},
		"NIS":                         {"+nis::", []string{"t:1:1: this is a line of NIS"}},
		"quotes left open":            {"group \"g 1 =", []string{"t:1:7: the quotes are not closed"}},
		"a hash for all to read":      {"group g 1 password($6$abc) = ", []string{"nothing is called $6"}},
		"a hash in quotes":            {"group g 1 password(\"$6$abc\") = ", []string{"t:1:11: password() takes *, !, x or nothing"}},
		"all are owned, NIS too":      {"own all\ngroup root 0 =\ngroup users 100 =", []string{"/etc/group:4:1: the line includes groups of NIS"}},
		"the primary group of ann":    {"own all\ngroup root 0 =\ngroup old 50 =", []string{"/etc/group:3:1: users is not in the template, which owns all, and is the primary group of ann"}},
	} {
		t.Run(name, func(t *testing.T) {
			all := files{"t": c.text, "a": "include b", "b": "include a", "c": "# nothing", "bad": "include dir/bad2", "dir/bad2": "\noops"}
			_, err := compileText(all, base)
			var problems template.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("got %v", err)
			}
			for _, want := range c.want {
				if !slices.ContainsFunc(problems, func(p template.Problem) bool { return strings.Contains(p.String(), want) }) {
					t.Errorf("got  %v\nwant %s", err, want)
				}
			}
		})
	}
}

func compileText(all files, base string) (*template.Compiled, error) {
	parsed, err := template.Parse("t", all.read)
	if err != nil {
		return nil, err
	}
	return template.Compile(parsed, &template.Base{
		Group: group(base),
		User: func(name string) account.Answer {
			switch name {
			case "ann", "bob", "carol":
				return account.Yes
			case "remote":
				return account.CannotTell
			}
			return account.No
		},
		Primary: func(gid ident.GID) []string {
			if gid == 100 {
				return []string{"ann"}
			}
			return nil
		},
	}, template.Options{})
}

// Files whose lines are not understood are not rewritten.
func TestBrokenFilesAreLeftAlone(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"fields too few": {"a:x:1:\nb:x\n", "/etc/group:2:1: 2 fields, want 4"},
		"no name":        {":x:1:\n", "/etc/group:1:1: the name is empty"},
		"no id":          {"a:x::\n", `/etc/group:1:1: "" is no group id`},
		"DOS":            {"a:x:1:\r\n", "/etc/group:1:1: it ends with a carriage return"},
		"no UTF-8":       {"a\xff:x:1:\n", "/etc/group:1:1: it holds bytes that are no UTF-8"},
		"a line twice":   {"ann:x:1:\nann:x:1:\n", "/etc/group:2:1: ann has a line already, line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := compileText(files{"t": "group ann 1 ="}, c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestWhatTheFileHasStays(t *testing.T) {
	base := "# by hand\nroot:x:0:\n\ndev:$6$secret:50:ann, bob\nodd:x:0060:ann\n+nis\n"
	c, err := compileText(files{"t": "group dev = ann bob\ngroup odd 60 = ann\ngroup fresh 70 = carol"}, base)
	if err != nil {
		t.Fatal(err)
	}
	want := "# by hand\nroot:x:0:\n\ndev:$6$secret:50:ann, bob\nodd:x:0060:ann\nfresh:!:70:carol\n+nis\n"
	if d := cmp.Diff(want, c.Group); d != "" {
		t.Error(d)
	}
	if len(c.Changes) != 1 || c.Changes[0].Name != "fresh" {
		t.Errorf("%+v", c.Changes)
	}
}

func TestHashesAreNotShown(t *testing.T) {
	parsed := parse(t, "group dev = ann")
	c, err := template.Compile(parsed, &template.Base{Group: group("dev:x:5:\n"), GShadow: gshadow("dev:$6$secret::\n")}, template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c.GShadow != "dev:$6$secret::ann\n" {
		t.Errorf("%q", c.GShadow)
	}
	for _, x := range c.Changes {
		if strings.Contains(x.Before+x.After, "secret") {
			t.Errorf("%+v", x)
		}
	}
}

// tangle is a random template without cycles: groups name only groups before them,
// and are then shuffled.
func tangle(t *rapid.T) string {
	var all []string
	n := rapid.IntRange(1, 12).Draw(t, "groups")
	for i := range n {
		var members []string
		for range rapid.IntRange(0, 6).Draw(t, "members") {
			m := rapid.SampledFrom([]string{"", "", "", "!"}).Draw(t, "mark")
			if i > 0 && rapid.Bool().Draw(t, "nested") {
				m += fmt.Sprintf("@g%d", rapid.IntRange(0, i-1).Draw(t, "group"))
			} else {
				m += fmt.Sprintf("u%d", rapid.IntRange(0, 9).Draw(t, "user"))
			}
			members = append(members, m)
		}
		head := fmt.Sprintf("group g%d %d", i, 100+i)
		if rapid.Bool().Draw(t, "meta") {
			head = fmt.Sprintf("metagroup g%d", i)
		} else if rapid.Bool().Draw(t, "sorted") {
			head += " sorted"
		}
		all = append(all, head+" = "+strings.Join(members, " "))
	}
	return strings.Join(rapid.Permutation(all).Draw(t, "order"), "\n") + "\n"
}

// naive is the members of a group as the language's description says, by recursion.
func naive(t *template.Template, name string) []string {
	g := t.Find(name)
	var list []string
	out := map[string]bool{}
	each := func(m template.Member, do func(string)) {
		if !m.Group {
			do(m.Name)
			return
		}
		for _, u := range naive(t, m.Name) {
			do(u)
		}
	}
	for _, m := range g.Members {
		if m.Not {
			each(m, func(u string) { out[u] = true })
		}
	}
	for _, m := range g.Members {
		if !m.Not {
			each(m, func(u string) {
				if !out[u] && !slices.Contains(list, u) {
					list = append(list, u)
				}
			})
		}
	}
	if g.Sorted {
		slices.Sort(list)
	}
	return list
}

func TestFlatteningIsTheNaiveClosure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := tangle(t)
		parsed, err := template.Parse("t", files{"t": text}.read)
		if err != nil {
			t.Fatal(err)
		}
		flat, err := template.Flatten(parsed, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range parsed.Groups {
			got, _ := flat.Members(g.Name)
			if want := naive(parsed, g.Name); !slices.Equal(got, want) {
				t.Fatalf("%s: %v, want %v\n%s", g.Name, got, want, text)
			}
		}
	})
}

// etcGroup is a random group file as tools write it, with its gshadow.
func etcGroup(t *rapid.T) (lines, shadow string) {
	var g, s strings.Builder
	for i := range rapid.IntRange(0, 14).Draw(t, "lines") {
		users := rapid.SliceOfNDistinct(rapid.IntRange(0, 7), 0, 7, rapid.ID[int]).Draw(t, "members")
		if rapid.Bool().Draw(t, "in order") {
			slices.Sort(users)
		}
		var names []string
		for _, u := range users {
			names = append(names, fmt.Sprintf("u%d", u))
		}
		name := rapid.SampledFrom([]string{"g%d", "g-%d", "g%d$", "9g%d", "g.%d", "g=%d"}).Draw(t, "name")
		list := strings.Join(names, ",")
		fmt.Fprintf(&g, name+":%s:%d:%s\n", i, rapid.SampledFrom([]string{"x", "*", "", "!"}).Draw(t, "password"), rapid.IntRange(0, 20).Draw(t, "gid"), list)
		fmt.Fprintf(&s, name+":!:%s:%s\n", i, rapid.SampledFrom([]string{"", "u1", "u1,u2"}).Draw(t, "admins"), list)
	}
	return g.String(), s.String()
}

func TestCompileOfDecompileIsTheSameFile(t *testing.T) {
	nested := 0
	rapid.Check(t, func(t *rapid.T) {
		lines, shadow := etcGroup(t)
		own := rapid.Bool().Draw(t, "own all")
		text, err := template.Decompile(group(lines), gshadow(shadow), template.Proposal{OwnsAll: own, Smallest: rapid.IntRange(2, 4).Draw(t, "smallest")})
		if err != nil {
			t.Fatal(err)
		}
		nested += strings.Count(text, "@g")
		parsed, err := template.Parse("t", files{"t": text}.read)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for _, base := range []string{lines, ""} { // into itself, and from nothing
			b := &template.Base{Group: group(base), GShadow: gshadow(shadow)}
			if base == "" {
				b.GShadow = gshadow("")
			}
			c, err := template.Compile(parsed, b, template.Options{})
			if err != nil {
				t.Fatalf("%v\n%s\nof\n%s", err, text, lines)
			}
			if c.Group != lines || c.GShadow != shadow {
				t.Fatalf("got\n%s%s\nof\n%s\n%s%s", c.Group, c.GShadow, text, lines, shadow)
			}
			if base != "" && len(c.Changes) > 0 {
				t.Fatalf("changes %+v", c.Changes)
			}
		}
	})
	if nested == 0 {
		t.Error("no group was proposed within another one")
	}
}

func TestSecondCompileChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := tangle(t)
		if rapid.Bool().Draw(t, "own all") {
			text += "own all\n"
		}
		lines, shadow := etcGroup(t)
		lines = strings.ReplaceAll(lines, "g", "g") + "g0:x:100:u1,zz\n"
		parsed, err := template.Parse("t", files{"t": text}.read)
		if err != nil {
			t.Fatal(err)
		}
		c, err := template.Compile(parsed, &template.Base{Group: group(lines), GShadow: gshadow(shadow)}, template.Options{ChangeIDs: true})
		if err != nil {
			return // names and ids that clash
		}
		again, err := template.Compile(parsed, &template.Base{Group: group(c.Group), GShadow: gshadow(c.GShadow)}, template.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Changes) > 0 || again.Group != c.Group || again.GShadow != c.GShadow {
			t.Fatalf("again: %+v\n%s\n%s", again.Changes, c.Group, again.Group)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("group g 1 admins(a b) sorted password(*) = a @h !\"b\"\nmetagroup h = c\n")
	f.Add("let X = a b\nmacro m(n, i)\n group ${n}-x $i = $X !@$n\nend\nm(g, 2)\nown all\nlimit line 100\n")
	f.Add("include t\ninclude a,\n =")
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := template.Parse("t", files{"t": text}.read)
		if err != nil {
			return
		}
		c, err := template.Compile(parsed, &template.Base{GShadow: gshadow("")}, template.Options{})
		if err != nil {
			return
		}
		// What comes out is a file that is understood, and stays.
		back, err := template.Decompile(group(c.Group), gshadow(c.GShadow), template.Proposal{})
		if err != nil {
			t.Fatal(err)
		}
		again, err := template.Parse("t", files{"t": back}.read)
		if err != nil {
			t.Fatalf("%v\n%s", err, back)
		}
		same, err := template.Compile(again, &template.Base{GShadow: gshadow("")}, template.Options{})
		if err != nil || same.Group != c.Group {
			t.Fatalf("%v\n%s\n%s", err, c.Group, back)
		}
	})
}

// large is a template of 200,000 lines, 20,000 of them groups that hold each other.
func large() string {
	var b strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&b, "metagroup nested%d = u%d", i, i)
		if i%10 != 0 {
			fmt.Fprintf(&b, " @nested%d", i-1)
		}
		if i >= 1000 {
			fmt.Fprintf(&b, " @nested%d", i-1000)
		}
		b.WriteByte('\n')
	}
	for i := range 180000 {
		fmt.Fprintf(&b, "group g%d %d = u%d u%d @nested%d\n", i, 1000+i, i, i+1, i%2000)
	}
	return b.String()
}

func BenchmarkCompile200000Lines(b *testing.B) {
	text := large()
	all := files{"t": text}
	base := &template.Base{GShadow: gshadow("")}
	for b.Loop() {
		parsed, err := template.Parse("t", all.read)
		if err != nil {
			b.Fatal(err)
		}
		c, err := template.Compile(parsed, base, template.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(c.Group)), "bytes")
	}
}

// A chain of 20,000 groups, each within the next.
func BenchmarkCompileChainOf20000(b *testing.B) {
	var t strings.Builder
	t.WriteString("group g0 1000 = ann bob\n")
	for i := 1; i < 20000; i++ {
		fmt.Fprintf(&t, "group g%d %d = @g%d carol\n", i, 1000+i, i-1)
	}
	all := files{"t": t.String()}
	for b.Loop() {
		parsed, err := template.Parse("t", all.read)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := template.Compile(parsed, &template.Base{}, template.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecompile200000Lines(b *testing.B) {
	parsed, err := template.Parse("t", files{"t": large()}.read)
	if err != nil {
		b.Fatal(err)
	}
	c, err := template.Compile(parsed, &template.Base{GShadow: gshadow("")}, template.Options{})
	if err != nil {
		b.Fatal(err)
	}
	f := group(c.Group)
	for b.Loop() {
		if _, err := template.Decompile(f, nil, template.Proposal{}); err != nil {
			b.Fatal(err)
		}
	}
}
