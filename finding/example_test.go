package finding_test

import (
	"fmt"

	"ward/finding"
)

func ExampleParseSeverity() {
	for _, word := range []string{"error", "grave"} {
		s, ok := finding.ParseSeverity(word)
		fmt.Println(s, ok, s > finding.Warning)
	}
	// Output:
	// error true true
	// info false false
}
