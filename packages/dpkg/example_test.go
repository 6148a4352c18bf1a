package dpkg_test

import (
	"fmt"

	"ward/packages/dpkg"
)

func ExampleReadScript() {
	for _, s := range dpkg.ReadScript([]byte("set -e\nchmod 440 /etc/sudoers\n")) {
		fmt.Println(s.Path, s.Mode.Octal(), "line", s.Line)
	}
	// Output: etc/sudoers 0440 line 2
}
