package app

import (
	"fmt"
	"slices"
	"strings"

	aclmac "ward/acl/macos"
	"ward/acl/nfs4"
	"ward/acl/nt"
	"ward/internal/oddity"
	"ward/legacy/dos"
	"ward/translate"
)

// MendedList is a way to mend what is odd about permissions, with who gains and who loses by
// it, and the commands that do it.
type MendedList struct {
	Title    string
	Text     string // the permissions then, in their notation
	Gain     []Holding
	Lose     []Holding
	Form     string // the program of the commands; "" for none
	Shell    string // that the commands are for
	Commands []string
}

// mend adds the ways to mend what is odd.
func (r *permissionReader) mend(s *Shown) error {
	for _, m := range oddity.Mendings(oddityValue(s.Object.Value), r.judgedObject(s.Permissions)) {
		o := s.Object
		o.Value = permissionsValue(o.Value, m.Value)
		mend := MendedList{Title: m.Title}
		var err error
		if mend.Text, err = translate.Format(o, s.Notation, s.Context); err != nil {
			continue // what cannot be written is not shown
		}
		after, _, err := r.access(o, s.Model)
		if err != nil {
			return err
		}
		mend.Gain, mend.Lose = shifted(s.Access, after)
		mend.Form, mend.Shell, mend.Commands = commandsFor(s, o)
		s.Mend = append(s.Mend, mend)
	}
	return nil
}

// shifted is who has more, and who has less, afterwards. Whom one of the two does not
// name is everybody else there.
func shifted(before, after []Holding) (gain, lose []Holding) {
	var done []translate.Principal
	for _, h := range slices.Concat(before, after) {
		if slices.Contains(done, h.Who) {
			continue
		}
		done = append(done, h.Who)
		was, is := held(before, h.Who), held(after, h.Who)
		if more := is &^ was; more != 0 {
			gain = append(gain, Holding{h.Who, more})
		}
		if less := was &^ is; less != 0 {
			lose = append(lose, Holding{h.Who, less})
		}
	}
	return gain, lose
}

func held(all []Holding, who translate.Principal) (r translate.Rights) {
	for _, h := range all {
		switch h.Who {
		case who:
			return h.Rights
		case translate.Principal{Sort: translate.Everyone}:
			r = h.Rights
		}
	}
	return r
}

// permissionsValue is the reverse of oddityValue.
func permissionsValue(was, value any) any {
	switch v := value.(type) {
	case oddity.POSIX:
		posix, _ := was.(translate.POSIX)
		posix.Access, posix.Default = v.Access, v.Default
		if v.Access != nil {
			posix.Mode = v.Access.Mode(posix.Mode)
		}
		return posix
	case aclmac.ACL:
		mac, _ := was.(translate.MacOS)
		mac.ACL = v
		return mac
	}
	return value
}

// commandsFor are the commands that give the object its new permissions: where they were
// found, or for a text those of the first program that can.
func commandsFor(s *Shown, o translate.Object) (form, shell string, commands []string) {
	path := s.Source
	switch {
	case s.Archive != "":
		return "", "", nil // what is packed is mended where it was packed
	case s.Carrier == "":
		path = "FILE"
	default:
		if form, commands, ok := storedCommands(s.Carrier, o, path); ok {
			return form, "sh", commands
		}
	}
	for _, f := range translate.Forms() {
		if f.Model != o.Model {
			continue
		}
		if commands, err := translate.Commands(o, f.ID, path, s.Context); err == nil {
			return f.ID, f.Shell, withoutMode(o, commands)
		}
	}
	return "", "", nil
}

// withoutMode leaves out the commands that set the mode that a list stands beside: it is
// not to be changed, and a text does not tell it.
func withoutMode(o translate.Object, commands []string) []string {
	switch o.Value.(type) {
	case translate.POSIX, translate.MacOS:
		return slices.DeleteFunc(commands, func(command string) bool {
			rest, ok := strings.CutPrefix(command, "chmod ")
			return ok && !strings.HasPrefix(rest, "-N ") && !strings.HasPrefix(rest, "+a# ")
		})
	}
	return commands
}

// storedCommands are those for attributes that another system's programs do not reach
// from here; ok is false where the model's own program does.
func storedCommands(carrier string, o translate.Object, path string) (form string, commands []string, ok bool) {
	set := func(value []byte, err error) (string, []string, bool) {
		if err != nil {
			return "", nil, true
		}
		return "setfattr", []string{fmt.Sprintf("setfattr -n %s -v 0x%x %s", carrier, value, translate.Sh(operand(path)))}, true
	}
	switch v := o.Value.(type) {
	case nt.Descriptor:
		if carrier == "security.NTACL" {
			text, err := v.FormatSDDL(nt.SDDLOptions{})
			if err != nil {
				return "", nil, true
			}
			return "samba-tool", []string{"samba-tool ntacl set " + translate.Sh(text) + " " + translate.Sh(operand(path))}, true
		}
		return set(v.Encode())
	case nfs4.ACL:
		if carrier == nfs4.TrueNASXattr {
			return set(v.EncodeTrueNAS())
		}
	case aclmac.ACL:
		return "", nil, true
	case dos.Attributes:
		if carrier != "FAT_IOCTL_GET_ATTRIBUTES" {
			return "", nil, true
		}
		const all = dos.ReadOnly | dos.Hidden | dos.System | dos.Archive
		words := strings.ToLower(dos.Change{Set: v & all, Clear: all &^ v}.Format())
		return "fatattr", []string{"fatattr " + words + " " + translate.Sh(operand(path))}, true
	}
	return "", nil, false
}

// operand is a path that no program takes for an option.
func operand(path string) string {
	if strings.HasPrefix(path, "-") {
		return "./" + path
	}
	return path
}

// malformed is the finding that what an attribute, a file or a field holds is no
// permissions; its problem has the place. ok is false for what could not be read at all.
func malformed(p Permissions) (oddity.Oddity, bool) {
	if p.Err == nil || p.Raw == nil {
		return oddity.Oddity{}, false
	}
	fix := "set it anew with the programs of its system, or bring it back from a copy"
	if strings.HasPrefix(p.Carrier, "user.") || strings.HasPrefix(p.Carrier, "security.") || strings.HasPrefix(p.Carrier, "com.apple.") {
		fix += "; to take it off: setfattr -x " + p.Carrier + " " + translate.Sh(operand(p.Source))
	}
	return oddity.Oddity{Sort: oddity.Malformed, Entry: -1, Problem: p.Err.Error(), Fix: fix}, true
}
