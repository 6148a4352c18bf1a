package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"ward/entry"
	"ward/ident"
	"ward/internal/apply"
	"ward/internal/host/installed"
	"ward/internal/host/state"
	"ward/manifest/facl"
	"ward/manifest/mtree"
	"ward/mode"
	"ward/packages"
	"ward/packages/apk"
	"ward/packages/deb"
	"ward/packages/dpkg"
	"ward/packages/rpm"
	"ward/plan"
	"ward/repair"
)

// reference makes the reference that was asked for.
func (r *repairing) reference(ctx context.Context, progress Progress) (*repair.Reference, error) {
	switch from := r.request.From; {
	case from == "" || from == "packages":
		return r.fromPackages(ctx, progress)
	case from == "log":
		return r.fromLog("")
	case from == "-" || isFile(from):
		return r.fromManifest(from)
	default:
		return r.fromLog(from)
	}
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir() || strings.Contains(name, "/")
}

// fromPackages asks every package manager that the system has.
func (r *repairing) fromPackages(ctx context.Context, progress Progress) (*repair.Reference, error) {
	s := r.system
	b := repair.NewBuilder(r.db, func(name string, directory bool) string {
		if directory {
			return s.ResolveDirectory(name)
		}
		return s.Resolve(name)
	})
	var managers []string
	for _, manager := range []func(context.Context, *repair.Builder, Progress) (string, error){r.fromDpkg, r.fromRPM, r.fromAPK} {
		words, err := manager(ctx, b, progress)
		if err != nil {
			return nil, err
		}
		if words != "" {
			managers = append(managers, words)
		}
	}
	if len(managers) == 0 {
		return nil, &RequestError{
			Problem: fmt.Sprintf("%q holds no database of dpkg, rpm or apk", r.root.Path()),
			Hint:    "name the root of a system and choose by --only what of it counts, or give a manifest: --from FILE",
		}
	}
	r.fromTmpfiles(b)
	r.result.From = strings.Join(managers, "; ")
	return b.Finish(true), nil
}

// fromDpkg takes names from dpkg's database, and modes from the packages.
func (r *repairing) fromDpkg(ctx context.Context, b *repair.Builder, progress Progress) (string, error) {
	d, err := r.system.Dpkg()
	if d == nil || err != nil {
		return "", err
	}
	r.problems(d.Problems)
	opened, err := r.archives(ctx, d, progress)
	if err != nil {
		return "", err
	}
	read := 0
	for i := range d.Packages {
		p := &d.Packages[i]
		if a := opened[p.Base()]; a != nil {
			read++
			addDeb(b, d, p, a)
		} else {
			r.result.NotAtHand = append(r.result.NotAtHand, p.String())
		}
		addList(b, d, p)
	}
	for _, o := range d.Overrides {
		w := repair.Wanted{Parts: repair.Mode, State: entry.State{Mode: o.Mode}, Source: repair.Override, Detail: "dpkg-statoverride", Kind: r.kindOf(o.Path)}
		b.Adjust(o.Path, w, repair.Owners{User: o.User, Group: o.Group, UID: o.UID, GID: o.GID})
	}
	words := fmt.Sprintf("dpkg: %d packages, the modes of %d from their .deb files", len(d.Packages), read)
	if n := len(d.Overrides); n > 0 {
		words += fmt.Sprintf(", %d overridden by dpkg-statoverride", n)
	}
	return words, nil
}

// kindOf is what is at a path now.
func (r *repairing) kindOf(name string) mode.Kind {
	o, err := r.root.Object(r.system.Resolve(name))
	if err != nil {
		return mode.Unknown
	}
	defer o.Close()
	e, _ := o.Look(entry.Stat)
	return e.Kind
}

func (r *repairing) problems(all []error) {
	for _, err := range all {
		r.result.Problems = append(r.result.Problems, err.Error())
	}
}

// archive is what a .deb says.
type archive struct {
	files []packages.File
	err   error
}

// archives reads the .deb files of the packages, as many at once as there are
// processors.
func (r *repairing) archives(ctx context.Context, d *installed.Dpkg, progress Progress) (map[string]*archive, error) {
	dirs := r.request.Debs
	if r.request.Download {
		dir, err := r.download(ctx, d, progress)
		if dir != "" {
			defer os.RemoveAll(dir)
		}
		if err != nil {
			return nil, err
		}
		dirs = append(slices.Clone(dirs), dir)
	}
	at, err := r.found(d, dirs)
	if err != nil {
		return nil, err
	}
	return r.readArchives(ctx, d, at, progress)
}

