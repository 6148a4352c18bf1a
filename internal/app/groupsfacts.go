package app

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"ward/account"
	"ward/account/faults"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/host/accounts"
	"ward/internal/host/lookup"
	"ward/internal/host/mounts"
	"ward/internal/host/umasks"
	"ward/mode"
)

// accountFacts gathers what there is to judge of the accounts of a system.
type accountFacts struct {
	root    string
	options lookup.Options
	system  faults.System
	db      *account.Database
	unseen  Unseen
	seen    int64
	opened  int64
}

// gatherAccounts reads the system whose tree lies at root. What may not be read is
// among what was not seen; that passwd or group cannot be had is an error.
func gatherAccounts(root string, beyond account.Outside) (*accountFacts, error) {
	g := &accountFacts{root: root, options: lookupIn(root)}
	g.system.Root = root
	if err := g.files(); err != nil {
		return nil, err
	}
	if isRunning(root) {
		g.system.Outside = beyond
	}
	g.databases()
	g.shells()
	g.umasks()
	g.homes()
	g.modes()
	g.powers()
	g.sudo()
	g.su()
	return g, nil
}

// isRunning reports whether a root is that of the running system.
func isRunning(root string) bool { return root == "" || root == "/" }

// files reads what the accounts stand in.
func (g *accountFacts) files() error {
	passwd, err := g.read("etc/passwd")
	if err != nil {
		return fmt.Errorf("read users: %w", err)
	}
	group, err := g.read("etc/group")
	if err != nil {
		return fmt.Errorf("read groups: %w", err)
	}
	if passwd == nil && group == nil {
		return &RequestError{
			Problem: fmt.Sprintf("%s holds neither etc/passwd nor etc/group", g.root),
			Hint:    "--root names the root of a system's tree: the directory in which etc lies",
		}
	}
	for name, text := range map[string][]byte{"etc/passwd": passwd, "etc/group": group} {
		if text == nil {
			g.miss(name, fs.ErrNotExist)
		}
	}
	s := &g.system
	s.Users, s.Groups = account.ReadPasswd("/etc/passwd", passwd), account.ReadGroup("/etc/group", group)
	if text, ok := g.optional("etc/shadow"); ok {
		f := account.ReadShadow("/etc/shadow", text)
		s.Shadow = &f
	}
	if text, ok := g.optional("etc/gshadow"); ok {
		f := account.ReadGroupShadow("/etc/gshadow", text)
		s.GShadow = &f
	}
	text, _ := g.optional("etc/subuid")
	s.SubUsers = account.ReadRanges("/etc/subuid", text)
	text, _ = g.optional("etc/subgid")
	s.SubGroups = account.ReadRanges("/etc/subgid", text)
	text, _ = g.optional("etc/login.defs")
	s.Limits = account.ParseLimits(text)
	text, _ = g.optional("etc/nsswitch.conf")
	s.Switch = account.ParseSwitch(text)
	s.Today = int(now().Unix() / (24 * 60 * 60))
	g.seen = int64(len(s.Users.Lines) + len(s.Groups.Lines))
	return nil
}

// read is a file, found as the system itself would find it; nil where there is none.
func (g *accountFacts) read(name string) ([]byte, error) {
	if o, ok := g.look(name); ok {
		name = o.Path
	}
	return accounts.ReadFile(g.root, name)
}

// optional is a file that need not be there; ok tells that it is and could be read.
func (g *accountFacts) optional(name string) (text []byte, ok bool) {
	text, err := g.read(name)
	if err != nil {
		g.miss(name, err)
		return nil, false
	}
	if text != nil {
		g.opened++
	}
	return text, text != nil
}

func (g *accountFacts) miss(name string, err error) {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	g.unseen.add(filepath.Join(g.root, name), err)
}

// databases is the accounts for those who look names up.
func (g *accountFacts) databases() {
	var users []account.User
	var groups []account.Group
	for l := range g.system.Users.Records {
		users = append(users, l.Value.User)
	}
	for l := range g.system.Groups.Records {
		groups = append(groups, l.Value.Group)
	}
	g.db = account.New(users, groups)
}

// look examines a path as the system itself would, symbolic links followed within
// its tree. place is where that ended.
func (g *accountFacts) look(name string) (o faults.Object, ok bool) {
	way, err := lookup.Gather("/"+strings.TrimPrefix(name, "/"), g.options)
	if err != nil {
		g.miss(name, err)
		return faults.Object{}, false
	}
	object := way.Object()
	if object == nil || object.Entry.Known&entry.Stat == 0 {
		if way.Broken == "EACCES" {
			g.miss(name, fs.ErrPermission)
		}
		return faults.Object{}, false
	}
	g.seen++
	e := &object.Entry
	return faults.Object{Path: strings.TrimPrefix(object.Path, "/"), Kind: e.Kind, State: e.State, Known: e.Known}, true
}

// lookupIn is how paths of the system are looked up. What holds for all of them is
// found out once.
func lookupIn(root string) lookup.Options {
	o := lookup.Options{Sight: lookup.NewSight()}
	if !isRunning(root) {
		o.Root = root
	}
	if table, err := mounts.Load(); err == nil {
		o.Mounts = table
	}
	return o
}

