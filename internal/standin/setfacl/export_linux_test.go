package setfacl

import (
	"ward/internal/host/sys"
	"ward/internal/standin"
	"ward/internal/standin/aclobject"
)

// RunWithout is Run on a kernel that has none of the newer system calls.
func RunWithout(i *standin.Invocation) int {
	c := newCall(i)
	c.system = aclobject.NewSystemOf(sys.Calls{})
	status := c.run()
	_ = c.out.Flush()
	return status
}
