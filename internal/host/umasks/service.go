package umasks

import (
	"path"
	"strings"
)

// Service is what a unit says about whom its processes run as, and where. Values that
// hold specifiers ("%i") are left out: only systemd knows what they stand for.
type Service struct {
	User             string // "" where the unit names none: root
	Group            string
	WorkingDirectory string // absolute; "~" for the home of the user, "" for none
}

// ServiceOf reads a unit with its drop-ins, below root. The error is *UnitError where
// no file of the unit is found.
func ServiceOf(root, name string) (Service, error) {
	if !strings.Contains(name, ".") {
		name += ".service"
	}
	u := unit{chain: newChain(&tree{root}, ""), name: name}
	file, err := u.located()
	if err != nil {
		return Service{}, err
	}
	var s Service
	for _, one := range append([]string{file}, u.dropIns()...) {
		if text, ok := u.read(one); ok {
			s.take(text)
		}
	}
	return s, nil
}

func (s *Service) take(text []byte) {
	section := ""
	numbered(text, func(_ int, line string) {
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[]")
			return
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || section != "Service" || line[0] == ';' || strings.Contains(value, "%") {
			return
		}
		switch value = strings.TrimSpace(value); strings.TrimSpace(key) {
		case "User":
			s.User = value
		case "Group":
			s.Group = value
		case "WorkingDirectory":
			value = strings.TrimPrefix(value, "-")
			if value == "" || value == "~" || path.IsAbs(value) {
				s.WorkingDirectory = value
			}
		}
	})
}
