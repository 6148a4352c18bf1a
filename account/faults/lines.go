package faults

import (
	"fmt"
	"slices"
	"strconv"

	"ward/account"
	"ward/finding"
)

// longestLine is the length of a line that programs count on:
// sysconf(_SC_GETGR_R_SIZE_MAX) and that of getpwnam_r are 1024 in glibc, and who does not enlarge the
// buffer that it suggests sees no such group; a record of NIS ends there too.
const longestLine = 1024

func lineRules() []rule {
	return []rule{
		define("malformed-line", finding.Error, (*review).malformed,
			"line that programs cannot read, or each reads in another way",
			"What stands there is passed over by some programs and half understood by others. Tools that rewrite the file may drop it."),
		define("included-accounts", finding.Warning, (*review).included,
			"line of NIS in a file that nothing reads for NIS",
			"Lines that start with + or - mean accounts of another source to \"compat\" alone. To every other reader they are an account of that name, which once was a way in without a password."),
		define("unusable-name", finding.Error, (*review).unusableNames,
			"name that the system will not resolve, or takes for something else",
			"Tools take a name of digits for an id, one that starts with - for an option, + for NIS; white space, slash, comma and colon end it early."),
		define("long-name", finding.Warning, (*review).longNames,
			"name longer than tools take",
			"useradd, login records and much else stop at 32 bytes: the account is shown cut off, or not found."),
		define("long-line", finding.Info, (*review).longLines,
			"line longer than some programs read",
			"Programs that ask for an account or a group with the buffer that the system suggests (1024 bytes) and do not try again see none; records of NIS end there."),
		define("unknown-range-owner", finding.Warning, (*review).rangeOwners,
			"ids lent to somebody who does not exist",
			"Who is given that name later gets the ids, with the files that lie in old containers."),
		define("overlapping-ranges", finding.Error, (*review).rangesOverlap,
			"ids lent to two, or lent and given to an account",
			"The containers of one can read and write the files of the other."),
	}
}

func (r *review) malformed() {
	broken(r, &r.Users, "vipw")
	broken(r, &r.Groups, "vigr")
	if r.Shadow != nil {
		broken(r, r.Shadow, "vipw -s")
	}
	if r.GShadow != nil {
		broken(r, r.GShadow, "vigr -s")
	}
	broken(r, &r.SubUsers, "an editor")
	broken(r, &r.SubGroups, "an editor")
}

func broken[T any](r *review, f *account.File[T], editor string) {
	for _, l := range f.Lines {
		if l.Kind == account.Broken {
			r.at(f.Path, l.Number, l.Problem, Fault{Finding: finding.Finding{Advice: "mend or remove the line with " + r.editor(editor)}})
		}
	}
}

// editor is how to edit a file of a tree under its locks.
func (r *review) editor(words string) string {
	if r.Root == "" || r.Root == "/" || words == "an editor" {
		return words
	}
	return words + " -R " + r.Root
}

func (r *review) included() {
	included(r, &r.Users, "passwd")
	included(r, &r.Groups, "group")
}

func included[T any](r *review, f *account.File[T], database string) {
	if slices.Contains(r.Switch.Sources(database), "compat") {
		return
	}
	for _, l := range f.Lines {
		if l.Kind == account.Include {
			r.at(f.Path, l.Number, fmt.Sprintf("%.40q includes accounts of NIS, and nsswitch.conf does not say compat", l.Text()),
				Fault{Finding: finding.Finding{Advice: "remove the line with " + r.editor("vipw") + " or " + r.editor("vigr")}})
		}
	}
}

func (r *review) unusableNames() {
	r.names(func(path string, line int, kind, name string) {
		if why := account.NameProblem(name); why != "" {
			r.at(path, line, fmt.Sprintf("the %s is called %q: %s", kind, name, why),
				Fault{Finding: finding.Finding{Advice: rename(kind)}})
		}
	})
}

// rename says how somebody gets another name.
func rename(kind string) string {
	if kind == "group" {
		return "give it another name: groupmod -n NEW OLD"
	}
	return "give it another name: usermod -l NEW OLD"
}

