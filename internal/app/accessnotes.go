package app

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ward/access"
	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/host/audit"
	"ward/internal/host/process"
	"ward/mode"
)

// note gathers what a person should know beside the answer.
func (a *AccessAnswer) note() {
	for _, n := range []func() (AccessNote, bool){
		a.noteMissing, a.noteUnseen, a.noteView, a.noteNamespace, a.noteHiddenOwner, a.noteStaleGroups, a.noteOldProcesses,
		a.noteMask, a.noteProtected, a.noteNoExec, a.noteFormat, a.noteFlag, a.noteNetworkRoot, a.noteManyGroups,
		a.noteOtherLists, a.noteLabel, a.notePowerfulGroup, a.noteOwnerRules, a.noteErrors, a.noteLandlock,
	} {
		if one, ok := n(); ok {
			a.Notes = append(a.Notes, one)
		}
	}
}

// refused is the check that refused, with its component.
func (a *AccessAnswer) refused() (access.Check, *access.Step) {
	if a.Verdict.Answer != access.Denied || len(a.Checks) == 0 {
		return access.Check{}, nil
	}
	c := a.Checks[len(a.Checks)-1]
	w := WayOf(a.Question, c.Where.Way)
	if w == nil || c.Where.Step >= len(w.Steps) {
		return c, nil
	}
	return c, &w.Steps[c.Where.Step]
}

// noteMissing says which component is not there, and whether the one who asks could
// make it.
func (a *AccessAnswer) noteMissing() (AccessNote, bool) {
	w := WayOf(a.Question, a.Verdict.Where.Way)
	if a.Verdict.Reason.Rule != access.NoSuchName || w == nil || len(w.Steps) == 0 {
		return AccessNote{}, false
	}
	dir := &w.Steps[max(w.Directory(), 0)]
	name := Gone(w)
	q := *a.Question
	q.Action, q.With, q.Target = access.Creating, access.With{}, nil
	q.Way = &access.Way{Steps: w.Steps, Missing: name}
	may := "could create it"
	switch v := access.Decide(&q); v.Answer {
	case access.Denied:
		may = "could not create it either: " + v.Reason.Format(a.Names)
	case access.Unknown:
		may = "perhaps could create it: not everything that decides was seen"
	}
	return AccessNote{About: "missing", Text: fmt.Sprintf("%q does not exist in %s; %s %s", name, dir.Path, a.Who.Name, may)}, true
}

// Gone is the first component of a way that does not exist; "" where all do.
func Gone(w *access.Way) string {
	switch {
	case w.Missing != "":
		return w.Missing
	case w.Broken != "ENOENT":
		return ""
	}
	name, _, _ := strings.Cut(w.Rest, "/")
	return name
}

// noteUnseen says which facts would have been needed.
func (a *AccessAnswer) noteUnseen() (AccessNote, bool) {
	var parts []string
	if a.Verdict.Answer == access.Unknown {
		what := factWords(a.Verdict.Missing)
		if what == "" {
			what = "what follows"
		}
		parts = append(parts, fmt.Sprintf("%s of %s could not be read", what, a.Where(a.Verdict.Where)))
	}
	if p := a.Who.Process; p != nil {
		for _, u := range p.Unread {
			parts = append(parts, fmt.Sprintf("%s could not be looked at (%v)", u.What, innermost(u.Err)))
		}
	}
	if parts == nil {
		return AccessNote{}, false
	}
	text := strings.Join(parts, "; ")
	if os.Geteuid() != 0 {
		text += ". Run as root, ward sees more"
	}
	return AccessNote{About: "unseen", Text: text}, true
}

func innermost(err error) error {
	for {
		next, ok := err.(interface{ Unwrap() error })
		if !ok || next.Unwrap() == nil {
			return err
		}
		err = next.Unwrap()
	}
}

func factWords(f entry.Facts) string {
	var words []string
	for _, w := range []struct {
		fact entry.Facts
		text string
	}{
		{entry.Stat, "mode and owner"},
		{entry.AccessACL, "the access list"},
		{entry.Attributes, "the inode flags"},
		{entry.Content, "the content"},
		{entry.Caps, "the capabilities"},
		{access.MountFacts, "the mount"},
		{access.HostSettings, "a setting under /proc/sys/fs"},
	} {
		if f&w.fact != 0 {
			words = append(words, w.text)
		}
	}
	return strings.Join(words, " and ")
}

