package setfacl_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"ward/access"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/requires"
	"ward/mode"
)

// vector is a command line on a fresh object.
type vector struct {
	init      uint32
	directory bool
	args      []string
	status    int
	message   string
	mode      string // what is left, as the matrix has it
	lists     string
}

// TestMatrix is what setfacl 2.3.1 made of every form of an entry when it was recorded.
func TestMatrix(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	text, err := os.ReadFile("testdata/matrix.txt")
	must(t, err)
	t.Chdir(t.TempDir())
	for i, v := range matrix(t, string(text)) {
		name := fmt.Sprintf("%03d", i)
		v.make(t, name)
		got := call{program: "setfacl", args: append(v.args, name)}.ours()
		message := strings.ReplaceAll(strings.TrimSuffix(got.messages, "\n"), ": "+name+":", ": x:")
		if got.status != v.status || message != v.message {
			t.Errorf("%q: status %d %q, want %d %q", v.args, got.status, message, v.status, v.message)
		}
		if m, lists := seen(t, name); m != v.mode || lists != v.lists {
			t.Errorf("%q: mode %s, %s, want %s, %s", v.args, m, lists, v.mode, v.lists)
		}
	}
}

func (v *vector) make(t *testing.T, name string) {
	t.Helper()
	if v.directory {
		must(t, os.Mkdir(name, 0o700))
	} else {
		must(t, os.WriteFile(name, nil, 0o600))
	}
	must(t, syscall.Chmod(name, v.init))
}

// seen is an object's mode and its lists in one line, with numbers.
func seen(t *testing.T, name string) (m, lists string) {
	t.Helper()
	var st syscall.Stat_t
	must(t, syscall.Stat(name, &st))
	a := call{program: "getfacl", args: []string{"-cnE", name}}.ours()
	return strconv.FormatUint(uint64(st.Mode&0o7777), 8), strings.Join(strings.Fields(a.out), " ")
}

// matrix reads lines "init=644 f setfacl -m u:1:r => rc=0 [message] mode=644 acl=…".
func matrix(t *testing.T, text string) (vectors []vector) {
	t.Helper()
	text = strings.ReplaceAll(text, "\nTry ", "\x00Try ")
	for line := range strings.Lines(text) {
		line = strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\x00", "\n")
		before, after, _ := strings.Cut(line, " => ")
		var v vector
		var kind string
		if _, err := fmt.Sscanf(before, "init=%o %s", &v.init, &kind); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		v.directory = kind == "d"
		_, command, _ := strings.Cut(before, "setfacl ")
		v.args = words(command)
		if _, err := fmt.Sscanf(after, "rc=%d", &v.status); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if _, said, ok := strings.Cut(after, " ["); ok {
			end := strings.LastIndex(said, "] mode=")
			v.message, after = said[:end], said[end:]
		}
		_, after, _ = strings.Cut(after, " mode=")
		v.mode, v.lists, _ = strings.Cut(after, " acl=")
		vectors = append(vectors, v)
	}
	if len(vectors) < 80 {
		t.Fatalf("%d vectors", len(vectors))
	}
	return vectors
}

// words splits a command line in which an argument may hold blanks.
func words(command string) (args []string) {
	for command != "" {
		option, rest, more := strings.Cut(command, " ")
		args = append(args, option)
		if !more {
			return args
		}
		switch option {
		case "-m", "-x", "--set":
			end := len(rest)
			for _, next := range []string{" -m ", " -x ", " -k"} {
				if i := strings.Index(rest, next); i >= 0 {
					end = min(end, i)
				}
			}
			args = append(args, rest[:end])
			command = strings.TrimPrefix(rest[end:], " ")
		default:
			command = rest
		}
	}
	return args
}

