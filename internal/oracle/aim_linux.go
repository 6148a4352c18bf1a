package oracle

import (
	"math/rand/v2"
	"sort"

	"ward/access"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// Aim is a kind of question that is likely to turn on one fact.
type Aim struct {
	Fact    string
	Actions []access.Action
	View    string                                                        // "" for any
	Become  func(r *rand.Rand, c *Credentials)                            // nil: anybody
	Object  func(name string, s *Spec, in *Spec, who *access.Caller) bool // nil: any
	New     bool                                                          // the name does not exist
	Adjust  func(r *rand.Rand, a *Ask)
}

var (
	opening = []access.Action{access.Reading, access.Writing, access.Updating, access.Appending}
	making  = []access.Action{access.Creating, access.MakingDir, access.Symlinking, access.MakingNode}
	owning  = []access.Action{access.ChangingMode, access.SettingTimes, access.SettingACL}
)

// only gives nothing but these capabilities.
func only(caps ...ident.Capability) func(*rand.Rand, *Credentials) {
	return func(_ *rand.Rand, c *Credentials) { c.Caps = uint64(ident.Set(caps...)) }
}

// user is anybody but root, without capabilities.
func user(r *rand.Rand, c *Credentials) {
	c.Caps = 0
	c.UID, c.GID = anyOf(r, userIDs[1:]...), anyOf(r, groupIDs[1:]...)
}

func hasACL(_ string, s, _ *Spec, who *access.Caller) bool {
	return s.ACL != nil && s.UID != who.UID
}

func ofKind(kinds ...mode.Kind) func(string, *Spec, *Spec, *access.Caller) bool {
	return func(_ string, s, _ *Spec, _ *access.Caller) bool {
		for _, k := range kinds {
			if s.Kind == k {
				return true
			}
		}
		return false
	}
}

func setIDProgram(name string, s, _ *Spec, _ *access.Caller) bool {
	last := name[len(name)-1]
	return (last == 'x' || last == 'y') && s.Mode&(mode.SetUID|mode.SetGID) != 0
}

func program(letters string) func(string, *Spec, *Spec, *access.Caller) bool {
	return func(name string, s, _ *Spec, _ *access.Caller) bool {
		for _, l := range letters {
			if name[len(name)-1] == byte(l) && s.Kind == mode.Regular {
				return true
			}
		}
		return false
	}
}

// Aims are the facts that random questions meet too seldom.
var Aims = []Aim{
	{Fact: "CAP_DAC_READ_SEARCH", Actions: []access.Action{access.Reading, access.Listing, access.Searching}, Become: only(ident.CapDACReadSearch), Object: ofKind(mode.Regular, mode.Directory)},
	{Fact: "CAP_DAC_OVERRIDE", Actions: opening, Become: only(ident.CapDACOverride)},
	{Fact: "CAP_FOWNER", Actions: append([]access.Action{access.Deleting}, owning...), Become: only(ident.CapFOwner, ident.CapDACOverride)},
	{Fact: "CAP_CHOWN", Actions: []access.Action{access.ChangingOwner, access.ChangingGroup}},
	{Fact: "CAP_MKNOD", Actions: []access.Action{access.MakingNode}, New: true, Adjust: func(r *rand.Rand, a *Ask) { a.Kind = anyOf(r, mode.CharDevice, mode.BlockDevice) }},
	{Fact: "CAP_SETFCAP", Actions: []access.Action{access.SettingAttribute}, Adjust: func(_ *rand.Rand, a *Ask) { a.Attr = "security.capability" }},
	{Fact: "CAP_SYS_ADMIN", Actions: []access.Action{access.SettingAttribute}, Adjust: func(r *rand.Rand, a *Ask) { a.Attr = anyOf(r, "trusted.comment", "security.comment") }},
	{
		Fact: "set-id bits would go", Actions: []access.Action{access.ChangingOwner, access.ChangingGroup}, Become: only(ident.CapChown, ident.CapDACOverride),
		Object: func(_ string, s, _ *Spec, who *access.Caller) bool {
			return s.UID != who.UID && s.Mode&(mode.SetUID|mode.SetGID) != 0 && s.Kind != mode.Directory
		},
	},
	{
		Fact: "append-only", Actions: []access.Action{access.Writing, access.Appending, access.Deleting, access.ChangingMode, access.Truncating, access.Linking, access.SettingAttribute},
		Object: func(_ string, s, _ *Spec, _ *access.Caller) bool { return s.Flags&entry.AppendOnly != 0 },
	},
	{
		Fact: "immutable", Actions: []access.Action{access.Writing, access.Appending, access.Deleting, access.ChangingMode, access.Truncating, access.Linking, access.SettingTimes},
		Object: func(_ string, s, _ *Spec, _ *access.Caller) bool { return s.Flags&entry.Immutable != 0 },
	},
	{
		Fact: "file capabilities beyond the bounding set", Actions: []access.Action{access.Executing},
		Become: func(r *rand.Rand, c *Credentials) {
			c.Unbounded = uint64(ident.Set(ident.CapNetRaw))
			c.Caps = anyOf(r, 0, uint64(ident.Set(ident.CapDACOverride)))
		},
		Object: func(_ string, s, _ *Spec, _ *access.Caller) bool { return s.Caps != "" },
	},
	{Fact: "ENOEXEC", Actions: []access.Action{access.Executing}, Object: program("t")},
	{Fact: "script", Actions: []access.Action{access.Executing}, Object: program("z")},
	{Fact: "set-id script", Actions: []access.Action{access.Executing}, Object: func(name string, s, _ *Spec, _ *access.Caller) bool {
		return name[len(name)-1] == 'z' && s.Mode&(mode.SetUID|mode.SetGID) != 0
	}},
	{Fact: "set-id program", Actions: []access.Action{access.Executing}, Object: setIDProgram},
	{Fact: "set-id ignored: nosuid-mount", View: "nosuid", Actions: []access.Action{access.Executing}, Object: setIDProgram},
	{Fact: "set-id ignored: no-new-privileges", Actions: []access.Action{access.Executing}, Object: setIDProgram, Become: func(_ *rand.Rand, c *Credentials) { c.NoNewPrivs = true }},
	{Fact: "set-id ignored: is-script", Actions: []access.Action{access.Executing}, Object: func(name string, s, _ *Spec, _ *access.Caller) bool {
		return name[len(name)-1] == 'z' && s.Mode&(mode.SetUID|mode.SetGID) != 0
	}},
	{Fact: "interpreter refused", Actions: []access.Action{access.Executing}, Object: program("zy")},
	{Fact: "list: user", Actions: opening, Become: user, Object: func(_ string, s, _ *Spec, who *access.Caller) bool {
		_, named := s.ACL.Find(acl.User, uint32(who.UID))
		return named && s.UID != who.UID
	}},
	{Fact: "list: group", Actions: opening, Become: user, Object: hasACL},
	{Fact: "list: several groups", Actions: opening, Object: hasACL, Become: func(r *rand.Rand, c *Credentials) {
		user(r, c)
		c.Groups = groupIDs
	}},
	{Fact: "mask takes rights", Actions: opening, Become: user, Object: func(_ string, s, _ *Spec, who *access.Caller) bool {
		return hasACL("", s, nil, who) && s.Mode&0o070 != 0o070
	}},
	{Fact: "list not looked at, mask empty", Actions: opening, Become: user, Object: func(_ string, s, _ *Spec, who *access.Caller) bool {
		return hasACL("", s, nil, who) && s.Mode&0o070 == 0
	}},
	{Fact: "nodev", View: "nodev", Actions: []access.Action{access.Reading, access.Writing}, Object: ofKind(mode.CharDevice, mode.BlockDevice)},
	{Fact: "noexec", View: "noexec", Actions: []access.Action{access.Executing}, Object: program("xyzt")},
	{Fact: "nosymfollow", View: "nosymfollow", Actions: opening, Object: ofKind(mode.Symlink)},
	{Fact: "read-only mount", View: "ro", Actions: []access.Action{access.ChangingMode, access.Deleting, access.Writing, access.Truncating}},
	{Fact: "own groups only", Actions: []access.Action{access.ChangingGroup}, Become: user, Object: func(_ string, s, _ *Spec, who *access.Caller) bool { return s.UID == who.UID && s.Kind != mode.Symlink }},
	{Fact: "owner only", Actions: owning, Become: user},
	{Fact: "owner may", Actions: owning, Become: user, Object: func(_ string, s, _ *Spec, who *access.Caller) bool { return s.UID == who.UID && s.Kind != mode.Symlink }},
	{Fact: "owner refused, others may", Actions: opening, Become: user, Object: func(_ string, s, _ *Spec, who *access.Caller) bool {
		return s.UID == who.UID && s.Mode.Other()&^s.Mode.Owner() != 0
	}},
	{Fact: "sticky", Actions: []access.Action{access.Deleting, access.Renaming}, Become: user, Object: func(_ string, s, in *Spec, who *access.Caller) bool {
		return in.Mode&mode.Sticky != 0 && s.UID != who.UID && in.UID != who.UID
	}},
	{Fact: "protected_hardlinks", Actions: []access.Action{access.Linking}, Become: user, Object: func(_ string, s, _ *Spec, who *access.Caller) bool {
		return s.UID != who.UID && s.Kind != mode.Directory
	}},
	{Fact: "protected_regular", Actions: opening, Object: inSticky(mode.Regular, mode.CharDevice, mode.BlockDevice), Adjust: withCreat},
	{Fact: "protected_fifos", Actions: opening, Object: inSticky(mode.FIFO), Adjust: withCreat},
	{Fact: "protected_symlinks", Actions: append([]access.Action{access.Stating, access.ChangingMode}, opening...), Object: inSticky(mode.Symlink)},
	{Fact: "unmapped owner", View: "idmapped", Actions: append([]access.Action{access.Deleting, access.Writing, access.Linking}, owning...)},
	{Fact: "unmapped caller", View: "idmapped", Actions: making, New: true},
	{Fact: "unmapped wanted id", Actions: []access.Action{access.ChangingOwner, access.ChangingGroup}, View: "idmapped", Become: only(ident.CapChown, ident.CapFOwner, ident.CapDACOverride)},
}

func withCreat(_ *rand.Rand, a *Ask) {
	a.Flags = a.Flags&^(access.ODirectory|access.OPath) | access.OCreat
}

func inSticky(kinds ...mode.Kind) func(string, *Spec, *Spec, *access.Caller) bool {
	right := ofKind(kinds...)
	return func(name string, s, in *Spec, who *access.Caller) bool {
		return right(name, s, in, who) && in.Mode&mode.Sticky != 0 && in.UID != s.UID && s.UID != who.UID
	}
}

// Neediest are the aims whose facts were met least, the least first.
func Neediest(met map[string]int, aims []Aim) []Aim {
	list := append([]Aim(nil), aims...)
	sort.SliceStable(list, func(i, k int) bool { return met[list[i].Fact] < met[list[k].Fact] })
	return list
}

// question is one that the aim would like to ask of the scene; false where the scene
// has nothing for it.
func (a *Aim) question(r *rand.Rand, w *World, s *Scene, who *access.Caller) (View, Ask, bool) {
	var names []string
	for _, name := range s.order {
		if a.Object == nil || a.Object(name, s.Specs[name], s.Specs[parentOf(name)], who) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return View{}, Ask{}, false
	}
	view, ask := w.AnyQuestion(r, s, a.Actions[r.IntN(len(a.Actions))])
	if a.View != "" {
		for _, v := range w.Views {
			if v.Name == a.View {
				view = v
			}
		}
	}
	name := names[r.IntN(len(names))]
	if a.New {
		name = anyOf(r, "a", "b", "a/d", "b/d", "") + "/new"
	}
	ask.Path = w.base(view, s) + "/" + name
	if ask.Action == access.Linking {
		ask.Path2 = w.base(view, s) + anyOf(r, "/a/new", "/b/new", "/new")
	}
	if a.Adjust != nil {
		a.Adjust(r, &ask)
	}
	return view, ask, true
}
