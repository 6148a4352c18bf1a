package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"ward/access"
	"ward/account"
	"ward/entry"
	"ward/internal/host/accounts"
	"ward/internal/host/lookup"
	"ward/internal/host/process"
	"ward/internal/host/umasks"
	"ward/mode"
)

// Making is a way in which things come into being.
type Making string

// The ways.
const (
	CreateFile  Making = "create"  // open(2) with O_CREAT
	MakeDir     Making = "mkdir"   // mkdir(2)
	MakeNode    Making = "mknod"   // mknod(2) of a fifo
	MakeSymlink Making = "symlink" // symlink(2)
	CopyFile    Making = "copy"    // cp
	MoveFile    Making = "move"    // mv
	InstallFile Making = "install" // install
	ExtractFile Making = "extract" // tar -x
	ReplaceFile Making = "replace" // a new file is written beside the old one and renamed over it
)

// Makings lists them in the order of help.
func Makings() []Making {
	return []Making{CreateFile, MakeDir, MakeNode, MakeSymlink, CopyFile, MoveFile, InstallFile, ExtractFile, ReplaceFile}
}

// HasSource tells whether it starts from an object that is there already.
func (m Making) HasSource() bool { return m == CopyFile || m == MoveFile }

// PredictRequest asks what somebody would get by making something.
type PredictRequest struct {
	What   Making
	As     string // process.Find; "" is this very process
	Source string // of a copy or move
	Path   string // a directory, or the new name in one; of a replacement the file
	Umask  string // as the shell's umask takes it; "": what WHO would have

	Mode     string // asked for, installed, or in the archive; "": what is usual
	Owner    string // install -o, or the owner in the archive
	Group    string
	Kind     mode.Kind // of a member of an archive, or of a node; Unknown: a file, a fifo
	Preserve bool      // cp -p; tar -p; a replacement that keeps owner, mode and list
	Archive  bool      // cp -a
	// SameOwner is tar's --same-owner; nil: what it does for WHO.
	SameOwner *bool
}

// Prediction is what he would get.
type Prediction struct {
	Request PredictRequest
	Who     *process.Who
	Path    string // of the new object
	Dir     *access.Step
	Made    access.Made
	Source  *entry.Entry // nil where there is none
	Old     *entry.Entry // the object that is there and is written to or replaced

	Umask     mode.Mode
	UmaskFrom string // in words, where he has it from

	Needs []*AccessAnswer // what he must be allowed to do for it
	Notes []string
	Names *account.Database
}

// Answer is whether he may at all.
func (p *Prediction) Answer() access.Answer {
	answer := access.Allowed
	for _, n := range p.Needs {
		switch n.Verdict.Answer {
		case access.Denied:
			return access.Denied
		case access.Unknown:
			answer = access.Unknown
		}
	}
	return answer
}

// Predict foresees what making something would leave. Nothing is made.
func Predict(q PredictRequest) (*Prediction, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	who, err := findWho(q.As, db)
	if err != nil {
		return nil, err
	}
	p := &Prediction{Request: q, Who: who, Names: db}
	for _, step := range []func() error{p.umask, p.source, p.place, p.make, p.permissions} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	p.note()
	return p, nil
}

// umask is the one that was asked for, or that of the process, or the one that a
// login session of the user has.
func (p *Prediction) umask() error {
	var err error
	p.Umask, p.UmaskFrom, err = umaskOf(p.Who, p.Request.Umask, p.Names)
	p.Who.Umask = p.Umask
	return err
}

func umaskOf(who *process.Who, asked string, db *account.Database) (mode.Mode, string, error) {
	if asked != "" {
		m, err := mode.ParseUmask(asked, 0)
		if err != nil {
			return 0, "", &RequestError{Problem: err.Error()}
		}
		return m, "as asked for", nil
	}
	if p := who.Process; p != nil {
		if IsSelf(p.PID) {
			return p.Caller.Umask, "as you have it", nil
		}
		return p.Caller.Umask, "of the process", nil
	}
	u, ok := db.UserByID(who.UID)
	if !ok {
		return usualUmask, "which is usual; --umask gives another", nil
	}
	found := umasks.Login("/", u, db)
	from := "of login sessions where nobody sets another"
	for _, s := range found.Sources {
		if s.Wins && s.File != "" {
			from = "of login sessions, by " + placeOf(s)
		}
	}
	if !found.Certain {
		from += " (perhaps another: ward umask --sources says when)"
	}
	return found.Mask, from, nil
}

