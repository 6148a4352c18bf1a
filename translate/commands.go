package translate

import (
	"fmt"
	"strings"

	"ward/acl/nfs4"
	"ward/acl/nt"
	"ward/legacy/amiga"
	"ward/legacy/dos"
	classic "ward/legacy/macos"
	"ward/legacy/racf"
	"ward/legacy/vms"
	"ward/mode"
)

// Form is a program whose commands set permissions.
type Form struct {
	ID      string // "icacls", "chmod+a"
	Model   string // the id of the model whose values it sets
	Shell   string // who reads the command: "sh", "cmd", "powershell", "dcl", "tso", "amiga"
	Program string // what it is, in a line
}

// Forms is the table of programs. Each call makes a new one.
func Forms() []Form {
	return []Form{
		{"chmod", "unix", "sh", "chmod of any Unix"},
		{"setfacl", "posix", "sh", "setfacl of Linux"},
		{"chacl", "hpux", "sh", "chacl of HP-UX"},
		{"setfacl-zos", "zos", "sh", "setfacl of z/OS UNIX"},
		{"nfs4_setfacl", "nfs4", "sh", "nfs4_setfacl of Linux"},
		{"chmod-A", "nfs4-zfs", "sh", "chmod A= of Solaris and illumos"},
		{"chmod+a", "macos", "sh", "chmod +a of macOS"},
		{"icacls", "nt", "cmd", "icacls of Windows"},
		{"powershell", "nt", "powershell", "Set-Acl of PowerShell"},
		{"attrib", "dos", "cmd", "attrib of DOS and Windows"},
		{"SetFile", "mac", "sh", "SetFile of the Mac OS X developer tools"},
		{"protect", "amiga", "amiga", "protect of AmigaDOS"},
		{"set-security", "vms", "dcl", "SET SECURITY of OpenVMS"},
		{"permit", "racf", "tso", "ADDSD, RDEFINE and PERMIT of RACF"},
	}
}

// FindForm is the form of an id.
func FindForm(id string) (Form, bool) {
	for _, f := range Forms() {
		if f.ID == id {
			return f, true
		}
	}
	return Form{}, false
}

// QuoteError says that a name cannot stand in a command: its shell would take it for
// something else, and has no way to be told not to.
type QuoteError struct {
	Shell, Text string
	Problem     string
}

func (e *QuoteError) Error() string {
	return fmt.Sprintf("quote %q for %s: %s", e.Text, e.Shell, e.Problem)
}

// Commands is the commands of a form that give the object at the path these permissions,
// one a line, quoted for the form's shell. The object must be of the form's model. It
// fails with a *QuoteError where the path or a name has no place in a command, with a
// *ModelError for forms and models that do not fit, and with the errors of the model's
// package for values that the program cannot say.
func Commands(o Object, form, path string, c Context) ([]string, error) {
	f, ok := FindForm(form)
	switch {
	case !ok:
		var known []string
		for _, x := range Forms() {
			known = append(known, x.ID)
		}
		return nil, &ModelError{ID: form, Problem: "there is no such form of commands", Known: known}
	case f.Model != o.Model:
		return nil, &ModelError{ID: form, Problem: "it sets values of " + f.Model + ", and the object is one of " + o.Model}
	}
	if _, err := dialectFacts(o); err != nil {
		return nil, err
	}
	if f.Shell == "sh" {
		return unixCommands(o, path, c)
	}
	return otherCommands(o, form, path, c)
}

func dialectFacts(o Object) (facts, error) {
	d, _ := dialectOf(o.Model)
	return d.facts(o)
}

func unixCommands(o Object, path string, c Context) ([]string, error) {
	path = operand(path)
	switch v := o.Value.(type) {
	case mode.Mode: // five digits say all bits, of a directory too
		return lines("chmod 0"+v.Octal(), path), nil
	case POSIX:
		return setfacl(v, o.isDirectory(), path, c), nil
	case HPUX:
		return append(lines("chacl -r "+Sh(v.ACL.FormatOperators()), path), specials(v.Mode, "chmod -A ", path)...), nil
	case racf.UnixACL:
		return lines("setfacl -s "+Sh(strings.Join(strings.Fields(v.String()), ",")), path), nil
	case nfs4.ACL:
		return nfs4Commands(o, path, c)
	case MacOS:
		return macosCommands(v, o.kind(), path, c), nil
	case Classic:
		letters := map[bool]string{true: "L", false: "l"}[v.Locked] + map[bool]string{true: "V", false: "v"}[v.Finder&classic.Invisible != 0]
		return lines("SetFile -a "+letters, path), nil
	}
	return nil, wrongValue(o)
}

// lines is one command for the path.
func lines(command, path string) []string { return []string{command + " " + Sh(path)} }

// operand is a path that no program takes for an option.
func operand(path string) string {
	if strings.HasPrefix(path, "-") {
		return "./" + path
	}
	return path
}

func setfacl(v POSIX, directory bool, path string, c Context) (list []string) {
	if v.Access == nil {
		list = append(lines("setfacl -b", path), lines("chmod 0"+v.Mode.Octal(), path)...)
	} else {
		list = append(lines("setfacl --set "+Sh(v.Access.Format(c.Names)), path), specials(v.Mode, "chmod ", path)...)
	}
	switch {
	case v.Default != nil:
		list = append(list, lines("setfacl -d --set "+Sh(v.Default.Format(c.Names)), path)...)
	case directory:
		list = append(list, lines("setfacl -k", path)...)
	}
	return list
}

