package policy

import (
	"strings"
	"testing"
)

func TestMistakesHavePlaces(t *testing.T) {
	const head = "version: 1\nrules:\n"
	for _, test := range []struct{ name, src, want string }{
		{"empty file", "", "p: error: the file is empty"},
		{"only a comment", "# nothing\n", "p: error: the file is empty"},
		{"no YAML", "version: 1\nrules: [\n", "p:2: error: this is no YAML"},
		{"unquoted glob", head + "- {name: a, match: {path: **/*.key}, require: {mode: '0600'}}\n", `must stand in quotes`},
		{"two documents", "version: 1\nrules: []\n---\nversion: 1\n", "p:3: error: a second YAML document"},
		{"a list", "- a\n", "p:1:1: error: the policy is a list, not a mapping"},
		{"another version", "version: 2\nrules: []\n", "p:1:10: error: version is a number (2)"},
		{"no version", "rules: []\n", `p:1:1: error: the policy has no "version"`},
		{"unknown key", head + "- {name: a, mtach: {type: dir}, require: {mode: '0755'}}\n", `p:3:13: error: unknown key "mtach" in a rule (did you mean "match"?)`},
		{"key twice", head + "- {name: a, name: b, require: {mode: '0755'}}\n", `p:3:13: error: "name" stands twice`},
		{"two rules of one name", head + "- {name: a, require: {mode: '0755'}}\n- {name: a, require: {mode: '0755'}}\n", `p:4:3: error: a second rule named "a"`},
		{"decimal mode", head + "- {name: a, require: {mode: 644}}\n", "p:3:29: error: require.mode: mode \"644\""},
		{"decimal that is right", head + "- {name: a, require: {mode: 420}}\n", "0644"},
		{"no octal digit", head + "- {name: a, require: {mode: 0888}}\n", "p:3:30: error: require.mode: mode \"0888\""},
		{"clause without who", head + "- {name: a, require: {mode: \"u+r,+x\"}}\n", "p:3:34: error: require.mode: mode \"u+r,+x\""},
		{"does not settle", head + "- {name: a, require: {mode: \"u=g,g=o,o=u\"}}\n", "does not settle"},
		{"bad type", head + "- {name: a, match: {type: folder}, require: {mode: '0755'}}\n", "p:3:27: error: match.type cannot be the text \"folder\""},
		{"require and forbid", head + "- {name: a, require: {mode: '0755'}, forbid: true}\n", "p:3:38: error: a rule has require or forbid, not both"},
		{"neither", head + "- {name: a, match: {type: dir}}\n", "p:3:3: error: the rule asks for nothing"},
		{"require nothing", head + "- {name: a, require: {}}\n", "require asks for nothing"},
		{"exception without reason", head + "- {name: a, require: {mode: '0755'}, except: [{path: /x}]}\n", `p:3:47: error: an exception has no "reason"`},
		{"bad date", head + "- {name: a, require: {mode: '0755'}, except: [{path: /x, reason: y, until: soon}]}\n", "is no date"},
		{"bad size", head + "- {name: a, match: {size: big}, require: {mode: '0755'}}\n", `"big" is no number`},
		{"range backwards", head + "- {name: a, match: {size: 9..3}, require: {mode: '0755'}}\n", "range without numbers"},
		{"negated pattern", head + "- {name: a, match: {path: \"!x\"}, require: {mode: '0755'}}\n", "cannot begin with"},
		{"open class", head + "- {name: a, match: {path: \"/x[a\"}, require: {mode: '0755'}}\n", `"[" without "]"`},
		{"bad ACL", head + "- {name: a, require: {acl: \"u:bob:rwz\"}}\n", "p:3:37: error: require.acl"},
		{"bad right of NFS 4", head + "- {name: a, require: {nfs4: \"A::bob@x:rz\"}}\n", `p:3:40: error: require.nfs4: "z" is no right`},
		{"bad entry of NFS 4 in a list", head + "- {name: a, require: {nfs4: [A::bob@x:r, bob]}}\n", "p:3:42: error: require.nfs4"},
		{"two entries of NFS 4 for one", head + "- {name: a, require: {nfs4: [A::bob@x:r, A::bob@x:w]}}\n", "p:3:29: error: require.nfs4: this entry is for the same as entry 1"},
		{"bad DOS attribute", head + "- {name: a, require: {dos: \"+rx\"}}\n", `p:3:31: error: require.dos: "x" is no attribute that can be changed (they are r, h, s and a)`},
		{"DOS attribute without a sign", head + "- {name: a, require: {dos: r}}\n", "p:3:28: error: require.dos: a sign is missing (write +r or -r)"},
		{"no DOS attribute", head + "- {name: a, require: {dos: \"\"}}\n", "p:3:28: error: require.dos is empty"},
		{"nearly nfs4", head + "- {name: a, require: {nfs: \"A::bob@x:r\"}}\n", `(did you mean "nfs4"?)`},
		{"no YAML in the first line", "a: b: c\n", "p:1: error: this is no YAML: mapping values"},
		{"no YAML further down", "\n\na: b: c\n", "p:3: error: this is no YAML: mapping values"},
		{"a mapping that is not closed", "version: 1\nrules:\n  - {name: a, match: {type: file]\n", "p:3: error: this is no YAML: did not find"},
		{"a list that is not closed", "version: 1\nrules: [\n", "p:2: error: this is no YAML"},
		{"a tab", "version: 1\nrules:\n\t- x\n", "p:3: error: this is no YAML: found character"},
		{"an alias of nothing", "version: 1\nrules: *none\n", "p:2:8: error: this is no YAML: unknown anchor"},
		{"a control character", "version: 1\nrules: a\x01\n", "p:2:9: error: this is no YAML: control characters"},
		{"no UTF-8", "version: 1\nrules: \xff\n", "p:2:8: error: this is no YAML: invalid leading UTF-8"},
		{"version in quotes", "version: \"1\"\nrules: []\n", `p:1:10: error: version is the text "1"; this ward knows version 1 (write version: 1, a number without quotes)`},
		{"rules not a list", "version: 1\nrules: {}\n", "p:2:8: error: rules is a mapping, not a list"},
		{"a number for a name", head + "- {name: 12, require: {mode: '0755'}}\n", "p:3:10: error: name is a number (12), not a text"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, problems := Parse("p", []byte(test.src))
			if p != nil || !problems.Broken() {
				t.Fatalf("accepted; problems: %v", problems)
			}
			if text := problems.Err().Error(); !strings.Contains(text, test.want) {
				t.Errorf("got\n%s\nwant something with\n%s", text, test.want)
			}
		})
	}
}

