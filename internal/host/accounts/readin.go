package accounts

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// longestFile is how much of an account file is read: more is no account file.
const longestFile = 256 << 20

func readIn(tree *os.Root, name string) ([]byte, error) {
	f, err := tree.OpenFile(name, os.O_RDONLY|nonblocking, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("read %q: it is no regular file", name)
	case info.Size() > longestFile:
		return nil, fmt.Errorf("read %q: it has %d bytes, which no account file has", name, info.Size())
	}
	return io.ReadAll(io.LimitReader(f, longestFile))
}
