package repair

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/access"
	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
	"ward/packages"
)

var people = account.New(
	[]account.User{{Name: "root"}, {Name: "daemon", UID: 1, GID: 1}, {Name: "nobody", UID: 65534, GID: 65534}},
	[]account.Group{{Name: "root"}, {Name: "daemon", GID: 1}, {Name: "shadow", GID: 42}, {Name: "nogroup", GID: 65534}},
)

func file(path string, m mode.Mode, owner string) packages.File {
	user, group, _ := strings.Cut(owner, ":")
	k := mode.Regular
	if strings.HasSuffix(path, "/") {
		k = mode.Directory
	}
	return packages.File{Path: strings.TrimSuffix(path, "/"), Kind: k, Mode: m, ModeKnown: true, User: user, Group: group, UID: ident.NoUID, GID: ident.NoGID, CapsKnown: k == mode.Regular}
}

var pkg = packages.Package{Name: "p", Version: "1"}

// one is the reference that knows one file of a package.
func one(f packages.File) *Reference {
	b := NewBuilder(people, nil)
	b.AddFile(pkg, &f)
	return b.Finish(true)
}

func found(k mode.Kind, m mode.Mode, uid ident.UID, gid ident.GID) *entry.Entry {
	return &entry.Entry{
		Dir: &entry.Dir{Path: "usr"}, Name: "x", Kind: k, State: entry.State{Mode: m, UID: uid, GID: gid},
		Known: entry.Stat | entry.AccessACL | entry.DefaultACL | entry.Caps | entry.Attributes | entry.Content,
	}
}

func words(v *Verdict) string {
	s := fmt.Sprintf("%v %s %d:%d", map[Class]string{Right: "right", Mended: "mended", Tighter: "tighter", Unknown: "unknown", OtherKind: "kind", NoOwner: "owner", Local: "local"}[v.Class], v.After.Mode.Octal(), v.After.UID, v.After.GID)
	if v.Grant {
		s += " then " + v.Granted.Mode.Octal()
	}
	if v.Less {
		s += " less"
	}
	return s
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name   string
		file   packages.File
		found  *entry.Entry
		loosen bool
		want   string
	}{
		{"as it should be", file("x", 0o644, "root:root"), found(mode.Regular, 0o644, 0, 0), false, "right 0644 0:0"},
		{"chmod -R 777", file("x", 0o644, "root:root"), found(mode.Regular, 0o777, 0, 0), false, "mended 0644 0:0"},
		{"chmod -R 700 on a file", file("x", 0o644, "root:root"), found(mode.Regular, 0o700, 0, 0), false, "mended 0600 0:0 less"},
		{"the same, loosened", file("x", 0o644, "root:root"), found(mode.Regular, 0o700, 0, 0), true, "mended 0644 0:0"},
		{"hardened by hand", file("x", 0o644, "root:root"), found(mode.Regular, 0o600, 0, 0), false, "tighter 0600 0:0 less"},
		{"a directory narrowed", file("x/", 0o755, "root:root"), found(mode.Directory, 0o700, 0, 0), false, "tighter 0700 0:0 less"},
		{"chown -R nobody", file("x/", 0o755, "root:root"), found(mode.Directory, 0o755, 65534, 0), false, "mended 0755 0:0"},
		{"chown -R root of a service's directory", file("x/", 0o750, "daemon:daemon"), found(mode.Directory, 0o750, 0, 0), false, "tighter 0750 0:0 less"},
		{"the same, loosened", file("x/", 0o750, "daemon:daemon"), found(mode.Directory, 0o750, 0, 0), true, "mended 0750 1:1"},
		{"a shared directory that lost its sticky bit", file("x/", 0o1777, "root:root"), found(mode.Directory, 0o777, 0, 0), false, "mended 1777 0:0"},
		{"a setgid directory", file("x/", 0o2755, "root:root"), found(mode.Directory, 0o777, 0, 0), false, "mended 2755 0:0"},
		{"setuid lost to chmod 777", file("x", 0o4755, "root:root"), found(mode.Regular, 0o777, 0, 0), false, "mended 0755 0:0 then 4755"},
		{"setuid lost to chown", file("x", 0o4755, "root:root"), found(mode.Regular, 0o755, 65534, 65534), false, "mended 0755 0:0 then 4755"},
		{"setuid taken away by hand", file("x", 0o4755, "root:root"), found(mode.Regular, 0o755, 0, 0), false, "tighter 0755 0:0 less"},
		{"the same, loosened", file("x", 0o4755, "root:root"), found(mode.Regular, 0o755, 0, 0), true, "mended 0755 0:0 then 4755"},
		{"chmod -R 700 on a set-id program", file("x", 0o4755, "root:root"), found(mode.Regular, 0o700, 0, 0), false, "tighter 0700 0:0 less"},
		{"setuid that no package gives", file("x", 0o755, "root:root"), found(mode.Regular, 0o4755, 0, 0), false, "mended 0755 0:0"},
		{"setuid kept, the rest narrowed", file("x", 0o4755, "root:root"), found(mode.Regular, 0o4777, 0, 0), false, "mended 4755 0:0"},
		{"setgid does not come back for another group", file("x", 0o2755, "root:shadow"), found(mode.Regular, 0o777, 0, 0), false, "mended 0755 0:0 less"},
		{"setgid comes back with its group", file("x", 0o2755, "root:shadow"), found(mode.Regular, 0o777, 65534, 65534), false, "mended 0755 0:42 then 2755"},
		{"setuid of a foreign owner is never kept on the way", file("x", 0o4755, "root:root"), found(mode.Regular, 0o4755, 65534, 0), false, "mended 0755 0:0 then 4755"},
		{"a directory in a file's place", file("x", 0o644, "root:root"), found(mode.Directory, 0o777, 0, 0), false, "kind 0777 0:0"},
		{"an owner that is not there", file("x", 0o644, "postgres:root"), found(mode.Regular, 0o777, 0, 0), false, "owner 0777 0:0"},
		{"a link has no mode", file("x", 0o644, "root:root"), found(mode.Symlink, 0o777, 0, 0), false, "kind 0777 0:0"},
	} {
		j := NewJudge(one(c.file), Options{Loosen: func(string, bool) bool { return c.loosen }, Accounts: people})
		v, need := j.Judge("x", c.found)
		if got := words(&v); got != c.want || need != 0 {
			t.Errorf("%s: %s, want %s (%v)", c.name, got, c.want, need)
		}
	}
}

