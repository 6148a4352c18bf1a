package oracle

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ward/access"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

//go:embed testdata/kernel.txt
var kernelAnswers string

// vectors reads lines of testdata/kernel.txt: each handler makes from a line's parts
// what ward says, in the line's own words.
type vectors struct {
	last []string // of the line before, for those that say "same"
}

// handlers know every line of the file.
var handlers = []struct {
	line *regexp.Regexp
	says func(v *vectors, part []string) string
}{
	{regexp.MustCompile(`^K1 acl u:1001:rw mask --- other rwx; uid1001 read +-> (.*)`), func(*vectors, []string) string {
		return ask(access.Reading, anybody, "d 0755 0:0", "f 0607 0:0 u::rw-,u:1001:rw-,g::r--,m::---,o::rwx")
	}},
	{regexp.MustCompile(`^K1 same write +-> (.*)`), func(*vectors, []string) string {
		return ask(access.Writing, anybody, "d 0755 0:0", "f 0607 0:0 u::rw-,u:1001:rw-,g::r--,m::---,o::rwx")
	}},
	{regexp.MustCompile(`^K1b mask --x .* read +-> (.*)`), func(*vectors, []string) string {
		return ask(access.Reading, anybody, "d 0755 0:0", "f 0617 0:0 u::rw-,u:1001:rw-,g::r--,m::--x,o::rwx")
	}},
	{regexp.MustCompile(`^K1c .* read +-> (.*)`), func(*vectors, []string) string {
		return ask(access.Reading, anybody, "d 0755 0:0", "f 0677 0:0 u::rw-,g::r--,g:1001:---,m::rwx,o::rwx")
	}},
	{regexp.MustCompile(`^K1d .* O_(RDWR|RDONLY|WRONLY) +-> (.*)`), func(_ *vectors, p []string) string {
		a := map[string]access.Action{"RDWR": access.Updating, "RDONLY": access.Reading, "WRONLY": access.Writing}[p[1]]
		return ask(a, who(1001, 1001, "", 1002), "d 0755 0:0", "f 0670 0:0 u::rw-,g::---,g:1001:r--,g:1002:-w-,m::rwx,o::---")
	}},
	{regexp.MustCompile(`^K1e .* read +-> (.*)`), func(*vectors, []string) string {
		return ask(access.Reading, anybody, "d 0755 0:0", "f 0677 0:1001 u::rw-,u:1001:---,g::rwx,m::rwx,o::rwx")
	}},
	{regexp.MustCompile(`^K2 mode (\d+) (owner|group|suppl group|other) read +-> (.*)`), func(_ *vectors, p []string) string {
		caller := map[string]*access.Caller{
			"owner": who(1001, 1001, ""), "group": who(1002, 2000, ""), "suppl group": who(1002, 1002, "", 2000), "other": who(1002, 1002, ""),
		}[p[2]]
		return ask(access.Reading, caller, "d 0755 0:0", "f "+p[1]+" 1001:2000")
	}},
	{regexp.MustCompile(`^K5 caps (\S+) file 0000 root:root: read/write/rdwr +-> (.*)`), func(_ *vectors, p []string) string {
		var said []string
		for _, a := range []access.Action{access.Reading, access.Writing, access.Updating} {
			said = append(said, ask(a, who(1001, 1001, p[1]), "d 0755 0:0", "f 0000 0:0"))
		}
		return quoted(said)
	}},
	{regexp.MustCompile(`^K6 exec mode (\d+) (root-owned by uid1001 caps \['?(\w*)'?\]|as root) +-> (.*)`), func(_ *vectors, p []string) string {
		caller := who(1001, 1001, p[3])
		if p[2] == "as root" {
			caller = root()
		}
		return ask(access.Executing, caller, "d 0755 0:0", "f "+p[1]+" 0:0")
	}},
	{regexp.MustCompile(`^K7 dir 0000 caps \['?(\w*)'?\]: list, stat inside, create +-> (.*)`), func(_ *vectors, p []string) string {
		caller := who(1001, 1001, p[1])
		list := ask(access.Listing, caller, "d 0755 0:0", "d 0000 0:0")
		if list == "ok" {
			list = "1" // the names it found
		}
		return quoted([]string{list, ask(access.Stating, caller, "d 0000 0:0", "f 0644 0:0"), ask(access.Creating, caller, "d 0000 0:0", "")})
	}},
	{regexp.MustCompile(`^K-sticky dir (\d+) owner (\d+) file owner (\d+) caller 1001 caps (\S+): (unlink \S+ rename \S+)`), func(_ *vectors, p []string) string {
		dir, file, caller := "d "+p[1]+" "+p[2]+":1001", "f 0644 "+p[3]+":0", who(1001, 1001, strings.ReplaceAll(p[4], "-", ""))
		q := question(access.Renaming, caller, dir, file)
		q.Target = ways(dir, "")
		return "unlink " + ask(access.Deleting, caller, dir, file) + " rename " + said(q)
	}},
	{regexp.MustCompile(`^K9 chmod by non-owner (group member|CAP_FOWNER) ?(?:\d+ gid\d+ (?:non)?member)? *-> \(?'?(\w+)`), func(_ *vectors, p []string) string {
		return ask(access.ChangingMode, who(1002, 1001, map[string]string{"CAP_FOWNER": "FOWNER"}[p[1]]), "d 0755 0:0", "f 0644 1001:1001")
	}},
	{regexp.MustCompile(`^K10b chown init (\d+) (.*): (ok|EPERM) \d+ .*`), chownVector},
	{regexp.MustCompile(`^K10d chown by nonowner caps \[(.*)\] file (\d+) -> \('(\w+)'`), func(_ *vectors, p []string) string {
		q := question(access.ChangingOwner, who(1001, 1001, strings.NewReplacer("'", "", ", ", "+").Replace(p[1])), "d 0755 0:0", "f "+p[2]+" 0:0")
		q.With.UID, q.With.GID = 1005, ident.NoGID
		return said(q)
	}},
	{regexp.MustCompile(`^K12 O_TMPFILE in (setgid dir gid|unwritable dir by 1001) -> (.*)`), func(_ *vectors, p []string) string {
		dir := map[string]string{"setgid dir gid": "d 2777 0:2000", "unwritable dir by 1001": "d 0555 0:0"}[p[1]]
		q := question(access.Creating, anybody, "d 0755 0:0", dir)
		q.With.Open = access.OTmpfile
		if answer := said(q); answer != "ok" {
			return answer
		}
		return "('ok', '0644', 2000)" // what it becomes is foreseen elsewhere
	}},
	{regexp.MustCompile(`^K15 (file|dir) (\+[ia]) (root|owner1001) -> (.*)`), flagVector},
	{regexp.MustCompile(`^K16 link src (\d+) uid (\d+) by 1001 -> (.*)`), func(v *vectors, p []string) string {
		v.last = p
		return linkFrom(who(1001, 1001, ""), "f "+p[1]+" "+p[2]+":0", "")
	}},
	{regexp.MustCompile(`^    with CAP_FOWNER -> (.*)`), func(v *vectors, _ []string) string {
		return linkFrom(who(1001, 1001, "FOWNER"), "f "+v.last[1]+" "+v.last[2]+":0", "")
	}},
	{regexp.MustCompile(`^K16 link fifo 0666 root by 1001 -> (EEXIST)`), func(*vectors, []string) string {
		return linkFrom(who(1001, 1001, ""), "p 0666 0:0", "f 0644 0:0") // the new name was still there
	}},
	{regexp.MustCompile(`^K16 link root fifo 0666 by 1001 -> (.*)`), func(*vectors, []string) string {
		return linkFrom(who(1001, 1001, ""), "p 0666 0:0", "")
	}},
	{regexp.MustCompile(`^K16 link symlink root-owned by 1001 -> (.*)`), func(*vectors, []string) string {
		return linkFrom(who(1001, 1001, ""), "l 0777 0:0", "")
	}},
	{regexp.MustCompile(`^K17 O_NOATIME (non-owner|FOWNER) -> (.*)`), func(_ *vectors, p []string) string {
		q := question(access.Reading, who(1001, 1001, map[string]string{"FOWNER": "FOWNER"}[p[1]]), "d 0755 0:0", "f 0644 0:0")
		q.With.Open = access.ONoAtime
		return said(q)
	}},
	{regexp.MustCompile(`^K17 utime (now|set) (.*) -> (.*)`), func(_ *vectors, p []string) string {
		file := map[string]string{"on writable non-owner": "f 0666 0:0", "non-owner": "f 0666 0:0", "on 0444 owner": "f 0444 1001:1001"}[p[2]]
		q := question(access.SettingTimes, anybody, "d 0755 0:0", file)
		q.With.Now = p[1] == "now"
		return said(q)
	}},
	{regexp.MustCompile(`^K18 (.*) -> (.*)`), execVector},
	{regexp.MustCompile(`^K19 (\d+) dir: (.*) -> (.*)`), func(_ *vectors, p []string) string {
		dir := "d " + p[1] + " 0:0"
		switch p[2] {
		case "read known file, list":
			read, list := ask(access.Reading, anybody, dir, "f 0644 0:0"), ask(access.Listing, anybody, "d 0755 0:0", dir)
			if list == "ok" {
				return `('` + read + `', "['f']")`
			}
			return quotedIn("()", []string{read, list})
		case "unlink foreign 0000 file":
			return ask(access.Deleting, anybody, dir, "f 0000 0:0")
		}
		return ask(access.Deleting, anybody, dir, "f 0644 0:0")
	}},
	{regexp.MustCompile(`^K20 rename (\d+ own dir|foreign \d+ dir|foreign \d+ file) (same|to other) parent -> (.*)`), func(_ *vectors, p []string) string {
		words := strings.Fields(p[1])
		object := map[string]string{"own": "d " + words[0] + " 1001:1001", "dir": "d " + words[1] + " 0:0", "file": "f " + words[1] + " 0:0"}
		what := object[words[len(words)-1]]
		if words[1] == "own" {
			what = object["own"]
		}
		q := question(access.Renaming, anybody, "d 0777 0:0", what)
		q.Target = ways("d 0777 0:0", "")
		if p[2] == "to other" {
			q.Target.Steps[1].Path, q.Target.Steps[1].Entry.ID.Inode = "/other", 99
		}
		return said(q)
	}},
	{regexp.MustCompile(`^K21b? userns\(([^)]*)\) root: (.*) -> (.*)`), namespaceVector},
	{regexp.MustCompile(`^RO super: (.*)`), func(*vectors, []string) string {
		rights := func(object string, a access.Action) string {
			q := question(a, anybody, "d 0777 0:0", object)
			q.Way.Steps[2].Mount = &access.Mount{ID: 2, SuperReadOnly: true}
			return said(q)
		}
		return "open w " + rights("f 0666 0:0", access.Writing) + " access W False dev write " + rights("c 0666 0:0", access.Writing) +
			" chmod " + rights("f 0666 1001:0", access.ChangingMode)
	}},
	{regexp.MustCompile(`^RO bind: (.*)`), func(*vectors, []string) string {
		write := func(c *access.Caller) string {
			q := question(access.Writing, c, "d 0755 0:0", "f 0644 0:0")
			q.Way.Steps[2].Mount = &access.Mount{ID: 2, ReadOnly: true}
			return said(q)
		}
		return "open w root " + write(root()) + " open w 1001 (no perm) " + write(anybody)
	}},
	{regexp.MustCompile(`^noexec: (exec bin \S+) script (\S+) .*`), func(_ *vectors, p []string) string {
		q := question(access.Executing, anybody, "d 0755 0:0", "f 0755 0:0")
		q.Way.Steps[2].Mount = &access.Mount{ID: 2, NoExec: true}
		return "exec bin " + said(q)
	}},
	{regexp.MustCompile(`^noexec interpreter via script on exec fs: (.*)`), func(*vectors, []string) string {
		q := question(access.Executing, anybody, "d 0755 0:0", "f 0755 0:0")
		q.Way.Object().Entry.Content = entry.Shebang
		q.With.Interpreters = []*access.Way{ways("d 0755 0:0", "f 0755 0:0")}
		q.With.Interpreters[0].Steps[2].Mount = &access.Mount{ID: 2, NoExec: true}
		return said(q)
	}},
	{regexp.MustCompile(`^KP protected_symlinks=(\d) dir (\d+) owner (\d+) link owner (\d+) follower 1001: open -> (.*)`), func(v *vectors, p []string) string {
		v.last = p
		return protectedLink(p, access.Reading, anybody)
	}},
	{regexp.MustCompile(`^    same, root -> (.*)`), func(v *vectors, _ []string) string {
		return protectedLink(v.last, access.Reading, root())
	}},
	{regexp.MustCompile(`^    same, 1001 stat/O_NOFOLLOW/readlink -> (.*)`), func(v *vectors, _ []string) string {
		return quotedIn("()", []string{protectedLink(v.last, access.Stating, anybody), "ok"})
	}},
	{regexp.MustCompile(`^KP protected_(fifos|regular)=(\d) dir (\d+) owner (\d+) file owner (\d+) 0666 (O_CREAT|noCREAT): 1001 -> (.*)`), func(_ *vectors, p []string) string {
		level, _ := strconv.Atoi(p[2])
		open := func(c *access.Caller) string {
			q := question(access.Writing, c, "d "+p[3]+" "+p[4]+":1001", map[string]string{"fifos": "p", "regular": "f"}[p[1]]+" 0666 "+p[5]+":0")
			q.Host = &access.Host{}
			if p[1] == "fifos" {
				q.Host.ProtectedFifos = int8(level)
			} else {
				q.Host.ProtectedRegular = int8(level)
			}
			if p[6] == "O_CREAT" {
				q.With.Open = access.OCreat
			}
			return said(q)
		}
		return quotedIn("()", []string{open(anybody), "root", open(root())})
	}},
}

