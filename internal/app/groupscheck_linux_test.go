package app

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/account/faults"
	"ward/internal/requires"
)

// planted is a fault that somebody made, and what is to be found of it: the rule
// without "accounts/", and the line's member or the path.
type planted struct {
	name  string
	plant func(s *accountsTree)
	after func(s *accountsTree) // when the files of etc are there
	want  []string
}

// plantedFaults can all be there at once.
func plantedFaults() []planted {
	return []planted{
		{name: "a line with a field too few", plant: func(s *accountsTree) { s.add("passwd", "few:x:1300:1300::/home/few") }, want: []string{"malformed-line few"}},
		{name: "a group whose id is no number", plant: func(s *accountsTree) { s.add("group", "words:x:many:") }, want: []string{"malformed-line words"}},
		{name: "a line saved under DOS", plant: func(s *accountsTree) {
			s.add("passwd", "dos:x:1301:1001::/home/ann:/bin/bash\r")
		}, want: []string{"malformed-line dos"}},
		{name: "a line of NIS", plant: func(s *accountsTree) { s.add("passwd", "+::::::") }, want: []string{"included-accounts +"}},
		{name: "a name of digits", plant: func(s *accountsTree) { s.group("4711", 3000) }, want: []string{"unusable-name 4711"}},
		{name: "a name with a space", plant: func(s *accountsTree) { s.group("two words", 3001) }, want: []string{"unusable-name two words"}},
		{name: "a name of 33 bytes", plant: func(s *accountsTree) { s.group(strings.Repeat("l", 33), 3002) }, want: []string{"long-name " + strings.Repeat("l", 33)}},
		{name: "a line of 1,025 bytes", plant: func(s *accountsTree) { s.longLine("wideline", 3003, 1025) }, want: []string{"long-line wideline"}},
		{name: "a range of nobody", plant: func(s *accountsTree) { s.add("subuid", "gone:700000:65536") }, want: []string{"unknown-range-owner gone"}},
		{name: "ranges that overlap", plant: func(s *accountsTree) {
			s.add("subgid", "ann:100000:65536")
			s.add("subgid", "bob:165535:65536")
		}, want: []string{"overlapping-ranges bob"}},
		{name: "a second root", plant: func(s *accountsTree) { s.account("toor", 0, 100, "/root", "/bin/bash", "*") }, want: []string{"second-root toor"}},
		{name: "a user twice", plant: func(s *accountsTree) {
			s.person("twice", 1010)
			s.add("passwd", "twice:x:1010:1010::/home/twice:/usr/sbin/nologin")
		}, want: []string{"duplicate-user twice"}},
		{name: "a group twice, its members hidden", plant: func(s *accountsTree) {
			s.group("double", 3005, "ann")
			s.add("group", "double:x:3005:bob")
		}, want: []string{"duplicate-group double", "shadowed-member double"}},
		{name: "two users with one id", plant: func(s *accountsTree) { s.account("eve", 1001, 100, "/home/bob2", "/usr/sbin/nologin", "!") }, want: []string{"duplicate-uid eve"}},
		{name: "two groups with one id", plant: func(s *accountsTree) {
			s.group("one", 3007)
			s.group("other", 3007)
		}, want: []string{"duplicate-gid other"}},
		{name: "the id 65535", plant: func(s *accountsTree) { s.group("minus", 65535) }, want: []string{"reserved-id minus"}},
		{name: "a primary group that is not there", plant: func(s *accountsTree) { s.account("lone", 1011, 1011, "/nonexistent", "/usr/sbin/nologin", "!") }, want: []string{"missing-group lone"}},
		{name: "a member who is not there", plant: func(s *accountsTree) { s.group("dangle", 3008, "ann", "gone") }, want: []string{"dangling-member dangle:gone"}},
		{name: "white space before a member", plant: func(s *accountsTree) {
			s.group("airy", 3016, "ann", "bob")
			s.replace("group", "airy:x:3016:ann,bob", "airy:x:3016:ann, bob")
		}, want: []string{"spaced-member airy"}},
		{name: "a member named twice", plant: func(s *accountsTree) { s.group("echo", 3009, "ann", "bob", "ann") }, want: []string{"duplicate-member echo"}},
		{name: "a member of his own primary group", plant: func(s *accountsTree) {
			s.person("self", 1012)
			s.replace("group", "self:x:1012:", "self:x:1012:self")
			s.replace("gshadow", "self:!::", "self:!::self")
		}, want: []string{"redundant-member self:self"}},
		{name: "group and gshadow differ", plant: func(s *accountsTree) {
			s.group("differ", 3010, "ann")
			s.replace("gshadow", "differ:!::ann", "differ:!::ann,bob")
		}, want: []string{"differing-members differ"}},
		{name: "an administrator who is not there", plant: func(s *accountsTree) {
			s.group("led", 3011)
			s.replace("gshadow", "led:!::", "led:!:gone:")
		}, want: []string{"dangling-admin led"}},
		{name: "more groups than NFS carries", plant: func(s *accountsTree) {
			s.person("joiner", 1013)
			for i := range 17 {
				s.group(fmt.Sprintf("join%d", i), 3100+i, "joiner")
			}
		}, want: []string{"too-many-groups joiner"}},
		{name: "an empty password", plant: func(s *accountsTree) {
			s.person("free", 1014)
			s.replace("shadow", "free:"+hashed, "free:")
		}, want: []string{"empty-password free"}},
		{name: "a hash in passwd", plant: func(s *accountsTree) {
			s.person("bare", 1015)
			s.replace("passwd", "bare:x:", "bare:"+hashed+":")
		}, want: []string{"readable-hash bare"}},
		{name: "a group with a password", plant: func(s *accountsTree) {
			s.group("pass", 3012)
			s.replace("gshadow", "pass:!:", "pass:"+hashed+":")
		}, want: []string{"group-password pass"}},
		{name: "no line in shadow", plant: func(s *accountsTree) {
			s.person("dim", 1016)
			s.replace("shadow", "dim:"+hashed+":19000:0:99999:7:::\n", "")
		}, want: []string{"no-shadow dim"}},
		{name: "a line in shadow alone", plant: func(s *accountsTree) { s.add("shadow", "ghost:!:19000:0:99999:7:::") }, want: []string{"shadow-only ghost"}},
		{name: "no line in gshadow", plant: func(s *accountsTree) { s.add("group", "plain:x:3013:") }, want: []string{"no-gshadow plain"}},
		{name: "a line in gshadow alone", plant: func(s *accountsTree) { s.add("gshadow", "phantom:!::") }, want: []string{"gshadow-only phantom"}},
		{name: "a password of the future", plant: func(s *accountsTree) {
			s.person("early", 1017)
			s.replace("shadow", "early:"+hashed+":19000:", "early:"+hashed+":99999:")
		}, want: []string{"future-password early"}},
		{name: "a service with a password", plant: func(s *accountsTree) {
			s.system("lp", 7)
			s.replace("shadow", "lp:*:", "lp:"+hashed+":")
		}, want: []string{"system-password lp"}},
		{name: "a service with a shell", plant: func(s *accountsTree) {
			s.system("db", 999)
			s.replace("passwd", "db:x:999:999::/nonexistent:/usr/sbin/nologin", "db:x:999:999::/nonexistent:/bin/bash")
		}, want: []string{"system-shell db"}},
		{name: "a shell that is not there", plant: func(s *accountsTree) {
			s.person("shelled", 1018)
			s.replace("passwd", "/home/shelled:/bin/bash", "/home/shelled:/bin/zsh")
		}, want: []string{"missing-shell shelled"}},
		{name: "a person in a service's group", plant: func(s *accountsTree) { s.group("tape", 26, "ann") }, want: []string{"human-in-system-group tape:ann"}},
		{name: "a person in the group root", plant: func(s *accountsTree) {
			s.replace("group", "root:x:0:", "root:x:0:bob")
			s.replace("gshadow", "root:!::", "root:!::bob")
		}, want: []string{"member-of-root root:bob"}},
		{name: "umask 002 and a shared primary group", plant: func(s *accountsTree) {
			s.account("sharer", 1019, 100, "/home/sharer", "/bin/bash", hashed)
			s.replace("passwd", "sharer:x:1019:100::", "sharer:x:1019:100:umask=002:")
			s.account("mate", 1020, 100, "/home/mate", "/bin/bash", hashed)
			s.dir("home/sharer", 0o700, 1019, 100)
			s.dir("home/mate", 0o700, 1020, 100)
		}, want: []string{"shared-primary-group sharer"}},
		{name: "somebody in a private group", plant: func(s *accountsTree) {
			s.person("host", 1021)
			s.replace("group", "host:x:1021:", "host:x:1021:bob")
			s.replace("gshadow", "host:!::", "host:!::bob")
			s.dir("home/host", 0o700, 1021, 1021)
		}, want: []string{"shared-private-group host:bob"}},
		{name: "docker, with its socket", plant: func(s *accountsTree) {
			s.group("docker", 998, "ann")
			s.socket("run/docker.sock", 0o660, 998)
		}, want: []string{"equals-root docker:ann"}},
		{name: "disk, with a disk", plant: func(s *accountsTree) {
			s.group("disk", 6, "bob")
			s.disk("dev/sda", 0o660, 6)
		}, want: []string{"equals-root disk:bob"}},
		{name: "shadow, with a member", plant: func(s *accountsTree) {
			s.replace("group", "shadow:x:42:", "shadow:x:42:ann")
			s.replace("gshadow", "shadow:!::", "shadow:!::ann")
		}, want: []string{"equals-root shadow:ann"}},
		{name: "sudo without a password", plant: func(s *accountsTree) {
			s.group("ops", 3014, "ann")
			s.text["sudoers.d/ops"] = "User_Alias OPS = %ops\nOPS ALL=(ALL) NOPASSWD: ALL\n"
		}, want: []string{"sudo-without-password ops:ann"}},
		{name: "who may become root by sudo", plant: func(s *accountsTree) {
			s.group("sudo", 27, "bob")
			s.add("sudoers", "%sudo ALL=(ALL:ALL) ALL")
		}, want: []string{"sudo-member sudo:bob"}},
		{name: "su that trusts a group", plant: func(s *accountsTree) {
			s.replace("group", "wheel:x:10:", "wheel:x:10:ann")
			s.replace("gshadow", "wheel:!::", "wheel:!::ann")
			s.add("pam.d/su", "auth sufficient pam_wheel.so trust")
		}, want: []string{"su-without-password wheel:ann", "human-in-system-group wheel:ann"}},
		{name: "a home that others write", plant: func(s *accountsTree) {
			s.person("wide", 1022)
			s.dir("home/wide", 0o772, 1022, 1022)
		}, want: []string{"home-writable home/wide"}},
		{name: "a key list that the group writes", plant: func(s *accountsTree) {
			s.person("keyed", 1023)
			s.dir("home/keyed/.ssh", 0o700, 1023, 1023)
			s.file("home/keyed/.ssh/authorized_keys", 0o664, 1023, 100)
			s.group("ann-and-bob", 3015, "ann", "bob")
			must(s.t, os.Chown(filepath.Join(s.root, "home/keyed/.ssh/authorized_keys"), 1023, 3015))
		}, want: []string{"start-file-writable home/keyed/.ssh/authorized_keys"}},
		{name: "a home of somebody else", plant: func(s *accountsTree) {
			s.person("guest", 1024)
			s.dir("home/guest", 0o750, 1001, 1024)
		}, want: []string{"home-owner home/guest"}},
		{name: "a key that everybody reads", plant: func(s *accountsTree) {
			s.person("told", 1025)
			s.dir("home/told", 0o751, 1025, 1025)
			s.file("home/told/.netrc", 0o644, 1025, 1025)
		}, want: []string{"secret-readable home/told/.netrc", "home-mode home/told"}},
		{name: "one home for two", plant: func(s *accountsTree) {
			s.person("left", 1026)
			s.account("right", 1027, 1027, "/home/left", "/bin/bash", hashed)
			s.group("right", 1027)
		}, want: []string{"home-shared right"}},
		{name: "no home", plant: func(s *accountsTree) {
			s.account("roam", 1028, 1028, "/home/roam", "/bin/bash", hashed)
			s.group("roam", 1028)
		}, want: []string{"home-missing roam"}},
		{name: "a home wider than new ones", plant: func(s *accountsTree) {
			s.person("open", 1029)
			s.dir("home/open", 0o755, 1029, 1029)
		}, want: []string{"home-mode home/open"}},
		{name: "shadow that everybody reads", after: func(s *accountsTree) { must(s.t, os.Chmod(filepath.Join(s.root, "etc/gshadow"), 0o644)) }, want: []string{"hashes-readable etc/gshadow"}},
		{name: "a group file that the group writes", after: func(s *accountsTree) { must(s.t, os.Chmod(filepath.Join(s.root, "etc/subuid"), 0o664)) }, plant: func(s *accountsTree) { s.add("subuid", "ann:400000:65536") }, want: []string{"account-file-writable etc/subuid"}},
		{name: "limits that nobody reads", after: func(s *accountsTree) { must(s.t, os.Chmod(filepath.Join(s.root, "etc/login.defs"), 0o600)) }, want: []string{"unreadable-accounts etc/login.defs"}},
		{name: "a file of nobody", plant: func(s *accountsTree) { s.file("srv/stray", 0o644, 4242, 100) }, want: []string{"unowned srv/stray"}},
	}
}

