package oracle

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ward/access"
	"ward/entry"
	"ward/ident"
	"ward/internal/host/lookup"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/mode"
)

var (
	seed   = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of trees, subjects and questions")
	volume = flag.Int("decisions", 205_000, "how many questions to ask; 0 goes on until it is stopped")
)

func TestMain(m *testing.M) {
	IsHousehold()
	if os.Getenv(countsVariable) != "" {
		os.Exit(m.Run())
	}
	os.Exit(runAndCount(m))
}

// countsVariable names the file in which the processes of a test leave what they
// compared, for the first of them to print at the end.
const countsVariable = "WARD_ORACLE_COUNTS"

func runAndCount(m *testing.M) int {
	dir, err := os.MkdirTemp("", "ward-oracle-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	counts := dir + "/counts"
	os.Setenv(countsVariable, counts)
	code := m.Run()
	if text, err := os.ReadFile(counts); err == nil {
		os.Stdout.Write(text)
	}
	return code
}

// TestKernelDecidesEveryAction tries random actions of random subjects on random
// trees, on five file systems and through mounts of every kind, and compares what
// the kernel says with Decide, to the errno.
func TestKernelDecidesEveryAction(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.UserNamespace, requires.Chown)
	testfs.InMountNamespace(t, func(t *testing.T) {
		t.Logf("go test ./internal/oracle -run %s -seed %d", t.Name(), *seed)
		x := &trial{t: t, tally: newTally(), households: someHouseholds(t), aims: aimsFor(t)}
		for _, stage := range stages(t) {
			x.stages = append(x.stages, x.open(stage))
		}
		for x.batch(); *volume == 0 && !t.Failed(); x.batch() {
			*seed++ // every batch can be asked again by a seed of its own
		}
		x.tally.report(t)
		x.proofs.report(t)
		if lacks := x.tally.lacking(x.aims); lacks != "" && *volume >= 100_000 && !t.Failed() {
			t.Errorf("%q was met too seldom", lacks)
		}
		if k := x.proofs.rarely(10); k != "" && *volume >= 100_000 && !t.Failed() {
			t.Errorf("fixes of the kind %q were put in place too seldom", k)
		}
		if x.tally.denied*3 < x.tally.asked {
			t.Errorf("only %d of %d were denied", x.tally.denied, x.tally.asked)
		}
	})
}

// batchSize is how many decisions a run without end makes between two seeds.
const batchSize = 50_000

// batch is all that one seed gives.
func (x *trial) batch() {
	x.tally = newTally()
	for round := uint64(0); x.wanted(); round++ {
		for i, s := range x.stages {
			x.round(s, rand.New(rand.NewPCG(*seed, round<<8|uint64(i))))
		}
	}
}

// aimsFor leaves out what the settings of this machine do not let happen; the test
// that sets them meets it.
func aimsFor(t *testing.T) []Aim {
	h := lookup.HostRules()
	off := map[string]bool{
		"protected_symlinks": h.ProtectedSymlinks == 0, "protected_hardlinks": h.ProtectedHardlinks == 0, "protected_fifos": h.ProtectedFifos == 0,
	}
	return slices.DeleteFunc(slices.Clone(Aims), func(a Aim) bool { return off[a.Fact] })
}

// stage is a file system to make trees on.
type stage struct {
	name, root string
	world      *World
	grpid      bool
	scenes     int
}