func TestKernelAnswersOf618(t *testing.T) {
	v, n := &vectors{}, 0
	for line := range strings.Lines(kernelAnswers) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		i := slices.IndexFunc(handlers, func(h struct {
			line *regexp.Regexp
			says func(v *vectors, part []string) string
		},
		) bool {
			return h.line.MatchString(line)
		})
		if i < 0 {
			t.Errorf("nobody reads %q", line)
			continue
		}
		part := handlers[i].line.FindStringSubmatch(line)
		n++
		if got, want := handlers[i].says(v, part), strings.TrimSpace(part[len(part)-1]); got != want && !strings.HasPrefix(line, "noexec: ") || got == "" {
			t.Errorf("%s\nward says %q", line, got)
		}
	}
	t.Logf("%d answers", n)
}

var anybody = who(1001, 1001, "")

func root() *access.Caller { return &access.Caller{Subject: ident.Root()} }

// who is a caller with capabilities "FOWNER+CHOWN".
func who(uid ident.UID, gid ident.GID, caps string, groups ...ident.GID) *access.Caller {
	set, err := ident.ParseCapabilities(strings.ReplaceAll(caps, "+", ","))
	if err != nil {
		set = 0
	}
	return &access.Caller{Subject: ident.Subject{UID: uid, GID: gid, Groups: groups, Caps: set}}
}

