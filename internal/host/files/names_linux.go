package files

import (
	"slices"

	"ward/internal/host/sys"
)

// Names are the names in the directory at a path relative to the root, sorted by
// their bytes, without "." and "..".
func (r *Root) Names(rel string) ([]string, error) {
	fd, err := r.listed(rel)
	if err != nil {
		return nil, failed("open", r.below(rel), err)
	}
	defer sys.Close(fd)
	names, err := namesIn(fd)
	slices.Sort(names)
	return names, failed("read", r.below(rel), err)
}

func (r *Root) listed(rel string) (int, error) {
	switch {
	case rel == "." && r.proc != nil:
		return r.proc.Follow(r.fd, sys.List) // opening "." would take x of it
	case rel == ".":
		return sys.Open(r.fd, ".", sys.List)
	}
	return r.calls.OpenBeneath(r.fd, rel, sys.List, 0)
}

func namesIn(fd int) ([]string, error) {
	var names []string
	buf := make([]byte, readSize)
	for {
		n, err := sys.ReadNames(fd, buf, sys.Patient)
		if n <= 0 || err != nil {
			return names, err
		}
		for rest := buf[:n]; ; {
			name, after, ok := sys.NextName(rest)
			if !ok {
				break
			}
			if rest = after; !sys.Dots(name.Bytes) {
				names = append(names, string(name.Bytes))
			}
		}
	}
}
