package mounts

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"ward/access"
	"ward/ident"
)

// Parse reads the format of /proc/PID/mountinfo (proc_pid_mountinfo(5)). A line
// that is not of that form is an error.
func Parse(r io.Reader) ([]access.Mount, error) {
	var list []access.Mount
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		m, err := parseLine(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("parse mountinfo: line %d: %w", n, err)
		}
		list = append(list, m)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("parse mountinfo: %w", err)
	}
	return list, nil
}

// parseLine: "36 35 98:0 /mnt1 /mnt2 rw,noatime shared:1 - ext3 /dev/root rw,errors=continue".
func parseLine(line string) (access.Mount, error) {
	before, after, found := strings.Cut(line, " - ")
	head, tail := strings.Split(before, " "), strings.Split(after, " ")
	if !found || len(head) < 6 || len(tail) < 2 {
		return access.Mount{}, fmt.Errorf("%q has too few fields", line)
	}
	id, err := strconv.ParseUint(head[0], 10, 64)
	if err != nil {
		return access.Mount{}, fmt.Errorf("%q is no number of a mount", head[0])
	}
	m := access.Mount{ID: id, Point: unescape(head[4]), FSType: unescape(tail[0]), Source: unescape(tail[1])}
	if len(tail) > 2 {
		super(&m, strings.Split(tail[len(tail)-1], ","))
	}
	flags(&m, strings.Split(head[5], ","))
	return m, nil
}

// flags are the options of the mount.
func flags(m *access.Mount, options []string) {
	for _, o := range options {
		switch o {
		case "ro":
			m.ReadOnly = true
		case "noexec":
			m.NoExec = true
		case "nosuid":
			m.NoSUID = true
		case "nodev":
			m.NoDev = true
		case "nosymfollow":
			m.NoSymlinks = true
		case "idmapped":
			m.Idmapped = true
		}
	}
}

// super is what the options of the file system say.
func super(m *access.Mount, options []string) {
	has := map[string]string{}
	for _, o := range options {
		name, value, _ := strings.Cut(o, "=")
		has[name] = value
	}
	is := func(name string) bool { _, ok := has[name]; return ok }
	m.SuperReadOnly = is("ro")
	m.BSDGroups = is("grpid") || is("bsdgroups")
	switch kind, _, _ := strings.Cut(m.FSType, "."); kind {
	case "fuse", "fuseblk":
		fuse(m, has)
	case "cifs", "smb3":
		m.ServerDecides = is("noperm")
		confine(m, "CIFS", "the server "+m.Source+" decides by its own rules, as the user who mounted it", is("noperm"))
	case "nfs", "nfs4":
		network(m, has["sec"])
	case "9p", "afs", "ceph", "lustre", "gpfs", "glusterfs":
		confine(m, m.FSType, "the server of "+m.Source+" decides by its own rules", false)
	case "proc":
		confine(m, "procfs", "much of /proc is shown only to who may trace the process, and nothing to others with hidepid", false)
	case "zfs":
		confine(m, "ZFS", "the data set may have NFSv4 access lists, which Linux does not show", false)
	}
}

func confine(m *access.Mount, by, evidence string, certain bool) {
	m.Confined = append(m.Confined, access.Confinement{By: by, Evidence: evidence, Certain: certain})
}

// fuse: without default_permissions the server is asked about everything; without
// allow_other only who mounted it gets that far (fuse_allow_current_process).
func fuse(m *access.Mount, has map[string]string) {
	uid, errUser := strconv.ParseUint(has["user_id"], 10, 32)
	gid, errGroup := strconv.ParseUint(has["group_id"], 10, 32)
	if _, all := has["allow_other"]; !all && errUser == nil && errGroup == nil {
		m.Private, m.PrivateUser, m.PrivateGroup = true, ident.UID(uid), ident.GID(gid)
	}
	if _, kernel := has["default_permissions"]; !kernel {
		m.ServerDecides = true
		confine(m, "FUSE", "the program that serves "+m.Source+" decides (no default_permissions)", true)
	}
}

func network(m *access.Mount, security string) {
	confine(m, "NFS", "the server of "+m.Source+" decides; by default it takes uid 0 for nobody (root_squash)", false)
	if security == "" || security == "sys" {
		confine(m, "NFS", "sec=sys carries at most sixteen supplementary groups to the server", false)
	}
}

// unescape reads the octal escapes of blanks, tabs, newlines and backslashes.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