// found tells which .deb file is which package's, by the names that apt gives them.
func (r *repairing) found(d *installed.Dpkg, dirs []string) (map[string]installed.Archive, error) {
	all, err := r.system.Archives(dirs)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	byName := map[string]installed.Archive{}
	doubtful := false
	for _, a := range all {
		if a.Dir == "" && r.others(aptCache+"/"+a.Name) {
			doubtful = true
			if r.request.Download {
				continue
			}
		}
		byName[a.Name] = a
	}
	r.doubt(doubtful)
	at := map[string]installed.Archive{}
	for i := range d.Packages {
		p := &d.Packages[i]
		if a, ok := byName[deb.FileName(p.Package)]; ok {
			at[p.Base()] = a
		}
	}
	return at, nil
}

// aptCache is where apt keeps packages.
const aptCache = "var/cache/apt/archives"

// others reports whether somebody but root could have written a file.
func (r *repairing) others(name string) bool {
	const others = mode.GroupWrite | mode.OtherWrite
	e, err := r.look(name, entry.Stat)
	dir, err2 := r.look(path.Dir(name), entry.Stat)
	return err != nil || err2 != nil || e.UID != 0 || dir.UID != 0 || (e.Mode|dir.Mode)&others != 0
}

// doubt says that what packages in apt's cache say is worth no more than the cache.
func (r *repairing) doubt(doubtful bool) {
	const note = "somebody other than root could have changed the .deb files in apt's cache since; with --download apt fetches and verifies them anew"
	if doubtful && !r.request.Download && !slices.Contains(r.result.Notes, note) {
		r.result.Notes = append(r.result.Notes, note)
	}
}

func (r *repairing) readArchives(ctx context.Context, d *installed.Dpkg, at map[string]installed.Archive, progress Progress) (map[string]*archive, error) {
	var count atomic.Int64
	done := watch(progress, "packages read", &count, int64(len(at)))
	defer done()
	next := make(chan *installed.DpkgPackage)
	var workers sync.WaitGroup
	var lock sync.Mutex
	read := map[string]*archive{}
	for range runtime.NumCPU() {
		workers.Go(func() {
			for p := range next {
				a := r.readArchive(p.Package, at[p.Base()])
				count.Add(1)
				lock.Lock()
				read[p.Base()] = a
				lock.Unlock()
			}
		})
	}
	for i := range d.Packages {
		if _, ok := at[d.Packages[i].Base()]; ok && ctx.Err() == nil {
			next <- &d.Packages[i]
		}
	}
	close(next)
	workers.Wait()
	for base, a := range read {
		if a.err != nil {
			r.result.Problems = append(r.result.Problems, fmt.Sprintf("%s: %v", at[base].Name, a.err))
			delete(read, base)
		}
	}
	slices.Sort(r.result.Problems)
	return read, ctx.Err()
}

func (r *repairing) readArchive(want packages.Package, a installed.Archive) *archive {
	f, err := r.system.OpenArchive(a)
	if err != nil {
		return &archive{err: err}
	}
	defer f.Close()
	in, err := deb.NewReader(f)
	if err != nil {
		return &archive{err: err}
	}
	defer in.Close()
	if got := in.Package(); got != want {
		return &archive{err: fmt.Errorf("it holds %s %s, not %s %s", got, got.Architecture, want, want.Architecture)}
	}
	read := &archive{}
	for {
		x, err := in.Next()
		if errors.Is(err, io.EOF) {
			return read
		}
		if err != nil {
			return &archive{err: err}
		}
		read.files = append(read.files, x)
	}
}

// addDeb adds the files that a package has, as dpkg's list of it says: others have
// replaced the rest.
func addDeb(b *repair.Builder, d *installed.Dpkg, p *installed.DpkgPackage, a *archive) {
	listed := make(map[string]bool, len(p.Paths))
	for _, path := range p.Paths {
		listed[path] = true
	}
	for i := range a.files {
		f := a.files[i]
		if !listed[f.Path] {
			continue
		}
		if _, ok := p.Conffiles[f.Path]; ok {
			f.Traits |= packages.Config
		}
		f.Path = dpkg.Diverted(d.Diversions, p.Name, f.Path)
		b.AddFile(p.Package, &f)
	}
}