// longLine adds a group whose line has n bytes, and its members.
func (s *accountsTree) longLine(name string, gid, n int) {
	line := fmt.Sprintf("%s:x:%d:", name, gid)
	var members []string
	for room := n - len(line); room > 0; {
		user := fmt.Sprintf("u%s%03d", name, len(members))
		if room -= len(user) + 1; room < len(user)+1 { // the last one fills the line
			user += strings.Repeat("x", max(0, room+1))
			room = 0
		}
		s.account(user, 2000+gid%10*200+len(members), 100, "/nonexistent", "/usr/sbin/nologin", "!")
		members = append(members, user)
	}
	s.group(name, gid, members...)
	if got := len(line + strings.Join(members, ",")); got != n {
		s.t.Fatalf("the line has %d bytes, want %d", got, n)
	}
}

// nearMisses look like faults and are none. All are there at once.
func nearMisses() []planted {
	return []planted{
		{name: "a comment", plant: func(s *accountsTree) { s.add("group", "# kept by hand") }},
		{name: "an empty GECOS and shell of a service", plant: func(s *accountsTree) { s.replace("passwd", "daemon:x:1:1:", "daemon:x:1:1:a, b, c") }},
		{name: "a name with a dot", plant: func(s *accountsTree) { s.person("first.last", 1100) }},
		{name: "a machine's account", plant: func(s *accountsTree) { s.account("pc01$", 1101, 100, "/nonexistent", "/usr/sbin/nologin", "*") }},
		{name: "a name of 32 bytes", plant: func(s *accountsTree) { s.group(strings.Repeat("s", 32), 3200) }},
		{name: "names that differ in case", plant: func(s *accountsTree) { s.group("Users", 3201) }},
		{name: "a line of 1,024 bytes", plant: func(s *accountsTree) { s.longLine("narrow", 3204, 1024) }},
		{name: "ranges that touch", plant: func(s *accountsTree) {
			s.add("subuid", "ann:200000:65536")
			s.add("subuid", "bob:265536:65536")
		}},
		{name: "a range by number", plant: func(s *accountsTree) { s.add("subuid", "1000:500000:65536") }},
		{name: "a group with a user's id", plant: func(s *accountsTree) { s.group("thousand", 1102) }},
		{name: "the id 65534", plant: func(*accountsTree) {}},
		{name: "the id 65536", plant: func(s *accountsTree) { s.group("big", 65536) }},
		{name: "a comma behind the last member", plant: func(s *accountsTree) {
			s.group("comma", 3205, "ann", "bob")
			s.replace("group", "comma:x:3205:ann,bob", "comma:x:3205:ann,bob,")
		}},
		{name: "members in another order in gshadow", plant: func(s *accountsTree) {
			s.group("order", 3206, "ann", "bob")
			s.replace("gshadow", "order:!::ann,bob", "order:!::bob,ann")
		}},
		{name: "an administrator", plant: func(s *accountsTree) {
			s.group("ledwell", 3207)
			s.replace("gshadow", "ledwell:!::", "ledwell:!:ann:")
		}},
		{name: "as many groups as NFS carries", plant: func(s *accountsTree) {
			s.person("busy", 1103)
			for i := range 16 {
				s.group(fmt.Sprintf("sixteen%d", i), 3300+i, "busy")
			}
		}},
		{name: "a locked password", plant: func(s *accountsTree) {
			s.person("locked", 1104)
			s.replace("shadow", "locked:"+hashed, "locked:!"+hashed)
		}},
		{name: "a group that cannot be joined", plant: func(s *accountsTree) {
			s.group("starred", 3208)
			s.replace("gshadow", "starred:!:", "starred:*:")
		}},
		{name: "sync, whose shell is no shell", plant: func(*accountsTree) {}},
		{name: "a person with the first of people's ids", plant: func(*accountsTree) {}},
		{name: "a service in a service's group", plant: func(s *accountsTree) { s.group("certs", 120, "daemon") }},
		{name: "a person in a group of people", plant: func(s *accountsTree) { s.group("friends", 3209, "ann", "bob") }},
		{name: "a person in users", plant: func(s *accountsTree) {
			s.replace("group", "users:x:100:", "users:x:100:ann")
			s.replace("gshadow", "users:!::", "users:!::ann")
		}},
		{name: "a shared primary group and umask 022", plant: func(s *accountsTree) {
			s.account("tidy", 1105, 3210, "/home/tidy", "/bin/bash", hashed)
			s.account("neat", 1106, 3210, "/home/neat", "/bin/bash", hashed)
			s.group("staff", 3210)
			s.dir("home/tidy", 0o700, 1105, 3210)
			s.dir("home/neat", 0o700, 1106, 3210)
		}},
		{name: "kvm, which reaches no more than kvm", plant: func(s *accountsTree) { s.group("kvm-users", 3211, "cat") }},
		{name: "lxd without a socket", plant: func(s *accountsTree) { s.group("lxd", 3212, "cat") }},
		{name: "podman's socket, which its group may not write", plant: func(s *accountsTree) {
			s.group("podman", 3213, "cat")
			s.socket("run/podman/podman.sock", 0o640, 3213)
		}},
		{name: "sudo for one command", plant: func(s *accountsTree) {
			s.group("restarters", 3214, "cat")
			s.add("sudoers", "%restarters ALL=(root) NOPASSWD: /usr/bin/systemctl restart web")
		}},
		{name: "a file that sudo does not read", plant: func(s *accountsTree) {
			s.group("backup-ops", 3215, "cat")
			s.text["sudoers.d/old.bak"] = "%backup-ops ALL=(ALL) NOPASSWD: ALL\n"
		}},
		{name: "a home that its private group writes", plant: func(s *accountsTree) {
			s.person("private", 1107)
			s.dir("home/private", 0o770, 1107, 1107)
		}},
		{name: "a readable key behind a closed home", plant: func(s *accountsTree) {
			s.person("careless", 1108)
			s.file("home/careless/.netrc", 0o644, 1108, 1108)
			s.dir("home/careless", 0o700, 1108, 1108)
		}},
		{name: "a start file of root's", plant: func(s *accountsTree) {
			s.person("managed", 1109)
			s.file("home/managed/.profile", 0o644, 0, 0)
		}},
		{name: "services that share a home", plant: func(s *accountsTree) {
			s.system("svc1", 201)
			s.system("svc2", 202)
		}},
		{name: "a home behind a symbolic link", plant: func(s *accountsTree) {
			s.account("linked", 1110, 1110, "/home/link", "/bin/bash", hashed)
			s.group("linked", 1110)
			s.dir("srv/linked", 0o750, 1110, 1110)
			must(s.t, os.Symlink("/srv/linked", filepath.Join(s.root, "home/link")))
		}},
		{name: "a home of just the mode of new ones", plant: func(*accountsTree) {}},
		{name: "a file of an id that is lent", plant: func(s *accountsTree) { s.file("srv/container", 0o644, 200001, 100) }},
		{name: "a file of nobody's own account", plant: func(s *accountsTree) { s.file("srv/nobody", 0o644, 65534, 65534) }},
	}
}