const usualUmask mode.Mode = 0o022

func placeOf(s umasks.Source) string {
	if s.Line == 0 {
		return s.File
	}
	return fmt.Sprintf("%s:%d", s.File, s.Line)
}

// source looks at what is copied or moved, with all that programs may preserve.
func (p *Prediction) source() error {
	q := &p.Request
	if !q.What.HasSource() {
		return nil
	}
	follow := q.What == CopyFile && !q.Archive
	e, err := lookAsSeen(p.Who.Process, q.Source, follow)
	if err != nil {
		return err
	}
	p.Source = &e
	if e.Kind != mode.Regular && e.Kind != mode.Directory && e.Kind != mode.Symlink {
		return &RequestError{Problem: fmt.Sprintf("%q is a %s: only files, directories and symbolic links are foreseen", q.Source, e.Kind)}
	}
	return nil
}

// everyFact is what programs may preserve of an object.
const everyFact = entry.Stat | entry.AccessACL | entry.DefaultACL | entry.Caps

// lookAtMost examines an object with all that can be seen of it: what its kind does
// not have is no loss.
func lookAtMost(path string, follow bool) (entry.Entry, error) {
	e, err := lookAt(path, follow, everyFact)
	if e.Known&entry.Stat != 0 {
		return e, nil
	}
	return e, err
}

// place finds the directory and the name in it: PATH is one or the other.
func (p *Prediction) place() error {
	q := &p.Request
	e, err := lookAsSeen(p.Who.Process, q.Path, true)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p.inDirectory(filepath.Dir(filepath.Clean(q.Path)), filepath.Base(q.Path))
	case err != nil:
		return err
	case e.Kind == mode.Directory && q.What == ReplaceFile:
		return &RequestError{Problem: fmt.Sprintf("%q is a directory: a file is replaced, not a directory", q.Path)}
	case e.Kind == mode.Directory:
		name := "new"
		if q.Source != "" {
			name = filepath.Base(filepath.Clean(q.Source))
		}
		return p.inDirectory(q.Path, name)
	}
	p.Old = &e
	return p.inDirectory(filepath.Dir(filepath.Clean(q.Path)), filepath.Base(q.Path))
}

func (p *Prediction) inDirectory(dir, name string) error {
	o := viewOf(p.Who)
	o.Facts = entry.DefaultACL
	way, err := lookup.Gather(dir, o)
	if err != nil {
		return err
	}
	object := way.Object()
	switch {
	case object == nil:
		return &fs.PathError{Op: "look at", Path: dir, Err: fs.ErrNotExist}
	case object.Entry.Kind != mode.Directory:
		return &RequestError{Problem: fmt.Sprintf("%q is no directory", dir)}
	}
	p.Dir, p.Path = object, filepath.Join(dir, name)
	if p.Old == nil {
		switch e, err := lookAsSeen(p.Who.Process, p.Path, false); {
		case err == nil:
			p.Old = &e
		case !errors.Is(err, fs.ErrNotExist):
			p.Notes = append(p.Notes, "whether something is there already could not be seen")
		}
	}
	return p.oldAllowed()
}

