package umasks_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ward/account"
	"ward/internal/host/umasks"
)

// system makes the tree of a system out of its files; a text that begins with -> is
// a symbolic link.
func system(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, link := strings.CutPrefix(text, "->"); link {
			err = os.Symlink(target, file)
		} else {
			err = os.WriteFile(file, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

var (
	ann = account.User{Name: "ann", UID: 1000, GID: 1000, Home: "/home/ann", Shell: "/bin/bash"}
	bob = account.User{Name: "bob", UID: 1001, GID: 100, Home: "/home/bob", Shell: "/bin/sh", Gecos: "Bob,,,,umask=077"}
	db  = account.New([]account.User{ann, bob}, []account.Group{{Name: "ann", GID: 1000}, {Name: "users", GID: 100}})
)

// brief is what counts of an answer.
func brief(f *umasks.Found) string {
	var lines []string
	for _, s := range f.Sources {
		line := fmt.Sprintf("%s:%d", s.File, s.Line)
		if s.Sets {
			line += " " + s.Mask.Octal()
		}
		for mark, is := range map[string]bool{"wins": s.Wins} {
			if is {
				line += " " + mark
			}
		}
		if s.Maybe {
			line += " maybe"
		}
		if s.For != "" {
			line += " for " + s.For
		}
		lines = append(lines, line)
	}
	return fmt.Sprintf("%s %v\n%s", f.Mask.Octal(), f.Certain, strings.Join(lines, "\n"))
}

func TestLogin(t *testing.T) {
	const pamUmask = "session required pam_unix.so\nsession [default=ignore success=ok] pam_umask.so\n"
	for _, c := range []struct {
		name  string
		user  account.User
		files map[string]string
		want  string
	}{
		{"nothing says anything", ann, nil, "0022 true\n:0 0022 wins"},
		{
			"login.defs without pam_umask", ann,
			map[string]string{"etc/login.defs": "#UMASK 000\nUMASK\t027\nUSERGROUPS_ENAB yes\n"},
			"0022 true\n:0 0022 wins\n/etc/login.defs:2\n/etc/login.defs:3",
		},
		{
			"login.defs with pam_umask", bob0(),
			map[string]string{"etc/login.defs": "UMASK 027\n", "etc/pam.d/login": "@include common-session\n", "etc/pam.d/common-session": pamUmask},
			"0027 true\n:0 0022\n/etc/login.defs:1\n/etc/pam.d/common-session:2 0027 wins",
		},
		{
			"user private groups", ann,
			map[string]string{"etc/login.defs": "UMASK 022\nUSERGROUPS_ENAB yes\n", "etc/pam.d/sshd": "session include system-auth", "etc/pam.d/system-auth": pamUmask},
			"0002 true\n:0 0022\n/etc/login.defs:1\n/etc/login.defs:2\n/etc/pam.d/system-auth:2 0002 wins",
		},
		{
			"nousergroups", ann,
			map[string]string{"etc/login.defs": "UMASK 022\nUSERGROUPS_ENAB yes\n", "etc/pam.d/sshd": "session optional pam_umask.so nousergroups umask=0077"},
			"0077 true\n:0 0022\n/etc/login.defs:1\n/etc/login.defs:2\n/etc/pam.d/sshd:1 0077 wins",
		},
		{
			"gecos before the argument", bob,
			map[string]string{"etc/pam.d/sshd": "session optional pam_umask.so umask=0027"},
			"0077 true\n:0 0022\n/etc/pam.d/sshd:1\n/etc/passwd:0 0077 wins",
		},
		{"a gecos field that nobody reads", bob, nil, "0022 true\n:0 0022 wins\n/etc/passwd:0"},
		{
			"start files of bash", ann,
			map[string]string{
				"etc/profile": "umask 027\n", "etc/profile.d/z.sh": "#umask 0\numask u=rwx,g=rwx,o=\n",
				"home/ann/.bash_profile": "# nothing\n", "home/ann/.profile": "umask 077", "home/ann/.bashrc": "[ -t 0 ] && umask 077\n",
			},
			"0007 false\n:0 0022\n/etc/profile:1 0027\n/etc/profile.d/z.sh:2 0007 wins\n/home/ann/.bashrc:1 0077 maybe",
		},
		{
			"a condition", ann,
			map[string]string{"etc/profile": "if [ $UID -gt 199 ]; then\n    umask 002\nelse\n    umask 022\nfi\numask 027 # for all\n"},
			"0027 true\n:0 0022\n/etc/profile:2 0002 maybe\n/etc/profile:4 0022 maybe\n/etc/profile:6 0027 wins",
		},
		{"a variable", ann, map[string]string{"etc/profile": "umask $MASK\n"}, "0022 false\n:0 0022 wins\n/etc/profile:1 maybe"},
		{
			"sudo, file transfers and cron jobs", ann,
			map[string]string{
				"etc/sudoers": "Defaults umask=0077\nDefaults:ann umask_override\n", "etc/ssh/sshd_config": "Subsystem sftp internal-sftp -u 0007\n",
				"etc/cron.d/x": "0 3 * * * ann umask 077; /opt/job\n0 3 * * * bob umask 0; x\n", "var/spool/cron/crontabs/ann": "@daily /opt/daily x\n", "opt/daily": "#!/bin/bash\numask 007\n",
			},
			"0022 true\n:0 0022 wins\n/etc/sudoers:1 0077 for sudo\n/etc/sudoers:2 for sudo\n/etc/ssh/sshd_config:1 0007 for sftp\n/opt/daily:2 0007 for this cron job\n/etc/cron.d/x:1 0077 for this cron job",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := brief(umasks.Login(system(t, c.files), c.user, db))
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// bob0 is bob without a word in his GECOS field.
func bob0() account.User {
	u := bob
	u.Gecos = ""
	return u
}

func TestForUnit(t *testing.T) {
	for _, c := range []struct {
		name, unit string
		files      map[string]string
		want       string
	}{
		{"nothing said", "app", map[string]string{"lib/systemd/system/app.service": "[Service]\nExecStart=/opt/app\n"}, "0022 true\n:0 0022 wins"},
		{"the unit", "app.service", map[string]string{"lib/systemd/system/app.service": "[Service]\nUMask=0007\n"}, "0007 true\n:0 0022\n/lib/systemd/system/app.service:2 0007 wins"},
		{
			"a link out of the tree", "app",
			map[string]string{"etc/systemd/system/app.service": "->/usr/lib/systemd/system/real.service", "usr/lib/systemd/system/real.service": "[Service]\nUMask=0007\n"},
			"0007 true\n:0 0022\n/etc/systemd/system/app.service:2 0007 wins",
		},
		{
			"drop-ins by their names", "app",
			map[string]string{
				"usr/lib/systemd/system/app.service": "[Service]\nUMask=0007\n", "usr/lib/systemd/system/service.d/10-all.conf": "[Service]\nUMask=0077\n",
				"etc/systemd/system/app.service.d/20-x.conf": "[Service]\nUMask=0027\n", "usr/lib/systemd/system/app.service.d/20-x.conf": "[Service]\nUMask=0000\n",
			},
			"0027 true\n:0 0022\n/usr/lib/systemd/system/app.service:2 0007\n/usr/lib/systemd/system/service.d/10-all.conf:2 0077\n/etc/systemd/system/app.service.d/20-x.conf:2 0027 wins",
		},
		{
			"an instance of a template", "app@x",
			map[string]string{"usr/lib/systemd/system/app@.service": "[Service]\nUMask=0007\n", "etc/systemd/system/app@x.service.d/a.conf": "[Service]\nUMask=\n"},
			"0022 true\n:0 0022\n/usr/lib/systemd/system/app@.service:2 0007\n/etc/systemd/system/app@x.service.d/a.conf:2 0022 wins",
		},
		{
			"the wrong section, and no number", "app",
			map[string]string{"usr/lib/systemd/system/app.service": "[Unit]\nUMask=0007\n[Service]\nUMask=u=rwx\n"},
			"0022 true\n:0 0022 wins\n/usr/lib/systemd/system/app.service:2\n/usr/lib/systemd/system/app.service:4",
		},
		{
			"the script that is started", "app",
			map[string]string{"usr/lib/systemd/system/app.service": "[Service]\nUMask=0077\nExecStart=/bin/sh /opt/start --x\n", "opt/start": "#!/bin/sh\nset -e\numask 0002\nexec app\n"},
			"0002 true\n:0 0022\n/usr/lib/systemd/system/app.service:2 0077\n/opt/start:3 0002 wins",
		},
		{
			"a command line for the shell", "app",
			map[string]string{"usr/lib/systemd/system/app.service": "[Service]\nExecStart=/bin/sh -c 'umask 007; exec /opt/app'\n"},
			"0007 true\n:0 0022\n/usr/lib/systemd/system/app.service:2 0007 wins",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := umasks.ForUnit(system(t, c.files), c.unit)
			if err != nil {
				t.Fatal(err)
			}
			if got := brief(f); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestUnitThatIsNotThere(t *testing.T) {
	root := system(t, map[string]string{"usr/lib/systemd/system/nginx.service": "[Service]\n"})
	_, err := umasks.ForUnit(root, "ngnix")
	var unknown *umasks.UnitError
	if !errors.As(err, &unknown) {
		t.Fatalf("got %v", err)
	}
	_, err = umasks.ForUnit(root, "nginxx")
	if !errors.As(err, &unknown) || len(unknown.Near) != 1 || unknown.Near[0] != "nginx.service" {
		t.Errorf("got %v", err)
	}
}

// systemd.unit(5): a link to /dev/null and an empty file both mask a unit.
func TestMaskedUnit(t *testing.T) {
	root := system(t, map[string]string{
		"usr/lib/systemd/system/a.service": "[Service]\n", "etc/systemd/system/a.service": "->/dev/null",
		"usr/lib/systemd/system/b.service": "",
	})
	for name, want := range map[string]string{
		"a": `systemd unit "a.service" is masked by /etc/systemd/system/a.service: it cannot be started`,
		"b": `systemd unit "b.service" is masked by /usr/lib/systemd/system/b.service: it cannot be started`,
	} {
		if _, err := umasks.ForUnit(root, name); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
}

// A link cannot lead out of the tree, nor round and round.
func TestTreeStaysItself(t *testing.T) {
	root := system(t, map[string]string{"etc/profile": "->../../../../../etc/passwd", "etc/passwd": "umask 007\n", "etc/bash.bashrc": "->bash.bashrc"})
	f := umasks.Login(root, ann, db)
	if f.Mask != 0o007 || len(f.Unread) != 1 || f.Certain {
		t.Errorf("got %s, unread %v", brief(f), f.Unread)
	}
}

// The running system can be read as it is.
func TestRunningSystem(t *testing.T) {
	f := umasks.Login("/", account.User{Name: "root", Home: "/root", Shell: "/bin/bash"}, db)
	if len(f.Sources) == 0 || !f.Sources[0].Sets {
		t.Errorf("nothing found: %+v", f)
	}
}
