package ward_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"ward"
	"ward/acl"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/mode"
	"ward/wardtest"
)

func TestCreatePrivateUnderAnyUmask(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o777} {
		path := filepath.Join(t.TempDir(), "token")
		was := syscall.Umask(umask)
		f, err := ward.CreatePrivate(path)
		syscall.Umask(was)
		if err != nil {
			t.Fatalf("umask %03o: %v", umask, err)
		}
		if _, err := f.WriteString("secret"); err != nil {
			t.Error(err)
		}
		if err := f.Close(); err != nil || f.Name() != path {
			t.Errorf("%s: %v", f.Name(), err)
		}
		wardtest.Mode(t, path, "0600")
		wardtest.Private(t, path)
	}
}

// bob may read and write, by an access list with a mask of everything.
func list(t *testing.T) []byte {
	t.Helper()
	l := acl.List{
		{Tag: acl.UserObj, ID: acl.NoID, Rights: 6},
		{Tag: acl.User, ID: 61234, Rights: 6},
		{Tag: acl.GroupObj, ID: acl.NoID, Rights: 4},
		{Tag: acl.Mask, ID: acl.NoID, Rights: 6},
		{Tag: acl.Other, ID: acl.NoID, Rights: 4},
	}
	return l.Encode()
}

func TestCreatePrivateInheritsNothing(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	dir := t.TempDir()
	if err := syscall.Setxattr(dir, "system.posix_acl_default", list(t), 0); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "token")
	f, err := ward.CreatePrivate(path)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	wardtest.Mode(t, path, "0600")
	if value, ok := attribute(path, "system.posix_acl_access"); ok {
		t.Errorf("the directory handed down %x", value)
	}
}

func attribute(path, name string) ([]byte, bool) {
	buf := make([]byte, 4096)
	n, err := syscall.Getxattr(path, name, buf)
	if err != nil {
		return nil, false
	}
	return buf[:n], true
}