// shells finds out which shells are there.
func (g *accountFacts) shells() {
	s := &g.system
	text, _ := g.optional("etc/shells")
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "/") {
			s.LoginShells = append(s.LoginShells, line)
		}
	}
	all := append([]string{"/usr/sbin/nologin", "/sbin/nologin", "/bin/false", "/bin/bash", "/bin/sh"}, s.LoginShells...)
	for l := range s.Users.Records {
		all = append(all, l.Value.Shell)
	}
	s.Programs = map[string]bool{}
	for _, shell := range all {
		if _, known := s.Programs[shell]; known || !path.IsAbs(shell) {
			continue
		}
		o, ok := g.look(shell)
		s.Programs[shell] = ok && o.Kind == mode.Regular && o.State.Mode&0o111 != 0
	}
}

// umasks finds out what people's sessions create files with, where others are in
// their primary groups.
func (g *accountFacts) umasks() {
	g.system.Umasks = map[string]faults.Umask{}
	for l := range g.people {
		if positions, beyond := g.db.Belong(l.Value.GID); len(positions)+len(beyond) < 2 || !faults.LogsIn(l.Value.Shell) {
			continue
		}
		f := umasks.Login(g.root, l.Value.User, g.db)
		u := faults.Umask{Mask: f.Mask, Certain: f.Certain, From: "the umask is " + f.Mask.Octal()[1:]}
		for _, s := range f.Sources {
			if s.Wins && s.File != "" {
				u.From += fmt.Sprintf(" (%s)", s.File)
			}
		}
		g.system.Umasks[l.Value.Name] = u
	}
}

// people yields the accounts that are neither the system's nor beyond people's ids.
func (g *accountFacts) people(yield func(*account.Line[account.Entry]) bool) {
	for l := range g.system.Users.Records {
		if id := uint32(l.Value.UID); id >= g.system.Limits.UIDMin && id <= g.system.Limits.UIDMax && !yield(l) {
			return
		}
	}
}

// homes looks at people's homes.
func (g *accountFacts) homes() {
	g.system.Homes = map[string]faults.Home{}
	for l := range g.people {
		home := l.Value.Home
		if _, known := g.system.Homes[home]; known || !path.IsAbs(home) || path.Clean(home) == "/" {
			continue
		}
		before := g.unseen.Count
		o, ok := g.look(home)
		switch {
		case ok && o.Kind == mode.Directory:
			g.system.Homes[home] = faults.Home{Object: o, Secrets: g.below(home, faults.Secrets()), Starts: g.below(home, faults.Starts())}
		case ok || g.unseen.Count == before:
			g.system.Homes[home] = faults.Home{Missing: true}
		}
	}
}

// below looks at what there is of some names in a home.
func (g *accountFacts) below(home string, names []string) (all []faults.Object) {
	for _, name := range names {
		if o, ok := g.look(path.Join(home, name)); ok && o.Kind != mode.CharDevice {
			all = append(all, o)
		}
	}
	return all
}

// modes looks at the account files themselves.
func (g *accountFacts) modes() {
	for _, name := range faults.Privileged() {
		if o, ok := g.look(name); ok {
			g.system.Files = append(g.system.Files, o)
		}
	}
}

// sockets and files by which a group can become root, with what that takes.
var powers = []struct {
	path  string
	needs mode.Rights
	why   string
}{
	{"/run/docker.sock", mode.W, "whoever reaches it can mount / into a container"},
	{"/run/podman/podman.sock", mode.W, "whoever reaches it can mount / into a container"},
	{"/run/containerd/containerd.sock", mode.W, "whoever reaches it can start containers of root"},
	{"/run/crio/crio.sock", mode.W, "whoever reaches it can start containers of root"},
	{"/var/snap/lxd/common/lxd/unix.socket", mode.W, "whoever may start containers can mount / into one"},
	{"/var/lib/lxd/unix.socket", mode.W, "whoever may start containers can mount / into one"},
	{"/var/lib/incus/unix.socket", mode.W, "whoever may start containers can mount / into one"},
	{"/run/incus/unix.socket", mode.W, "whoever may start containers can mount / into one"},
	{"/run/libvirt/libvirt-sock", mode.W, "whoever may define machines can give them the host's disks"},
	{"/etc/shadow", mode.R, "it holds the passwords' hashes, root's too"},
	{"/etc/gshadow", mode.R, "it holds the hashes of groups' passwords"},
	{"/dev/mem", mode.R, "it is the machine's memory"},
	{"/dev/kmem", mode.R, "it is the kernel's memory"},
	{"/dev/port", mode.R, "it is the machine's devices"},
	{"/etc", mode.W, "root's programs read what lies there"},
	{"/etc/sudoers", mode.W, "it says who may become root"},
	{"/etc/sudoers.d", mode.W, "what lies there says who may become root"},
	{"/etc/cron.d", mode.W, "what lies there runs as root"},
	{"/etc/systemd/system", mode.W, "what lies there runs as root"},
	{"/etc/profile.d", mode.W, "root's shells run what lies there"},
	{"/usr/local/sbin", mode.W, "root's PATH leads through it"},
	{"/usr/local/bin", mode.W, "root's PATH leads through it"},
	{"/usr/bin", mode.W, "root's PATH leads through it"},
	{"/usr/sbin", mode.W, "root's PATH leads through it"},
	{"/usr/lib", mode.W, "root's programs load what lies there"},
	{"/root", mode.W, "root's shells obey what lies there"},
	{"/boot", mode.W, "the machine starts what lies there"},
}