func stages(t *testing.T) []*stage {
	var list []*stage
	for _, kind := range testfs.AllFileSystems() {
		root := testfs.Image(t, kind, 0)
		list = append(list, &stage{name: string(kind), root: root})
	}
	root := testfs.Image(t, testfs.Ext4, 0)
	must(t, unix.Mount("", root, "", unix.MS_REMOUNT, "grpid"))
	return append(list, &stage{name: "ext4 grpid", root: root, grpid: true})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// someHouseholds: one that maps every id to itself, one that maps some, and one
// that maps a single user and group. The second also gives idmapped mounts their map.
func someHouseholds(t *testing.T) []*Household {
	maps := [][2][]ident.Range{
		{{{Inside: 0, Outside: 0, Count: 70000}}, {{Inside: 0, Outside: 0, Count: 70000}}},
		{{{Inside: 0, Outside: 61001, Count: 2}, {Inside: 61003, Outside: 61003, Count: 1}}, {{Inside: 0, Outside: 62001, Count: 2}, {Inside: 62003, Outside: 0, Count: 1}}},
		{{{Inside: 0, Outside: 61002, Count: 1}}, {{Inside: 0, Outside: 62002, Count: 1}}},
	}
	var list []*Household
	for _, m := range maps {
		h, err := StartHousehold(m[0], m[1])
		must(t, err)
		t.Cleanup(h.End)
		list = append(list, h)
	}
	return list
}

// idmap is a household whose map the idmapped mounts use: 0 on the file system is
// shown as 61001, 61001 to 61002 as 61002 and 61003; others are not shown.
func idmap(t *testing.T) *Household {
	h, err := StartHousehold(
		[]ident.Range{{Inside: 0, Outside: 61001, Count: 1}, {Inside: 61001, Outside: 61002, Count: 2}},
		[]ident.Range{{Inside: 0, Outside: 0, Count: 1}, {Inside: 62001, Outside: 62002, Count: 2}})
	must(t, err)
	t.Cleanup(h.End)
	return h
}

// trial is the whole comparison.
type trial struct {
	t          *testing.T
	tally      *tally
	households []*Household
	stages     []*stage
	aims       []Aim
	crowd      *Crowd
	proofs     proofs
}

func (x *trial) open(s *stage) *stage {
	dir := testfs.ReachableDir(x.t)
	w, err := NewWorld(s.root, dir, idmap(x.t))
	must(x.t, err)
	must(x.t, w.MakePlace())
	x.t.Cleanup(func() {
		for _, v := range w.Views[1:] {
			_ = unix.Unmount(v.Dir, unix.MNT_DETACH)
		}
	})
	w.Households = x.households
	s.world = w
	return s
}

// wanted: until the volume is reached and every fact was met often enough, or it
// becomes clear that it will not be.
func (x *trial) wanted() bool {
	volume, lacks := *volume, x.tally.lacking(x.aims) != ""
	if volume == 0 {
		volume, lacks = batchSize, false
	}
	enough := x.tally.asked >= volume && !lacks || x.tally.asked >= 3*volume
	return !enough && !x.t.Failed()
}

// round makes a tree and lets some subjects try what they like.
func (x *trial) round(s *stage, r *rand.Rand) {
	if x.t.Failed() {
		return
	}
	s.scenes++
	scene, err := NewScene(r, s.root, fmt.Sprint("t", s.scenes))
	must(x.t, err)
	readOnly := chance(r, 12)
	if readOnly {
		must(x.t, s.freeze(unix.MS_RDONLY))
	}
	must(x.t, s.world.Reload())
	subjects := 8
	if readOnly {
		subjects = 3
	}
	known := &known{ways: map[string]*access.Way{}, programs: map[*access.Way]access.With{}}
	x.crowd = NewCrowd(r)
	defer x.crowd.End()
	for range subjects {
		if !x.t.Failed() {
			x.subject(s, scene, known, r)
		}
	}
	if readOnly {
		must(x.t, s.freeze(0))
		must(x.t, s.world.Reload())
	}
	must(x.t, scene.Remove())
}

// freeze makes the whole file system read-only, or writable again.
func (s *stage) freeze(flags uintptr) error {
	options := ""
	if s.grpid {
		options = "grpid"
	}
	return unix.Mount("", s.root, "", unix.MS_REMOUNT|flags, options)
}

// subject asks what it likes, most of it with an aim at what was met too seldom.
func (x *trial) subject(s *stage, scene *Scene, known *known, r *rand.Rand) {
	aims := Neediest(x.tally.facts, x.aims)
	var become func(*rand.Rand, *Credentials)
	if chance(r, 60) {
		become = aims[0].Become
	}
	who := s.world.AnySubject(r, become)
	defer who.Doer.End()
	for range 6 {
		for _, a := range access.Actions() {
			view, ask := s.world.AnyQuestion(r, scene, a)
			if !x.ask(&occasion{stage: s, scene: scene, who: who, view: view, ask: ask, known: known}) {
				return
			}
			for range 2 {
				o := &occasion{stage: s, scene: scene, who: who, known: known}
				if o.aimAt(x.t, aims[min(r.IntN(5), r.IntN(len(aims)))], r) && !x.ask(o) {
					return
				}
			}
		}
	}
}

// known is what was gathered of a scene, as long as it holds.
type known struct {
	ways     map[string]*access.Way
	programs map[*access.Way]access.With // interpreters
}

// forget drops what goes through a name that was made anew, in any view.
func (k *known) forget(name string) {
	clear(k.programs)
	touches := func(at string) bool {
		i := strings.Index(at+"/", "/"+name+"/")
		return i >= 0
	}
	for key, w := range k.ways {
		for i := range w.Steps {
			if touches(w.Steps[i].Path) {
				delete(k.ways, key)
				break
			}
		}
		if d := w.Directory(); w.Missing != "" && d >= 0 && touches(w.Steps[d].Path+"/"+w.Missing) || w.Broken != "" {
			delete(k.ways, key)
		}
	}
}

// occasion is one question asked of both.
type occasion struct {
	stage *stage
	scene *Scene
	who   *Subject
	view  View
	ask   Ask // with outside ids
	known *known

	q       access.Question
	verdict access.Verdict
}

// aimAt looks for a question that turns on the aim's fact as far as ward sees. Of
// those that do not, one in some is asked too.
func (o *occasion) aimAt(t *testing.T, aim Aim, r *rand.Rand) bool {
	for range 10 {
		view, ask, some := aim.question(r, o.stage.world, o.scene, &o.who.Caller)
		if !some {
			return false
		}
		o.view, o.ask = view, ask
		o.question(t)
		o.verdict = access.Decide(&o.q)
		if slices.Contains(factsOf(o), aim.Fact) {
			return true
		}
	}
	return chance(r, 10)
}

// ask compares; it reports whether the two agree.
func (x *trial) ask(o *occasion) bool {
	o.question(x.t)
	o.verdict = access.Decide(&o.q)
	if o.unseen() {
		x.tally.undecided++
		return true
	}
	ask := o.ask
	ask.UID, ask.GID = o.who.innerUID(ask.UID), o.who.innerGID(ask.GID)
	answer := o.who.Doer.Do(ask)
	errno := answer.Errno
	said := Outcome(errno, o.q.Way, o.verdict)
	if agrees := o.verdict.Answer != access.Unknown && string(o.verdict.Errno) == said; !agrees {
		if before := *o.stage.world.Host; x.settingsChanged(o, before) {
			return true // somebody else on the machine has set fs.protected_*
		}
		x.t.Errorf("seed %d, %s, view %s (file system read-only: %v): %v\nsubject %+v of namespace %v\nthe kernel says %q (%d), ward says %v %q: %v at %v, missing %b\n%s",
			*seed, o.stage.name, o.view.Name, o.stage.frozen(), o.ask, o.who.Caller.Subject, o.who.Caller.Namespace, said, errno,
			o.verdict.Answer, o.verdict.Errno, o.verdict.Reason, o.verdict.Where, o.verdict.Missing, o.describe())
		return false
	}
	x.tally.count(o)
	if errno == 0 && ask.Action == access.Executing && !x.ranAs(o, answer.Status) {
		return false
	}
	if o.verdict.Answer == access.Denied && !x.proveFixes(o) {
		return false
	}
	if problem := x.blindly(o); problem != "" {
		x.t.Errorf("seed %d, %s: %v\nsubject %+v: %s", *seed, o.stage.name, o.ask, o.who.Caller.Subject, problem)
		return false
	}
	if errno == 0 && o.verdict.Allows() {
		must(x.t, o.repair())
	}
	return true
}

func (x *trial) settingsChanged(o *occasion, before access.Host) bool {
	must(x.t, o.stage.world.Reload())
	after := o.stage.world.Host
	clear(o.known.ways) // they point to the mounts of before
	return before.ProtectedFifos != after.ProtectedFifos || before.ProtectedHardlinks != after.ProtectedHardlinks ||
		before.ProtectedRegular != after.ProtectedRegular || before.ProtectedSymlinks != after.ProtectedSymlinks
}

// unseen: root itself was not let in, below directories whose owner an idmapped
// mount does not map. Ward must then not know more.
func (o *occasion) unseen() bool {
	if o.verdict.Answer != access.Unknown {
		return false
	}
	return slices.ContainsFunc(append([]*access.Way{o.q.Way, o.q.Target}, o.q.With.Interpreters...), func(w *access.Way) bool {
		return w != nil && (w.Broken == "EACCES" || w.Object() != nil && w.Object().Entry.Denied != 0)
	})
}

// ranAs compares the ids that a program ran with.
func (x *trial) ranAs(o *occasion, status int) bool {
	e := access.RunsAs(&o.q)
	want := Status(o.who.innerUID(uint32(e.UID)), o.who.innerGID(uint32(e.GID)))
	if want == status {
		return true
	}
	x.t.Errorf("seed %d, %s: %v\nsubject %+v of %v: it ran with %#x, ward says %#x: %+v\n%s",
		*seed, o.stage.name, o.ask, o.who.Caller, o.who.Caller.Namespace, status, want, e, o.describe())
	return false
}

// blindly asks ward once more on fewer facts: on a random choice of them, and before
// anything has changed on those that the subject may see.
func (x *trial) blindly(o *occasion) string {
	if x.tally.asked%4 == 0 {
		x.tally.fewer++
		if problem := o.seesLess(rand.New(rand.NewPCG(*seed, uint64(x.tally.asked)))); problem != "" {
			return problem
		}
	}
	if x.tally.asked%10 != 0 || o.verdict.Allows() && len(o.changed()) > 0 {
		return ""
	}
	x.tally.byUser++
	return o.seesItself()
}

func (s *stage) frozen() bool {
	var st unix.Statfs_t
	return unix.Statfs(s.root, &st) == nil && st.Flags&unix.ST_RDONLY != 0
}

// question gathers what ward is told.
func (o *occasion) question(t *testing.T) {
	a := &o.ask
	o.q = access.Question{Caller: &o.who.Caller, Host: o.stage.world.Host, Action: a.Action, With: access.With{
		Open: a.Flags, Mode: mode.Mode(a.Mode), Kind: a.Kind, UID: ident.UID(a.UID), GID: ident.GID(a.GID),
		Attr: a.Attr, Now: a.Now, Swap: a.Swap, Keep: a.Keep,
	}}
	o.q.Way = o.way(t, a.Path, lookup.Options{NoFollow: !a.Action.Follows(o.q.With), Name: a.Action.Names(o.q.With)}, a.Action == access.Executing)
	if a.Action.TwoPaths() {
		o.q.Target = o.way(t, a.Path2, lookup.Options{NoFollow: true, Name: true}, false)
	}
	if a.Action == access.Executing {
		o.interpreters(t)
	}
}

func (o *occasion) interpreters(t *testing.T) {
	with, ok := o.known.programs[o.q.Way]
	if !ok {
		var err error
		with.Interpreters, with.NoFormat, err = lookup.Interpreters(o.q.Way, lookup.Options{Mounts: o.stage.world.Mounts, Sight: o.stage.world.Sight})
		must(t, err)
		o.known.programs[o.q.Way] = with
	}
	o.q.With.Interpreters, o.q.With.NoFormat = with.Interpreters, with.NoFormat
}

func (o *occasion) way(t *testing.T, path string, options lookup.Options, program bool) *access.Way {
	key := fmt.Sprint(options.NoFollow, options.Name, program, path)
	if w, ok := o.known.ways[key]; ok {
		return w
	}
	options.Mounts, options.Sight = o.stage.world.Mounts, o.stage.world.Sight
	if program {
		options.Facts = entry.Caps | entry.Content
	}
	w, err := lookup.Gather(path, options)
	must(t, err)
	for i := range w.Steps {
		w.Steps[i].Mount = o.stage.world.Known(w.Steps[i].Mount)
	}
	o.known.ways[key] = w
	return w
}

func (o *occasion) describe() string {
	var b strings.Builder
	for _, w := range append([]*access.Way{o.q.Way, o.q.Target}, o.q.With.Interpreters...) {
		if w == nil {
			continue
		}
		for i, s := range w.Steps {
			fmt.Fprintf(&b, "  %2d %s parent %d %v %04o %d:%d acl %v flags %x follow %v trailing %v unmapped %v %v sight %d %d known %b denied %b mount %s\n", i, s.Path, s.Parent,
				s.Entry.Kind, s.Entry.Mode, s.Entry.UID, s.Entry.GID, s.Entry.ACL, s.Entry.Flags, s.Follow, s.Trailing, s.UnmappedUser, s.UnmappedGroup, s.User, s.Group, s.Entry.Known, s.Entry.Denied, pointOf(s.Mount))
		}
		fmt.Fprintf(&b, "  missing %q broken %q rest %q slash %v\n", w.Missing, w.Broken, w.Rest, w.Slash)
	}
	for _, c := range access.Explain(&o.q) {
		fmt.Fprintf(&b, "  check %v %v %v %q: %v\n", c.Where, c.Wanted, c.Answer, c.Errno, c.Reason)
	}
	fmt.Fprintf(&b, "  noformat %v host %+v\n", o.q.With.NoFormat, o.q.Host)
	return b.String()
}

func pointOf(m *access.Mount) string {
	if m == nil {
		return "unknown"
	}
	return m.Point
}

// repair undoes what the action did.
func (o *occasion) repair() error {
	names := o.changed()
	if len(names) == 0 {
		return nil
	}
	if slices.Contains(names, outOfScene) {
		return fmt.Errorf("%v changed what no scene holds", o.ask)
	}
	for _, name := range names {
		o.known.forget(name)
		if err := o.scene.Repair(name, o.ask.Action == access.Renaming); err != nil {
			return fmt.Errorf("after %v: %w", o.ask, err)
		}
	}
	return nil
}

// changed are the names, below the scene, of what the action may have changed.
func (o *occasion) changed() []string {
	switch a := o.ask.Action; {
	case a == access.Renaming:
		return append(o.names(o.q.Way), o.names(o.q.Target)...)
	case a == access.Linking:
		return o.names(o.q.Target)
	case slices.Contains([]access.Action{access.Executing, access.Searching, access.Stating, access.ChangingDir, access.Connecting, access.SettingTimes}, a):
		return nil
	case isOpen(a) && o.q.Way.Object() != nil && o.q.Way.Object().Entry.Kind != mode.Regular:
		return nil
	case isOpen(a) && (o.ask.Flags&access.OTrunc == 0 && o.q.Way.Missing == "" || o.ask.Flags&(access.OPath|access.OTmpfile) != 0):
		return nil
	}
	return o.names(o.q.Way)
}

func (o *occasion) names(w *access.Way) []string {
	at := ""
	if s := w.Object(); s != nil {
		at = s.Path
	} else if d := w.Directory(); d >= 0 {
		at = w.Steps[d].Path + "/" + w.Missing
	}
	if name, ok := o.stage.world.nameIn(o.scene, at); ok {
		return []string{name}
	}
	return []string{outOfScene}
}

const outOfScene = "?"

// tally counts what was compared.
type tally struct {
	asked, denied, undecided int // undecided: root itself was not let see
	fewer, byUser            int // asked again on fewer facts, and on those that the subject saw

	actions map[string]int
	facts   map[string]int
	places  map[string]int
}

func newTally() *tally {
	return &tally{actions: map[string]int{}, facts: map[string]int{}, places: map[string]int{}}
}

func (c *tally) count(o *occasion) {
	c.asked++
	if o.verdict.Answer == access.Denied {
		c.denied++
	}
	c.actions[o.ask.Action.String()]++
	c.places[o.stage.name]++
	c.places["view "+o.view.Name]++
	for _, f := range factsOf(o) {
		c.facts[f]++
	}
}

// lacking is an action or fact that was not met often enough: once in a hundred
// decisions.
func (c *tally) lacking(aims []Aim) string {
	least := *volume / 100
	for _, a := range access.Actions() {
		if c.actions[a.String()] < least {
			return a.String()
		}
	}
	for _, aim := range aims {
		if c.facts[aim.Fact] < least {
			return aim.Fact
		}
	}
	for _, f := range standing {
		if c.facts[f] < least {
			return f
		}
	}
	return ""
}

// standing are facts that random questions meet often, without an aim.
var standing = []string{
	"user namespace", "capability of a namespace does not reach", "idmapped mount", "nosuid mount", "BSD groups", "group", "supplementary group",
	"others' bits", "owner's bits", "list looked at", "read-only file system", "ENOENT", "EISDIR", "ENOTDIR",
}

func (c *tally) report(t *testing.T) {
	c.leave(t)
	t.Logf("%d decisions, %d denied; %d again on fewer facts, %d on what the subject saw; %d where root was not let see", c.asked, c.denied, c.fewer, c.byUser, c.undecided)
	for _, m := range []map[string]int{c.actions, c.facts, c.places} {
		names := make([]string, 0, len(m))
		for name := range m {
			names = append(names, name)
		}
		sort.Strings(names)
		line := ""
		for _, name := range names {
			line += fmt.Sprintf("%s %d; ", name, m[name])
		}
		t.Log(line)
	}
}

// leave notes the sums for the end of the run; package testreport prints lines of a
// package that begin like this.
func (c *tally) leave(t *testing.T) {
	line := fmt.Sprintf("%d decisions, %d denied; seed %d; of each action and fact:", c.asked, c.denied, *seed)
	for _, m := range []map[string]int{c.actions, c.facts} {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			line += fmt.Sprintf(" %s %d;", name, m[name])
		}
	}
	leave(t, line)
}

