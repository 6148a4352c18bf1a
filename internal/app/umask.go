package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ward/access"
	"ward/account"
	"ward/entry"
	"ward/ident"
	"ward/internal/host/accounts"
	"ward/internal/host/process"
	"ward/internal/host/umasks"
	"ward/mode"
)

// UmaskRequest asks what a umask makes of requests.
type UmaskRequest struct {
	PID   int      // whose umask; 0: that of this process
	Umask string   // another mask, as the shell's umask takes it; "": that of PID
	Modes []string // what programs ask for; nil: 0666 for a file and 0777 for a directory
	In    string   // a directory in which it is made; "": any without a default list
}

// UmaskAnswer is what becomes of requests.
type UmaskAnswer struct {
	Mask    mode.Mode
	From    string // in words: whose it is
	Dir     *entry.Entry
	In      string
	Results []UmaskResult
	Names   *account.Database
}

// UmaskResult is what becomes of one request.
type UmaskResult struct {
	Asked mode.Mode
	Kind  mode.Kind
	Made  access.Made
}

// AskUmask says what a process's umask, or another, makes of requests, and what a
// default list makes of them in its place.
func AskUmask(q UmaskRequest) (*UmaskAnswer, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	a := &UmaskAnswer{In: q.In, Names: db}
	p, who, err := a.mask(q)
	if err != nil {
		return nil, err
	}
	dir := &access.Step{Entry: entry.Entry{Kind: mode.Directory}}
	if q.In != "" {
		e, err := lookAsSeen(p, q.In, true)
		if err != nil {
			return nil, err
		}
		if e.Kind != mode.Directory {
			return nil, &RequestError{Problem: fmt.Sprintf("%q is no directory", q.In)}
		}
		a.Dir, dir.Entry = &e, e
	}
	place := access.Place{Caller: who, Dir: dir}
	requests, err := requestsOf(q.Modes)
	if err != nil {
		return nil, err
	}
	for _, r := range requests {
		r.Made = place.Make(r.Kind, r.Asked)
		a.Results = append(a.Results, r)
	}
	return a, nil
}

// mask finds the umask, and who has it.
func (a *UmaskAnswer) mask(q UmaskRequest) (*process.Process, *access.Caller, error) {
	p, err := process.Look(pidOr(q.PID))
	if errors.Is(err, errors.ErrUnsupported) && q.Umask != "" { // any system
		p, err = &process.Process{}, nil
	}
	var gone *process.GoneError
	switch {
	case errors.As(err, &gone):
		return nil, nil, &RequestError{Problem: err.Error(), Hint: "ps -e lists the processes"}
	case err != nil:
		return nil, nil, err
	}
	caller := p.Caller
	a.Mask, a.From = caller.Umask, "your own"
	if q.PID != 0 {
		a.From = fmt.Sprintf("of process %d (%s)", p.PID, p.Name)
	}
	if q.Umask != "" {
		m, err := mode.ParseUmask(q.Umask, a.Mask)
		if err != nil {
			return nil, nil, &RequestError{Problem: err.Error()}
		}
		a.Mask, a.From = m, "as asked for"
	}
	caller.Umask = a.Mask
	return p, &caller, nil
}

func pidOr(pid int) int {
	if pid == 0 {
		return os.Getpid()
	}
	return pid
}

// requestsOf are what programs ask for: a mode with an x of everybody may be of a
// program or of a directory, and is tried as both.
func requestsOf(texts []string) ([]UmaskResult, error) {
	if texts == nil {
		return []UmaskResult{{Asked: 0o666, Kind: mode.Regular}, {Asked: 0o777, Kind: mode.Directory}}, nil
	}
	var all []UmaskResult
	for _, text := range texts {
		m, err := mode.Parse(text)
		if err != nil {
			return nil, &RequestError{Problem: err.Error()}
		}
		all = append(all, UmaskResult{Asked: m, Kind: mode.Regular}, UmaskResult{Asked: m, Kind: mode.Directory})
	}
	return all, nil
}

// UmaskSourcesRequest asks where a umask is set.
type UmaskSourcesRequest struct {
	As   string // a user; "": who runs this
	Unit string // a systemd unit, in place of a user
	Root string // of the system's tree; "": the running system
}

// UmaskSources is where it is set.
type UmaskSources struct {
	For   string // "ann", "nginx.service"
	Found *umasks.Found
}

// FindUmaskSources says where the umask of a user's sessions or of a unit comes from.
func FindUmaskSources(q UmaskSourcesRequest) (*UmaskSources, error) {
	root := "/"
	if q.Root != "" {
		absolute, err := filepath.Abs(q.Root)
		if err != nil {
			return nil, err
		}
		root = absolute
		if info, err := os.Stat(root); err != nil {
			return nil, err
		} else if !info.IsDir() {
			return nil, &RequestError{Problem: fmt.Sprintf("%q is no directory", q.Root)}
		}
	}
	if q.Unit != "" {
		f, err := umasks.ForUnit(root, q.Unit)
		var unknown *umasks.UnitError
		if errors.As(err, &unknown) {
			return nil, &RequestError{Problem: err.Error(), Hint: "systemctl list-units shows those that run"}
		}
		return &UmaskSources{q.Unit, f}, err
	}
	return loginSources(root, q.As)
}

func loginSources(root, as string) (*UmaskSources, error) {
	db, err := accountsAt(root)
	if err != nil {
		return nil, err
	}
	u, ok := findUser(as, db)
	if !ok {
		if as == "" {
			return nil, &RequestError{Problem: "your own uid is in no line of the user database", Hint: "name a user: --as USER"}
		}
		return nil, &RequestError{Problem: fmt.Sprintf("unknown user %q", as), Hint: "a user's name or uid; for a process, ward umask --pid N"}
	}
	return &UmaskSources{u.Name, umasks.Login(root, u, db)}, nil
}

func accountsAt(root string) (*account.Database, error) {
	if root == "/" {
		return accounts.Load()
	}
	db, err := accounts.LoadFrom(root)
	if err == nil && len(db.Users()) == 0 {
		return nil, &RequestError{Problem: fmt.Sprintf("%q has no users: there is no /etc/passwd in it", root)}
	}
	return db, err
}

func findUser(as string, db *account.Database) (account.User, bool) {
	if as == "" || as == "self" {
		return db.UserByID(accounts.Runner().UID)
	}
	if u, ok := db.User(as); ok {
		return u, true
	}
	var uid uint32
	if n, err := fmt.Sscanf(as, "%d", &uid); err != nil || n != 1 || fmt.Sprint(uid) != as {
		return account.User{}, false
	}
	return db.UserByID(ident.UID(uid))
}
