//go:build !linux

package requires

import "runtime"

func probe(f Need) answer {
	return answer{absent: "not on " + runtime.GOOS}
}
