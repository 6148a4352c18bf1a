package logline

import (
	"strings"

	"ward/access"
)

// verbs are the words with which programs say what they wanted, tried in order as
// parts of the lower-case text. None of them is part of an earlier one.
var verbs = []struct {
	word    string
	actions []access.Action
}{
	{"dubious", nil},
	{"bad ownership", nil},
	{"bad owner", nil},
	{"bad permissions", nil},
	{"invalid permissions", nil},
	{"wrong ownership", nil},
	{"wrong file owner", nil},
	{"world access", nil},
	{"insecure mode", nil},
	{"working directory", []access.Action{access.ChangingDir}},
	{"permissions of", []access.Action{access.ChangingMode}},
	{"ownership of", []access.Action{access.ChangingOwner}},
	{"owner", []access.Action{access.ChangingOwner}},
	{"group of", []access.Action{access.ChangingGroup}},
	{"times of", []access.Action{access.SettingTimes}},
	{"preserving", []access.Action{access.ChangingMode}},
	{"preserve", []access.Action{access.ChangingMode}},
	{"insufficient permission", []access.Action{access.Creating}},
	{"search permissions", []access.Action{access.Stating}},
	{"file permissions deny", []access.Action{access.Reading}},
	{"symbolic link", []access.Action{access.Symlinking}},
	{"hard link", []access.Action{access.Linking}},
	{"symlink", []access.Action{access.Symlinking}},
	{"create directory", []access.Action{access.MakingDir}},
	{"create work tree dir", []access.Action{access.MakingDir}},
	{"create leading directories", []access.Action{access.MakingDir}},
	{"mkdir", []access.Action{access.MakingDir}},
	{"make directory", []access.Action{access.MakingDir}},
	{"open directory", []access.Action{access.Listing}},
	{"read directory", []access.Action{access.Listing}},
	{"opendir", []access.Action{access.Listing}},
	{"scandir", []access.Action{access.Listing}},
	{"dir_initialize", []access.Action{access.Listing}},
	{"listdir", []access.Action{access.Listing}},
	{"temporary file", []access.Action{access.Creating}},
	{"mkstemp", []access.Action{access.Creating}},
	{"mknod", []access.Action{access.MakingNode}},
	{"bind", []access.Action{access.MakingNode}},
	{"listen", []access.Action{access.MakingNode}},
	{"create/write", []access.Action{access.Creating, access.Writing}},
	{"create", []access.Action{access.Creating, access.Writing}},
	{"file_put_contents", []access.Action{access.Writing, access.Creating}},
	{"touch", []access.Action{access.SettingTimes, access.Creating}},
	{"utime", []access.Action{access.SettingTimes}},
	{"chtimes", []access.Action{access.SettingTimes}},
	{"chmod", []access.Action{access.ChangingMode}},
	{"chown/chgrp", []access.Action{access.ChangingOwner}},
	{"chown", []access.Action{access.ChangingOwner}},
	{"chgrp", []access.Action{access.ChangingGroup}},
	{"truncate", []access.Action{access.Truncating}},
	{"unlink", []access.Action{access.Deleting}},
	{"rmdir", []access.Action{access.Deleting}},
	{"remove", []access.Action{access.Deleting}},
	{"delete", []access.Action{access.Deleting}},
	{"move", []access.Action{access.Renaming}},
	{"rename", []access.Action{access.Renaming}},
	{"link", []access.Action{access.Linking}},
	{"setxattr", []access.Action{access.SettingAttribute}},
	{"connect", []access.Action{access.Connecting}},
	{"dial", []access.Action{access.Connecting}},
	{"chdir", []access.Action{access.ChangingDir}},
	{"cd", []access.Action{access.ChangingDir}},
	{"exec", []access.Action{access.Executing}},
	{"spawn", []access.Action{access.Executing}},
	{"run program", []access.Action{access.Executing}},
	{"run command", []access.Action{access.Executing}},
	{"interpreter", []access.Action{access.Executing}},
	{"locate executable", []access.Action{access.Executing}},
	{"stat", []access.Action{access.Stating}},
	{"access", []access.Action{access.Stating}},
	{"readlink", []access.Action{access.Stating}},
	{"send_files", []access.Action{access.Reading}},
	{"write", []access.Action{access.Writing}},
	{"copy", []access.Action{access.Reading, access.Writing}},
	{"forbidden", []access.Action{access.Reading}},
	{"read", []access.Action{access.Reading}},
	{"load", []access.Action{access.Reading}},
	{"too open", nil},
	{"sysopen", []access.Action{access.Reading, access.Writing}},
	{"open", []access.Action{access.Reading, access.Writing}},
}

// actionsOf is what a verb, with the flags or words behind it, wanted.
func actionsOf(verb, flags string) []access.Action {
	if verb == "" {
		return nil
	}
	lower := strings.ToLower(verb)
	for _, v := range verbs {
		if strings.Contains(lower, v.word) {
			if v.word == "open" || v.word == "access" {
				return opened(v.actions, flags)
			}
			return v.actions
		}
	}
	return nil
}

// opened looks at the flags of open(2), the argument of access(2), and at "for
// reading".
func opened(plain []access.Action, flags string) []access.Action {
	for _, f := range [...]struct {
		word   string
		action access.Action
	}{
		{"O_CREAT", access.Creating},
		{"O_DIRECTORY", access.Listing},
		{"O_RDWR", access.Updating},
		{"O_APPEND", access.Appending},
		{"O_WRONLY", access.Writing},
		{"O_RDONLY", access.Reading},
		{"for reading", access.Reading},
		{"for writing", access.Writing},
		{"W_OK", access.Writing},
		{"X_OK", access.Executing},
		{"R_OK", access.Reading},
	} {
		if strings.Contains(flags, f.word) {
			if f.action == access.Creating {
				return []access.Action{access.Creating, access.Writing}
			}
			return []access.Action{f.action}
		}
	}
	return plain
}

// pythonCall is a call in a line of Python that says what a PermissionError was
// about, which its message does not.
var pythonCall = expression(`\b(open|listdir|scandir|mkdir|makedirs|unlink|remove|rmdir|rmtree|rename|replace|chmod|chown|symlink|link|chdir|utime|Popen|run|call|check_output|check_call|execv\w*|mkfifo|touch|write_text|write_bytes|read_text|read_bytes|iterdir|connect|bind)\(([^)]*)`)

var writingMode = expression(`['"](?:[wax]b?\+?|[wax]\+?b?|r\+b?|rb\+)t?['"]`)

// called is what a line of Python source was about to do.
func called(source string) []access.Action {
	m := pythonCall().FindStringSubmatch(source)
	if m == nil {
		return nil
	}
	switch name := m[1]; {
	case name == "open" && writingMode().MatchString(m[2]):
		return []access.Action{access.Writing, access.Creating}
	case name == "open", strings.HasPrefix(name, "read_"):
		return []access.Action{access.Reading}
	case strings.HasPrefix(name, "write_"):
		return []access.Action{access.Writing, access.Creating}
	case name == "listdir", name == "scandir", name == "iterdir":
		return []access.Action{access.Listing}
	case name == "mkdir", name == "makedirs":
		return []access.Action{access.MakingDir}
	case name == "replace":
		return []access.Action{access.Renaming}
	case name == "rmtree":
		return []access.Action{access.Deleting, access.Listing}
	case name == "Popen", name == "run", strings.HasPrefix(name, "call"), strings.HasPrefix(name, "check_"), strings.HasPrefix(name, "exec"):
		return []access.Action{access.Executing}
	case name == "mkfifo":
		return []access.Action{access.MakingNode}
	}
	return actionsOf(m[1], "")
}
