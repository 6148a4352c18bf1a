package app

import (
	"strings"
	"testing"
	"testing/fstest"

	"ward/access"
	"ward/account"
	"ward/entry"
	"ward/ident"
	"ward/internal/host/lookup"
	"ward/internal/host/mounts"
	"ward/internal/host/process"
	"ward/mode"
)

// What this machine cannot be made into is recorded: mountinfo, attributes and files
// of others, fed to the same judges.

// recording is a machine that is not this one.
type recording struct {
	mountinfo  string
	attributes map[string]string // of the object, by name
	files      fstest.MapFS      // below its /
	who        ident.Subject
	confined   []access.Confinement
	with       access.With
}

const recordedPath = "/data/app/object"

// answer judges an action on the recorded object.
func (r recording) answer(t *testing.T, a access.Action, object entry.State) *AccessAnswer {
	t.Helper()
	list, err := mounts.Parse(strings.NewReader(r.mountinfo))
	if err != nil {
		t.Fatal(err)
	}
	table := mounts.New(list)
	way := &access.Way{}
	for i, c := range []struct {
		path  string
		kind  mode.Kind
		state entry.State
	}{
		{"/", mode.Directory, entry.State{Mode: 0o755}},
		{"/data", mode.Directory, entry.State{Mode: 0o755}},
		{"/data/app", mode.Directory, entry.State{Mode: 0o755}},
		{recordedPath, mode.Regular, object},
	} {
		const known = entry.Stat | entry.AccessACL | entry.Attributes | entry.Caps | entry.Content
		way.Steps = append(way.Steps, access.Step{
			Path: c.path, Parent: i - 1, Mount: table.At(c.path), Entry: entry.Entry{Kind: c.kind, State: c.state, Known: known},
		})
	}
	who := &process.Who{Name: "somebody", Caller: access.Caller{Subject: r.who, Confined: r.confined}}
	q := AccessRequest{Action: a, With: r.with, Path: recordedPath}
	question := &access.Question{Caller: &who.Caller, Host: lookup.HostRulesIn(r.files), Action: a, With: r.with, Way: way}
	groups := []account.Group{{Name: "g17", GID: 1017}, {Name: "g18", GID: 1018}}
	answer := AnswerAccess(q, who, question, account.New([]account.User{{Name: "root"}, {Name: "ann", UID: 1000, GID: 1000}}, groups))
	answer.look = look{
		attribute: func(_, name string) (string, bool) { v, ok := r.attributes[name]; return v, ok },
		labels:    func() []labelRule { return labelRules(r.files) },
	}
	answer.note()
	return answer
}

// wants fails the test unless the notes say each text.
func wants(t *testing.T, a *AccessAnswer, answer access.Answer, sure Sureness, texts ...string) {
	t.Helper()
	said := ""
	for _, n := range a.Notes {
		said += n.Text
		for _, line := range n.Do {
			said += "\n" + strings.Join(line, " ")
		}
		said += "\n"
	}
	if a.Verdict.Answer != answer || a.Sure != sure {
		t.Errorf("%v, %v: %s", a.Verdict, a.Sure, said)
	}
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("want %q said:\n%s", text, said)
		}
	}
	for _, text := range []string{"sudo", "chmod 777", "setenforce 0"} {
		if strings.Contains(said, text) {
			t.Errorf("bad advice:\n%s", said)
		}
	}
}

const rootMount = "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"

// S4: chmod by the owner gives EPERM on ZFS with aclmode=restricted.
func TestRecordedZFS(t *testing.T) {
	r := recording{mountinfo: rootMount + "30 22 0:40 / /data rw,relatime shared:2 - zfs tank/data rw,xattr,nfs4acl\n", who: ident.Subject{UID: 1000, GID: 1000}}
	mine := entry.State{Mode: 0o644, UID: 1000, GID: 1000}
	wants(t, r.answer(t, access.ChangingMode, mine), access.Allowed, Likely, "cannot be seen from this host", "aclmode")
	// The bytes of system.nfs4_acl_xdr as OpenZFS shows them: flags, one entry.
	r.attributes = map[string]string{"system.nfs4_acl_xdr": "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x16\x01\xff\x00\x00\x00\x00"}
	wants(t, r.answer(t, access.ChangingMode, mine), access.Allowed, Likely, "NFSv4 access list (system.nfs4_acl_xdr)", "getfacl does not show", "aclmode=restricted")
}

