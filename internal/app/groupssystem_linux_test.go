package app

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// accountsTree is a small system with accounts, made of files of which a test can
// change any.
type accountsTree struct {
	t    *testing.T
	root string
	text map[string]string // files of etc
}

const healthyDefs = `# the host's own limits
UID_MIN 1000
UID_MAX 60000
GID_MIN 1000
SYS_UID_MAX 999
SYS_GID_MAX 999
UMASK 022
HOME_MODE 0750
USERGROUPS_ENAB yes
ENCRYPT_METHOD SHA512
`

// newAccountsTree is a system in which nothing is wrong.
func newAccountsTree(t *testing.T) *accountsTree {
	s := &accountsTree{t: t, root: filepath.Join(t.TempDir(), "system"), text: map[string]string{
		"login.defs":           healthyDefs,
		"nsswitch.conf":        "passwd: files\ngroup: files\nshadow: files\n",
		"shells":               "/bin/sh\n/bin/bash\n",
		"pam.d/login":          "auth required pam_unix.so\n@include common-session\n",
		"pam.d/common-session": "session optional pam_umask.so\n",
		"pam.d/su":             "auth sufficient pam_rootok.so\nauth required pam_wheel.so\n",
		"sudoers":              "Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n",
	}}
	for _, dir := range []string{"etc/pam.d", "etc/sudoers.d", "home", "root", "bin", "usr/sbin", "usr/local/sbin", "dev", "run", "var/log"} {
		must(t, os.MkdirAll(filepath.Join(s.root, dir), 0o755))
	}
	for _, program := range []string{"bin/sh", "bin/bash", "bin/sync", "usr/sbin/nologin"} {
		must(t, os.WriteFile(filepath.Join(s.root, program), nil, 0o755))
	}
	s.account("root", 0, 0, "/root", "/bin/bash", "*")
	s.group("root", 0)
	s.system("daemon", 1)
	s.system("sync", 4)
	s.replace("passwd", "sync:x:4:4::/nonexistent:/usr/sbin/nologin", "sync:x:4:4::/nonexistent:/bin/sync")
	s.group("users", 100)
	s.group("shadow", 42)
	s.group("wheel", 10)
	s.account("nobody", 65534, 65534, "/nonexistent", "/usr/sbin/nologin", "*")
	s.group("nogroup", 65534)
	s.person("ann", 1000)
	s.person("bob", 1001)
	s.person("cat", 1002)
	return s
}

// hashed is a password that somebody can log in with.
const hashed = "$y$j9T$abcdefghijklmnop$0123456789012345678901234567890123456789012"

func (s *accountsTree) add(file, line string) { s.text[file] += line + "\n" }

func (s *accountsTree) replace(file, from, to string) {
	s.t.Helper()
	if !strings.Contains(s.text[file], from) {
		s.t.Fatalf("%s has no %q:\n%s", file, from, s.text[file])
	}
	s.text[file] = strings.Replace(s.text[file], from, to, 1)
}

func (s *accountsTree) account(name string, uid, gid int, home, shell, password string) {
	s.add("passwd", fmt.Sprintf("%s:x:%d:%d::%s:%s", name, uid, gid, home, shell))
	s.add("shadow", name+":"+password+":19000:0:99999:7:::")
}

func (s *accountsTree) group(name string, gid int, members ...string) {
	list := strings.Join(members, ",")
	s.add("group", fmt.Sprintf("%s:x:%d:%s", name, gid, list))
	s.add("gshadow", name+":!::"+list)
}

// system adds an account of a service, person one of somebody with a home.
func (s *accountsTree) system(name string, id int) {
	s.account(name, id, id, "/nonexistent", "/usr/sbin/nologin", "*")
	s.group(name, id)
}

func (s *accountsTree) person(name string, id int) {
	s.account(name, id, id, "/home/"+name, "/bin/bash", hashed)
	s.group(name, id)
	s.dir("home/"+name, 0o750, id, id)
}

func (s *accountsTree) dir(name string, mode os.FileMode, uid, gid int) {
	path := filepath.Join(s.root, name)
	must(s.t, os.MkdirAll(path, 0o755))
	must(s.t, os.Chown(path, uid, gid))
	must(s.t, os.Chmod(path, mode))
}

func (s *accountsTree) file(name string, mode os.FileMode, uid, gid int) {
	path := filepath.Join(s.root, name)
	must(s.t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(s.t, os.WriteFile(path, []byte("x\n"), 0o600))
	must(s.t, os.Chown(path, uid, gid))
	must(s.t, os.Chmod(path, mode))
}

func (s *accountsTree) socket(name string, mode os.FileMode, gid int) {
	path := filepath.Join(s.root, name)
	must(s.t, os.MkdirAll(filepath.Dir(path), 0o755))
	here, err := os.Getwd() // a socket's address is short
	must(s.t, err)
	must(s.t, os.Chdir(filepath.Dir(path)))
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Base(path), Net: "unix"})
	must(s.t, err)
	l.SetUnlinkOnClose(false)
	must(s.t, l.Close())
	must(s.t, os.Chdir(here))
	must(s.t, os.Chown(path, 0, gid))
	must(s.t, os.Chmod(path, mode))
}

func (s *accountsTree) disk(name string, mode uint32, gid int) {
	path := filepath.Join(s.root, name)
	must(s.t, syscall.Mknod(path, syscall.S_IFBLK|0o600, 8<<8))
	must(s.t, os.Chown(path, 0, gid))
	must(s.t, os.Chmod(path, os.FileMode(mode)))
}

// write puts the files of etc there, unless a test wrote one itself.
func (s *accountsTree) write() {
	for name, text := range s.text {
		path := filepath.Join(s.root, "etc", name)
		mode := os.FileMode(0o644)
		switch name {
		case "shadow", "gshadow":
			mode = 0o640
		case "sudoers":
			mode = 0o440
		}
		must(s.t, os.WriteFile(path, []byte(text), mode))
		must(s.t, os.Chmod(path, mode))
		if name == "shadow" || name == "gshadow" {
			must(s.t, os.Chown(path, 0, 42))
		}
	}
}