func TestOdditiesAreWarnings(t *testing.T) {
	const head = "version: 1\nexclude: [build/]\nrules:\n"
	for _, test := range []struct{ name, src, want string }{
		{"above the root", head + "- {name: a, match: {path: ../x}, require: {mode: '0755'}}\n", "can never match"},
		{"two slashes", head + "- {name: a, match: {path: a//x}, require: {mode: '0755'}}\n", "can never match"},
		{"below an exclude", head + "- {name: a, match: {path: build/x}, require: {mode: '0755'}}\n", `"build/" is excluded`},
		{"below a default exclude", head + "- {name: a, match: {path: /a/.git/config}, require: {mode: '0755'}}\n", `is excluded`},
		{"suffix in the root alone", head + "- {name: a, match: {path: \"*.key\"}, require: {mode: '0755'}}\n", `write "**/*.key"`},
		{"braces", head + "- {name: a, match: {path: \"**/*.{a,b}\"}, require: {mode: '0755'}}\n", "braces"},
		{"dead X in one rule", head + "- {name: a, match: {type: file}, require: {mode: 'a-x,a+X'}}\n", "its X never gives x"},
		{"dead X after a rule", head + "- {name: a, match: {type: file}, require: {mode: 'a-x'}}\n- {name: b, match: {type: file}, require: {mode: 'a+X'}}\n", `since rule "a" (line 4)`},
		{"shadowed", head + "- {name: a, match: {type: file}, require: {mode: 'u+x'}}\n- {name: b, match: {type: file}, require: {mode: '0644'}}\n", `rule "a" decides nothing`},
		{"no rules", "version: 1\nrules: []\n", "there are no rules"},
		{"a mode for files that is for directories too", head + "- {name: a, require: {mode: '0644'}}\n", `rule "a" is for directories too`},
		{"the same below a path", head + "- {name: a, match: {path: 'conf/**'}, require: {mode: 'a-x'}}\n", "write type: file"},
		{"a mode that changes nothing", head + "- {name: a, match: {type: file}, require: {mode: 'g+g'}}\n", "its mode changes nothing"},
		{"bounds that bind nobody", head + "- {name: a, match: {type: file}, require: {atmost: '7777'}}\n", "its mode changes nothing"},
		{"a clause that another one has said", head + "- {name: a, match: {type: file}, require: {mode: 'a-x,o-x,o-w'}}\n", `the clause "o-x" adds nothing`},
		{"a clause without rights", head + "- {name: a, match: {type: file}, require: {mode: 'u+,o-w'}}\n", `the clause "u+" adds nothing`},
		{"default entries for files", head + "- {name: a, match: {type: file}, require: {acl: 'u:0:r, default:u:0:r'}}\n", "asks for a default ACL, which only directories have"},
		{"exactly default entries for files", head + "- {name: a, match: {type: file}, require: {acl: 'exactly d:u:0:r'}}\n", "which only directories have"},
		{"everything forbidden", head + "- {name: a, forbid: true, advice: x}\n", `forbids every entry`},
		{"a directory's pattern for files", head + "- {name: a, match: {type: file, path: 'conf/'}, require: {mode: 'o-w'}}\n", `"conf/" can never match`},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, problems := Parse("p", []byte(test.src))
			if p == nil || len(problems) == 0 {
				t.Fatalf("policy %v, problems: %v", p, problems)
			}
			var text strings.Builder
			for _, problem := range problems {
				text.WriteString(problem.String() + "\n")
			}
			if !strings.Contains(text.String(), test.want) {
				t.Errorf("got\n%s\nwant something with\n%s", text.String(), test.want)
			}
		})
	}
}

