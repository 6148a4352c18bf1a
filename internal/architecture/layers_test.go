package architecture

// A layer is a group of packages with rules of its own.
type layer struct {
	name     string
	packages []string
}

// layers lists every package of the module, by its folder. A package may import
// only packages before it. ARCHITECTURE.md shows the same list.
var layers = []layer{
	{vocabulary, []string{"notation", "mode", "ident", "account", "acl", "acl/nfs4", "acl/macos", "acl/nt", "legacy/dos", "legacy/amiga", "legacy/hpux", "legacy/macos", "legacy/vms", "legacy/racf", "entry", "finding", "packages", "packages/dpkg", "packages/deb", "packages/rpm", "packages/apk", "manifest/mtree", "manifest/confd", "manifest/tmpfiles", "manifest/sysusers", "manifest/facl"}},
	{judgement, []string{"access", "translate", "policy", "policy/packs", "plan", "repair", "account/faults", "account/template", "account/grouping", "internal/layered", "internal/logline", "internal/oddity", "lint/bits", "lint/source", "lint/effect", "lint/meaning", "lint/golang", "lint/shell", "lint/dockerfile", "lint/config", "lint/lines", "lint/recipe", "lint/lexed", "lint/read", "lint"}},
	{machinery, []string{"tree", "internal/spill", "internal/apply"}},
	{edge, []string{"internal/host/sys", "internal/host/files", "internal/host/target", "internal/host/state", "internal/host/accounts", "internal/host/umasks", "internal/host/audit", "internal/host/probe", "internal/host/mounts", "internal/host/lookup", "internal/host/process", "internal/host/installed", "internal/host/models"}},
	{product, []string{".", "wardtest", "internal/getopt", "internal/standin", "internal/standin/fts", "internal/standin/options", "internal/standin/chmod", "internal/standin/chown", "internal/standin/acltext", "internal/standin/inorder", "internal/standin/aclobject", "internal/standin/getfacl", "internal/standin/setfacl", "internal/app", "internal/report", "internal/cli", "internal/cli/gen", "cmd/ward"}},
	{tests, []string{"internal/requires", "internal/testexpr", "internal/testfs", "internal/oracle", "internal/architecture", "internal/acceptance"}},
	{tools, []string{"internal/tools/testreport", "bench/floor", "bench/changefloor", "bench/maketree", "bench/walk", "bench/profile", "bench/decide", "bench/who", "bench/run"}},
}

const (
	vocabulary = "vocabulary"
	judgement  = "judgement"
	machinery  = "machinery"
	edge       = "edge"
	product    = "product"
	tests      = "tests only"
	tools      = "tools"
)

// pure layers compute: the same input gives the same answer, on any system.
var pure = []string{vocabulary, judgement}

// bans on imports, each for all packages but those named.
var bans = []struct {
	what   []string // import paths, with everything below them
	except []string // folders
	layers []string // nil: every layer
	why    string
}{
	{[]string{"os", "syscall", "net"}, nil, pure, "facts come in and verdicts go out: the judges touch no system"},
	{[]string{"sync"}, []string{"internal/logline"}, pure, "judges share nothing; expressions wait for the first line"},
	{[]string{"syscall", "net"}, nil, []string{machinery}, "the machinery makes no system calls of its own"},
	{[]string{"golang.org/x/sys/unix"}, []string{"internal/host/sys", "internal/requires", "internal/testfs", "internal/oracle", "bench/floor", "bench/changefloor", "bench/run"}, nil, "internal/host/sys makes the system calls"},
	{[]string{"log"}, []string{"bench/maketree", "bench/walk", "bench/profile"}, nil, "libraries do not log"},
	{[]string{"unsafe"}, []string{"internal/host/sys", "internal/host/files", "internal/requires", "internal/testfs", "internal/oracle", "bench/floor", "bench/changefloor"}, nil, "only system calls, and names in a reused buffer, need it"},
	{[]string{"github.com/spf13/cobra"}, []string{"internal/cli", "internal/cli/gen"}, nil, "commands are one package's subject"},
}

// bannedCalls are names of the standard library that a layer must not use.
var bannedCalls = []struct {
	names  []string
	except []string
	why    string
}{
	{[]string{"time.Now", "time.Since", "time.Until"}, []string{"internal/app", "internal/requires", "internal/testfs", "bench/run", "bench/floor", "bench/changefloor", "bench/maketree", "bench/walk"}, "only internal/app reads the clock"},
	{[]string{"os.Exit"}, []string{"cmd/ward", "internal/cli/gen", "internal/testfs", "internal/oracle", "internal/tools/testreport", "bench/decide", "bench/who", "bench/run", "bench/floor", "bench/changefloor", "bench/maketree", "bench/walk"}, "libraries do not exit"},
	{[]string{"os.Chmod", "os.Chown", "os.Lchown"}, []string{"internal/testfs", "internal/oracle", "internal/requires", "bench/maketree", "bench/run"}, "objects are changed by descriptor"},
}