// findingsIn is what the check says, as planted.want has it, and the commands that
// mend.
func findingsIn(t *testing.T, root string) (found []string, fixes map[string][]string) {
	t.Helper()
	a, err := GroupsCheck(context.Background(), GroupsCheckRequest{Root: root, Walk: []string{"/srv"}}, nil)
	must(t, err)
	if !a.Complete() {
		t.Errorf("not looked at: %v", a.Unseen.First)
	}
	fixes = map[string][]string{}
	for f, err := range a.Findings {
		must(t, err)
		about := f.Path
		if f.Line > 0 {
			about = f.Member
		}
		key := strings.TrimPrefix(f.Rule.ID, "accounts/") + " " + about
		found = append(found, key)
		if f.Fix != nil {
			fixes[key] = f.Fix
		} else if f.Advice == "" && f.Rule.Severity > 0 {
			t.Errorf("%s: neither a command nor advice", key)
		}
	}
	return found, fixes
}

func prepared(t *testing.T, all ...[]planted) *accountsTree {
	t.Helper()
	s := newAccountsTree(t)
	must(t, os.MkdirAll(filepath.Join(s.root, "srv"), 0o755))
	for _, p := range slices.Concat(all...) {
		if p.plant != nil {
			p.plant(s)
		}
	}
	s.write()
	for _, p := range slices.Concat(all...) {
		if p.after != nil {
			p.after(s)
		}
	}
	return s
}

