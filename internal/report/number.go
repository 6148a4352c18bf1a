package report

import (
	"fmt"
	"strconv"
	"time"
)

// count writes a number with commas: 1,204.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural is a counted noun: "1 finding", "1,204 findings".
func plural(n int64, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case noun[len(noun)-1] == 'y':
		return count(n) + " " + noun[:len(noun)-1] + "ies"
	}
	return count(n) + " " + noun + "s"
}

// seconds writes a duration as people want to read it: 0.02 s, 4.1 s, 3 min 12 s.
func seconds(d time.Duration) string {
	switch s := d.Seconds(); {
	case s < 9.995:
		return fmt.Sprintf("%.2f s", s)
	case s < 119.5:
		return fmt.Sprintf("%.0f s", s)
	default:
		return fmt.Sprintf("%d min %d s", int(s)/60, int(s)%60)
	}
}

func number(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

// Plural is a counted noun: "1 rule", "1,204 rules".
func Plural(n int64, noun string) string { return plural(n, noun) }

// Count writes a number with commas: 1,204.
func Count(n int64) string { return count(n) }
