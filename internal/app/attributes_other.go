//go:build !linux

package app

// attributeOf is nothing where attributes decide nothing that ward judges.
func attributeOf(string, string) (value string, ok bool) { return "", false }
