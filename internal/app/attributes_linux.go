package app

import "ward/internal/host/sys"

// attributeNames are the extended attributes of a path that can be seen from here.
func attributeNames(path string) (names []string) {
	held, err := sys.HoldPath("", path, true)
	if err != nil {
		return nil
	}
	defer held.Close()
	attributes, err := held.Attributes()
	if err != nil {
		return nil
	}
	for _, a := range attributes {
		names = append(names, a.Name)
	}
	return names
}