func TestGroupsCheckFindsNoNearMiss(t *testing.T) {
	requires.Root(t)
	found, _ := findingsIn(t, prepared(t, nearMisses()).root)
	if len(found) > 0 {
		t.Errorf("found %q", found)
	}
	t.Logf("%d near misses", len(nearMisses()))
}

// What cannot be there together with the others.
func plantedAlone() []planted {
	return []planted{
		{name: "su for everybody who knows the password", plant: func(s *accountsTree) {
			s.replace("shadow", "root:*:", "root:"+hashed+":")
			s.text["pam.d/su"] = "auth sufficient pam_rootok.so\n#auth required pam_wheel.so\n"
		}, want: []string{"su-open etc/pam.d/su"}},
		{name: "who may become root by su", plant: func(s *accountsTree) {
			s.replace("shadow", "root:*:", "root:"+hashed+":")
		}, want: []string{"su-group "}},
		{name: "su for the group of id 0, since there is no wheel", plant: func(s *accountsTree) {
			s.replace("shadow", "root:*:", "root:"+hashed+":")
			s.replace("group", "wheel:x:10:\n", "")
			s.replace("gshadow", "wheel:!::\n", "")
		}, want: []string{"su-group "}},
	}
}

// Every rule has a fault of its own.
func TestGroupsCheckEveryRuleIsTried(t *testing.T) {
	var tried []string
	for _, p := range slices.Concat(plantedFaults(), plantedAlone()) {
		for _, w := range p.want {
			tried = append(tried, "accounts/"+strings.Fields(w)[0])
		}
	}
	for _, r := range faults.Rules() {
		if !slices.Contains(tried, r.ID) {
			t.Errorf("%s has no fault", r.ID)
		}
	}
}