// names yields the name of every account and group.
func (r *review) names(yield func(path string, line int, kind, name string)) {
	for l := range r.Users.Records {
		yield(r.Users.Path, l.Number, "user", l.Value.Name)
	}
	for l := range r.Groups.Records {
		yield(r.Groups.Path, l.Number, "group", l.Value.Name)
	}
}

func (r *review) longNames() {
	r.names(func(path string, line int, kind, name string) {
		if len(name) > account.LongestName {
			r.at(path, line, fmt.Sprintf("the name of the %s has %d bytes; tools take %d", kind, len(name), account.LongestName),
				Fault{Finding: finding.Finding{Advice: rename(kind)}})
		}
	})
}

func (r *review) longLines() {
	for l := range r.Users.Records {
		if n := len(l.Text()); n > longestLine {
			r.at(r.Users.Path, l.Number, fmt.Sprintf("the line of %s has %d bytes", l.Value.Name, n),
				Fault{Finding: finding.Finding{Advice: "shorten its fields with " + r.editor("vipw")}})
		}
	}
	for l := range r.Groups.Records {
		if n := len(l.Text()); n > longestLine {
			r.at(r.Groups.Path, l.Number, fmt.Sprintf("the line of %s has %d bytes and %d members", l.Value.Name, n, len(l.Value.Members)),
				Fault{Finding: finding.Finding{Advice: "split the group, or put an access list in its place where few files are concerned"}})
		}
	}
}

func (r *review) rangeOwners() {
	for _, f := range []*account.File[account.Range]{&r.SubUsers, &r.SubGroups} {
		for l := range f.Records {
			if _, err := strconv.ParseUint(l.Value.Owner, 10, 32); err == nil || r.userExists(l.Value.Owner) != account.No {
				continue
			}
			r.at(f.Path, l.Number, fmt.Sprintf("%d ids from %d are lent to %s, who does not exist", l.Value.Count, l.Value.First, l.Value.Owner),
				Fault{Finding: finding.Finding{Advice: "remove the line, once no files of these ids are left"}})
		}
	}
}

func (r *review) rangesOverlap() {
	r.overlaps(&r.SubUsers, "-V", "-v", func(l account.Range) string {
		for u := range r.Users.Records {
			if id := uint64(u.Value.UID); uint64(l.First) <= id && id < l.End() {
				return "the user " + u.Value.Name
			}
		}
		return ""
	})
	r.overlaps(&r.SubGroups, "-W", "-w", func(l account.Range) string {
		for g := range r.Groups.Records {
			if id := uint64(g.Value.GID); uint64(l.First) <= id && id < l.End() {
				return "the group " + g.Value.Name
			}
		}
		return ""
	})
}

func (r *review) overlaps(f *account.File[account.Range], remove, add string, holder func(account.Range) string) {
	var before []account.Range
	for l := range f.Records {
		with := holder(l.Value)
		for _, o := range before {
			if o.Owner != l.Value.Owner && uint64(o.First) < l.Value.End() && uint64(l.Value.First) < o.End() {
				with = "what is lent to " + o.Owner
			}
		}
		before = append(before, l.Value)
		if with == "" {
			continue
		}
		r.at(f.Path, l.Number, fmt.Sprintf("the ids %d to %d of %s are also %s", l.Value.First, l.Value.End()-1, l.Value.Owner, with), Fault{
			Fix: r.lendAnew(f, l.Value, remove, add),
			Finding: finding.Finding{
				Gains:  []string{"user " + l.Value.Owner + ": the files of these ids"},
				Advice: "files in containers of the user keep their old ids: move them first (podman system migrate)",
			},
		})
	}
}

// lendAnew gives an owner a range behind all others.
func (r *review) lendAnew(f *account.File[account.Range], old account.Range, remove, add string) []string {
	if _, ok := r.users[old.Owner]; !ok {
		return nil
	}
	from := uint64(100000)
	for l := range f.Records {
		from = max(from, l.Value.End())
	}
	span := func(first, end uint64) string { return fmt.Sprintf("%d-%d", first, end-1) }
	return r.shadow("usermod", remove, span(uint64(old.First), old.End()), add, span(from, from+uint64(old.Count)), old.Owner)
}