// oldAllowed refuses what makes nothing new where something is.
func (p *Prediction) oldAllowed() error {
	q := &p.Request
	switch {
	case q.What == ReplaceFile && p.Old == nil:
		return &fs.PathError{Op: "look at", Path: p.Path, Err: fs.ErrNotExist}
	case p.Old == nil:
		return nil
	case q.What == CopyFile && p.Old.Kind == mode.Directory:
		return &RequestError{Problem: fmt.Sprintf("%q exists: what is copied into a directory is foreseen one by one", p.Path)}
	case q.What == CopyFile && !slices.Contains([]mode.Kind{mode.Regular, mode.Symlink}, p.Old.Kind):
		return &RequestError{Problem: fmt.Sprintf("%q is a %s: cp writes into it, and makes nothing new there", p.Path, p.Old.Kind)}
	case slices.Contains([]Making{CreateFile, MakeDir, MakeNode, MakeSymlink}, q.What):
		return &RequestError{Problem: fmt.Sprintf("%q exists: %s makes nothing new there", p.Path, q.What), Hint: "name a directory, or a name that is free"}
	}
	return nil
}

func (p *Prediction) make() error {
	at := access.Place{Caller: &p.Who.Caller, Dir: p.Dir}
	q := &p.Request
	m, err := p.mode()
	if err != nil {
		return err
	}
	switch q.What {
	case MakeDir:
		p.Made = at.Make(mode.Directory, m)
	case MakeNode:
		p.Made = at.Make(cmpKind(q.Kind, mode.FIFO), m)
	case MakeSymlink:
		p.Made = at.Make(mode.Symlink, m)
	case CopyFile:
		p.Made = at.Copy(p.Source, access.Copying{Preserve: q.Preserve, Archive: q.Archive, Onto: p.overwritten()})
	case MoveFile:
		p.Made = at.Move(p.Source, p.sameFileSystem())
	case InstallFile, ExtractFile:
		return p.placed(at, m)
	case ReplaceFile:
		p.Made = at.Replace(p.Old, q.Preserve)
	default:
		p.Made = at.Make(mode.Regular, m)
	}
	return nil
}

func cmpKind(k, usual mode.Kind) mode.Kind {
	if k == mode.Unknown {
		return usual
	}
	return k
}

// overwritten is the file that cp writes into; a directory is none.
func (p *Prediction) overwritten() *entry.Entry {
	if p.Source.Kind == mode.Regular && p.Old != nil && p.Old.Kind == mode.Regular {
		return p.Old
	}
	return nil
}

// mode is what was asked for, or what the program asks for by itself.
func (p *Prediction) mode() (mode.Mode, error) {
	if text := p.Request.Mode; text != "" {
		m, err := mode.Parse(text)
		if err != nil {
			return 0, &RequestError{Problem: err.Error()}
		}
		return m, nil
	}
	switch {
	case p.Request.What == MakeDir:
		return 0o777, nil
	case p.Request.What == InstallFile, p.Request.What == ExtractFile && p.Request.Kind == mode.Directory:
		return 0o755, nil
	case p.Request.What == ExtractFile:
		return 0o644, nil
	}
	return 0o666, nil
}

// placed is what programs make that take an owner.
func (p *Prediction) placed(at access.Place, m mode.Mode) error {
	q := &p.Request
	uid, gid, err := ParseOwner(q.Owner, q.Group)
	if err != nil {
		return err
	}
	if q.What == InstallFile {
		p.Made = at.Install(access.Installing{Mode: m, UID: uid, GID: gid})
		return nil
	}
	member := entry.Entry{Kind: cmpKind(q.Kind, mode.Regular), State: entry.State{Mode: m, UID: uid, GID: gid}}
	root := p.Who.UID == 0
	how := access.Extracting{SamePermissions: root || q.Preserve, SameOwner: root}
	if q.SameOwner != nil {
		how.SameOwner = *q.SameOwner
	}
	p.Made = at.Extract(&member, how)
	if how.SameOwner && (q.Owner == "" || q.Group == "") {
		p.Notes = append(p.Notes, "tar gives it to the owner and group in the archive: --owner and --group say which")
	}
	return nil
}

// sameFileSystem reports whether rename(2) can do it: both lie on one mount, and on
// one device of it.
func (p *Prediction) sameFileSystem() bool {
	o := viewOf(p.Who)
	way, err := lookup.Gather(filepath.Dir(filepath.Clean(p.Request.Source)), o)
	if err != nil || way.Object() == nil {
		return false
	}
	from := way.Object()
	return from.Mount != nil && p.Dir.Mount != nil && from.Mount.ID == p.Dir.Mount.ID && p.Source.ID.Device == p.Dir.Entry.ID.Device
}

