package setfacl_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"ward/acl"
	"ward/internal/requires"
	"ward/internal/standin"
	"ward/internal/standin/setfacl"
)

// scramble gives all objects of both sides new states, and owners. All owners may read:
// where a record gives no rights at all the original sets other bits than it says.
func (s *scene) scramble() {
	s.readable = true
	s.prepare()
	for _, name := range s.objects {
		uid, gid := s.r.IntN(4), s.r.IntN(4)
		var st syscall.Stat_t
		for _, dir := range []string{s.theirs, s.ours} {
			path := filepath.Join(dir, name)
			must(s.t, syscall.Stat(path, &st))
			must(s.t, syscall.Chown(path, uid, gid))
			must(s.t, syscall.Chmod(path, st.Mode&0o7777))
		}
	}
}

// records are what getfacl prints of all objects, one string each.
func (s *scene) records(getfacl string) []string {
	c := call{program: "getfacl", args: append([]string{pick(s.r, "-E", "-e", "-n", "-pn")}, s.objects...)}
	text := c.installed(s.t, s.theirs, getfacl).out
	return strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n\n")
}

// spoil changes a record, mostly so that it still means something.
func (s *scene) spoil(record string) string {
	lines := strings.Split(strings.TrimSuffix(record, "\n"), "\n")
	i := s.r.IntN(max(len(lines)-1, 1))
	switch s.r.IntN(14) {
	case 0:
		lines[i] = "# " + lines[i]
	case 1:
		lines[1] = "# owner: " + pick(s.r, "nosuchuser", "3", "daemon", `d\141emon`, "0x2")
	case 2:
		lines[2] = "#group:" + pick(s.r, "nosuchgroup", "3", "daemon")
	case 3:
		lines = append(lines[:1:1], lines[3:]...)
	case 4:
		lines[2] += "\n# flags: " + pick(s.r, "sst", "s-t", "---", "ss", "xst", "-s-")
	case 5:
		lines[0] = strings.Replace(lines[0], "d", `\144`, 1)
	case 6:
		lines[0] += pick(s.r, "/", "", "missing", " ")
		if !s.release.Since(2, 4) { // which quotes no path in messages, and calls every lookup one
			lines[0] += pick(s.r, "", `\\`, "/../g")
		}
	case 7:
		lines[0] = pick(s.r, "#file:f", "# file:\tf", "#  file: f", "# file : f", "\n\n  # file: f")
	case 8:
		lines[i] += pick(s.r, "\r", "  ", "\t#x", "\n# comment: x")
	case 9:
		for k, line := range lines {
			lines[k] = strings.NewReplacer("user:", "u:", "group:", "g:", "other::", "o:").Replace(line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestSetfaclRestoresAsTheInstalled(t *testing.T) {
	requires.Root(t)
	requires.Tool(t, "setfacl", "getfacl")
	requires.Feature(t, requires.ACLs, requires.Chown)
	s := newScene(t)
	theirSetfacl, _ := exec.LookPath("setfacl")
	theirGetfacl, _ := exec.LookPath("getfacl")
	failed := 0
	for range 400 {
		s.scramble()
		records := s.records(theirGetfacl)
		for i := range records {
			if s.r.IntN(5) == 0 {
				records[i] = s.spoil(records[i])
			}
		}
		s.scramble()
		dump := strings.Join(records, "")
		c := call{program: "setfacl", args: []string{"--restore=dump"}}
		if s.release.Since(2, 4) {
			c.args = append(c.args, "-P") // without which 2.4 follows links, and warns
		}
		for _, dir := range []string{s.theirs, s.ours} {
			must(t, os.WriteFile(filepath.Join(dir, "dump"), []byte(dump), 0o600))
		}
		installed, ours := c.installed(t, s.theirs, theirSetfacl), c.ours()
		if ours != installed {
			t.Fatalf("dump:\n%s\ninstalled: %+v\nours:      %+v", dump, installed, ours)
		}
		if installed.status != 0 {
			failed++
		}
		if theirs, mine := s.state(s.theirs), s.state(s.ours); theirs != mine {
			t.Fatalf("dump:\n%s\ninstalled:\n%s\nours:\n%s", dump, theirs, mine)
		}
	}
	t.Logf("400 dumps restored, %d of them with failures", failed)
}

// TestGetfaclTextGoesThroughSetfaclOfEither prints with one program and sets with the other, both
// ways.
func TestGetfaclTextGoesThroughSetfaclOfEither(t *testing.T) {
	requires.Tool(t, "setfacl", "getfacl")
	requires.Feature(t, requires.ACLs)
	s := newScene(t)
	theirSetfacl, _ := exec.LookPath("setfacl")
	theirGetfacl, _ := exec.LookPath("getfacl")
	s.readable = true
	for range 150 {
		s.prepare()
		before := s.state(s.ours)
		printed := call{program: "getfacl", args: append([]string{"-p"}, s.objects...)}
		theirs, mine := printed.installed(t, s.theirs, theirGetfacl), printed.ours()
		if theirs != mine {
			t.Fatalf("installed: %+v\nours:      %+v", theirs, mine)
		}
		s.prepare()
		restore := call{program: "setfacl", args: []string{"-P", "--restore=-"}, in: mine.out}
		if a := restore.installed(t, s.theirs, theirSetfacl); a.status != 0 {
			t.Fatal(a)
		}
		if a := restore.ours(); a.status != 0 {
			t.Fatal(a)
		}
		for _, dir := range []string{s.theirs, s.ours} {
			if got := s.state(dir); got != before {
				t.Fatalf("restored:\n%s\nwant:\n%s", got, before)
			}
		}
	}
}

// TestARestoreFollowsNoLink attacks with links in every place of a path.
func TestARestoreFollowsNoLink(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	dir := t.TempDir()
	t.Chdir(dir)
	must(t, os.MkdirAll("real/sub", 0o755))
	must(t, os.WriteFile("real/sub/f", nil, 0o600))
	must(t, os.WriteFile("victim", nil, 0o600))
	must(t, os.Symlink("real", "link"))
	must(t, os.Symlink("../victim", "real/last"))
	const lists = "user::rwx\nuser:1001:rwx\ngroup::rwx\nmask::rwx\nother::rwx\n\n"
	for _, c := range []struct{ path, message string }{
		{"link/sub/f", "setfacl: lookup of directory link/sub/ without following symlinks: Too many levels of symbolic links\n"},
		{"real/last", "setfacl: real/last: Too many levels of symbolic links\n"},
		{"link", "setfacl: link: Too many levels of symbolic links\n"},
		{"link/", "setfacl: link/: Too many levels of symbolic links\n"},
		{dir + "/link/sub/f", "setfacl: lookup of directory " + dir + "/link/sub/ without following symlinks: Too many levels of symbolic links\n"},
		{"real/missing", "setfacl: real/missing: No such file or directory\n"},
		{"missing/f", "setfacl: missing/f: No such file or directory\n"},
		{"victim/f", "setfacl: victim/f: Not a directory\n"},
		{"victim/", "setfacl: victim/: Not a directory\n"},
		{"", "setfacl: : No such file or directory\n"},
	} {
		for _, stepwise := range []bool{false, true} {
			got := restoreOf("# file: "+c.path+"\n# owner: 1001\n# flags: sst\n"+lists, stepwise)
			if want := (answer{"", c.message, 1}); got != want {
				t.Errorf("%q: %+v, want %+v", c.path, got, want)
			}
		}
	}
	for _, name := range []string{"victim", "real/sub/f", "real"} {
		if _, err := syscall.Getxattr(name, acl.AccessXattr, nil); err == nil {
			t.Errorf("%s has got a list", name)
		}
	}
	for _, path := range []string{"real/sub/f", "./real/../victim", dir + "/victim", "real//sub/"} {
		for _, stepwise := range []bool{false, true} {
			if got := restoreOf("# file: "+path+"\n"+lists, stepwise); got != (answer{}) {
				t.Errorf("%q: %+v", path, got)
			}
			if _, err := syscall.Getxattr(path, acl.AccessXattr, nil); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	const warning = "Warning: option --restore=file is unsafe without option -P (--physical) as it traverses symbolic links in pathnames\n"
	follow := call{program: "setfacl", args: []string{"-L", "--restore=-"}, in: fmt.Sprintf("# file: link/sub/f\n%s# file: real/last\n%s", lists, lists)}
	if got := follow.ours(); got != (answer{messages: warning}) {
		t.Errorf("with -L: %+v", got)
	}
}

// restoreOf restores a dump, on an old kernel if stepwise.
func restoreOf(dump string, stepwise bool) answer {
	if !stepwise {
		return call{program: "setfacl", args: []string{"--restore=-"}, in: dump}.ours()
	}
	var out, messages strings.Builder
	status := setfacl.RunWithout(&standin.Invocation{
		Name: "setfacl", Args: []string{"--restore=-"}, In: strings.NewReader(dump), Out: &out, Err: &messages,
	})
	return answer{out.String(), messages.String(), status}
}

func TestSetfaclRestoresAModeOfNothing(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	t.Chdir(t.TempDir())
	must(t, os.WriteFile("f", nil, 0o666))
	if got := restoreOf("# file: f\n# flags: -s-\nuser::---\ngroup::---\nother::---\n", false); got != (answer{}) {
		t.Fatal(got)
	}
	var st syscall.Stat_t
	must(t, syscall.Stat("f", &st))
	if st.Mode&0o7777 != 0o2000 {
		t.Fatalf("mode %o", st.Mode)
	}
}

// What ward has of 2.4: ids that do not fit are no ids, a path may begin with blanks,
// and -P, -L and --test count behind --restore, too.
func TestSetfaclHasOf24(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	release := requires.ReleaseOf(t, "setfacl")
	path, _ := exec.LookPath("setfacl")
	const dump = "# file:   f\n# owner:\nuser::rw-\nuser:5:r--\ngroup::---\nmask::r--\nother::---\n"
	var calls []call
	for _, id := range []string{"4294967296", "-32768", "-70000", "99999999999999999999", "-99999999999999999999", `\000`} {
		calls = append(calls, call{program: "setfacl", args: []string{"-m", "u:" + id + ":rwx", "f"}})
	}
	for _, id := range []string{"4294967294", "-1", "-32767", "+5", " 5", "010", "0x1f", "-0"} {
		calls = append(calls, call{program: "setfacl", args: []string{"-m", "u:" + id + ":rwx", "f"}})
	}
	for _, args := range [][]string{{"--restore=-", "-P"}, {"-P", "--restore=-"}, {"--restore=-", "--physical", "--test"}, {"-P", "--restore=-", "-q"}} {
		calls = append(calls, call{program: "setfacl", args: args, in: dump})
	}
	for i, c := range calls {
		s := &scene{t: t, objects: []string{"f", "  f"}}
		dirs := [2]string{t.TempDir(), t.TempDir()}
		for _, dir := range dirs {
			must(t, os.WriteFile(filepath.Join(dir, "f"), nil, 0o600))
			must(t, os.WriteFile(filepath.Join(dir, "  f"), nil, 0o600))
		}
		t.Chdir(dirs[0])
		ours := c.ours()
		if refused := i < 6 || i == len(calls)-1; refused != (ours.status == 2) || refused == (ours.messages == "") {
			t.Errorf("%v: %+v", c, ours)
		}
		named := strings.Contains(s.state(dirs[0]), ",u:")
		if want := ours.status == 0 && !strings.Contains(c.String(), "--test"); named != want {
			t.Errorf("%v: %+v\n%s", c, ours, s.state(dirs[0]))
		}
		if !release.Since(2, 4) {
			continue
		}
		installed := c.installed(t, dirs[1], path)
		if a := (answer{ours.out, withoutSynopsis(ours.messages), ours.status}); a != (answer{installed.out, withoutSynopsis(installed.messages), installed.status}) {
			t.Errorf("%v: installed %+v, ours %+v", c, installed, ours)
		}
		if theirs, mine := s.state(dirs[1]), s.state(dirs[0]); theirs != mine {
			t.Errorf("%v: installed\n%s\nours\n%s", c, theirs, mine)
		}
	}
}

func withoutSynopsis(messages string) string {
	lines := strings.Split(messages, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, "Usage: ") || strings.HasPrefix(l, "       setfacl ")
	}), "\n")
}
