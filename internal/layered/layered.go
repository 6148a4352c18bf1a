// Package layered places the nodes of a directed graph in rows, so that edges lead
// downwards and few of them cross (Sugiyama, Tagawa and Toda 1981): rows by the
// longest way from above, bends where an edge passes a row, the order in a row by the
// middle of what a node is joined to, then places that keep to that middle.
package layered

import (
	"cmp"
	"slices"
)

// Node is a box to place.
type Node struct{ Width, Height float64 }

// Options are distances. The zero value is useful.
type Options struct {
	Gap  float64 // between boxes of a row; 0: 24
	Drop float64 // between rows; 0: 56
}

// Point is a place; y grows downwards.
type Point struct{ X, Y float64 }

// Layout is where everything is.
type Layout struct {
	Boxes         []Point   // upper left corners, by node
	Edges         [][]Point // by edge: from the lower side of a box to the upper side of another, with bends
	Width, Height float64
}

// rounds is how often the order of rows and the places in them are bettered.
const rounds = 12

// Place lays a graph out. Edges are pairs of nodes; the graph has no cycles, and what
// would close one is drawn upwards.
func Place(nodes []Node, edges [][2]int, o Options) Layout {
	g := &graph{gap: cmp.Or(o.Gap, 24), drop: cmp.Or(o.Drop, 56), edges: edges, real: len(nodes)}
	for _, n := range nodes {
		g.cells = append(g.cells, cell{Node: n})
	}
	g.ranks()
	g.bend()
	g.order()
	g.spread()
	return g.layout()
}

type graph struct {
	gap, drop float64
	edges     [][2]int
	cells     []cell  // nodes, then bends
	rows      [][]int // cells from left to right
	ways      [][]int // by edge: its cells from end to end
	real      int
}

type cell struct {
	Node
	row   int
	x     float64 // of its middle
	above []int
	below []int
}

// ranks gives each node the row below the lowest of those above it.
func (g *graph) ranks() {
	out := make([][]int, g.real)
	incoming := make([]int, g.real)
	for _, e := range g.edges {
		if e[0] != e[1] {
			out[e[0]] = append(out[e[0]], e[1])
			incoming[e[1]]++
		}
	}
	var ready []int
	for i, n := range incoming {
		if n == 0 {
			ready = append(ready, i)
		}
	}
	for len(ready) > 0 { // what a cycle holds stays in the row that it has
		i := ready[0]
		ready = ready[1:]
		for _, j := range out[i] {
			g.cells[j].row = max(g.cells[j].row, g.cells[i].row+1)
			if incoming[j]--; incoming[j] == 0 {
				ready = append(ready, j)
			}
		}
	}
}

// bend gives edges that pass rows a cell in each of them.
func (g *graph) bend() {
	for _, e := range g.edges {
		way := []int{e[0]}
		for row := g.cells[e[0]].row + 1; row < g.cells[e[1]].row; row++ {
			g.cells = append(g.cells, cell{row: row})
			way = append(way, len(g.cells)-1)
		}
		way = append(way, e[1])
		for k := 1; k < len(way); k++ {
			g.cells[way[k-1]].below = append(g.cells[way[k-1]].below, way[k])
			g.cells[way[k]].above = append(g.cells[way[k]].above, way[k-1])
		}
		g.ways = append(g.ways, way)
	}
	for i := range g.cells {
		for g.cells[i].row >= len(g.rows) {
			g.rows = append(g.rows, nil)
		}
		g.rows[g.cells[i].row] = append(g.rows[g.cells[i].row], i)
	}
}

// order sorts rows by the middle of their neighbours, from above and from below in
// turn, and keeps the order with the fewest crossings.
func (g *graph) order() {
	at := make([]float64, len(g.cells))
	number := func() {
		for _, row := range g.rows {
			for k, i := range row {
				at[i] = float64(k)
			}
		}
	}
	number()
	best, fewest := clone(g.rows), g.crossings(at)
	for round := range rounds {
		for k := range g.rows {
			row := g.rows[k]
			if round%2 == 1 {
				row = g.rows[len(g.rows)-1-k]
			}
			middle := make(map[int]float64, len(row))
			for _, i := range row {
				middle[i] = mean(g.towards(i, round%2 == 0), at, at[i])
			}
			slices.SortStableFunc(row, func(a, b int) int { return cmp.Compare(middle[a], middle[b]) })
			for k, i := range row {
				at[i] = float64(k)
			}
		}
		if n := g.crossings(at); n < fewest {
			best, fewest = clone(g.rows), n
		}
	}
	g.rows = best
}

