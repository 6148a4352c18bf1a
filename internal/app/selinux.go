package app

import (
	"io/fs"
	"regexp"
	"strings"

	"ward/mode"
)

// A labelRule is a line of SELinux's file_contexts(5): paths that fit get the label.
type labelRule struct {
	path  *regexp.Regexp
	kind  string // "--", "-d" …; "" for every kind
	label string
}

// parseLabelRules reads file_contexts(5). Lines that cannot be read are left out:
// they decide about other paths.
func parseLabelRules(text string) (rules []labelRule) {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 || strings.HasPrefix(words[0], "#") {
			continue
		}
		path, err := regexp.Compile("^(?:" + words[0] + ")$")
		if err != nil {
			continue
		}
		r := labelRule{path: path, label: words[len(words)-1]}
		if len(words) == 3 {
			r.kind = words[1]
		}
		rules = append(rules, r)
	}
	return rules
}

// kindLetters are how file_contexts(5) names the kinds.
var kindLetters = [mode.Whiteout + 1]string{
	mode.Regular: "--", mode.Directory: "-d", mode.Symlink: "-l", mode.Socket: "-s", mode.FIFO: "-p",
	mode.CharDevice: "-c", mode.BlockDevice: "-b",
}

// defaultLabel is what the policy gives a path: the last rule that fits decides. ""
// where none does, or where it says "<<none>>".
func defaultLabel(rules []labelRule, path string, k mode.Kind) string {
	for i := len(rules) - 1; i >= 0; i-- {
		r := &rules[i]
		if (r.kind == "" || r.kind == kindLetters[k]) && r.path.MatchString(path) {
			return strings.TrimSuffix(r.label, "<<none>>")
		}
	}
	return ""
}

// labelRules are those of the policy below a root directory; none where there is no
// policy.
func labelRules(root fs.FS) []labelRule {
	config, err := fs.ReadFile(root, "etc/selinux/config")
	if err != nil {
		return nil
	}
	policy := "targeted"
	for line := range strings.Lines(string(config)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "SELINUXTYPE="); ok {
			policy = name
		}
	}
	var rules []labelRule
	for _, suffix := range []string{"", ".homedirs", ".local"} {
		if text, err := fs.ReadFile(root, "etc/selinux/"+policy+"/contexts/files/file_contexts"+suffix); err == nil {
			rules = append(rules, parseLabelRules(string(text))...)
		}
	}
	return rules
}

// sameType compares the types of two labels: the part that the policy's rules are
// about ("system_u:object_r:bin_t:s0").
func sameType(a, b string) bool { return typeOf(a) == typeOf(b) }

func typeOf(label string) string {
	parts := strings.Split(label, ":")
	if len(parts) < 3 {
		return label
	}
	return parts[2]
}
