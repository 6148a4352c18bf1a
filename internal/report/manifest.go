package report

import (
	"fmt"
	"io"

	"ward/internal/app"
)

// ManifestText says what was written down, and how it is used.
func ManifestText(w io.Writer, m *app.Manifested, file string, style Style) error {
	text := fmt.Sprintf("wrote down %s of %s in %s", entries(m.Entries), Path(m.Root), seconds(m.Duration))
	if _, err := io.WriteString(w, style.wrap("", text)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "to bring it back: %s\n", Shell([]string{"ward", "repair", "--from", file, m.Root}))
	return err
}