// noteView: a path leads a process in a container to other objects.
func (a *AccessAnswer) noteView() (AccessNote, bool) {
	p := a.Who.Process
	if p == nil || p.View != account.No {
		return AccessNote{}, false
	}
	pid := strconv.Itoa(p.PID)
	return AccessNote{
		About: "other-view",
		Text:  "the process has mounts or a root directory of its own: all paths here are as it sees them. To run a command there",
		Do:    [][]string{{"nsenter", "-t", pid, "--mount", "--root", "COMMAND"}},
	}, true
}

// noteNamespace says which ids a process has on both sides.
func (a *AccessAnswer) noteNamespace() (AccessNote, bool) {
	p := a.Who.Process
	if p == nil || a.Who.Namespace == nil || a.Who.Namespace.Initial || p.InsideUID == a.Who.UID {
		return AccessNote{}, false
	}
	return AccessNote{About: "user-namespace", Text: fmt.Sprintf(
		"the process runs in a user namespace: it is uid %d there and uid %d (%s) here; files are compared with the latter",
		p.InsideUID, a.Who.UID, a.Names.UserName(a.Who.UID))}, true
}

// noteHiddenOwner: capabilities do not reach what the namespace does not map.
func (a *AccessAnswer) noteHiddenOwner() (AccessNote, bool) {
	_, s := a.refused()
	if s == nil || a.Who.Caps == 0 {
		return AccessNote{}, false
	}
	n := a.Who.Namespace
	user := s.UnmappedUser || s.User == access.Hidden || !n.MapsUser(s.Entry.UID)
	group := s.UnmappedGroup || s.Group == access.Hidden || !n.MapsGroup(s.Entry.GID)
	if !user && !group {
		return AccessNote{}, false
	}
	what := "owner " + a.Names.UserName(s.Entry.UID)
	switch {
	case user && group:
		what = fmt.Sprintf("owner %s and group %s", a.Names.UserName(s.Entry.UID), a.Names.GroupName(s.Entry.GID))
	case group:
		what = "group " + a.Names.GroupName(s.Entry.GID)
	}
	return AccessNote{About: "unmapped-owner", Text: fmt.Sprintf(
		"%s: its %s has no number in the namespace of the process, which sees nobody (%d) there. CAP_DAC_OVERRIDE has no effect on it, and root inside is an ordinary user to it. Map the id (/etc/subuid), or let in the user outside",
		s.Path, what, overflowID)}, true
}

const overflowID = 65534 // /proc/sys/kernel/overflowuid

// noteStaleGroups: the database says member, the process is not.
func (a *AccessAnswer) noteStaleGroups() (AccessNote, bool) {
	if a.Who.Process == nil {
		return AccessNote{}, false
	}
	missing := a.concerned(process.Stale(a.Who.Subject, a.Names).Missing)
	if len(missing) == 0 {
		return AccessNote{}, false
	}
	names := groupList(missing, a.Names)
	return AccessNote{
		About: "stale-groups",
		Text: fmt.Sprintf("the account database says that %s is in %s, but this process is not: it got its groups at login. Log in again (of a service: restart it), or start a shell that is",
			a.UserName(), names),
		Do: [][]string{{"newgrp", a.Names.GroupName(missing[0])}},
	}, true
}

// concerned are those of the groups that some component names.
func (a *AccessAnswer) concerned(gids []ident.GID) (found []ident.GID) {
	for _, gid := range gids {
		if slices.ContainsFunc(a.steps(), func(s *access.Step) bool {
			_, named := s.Entry.ACL.Find(acl.Group, uint32(gid))
			return named || s.Entry.GID == gid
		}) {
			found = append(found, gid)
		}
	}
	return found
}

func (a *AccessAnswer) steps() (all []*access.Step) {
	for _, w := range append([]*access.Way{a.Question.Way, a.Question.Target}, a.Question.With.Interpreters...) {
		if w == nil {
			continue
		}
		for i := range w.Steps {
			all = append(all, &w.Steps[i])
		}
	}
	return all
}

func groupList(gids []ident.GID, db *account.Database) string {
	names := make([]string, len(gids))
	for i, g := range gids {
		names[i] = db.GroupName(g)
	}
	return strings.Join(names, ", ")
}