func TestCreatePrivateErrors(t *testing.T) {
	dir := t.TempDir()
	wardtest.Make(t, dir, "-rw-r--r-- there\nlrwxrwxrwx dangling -> gone\ndrwxr-xr-x sub")
	for name, want := range map[string]error{"there": fs.ErrExist, "dangling": fs.ErrExist, "sub": fs.ErrExist, "no/where": fs.ErrNotExist, "sub/": syscall.EINVAL, "..": syscall.EINVAL} {
		f, err := ward.CreatePrivate(dir + "/" + name)
		var e *ward.Error
		if f != nil || !errors.Is(err, want) || !errors.As(err, &e) || e.Op != "create private" || !strings.HasSuffix(e.Path, name) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	wardtest.Tree(t, dir, "-rw-r--r-- there\nlrwxrwxrwx dangling -> gone\ndrwxr-xr-x sub")
}

func TestCreatePrivateNoticesAFileSystemThatLies(t *testing.T) {
	requires.Feature(t, requires.FUSE)
	mount, _ := testfs.LyingFS(t, testfs.Alters)
	path := filepath.Join(mount, "token")
	if f, err := ward.CreatePrivate(path); !errors.Is(err, ward.ErrNotKept) {
		t.Errorf("%v, %v", f, err)
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("a file that is not private is left behind")
	}
}

func TestReplaceKeepsEverything(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.ACLs, requires.FileCapabilities, requires.Chown)
	dir := t.TempDir()
	path := file(t, dir, "prog", 0o644)
	capability := []byte{1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0} // CAP_NET_BIND_SERVICE, effective, permitted
	attributes := map[string][]byte{"system.posix_acl_access": list(t), "security.capability": capability, "user.note": []byte("kept")}
	if err := os.Chown(path, 61234, 61235); err != nil {
		t.Fatal(err)
	}
	for name, value := range attributes {
		if err := syscall.Setxattr(path, name, value, 0); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if err := syscall.Chmod(path, 0o6765); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setxattr(dir, "system.posix_acl_default", list(t), 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	attributes["system.posix_acl_access"], _ = attribute(path, "system.posix_acl_access") // chmod moved its mask
	var before, after syscall.Stat_t
	if err := syscall.Stat(path, &before); err != nil {
		t.Fatal(err)
	}
	if err := ward.Replace(path, strings.NewReader("new"), ward.ReplaceOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Stat(path, &after); err != nil {
		t.Fatal(err)
	}
	if after.Mode != before.Mode || after.Uid != before.Uid || after.Gid != before.Gid || after.Ino == before.Ino {
		t.Errorf("%o %d:%d, want %o %d:%d in another inode", after.Mode, after.Uid, after.Gid, before.Mode, before.Uid, before.Gid)
	}
	for name, want := range attributes {
		if got, _ := attribute(path, name); !bytes.Equal(got, want) {
			t.Errorf("%s is %x, want %x", name, got, want)
		}
	}
	holds(t, path, "new")
	alone(t, dir)
}

func holds(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s holds %q, %v; want %q", path, got, err, want)
	}
}

// alone makes sure that no temporary file is left behind.
func alone(t *testing.T, dir string) {
	t.Helper()
	if left, _ := filepath.Glob(filepath.Join(dir, ".ward-*")); left != nil {
		t.Errorf("left behind: %q", left)
	}
}

// A file without a list does not get the one that its directory hands down.
func TestReplaceInheritsNothing(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	dir := t.TempDir()
	path := file(t, dir, "file", 0o640)
	if err := syscall.Setxattr(dir, "system.posix_acl_default", list(t), 0); err != nil {
		t.Fatal(err)
	}
	if err := ward.Replace(path, strings.NewReader("new"), ward.ReplaceOptions{}); err != nil {
		t.Fatal(err)
	}
	wardtest.Mode(t, path, "0640")
	if value, ok := attribute(path, "system.posix_acl_access"); ok {
		t.Errorf("it has the list %x", value)
	}
}

func TestReplaceOnLinksAndOtherKinds(t *testing.T) {
	tests := []struct {
		name    string
		path    string
		options ward.ReplaceOptions
		want    error
	}{
		{"a file", "dir/file", ward.ReplaceOptions{}, nil},
		{"a symlink", "link", ward.ReplaceOptions{}, ward.ErrSymlink},
		{"a symlink followed", "link", ward.ReplaceOptions{Follow: true}, nil},
		{"a file beneath a root", "dir/file", ward.ReplaceOptions{Root: "."}, nil},
		{"a symlink on the way beneath a root", "dirlink/file", ward.ReplaceOptions{Root: "."}, syscall.ENOTDIR},
		{"out of a root", "../file", ward.ReplaceOptions{Root: "dir"}, syscall.EXDEV},
		{"an absolute path and a root", "/file", ward.ReplaceOptions{Root: "dir"}, syscall.EXDEV},
		{"a file with two names", "two", ward.ReplaceOptions{}, ward.ErrOtherNames},
		{"nothing", "nothing", ward.ReplaceOptions{}, fs.ErrNotExist},
		{"a directory by its slash", "dir/", ward.ReplaceOptions{}, syscall.EINVAL},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			wardtest.Make(t, dir, "drwxr-xr-x dir\n-rw-r----- dir/file\n-rw-r--r-- two\nlrwxrwxrwx link -> dir/file\nlrwxrwxrwx dirlink -> dir")
			if err := os.Link("two", "three"); err != nil {
				t.Fatal(err)
			}
			err := ward.Replace(tt.path, strings.NewReader("new"), tt.options)
			switch {
			case tt.want == nil && err == nil:
				holds(t, "dir/file", "new")
			case errors.Is(tt.want, syscall.ENOTDIR) && errors.Is(err, syscall.ELOOP): // openat2 calls it a loop
			case !errors.Is(err, tt.want):
				t.Errorf("%v, want %v", err, tt.want)
			}
			wardtest.Tree(t, dir, "drwxr-xr-x dir\n-rw-r----- dir/file\n-rw-r--r-- two\n-rw-r--r-- three\nlrwxrwxrwx link -> dir/file\nlrwxrwxrwx dirlink -> dir")
		})
	}
	t.Run("a fifo", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "fifo")
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		within(t, func() error {
			if err := ward.Replace(path, strings.NewReader("new"), ward.ReplaceOptions{}); err == nil || !strings.Contains(err.Error(), "it is a fifo") {
				return fmt.Errorf("answered %w", err)
			}
			return nil
		})
	})
}

