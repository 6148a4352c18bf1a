package plan_test

import (
	"fmt"
	"os"

	"ward/entry"
	"ward/mode"
	"ward/plan"
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
