package logline_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/internal/logline"
)

// The records of one refusal, as each log of a machine has them.
var audits = []struct {
	name, line string
	kind       int
	fields     map[string]string
}{
	{
		"the kernel's log", `[22774.544548] audit: type=1423 audit(1795338149.221:2): domain=15fcced7f blockers=fs.write_file path=2F746D702F68696464656E2066696C65 dev="vda" ino=10399062`,
		1423,
		map[string]string{"domain": "15fcced7f", "blockers": "fs.write_file", "path": "/tmp/hidden file", "dev": "vda", "ino": "10399062"},
	},
	{
		"/dev/kmsg", `5,95183,22774544557,-;audit: type=1424 audit(1795338149.221:3): domain=15fcced7f status=allocated mode=enforcing pid=16200 uid=0 exe="/tmp/ll" comm="ll"`,
		1424,
		map[string]string{"domain": "15fcced7f", "status": "allocated", "pid": "16200", "uid": "0", "exe": "/tmp/ll", "comm": "ll"},
	},
	{
		"auditd", `type=LANDLOCK_ACCESS msg=audit(1795338149.221:30): domain=195ba459b blockers=fs.refer,fs.make_reg path="/usr/bin" dev="vda2" ino=351`,
		1423,
		map[string]string{"blockers": "fs.refer,fs.make_reg", "path": "/usr/bin", "dev": "vda2"},
	},
	{
		"an auditd older than the kernel", `node=host type=UNKNOWN[1423] msg=audit(1795338149.221:30): domain=195ba459b blockers=fs.read_file path="/etc/x" dev="vda2" ino=351`,
		1423,
		map[string]string{"path": "/etc/x"},
	},
	{
		"the system call, with auditd's reading", "type=SYSCALL msg=audit(1795338149.221:30): arch=c000003e syscall=257 success=no exit=-13 pid=286 uid=1000 comm=\"cat\" exe=\"/usr/bin/cat\" key=(null)\x1dARCH=x86_64 pid=\"other\"",
		1300,
		map[string]string{"pid": "286", "comm": "cat", "exit": "-13", "ARCH": ""},
	},
	{"an event that is not about a file", `audit: type=1423 audit(1795338149.221:30): domain=1 blockers=net.connect_tcp daddr=127.0.0.1 dest=80`, 1423, map[string]string{"path": "", "dest": "80"}},
	{"a message that speaks of one", `app: saw type=1423 and left`, 0, nil},
	{"cut in the middle", `audit: type=1423 audit(17953381`, 0, nil},
	{"a number without end", `audit: type=1423 audit(99999999999999999999.221:30): domain=1`, 0, nil},
}

func TestAuditRecordsOfEachLog(t *testing.T) {
	for _, c := range audits {
		t.Run(c.name, func(t *testing.T) {
			a, ok := logline.ParseAudit(c.line)
			if ok != (c.kind != 0) || a.Type != c.kind {
				t.Fatalf("type %d, ok %v", a.Type, ok)
			}
			for name, want := range c.fields {
				if got := a.Field(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if ok && a.Time.UTC().Format("2006-01-02 15:04:05.000") != "2026-11-22 09:02:29.221" {
				t.Errorf("time %v", a.Time.UTC())
			}
		})
	}
}

func TestAuditRecordOfTheJournal(t *testing.T) {
	for _, message := range []string{
		`LANDLOCK_ACCESS domain=15 blockers=fs.read_file,fs.truncate path="/x" dev="vda" ino=7`,
		`AUDIT1423 domain=15 blockers=fs.read_file,fs.truncate path="/x" dev="vda" ino=7`,
		`domain=15 blockers=fs.read_file,fs.truncate path="/x" dev="vda" ino=7`,
	} {
		a := logline.JournalAudit(1423, 30, 1795338149221999, message)
		if diff := cmp.Diff([]string{"fs.read_file", "fs.truncate"}, a.Blockers()); diff != "" || a.Field("domain") != "15" || a.Serial != 30 {
			t.Errorf("%q: %+v %s", message, a, diff)
		}
		if n, ok := a.Number("ino"); !ok || n != 7 || a.Time.UnixMilli() != 1795338149221 {
			t.Errorf("%q: inode %d, time %v", message, n, a.Time)
		}
	}
}

func FuzzParseAudit(f *testing.F) {
	for _, c := range audits {
		f.Add(c.line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		a, ok := logline.ParseAudit(line)
		for _, name := range []string{"domain", "path", "pid"} {
			if value := a.Field(name); !ok && value != "" {
				t.Errorf("no record, and %s is %q", name, value)
			}
		}
	})
}
