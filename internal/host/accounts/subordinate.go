package accounts

import (
	"fmt"
	"strconv"
	"strings"
)

// ranges are ids set aside for somebody's containers (subuid(5), subgid(5)). They
// have no account, yet an object of theirs is not without an owner: nobody else
// will be given the id.
type ranges [][2]uint64

func (rs ranges) contain(id uint32) bool {
	for _, r := range rs {
		if r[0] <= uint64(id) && uint64(id) < r[1] {
			return true
		}
	}
	return false
}

func readRanges(root, name string) (ranges, error) {
	text, err := read(root, name)
	if err != nil {
		return nil, fmt.Errorf("read subordinate ids: %w", err)
	}
	return parseRanges(string(text)), nil
}

// parseRanges reads lines of "owner:first:count" and passes over all others.
func parseRanges(text string) (rs ranges) {
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) != 3 {
			continue
		}
		first, err := strconv.ParseUint(f[1], 10, 32)
		count, err2 := strconv.ParseUint(f[2], 10, 32)
		if err == nil && err2 == nil {
			rs = append(rs, [2]uint64{first, first + count})
		}
	}
	return rs
}
