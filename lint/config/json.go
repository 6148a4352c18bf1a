package config

import (
	"bytes"
	"encoding/json"
	"strings"

	"ward/lint/source"
)

// parseJSON is the value of a JSON text, as far as it can be read.
func parseJSON(text []byte) (*node, error) {
	r := &jsonReader{text: text, decoder: json.NewDecoder(bytes.NewReader(text))}
	r.decoder.UseNumber()
	n, err := r.value(0)
	return n, err
}

type jsonReader struct {
	text    []byte
	decoder *json.Decoder
}

// next is the next token and where it stands.
func (r *jsonReader) next() (json.Token, source.Span, error) {
	start := int(r.decoder.InputOffset())
	for start < len(r.text) && strings.IndexByte(" \t\r\n,:", r.text[start]) >= 0 {
		start++
	}
	t, err := r.decoder.Token()
	return t, source.Span{Start: start, End: int(r.decoder.InputOffset())}, err
}

func (r *jsonReader) value(depth int) (*node, error) {
	t, at, err := r.next()
	if err != nil {
		return &node{}, err
	}
	n := &node{Span: at}
	switch t := t.(type) {
	case json.Delim:
		err = r.composite(n, t, depth)
		n.End = int(r.decoder.InputOffset())
	case string:
		n.text, n.quoted = t, true
		n.Span = source.Span{Start: at.Start + 1, End: max(at.Start+1, at.End-1)}
		if string(r.text[n.Start:n.End]) == t {
			n.offsets = consecutive(n.Span)
		}
	default:
		n.text = string(r.text[at.Start:at.End])
		n.offsets = consecutive(at)
	}
	return n, err
}

func consecutive(s source.Span) []int {
	offsets := make([]int, s.End-s.Start)
	for i := range offsets {
		offsets[i] = s.Start + i
	}
	return offsets
}

// composite reads an object or a list up to its end.
func (r *jsonReader) composite(n *node, open json.Delim, depth int) error {
	n.kind = sequence
	if open == '{' {
		n.kind = mapping
	}
	for r.decoder.More() && depth < deepest {
		var key *node
		if n.kind == mapping {
			k, err := r.value(depth + 1)
			if err != nil {
				return err
			}
			key = k
		}
		v, err := r.value(depth + 1)
		if n.kind == mapping {
			n.pairs = append(n.pairs, pair{key, v})
		} else {
			n.items = append(n.items, v)
		}
		if err != nil {
			return err
		}
	}
	_, err := r.decoder.Token()
	return err
}