// addList adds what is known without the package: whose a path is, and what the
// maintainer script says.
func addList(b *repair.Builder, d *installed.Dpkg, p *installed.DpkgPackage) {
	for _, path := range p.Paths {
		b.AddFile(p.Package, &packages.File{Path: dpkg.Diverted(d.Diversions, p.Name, path)})
	}
	for _, s := range p.Said {
		parts := repair.Parts(0)
		if s.ModeKnown {
			parts |= repair.Mode
		}
		why := fmt.Sprintf("%s.postinst, line %d: %s", p.Base(), s.Line, s.Text)
		b.AddScript(s.Path, parts, s.Mode, repair.Owners{User: s.User, Group: s.Group, UID: ident.NoUID, GID: ident.NoGID}, why)
	}
}

// download has the packages fetched that are not at hand, into a private directory.
func (r *repairing) download(ctx context.Context, d *installed.Dpkg, progress Progress) (string, error) {
	at, err := r.found(d, r.request.Debs)
	if err != nil {
		return "", err
	}
	var wanted []packages.Package
	for i := range d.Packages {
		if p := &d.Packages[i]; at[p.Base()].Name == "" {
			wanted = append(wanted, p.Package)
		}
	}
	dir, err := os.MkdirTemp("", "ward-packages-*")
	if err != nil || len(wanted) == 0 {
		return dir, err
	}
	var count atomic.Int64
	done := watch(progress, "packages fetched", &count, int64(len(wanted)))
	defer done()
	if err := r.system.Fetch(ctx, dir, wanted, func(n int) { count.Store(int64(n)) }); err != nil {
		if ctx.Err() != nil {
			return dir, err
		}
		r.problems([]error{err}) // what could not be had is listed as not at hand, too
	}
	return dir, nil
}

func (r *repairing) fromRPM(_ context.Context, b *repair.Builder, _ Progress) (string, error) {
	count := 0
	name, err := r.system.RPM(func(h *rpm.Header) error {
		count++
		files, err := h.Files()
		if err != nil {
			r.problems([]error{fmt.Errorf("%s: %w", h.Package(), err)})
		}
		for i := range files {
			b.AddFile(h.Package(), &files[i])
		}
		return nil
	})
	if name == "" || err != nil {
		return "", err
	}
	return fmt.Sprintf("rpm: %d packages", count), nil
}

func (r *repairing) fromAPK(_ context.Context, b *repair.Builder, _ Progress) (string, error) {
	count := 0
	name, err := r.system.APK(func(p *apk.Installed) error {
		count++
		for i := range p.Files {
			b.AddFile(p.Package, &p.Files[i])
		}
		return nil
	})
	if name == "" || err != nil {
		return "", err
	}
	return fmt.Sprintf("apk: %d packages", count), nil
}

// fromTmpfiles takes what systemd-tmpfiles makes at every start, where it is there to
// do so. What it would only adjust by a pattern is left to it.
func (r *repairing) fromTmpfiles(b *repair.Builder) {
	if !r.system.Has("usr/bin/systemd-tmpfiles") && !r.system.Has("bin/systemd-tmpfiles") {
		return
	}
	items, problems := r.system.Tmpfiles()
	r.problems(problems)
	lines, patterns := 0, 0
	for i := range items {
		t := &items[i]
		k := t.Kind
		if t.Glob || t.Recursive {
			patterns++
		}
		if t.Glob || t.Recursive || t.Create && t.Letter != 'd' {
			continue
		}
		if k == mode.Unknown {
			k = r.kindOf(t.Path)
		}
		w := repair.Wanted{Kind: k, State: entry.State{Mode: t.Mode}, Source: repair.Tmpfiles, Detail: fmt.Sprintf("%s, line %d", t.File, t.Line)}
		if t.ModeKnown && !t.Masked {
			w.Parts |= repair.Mode
		}
		b.Adjust(t.Path, w, repair.Owners{User: t.User, Group: t.Group, UID: t.UID, GID: t.GID})
		lines++
	}
	if lines > 0 {
		r.result.Notes = append(r.result.Notes, fmt.Sprintf("%d lines of tmpfiles.d", lines))
	}
	if patterns > 0 {
		r.result.Notes = append(r.result.Notes, fmt.Sprintf("%d lines of tmpfiles.d for patterns or whole trees are left to `systemd-tmpfiles --create`, which carries them out at every start", patterns))
	}
	r.fromSysusers()
}