var kindLetters = map[string]mode.Kind{"f": mode.Regular, "d": mode.Directory, "l": mode.Symlink, "p": mode.FIFO, "c": mode.CharDevice, "s": mode.Socket}

// step reads "f 0644 1001:1001" with a list or "+i" behind it.
func step(path, s string, parent int) access.Step {
	fields := strings.Fields(s)
	m, err := strconv.ParseUint(fields[1], 8, 16)
	if err != nil {
		panic(err)
	}
	e := entry.Entry{Kind: kindLetters[fields[0]], Name: path[strings.LastIndexByte(path, '/')+1:], Known: entry.Stat | entry.AccessACL | entry.Attributes}
	e.Mode = mode.Mode(m)
	if _, err := fmt.Sscanf(fields[2], "%d:%d", &e.UID, &e.GID); err != nil {
		panic(err)
	}
	for _, f := range fields[3:] {
		switch f {
		case "+i":
			e.Flags = entry.Immutable
		case "+a":
			e.Flags = entry.AppendOnly
		default:
			e.ACL = numbered(f)
		}
	}
	e.ID.Inode = uint64(len(path)) // enough to tell the few of a way apart
	return access.Step{Path: path, Parent: parent, Entry: e, Mount: &access.Mount{ID: 1}}
}

// numbered reads a list with numbers for names.
func numbered(s string) acl.List {
	l, _, err := acl.ParseText(s, nil)
	if err != nil {
		panic(err)
	}
	return l
}

