package layered_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"ward/internal/layered"
)

func ExamplePlace() {
	l := layered.Place([]layered.Node{{100, 30}, {60, 30}, {60, 30}}, [][2]int{{0, 1}, {0, 2}}, layered.Options{})
	fmt.Println(l.Boxes, l.Width, l.Height)
	// Output: [{22 0} {0 86} {84 86}] 144 116
}

// Edges lead down, no boxes overlap, everything lies within the picture.
func TestLayouts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 14).Draw(t, "nodes")
		nodes := make([]layered.Node, n)
		for i := range nodes {
			nodes[i] = layered.Node{Width: float64(rapid.IntRange(20, 120).Draw(t, "width")), Height: float64(rapid.IntRange(20, 60).Draw(t, "height"))}
		}
		var edges [][2]int
		for range rapid.IntRange(0, 24).Draw(t, "edges") {
			a, b := rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")
			if a < b {
				edges = append(edges, [2]int{a, b})
			}
		}
		l := layered.Place(nodes, edges, layered.Options{})
		const slack = 1e-6
		for i, p := range l.Boxes {
			if p.X < -slack || p.Y < -slack || p.X+nodes[i].Width > l.Width+slack || p.Y+nodes[i].Height > l.Height+slack {
				t.Fatalf("box %d at %v of a picture of %v by %v", i, p, l.Width, l.Height)
			}
			for j := range i {
				q := l.Boxes[j]
				if p.X < q.X+nodes[j].Width-slack && q.X < p.X+nodes[i].Width-slack && p.Y < q.Y+nodes[j].Height-slack && q.Y < p.Y+nodes[i].Height-slack {
					t.Fatalf("boxes %d and %d overlap: %v, %v", i, j, p, q)
				}
			}
		}
		for k, e := range edges {
			way := l.Edges[k]
			if len(way) < 2 || way[len(way)-1].Y != l.Boxes[e[1]].Y {
				t.Fatalf("edge %v: %v", e, way)
			}
			for i := 1; i < len(way); i++ {
				if way[i].Y < way[i-1].Y {
					t.Fatalf("edge %v leads up: %v", e, way)
				}
			}
		}
	})
}