// noteOldProcesses: what a user may after login, his running processes may not yet.
func (a *AccessAnswer) noteOldProcesses() (AccessNote, bool) {
	rule := a.Verdict.Reason.Rule
	if a.Who.Process != nil || a.Verdict.Answer != access.Allowed || rule != access.OwningGroup && rule != access.NamedGroup {
		return AccessNote{}, false
	}
	gid := ident.GID(a.Verdict.Reason.ID)
	old := 0
	for _, c := range a.Crowd.Processes {
		if c.UID == a.Who.UID && !c.InGroup(gid) {
			old++
		}
	}
	if old == 0 {
		return AccessNote{}, false
	}
	return AccessNote{About: "stale-groups", Text: fmt.Sprintf(
		"%d running processes of %s are not in the group %s: they got their groups before he joined it, and are still denied. He has to log in again, or use newgrp",
		old, a.UserName(), a.Names.GroupName(gid)), Do: [][]string{{"newgrp", a.Names.GroupName(gid)}}}, true
}

// noteMask: an entry of the list has what was wanted, and the mask takes it.
func (a *AccessAnswer) noteMask() (AccessNote, bool) {
	c, s := a.refused()
	if s == nil || c.Wanted == 0 || len(s.Entry.ACL) == 0 {
		return AccessNote{}, false
	}
	for _, e := range s.Entry.ACL {
		mine := e.Tag == acl.User && ident.UID(e.ID) == a.Who.UID || e.Tag == acl.Group && a.Who.InGroup(ident.GID(e.ID)) ||
			e.Tag == acl.GroupObj && a.Who.InGroup(s.Entry.GID)
		left := s.Entry.ACL.Effective(e)
		if mine && c.Wanted&^e.Rights == 0 && c.Wanted&^left != 0 {
			return AccessNote{About: "mask", Text: fmt.Sprintf(
				"the list of %s says %s, but its mask cuts that to %s. A chmod sets the mask: the group bits of %s are the mask",
				s.Path, e.Format(a.Names), left, s.Entry.Mode.Octal())}, true
		}
	}
	return AccessNote{}, false
}

// noteProtected explains the sysctls that guard shared directories.
func (a *AccessAnswer) noteProtected() (AccessNote, bool) {
	_, s := a.refused()
	h := a.Question.Host
	if s == nil || h == nil {
		return AccessNote{}, false
	}
	var name, text string
	var level int8
	switch a.Verdict.Reason.Rule {
	case access.ProtectedRegular:
		name, level, text = "protected_regular", h.ProtectedRegular, "only an open with O_CREAT is refused, root included; the same open without it is judged by the bits. Create and write the file as one user, or keep it in a directory of its own, such as below /run"
	case access.ProtectedFIFO:
		name, level, text = "protected_fifos", h.ProtectedFifos, "only an open with O_CREAT is refused, root included. Create and write the fifo as one user, or keep it below /run"
	case access.ProtectedSymlink:
		name, level, text = "protected_symlinks", h.ProtectedSymlinks, "a link in a directory that everybody writes to is followed only by its owner, or where the directory's owner made it; root is no exception. Name the target itself"
	case access.ProtectedHardlink:
		name, level, text = "protected_hardlinks", h.ProtectedHardlinks, "a file is linked only by its owner, or by who may read and write it; it must be no set-id program"
	default:
		return AccessNote{}, false
	}
	where := ""
	if s.Parent >= 0 {
		if w := WayOf(a.Question, a.Verdict.Where.Way); w != nil {
			dir := &w.Steps[s.Parent]
			where = fmt.Sprintf(" in the directory %s (%s)", dir.Path, dir.Entry.Mode.Octal())
		}
	}
	return AccessNote{About: "sysctl", Text: fmt.Sprintf("fs.%s = %d guards %s%s: %s. It guards against others' traps: leave it as it is",
		name, level, filepath.Base(s.Path), where, text)}, true
}

// noteNoExec: a mount without programs.
func (a *AccessAnswer) noteNoExec() (AccessNote, bool) {
	_, s := a.refused()
	if s == nil || a.Verdict.Reason.Rule != access.NoExecMount {
		return AccessNote{}, false
	}
	text := fmt.Sprintf("%s is mounted noexec (%s): no program in it can be started, whatever its x bits say; chmod +x changes nothing. Programs that unpack themselves into %s want another TMPDIR",
		s.Mount.Point, s.Mount.FSType, s.Mount.Point)
	do := [][]string{{"env", "TMPDIR=/var/tmp", "COMMAND"}}
	if len(a.Question.With.Interpreters) > 0 && a.Question.Way.Object() == s {
		text += ". A script can be given to its interpreter, which only reads it"
	}
	return AccessNote{About: "noexec", Text: text, Do: do}, true
}