// TestVectors are the cases that implementations get wrong.
func TestVectors(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	t.Chdir(t.TempDir())
	for i, c := range []struct {
		name  string
		init  uint32
		dir   bool
		calls string // separated by ";"
		mode  string
		lists string
	}{
		{"P1: a new name raises the mask", 0o644, false, "-m u:1001:rw", "664", "user::rw- user:1001:rw- group::r-- mask::rw- other::r--"},
		{"P2: a mask that is given stays", 0o640, false, "-m u:1001:rw,m::r", "640", "user::rw- user:1001:rw- group::r-- mask::r-- other::---"},
		{"P2: wherever it is given", 0o640, false, "-m m::r,u:1001:rw", "640", "user::rw- user:1001:rw- group::r-- mask::r-- other::---"},
		{"P3: --mask computes it all the same", 0o640, false, "--mask -m u:1001:rw,m::r", "660", "user::rw- user:1001:rw- group::r-- mask::rw- other::---"},
		{"P4: -n takes the owning group's", 0o640, false, "-n -m u:1001:rw", "640", "user::rw- user:1001:rw- group::r-- mask::r-- other::---"},
		{"P5: -n with more", 0o660, false, "-n -m u:1001:rwx", "660", "user::rw- user:1001:rwx group::rw- mask::rw- other::---"},
		{"P8: X on a file nobody may execute", 0o644, false, "-m u:1001:X", "644", "user::rw- user:1001:--- group::r-- mask::r-- other::r--"},
		{"P8: X where the owner may", 0o744, false, "-m u:1001:rX", "754", "user::rwx user:1001:r-x group::r-- mask::r-x other::r--"},
		{"P8: X where the group may", 0o654, false, "-m u:1001:rX", "654", "user::rw- user:1001:r-x group::r-x mask::r-x other::r--"},
		{"P8: X on a directory", 0o644, true, "-m u:1001:rX", "654", "user::rw- user:1001:r-x group::r-- mask::r-x other::r--"},
		{"P8: X after x", 0o644, false, "-m u:1002:x,u:1001:rX", "654", "user::rw- user:1001:r-x user:1002:--x group::r-- mask::r-x other::r--"},
		{"P8: X before x", 0o644, false, "-m u:1001:rX,u:1002:x", "654", "user::rw- user:1001:r-- user:1002:--x group::r-- mask::r-x other::r--"},
		{"P6: a negative id is cut to 16 bits, as it was seen", 0o644, false, "-m u:-2:r", "644", "user::rw- user:65534:r-- group::r-- mask::r-- other::r--"},
		{"P6: octal", 0o644, false, "-m u:01751:r", "644", "user::rw- user:1001:r-- group::r-- mask::r-- other::r--"},
		{"P6: hexadecimal", 0o644, false, "-m u:0x3e9:r", "644", "user::rw- user:1001:r-- group::r-- mask::r-- other::r--"},
		{"P9: --set", 0o777, false, "--set u::rw,u:1001:r,g::r,o::-", "640", "user::rw- user:1001:r-- group::r-- mask::r-- other::---"},
		{"P10: a default list takes what it lacks", 0o755, true, "-m d:u:1001:rwx", "755", "user::rwx group::r-x other::r-x default:user::rwx default:user:1001:rwx default:group::r-x default:mask::rwx default:other::r-x"},
		{"P11: d::r is the owner's", 0o755, true, "-m d::r", "755", "user::rwx group::r-x other::r-x default:user::r-- default:group::r-x default:other::r-x"},
		{"P16: removing a name can raise rights", 0o664, false, "-m u:1001:r,g::rw,m::r;-x u:1001", "664", "user::rw- group::rw- mask::rw- other::r--"},
		{"P16: the mask goes last", 0o664, false, "-m u:1001:r,g::rw,m::r;-x u:1001;-x m", "664", "user::rw- group::rw- other::r--"},
		{"P17: -b keeps what the group had", 0o640, false, "-m u:1001:rwx;-b", "640", "user::rw- group::r-- other::---"},
		{"-b under a mask", 0o664, false, "-m u:1001:rwx,m::r;-b", "644", "user::rw- group::r-- other::r--"},
	} {
		name := fmt.Sprint(i)
		(&vector{init: c.init, directory: c.dir}).make(t, name)
		for line := range strings.SplitSeq(c.calls, ";") {
			if got := (call{program: "setfacl", args: append(words(line), name)}).ours(); got != (answer{}) {
				t.Errorf("%s: %+v", c.name, got)
			}
		}
		if m, lists := seen(t, name); m != c.mode || lists != c.lists {
			t.Errorf("%s: mode %s, %s, want %s, %s", c.name, m, lists, c.mode, c.lists)
		}
	}
}

// TestRefusedVectors are entries that are none, and lists that cannot be.
func TestRefusedVectors(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	t.Chdir(t.TempDir())
	must(t, os.WriteFile("f", nil, 0o600))
	for _, c := range []struct {
		name   string
		args   string
		status int
	}{
		{"P7: two digits", "-m u:1001:17", 2},
		{"P7: a digit that is none", "-m u:1001:8", 2},
		{"P7: a letter twice", "-m u:1001:rr", 2},
		{"P7: a great letter", "-m u:1001:R", 2},
		{"P7: a great tag", "-m U:1001:r", 2},
		{"P7: part of a tag", "-m oth:rw", 2},
		{"P7: part of another", "-m us:rw", 2},
		{"P7: a user without a name", "-m u:rw", 2},
		{"P7: nothing between commas", "-m u:1001:r,,g:1002:w", 2},
		{"P9: --set without owner, group and others", "--set u:1001:r", 1},
		{"P12: a default list of a file", "-m d:u:1001:rwx", 1},
		{"P12: with -R it is passed over", "-R -m d:u:1001:rwx", 0},
	} {
		must(t, syscall.Chmod("f", 0o644))
		got := call{program: "setfacl", args: append(strings.Fields(c.args), "f")}.ours()
		if got.status != c.status || (got.messages == "") != (c.status == 0) {
			t.Errorf("%s: %+v", c.name, got)
		}
		if m, lists := seen(t, "f"); m != "644" || lists != "user::rw- group::r-- other::r--" {
			t.Errorf("%s: leaves %s, %s", c.name, m, lists)
		}
	}
}

