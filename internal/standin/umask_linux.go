package standin

import (
	"ward/internal/host/sys"
	"ward/mode"
)

func umaskNow() mode.Mode {
	mask, err := sys.Umask()
	if err != nil {
		mask = sys.TakeUmask()
	}
	return mode.Mode(mask) & mode.Permissions
}
