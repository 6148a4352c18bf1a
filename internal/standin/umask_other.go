//go:build !linux

package standin

import "ward/mode"

// umaskNow is the usual one: the commands of this package are made for Linux.
func umaskNow() mode.Mode { return 0o022 }
