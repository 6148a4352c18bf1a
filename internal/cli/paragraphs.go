package cli

import "strings"

// paragraphs breaks a text anew at 80 columns. What is indented, tables and examples,
// stays as it is.
func paragraphs(text string) string {
	const width = 80
	var b strings.Builder
	column := 0
	for line := range strings.Lines(text) {
		bare := strings.TrimRight(line, "\n")
		if bare == "" || bare[0] == ' ' {
			if column > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(line)
			column = 0
			continue
		}
		for word := range strings.FieldsSeq(bare) {
			switch {
			case column == 0:
			case column+1+len(word) > width:
				b.WriteByte('\n')
				column = 0
			default:
				b.WriteByte(' ')
				column++
			}
			b.WriteString(word)
			column += len(word)
		}
	}
	return b.String()
}
