package rpm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ward/internal/requires"
	"ward/packages"
)

const spec = `Name: tiny
Epoch: 3
Version: 1.5
Release: 2
Summary: tiny
License: none
BuildArch: noarch
%description
tiny
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/etc/tiny %{buildroot}/var/lib/tiny
echo su >%{buildroot}/usr/bin/su
echo ping >%{buildroot}/usr/bin/ping
ln %{buildroot}/usr/bin/ping %{buildroot}/usr/bin/ping6
ln -s ../bin/su %{buildroot}/usr/bin/link
echo conf >%{buildroot}/etc/tiny/tiny.conf
for i in $(seq 1 400); do echo $i >%{buildroot}/var/lib/tiny/a-rather-long-name-of-a-file-$i; done
%files
%attr(4755, root, root) /usr/bin/su
%attr(0755, root, root) %caps(cap_net_raw=p) /usr/bin/ping
%attr(0755, root, root) /usr/bin/ping6
/usr/bin/link
%dir %attr(2750, root, daemon) /etc/tiny
%config %attr(0640, root, daemon) /etc/tiny/tiny.conf
%dir %attr(1777, root, root) /var/lib/tiny
%attr(0644, daemon, daemon) /var/lib/tiny/a-*
%ghost %verify(not mode user) %attr(0600, root, root) /var/lib/tiny/ghost
`

// built has rpmbuild build a package.
func built(t *testing.T) string {
	t.Helper()
	requires.Tool(t, "rpmbuild", "rpm")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "tiny.spec"), []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	command(t, dir, "rpmbuild", "-bb", "--define", "_topdir "+dir, "--define", "_build_id_links none", "tiny.spec")
	return filepath.Join(dir, "RPMS/noarch/tiny-1.5-2.noarch.rpm")
}

func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out.String(), errs.String())
	}
	return out.String()
}

// query is what rpm says of files, one a line.
const query = `[%{FILENAMES}|%{FILEMODES:octal}|%{FILEUSERNAME}|%{FILEGROUPNAME}|%{FILELINKTOS}|%{FILEDIGESTS}|%{FILECAPS}\n]`

func asRPM(files []packages.File, raw []uint64) string {
	var b strings.Builder
	for i, f := range files {
		sum := ""
		if f.Digest.Algorithm != "" {
			sum = fmt.Sprintf("%x", f.Digest.Sum)
		}
		fmt.Fprintf(&b, "/%s|%s|%s|%s|%s|%s|%s\n", f.Path, strconv.FormatUint(raw[i], 8), f.User, f.Group, f.Target, sum, f.Caps)
	}
	return b.String()
}

func TestPackageAgainstRPM(t *testing.T) {
	name := built(t)
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h, err := ReadPackage(f)
	if err != nil {
		t.Fatal(err)
	}
	if got := h.Package().String(); got != "tiny 3:1.5-2" {
		t.Errorf("it is %q", got)
	}
	sameFiles(t, h, command(t, "", "rpm", "-qp", "--qf", query, name))
	particular(t, h)
}

func sameFiles(t *testing.T, h *Header, want string) {
	t.Helper()
	files, err := h.Files()
	if err != nil {
		t.Fatal(err)
	}
	got := asRPM(files, h.numbers(tagFileModes))
	want = strings.ReplaceAll(want, "(none)", "")
	if got != want || strings.Count(got, "\n") < 400 {
		t.Errorf("got\n%.2000s\nwant\n%.2000s", got, want)
	}
}

func particular(t *testing.T, h *Header) {
	t.Helper()
	files, _ := h.Files()
	at := map[string]packages.File{}
	for _, f := range files {
		at[f.Path] = f
		if f.Mode.Stat(f.Kind) != uint32(h.numbers(tagFileModes)[slices.IndexFunc(files, func(x packages.File) bool { return x.Path == f.Path })]) {
			t.Errorf("%s is a %v of mode %v", f.Path, f.Kind, f.Mode)
		}
	}
	ghost := at["var/lib/tiny/ghost"]
	switch {
	case at["etc/tiny/tiny.conf"].Traits != packages.Config:
		t.Error("a configuration file is not known as one")
	case ghost.Traits != packages.Ghost|packages.Untracked:
		t.Errorf("a ghost has the traits %b", ghost.Traits)
	case at["usr/bin/ping6"].HardLink != "usr/bin/ping":
		t.Errorf("a hard link leads to %q", at["usr/bin/ping6"].HardLink)
	}
}

