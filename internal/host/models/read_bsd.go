//go:build darwin || freebsd

package models

import "ward/internal/host/sys"

// attributeReader reads extended attributes out of those that the system lists.
func attributeReader(h *sys.Held) func(string) ([]byte, error) {
	all, err := h.Attributes()
	return func(name string) ([]byte, error) {
		if err != nil { // it is told once
			told := err
			err = nil
			return nil, told
		}
		for _, x := range all {
			if x.Name == name {
				return x.Value, nil
			}
		}
		return nil, nil
	}
}

func (*Object) addFAT(*sys.Held) {}