func clone(rows [][]int) (all [][]int) {
	for _, row := range rows {
		all = append(all, slices.Clone(row))
	}
	return all
}

func (g *graph) towards(i int, up bool) []int {
	if up {
		return g.cells[i].above
	}
	return g.cells[i].below
}

func mean(cells []int, at []float64, otherwise float64) float64 {
	if len(cells) == 0 {
		return otherwise
	}
	sum := 0.0
	for _, i := range cells {
		sum += at[i]
	}
	return sum / float64(len(cells))
}

// most edges between two rows that crossings are counted for.
const most = 2000

// crossings counts pairs of edges between neighbouring rows that cross.
func (g *graph) crossings(at []float64) (n int) {
	for _, row := range g.rows {
		var ends [][2]float64
		for _, i := range row {
			for _, j := range g.cells[i].below {
				ends = append(ends, [2]float64{at[i], at[j]})
			}
		}
		if len(ends) > most {
			continue
		}
		for a := range ends {
			for b := range a {
				if (ends[a][0]-ends[b][0])*(ends[a][1]-ends[b][1]) < 0 {
					n++
				}
			}
		}
	}
	return n
}

// spread places cells: side by side first, then each towards the middle of what it is
// joined to, as far as its neighbours let it.
func (g *graph) spread() {
	for _, row := range g.rows {
		x := 0.0
		for _, i := range row {
			g.cells[i].x = x + g.cells[i].Width/2
			x += g.cells[i].Width + g.gap
		}
	}
	for round := range rounds {
		for k := range g.rows {
			row := g.rows[k]
			if round%2 == 1 {
				row = g.rows[len(g.rows)-1-k]
			}
			g.pull(row, round%2 == 0)
		}
	}
	left := 0.0
	for i := range g.cells {
		left = min(left, g.cells[i].x-g.cells[i].Width/2)
	}
	for i := range g.cells {
		g.cells[i].x -= left
	}
}

// pull moves the cells of a row: once from the left and once from the right, of which
// the mean keeps all distances.
func (g *graph) pull(row []int, up bool) {
	want := make([]float64, len(row))
	for k, i := range row {
		var sum float64
		near := g.towards(i, up)
		for _, j := range near {
			sum += g.cells[j].x
		}
		if want[k] = g.cells[i].x; len(near) > 0 {
			want[k] = sum / float64(len(near))
		}
	}
	right, left := slices.Clone(want), slices.Clone(want)
	for k := 1; k < len(row); k++ {
		right[k] = max(right[k], right[k-1]+g.distance(row[k-1], row[k]))
	}
	for k := len(row) - 2; k >= 0; k-- {
		left[k] = min(left[k], left[k+1]-g.distance(row[k], row[k+1]))
	}
	for k, i := range row {
		g.cells[i].x = (right[k] + left[k]) / 2
	}
}

func (g *graph) distance(a, b int) float64 {
	return (g.cells[a].Width+g.cells[b].Width)/2 + g.gap
}

func (g *graph) layout() Layout {
	l := Layout{Boxes: make([]Point, g.real), Edges: make([][]Point, len(g.edges))}
	top := make([]float64, len(g.rows))
	high := make([]float64, len(g.rows))
	y := 0.0
	for k, row := range g.rows {
		top[k] = y
		for _, i := range row {
			high[k] = max(high[k], g.cells[i].Height)
		}
		l.Height = y + high[k]
		y += high[k] + g.drop
	}
	for i := range g.cells {
		c := &g.cells[i]
		l.Width = max(l.Width, c.x+c.Width/2)
		if i < g.real {
			l.Boxes[i] = Point{c.x - c.Width/2, top[c.row]}
		}
	}
	for k, way := range g.ways {
		first, last := &g.cells[way[0]], &g.cells[way[len(way)-1]]
		l.Edges[k] = append(l.Edges[k], Point{first.x, top[first.row] + first.Height})
		for _, i := range way[1 : len(way)-1] {
			c := &g.cells[i]
			l.Edges[k] = append(l.Edges[k], Point{c.x, top[c.row]}, Point{c.x, top[c.row] + high[c.row]})
		}
		l.Edges[k] = append(l.Edges[k], Point{last.x, top[last.row]})
	}
	return l
}