// The payload, as cpio lists it, has the same modes.
func TestPackageAgainstCpio(t *testing.T) {
	name := built(t)
	requires.Tool(t, "rpm2cpio", "cpio")
	out := command(t, "", "sh", "-c", `rpm2cpio "$1" | cpio -tv --quiet`, "sh", name)
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h, err := ReadPackage(f)
	if err != nil {
		t.Fatal(err)
	}
	files, err := h.Files()
	if err != nil {
		t.Fatal(err)
	}
	modes := map[string]string{}
	for _, f := range files {
		modes[f.Path] = f.Mode.Format(f.Kind)
	}
	seen := 0
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		path, _ := packages.Clean(words[8])
		if seen++; modes[path] != words[0] {
			t.Errorf("%s is %s, cpio says %s", path, modes[path], words[0])
		}
	}
	if seen < 400 {
		t.Errorf("cpio lists %d files", seen)
	}
}

// A database is read as rpm -q reads it. The header that rpm keeps is then put into the
// other form, which Debian's rpm does not write.
func TestDatabasesAgainstRPM(t *testing.T) {
	name, db := built(t), t.TempDir()
	command(t, "", "rpm", "--dbpath", db, "--nodeps", "--justdb", "-i", name)
	want := command(t, "", "rpm", "--dbpath", db, "-q", "--qf", query, "tiny")
	read := headers(t, filepath.Join(db, "rpmdb.sqlite"), SQLite)
	if len(read) != 1 {
		t.Fatalf("%d packages", len(read))
	}
	sameFiles(t, read[0], want)

	var blob []byte
	err := readSQLite(openFile(t, filepath.Join(db, "rpmdb.sqlite")), File{}, func(b []byte) error {
		blob = b
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "Packages.db")
	if err := os.WriteFile(other, ndb(blob, blob), 0o600); err != nil {
		t.Fatal(err)
	}
	again := headers(t, other, NDB)
	if len(again) != 2 {
		t.Fatalf("%d packages in ndb form", len(again))
	}
	sameFiles(t, again[1], want)
}

// ndb lays packages out as rpmpkg.c does: one page of slots, with a free one between,
// then the blobs with their heads and tails.
func ndb(blobs ...[]byte) []byte {
	le := binary.LittleEndian
	b := make([]byte, ndbPage)
	copy(b, ndbMagic)
	le.PutUint32(b[12:], 1)
	for at := ndbHeader; at < ndbPage; at += slotSize {
		copy(b[at:], slotMagic)
	}
	for i, blob := range blobs {
		slot := b[ndbHeader+2*i*slotSize:]
		size := (blobHeadSize + len(blob) + blobTailSize + blockSize - 1) / blockSize
		le.PutUint32(slot[4:], uint32(i+1))
		le.PutUint32(slot[8:], uint32(len(b)/blockSize))
		le.PutUint32(slot[12:], uint32(size))
		room := make([]byte, size*blockSize)
		copy(room, blobMagic)
		le.PutUint32(room[4:], uint32(i+1))
		le.PutUint32(room[12:], uint32(len(blob)))
		copy(room[blobHeadSize:], blob)
		copy(room[len(room)-4:], "BlbE")
		b = append(b, room...)
	}
	return b
}

func headers(t *testing.T, name string, form Form) (all []*Header) {
	t.Helper()
	db := openFile(t, name)
	head := make([]byte, HeadSize)
	if _, err := db.ReadAt(head, 0); err != nil || Recognise(head) != form {
		t.Fatalf("it is %v, %v", Recognise(head), err)
	}
	var log File
	if _, err := os.Stat(name + "-wal"); err == nil {
		log = openFile(t, name+"-wal")
	}
	err := Read(db, log, func(h *Header) error {
		all = append(all, h)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func openFile(t *testing.T, name string) File {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return File{f, info.Size()}
}

// Any table of blobs comes out as sqlite3 put it in: small rows, rows on many overflow
// pages, and those that are only in the write-ahead log.
func TestSQLiteAgainstItself(t *testing.T) {
	requires.Tool(t, "sqlite3")
	for _, c := range []struct{ name, before, after string }{
		{"small pages", "PRAGMA page_size=512;", ""},
		{"large pages", "PRAGMA page_size=65536;", ""},
		{"a write-ahead log", "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;", ".shell cp t.db copy.db; cp t.db-wal copy.db-wal\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			script := c.before + `
CREATE TABLE Other (a INTEGER, b TEXT);
CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL);
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<700)
INSERT INTO Packages (blob) SELECT CAST(printf('%d:%.*c', i, (i*i*7) % 9000, 'x') AS BLOB) FROM n;
INSERT INTO Packages (blob) VALUES (zeroblob(300000));
DELETE FROM Packages WHERE hnum = 5;
UPDATE Packages SET blob = CAST('changed' AS BLOB) WHERE hnum = 7;
` + c.after
			cmd := exec.Command("sqlite3", "t.db")
			cmd.Dir, cmd.Stdin = dir, strings.NewReader(script)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			file := "t.db"
			if c.after != "" {
				file = "copy.db"
			}
			sameRows(t, dir, file)
		})
	}
}

func sameRows(t *testing.T, dir, file string) {
	t.Helper()
	db, log := openFile(t, filepath.Join(dir, file)), File{}
	if _, err := os.Stat(filepath.Join(dir, file+"-wal")); err == nil {
		log = openFile(t, filepath.Join(dir, file+"-wal"))
		if err := readSQLite(db, File{}, func([]byte) error { return nil }); err == nil {
			t.Error("the table is there without the log: the test shows nothing")
		}
	}
	var got strings.Builder
	rows := 0
	err := readSQLite(db, log, func(b []byte) error {
		rows++
		fmt.Fprintf(&got, "%d %X\n", len(b), b[:min(len(b), 20)])
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := command(t, dir, "sqlite3", "t.db", "SELECT printf('%d %s', length(blob), hex(substr(blob, 1, 20))) FROM Packages ORDER BY hnum")
	if got.String() != want || rows != 701 {
		t.Errorf("%d rows:\n%.500s\nwant\n%.500s", rows, got.String(), want)
	}
}

func TestBerkeleyDBIsRecognised(t *testing.T) {
	head := make([]byte, 4096)
	copy(head[12:], "\x61\x15\x06\x00") // DB_HASHMAGIC, little-endian
	err := Read(File{bytes.NewReader(head), 4096}, File{}, func(*Header) error { return nil })
	if !errors.Is(err, ErrBerkeleyDB) {
		t.Errorf("%v", err)
	}
}

func TestDamagedHeaders(t *testing.T) {
	for name, b := range map[string][]byte{
		"empty":             nil,
		"no tags":           make([]byte, 16),
		"longer than it is": {0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 3, 232, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 1},
		"a tag leads out":   append([]byte{0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 3, 232, 0, 0, 0, 6, 0, 0, 1, 0, 0, 0, 0, 1}, 0),
	} {
		if h, err := ParseHeader(b); err == nil {
			t.Errorf("%s: read as %+v", name, h)
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 3, 232, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 1, 'x', 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseHeader(b)
		if err != nil {
			return
		}
		_ = h.Package()
		files, err := h.Files()
		if err != nil && files != nil {
			t.Error("an error and files")
		}
		for _, x := range files {
			if clean, ok := packages.Clean(x.Path); !ok || clean != x.Path {
				t.Errorf("%+v", x)
			}
		}
	})
}

func FuzzDatabase(f *testing.F) {
	page := make([]byte, 1024)
	copy(page, sqliteMagic)
	page[16], page[100] = 2, leafTable
	f.Add(page, []byte{})
	ndb := make([]byte, 4096)
	copy(ndb, ndbMagic)
	ndb[12] = 1
	f.Add(ndb, []byte{})
	f.Fuzz(func(_ *testing.T, db, log []byte) {
		_ = Read(File{bytes.NewReader(db), int64(len(db))}, File{bytes.NewReader(log), int64(len(log))}, func(*Header) error { return nil })
	})
}
