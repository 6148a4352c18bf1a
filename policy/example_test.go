package policy_test

import (
	"fmt"

	"ward/account"
	"ward/entry"
	"ward/mode"
	"ward/policy"
)

func Example() {
	p, problems := policy.Parse("ward.yaml", []byte(`
version: 1
rules:
  - {name: files, match: {type: file}, require: {mode: "u+rw,o-w"}}
  - {name: keys, match: {path: "**/*.key"}, require: {mode: "0600"}, severity: critical}
`))
	if problems.Broken() {
		fmt.Println(problems.Err())
		return
	}
	judge, problems := p.Bind(policy.Binding{Accounts: account.New(nil, nil)})
	if problems.Broken() {
		fmt.Println(problems.Err())
		return
	}
	e := &entry.Entry{Dir: &entry.Dir{Path: "conf"}, Name: "tls.key", Kind: mode.Regular, Known: entry.Stat | entry.AccessACL}
	e.Mode = 0o644
	outcome, _ := judge.Worker().Judge(e)
	for _, d := range outcome.Decided {
		fmt.Println(judge.Rules()[d.Rule].ID, "wants", outcome.Desired.Mode.Format(e.Kind))
	}
	// Output: keys wants -rw-------
}

// Every mistake is reported with its place and what was probably meant.
func ExampleParse() {
	_, problems := policy.Parse("ward.yaml", []byte(`version: 1
rules:
  - name: keys
    match: {path: "**/*.key", tpye: file}
    require: {mode: 600}
`))
	for _, problem := range problems {
		fmt.Println(problem)
	}
	// Output:
	// ward.yaml:4:31: error: unknown key "tpye" in match (did you mean "type"?)
	// ward.yaml:5:21: error: require.mode: mode "600": read as a number is 01130 (---x-wx--T, decimal 600) (write "0600")
}

func ExampleJudge_Explain() {
	p, _ := policy.Parse("ward.yaml", []byte(`
version: 1
rules:
  - {name: all, require: {mode: "go-w"}}
  - {name: scripts, match: {path: "**/*.sh"}, require: {mode: "a+x"}}
  - {name: dirs, match: {type: dir}, require: {mode: "0755"}}
`))
	judge, _ := p.Bind(policy.Binding{})
	e := &entry.Entry{Dir: &entry.Dir{Path: "."}, Name: "run.sh", Kind: mode.Regular, Known: entry.Stat | entry.AccessACL}
	e.Mode = 0o664
	for _, x := range judge.Explain(e).Rules {
		fmt.Printf("%s %s %q (%s)\n", judge.Rules()[x.Rule].Name, x.Verdict, x.Decides, x.Why)
	}
	// Output:
	// all decides ["group w" "others w"] ()
	// scripts decides ["owner x" "group x" "others x"] ()
	// dirs does not match [] (its type is file)
}