// TestRestoreVectors are P28, a record without flags clears setuid, setgid and sticky,
// and P29, what it says of them.
func TestRestoreVectors(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	t.Chdir(t.TempDir())
	const lists = "user::rw-\ngroup::r--\nother::---\n"
	for i, c := range []struct {
		number      string
		init        uint32
		dir         bool
		flags, want string
		lists       string
	}{
		{"P28", 0o5750, false, "", "640", lists},
		{"P28", 0o3775, true, "", "750", "user::rwx\ngroup::r-x\nother::---\n"},
		{"P29", 0o640, false, "# flags: s-t\n", "5640", lists},
		{"P29", 0o640, false, "# flags: sst\n", "7640", lists},
		{"P29", 0o640, false, "# flags: -s-\n", "2640", "u::rw-\ng::r\no:-\n"},
	} {
		name := fmt.Sprintf("b\\s%d", i)
		(&vector{init: c.init, directory: c.dir}).make(t, name)
		for _, quoted := range []string{fmt.Sprintf(`b\\s%d`, i), fmt.Sprintf(`b\134s%d`, i)} {
			must(t, syscall.Chmod(name, c.init))
			if got := restoreOf("# file: "+quoted+"\n"+c.flags+c.lists, false); got != (answer{}) {
				t.Errorf("%s: %q: %+v", c.number, c.flags, got)
			}
			if m, _ := seen(t, name); m != c.want {
				t.Errorf("%s: %o with %q: %s, want %s", c.number, c.init, c.flags, m, c.want)
			}
		}
	}
}

// TestGetfaclVectors has P30, the table of -t, first.
func TestGetfaclVectors(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	t.Chdir(t.TempDir())
	must(t, os.WriteFile("f", nil, 0o600))
	must(t, os.Chmod("f", 0o640))
	call{program: "setfacl", args: []string{"-m", "u:1001:rwx,g:1002:x,m::r", "f"}}.ours()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-ctn"}, "# file: f\n" + fmt.Sprintf("USER   %-8d  rw-     \nuser   1001      rWX     \nGROUP  %-8d  r--     \n", os.Getuid(), os.Getgid()) + "group  1002      --X     \nmask             r--     \nother            ---     \n\n"},
		{[]string{"-cn"}, "user::rw-\nuser:1001:rwx\t#effective:r--\ngroup::r--\ngroup:1002:--x\t#effective:---\nmask::r--\nother::---\n\n"},
		{[]string{"-cne"}, "user::rw-\nuser:1001:rwx\t#effective:r--\ngroup::r--\t#effective:r--\ngroup:1002:--x\t#effective:---\nmask::r--\nother::---\n\n"},
		{[]string{"-cnE"}, "user::rw-\nuser:1001:rwx\ngroup::r--\ngroup:1002:--x\nmask::r--\nother::---\n\n"},
	} {
		if got := (call{program: "getfacl", args: append(c.args, "f")}).ours(); got != (answer{out: c.want}) {
			t.Errorf("%q: %+v, want %q", c.args, got, c.want)
		}
	}
	// P31: FreeBSD's text is read.
	call{program: "setfacl", args: []string{"-M", "-", "f"}, in: "user::rw-\nuser:42:rwx\t\t# effective: ---\nmask::---\n"}.ours()
	if _, lists := seen(t, "f"); !strings.Contains(lists, "user:42:rwx") || !strings.Contains(lists, "mask::---") {
		t.Error(lists)
	}
}

