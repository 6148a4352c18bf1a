package policy_test

import (
	"encoding/json"
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

// Patterns outside of a policy, in the language of policies.
func ExampleParsePaths() {
	keys, err := policy.ParsePaths([]string{"**/*.key", "/conf/"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(keys.Match("etc/tls/server.key", false), keys.Match("conf", true), keys.Match("conf", false))
	_, err = policy.ParsePaths([]string{"a["})
	fmt.Println(err)
	// Output:
	// true true false
	// path pattern "a[": "[" without "]"
}

// A name that is a pattern by its letters is taken as it stands.
func ExampleLiteral() {
	odd, err := policy.ParsePaths([]string{policy.Literal("conf/a*b[1]")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(odd.Match("conf/a*b[1]", false), odd.Match("conf/axb1", false))
	// Output: true false
}

// The policy to begin with is one without mistakes.
func ExampleTemplate() {
	p, problems := policy.Parse("ward.yaml", []byte(policy.Template()))
	if len(problems) > 0 {
		fmt.Println(problems)
		return
	}
	for _, r := range p.Rules() {
		fmt.Println(r.ID)
	}
	// Output:
	// directories
	// files
	// programs
	// keys
	// no-setuid
}

func ExampleSchema() {
	var schema struct{ Title, Type string }
	if err := json.Unmarshal([]byte(policy.Schema()), &schema); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(schema.Title, schema.Type)
	// Output: ward policy object
}

func ExampleDefaultExcludes() {
	excluded, err := policy.ParsePaths(policy.DefaultExcludes())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(excluded.Match("src/.git", true), excluded.Match("src", true))
	// Output: true false
}

func ExampleDidYouMean() {
	fmt.Println(policy.DidYouMean("mtach", []string{"match", "require", "reason"}))
	// Output: did you mean "match"?
}
