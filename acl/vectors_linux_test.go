package acl_test

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"ward/acl"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/mode"
)

// P13: the value that setfacl 2.3.1 stored for u::rw-,u:1001:rw-,g::r--,g:1002:r--,m::rw-,o::---.
const recorded = "0200000001000600ffffffff02000600e903000004000400ffffffff08000400ea03000010000600ffffffff20000000ffffffff"

func TestRecordedAttribute(t *testing.T) {
	value, err := hex.DecodeString(recorded)
	must(t, err)
	const text = "u::rw-,u:1001:rw-,g::r--,g:1002:r--,m::rw-,o::---"
	if l, err := acl.Decode(value); err != nil || l.String() != text || hex.EncodeToString(l.Encode()) != recorded {
		t.Errorf("%v, %v", l, err)
	}
}

// TestKernelAndDecodeOnVectors is what the kernel takes for a list, form by form.
func TestKernelAndDecodeOnVectors(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	const (
		head  = "02000000"
		user  = "01000600ffffffff"
		bob   = "02000600e9030000"
		alice = "02000400e8030000"
		group = "04000400ffffffff"
		mask  = "10000600ffffffff"
		other = "20000000ffffffff"
	)
	dir := t.TempDir()
	for _, c := range []struct {
		name, value string
		want        error
		stored      bool
	}{
		{"P14: minimal: the mode says it all", head + user + group + other, nil, false},
		{"P14: a mask alone is kept", head + user + group + mask + other, nil, true},
		{"P14: somebody twice", head + user + bob + bob + group + mask + other, nil, true},
		{"P14: users out of order", head + user + bob + alice + group + mask + other, nil, true},
		{"P14: ids of those who name nobody", head + "0100060000000000" + group + mask + "20000000e9030000", nil, true},
		{"P14: a group before a user", head + user + group + bob + mask + other, syscall.EINVAL, false},
		{"P14: names without a mask", head + user + bob + group + other, syscall.EINVAL, false},
		{"P14: rights 8", head + user + "02000800e9030000" + group + mask + other, syscall.EINVAL, false},
		{"P14: a byte too many", head + user + group + other + "00", syscall.EINVAL, false},
		{"P14: nobody's id", head + user + "02000600ffffffff" + group + mask + other, syscall.EINVAL, false},
		{"P14: version 1", "01000000" + user + group + other, syscall.EOPNOTSUPP, false},
		{"P14: nothing", "", nil, false},
		{"P14: no entries", head, nil, false},
	} {
		value, err := hex.DecodeString(c.value)
		must(t, err)
		path := filepath.Join(dir, "f")
		must(t, os.WriteFile(path, nil, 0o640))
		if err := syscall.Setxattr(path, acl.AccessXattr, value, 0); !errors.Is(err, c.want) || err != nil && c.want == nil {
			t.Errorf("%s: the kernel says %v, want %v", c.name, err, c.want)
		}
		l, err := acl.Decode(value)
		if (err == nil) != (c.want == nil) || errors.Is(err, errors.ErrUnsupported) != errors.Is(c.want, syscall.EOPNOTSUPP) || err != nil && l != nil {
			t.Errorf("%s: Decode says %v, %v", c.name, l, err)
		}
		_, err = syscall.Getxattr(path, acl.AccessXattr, nil)
		if stored := err == nil; stored != c.stored {
			t.Errorf("%s: stored %v, want %v", c.name, stored, c.stored)
		}
		must(t, os.Remove(path))
	}
}

// TestChmodOfAList: the group bits of a mode are the mask.
func TestChmodOfAList(t *testing.T) {
	l, _, err := acl.ParseText("u::rw-,u:1001:rwx,g::r--,m::rwx,o::---", nil)
	must(t, err)
	for m, want := range map[uint16]string{
		0o600: "u::rw-,u:1001:rwx,g::r--,m::---,o::---", 0o777: "u::rwx,u:1001:rwx,g::r--,m::rwx,o::rwx",
	} {
		if got := l.WithMode(mode.Mode(m)).String(); got != want {
			t.Errorf("chmod %o: %s, want %s", m, got, want)
		}
	}
}

// TestMkdirBelowSetgidAndDefault: a directory that hands down its group, its setgid
// and its default list at once, to somebody who is not in that group (P21; generic/444 of
// xfstests).
func TestMkdirBelowSetgidAndDefault(t *testing.T) {
	dir := filepath.Join(testfs.ReachableDir(t), "d")
	testfs.Once(t, func() {
		requires.Root(t)
		requires.Feature(t, requires.ACLs)
		must(t, os.Mkdir(dir, 0o755))
		must(t, os.Chown(dir, 100, 100))
		must(t, syscall.Chmod(dir, 0o2755))
		handed, _, err := acl.ParseText("u::rwx,u:101:rwx,g::r-x,m::rwx,o::r-x", nil)
		must(t, err)
		must(t, syscall.Setxattr(dir, acl.DefaultXattr, handed.Encode(), 0))
	})
	testfs.As(t, testfs.User{UID: 100, GID: 101}, func(t *testing.T) {
		made := filepath.Join(dir, "made")
		must(t, syscall.Mkdir(made, 0o777))
		access, def, m := found(t, made)
		const want = "u::rwx,u:101:rwx,g::r-x,m::rwx,o::r-x"
		if got := m.Format(mode.Directory); got != "drwxrwsr-x" || access.String() != want || def.String() != want {
			t.Errorf("%s, %s, default %s; want drwxrwsr-x and twice %s", got, access, def, want)
		}
		var st syscall.Stat_t
		must(t, syscall.Stat(made, &st))
		if st.Uid != 100 || st.Gid != 100 {
			t.Errorf("owner %d, group %d; want the group of the directory, 100", st.Uid, st.Gid)
		}
	})
}
