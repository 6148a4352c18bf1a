package audit_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ward/internal/host/audit"
)

const (
	ofKernel = "5,95183,22774544557,-;audit: type=1423 audit(1795338149.221:2): domain=15f blockers=fs.write_file path=\"/srv/x\" dev=\"vda\" ino=7\n" +
		"6,95184,22774544558,-;usb 1-1: new device\n DEVICE=+usb:1-1\n" +
		"5,95185,22774544559,-;audit: type=1424 audit(1795338149.221:3): domain=15f status=allocated mode=enforcing pid=16200 uid=0 exe=\"/tmp/ll\" comm=\"ll\"\n"
	ofAuditd = "type=LANDLOCK_ACCESS msg=audit(1795338149.221:30): domain=15f blockers=fs.read_file path=\"/srv/y\" dev=\"vda\" ino=8\n" +
		"type=SYSCALL msg=audit(1795338149.221:30): arch=c000003e syscall=257 success=no exit=-13 pid=286 comm=\"cat\"\n" +
		"type=USER_LOGIN msg=audit(1795338149.222:31): pid=1\n"
	ofJournal = `{"MESSAGE":"LANDLOCK_ACCESS domain=15f blockers=fs.execute path=\"/srv/z\" dev=\"vda\" ino=9","_AUDIT_TYPE":"1423","_AUDIT_ID":"30","_SOURCE_REALTIME_TIMESTAMP":"1795338149221000"}` + "\n" +
		`{"MESSAGE":[1,2,3],"_AUDIT_TYPE":"1423"}` + "\n" + `not JSON` + "\n" +
		`{"MESSAGE":"AUDIT1424 domain=15f status=allocated pid=4","_AUDIT_TYPE":"1424","_AUDIT_ID":"31","__REALTIME_TIMESTAMP":"1795338149221000"}` + "\n"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// paths are what the refusals of one source were about, and how many records there are.
func paths(f audit.Found, source string) (list []string, records int) {
	for _, r := range f.Records {
		if r.Source != source {
			continue
		}
		records++
		if p := r.Field("path"); p != "" {
			list = append(list, p)
		}
	}
	return list, records
}

func TestRecordsOfEverySource(t *testing.T) {
	log := write(t, ofAuditd)
	f := audit.Landlock(audit.Options{Logs: []string{log, "/nonexistent"}, Kernel: write(t, ofKernel), Journal: []string{"cat", write(t, ofJournal)}})
	for source, want := range map[string]struct {
		path    string
		records int
	}{log: {"/srv/y", 2}, "the kernel's log": {"/srv/x", 2}, "the journal": {"/srv/z", 2}} {
		if list, n := paths(f, source); strings.Join(list, " ") != want.path || n != want.records {
			t.Errorf("%s: %q, %d records; want %+v", source, list, n, want)
		}
	}
	if len(f.Sources) != 3 {
		t.Errorf("sources %+v, want the three that are there", f.Sources)
	}
}

func TestOnlyTheEndOfALongLogIsRead(t *testing.T) {
	long := write(t, strings.Replace(ofAuditd, "/srv/y", "/srv/old", 1)+strings.Repeat("type=USER_LOGIN msg=audit(1795338149.222:31): pid=1\n", 100_000)+ofAuditd)
	f := audit.Landlock(audit.Options{Logs: []string{long}, Kernel: "/dev/null", Brief: true})
	if list, _ := paths(f, long); strings.Join(list, " ") != "/srv/y" {
		t.Errorf("found %q", list)
	}
}

func TestASourceThatCannotBeReadIsTold(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	f := audit.Landlock(audit.Options{Logs: []string{fifo}, Kernel: "/nonexistent/kmsg", Journal: []string{"sleep", "1000"}})
	told := map[string]bool{}
	for _, s := range f.Sources {
		told[s.Name] = s.Err != nil
	}
	if !told[fifo] || !told["the kernel's log"] || told["the journal"] || len(f.Records) > 0 {
		t.Errorf("sources %+v", f.Sources)
	}
	for _, s := range f.Sources {
		if s.Name == "the kernel's log" && !errors.Is(s.Err, syscall.ENOENT) {
			t.Errorf("%s: %v", s.Name, s.Err)
		}
	}
}
