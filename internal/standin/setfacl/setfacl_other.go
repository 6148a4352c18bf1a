//go:build !linux

package setfacl

import (
	"fmt"
	"runtime"

	"ward/internal/standin"
)

// Run is one call; only Linux has these lists.
func Run(i *standin.Invocation) int {
	_, _ = fmt.Fprintf(i.Err, "%s: not supported on %s\n", i.Base(), runtime.GOOS)
	return 1
}
