package policy

import "regexp"

// expression compiles an expression each time that it is asked for: only mistakes ask,
// and programs that judge nothing would have to wait for it before main.
func expression(text string) func() *regexp.Regexp {
	return func() *regexp.Regexp { return regexp.MustCompile(text) }
}
