package nt

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"ward/internal/requires"
)

// share is a file as the kernel's client of SMB shows it: its descriptor stands in
// several attributes, and a part of it may be set by each.
type share struct {
	fs.Inode
	mu    sync.Mutex
	value []byte
}

var (
	_ fs.NodeGetxattrer = (*share)(nil)
	_ fs.NodeSetxattrer = (*share)(nil)
)

const cifsPrefix = "system.cifs_"

func (s *share) Getxattr(_ context.Context, name string, dest []byte) (uint32, syscall.Errno) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !strings.HasPrefix(name, cifsPrefix):
		return 0, syscall.ENODATA
	case len(dest) < len(s.value):
		return uint32(len(s.value)), syscall.ERANGE
	}
	return uint32(copy(dest, s.value)), 0
}

func (s *share) Setxattr(_ context.Context, name string, data []byte, _ uint32) syscall.Errno {
	if !strings.HasPrefix(name, cifsPrefix) {
		return syscall.ENOTSUP
	}
	s.store(data)
	return 0
}

func (s *share) store(value []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value = bytes.Clone(value)
}

func (s *share) stored(t *testing.T) Descriptor {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := Decode(s.value)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

type shareRoot struct {
	fs.Inode
	f share
}

func (r *shareRoot) OnAdd(ctx context.Context) {
	r.AddChild("f", r.NewPersistentInode(ctx, &r.f, fs.StableAttr{Mode: syscall.S_IFREG, Ino: 2}), false)
}

// mountShare mounts the file for the length of the test.
func mountShare(t *testing.T) (path string, s *share) {
	t.Helper()
	requires.Feature(t, requires.FUSE)
	dir, root := t.TempDir(), &shareRoot{}
	server, err := fs.Mount(dir, root, &fs.Options{MountOptions: fuse.MountOptions{DirectMount: os.Geteuid() == 0, FsName: "ward-test", Name: "share"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, "f"), &root.f
}

// What getcifsacl prints in numbers is read as it is, and what it prints in words as
// far as they go; what FormatCIFS writes is what setcifsacl stores.
func TestGetcifsaclIsReadAndSetcifsaclReads(t *testing.T) {
	requires.Tool(t, "getcifsacl", "setcifsacl")
	path, s := mountShare(t)
	r := rand.New(rand.NewPCG(8, 1))
	for range 150 {
		d := plainDescriptor(r)
		d.DACL.Entries[0].Mask = []Mask{FileAll, FileModify, FileReadExecute, 0x20089, 0xf01ff, 0xd0156, Execute | Delete, 0x116, 0x1f01bf, 0x40}[r.IntN(10)]
		b, err := d.EncodeAs(SambaLayout)
		if err != nil {
			t.Fatal(err)
		}
		s.store(b)
		if back := readCIFS(t, cifsTool(t, "getcifsacl", "-r", path)); !back.Equal(d) {
			t.Fatalf("getcifsacl -r is read as %+v, and is %+v", back, d)
		}
		sameButForMasks(t, cifsTool(t, "getcifsacl", path), d)
		text, err := d.FormatCIFS(GetCIFSACL, Names{Of: func(s SID) (string, bool) { return s.String(), true }})
		if err != nil {
			t.Fatal(err)
		}
		_, entries, _ := strings.Cut(text, "ACL:")
		entries = strings.ReplaceAll(strings.TrimSpace("ACL:"+entries), "\n", ",")
		if out, err := exec.Command("setcifsacl", "-S", entries, path).CombinedOutput(); err != nil {
			t.Fatalf("setcifsacl -S %s: %v\n%s", entries, err, out)
		}
		if got := s.stored(t); !got.DACL.Equal(d.DACL) {
			t.Fatalf("setcifsacl makes of %s\n%+v, it is\n%+v", entries, got.DACL, d.DACL)
		}
	}
}

func readCIFS(t *testing.T, text string) Descriptor {
	t.Helper()
	d, err := ParseCIFS(text, GetCIFSACL, Names{})
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	return d
}

// sameButForMasks: letters are printed for masks that have more, and no number is
// wrong.
func sameButForMasks(t *testing.T, text string, d Descriptor) {
	t.Helper()
	back := readCIFS(t, text)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(back.DACL.Entries) != len(d.DACL.Entries) || back.Owner != d.Owner || back.Group != d.Group {
		t.Fatalf("%s\nis read as %+v", text, back)
	}
	lines = lines[len(lines)-len(d.DACL.Entries):]
	for i, e := range back.DACL.Entries {
		rights := lines[i][strings.LastIndexByte(lines[i], '/')+1:]
		exact := strings.HasPrefix(rights, "0x") || slices.Contains([]string{"FULL", "CHANGE", "READ"}, rights)
		if want := d.DACL.Entries[i]; e.Type != want.Type || e.Flags != want.Flags || e.SID != want.SID || exact && e.Mask != want.Mask {
			t.Fatalf("%s\nis read as %+v, and is %+v", lines[i], e, want)
		}
	}
}

// cifsTool runs a program on the file and drops the lines that are no descriptor.
func cifsTool(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" || line == "No SACL\n" {
			continue
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "")
}

// setcifsacl makes of each text what ParseCIFS makes of it.
func TestSetcifsaclReadsTheSame(t *testing.T) {
	requires.Tool(t, "setcifsacl")
	path, s := mountShare(t)
	for _, text := range []string{
		"ACL:S-1-1-0:ALLOWED/0x0/FULL", "ACL:S-1-1-0:DENIED/0x0/R", "ACL:S-1-1-0:ALLOWED/0x0/CHANGE", "ACL:S-1-1-0:ALLOWED/0x0/RWXDPO",
		"ACL:S-1-1-0:0x1/0x13/0x120116", "ACL:S-1-5-21-1-2-3-1000:ALLOWED/OI|CI/READ", "ACL:S-1-5-32-544:ALLOWED/OI|CI|NP|IO|I/W", "ACL:S-1-1-0:ALLOWED/0x0/X",
		"ACL:S-1-1-0:ALLOWED/0x0/D", "ACL:S-1-1-0:ALLOWED/0x0/P", "ACL:S-1-1-0:ALLOWED/0x0/O", "ACL:S-1-1-0:ALLOWED/0x0/RX", "ACL:S-1-1-0:ALLOWED/0x0/WX", "ACL:S-1-1-0:ALLOWED/0x0/RWXDP",
	} {
		b, err := sddl(t, "O:BAG:SYD:(A;;0x1f01ff;;;SY)").EncodeAs(SambaLayout)
		if err != nil {
			t.Fatal(err)
		}
		s.store(b)
		if out, err := exec.Command("setcifsacl", "-S", text, path).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", text, err, out)
			continue
		}
		want, err := ParseCIFS(text, GetCIFSACL, Names{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := s.stored(t); !got.DACL.Equal(want.DACL) {
			t.Errorf("%s: setcifsacl stores %+v, we read %+v", text, got.DACL, want.DACL)
		}
	}
}
