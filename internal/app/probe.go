package app

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"ward/access"
	"ward/account"
	"ward/internal/host/accounts"
	"ward/internal/host/mounts"
	"ward/internal/host/probe"
	"ward/mode"
)

// ProbeRequest says which directory is probed, and how patiently.
type ProbeRequest struct {
	Dir      string
	Patience time.Duration // how long a change may take to show; 0: five seconds
	Rounds   int           // how often each call is timed; 0: 51
}

// Probed is what really holds in a directory.
type Probed struct {
	*probe.Result
	Mount    *access.Mount // nil where it is not known
	Problems []string      // what permissions rely on and what does not hold there
	Names    *account.Database
}

// Probe makes files in a directory, looks at what becomes of them, and removes them.
// A *probe.LeftError comes beside the answer.
func Probe(ctx context.Context, q ProbeRequest) (*Probed, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	r, err := probe.Run(ctx, q.Dir, probe.Options{Now: now, Patience: q.Patience, Rounds: q.Rounds})
	if r == nil {
		return nil, err
	}
	p := &Probed{Result: r, Mount: mountOf(q.Dir), Names: db}
	p.Problems = p.problems()
	return p, err
}

// mountOf is the mount on which a directory lies.
func mountOf(dir string) *access.Mount {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil
	}
	if real, err = filepath.Abs(real); err != nil {
		return nil
	}
	table, err := mounts.Load()
	if err != nil {
		return nil
	}
	return table.At(real)
}

// problems is everything for which chmod, chown or a policy would not do there what
// they say.
func (p *Probed) problems() (all []string) {
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	for _, t := range p.Trials {
		if t.Refuse != "" {
			add("chmod %s of a %s is refused: %s", t.Asked.Octal(), t.Kind, t.Refuse)
		}
	}
	if lost, added := p.Lost(); lost|added != 0 && !p.refusesAll() {
		add("%s", bitsText(lost, added))
	}
	if p.Late > 0 {
		add("a change of mode shows only after %s", roundDuration(p.Late))
	}
	if p.Squashed() {
		add("what %s makes belongs to %s", p.Names.UserName(p.Caller), p.Names.UserName(p.Owner))
	}
	if p.GivesAway == account.No {
		add("root cannot give files to others")
	}
	if p.SetgidGroup == account.No || p.SetgidHandedDown == account.No {
		add("setgid directories do not hand down their group, or setgid")
	}
	if p.CaseMatters == account.No {
		add("upper and lower case are the same name: a rule for one spelling misses the other")
	}
	return all
}

func (p *Probed) refusesAll() bool {
	return !slices.ContainsFunc(p.Trials, func(t probe.Trial) bool { return t.Refuse == "" })
}

// bitsText says what became of the bits that chmod accepted.
func bitsText(lost, added mode.Mode) string {
	switch {
	case added == 0:
		return fmt.Sprintf("chmod is accepted, and the bits %s are not kept", lost.Octal())
	case lost == 0:
		return fmt.Sprintf("chmod is accepted, and the bits %s come in unasked", added.Octal())
	}
	return fmt.Sprintf("chmod is accepted, and modes do not stick: bits of %s are lost, bits of %s come in unasked", lost.Octal(), added.Octal())
}

func roundDuration(d time.Duration) time.Duration {
	if d > time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Millisecond)
}

// PeerFile is the file that two clients watch, for ProbeRequest.Dir.
func PeerFile(dir string) string { return filepath.Join(dir, ".ward-peer") }