func TestWhatIsNoOddity(t *testing.T) {
	for _, rule := range []string{
		"{name: a, match: {type: file}, require: {mode: '0644'}}",
		"{name: a, match: {path: ['**/*.key', /etc/shadow]}, require: {mode: '0600'}}",
		"{name: a, match: {type: dir}, require: {mode: '0644'}}", // odd, and said plainly
		"{name: a, require: {mode: 'go-w'}}",
		"{name: a, require: {mode: 'u=rwX,g=rX,o='}}",
		"{name: a, match: {content: shebang}, require: {mode: 'a-x'}}",
		"{name: a, match: {type: fifo}, require: {mode: '0600'}}",
		"{name: a, match: {type: file}, require: {mode: 'a-x,o-w'}}",
		"{name: a, match: {path: 'conf/'}, require: {mode: 'o-w'}}",
		"{name: a, match: {type: dir}, require: {acl: 'u:0:r,d:u:0:r'}}",
		"{name: a, require: {acl: 'u:0:r,d:u:0:r'}}",
		"{name: a, match: {type: file}, require: {acl: 'u:0:r'}}",
	} {
		if _, problems := Parse("p", []byte("version: 1\nrules:\n- "+rule+"\n")); len(problems) > 0 {
			t.Errorf("%s: %v", rule, problems)
		}
	}
}

func TestEveryMistakeIsReported(t *testing.T) {
	_, problems := Parse("p", []byte(`version: 1
rules:
- {name: a, match: {tpye: dir}, require: {mode: 755}}
- {name: b, severity: bad, require: {mode: "+x"}}
`))
	if len(problems) != 4 {
		t.Errorf("%d problems, want 4: %v", len(problems), problems)
	}
}
