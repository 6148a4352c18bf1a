package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"ward/ident"
)

// UnitOf is what systemd started a process as.
func UnitOf(pid int) (Unit, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cgroup"))
	if err != nil {
		return Unit{User: ident.NoUID}, fmt.Errorf("read the unit of process %d: %w", pid, err)
	}
	return unitOf(string(text)), nil
}
