package app

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"ward/access"
	"ward/entry"
	"ward/internal/host/audit"
	"ward/internal/logline"
	"ward/mode"
)

// recordsOf reads a log as each of its sources has it.
func recordsOf(t *testing.T, text string) (list []audit.Record) {
	t.Helper()
	for line := range bytes.Lines([]byte(text)) {
		a, ok := logline.ParseAudit(string(line))
		if !ok {
			t.Fatalf("%q is no record", line)
		}
		list = append(list, audit.Record{Audit: a, Source: "the kernel's log"})
	}
	return list
}

func questionOn(a access.Action, inode uint64) *access.Question {
	step := func(path string, k mode.Kind, inode uint64, parent int) access.Step {
		return access.Step{Path: path, Parent: parent, Entry: entry.Entry{Kind: k, ID: entry.Identity{Inode: inode}}}
	}
	return &access.Question{Action: a, Way: &access.Way{Steps: []access.Step{
		step("/", mode.Directory, 2, -1), step("/srv", mode.Directory, 3, 0), step("/srv/x", mode.Regular, inode, 1),
	}}}
}

const (
	kernelRecords = `audit: type=1423 audit(1795338149.221:2): domain=15fc blockers=fs.write_file path="/srv/x" dev="vda" ino=7
audit: type=1424 audit(1795338149.221:3): domain=15fc status=allocated mode=enforcing pid=16200 uid=0 exe="/usr/bin/box" comm="box"
audit: type=1424 audit(1795338149.289:4): domain=15fc status=deallocated denials=1
`
	callRecords = `type=LANDLOCK_ACCESS msg=audit(1795338149.221:30): domain=15fd blockers=fs.read_file path="/srv/x" dev="vda" ino=7
type=SYSCALL msg=audit(1795338149.221:30): arch=c000003e syscall=257 success=no exit=-13 pid=286 uid=1000 comm="cat"
`
)

func TestDomainOfAProcess(t *testing.T) {
	at := time.Unix(1795338149, 0)
	self := func(pid int) []Ancestor { return []Ancestor{{pid, at}, {1, time.Unix(0, 0)}} }
	for _, c := range []struct {
		name             string
		log              string
		line             []Ancestor
		q                *access.Question
		certain, refused bool
		says             string // "" where no domain is found
	}{
		{"it made the domain, which refused the file", kernelRecords, self(16200), questionOn(access.Writing, 7), true, true, "Landlock domain 15fc refused fs.write_file on /srv/x (audit record of "},
		{"the file was refused for something else", kernelRecords, self(16200), questionOn(access.Reading, 7), true, false, "what else it refuses shows only when it does"},
		{"another file has the name now", kernelRecords, self(16200), questionOn(access.Writing, 8), true, false, "refused fs.write_file on /srv/x"},
		{"its parent made it", kernelRecords, []Ancestor{{300, at}, {16200, at}}, questionOn(access.Writing, 7), false, false, "in which a process is that it came from"},
		{"a stranger", kernelRecords, self(300), questionOn(access.Writing, 7), false, false, ""},
		{"a process that has got the number since", kernelRecords, []Ancestor{{16200, at.Add(time.Hour)}}, questionOn(access.Writing, 7), false, false, ""},
		{"the system call names it", callRecords, self(286), questionOn(access.Reading, 7), true, true, "Landlock domain 15fd refused fs.read_file"},
		{"the system call names another", callRecords, self(287), questionOn(access.Reading, 7), false, false, ""},
		{"no record", "", self(286), questionOn(access.Reading, 7), false, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := DomainOf(recordsOf(t, c.log), c.line, c.q)
			if ok != (c.says != "") || got.Certain != c.certain || got.Refused != c.refused || !strings.Contains(got.Evidence, c.says) {
				t.Errorf("%v %+v", ok, got)
			}
		})
	}
}

// A name is made and removed in a directory, of which the record speaks.
func TestRecordsSpeakOfTheDirectory(t *testing.T) {
	for action, blocker := range map[access.Action]string{
		access.Deleting: "fs.remove_file", access.Creating: "fs.make_reg", access.MakingDir: "fs.make_dir", access.Symlinking: "fs.make_sym",
	} {
		log := fmt.Sprintf(`audit: type=1423 audit(1795338149.221:2): domain=15fc blockers=%s path="/srv" dev="vda" ino=3
audit: type=1424 audit(1795338149.221:3): domain=15fc status=allocated mode=enforcing pid=5 uid=0 exe="/usr/bin/box" comm="box"
`, blocker)
		q := questionOn(action, 7)
		if action != access.Deleting {
			q.Way.Steps, q.Way.Missing = q.Way.Steps[:2], "new"
		}
		if c, _ := DomainOf(recordsOf(t, log), []Ancestor{{PID: 5}}, q); !c.Refused {
			t.Errorf("%v: %+v", action, c)
		}
	}
}

func TestWhereToLookForLandlock(t *testing.T) {
	for _, c := range []struct {
		name    string
		found   audit.Found
		release string
		want    string
	}{
		{"off", audit.Found{Making: audit.Off, Sources: []audit.Source{{Name: "the kernel's log"}}}, "6.18.44-x", "auditing is off"},
		{"no privilege", audit.Found{Sources: []audit.Source{{Name: "the kernel's log", Err: fmt.Errorf("operation not permitted")}}}, "6.18.44-x", "could not be read: the kernel's log (operation not permitted)"},
		{"an old kernel", audit.Found{Sources: []audit.Source{{Name: "the kernel's log"}}}, "6.1.0-30-amd64", "Linux 6.15 and later do"},
		{"on, and nothing there", audit.Found{Making: audit.On, Sources: []audit.Source{{Name: "the kernel's log"}}}, "6.18.44-x", "let it fail again"},
	} {
		a := &AccessAnswer{
			Verdict: access.Verdict{Answer: access.Allowed}, Outside: []access.Confinement{{By: "Landlock"}},
			audit: c.found, look: look{release: func() string { return c.release }},
		}
		if n, ok := a.noteLandlock(); !ok || !strings.Contains(n.Text, c.want) {
			t.Errorf("%s: %q", c.name, n.Text)
		}
	}
}