// powers looks which groups can become root on this very system.
func (g *accountFacts) powers() {
	for _, p := range powers {
		if o, ok := g.look(p.path); ok && (p.path != "/etc/gshadow" || hashesInGShadow(g.system.GShadow)) {
			g.power(p.path, &o, p.needs, p.why)
		}
	}
	for _, dev := range g.disks() {
		if o, ok := g.look(dev); ok && o.Kind == mode.BlockDevice {
			g.power(dev, &o, mode.R, "it is a disk, with all files on it whatever their modes")
		}
	}
}

// hashesInGShadow: without a password in it, gshadow tells nothing.
func hashesInGShadow(f *account.File[account.GroupShadow]) bool {
	if f == nil {
		return false
	}
	for l := range f.Records {
		if len(l.Value.Password) > 2 && l.Value.Password[0] != '!' && l.Value.Password[0] != '*' {
			return true
		}
	}
	return false
}

func (g *accountFacts) power(at string, o *faults.Object, needs mode.Rights, why string) {
	if mode.Rights(o.State.Mode&7)&needs == needs {
		return // it is everybody's, which is no matter of groups
	}
	for gid, rights := range groupRights(&o.State) {
		if rights&needs == needs {
			g.system.Powers = append(g.system.Powers, faults.Power{Path: at, GID: gid, Why: why})
		}
	}
}

// groupRights is what groups may by the bits, or by the access list.
func groupRights(s *entry.State) map[ident.GID]mode.Rights {
	if len(s.ACL) == 0 {
		return map[ident.GID]mode.Rights{s.GID: mode.Rights(s.Mode >> 3 & 7)}
	}
	all := map[ident.GID]mode.Rights{}
	mask := mode.Rights(s.Mode >> 3 & 7) // with a list the group bits are its mask
	for _, e := range s.ACL {
		switch e.Tag {
		case acl.GroupObj:
			all[s.GID] |= e.Rights & mask
		case acl.Group:
			all[ident.GID(e.ID)] |= e.Rights & mask
		}
	}
	return all
}

// disks lists what lies in /dev and is called as disks are.
func (g *accountFacts) disks() (names []string) {
	all, err := listIn(g.root, "dev")
	if err != nil {
		return nil
	}
	for _, name := range all {
		for _, start := range []string{"sd", "hd", "vd", "xvd", "nvme", "mmcblk", "dm-", "md", "nbd"} {
			if strings.HasPrefix(name, start) {
				names = append(names, "/dev/"+name)
				break
			}
		}
	}
	slices.Sort(names)
	return names
}

// sudo reads which groups sudo lets run everything.
func (g *accountFacts) sudo() {
	aliases := map[string][]string{}
	done := map[string]bool{}
	todo := []string{"/etc/sudoers"}
	for len(todo) > 0 && len(done) < mostSudoers {
		file := todo[0]
		todo = todo[1:]
		if done[file] {
			continue
		}
		done[file] = true
		text, ok := g.optional(strings.TrimPrefix(file, "/"))
		if !ok {
			continue
		}
		found := faults.ParseSudoers(file, text, aliases)
		g.system.Sudo = append(g.system.Sudo, found.Rules...)
		todo = append(todo, found.Includes...)
		for _, dir := range found.Dirs {
			todo = append(todo, g.sudoersIn(dir)...)
		}
	}
}

// mostSudoers bounds what files that include each other can cost.
const mostSudoers = 1000

// sudoersIn lists the files of a directory that sudo reads: those with a dot or with
// ~ at their end are passed over (sudoers(5)).
func (g *accountFacts) sudoersIn(dir string) (files []string) {
	names, err := listIn(g.root, strings.TrimPrefix(dir, "/"))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			g.miss(dir, err)
		}
		return nil
	}
	slices.Sort(names)
	for _, name := range names {
		if !strings.Contains(name, ".") && !strings.HasSuffix(name, "~") {
			files = append(files, path.Join(dir, name))
		}
	}
	return files
}

// su reads what su demands.
func (g *accountFacts) su() {
	if text, ok := g.optional("etc/pam.d/su"); ok {
		g.system.Su = faults.ParseSu("/etc/pam.d/su", text)
	}
}

// listIn is the names in a directory of a system's tree.
func listIn(root, dir string) ([]string, error) {
	tree, err := os.OpenRoot(cmp.Or(root, "/"))
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	f, err := tree.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}
