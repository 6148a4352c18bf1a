package app

import (
	"ward/access"
	"ward/account"
	"ward/internal/host/accounts"
	"ward/internal/host/lookup"
	"ward/internal/host/process"
)

// WhoRequest asks who may do something to a path.
type WhoRequest struct {
	Action    access.Action
	With      access.With
	Path      string
	Target    string
	Processes bool // ask about every running process too
}

// WhoMay is who may.
type WhoMay struct {
	Request   WhoRequest
	Question  *access.Question
	Permitted *access.Permitted
	Outside   []access.Confinement
	Names     *account.Database

	Processes []ProcessVerdict // those that were asked about, in the order of their ids
	Elsewhere int              // processes that see another tree: those of containers
	Unseen    int              // processes that could not be looked at
}

// ProcessVerdict is whether a running process may.
type ProcessVerdict struct {
	Process *process.Process
	Verdict access.Verdict
}

// Who decides for all users and groups that this machine lists, as this process sees
// the path.
func Who(q WhoRequest) (*WhoMay, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	nobody := &process.Who{}
	question, _, err := gatherQuestion(AccessRequest{Action: q.Action, With: q.With, Path: q.Path, Target: q.Target}, nobody)
	if err != nil {
		return nil, err
	}
	question.Caller.Namespace = lookup.OwnNamespace()
	w := &WhoMay{Request: q, Question: question, Names: db, Permitted: access.WhoMay(question, db), Outside: outside(question)}
	if q.Processes {
		err = w.askProcesses()
	}
	return w, err
}

func (w *WhoMay) askProcesses() error {
	list, unseen, err := process.All()
	if err != nil {
		return err
	}
	w.Unseen = unseen
	asked := *w.Question
	for _, p := range list {
		if p.View == account.No {
			w.Elsewhere++
			continue
		}
		asked.Caller = &p.Caller
		w.Processes = append(w.Processes, ProcessVerdict{p, access.Decide(&asked)})
	}
	return nil
}

// Undecided reports whether something could not be decided about somebody.
func (w *WhoMay) Undecided() bool {
	for _, s := range w.Permitted.Standings {
		if s.Verdict.Answer == access.Unknown {
			return true
		}
	}
	return false
}
