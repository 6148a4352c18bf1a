package app

import "ward/internal/host/sys"

// attributeOf is an extended attribute of a path, if it can be seen from here.
func attributeOf(path, name string) (value string, ok bool) {
	held, err := sys.HoldPath("", path, true)
	if err != nil {
		return "", false
	}
	defer held.Close()
	attributes, err := held.Attributes()
	if err != nil {
		return "", false
	}
	for _, a := range attributes {
		if a.Name == name {
			return string(a.Value), true
		}
	}
	return "", false
}
