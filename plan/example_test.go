package plan_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"ward/entry"
	"ward/mode"
	"ward/plan"
	"ward/policy"
)

func ExampleSteps() {
	change := plan.Change{
		Path: "bin/tool", Kind: mode.Regular,
		Before: entry.State{Mode: 0o4775},            // root's
		After:  entry.State{Mode: 0o4755, UID: 1000}, // setuid for its new owner, and no longer writable by the group
	}
	for _, step := range plan.Steps(&change) {
		switch step.Op {
		case plan.SetMode:
			fmt.Println(step.Op, step.Mode.Octal())
		case plan.SetOwner:
			fmt.Println(step.Op, step.UID)
		}
	}
	// Output:
	// chmod 4755
	// chown 1000
	// chmod 4755
}

func ExampleRecover() {
	id := entry.Identity{Device: 1, Inode: 7, Birth: 1234}
	change := plan.Change{
		Kind: mode.Regular, ID: id, Known: entry.Stat,
		Before: entry.State{Mode: 0o604},
		After:  entry.State{Mode: 0o640, UID: 1000},
	}
	seen := entry.Entry{Kind: mode.Regular, ID: id, State: entry.State{Mode: 0o600}}
	fmt.Println(plan.Recover(&change, &seen))
	// Output: part-way
}

func ExampleNewWriter() {
	header := plan.Header{Root: "/srv/app", Rules: []plan.RuleRef{{ID: "baseline/private-key"}}}
	w, err := plan.NewWriter(os.Stdout, header)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"ward-plan":1,"root":"/srv/app","root-id":{"device":"0","inode":"0","birth":"0"},"created":0,"policy":null,"rules":[{"id":"baseline/private-key"}]}
	// {"changes":0,"sha256":"af5658b501bfc28280cddd674fd5f279ee7c2ea0d01c85cb5397fda4ef5a6b61"}
}

// From a verdict to what would change: what apply carries out.
func ExampleNewDiffer() {
	p, _ := policy.Parse("ward.yaml", []byte(`
version: 1
rules:
  - {name: keys, match: {path: "**/*.key"}, require: {mode: "0600"}}
`))
	judge, _ := p.Bind(policy.Binding{})
	worker := judge.Worker()
	differ := plan.NewDiffer("/srv/app", worker, judge.Rules(), plan.Options{})

	e := &entry.Entry{
		Dir: &entry.Dir{Path: "conf"}, Name: "tls.key", Kind: mode.Regular, Links: 1,
		Known: entry.Stat | entry.AccessACL | entry.Caps | entry.Attributes | entry.NFS4 | entry.Handle, State: entry.State{Mode: 0o644},
	}
	outcome, _ := worker.Judge(e)
	change, refusal, lacking := differ.Diff(e, &outcome)
	if refusal != nil || lacking != 0 {
		fmt.Println(refusal, lacking)
		return
	}
	fmt.Println(change.Path, change.Before.Mode.Octal(), "->", change.After.Mode.Octal())
	// Output: conf/tls.key 0644 -> 0600
}

// A saved plan is read change by change, and whatever was done to it is noticed.
func ExampleNewReader() {
	var saved bytes.Buffer
	w, err := plan.NewWriter(&saved, plan.Header{Root: "/srv/app"})
	if err == nil {
		c := plan.Change{Path: "conf", Kind: mode.Directory, Before: entry.State{Mode: 0o777}, After: entry.State{Mode: 0o755}}
		err = errors.Join(w.Add(&c), w.Close())
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	read := func(text string) error {
		r, err := plan.NewReader("app.plan", strings.NewReader(text))
		for err == nil {
			var c plan.Change
			if c, err = r.Next(); err == nil {
				fmt.Println(r.Header.Root, c.Path, c.After.Mode.Octal())
			}
		}
		return err
	}
	fmt.Println(read(saved.String()))
	fmt.Println(read(strings.Replace(saved.String(), "0755", "0777", 1)))
	// Output:
	// /srv/app conf 0755
	// EOF
	// /srv/app conf 0777
	// app.plan:3: the plan was changed after it was saved: its digest does not match
}

// A file that a user owned meanwhile does not come back as root's setuid program.
func ExampleInverse() {
	given := plan.Change{
		Kind:   mode.Regular,
		Before: entry.State{Mode: 0o4755},
		After:  entry.State{Mode: 0o755, UID: 1000},
	}
	back := plan.Inverse(&given)
	fmt.Println(back.After.Mode.Octal(), back.After.UID)
	// Output: 0755 0
}

// Where a change may have been cut off, recovery knows what it finds.
func ExampleIntermediate() {
	c := plan.Change{
		Kind:   mode.Regular,
		Before: entry.State{Mode: 0o604},
		After:  entry.State{Mode: 0o640, UID: 1000},
	}
	for _, s := range plan.Intermediate(&c) {
		fmt.Println(s.Mode.Octal(), s.UID)
	}
	// Output:
	// 0600 0
	// 0600 1000
}

// A change that somebody asks for by itself, as chmod does.
func ExampleDirect() {
	e := &entry.Entry{
		Dir: &entry.Dir{Path: "."}, Name: "run.sh", Kind: mode.Regular, Links: 1,
		Known: entry.Stat | entry.AccessACL | entry.Caps | entry.Attributes | entry.NFS4 | entry.Handle, State: entry.State{Mode: 0o644},
	}
	after := e.State
	after.Mode = 0o755
	c, lacking := plan.Direct(e, after, mode.All)
	fmt.Println(c.Path, c.Before.Mode.Octal(), "->", c.After.Mode.Octal(), lacking)
	// Output: run.sh 0644 -> 0755 0
}

// Directories open before their children and close after them.
func ExamplePhaseOf() {
	for _, c := range []plan.Change{
		{Path: "a/b", Kind: mode.Directory, Before: entry.State{Mode: 0o600}, After: entry.State{Mode: 0o700}},
		{Path: "a/b/f", Kind: mode.Regular, Before: entry.State{Mode: 0o666}, After: entry.State{Mode: 0o644}},
		{Path: "a", Kind: mode.Directory, Before: entry.State{Mode: 0o755}, After: entry.State{Mode: 0o600}},
	} {
		phase, level := plan.PhaseOf(&c)
		fmt.Println(c.Path, phase == plan.Opening, phase == plan.Closing, level)
	}
	// Output:
	// a/b true false 2
	// a/b/f false false 0
	// a false true 1
}

// An inode number is given out again: the time of birth tells the file in it apart.
func ExampleSameObject() {
	planned := entry.Identity{Device: 1, Inode: 7, Birth: 1234}
	fmt.Println(plan.SameObject(planned, planned), plan.SameObject(planned, entry.Identity{Device: 1, Inode: 7, Birth: 5678}))
	// Output: true false
}
