package inorder

import "io"

// Output is what a worker has to say, for both streams, in order.
type Output struct {
	text []byte
	cuts []cut
}

// cut ends a stretch of text.
type cut struct {
	end     int
	message bool // for standard error
}

// Buffer is where text for standard output is appended; Keep takes it back.
func (o *Output) Buffer() []byte { return o.text }

// Keep takes back what Buffer gave, with text at its end.
func (o *Output) Keep(text []byte) { o.text = text }

// Message says a whole line, its line break included, on standard error.
func (o *Output) Message(line string) {
	if n := len(o.cuts); n > 0 && o.cuts[n-1].message && o.cuts[n-1].end == len(o.text) {
		o.text = append(o.text, line...)
		o.cuts[n-1].end = len(o.text)
		return
	}
	o.cuts = append(o.cuts, cut{len(o.text), false})
	o.text = append(o.text, line...)
	o.cuts = append(o.cuts, cut{len(o.text), true})
}

// Write writes all of it, and forgets it. An error is that of writing to out.
func (o *Output) Write(out, messages io.Writer) error {
	var failed error
	start := 0
	put := func(c cut) {
		text := o.text[start:c.end]
		start = c.end
		switch {
		case len(text) == 0:
		case c.message:
			_, _ = messages.Write(text)
		case failed == nil:
			_, failed = out.Write(text)
		}
	}
	for _, c := range o.cuts {
		put(c)
	}
	put(cut{len(o.text), false})
	o.text, o.cuts = o.text[:0], o.cuts[:0]
	return failed
}

func (o *Output) size() int { return len(o.text) }