func TestScriptsAndPackagesDisagree(t *testing.T) {
	b := NewBuilder(people, nil)
	f := file("x", 0o755, "root:root")
	b.AddFile(pkg, &f)
	b.AddScript("x", Mode, 0o2755, Owners{Group: "shadow", UID: ident.NoUID, GID: ident.NoGID}, "p.postinst")
	r := b.Finish(true)
	for _, c := range []struct {
		name  string
		found *entry.Entry
		guess Certainty
		want  string
	}{
		{"as the script has it", found(mode.Regular, 0o2755, 0, 42), NoGuess, "right 2755 0:42"},
		{"as the package has it", found(mode.Regular, 0o755, 0, 0), NoGuess, "right 0755 0:0"},
		{"only what neither gives is taken away", found(mode.Regular, 0o777, 0, 42), NoGuess, "unknown 0755 0:42 less"},
		{"the guess is asked for", found(mode.Regular, 0o777, 0, 42), Likely, "mended 0755 0:42 then 2755"},
		{"a surer guess is asked for", found(mode.Regular, 0o777, 0, 42), Sure, "unknown 0755 0:42 less"},
	} {
		v, _ := NewJudge(r, Options{Guess: c.guess, Accounts: people}).Judge("x", c.found)
		if got := words(&v); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestSourcesOutrankEachOther(t *testing.T) {
	b := NewBuilder(people, func(path string, _ bool) string { return strings.Replace(path, "bin/", "usr/bin/", 1) })
	for _, p := range []struct {
		pkg  string
		file packages.File
	}{
		{"late", file("etc/", 0o700, "root:root")},
		{"base-files", file("etc/", 0o755, "root:root")},
		{"last", file("etc/", 0o711, "root:root")},
		{"util", file("bin/su", 0o4755, "root:root")},
	} {
		b.AddFile(packages.Package{Name: p.pkg, Version: "1"}, &p.file)
	}
	b.Adjust("bin/su", Wanted{Parts: Mode, State: entry.State{Mode: 0o4750}, Source: Override, Detail: "override"}, Owners{Group: "shadow", UID: 0, GID: ident.NoGID})
	b.Adjust("bin/su", Wanted{Parts: Mode, State: entry.State{Mode: 0o777}, Source: Tmpfiles}, Owners{})
	r := b.Finish(true)
	if w := r.Of("etc"); w.State.Mode != 0o755 {
		t.Errorf("/etc is %v of %s", w.State.Mode, w.Detail)
	}
	w := r.Of("usr/bin/su")
	if w == nil || w.State.Mode != 0o4750 || w.State.GID != 42 || w.Detail != "override" {
		t.Errorf("su is %+v", w)
	}
}

func TestGuesses(t *testing.T) {
	b := NewBuilder(people, nil)
	for i := range 4 {
		f := file(fmt.Sprintf("usr/lib/x/%d.so", i), 0o644, "root:root")
		b.AddFile(pkg, &f)
	}
	for _, f := range []packages.File{file("usr/", 0o755, "root:root"), file("usr/bin/", 0o755, "root:root"), file("var/", 0o755, "root:root"), file("var/lib/db/", 0o700, "daemon:daemon"), file("etc/", 0o755, "root:root")} {
		b.AddFile(pkg, &f)
	}
	b.AddScript("etc/sudoers", Mode, 0o440, Owners{UID: ident.NoUID, GID: ident.NoGID}, "sudo.postinst")
	r := b.Finish(true)
	program, key := found(mode.Regular, 0o777, 0, 0), found(mode.Regular, 0o777, 0, 0)
	program.Content, key.Content = entry.ELF, entry.PrivateKey
	for _, c := range []struct {
		name, path string
		found      *entry.Entry
		want       string
	}{
		{"a file of every system", "etc/shadow", found(mode.Regular, 0o777, 0, 0), "0640 0:42 sure"},
		{"a script's word", "etc/sudoers", found(mode.Regular, 0o777, 0, 0), "0440 0:0 likely"},
		{"neighbours", "usr/lib/x/local.so", found(mode.Regular, 0o777, 0, 0), "0644 0:0 likely"},
		{"a program", "usr/bin/local", program, "0755 0:0 unsure"},
		{"a key", "etc/x.pem", key, "0600 0:0 unsure"},
		{"a service's file is its own, and no wider than it was", "var/lib/db/table", found(mode.Regular, 0o640, 65534, 65534), "0600 1:1 unsure"},
		{"a guess by kind never gives", "usr/bin/tight", found(mode.Regular, 0o600, 0, 0), "0600 0:0 unsure"},
		{"ward's own", "var/lib/ward/runs/x.journal", found(mode.Regular, 0o644, 0, 0), "0600 0:0 sure"},
		{"people's files are theirs", "home/joe/x", found(mode.Regular, 0o777, 0, 0), "local"},
	} {
		v, need := NewJudge(r, Options{}).Judge(c.path, c.found)
		got := "local"
		if v.Class != Local {
			got = fmt.Sprintf("%s %d:%d %v", v.Full.Mode.Octal(), v.Full.UID, v.Full.GID, v.Guess.Certainty)
		}
		if got != c.want || need != 0 {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if v.After.Mode != c.found.Mode {
			t.Errorf("%s: it is changed unasked", c.name)
		}
	}
}

// Nobody gains by what is not loosened, but for owners that were not root's and for
// set-id bits, which are a change of their own.
func TestNothingIsLoosened(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.Map(rapid.Uint16Range(0, 0o7777), func(n uint16) mode.Mode { return mode.Mode(n) })
		kind := rapid.SampledFrom([]mode.Kind{mode.Regular, mode.Directory}).Draw(t, "kind")
		e := found(kind, bits.Draw(t, "found"), 0, 0)
		want := entry.State{Mode: bits.Draw(t, "wanted")}
		if rapid.Bool().Draw(t, "list") {
			e.ACL = acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: 6}, {Tag: acl.User, ID: 1, Rights: mode.Rights(rapid.Uint8Range(0, 7).Draw(t, "rights"))}, {Tag: acl.GroupObj, ID: acl.NoID, Rights: 4}, {Tag: acl.Mask, ID: acl.NoID, Rights: e.Mode.Group()}, {Tag: acl.Other, ID: acl.NoID, Rights: e.Mode.Other()}}
			e.ACL[0].Rights = e.Mode.Owner()
		}
		b := NewBuilder(people, nil)
		b.Add("x", Wanted{Parts: Mode | ACL, Kind: kind, State: want, Source: Manifest}, Owners{})
		v, _ := NewJudge(b.Finish(false), Options{Accounts: people}).Judge("x", e)
		before, after := e.State, v.After
		before.Mode, after.Mode = before.Mode&mode.Permissions, after.Mode&mode.Permissions
		if access.Compare(before, after, kind, people).Widens() {
			t.Errorf("%v %v becomes %v %v: %v", e.Mode, e.ACL, v.After.Mode, v.After.ACL, access.Compare(before, after, kind, people))
		}
		if v.After.Mode&^e.Mode&(mode.SetUID|mode.SetGID) != 0 && kind == mode.Regular {
			t.Errorf("%v gets %v in the first run", e.Mode, v.After.Mode)
		}
		again := *e
		again.State = v.Granted
		if v2, _ := NewJudge(b.Finish(false), Options{Accounts: people}).Judge("x", &again); v2.Class == Mended {
			t.Errorf("%v is mended again, from %v to %v", e.Mode, again.Mode, v2.Granted.Mode)
		}
	})
}
