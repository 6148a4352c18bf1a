package cli

import (
	"fmt"
	"io"

	"ward/internal/report"
)

// answer writes what was found out: for people, or as JSON where that is the format.
func answer[A any](c *console, format string, a A, text func(io.Writer, A, report.Style) error, json func(io.Writer, A) error) error {
	var err error
	if format == "json" {
		err = json(c.out, a)
	} else {
		err = text(c.out, a, c.style)
	}
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}
