//go:build !linux && !darwin && !freebsd

package models

import "ward/internal/host/sys"

// attributeReader: this system shows no extended attributes.
func attributeReader(*sys.Held) func(string) ([]byte, error) {
	return func(string) ([]byte, error) { return nil, nil }
}

func (*Object) addFAT(*sys.Held) {}
