//go:build !linux

package chmod

import (
	"runtime"

	"ward/internal/standin"
)

// Run says that it is not supported here.
func Run(p *standin.Program, _ []string) int {
	p.Fail("not supported on %s: it is made for Linux", runtime.GOOS)
	return 1
}
