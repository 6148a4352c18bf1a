package acceptance

import (
	"archive/zip"
	"encoding/binary"
	"hash/crc32"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ward/acl/nt"
	"ward/internal/requires"
	"ward/legacy/amiga"
	"ward/legacy/dos"
	"ward/legacy/vms"
	"ward/mode"
)

// transcript is a fenced block of docs/models.md: commands with what they print.
var transcript = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

// command is one command of a transcript; an argument in quotes may have line breaks.
var command = regexp.MustCompile(`(?m)^\$ ((?:[^'\n]|'[^']*')+)$`)

// The page about other systems' permissions shows what ward says of them.
func TestModelsPageShowsTheTruth(t *testing.T) {
	requires.Root(t)
	page{file: "models.md", test: "ModelsPage", blocks: transcript, answer: saidInTurn, commands: 25, prepare: prepareModels}.holds(t)
}

// saidInTurn is a transcript with what its commands print now.
func saidInTurn(t *testing.T, block string) (now string, commands int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("```console\n")
	for _, m := range command.FindAllStringSubmatch(block, -1) {
		commands++
		b.WriteString("$ " + m[1] + "\n" + said(t, m[1]))
	}
	return b.String() + "```", commands
}

// said is what a command of the page prints. A mistake is none of its answers.
func said(t *testing.T, line string) string {
	t.Helper()
	args := words(line)
	if args[0] != "ward" {
		return shell(t, line)
	}
	r := ward(t, args[1:]...)
	if r.exit == 2 {
		t.Errorf("%v", r)
	}
	return strings.TrimRight(r.out+r.err, "\n") + "\n"
}

// words splits a command at blanks outside of single quotes.
func words(line string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`(?:[^'\s]|'[^']*')+`).FindAllString(line, -1) {
		all = append(all, strings.ReplaceAll(m, "'", ""))
	}
	return all
}

func prepareModels(t *testing.T) {
	t.Helper()
	must(t, os.WriteFile("racf.txt", []byte("ADDSD 'SYS1.DATA' UACC(NONE) OWNER(SYS1)\nPERMIT 'SYS1.DATA' ID(STAFF) ACCESS(READ)\nPERMIT 'SYS1.DATA' ID(JOE) ACCESS(NONE)\n"), 0o644))
	must(t, os.WriteFile("people.txt", []byte("# on Unix, z/OS and Windows\nuser  joe   JOE   uid=1001 sid=S-1-5-21-1-2-3-1001\ngroup staff STAFF gid=50   sid=S-1-5-21-1-2-3-513\n"), 0o644))
	must(t, os.WriteFile("report.odt", []byte("x"), 0o644))
	must(t, os.Chmod("report.odt", 0o640))
	must(t, os.Chown("report.odt", 1001, 50))
	d, err := nt.ParseSDDL("O:S-1-22-1-1001G:S-1-22-2-50D:(A;;FA;;;S-1-22-1-1001)(A;;0x1200a9;;;S-1-22-2-50)(D;;FW;;;WD)", nt.SDDLOptions{})
	must(t, err)
	blob, err := nt.NTACL{Version: 4, HashType: 1, Description: "acl_xattr", Descriptor: d}.Encode()
	must(t, err)
	setAttribute(t, "report.odt", "security.NTACL", blob)
	a, err := dos.Samba{Text: "0x21", Version: 3, Valid: dos.ValidAttributes, Stored: dos.ReadOnly | dos.Archive}.Encode()
	must(t, err)
	setAttribute(t, "report.odt", dos.SambaXattr, a)
	oldArchive(t)
}

// oldArchive makes an archive with members of several systems.
func oldArchive(t *testing.T) {
	t.Helper()
	f, err := os.Create("old.zip")
	must(t, err)
	defer f.Close()
	w := zip.NewWriter(f)
	attributes, err := vms.Attributes{List: []vms.Attribute{{Tag: vms.TagUIC, Data: vms.NewUIC(0o200, 0o5).Encode()}, {Tag: vms.TagProtection, Data: vms.DefaultProtection.Encode()}}}.Encode()
	must(t, err)
	locked := "\x00\x05\x16\x07\x00\x02\x00\x00" + strings.Repeat("\x00", 16) + "\x00\x01\x00\x00\x00\x0a\x00\x00\x00\x26\x00\x00\x00\x04\x00\x00\x00\x01"
	flags, err := amiga.ParseFlags("-s--rwed")
	must(t, err)
	for _, m := range []struct {
		name, content string
		host          uint16
		external      uint32
		extra         []byte
	}{
		{"S/Startup-Sequence", "", uint16(amiga.ZipHost), flags.ToZip(mode.Regular), nil},
		{"LOGIN.COM", "", 2, 0o100750 << 16, extra(0x000c, attributes)},
		{"README.TXT", "", uint16(dos.ZipFAT), uint32(dos.ReadOnly | dos.Hidden), nil},
		{"Letter", "", 3, 0o100644 << 16, extra(0x7875, []byte{1, 4, 0xf5, 1, 0, 0, 4, 20, 0, 0, 0})},
		{"__MACOSX/._Letter", locked, 3, 0o100644 << 16, nil},
	} {
		size := uint64(len(m.content))
		body, err := w.CreateRaw(&zip.FileHeader{
			Name: m.name, CreatorVersion: m.host<<8 | 20, ExternalAttrs: m.external, Extra: m.extra,
			CRC32: crc32.ChecksumIEEE([]byte(m.content)), CompressedSize64: size, UncompressedSize64: size,
		})
		must(t, err)
		_, err = body.Write([]byte(m.content))
		must(t, err)
	}
	must(t, w.Close())
}

func extra(id uint16, data []byte) []byte {
	out := binary.LittleEndian.AppendUint16(nil, id)
	return append(binary.LittleEndian.AppendUint16(out, uint16(len(data))), data...)
}

func setAttribute(t *testing.T, path, name string, value []byte) {
	t.Helper()
	must(t, unix.Setxattr(path, name, value, 0))
}