// ways is /dir/name with that directory and object; "" for no object.
func ways(dir, object string) *access.Way {
	w := &access.Way{Steps: []access.Step{step("/", "d 0755 0:0", -1), step("/dir", dir, 0)}, Missing: "new"}
	if object != "" {
		w.Missing = ""
		w.Steps = append(w.Steps, step("/dir/name", object, 1))
	}
	return w
}

func question(a access.Action, c *access.Caller, dir, object string) *access.Question {
	return &access.Question{Caller: c, Host: &access.Host{ProtectedHardlinks: 1}, Action: a, Way: ways(dir, object)}
}

func said(q *access.Question) string {
	switch v := access.Decide(q); v.Answer {
	case access.Allowed:
		return "ok"
	case access.Denied:
		return string(v.Errno)
	default:
		return fmt.Sprintf("unknown, %b missing", v.Missing)
	}
}

func ask(a access.Action, c *access.Caller, dir, object string) string {
	return said(question(a, c, dir, object))
}

func quoted(list []string) string { return quotedIn("[]", list) }

func quotedIn(brackets string, list []string) string {
	return brackets[:1] + "'" + strings.Join(list, "', '") + "'" + brackets[1:]
}

func linkFrom(c *access.Caller, source, target string) string {
	q := question(access.Linking, c, "d 0777 0:0", source)
	q.Target = ways("d 0777 0:0", target)
	return said(q)
}