// fromSysusers says which accounts the system would make that are missing.
func (r *repairing) fromSysusers() {
	all, problems := r.system.Sysusers()
	r.problems(problems)
	var missing []string
	for _, a := range all {
		_, user := r.db.User(a.Name)
		_, group := r.db.Group(a.Name)
		if a.Group && !group || !a.Group && !user {
			missing = append(missing, a.Name)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		missing = slices.Compact(missing)
		r.result.Notes = append(r.result.Notes, "sysusers.d names accounts that are missing, and `systemd-sysusers` makes: "+strings.Join(missing, ", "))
	}
}

// fromManifest reads a file in one of the forms that are known by their beginnings.
func (r *repairing) fromManifest(name string) (*repair.Reference, error) {
	in := os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("read the manifest: %w", err)
		}
		defer f.Close()
		in = f
	}
	head := bufio.NewReaderSize(in, 1<<16)
	start, err := head.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	b := repair.NewBuilder(r.db, nil)
	var count int
	switch {
	case facl.Is(start):
		r.result.From = fmt.Sprintf("the lists of getfacl in %q", name)
		count, err = r.addFacl(b, head)
	case mtree.Is(start):
		r.result.From = fmt.Sprintf("the manifest %q", name)
		count, err = addMtree(b, head, name)
	default:
		return nil, &RequestError{Problem: fmt.Sprintf("%q is no manifest: it is neither mtree(5) nor what getfacl -R prints", name), Hint: "`ward manifest ROOT` writes one"}
	}
	if err != nil {
		return nil, &RequestError{Problem: fmt.Sprintf("read %q", name), Err: err}
	}
	if count == 0 {
		return nil, &RequestError{Problem: fmt.Sprintf("%q names no objects", name)}
	}
	return b.Finish(false), nil
}

func addMtree(b *repair.Builder, in io.Reader, name string) (count int, err error) {
	m := mtree.NewReader(in)
	for {
		e, err := m.Next()
		if errors.Is(err, io.EOF) {
			return count, nil
		}
		if err != nil {
			return count, err
		}
		count++
		if e.Ignored || e.Untracked {
			continue
		}
		w := repair.Wanted{
			Kind: e.Kind, Source: repair.Manifest, Detail: name, Digest: e.Digest,
			State: entry.State{Mode: e.Mode, ACL: e.ACL, Default: e.Default, Caps: e.Caps, Flags: e.Flags},
		}
		w.Parts = partsOf(&e)
		b.Add(e.Path, w, ownersOf(&e))
	}
}

func ownersOf(e *mtree.Entry) repair.Owners {
	o := repair.Owners{User: e.User, Group: e.Group, UID: ident.NoUID, GID: ident.NoGID}
	if e.Known&mtree.UID != 0 {
		o.UID = e.UID
	}
	if e.Known&mtree.GID != 0 {
		o.GID = e.GID
	}
	return o
}

// partsOf is what a manifest says of an object.
func partsOf(e *mtree.Entry) (p repair.Parts) {
	for _, x := range []struct {
		known mtree.Known
		part  repair.Parts
	}{{mtree.Mode, repair.Mode}, {mtree.ACL, repair.ACL}, {mtree.Default, repair.Default}, {mtree.Caps, repair.Caps}, {mtree.Flags, repair.Flags}} {
		if e.Known&x.known != 0 {
			p |= x.part
		}
	}
	return p
}

func (r *repairing) addFacl(b *repair.Builder, in io.Reader) (count int, err error) {
	m := facl.NewReader(in, r.db.IDs())
	for {
		e, err := m.Next()
		if errors.Is(err, io.EOF) {
			return count, nil
		}
		if err != nil {
			return count, err
		}
		count++
		w := repair.Wanted{
			Parts: repair.Mode | repair.ACL | repair.Default, Kind: r.kindOf(e.Path), Source: repair.Manifest, Detail: "getfacl",
			State: entry.State{Mode: e.Mode, ACL: e.ACL, Default: e.Default},
		}
		o := repair.Owners{User: e.User, Group: e.Group, UID: ident.NoUID, GID: ident.NoGID}
		b.Add(e.Path, w, numbered(o))
	}
}