func leave(t *testing.T, line string) {
	t.Helper()
	f, err := os.OpenFile(os.Getenv(countsVariable), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	fmt.Fprintf(f, "--- %s: %s\n", t.Name(), line)
}

// factsOf are the facts that decided, or that were there and had to be seen to
// change nothing.
func factsOf(o *occasion) []string {
	var list []string
	add := func(name string, is bool) {
		if is {
			list = append(list, name)
		}
	}
	v, s := o.verdict, o.decisive()
	rule := v.Reason.Rule
	if name, ok := decided[rule]; ok {
		list = append(list, name)
	}
	if rule == access.Privilege || rule == access.NoPrivilege {
		list = append(list, strings.ToUpper(ident.Capability(v.Reason.ID).String()))
	}
	add("mask takes rights", v.Reason.Masked)
	if s != nil {
		st := s.Entry.State
		bits := rule == access.OwnerBits || rule == access.OwningGroup || rule == access.OtherBits
		add("owner refused, others may", rule == access.OwnerBits && v.Answer == access.Denied && st.Mode.Other()&^st.Mode.Owner() != 0)
		add("supplementary group", rule == access.OwningGroup && o.who.Caller.GID != st.GID)
		add("list not looked at, mask empty", bits && rule != access.OwnerBits && st.ACL != nil && st.Mode&0o070 == 0)
		add("list looked at", st.ACL != nil && st.Mode&0o070 != 0 && (bits || rule == access.NamedUser || rule == access.NamedGroup))
		add("BSD groups", s.Mount != nil && s.Mount.BSDGroups)
		add("capability of a namespace does not reach", o.who.Caller.Namespace != nil && v.Answer == access.Denied && o.who.Caller.Caps != 0 &&
			(!o.who.Caller.Namespace.MapsUser(st.UID) || !o.who.Caller.Namespace.MapsGroup(st.GID)))
	}
	add("user namespace", o.who.Caller.Namespace != nil)
	add("idmapped mount", o.view.Name == "idmapped")
	add("nosuid mount", o.view.Name == "nosuid")
	if o.ask.Action == access.Executing {
		script := len(o.q.With.Interpreters) > 0 && o.q.Way.Object() != nil && o.q.Way.Object().Entry.Content&entry.Shebang != 0
		add("script", script)
		add("set-id script", script && o.q.Way.Object().Entry.Mode&(mode.SetUID|mode.SetGID) != 0)
		add("interpreter refused", v.Where.Way >= 2 && v.Answer == access.Denied)
		add("interpreter's way", v.Where.Way >= 2)
		e := access.RunsAs(&o.q)
		add("set-id program", v.Allows() && (e.UID != o.who.Caller.UID || e.GID != o.who.Caller.GID))
		add("set-id ignored: "+e.Ignored.String(), v.Allows() && e.Ignored != 0)
	}
	return list
}

// decided are the rules by the names of their facts.
var decided = map[access.Rule]string{
	access.OwnerBits: "owner's bits", access.OwningGroup: "group", access.OtherBits: "others' bits", access.NamedUser: "list: user",
	access.NamedGroup: "list: group", access.Groups: "list: several groups", access.DACOverride: "CAP_DAC_OVERRIDE",
	access.DACReadSearch: "CAP_DAC_READ_SEARCH", access.Ownership: "owner may", access.NotOwner: "owner only", access.NotMember: "own groups only",
	access.StickyDirectory: "sticky", access.ImmutableFlag: "immutable", access.AppendOnlyFlag: "append-only",
	access.ReadOnlyFileSystem: "read-only file system", access.ReadOnlyMount: "read-only mount", access.NoExecMount: "noexec",
	access.NoDevMount: "nodev", access.NoSymlinkMount: "nosymfollow", access.UnmappedOwner: "unmapped owner",
	access.UnmappedCaller: "unmapped caller", access.UnmappedWanted: "unmapped wanted id", access.ProtectedHardlink: "protected_hardlinks",
	access.ProtectedSymlink: "protected_symlinks", access.ProtectedFIFO: "protected_fifos", access.ProtectedRegular: "protected_regular",
	access.SetIDKept: "set-id bits would go", access.NoFormat: "ENOEXEC", access.FileCapabilities: "file capabilities beyond the bounding set",
	access.NoSuchName: "ENOENT", access.NotDirectory: "ENOTDIR", access.IsDirectory: "EISDIR", access.IsSymlink: "ELOOP", access.TooManyLinks: "ELOOP",
	access.Exists: "EEXIST", access.DifferentMount: "EXDEV", access.IntoItself: "into itself", access.WrongKind: "wrong kind", access.WrongName: "wrong name",
}

// decisive is the step at which the verdict was given.
func (o *occasion) decisive() *access.Step {
	ways := append([]*access.Way{o.q.Way, o.q.Target}, o.q.With.Interpreters...)
	w := o.verdict.Where
	if int(w.Way) >= len(ways) || ways[w.Way] == nil || w.Step < 0 || w.Step >= len(ways[w.Way].Steps) {
		return nil
	}
	return &ways[w.Way].Steps[w.Step]
}