// noteFormat: ENOEXEC is no denial.
func (a *AccessAnswer) noteFormat() (AccessNote, bool) {
	if !a.Question.With.NoFormat || a.Question.Way.Object() == nil {
		return AccessNote{}, false
	}
	if a.Verdict.Reason.Rule != access.NoFormat {
		return AccessNote{About: "no-format", Text: "besides, the file is neither a program nor begins with #!: were it allowed, execve would answer ENOEXEC"}, true
	}
	return AccessNote{
		About: "no-format", Text: "the permissions allow it: execve answers ENOEXEC since the file is neither a program nor begins with #!. A shell would run it as a shell script; give it a first line",
		Do: [][]string{{"sh", a.Question.Way.Object().Path}},
	}, true
}

// noteFlag: somebody set the flag on purpose.
func (a *AccessAnswer) noteFlag() (AccessNote, bool) {
	_, s := a.refused()
	if s == nil || a.Verdict.Reason.Rule != access.ImmutableFlag && a.Verdict.Reason.Rule != access.AppendOnlyFlag {
		return AccessNote{}, false
	}
	letter := "i"
	if a.Verdict.Reason.Rule == access.AppendOnlyFlag {
		letter = "a"
	}
	return AccessNote{About: "flag", Text: fmt.Sprintf(
		"%s carries the flag +%s, which binds root as well and which somebody set on purpose (a configuration tool, a hardening guide): find out why before it is taken off with chattr -%s",
		s.Path, letter, letter)}, true
}

// networked is the mount of a component that another machine keeps.
func (a *AccessAnswer) networked() *access.Mount {
	for _, s := range a.steps() {
		if s.Mount != nil && (s.Mount.FSType == "nfs" || s.Mount.FSType == "nfs4") {
			return s.Mount
		}
	}
	return nil
}

// noteNetworkRoot: root is nobody to most servers.
func (a *AccessAnswer) noteNetworkRoot() (AccessNote, bool) {
	m := a.networked()
	if m == nil || a.Who.UID != 0 {
		return AccessNote{}, false
	}
	return AccessNote{About: "root-squash", Text: fmt.Sprintf(
		"%s is on the server %s: likely it maps uid 0 to nobody (root_squash), so that root here may less than the owner, and chown fails. Do it as the owner, or on the server",
		m.Point, m.Source)}, true
}

// sixteen is how many supplementary groups AUTH_SYS carries (RFC 5531, appendix A).
const sixteen = 16

// noteManyGroups: the server does not hear of the rest.
func (a *AccessAnswer) noteManyGroups() (AccessNote, bool) {
	m := a.networked()
	if m == nil || len(a.Who.Groups) <= sixteen {
		return AccessNote{}, false
	}
	sorted := slices.Clone(a.Who.Groups) // as the kernel keeps and sends them (groups_sort)
	slices.Sort(sorted)
	return AccessNote{About: "sixteen-groups", Text: fmt.Sprintf(
		"%s is in %d groups, and NFS with sec=sys carries %d: the server %s likely does not hear of %s. Let the server look groups up itself (rpc.mountd --manage-gids)",
		a.Who.Name, len(a.Who.Groups), sixteen, m.Source, groupList(sorted[sixteen:], a.Names))}, true
}

// noteOtherLists: lists that getfacl does not show.
func (a *AccessAnswer) noteOtherLists() (AccessNote, bool) {
	object := a.Question.Way.Object()
	if object == nil || object.Mount == nil {
		return AccessNote{}, false
	}
	changes := a.Request.Action == access.ChangingMode || a.Request.Action == access.SettingACL
	found := a.otherLists(object)
	switch {
	case found != "":
		text := fmt.Sprintf("%s carries an NFSv4 access list (%s), which decides and which getfacl does not show", object.Path, found)
		if changes {
			text += "; with aclmode=restricted ZFS refuses every chmod that would alter it, the owner's too"
		}
		return AccessNote{About: "nfs4-list", Text: text}, true
	case object.Mount.FSType == "zfs":
		return AccessNote{About: "nfs4-list", Text: object.Path + " is on ZFS, which may keep an NFSv4 access list that cannot be seen from this host. An EPERM in spite of the bits comes from there (aclmode=restricted): look at `zfs get aclmode,acltype`"}, true
	}
	return AccessNote{}, false
}

// powerful are groups whose members can become root.
func powerful() map[string]string {
	return map[string]string{
		"docker":      "whoever reaches the docker socket can mount / into a container",
		"lxd":         "whoever may start containers can mount / into one",
		"incus-admin": "whoever may start containers can mount / into one",
		"disk":        "it may write to the disks below all file systems",
		"sudo":        "it may run everything as root",
		"wheel":       "it may run everything as root",
		"shadow":      "it may read the passwords' hashes",
		"kmem":        "it may read the memory of the kernel",
		"libvirt":     "whoever may define machines can give them the host's disks",
	}
}