func TestGroupsCheckFindsEveryFault(t *testing.T) {
	requires.Root(t)
	found, _ := findingsIn(t, prepared(t, plantedFaults(), nearMisses()).root)
	var want []string
	for _, p := range plantedFaults() {
		want = append(want, p.want...)
	}
	slices.Sort(want)
	slices.Sort(found)
	if d := cmp.Diff(slices.Compact(want), found); d != "" {
		t.Errorf("-planted +found\n%s", d)
	}
	t.Logf("%d planted faults", len(plantedFaults()))
}

// bring puts a program of this system into a tree, with the libraries it is linked to.
func bring(t *testing.T, tree, program string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	linked, err := exec.Command("ldd", path).Output()
	if err != nil {
		t.Fatalf("ldd %s: %v", path, err)
	}
	for _, file := range append(strings.Fields(string(linked)), path) {
		if !filepath.IsAbs(file) {
			continue
		}
		into := filepath.Join(tree, file)
		if err := os.MkdirAll(filepath.Dir(into), 0o755); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(into, content, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// Each fault by itself is found, and the command that is named mends it and breaks
// nothing else.
func TestGroupsCheckCommandsMend(t *testing.T) {
	requires.Root(t)
	requires.Tool(t, "usermod", "groupmod", "groupadd", "gpasswd", "pwconv", "grpconv", "chage")
	mended := 0
	for _, p := range slices.Concat(plantedFaults(), plantedAlone()) {
		t.Run(p.name, func(t *testing.T) {
			s := prepared(t, []planted{p}, nearMisses())
			found, fixes := findingsIn(t, s.root)
			slices.Sort(found)
			want := slices.Sorted(slices.Values(p.want))
			if d := cmp.Diff(want, found); d != "" {
				t.Fatalf("-planted +found\n%s", d)
			}
			for key, fix := range fixes {
				if fix[0] == "ward" { // the stand-ins are to the letter of their originals
					fix = fix[1:]
				}
				if fix[0] == "chroot" { // the tree of the test has no programs
					bring(t, s.root, fix[2])
				}
				if out, err := exec.Command(fix[0], fix[1:]...).CombinedOutput(); err != nil {
					t.Fatalf("%s: %q: %v\n%s", key, fix, err, out)
				}
				mended++
			}
			left, _ := findingsIn(t, s.root)
			for _, key := range left {
				if fixes[key] != nil || !slices.Contains(found, key) {
					t.Errorf("%q is there after %q", key, fixes)
				}
			}
		})
	}
	t.Logf("%d commands mended what they were named for", mended)
}