func TestReplaceLeavesTheOldFileOnError(t *testing.T) {
	dir := t.TempDir()
	path := file(t, dir, "file", 0o640)
	broken := io.MultiReader(strings.NewReader("half"), iotestErr{})
	if err := ward.Replace(path, broken, ward.ReplaceOptions{}); err == nil {
		t.Error("no error")
	}
	holds(t, path, "old")
	alone(t, dir)
}

type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error) { return 0, errors.New("the content broke off") }

// interloper puts another file in the place while the content is being read.
type interloper struct {
	path string
	done bool
}

func (i *interloper) Read([]byte) (int, error) {
	if !i.done {
		i.done = true
		if err := os.WriteFile(i.path+".other", []byte("other"), 0o600); err != nil {
			return 0, err
		}
		if err := os.Rename(i.path+".other", i.path); err != nil {
			return 0, err
		}
	}
	return 0, io.EOF
}

func TestReplaceNoticesAnotherFileInThePlace(t *testing.T) {
	dir := t.TempDir()
	path := file(t, dir, "file", 0o640)
	if err := ward.Replace(path, &interloper{path: path}, ward.ReplaceOptions{}); !errors.Is(err, ward.ErrChanged) {
		t.Errorf("%v", err)
	}
	holds(t, path, "other")
	alone(t, dir)
}

func TestReplaceIsOneStepForReaders(t *testing.T) {
	path := file(t, t.TempDir(), "file", 0o640)
	long := strings.Repeat("new", 100000)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if got, err := os.ReadFile(path); err != nil || len(got) != 3 && len(got) != len(long) {
				t.Errorf("read %d bytes, %v", len(got), err)
				return
			}
		}
	})
	for i := range 50 {
		content := "old"
		if i%2 == 0 {
			content = long
		}
		if err := ward.Replace(path, strings.NewReader(content), ward.ReplaceOptions{}); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
}

func TestReplaceGivesNoPrivilegeInADirectoryOfOthers(t *testing.T) {
	requires.Root(t)
	dir := testfs.ReachableDir(t)
	path := file(t, dir, "prog", 0o4755)
	if err := os.Chown(dir, 61001, 61001); err != nil {
		t.Fatal(err)
	}
	if err := ward.Replace(path, strings.NewReader("new"), ward.ReplaceOptions{}); err == nil || !strings.Contains(err.Error(), "others may write its directory") {
		t.Errorf("%v", err)
	}
	holds(t, path, "old")
	if err := ward.RemoveBits(path, mode.SetUID, ward.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := ward.Replace(path, strings.NewReader("new"), ward.ReplaceOptions{}); err != nil {
		t.Error(err)
	}
	holds(t, path, "new")
}

// Who cannot keep the owner does not replace the file.
func TestReplaceKeepsTheOwnerOrRefuses(t *testing.T) {
	dir := testfs.ReachableDir(t)
	if os.Geteuid() == 0 {
		file(t, dir, "file", 0o666)
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		t.Setenv("WARD_TEST_PATH", filepath.Join(dir, "file"))
	}
	testfs.As(t, testfs.Stranger, func(t *testing.T) {
		path := os.Getenv("WARD_TEST_PATH")
		if err := ward.Replace(path, strings.NewReader("new"), ward.ReplaceOptions{}); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "keep the owner 0:0") {
			t.Errorf("%v", err)
		}
		holds(t, path, "old")
		alone(t, filepath.Dir(path))
	})
}