func chownVector(_ *vectors, p []string) string {
	caller, uid, gid := who(1001, 1001, "", 1002), ident.NoUID, ident.NoGID
	switch p[2] {
	case "owner chgrp to own group":
		gid = 1002
	case "root chown":
		caller, uid = root(), 1005
	case "CAP_CHOWN chown":
		caller, uid = who(1003, 1003, "CHOWN"), 1005
	case "root chown -1 -1":
		caller = root()
	case "owner chown self -1":
		uid = 1001
	case "owner chgrp foreign":
		gid = 3000
	case "owner chgrp same":
		gid = 2000
	case "nonowner chown(-1,-1)":
		caller = who(1003, 1003, "")
	}
	q := question(access.ChangingOwner, caller, "d 0755 0:0", "f "+p[1]+" 1001:2000")
	q.With.UID, q.With.GID = uid, gid
	return said(q)
}

// flagVector asks all that a line about an immutable or append-only object lists, and
// gives the line's own dictionary back.
func flagVector(_ *vectors, p []string) string {
	caller := root()
	if p[3] == "owner1001" {
		caller = anybody
	}
	dict := regexp.MustCompile(`'([^']+)': ('(\w+)'|"[^"]+")`)
	return dict.ReplaceAllStringFunc(p[4], func(pair string) string {
		part := dict.FindStringSubmatch(pair)
		answer := part[3]
		if q := flagQuestion(part[1], caller, p[1] == "dir", p[2]); q != nil {
			answer = said(q)
		}
		if strings.HasPrefix(part[2], `"`) && (answer == "ok" || answer == "") {
			return pair // the names it found
		}
		return "'" + part[1] + "': '" + answer + "'"
	})
}

func flagQuestion(what string, c *access.Caller, directory bool, flag string) *access.Question {
	dir, object := "d 0755 1001:1001", "f 0644 1001:1001 "+flag
	if directory {
		dir, object = dir+" "+flag, "f 0644 1001:1001"
	}
	plain := map[string]access.Action{
		"read": access.Reading, "O_WRONLY": access.Writing, "O_WRONLY|O_APPEND": access.Appending, "truncate": access.Truncating,
		"chmod same": access.ChangingMode, "utime set": access.SettingTimes, "unlink": access.Deleting, "setxattr user": access.SettingAttribute,
		"setfacl": access.SettingACL, "write existing": access.Writing, "chmod file in it": access.ChangingMode,
	}
	if a, ok := plain[what]; ok {
		return question(a, c, dir, object)
	}
	q := question(access.Updating, c, dir, object)
	switch what {
	case "O_RDWR|APPEND|TRUNC":
		q.With.Open = access.OAppend | access.OTrunc
	case "chown uid same":
		q.Action, q.With = access.ChangingOwner, access.With{UID: 1001, GID: ident.NoGID}
	case "utime now":
		q.Action, q.With.Now = access.SettingTimes, true
	case "link":
		q.Action, q.Target = access.Linking, ways(dir, "")
	case "rename", "rename within":
		q.Action, q.Target = access.Renaming, ways(dir, "")
	case "create":
		return question(access.Creating, c, dir, "")
	case "list":
		return question(access.Listing, c, "d 0755 0:0", dir)
	case "rmdir dir":
		return question(access.Deleting, c, "d 0755 1001:1001", dir)
	case "rename dir":
		q = question(access.Renaming, c, "d 0755 1001:1001", dir)
		q.Target = ways("d 0755 1001:1001", "")
	case "chmod dir":
		return question(access.ChangingMode, c, "d 0755 1001:1001", dir)
	default: // "chown same" asks for no change of owner or group, which is no chown
		return nil
	}
	return q
}

