package lint

import (
	"fmt"
	"strings"

	"ward/finding"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// The rules of family R: what happens in between, what is lost on the way, and what
// nobody looks at.
func orderRules() []*Rule {
	return []*Rule{
		{
			Rule: finding.Rule{
				ID: "lint/chmod-unchecked", Severity: finding.Warning, Title: "nobody looks whether a secret was closed",
				Reason: "chmod may be refused: by the owner of the file, the file system, a mount. The program goes on and believes the file is private.",
			},
			Judge: chmodUnchecked,
		},
		{
			Rule: finding.Rule{
				ID: "lint/rename-loses-mode", Severity: finding.Info, Title: "a file comes back with the mode of a temporary one",
				Reason: "A temporary file is 0600. Renamed over another it takes that one's readers away.",
			},
			OptIn: true, Judge: renameLosesMode,
		},
		{
			Rule: finding.Rule{
				ID: "lint/walk-follows-links", Severity: finding.Warning, Title: "a recursive change goes through symbolic links",
				Reason: "Who may put a link into the tree chooses what is changed: /etc/shadow as well.",
			},
			Judge: walkFollowsLinks,
		},
		{
			Rule: finding.Rule{
				ID: "lint/check-then-change", Severity: finding.Info, Title: "what is changed may be another object than the one looked at",
				Reason: "Between the two calls the name can come to mean another file. A descriptor cannot.",
			},
			OptIn: true, Judge: checkThenChange,
		},
		{
			Rule: finding.Rule{
				ID: "lint/mkdir-existing", Severity: finding.Info, Title: "a private directory that is there already stays as it is",
				Reason: "The call succeeds where the directory exists, whatever its mode and owner are.",
			},
			OptIn: true, Judge: mkdirExisting,
		},
		{
			Rule: finding.Rule{
				ID: "lint/umask-in-library", Severity: finding.Info, Title: "a function changes the umask of the whole process",
				Reason: "Other threads make files at the same time, with the mask of this one.",
			},
			OptIn: true, Judge: umaskInLibrary,
		},
		{
			Rule: finding.Rule{
				ID: "lint/log-readable", Severity: finding.Info, Title: "a log that everybody may read",
				Reason: "Logs hold addresses, names, and by accident tokens and passwords. 0640 and a group of readers is usual.",
			},
			OptIn: true, Judge: logReadable,
		},
		{
			Rule: finding.Rule{
				ID: "lint/no-windows-branch", Severity: finding.Info, Title: "Windows ignores this mode",
				Reason: "There chmod knows only the read-only flag; who may read a file is in its access list.",
			},
			OptIn: true, Judge: noWindowsBranch,
		},
	}
}

// closes tells whether e leaves an object to its owner alone.
func closes(e *effect.Effect) bool {
	m, ok := e.Exact()
	return ok && m&outside == 0 && m&mode.OwnerRead != 0
}

// chmodUnchecked finds os.Chmod(key, 0600) whose error goes nowhere.
func chmodUnchecked(_ *effect.Script, e *effect.Effect) []Finding {
	if e.Verb != effect.Chmod || e.Call == nil || !e.Call.Ignored || e.Deferred || e.Guarded || !closes(e) || e.Kind == mode.Directory {
		return nil
	}
	if m, _ := e.Exact(); !secret(e.Path) && m&mode.Execute != 0 {
		return nil
	}
	f := found(e, fmt.Sprintf("nobody looks at the error of %s, which makes it private: %s", e.API, executedText(e)))
	f.Span = e.Span
	f.Advice = "Return the error, or write _ = and say why it does not matter."
	return []Finding{f}
}

// renameLosesMode finds CreateTemp and Rename without a Chmod between.
func renameLosesMode(s *effect.Script, e *effect.Effect) []Finding {
	if e.Verb != effect.Rename || secret(e.Target) {
		return nil
	}
	made := false
	for _, before := range s.Function(e) {
		if before.Start >= e.Start {
			break
		}
		switch {
		case before.Verb == effect.Temporary && before.Kind == mode.Regular:
			made = true
		case before.Verb == effect.Chmod:
			return nil
		}
	}
	if !made {
		return nil
	}
	f := found(e, fmt.Sprintf("%s puts a temporary file, 0600, in the place of %s", e.API, e.Target.Name))
	f.Span = e.Span
	f.Loses = []string{"everybody but the owner"}
	f.Advice = "Take the mode of the old file with Stat and give it to the new one before renaming."
	return []Finding{f}
}

// walkFollowsLinks finds os.Chmod in the function that a walk calls, and chown -RL.
func walkFollowsLinks(s *effect.Script, e *effect.Effect) []Finding {
	if e.Verb != effect.Chmod && e.Verb != effect.Chown || !e.Follows || e.Handle || e.Path.Name == "" {
		return nil
	}
	walked := e.Recursive || inWalk(s, e)
	if !walked || aboutToGo(s, e) {
		return nil
	}
	f := found(e, fmt.Sprintf("%s is called for everything in a tree, and changes what links there point at", e.API))
	f.Span = e.Span
	f.Gains = []string{"who may write in the tree chooses what else is changed"}
	f.Advice = "Leave links out, or change by descriptor: os.Root, fchmodat with AT_SYMLINK_NOFOLLOW."
	return []Finding{f}
}

// looks are what a function says that looks at the kind of what it was given.
var looks = [...]string{"ModeSymlink", "IsRegular", "IsDir", "Type()", "Lstat", "S_ISLNK", "ModeType", "is_symlink", "islink"}

// inWalk tells whether e stands in a function that is handed to a walk and does not
// look at what it is given.
func inWalk(s *effect.Script, e *effect.Effect) bool {
	if e.Function < 0 || s.Functions[e.Function].Name != "" {
		return false
	}
	closure := s.Functions[e.Function].Span
	text := s.File.At(closure)
	for _, look := range looks {
		if strings.Contains(text, look) {
			return false
		}
	}
	for i := range s.Effects {
		walk := &s.Effects[i]
		if walk.Verb == effect.Inspect && walk.Recursive && walk.Start <= closure.Start && closure.End <= walk.End {
			return true
		}
	}
	return false
}

// checkThenChange finds Stat and then Chmod of one path (R3).
func checkThenChange(s *effect.Script, e *effect.Effect) []Finding {
	if e.Verb != effect.Chmod && e.Verb != effect.Chown || e.Handle || e.Path.Name == "" {
		return nil
	}
	for _, before := range s.Function(e) {
		if before.Start >= e.Start || before.Verb != effect.Inspect || before.Recursive || before.Path.Name != e.Path.Name {
			continue
		}
		f := found(e, fmt.Sprintf("%s changes by its name what %s looked at before", e.API, before.API))
		f.Span = e.Span
		f.Related = append(f.Related, before.Span)
		f.Advice = "Open it once and use the descriptor for both."
		return []Finding{f}
	}
	return nil
}

// mkdirExisting finds MkdirAll(dir, 0700) that nobody follows by a Chmod or a look (R5).
func mkdirExisting(s *effect.Script, e *effect.Effect) []Finding {
	if e.Verb != effect.MkdirAll || e.Default || !closes(e) {
		return nil
	}
	for _, later := range s.Function(e) {
		if later.Start > e.Start && later.Path.Name == e.Path.Name && (later.Verb == effect.Chmod || later.Verb == effect.Inspect) {
			return nil
		}
	}
	f := found(e, fmt.Sprintf("%s leaves a directory that exists as it is: the mode %s is only for a new one", e.API, executedText(e)))
	f.Advice = "Look at mode and owner afterwards, or set the mode by a descriptor."
	return []Finding{f}
}

// umaskInLibrary finds a umask in a function that nobody starts a program by (R6).
func umaskInLibrary(s *effect.Script, e *effect.Effect) []Finding {
	if e.Verb != effect.Umask || e.Call == nil || e.Function < 0 || s.File.Language == source.Shell || clearsUmask(e) {
		return nil
	}
	switch name := strings.ToLower(s.Functions[e.Function].Name); {
	case name == "main", strings.Contains(name, "daemon"), strings.Contains(name, "umask"):
		return nil
	}
	for _, other := range s.Function(e) {
		if other != e && other.Verb == effect.Umask { // one of them restores it
			return nil
		}
	}
	f := found(e, e.API+" changes the mask of the whole process")
	f.Span = e.Span
	f.Advice = "Give the mode in the call that creates, and chmod the descriptor where the mask must not count."
	return []Finding{f}
}

// logReadable finds logs with 0644 or more.
func logReadable(_ *effect.Script, e *effect.Effect) []Finding {
	set, _ := e.Executed()
	isLog := strings.HasSuffix(e.Path.Known, ".log") || strings.HasPrefix(e.Path.Known, "/var/log/")
	if e.Verb != effect.Create || e.Kind == mode.Directory || !isLog || set&mode.OtherRead == 0 {
		return nil
	}
	f := found(e, fmt.Sprintf("%s makes a log that everybody may read: %s", e.API, executedText(e)))
	f.Gains = []string{"everybody may read what the program logs"}
	f.Meant = "0640"
	return []Finding{f}
}

// windowsWords are what a file says that knows of Windows or is not for it.
var windowsWords = [...]string{"windows", "Windows", "GOOS", "os.name", "win32", "sys.platform", "process.platform", "_WIN32", "go:build"}

// noWindowsBranch finds a file made private by its mode alone in a program that may run
// on Windows.
func noWindowsBranch(s *effect.Script, e *effect.Effect) []Finding {
	switch s.File.Language {
	case source.Go, source.Python, source.JavaScript, source.TypeScript, source.Rust, source.Java:
	default:
		return nil
	}
	if !setsMode(e) || e.Verb != effect.Chmod && !secret(e.Path) || e.Mode.Layout == effect.POSIX && s.File.Language == source.Go || !closes(e) {
		return nil
	}
	for _, end := range [...]string{"_unix.go", "_linux.go", "_darwin.go", "_freebsd.go", "_posix.py"} {
		if strings.HasSuffix(s.File.Path, end) {
			return nil
		}
	}
	for _, word := range windowsWords {
		if strings.Contains(string(s.File.Text), word) {
			return nil
		}
	}
	f := found(e, fmt.Sprintf("%s with %s makes nothing private on Windows", e.API, executedText(e)))
	f.Advice = "Set an access list there, keep the file in the user's profile, or say that Windows is not for it."
	return []Finding{f}
}