// notePowerfulGroup warns of groups that are as good as root.
func (a *AccessAnswer) notePowerfulGroup() (AccessNote, bool) {
	for _, f := range a.Fixes {
		for _, r := range f.Remedies {
			name := a.Names.GroupName(r.GID)
			if why := powerful()[name]; why != "" && (r.Does == access.Join || r.Does == access.Relogin) {
				return AccessNote{About: "powerful-group", Text: fmt.Sprintf("membership in %s is as good as being root: %s", name, why)}, true
			}
		}
	}
	return AccessNote{}, false
}

// noteOwnerRules: an owner is held by his bits only as long as he likes.
func (a *AccessAnswer) noteOwnerRules() (AccessNote, bool) {
	object := a.Question.Way.Object()
	if !a.Request.Stop || object == nil || object.Entry.UID != a.Who.UID || a.Verdict.Answer != access.Allowed {
		return AccessNote{}, false
	}
	return AccessNote{About: "owner", Text: fmt.Sprintf("%s owns %s and can give himself back what is taken from its bits", a.Who.Name, object.Path)}, true
}

// noteErrors tells from the error who it was, where the permissions allow it.
func (a *AccessAnswer) noteErrors() (AccessNote, bool) {
	if a.Verdict.Answer != access.Allowed || len(a.Who.Confined) == 0 || a.Refused() != nil {
		return AccessNote{}, false
	}
	text := "if it fails all the same: EACCES comes from a security module or a Landlock sandbox"
	if slices.ContainsFunc(a.Who.Confined, func(c access.Confinement) bool { return c.By == "seccomp" }) {
		text += ", EPERM and ENOSYS from the filter of system calls (old filters do not know faccessat2, openat2, fchmodat2)"
	}
	return AccessNote{About: "which-error", Text: text}, true
}

// otherLists is the name of the attribute that holds an NFSv4 list, if there is one.
func (a *AccessAnswer) otherLists(s *access.Step) string {
	if s.Mount.FSType != "zfs" && s.Mount.FSType != "nfs4" || s.Entry.Kind == mode.Symlink {
		return ""
	}
	for _, name := range []string{"system.nfs4_acl", "system.nfs4_acl_xdr"} {
		if _, ok := a.look.attribute(s.Path, name); ok {
			return name
		}
	}
	return ""
}

// noteLabel compares a program's SELinux label with the one that the policy gives
// its path: a file that was moved, not copied, keeps that of where it came from.
func (a *AccessAnswer) noteLabel() (AccessNote, bool) {
	object := a.Question.Way.Object()
	enforcing := slices.ContainsFunc(a.Outside, func(c access.Confinement) bool { return c.By == "SELinux" })
	if object == nil || !enforcing || a.Verdict.Answer != access.Allowed {
		return AccessNote{}, false
	}
	raw, ok := a.look.attribute(object.Path, "security.selinux")
	label := strings.TrimRight(raw, "\x00")
	if !ok || label == "" {
		return AccessNote{}, false
	}
	should := defaultLabel(a.look.labels(), object.Path, object.Entry.Kind)
	if should == "" || sameType(label, should) {
		return AccessNote{About: "label", Text: fmt.Sprintf("%s carries the SELinux label %s; what that allows the policy says: look for its refusals with ausearch -m AVC", object.Path, label)}, true
	}
	return AccessNote{
		About: "label",
		Text: fmt.Sprintf("%s carries the SELinux label %s, and the policy has %s for that path: it was moved here from elsewhere, which keeps the label, and systemd then fails with 203/EXEC. The bits are right; chmod +x changes nothing. Give it the label of its place",
			object.Path, label, should),
		Do: [][]string{{"restorecon", "-v", object.Path}},
	}, true
}

// look is how notes see what is beside the question: of this machine, or recorded.
type look struct {
	attribute func(path, name string) (value string, ok bool)
	labels    func() []labelRule
	audit     func(audit.Options) audit.Found
	lineage   func(pid int) []Ancestor
	release   func() string // of the kernel
}

func liveLook() look {
	return look{
		attribute: attributeOf, labels: func() []labelRule { return labelRules(os.DirFS("/")) },
		audit: audit.Landlock, lineage: lineageOf, release: kernelRelease,
	}
}