// permissions asks whether he may do what the program does.
func (p *Prediction) permissions() error {
	q := &p.Request
	var asks []AccessRequest
	ask := func(a access.Action, path string) {
		asks = append(asks, AccessRequest{As: q.As, Action: a, Path: path})
	}
	renames := q.What == MoveFile && len(p.Made.Effects) > 0 && p.Made.Effects[0].By == access.Kept
	switch {
	case renames:
		asks = append(asks, AccessRequest{As: q.As, Action: access.Renaming, Path: q.Source, Target: p.Path})
	case q.What == ReplaceFile:
		ask(access.Creating, filepath.Join(filepath.Dir(p.Path), ".new"))
		asks = append(asks, AccessRequest{As: q.As, Action: access.Deleting, Path: p.Path})
	default:
		if q.What.HasSource() && p.Source.Kind != mode.Symlink {
			ask(readingOf(p.Source.Kind), q.Source)
		}
		if q.What == MoveFile {
			ask(access.Deleting, q.Source)
		}
		switch {
		case p.Old == nil:
			ask(creatingOf(p.Made.Kind), p.Path)
		case q.What == CopyFile:
			ask(access.Writing, p.Path)
		default: // what is there goes first
			ask(access.Deleting, p.Path)
		}
	}
	for _, r := range asks {
		question, _, err := gatherQuestion(r, p.Who)
		if err != nil {
			return err
		}
		p.Needs = append(p.Needs, AnswerAccess(r, p.Who, question, p.Names))
	}
	return nil
}

func readingOf(k mode.Kind) access.Action {
	if k == mode.Directory {
		return access.Listing
	}
	return access.Reading
}

func creatingOf(k mode.Kind) access.Action {
	switch k {
	case mode.Directory:
		return access.MakingDir
	case mode.Symlink:
		return access.Symlinking
	case mode.Regular:
		return access.Creating
	}
	return access.MakingNode
}

// note says what the rules of the kernel and of programs do not know.
func (p *Prediction) note() {
	if m := p.Dir.Mount; m != nil {
		if why := ownRules(m.FSType); why != "" {
			p.Notes = append(p.Notes, fmt.Sprintf("%s is %s: %s", m.Point, m.FSType, why))
		}
	}
	if p.Dir.Entry.Known&entry.DefaultACL == 0 || p.Dir.Entry.Denied&entry.DefaultACL != 0 {
		p.Notes = append(p.Notes, "whether the directory has a default list could not be seen")
	}
	q := &p.Request
	if q.What == MakeDir && q.Mode != "" {
		p.Notes = append(p.Notes, "mkdir -m sets the mode once more afterwards, and the umask does not count")
	}
	if q.What == MoveFile && len(p.Made.Effects) > 0 && p.Made.Effects[0].By == access.Kept && p.Dir.Entry.Mode&mode.SetGID != 0 && p.Source.GID != p.Dir.Entry.GID {
		p.Notes = append(p.Notes, fmt.Sprintf("the directory is setgid, and the file keeps the group %s nevertheless: copy it, or chgrp it", p.Names.GroupName(p.Source.GID)))
	}
}

// ownRules says why a file system does not follow the rules.
func ownRules(fstype string) string {
	switch fstype {
	case "vfat", "msdos", "exfat", "ntfs", "ntfs3", "iso9660", "hfs":
		return "it keeps no owners and modes; the mount's options (uid, gid, fmask, dmask) decide"
	case "nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "lustre", "afs":
		return "the server decides in the end, and may map owners (ward probe finds out)"
	case "fuse", "fuseblk":
		return "a program serves it, and may do as it likes (ward probe finds out)"
	}
	return ""
}

// IsSelf tells whether a process is this very one.
func IsSelf(pid int) bool { return pid == os.Getpid() }
