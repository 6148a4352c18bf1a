package acceptance

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"ward/internal/requires"
	"ward/internal/testfs"
)

// diagnosis is what a test wants of the JSON of ward doctor.
type diagnosis struct {
	Reproduce  []string
	Watch      []string
	Assertions [][]string
	Policies   []struct{ Root, Text string }
	Access     struct {
		Answer string
		Fixes  []struct {
			Remedies []struct{ Commands [][]string }
		}
	}
}

func diagnose(t *testing.T, args ...string) diagnosis {
	t.Helper()
	r := ward(t, append([]string{"doctor", "--format", "json"}, args...)...)
	var d diagnosis
	if err := json.Unmarshal([]byte(r.out), &d); err != nil {
		t.Fatalf("%v\n%v", err, r)
	}
	return d
}

// What the doctor says holds: the reproduction fails, the assertion, the watch and the
// rule find fault; after the fix the same four have nothing to say.
func TestDoctorsWordHolds(t *testing.T) {
	requires.Tool(t, "setpriv", "setfacl", "head", "dd")
	onHost(t, func(t *testing.T) {
		testfs.Bind(t, testfs.Image(t, testfs.Ext4, 0), "/srv")
		dir(t, "/srv/app", 0o755)
		for _, c := range []struct {
			name, action string
			path         string
			prepare      string
		}{
			{"an ancestor is closed", "read", "/srv/app/closed/file", "mkdir -m 700 closed; echo x > closed/file; chmod 644 closed/file"},
			{"the file is the owner's", "read", "/srv/app/own", "echo x > own; chmod 600 own"},
			{"the mask cuts", "write", "/srv/app/masked", "echo x > masked; setfacl -m u:alice:rw masked; chmod 600 masked"},
			{"the group may only read", "write", "/srv/app/shared", "echo x > shared; chgrp dev shared; chmod 640 shared"},
			{"x is missing", "execute", "/srv/app/run", "printf '#!/bin/sh\\n' > run; chmod 644 run"},
			{"the directory is closed to new names", "create", "/srv/app/in/new", "mkdir -m 755 in"},
			{"the list is not for her", "list", "/srv/app/unlisted", "mkdir -m 711 unlisted"},
		} {
			t.Run(c.name, func(t *testing.T) {
				shell(t, "cd /srv/app; "+c.prepare)
				d := diagnose(t, c.path, c.action, "--as", "alice")
				if d.Access.Answer != "denied" || len(d.Access.Fixes) == 0 || len(d.Assertions) == 0 || len(d.Policies) == 0 {
					t.Fatalf("the diagnosis lacks something: %+v", d)
				}
				verify(t, d, false)
				for _, r := range d.Access.Fixes[0].Remedies {
					for _, line := range r.Commands {
						if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
							t.Fatalf("%q: %v: %s", line, err, out)
						}
					}
				}
				verify(t, d, true)
			})
		}
	})
}

// A process has the groups that it was started with, whatever the database says of its
// user by now: the doctor looks at both, and reproduces with those of the process.
func TestDoctorKnowsStaleGroups(t *testing.T) {
	requires.Tool(t, "setpriv", "sleep")
	onHost(t, func(t *testing.T) {
		testfs.Bind(t, testfs.Image(t, testfs.Tmpfs, 0), "/srv")
		shell(t, "echo x > /srv/plan; chgrp dev /srv/plan; chmod 640 /srv/plan")
		old := exec.Command("setpriv", "--reuid=61101", "--regid=61101", "--clear-groups", "--", "sleep", "600")
		must(t, old.Start())
		defer func() { _ = old.Process.Kill(); _ = old.Wait() }()
		as := fmt.Sprintf("pid:%d", old.Process.Pid)
		for uid := uint32(0); uid != alice; { // until setpriv has become her
			var st unix.Stat_t
			must(t, unix.Stat(fmt.Sprintf("/proc/%d", old.Process.Pid), &st))
			uid = st.Uid
		}
		ward(t, "doctor", "/srv/plan", "read", "--as", as).wants(t, 1, "denied", "is in dev, but this process is not", "Log in again", "--clear-groups -- head -c1 /srv/plan")
		ward(t, "doctor", "/srv/plan", "read", "--as", "alice").wants(t, 0, "allowed")
		d := diagnose(t, "/srv/plan", "read", "--as", as)
		if len(d.Assertions)+len(d.Policies) > 0 {
			t.Errorf("the file is blamed for the groups of a process: %v %v", d.Assertions, d.Policies)
		}
		if r := run(t, exec.Command(d.Reproduce[0], d.Reproduce[1:]...)); r.exit == 0 {
			t.Errorf("the reproduction succeeds: %v", r)
		}
	})
}

// verify runs everything that a diagnosis offers to run.
func verify(t *testing.T, d diagnosis, mended bool) {
	t.Helper()
	lines := append([][]string{d.Reproduce, d.Watch}, d.Assertions...)
	for _, p := range d.Policies {
		file := file(t, filepath.Join(t.TempDir(), "ward.yaml"), p.Text, 0o644)
		lines = append(lines, []string{"ward", "check", "--policy", file, p.Root})
	}
	for _, line := range lines {
		var r result
		if line[0] == "ward" {
			r = ward(t, line[1:]...)
		} else {
			r = run(t, exec.Command(line[0], line[1:]...))
		}
		if ok := r.exit == 0; ok != mended {
			t.Errorf("mended %v: %q: %v", mended, line, r)
		}
	}
}