// numbered reads owners that getfacl -n has written as numbers.
func numbered(o repair.Owners) repair.Owners {
	if id, ok := number(o.User); ok {
		o.User, o.UID = "", ident.UID(id)
	}
	if id, ok := number(o.Group); ok {
		o.Group, o.GID = "", ident.GID(id)
	}
	return o
}

// number is an id; what does not fit in one is a name that nobody has.
func number(word string) (id uint32, ok bool) {
	n, err := strconv.ParseUint(word, 10, 32)
	return uint32(n), err == nil && n != uint64(ident.NoUID)
}

// fromLog takes the states that ward's own runs left: of one run, or the last known of
// each object.
func (r *repairing) fromLog(id string) (*repair.Reference, error) {
	dir, err := openState()
	if err != nil {
		return nil, err
	}
	ids, err := r.runs(dir, id)
	if err != nil {
		return nil, err
	}
	b := repair.NewBuilder(r.db, nil)
	count := 0
	for _, id := range ids {
		n, err := r.addRun(b, dir, id)
		if err != nil {
			return nil, err
		}
		count += n
	}
	if count == 0 {
		return nil, &NoRunError{fmt.Sprintf("no run has left anything in %q: `ward log` lists them all", r.root.Path())}
	}
	r.result.From = fmt.Sprintf("ward's journal: %d runs on this tree", len(ids))
	if len(ids) == 1 {
		r.result.From = fmt.Sprintf("ward's journal: run %s", ids[0])
	}
	return b.Finish(false), nil
}

// runs are those on the tree, the first one first.
func (r *repairing) runs(dir *state.Dir, id string) ([]string, error) {
	if id != "" {
		j, err := dir.Journal(id)
		if errors.Is(err, state.ErrNoRun) {
			return nil, &NoRunError{fmt.Sprintf("%q is neither a file nor a run: `ward log` lists the runs", id)}
		}
		if err != nil {
			return nil, err
		}
		return []string{j.Run().ID}, j.Close()
	}
	runs, err := dir.Runs()
	var ids []string
	for i := range runs {
		if runs[i].Stage == state.Complete && overlap(runs[i].Header.Root, r.root.Path()) {
			ids = append(ids, runs[i].ID)
		}
	}
	slices.Reverse(ids)
	if len(ids) > 0 {
		return ids, nil
	}
	return nil, err
}

// addRun adds what one run left, where it lies in the tree.
func (r *repairing) addRun(b *repair.Builder, dir *state.Dir, id string) (count int, err error) {
	j, err := dir.Journal(id)
	if err != nil {
		return 0, err
	}
	defer j.Close()
	said, err := readNotes(j)
	if err != nil {
		return 0, err
	}
	root := j.Header().Root
	err = apply.Each(j, func(c *plan.Change) error {
		name, ok := strings.CutPrefix(path.Join(root, c.Path), strings.TrimSuffix(r.root.Path(), "/"))
		if !ok || name != "" && name[0] != '/' || said.items[c.Path].untouched() {
			return nil
		}
		if name = strings.TrimPrefix(name, "/"); name == "" {
			name = "."
		}
		count++
		x := c.Clone()
		w := repair.Wanted{Kind: x.Kind, State: x.After, Source: repair.Journal, Detail: "run " + id, Parts: knownParts(x.Known)}
		b.Add(name, w, repair.Owners{UID: x.After.UID, GID: x.After.GID})
		return nil
	})
	return count, err
}

// knownParts is what a change looked at.
func knownParts(known entry.Facts) repair.Parts {
	p := repair.Mode
	for _, x := range []struct {
		fact entry.Facts
		part repair.Parts
	}{{entry.AccessACL, repair.ACL}, {entry.DefaultACL, repair.Default}, {entry.Caps, repair.Caps}, {entry.Attributes, repair.Flags}} {
		if known&x.fact != 0 {
			p |= x.part
		}
	}
	return p
}
