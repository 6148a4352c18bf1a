package umasks

import (
	"regexp"
	"sync"
)

// expression is compiled when it is first asked for: programs that look for no umask
// would have to wait for it before main.
func expression(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