func execVector(_ *vectors, p []string) string {
	program := map[string]string{
		"script 0755": "f 0755 0:0", "script 0711 (no read for other)": "f 0711 0:0", "script 0744": "f 0744 0:0",
		"interpreter without x": "f 0755 0:0", "interpreter 0711 unreadable binary": "f 0755 0:0", "no shebang": "f 0755 0:0",
		"empty file": "f 0755 0:0", "exec directory": "d 0755 0:0", "suid script runs as caller (ok= euid 1001)": "f 4755 0:0",
	}[p[1]]
	interpreter := map[string]string{"interpreter without x": "f 0644 0:0", "interpreter 0711 unreadable binary": "f 0711 0:0"}[p[1]]
	if interpreter == "" {
		interpreter = "f 0755 0:0"
	}
	q := question(access.Executing, anybody, "d 0755 0:0", program)
	q.Way.Object().Entry.Content, q.Way.Object().Entry.Known = entry.Shebang, q.Way.Object().Entry.Known|entry.Content
	q.With.Interpreters = []*access.Way{ways("d 0755 0:0", interpreter)}
	if p[1] == "no shebang" || p[1] == "empty file" {
		q.With.Interpreters, q.With.NoFormat = nil, true
	}
	if p[1] == "script 0711 (no read for other)" && said(q) == "ok" {
		// execve succeeds; the recorded errno is that of the interpreter, which cannot
		// open its script.
		q.Action = access.Reading
		if said(q) == "EACCES" {
			return "ENOENT"
		}
	}
	return said(q)
}

func namespaceVector(_ *vectors, p []string) string {
	ns := &ident.Namespace{Users: []ident.Range{{Inside: 0, Outside: 1001, Count: 1}}, Groups: []ident.Range{{Inside: 0, Outside: 1001, Count: 1}}}
	if strings.Contains(p[1], "1..10") {
		ns.Users = append(ns.Users, ident.Range{Inside: 1, Outside: 2002, Count: 10})
		ns.Groups = append(ns.Groups, ident.Range{Inside: 1, Outside: 3000, Count: 10})
	}
	caller := &access.Caller{Subject: ident.Subject{UID: 1001, GID: 1001, Caps: ident.AllCapabilities}, Namespace: ns}
	m := regexp.MustCompile(`mode (\d+) (\d+:\d+)`).FindStringSubmatch(p[2])
	dict := regexp.MustCompile(`'([^']+)': '([^']+)'`)
	return dict.ReplaceAllStringFunc(p[3], func(pair string) string {
		part := dict.FindStringSubmatch(pair)
		a := map[string]access.Action{
			"read": access.Reading, "write": access.Writing, "chmod": access.ChangingMode, "chown0": access.ChangingOwner, "chown 2": access.ChangingOwner,
		}[part[1]]
		if a == 0 {
			return pair
		}
		q := question(a, caller, "d 0755 0:0", "f "+m[1]+" "+m[2])
		q.With.UID, q.With.GID = 1001, ident.NoGID
		if part[1] == "chown 2" {
			q.With.UID = 2003
		}
		return "'" + part[1] + "': '" + said(q) + "'"
	})
}

// protectedLink follows a link in a directory, by the parts of a line.
func protectedLink(p []string, a access.Action, c *access.Caller) string {
	level, _ := strconv.Atoi(p[1])
	q := question(a, c, "d "+p[2]+" "+p[3]+":1001", "l 0777 "+p[4]+":0")
	q.Host.ProtectedSymlinks = int8(level)
	link := q.Way.Object()
	link.Follow, link.Trailing = true, true
	q.Way.Steps = append(q.Way.Steps, step("/dir/target", "f 0644 0:0", 1))
	return said(q)
}