// TestInheritanceVectors are P18 (d) and P19 (minimal): what the kernel makes of a default list. The umask does not
// count.
func TestInheritanceVectors(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	t.Chdir(t.TempDir())
	defer syscall.Umask(syscall.Umask(0o077))
	must(t, os.Mkdir("d", 0o755))
	must(t, os.Mkdir("minimal", 0o755))
	for dir, entries := range map[string]string{
		"d": "d:u::rwx,d:u:1001:rwx,d:g::rx,d:m::rwx,d:o::r", "minimal": "d:u::rwx,d:g::rwx,d:o::-",
	} {
		if got := (call{program: "setfacl", args: []string{"-m", entries, dir}}).ours(); got != (answer{}) {
			t.Fatal(got)
		}
	}
	for i, c := range []struct {
		dir     string
		request uint32
		made    bool // a directory
		mode    string
		mask    string
	}{
		{"d", 0o666, false, "664", "mask::rw-"},
		{"d", 0o777, false, "774", "mask::rwx"},
		{"d", 0o600, false, "600", "mask::---"},
		{"d", 0o640, false, "640", "mask::r--"},
		{"d", 0o777, true, "774", "mask::rwx"},
		{"minimal", 0o666, false, "660", ""},
		{"minimal", 0o777, true, "770", ""},
	} {
		name := fmt.Sprintf("%s/%d", c.dir, i)
		if c.made {
			must(t, syscall.Mkdir(name, c.request))
		} else {
			fd, err := syscall.Open(name, syscall.O_CREAT|syscall.O_WRONLY, c.request)
			must(t, err)
			must(t, syscall.Close(fd))
		}
		m, lists := seen(t, name)
		if m != c.mode || !strings.Contains(lists, c.mask) || strings.Contains(lists, "mask") != (c.mask != "") {
			t.Errorf("%s %o: %s %s, want %s %s", c.dir, c.request, m, lists, c.mode, c.mask)
		}
		if c.made && !strings.Contains(lists, "default:") {
			t.Errorf("%s: the default list is not handed down: %s", name, lists)
		}
	}
}

// TestChmodMovesTheMask is P15.
func TestChmodMovesTheMask(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	t.Chdir(t.TempDir())
	must(t, os.WriteFile("f", nil, 0o640))
	must(t, syscall.Chmod("f", 0o640))
	if got := (call{program: "setfacl", args: []string{"-m", "u:1001:rwx", "f"}}).ours(); got != (answer{}) {
		t.Fatal(got)
	}
	for m, want := range map[uint32]string{
		0o600: "user::rw- user:1001:rwx group::r-- mask::--- other::---",
		0o777: "user::rwx user:1001:rwx group::r-- mask::rwx other::rwx",
	} {
		must(t, syscall.Chmod("f", m))
		if _, lists := seen(t, "f"); lists != want {
			t.Errorf("after chmod %o: %s, want %s", m, lists, want)
		}
	}
}

// TestFileWithoutANameTakesTheDefaultList is P20 (generic/389 of xfstests).
func TestFileWithoutANameTakesTheDefaultList(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	t.Chdir(t.TempDir())
	defer syscall.Umask(syscall.Umask(0o022))
	must(t, os.Mkdir("d", 0o755))
	if got := (call{program: "setfacl", args: []string{"-m", "d:u::rwx,d:g::rwx,d:o::rx", "d"}}).ours(); got != (answer{}) {
		t.Fatal(got)
	}
	const tmpfile = 0o20200000 // O_TMPFILE
	fd, err := syscall.Open("d", tmpfile|syscall.O_WRONLY, 0o666)
	must(t, err)
	defer syscall.Close(fd)
	var st syscall.Stat_t
	must(t, syscall.Fstat(fd, &st))
	if st.Mode&0o7777 != 0o664 {
		t.Errorf("mode %o, want 664", st.Mode&0o7777)
	}
}

// TestAccessVectors: which entry decides.
func TestAccessVectors(t *testing.T) {
	who := func(uid ident.UID, gid ident.GID, groups ...ident.GID) ident.Subject {
		return ident.Subject{UID: uid, GID: gid, Groups: groups}
	}
	for _, c := range []struct {
		name, list string
		who        ident.Subject
		want       mode.Rights
		ok         bool
	}{
		{"P23: an empty mask makes named users others", "u::rw-,u:1001:rw-,g::---,m::---,o::rwx", who(1001, 9), mode.R, true},
		{"P24: any other mask does not", "u::rw-,u:1001:rw-,g::---,m::--x,o::rwx", who(1001, 9), mode.R, false},
		{"P25: a named group without rights", "u::rwx,g::---,g:1001:---,m::rwx,o::rwx", who(5, 1001), mode.R, false},
		{"P26: two groups do not add up", "u::rwx,g::---,g:1001:r--,g:1002:-w-,m::rwx,o::---", who(5, 1001, 1002), mode.R | mode.W, false},
		{"P26: one is enough for reading", "u::rwx,g::---,g:1001:r--,g:1002:-w-,m::rwx,o::---", who(5, 1001, 1002), mode.R, true},
		{"P26: the other for writing", "u::rwx,g::---,g:1001:r--,g:1002:-w-,m::rwx,o::---", who(5, 1001, 1002), mode.W, true},
		{"P27: a named user is not asked for his groups", "u::rwx,u:1001:---,g::rwx,m::rwx,o::rwx", who(1001, 77), mode.R, false},
	} {
		l, _, err := acl.ParseText(c.list, nil)
		must(t, err)
		state := entry.State{Mode: l.Mode(0), UID: 1, GID: 77, ACL: l}
		if ok, why := access.Allows(c.who, state, mode.Regular, c.want); ok != c.ok {
			t.Errorf("%s: %v (%v)", c.name, ok, why)
		}
	}
}
