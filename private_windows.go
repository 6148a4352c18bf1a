package ward

import (
	"os"

	"ward/internal/host/sys"
)

func createPrivate(path string) (*os.File, error) {
	handle, err := sys.CreatePrivate(path)
	if err != nil {
		return nil, err
	}
	return os.NewFile(handle, path), nil
}