// specials sets the special bits alone, so that no mask moves.
func specials(m mode.Mode, chmod, path string) []string {
	clauses := []string{"u-s", "g-s", "a-t"}
	for i, bit := range [...]mode.Mode{mode.SetUID, mode.SetGID, mode.Sticky} {
		if m&bit != 0 {
			clauses[i] = strings.Replace(clauses[i], "-", "+", 1)
		}
	}
	return lines(chmod+strings.Join(clauses, ","), path)
}

func nfs4Commands(o Object, path string, c Context) ([]string, error) {
	notation, command := "nfs4-tools", "nfs4_setfacl -s "
	if o.Model == "nfs4-zfs" {
		notation, command = "nfs4-solaris", "chmod A="
	}
	text, err := formatAs(notation, o, c)
	return lines(command+Sh(text), path), err
}

// macosCommands empties the list, and then fills it in its own order.
func macosCommands(v MacOS, k mode.Kind, path string, c Context) []string {
	list := append(lines("chmod -N", path), lines("chmod "+v.Mode.Octal(), path)...)
	a := v.ACL
	if c.Names != nil {
		a = a.WithNames(c.Names)
	}
	for i, e := range a.Entries {
		list = append(list, lines(fmt.Sprintf("chmod +a# %d %s", i, Sh(e.Format(k))), path)...)
	}
	if v.Flags != 0 {
		list = append(list, lines("chflags "+Sh(v.Flags.Format()), path)...)
	}
	return list
}

func otherCommands(o Object, form, path string, _ Context) ([]string, error) {
	switch v := o.Value.(type) {
	case nt.Descriptor:
		if form == "icacls" {
			return icacls(v, path)
		}
		return setACL(v, path)
	case dos.Attributes:
		quoted, err := Cmd(path)
		all := dos.ReadOnly | dos.Hidden | dos.System | dos.Archive
		return []string{"attrib " + dos.Change{Set: v & all, Clear: all &^ v}.Format() + " " + quoted}, err
	case amiga.Protection:
		quoted, err := AmigaDOS(path)
		letters := strings.ReplaceAll(v.Flags().Format(), "-", "")
		if letters == "" {
			letters = "hsparwed SUB"
		}
		return []string{"protect " + quoted + " " + letters}, err
	case vms.Security:
		if path != "" {
			v.Name = path
		}
		return setSecurity(v)
	case racf.Profile:
		return racfCommands(v, path)
	}
	return nil, wrongValue(o)
}

// setSecurity refuses what DCL would replace or take for a comment.
func setSecurity(s vms.Security) ([]string, error) {
	command := s.Set().String()
	if strings.ContainsAny(command, "'\"&!\r\n") {
		return nil, &QuoteError{"dcl", command, "it has a sign in it that DCL replaces, or takes for the end"}
	}
	return []string{command}, plain("dcl", s.Name, "$_.:;[]<>^~-,/")
}

// icacls empties the list, and then fills it. It keeps entries in canonical order only.
func icacls(d nt.Descriptor, path string) ([]string, error) {
	quoted, err := Cmd(path)
	if err != nil {
		return nil, err
	}
	if d.DACL == nil {
		return nil, &nt.FormatError{Form: "icacls", Index: -1, Problem: "it has no word for a list that is not there"}
	}
	if i := d.DACL.Disorder(); i >= 0 {
		return nil, &nt.FormatError{Form: "icacls", Index: i, Problem: "icacls would move it to its place in canonical order, where it decides otherwise; powershell does not"}
	}
	list := []string{"icacls " + quoted + " /reset", "icacls " + quoted + " /inheritance:r"}
	for _, e := range d.DACL.Entries {
		text, err := e.IcaclsACE()
		if err != nil {
			return nil, err
		}
		verb := map[bool]string{true: " /grant ", false: " /deny "}[e.Type == nt.Allow]
		text = strings.ReplaceAll(strings.ReplaceAll(text, "(I)", ""), "(DENY)", "")
		list = append(list, "icacls "+quoted+verb+`"*`+e.SID.String()+":"+text+`"`)
	}
	return list, nil
}

func setACL(d nt.Descriptor, path string) ([]string, error) {
	quoted, err := PowerShell(path)
	if err != nil {
		return nil, err
	}
	d.Owner, d.Group, d.SACL = nt.SID{}, nt.SID{}, nil
	d.Control &^= nt.SACLPresent
	text, err := d.FormatSDDL(nt.SDDLOptions{})
	if err != nil {
		return nil, err
	}
	sddl, err := PowerShell(text)
	return []string{
		"$acl = Get-Acl -LiteralPath " + quoted,
		"$acl.SetSecurityDescriptorSddlForm(" + sddl + ", 'Access')",
		"Set-Acl -LiteralPath " + quoted + " -AclObject $acl",
	}, err
}

// racfCommands makes the profile under another name, where one is given.
func racfCommands(p racf.Profile, name string) (list []string, err error) {
	if name != "" {
		if p.Name, err = racf.ParseDatasetProfile(name, true); err != nil {
			return nil, err
		}
	}
	for _, c := range p.Commands() {
		list = append(list, c.String())
	}
	return list, nil
}