const nfsMount = rootMount + "31 22 0:41 / /data rw,relatime shared:3 - nfs4 nas:/export rw,vers=4.2,sec=sys,clientaddr=10.0.0.2,local_lock=none,addr=10.0.0.1\n"

// S5 (a): root's chown fails on NFS.
func TestRecordedRootSquash(t *testing.T) {
	r := recording{mountinfo: nfsMount, who: ident.Root(), with: access.With{UID: 1000, GID: ident.NoGID}}
	wants(t, r.answer(t, access.ChangingOwner, entry.State{Mode: 0o644, UID: 65534, GID: 65534}), access.Allowed, Likely,
		"likely it maps uid 0 to nobody (root_squash)", "nas:/export", "on the server")
}

// S5 (b): the seventeenth group does not reach the server.
func TestRecordedSixteenGroups(t *testing.T) {
	who := ident.Subject{UID: 1000, GID: 1000}
	for g := range ident.GID(18) {
		who.Groups = append(who.Groups, 1018-g)
	}
	r := recording{mountinfo: nfsMount, who: who}
	a := r.answer(t, access.Reading, entry.State{Mode: 0o640, UID: 0, GID: 1018})
	wants(t, a, access.Allowed, Likely, "is in 18 groups", "carries 16", "g17, g18", "--manage-gids")
}

// S8 (b): systemd's 203/EXEC by the label of a home directory.
func TestRecordedLabel(t *testing.T) {
	r := recording{
		mountinfo:  rootMount,
		attributes: map[string]string{"security.selinux": "unconfined_u:object_r:user_home_t:s0\x00"},
		who:        ident.Subject{UID: 1000, GID: 1000},
		files: fstest.MapFS{
			"sys/fs/selinux/enforce": {Data: []byte("1")},
			"etc/selinux/config":     {Data: []byte("# a comment\nSELINUX=enforcing\nSELINUXTYPE=targeted\n")},
			"etc/selinux/targeted/contexts/files/file_contexts": {Data: []byte(
				"/.*\tsystem_u:object_r:default_t:s0\n/data(/.*)?\tsystem_u:object_r:usr_t:s0\n/data/app/.*\t--\tsystem_u:object_r:bin_t:s0\n/data/app/.*\t-d\tsystem_u:object_r:usr_t:s0\n")},
		},
	}
	program := entry.State{Mode: 0o755}
	a := r.answer(t, access.Executing, program)
	wants(t, a, access.Allowed, Likely, "user_home_t", "system_u:object_r:bin_t:s0", "203/EXEC", "chmod +x changes nothing", "restorecon -v "+recordedPath)
	// A service that SELinux confines: what it decides cannot be told from the bits.
	r.confined = []access.Confinement{{By: "SELinux", Evidence: "SELinux is enforcing and the process runs as system_u:system_r:init_t:s0", Certain: true}}
	wants(t, r.answer(t, access.Executing, program), access.Allowed, Open, "restorecon")
	r.attributes["security.selinux"] = "system_u:object_r:bin_t:s0"
	wants(t, r.answer(t, access.Executing, program), access.Allowed, Open, "ausearch -m AVC")
}

// S10 (b): macOS keeps folders from programs, root's too.
func TestRecordedMacOSPrivacy(t *testing.T) {
	for path, want := range map[string]string{
		"/Users/ann/Documents/report.txt": "Full Disk Access",
		"/Users/ann/Desktop":              "TCC",
		"/Users/ann/Library/Mail/V10":     "TCC",
		"/System/Library/x":               "System Integrity Protection",
		"/usr/bin/ls":                     "System Integrity Protection",
		"/Volumes/USB/x":                  "removable",
		"/Users/ann/src/main.go":          "",
		"/usr/local/bin/x":                "",
		"/Users/ann":                      "",
		"/etc/hosts":                      "",
	} {
		if got := MacOSPrivacy(path); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q", path, got)
		}
	}
}
