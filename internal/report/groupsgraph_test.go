package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"ward/internal/app"
)

// hostileGraph is groups whose names would break out of any format.
func hostileGraph() *app.GroupGraph {
	return &app.GroupGraph{Guessed: true, Nodes: []app.GroupNode{
		{Name: `a"]; evil [label="x`, GID: 1, Holds: []int{1}, Users: []string{"<script>alert(1)</script>", "b\\"}},
		{Name: "\x1b[31m\n&amp;", GID: 2, Total: 3, Equals: "it can open </title><b>"},
		{Name: "alone", Meta: true, Out: []string{"@a'"}},
	}}
}

func TestPicturesOfHostileNamesAreWellFormed(t *testing.T) {
	var out bytes.Buffer
	if err := GroupsGraphSVG(&out, hostileGraph()); err != nil {
		t.Fatal(err)
	}
	boxes := 0
	for d := xml.NewDecoder(bytes.NewReader(out.Bytes())); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		if e, ok := token.(xml.StartElement); ok {
			if e.Name.Local == "script" || e.Name.Local == "b" {
				t.Errorf("a name became the element %s", e.Name.Local)
			}
			if e.Name.Local == "g" {
				boxes++
			}
		}
	}
	if boxes != 3 {
		t.Errorf("%d boxes", boxes)
	}
}

func TestDOTOfHostileNamesIsQuoted(t *testing.T) {
	var out bytes.Buffer
	if err := GroupsGraphDOT(&out, hostileGraph()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `"a\"]; evil [label=\"x" -> `) || strings.ContainsRune(out.String(), '\x1b') {
		t.Errorf("got\n%s", out.String())
	}
}

func TestTextOfHostileNamesIsSafe(t *testing.T) {
	var out bytes.Buffer
	if err := GroupsGraphText(&out, hostileGraph(), Style{}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsRune(out.String(), '\x1b') {
		t.Errorf("an escape reached the terminal: %q", out.String())
	}
}
