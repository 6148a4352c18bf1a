package report

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"ward/internal/app"
	"ward/internal/layered"
)

// GroupsGraphText draws groups as trees: what a group holds stands below it.
func GroupsGraphText(w io.Writer, g *app.GroupGraph, style Style) error {
	t := groupsTree{groupsText{bufio.NewWriter(w), style}, g, map[int]bool{}}
	held := map[int]bool{}
	for _, n := range g.Nodes {
		for _, j := range n.Holds {
			held[j] = true
		}
	}
	for i := range g.Nodes {
		if !held[i] {
			t.node(i, "", "", 0)
		}
	}
	if len(g.Nodes) == 0 {
		t.WriteString("no group has members\n")
	}
	if g.Guessed && len(held) > 0 {
		t.WriteString("\n" + t.wrap("", "Groups within groups are guessed: all members of the inner one are in the outer one. A template says what is meant: --template FILE."))
	}
	return t.Flush()
}

type groupsTree struct {
	groupsText
	*app.GroupGraph
	drawn map[int]bool
}

// deepestTree bounds the indentation.
const deepestTree = 40

func (t groupsTree) node(i int, first, rest string, depth int) {
	n := &t.Nodes[i]
	label := t.bold(Path(n.Name)) + idOf(n)
	again := t.drawn[i] && len(n.Holds) > 0
	t.drawn[i] = true
	switch {
	case again:
		label += " (above)"
	case len(n.Users) > 0:
		label += ": " + names(n.Users)
	}
	if len(n.Out) > 0 && !again {
		label += " without " + names(n.Out)
	}
	if n.Equals != "" {
		label += t.severity(2, "  = root")
	}
	fmt.Fprintf(t, "%s%s\n", first, label)
	if again || depth > deepestTree {
		return
	}
	for k, j := range n.Holds {
		if k == len(n.Holds)-1 {
			t.node(j, rest+"`- ", rest+"   ", depth+1)
		} else {
			t.node(j, rest+"|- ", rest+"|  ", depth+1)
		}
	}
}

func idOf(n *app.GroupNode) string {
	if n.Meta {
		return ""
	}
	return " (" + strconv.FormatUint(uint64(n.GID), 10) + ")"
}

// lines is what stands in a group's box.
func boxLines(n *app.GroupNode) []string {
	head := Path(n.Name) + idOf(n)
	all := []string{head}
	const most = 6
	for _, u := range n.Users[:min(len(n.Users), most)] {
		all = append(all, Path(u))
	}
	if more := len(n.Users) - most; more > 0 {
		all = append(all, fmt.Sprintf("and %s more", count(int64(more))))
	}
	for _, o := range n.Out {
		all = append(all, "without "+Path(o))
	}
	return all
}

// GroupsGraphDOT writes the graph for Graphviz.
func GroupsGraphDOT(w io.Writer, g *app.GroupGraph) error {
	out := bufio.NewWriter(w)
	out.WriteString("digraph groups {\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n")
	if g.Guessed {
		out.WriteString("  edge [style=dashed];\n")
	}
	for i := range g.Nodes {
		n := &g.Nodes[i]
		fmt.Fprintf(out, "  %s [label=%s%s];\n", dot(n.Name), dot(strings.Join(boxLines(n), "\n")), dotLook(n))
	}
	for _, n := range g.Nodes {
		for _, j := range n.Holds {
			fmt.Fprintf(out, "  %s -> %s;\n", dot(n.Name), dot(g.Nodes[j].Name))
		}
	}
	out.WriteString("}\n")
	return out.Flush()
}

func dotLook(n *app.GroupNode) string {
	switch {
	case n.Equals != "":
		return ", color=red"
	case n.Meta:
		return ", style=rounded"
	}
	return ""
}

// dot quotes a string as the DOT language has it: only quotes and backslashes mean
// something within quotes.
func dot(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(printable(s)) + `"`
}

// The measures of the picture, in pixels. Letters are about as wide as digits of a
// sans-serif of 13 pixels.
const (
	letter     = 7.6
	boldLetter = 8.8
	lineGap    = 17.0
	padding    = 10.0
	margin     = 20.0
	columns    = 8 // of the groups that hold nothing and are held by nobody
)

// GroupsGraphSVG draws the graph as a picture that stands for itself: no scripts, no
// fonts from elsewhere. Groups that hold nothing and are held by nobody stand below, in
// rows.
func GroupsGraphSVG(w io.Writer, g *app.GroupGraph) error {
	p := newPicture(g)
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img" aria-label="groups">`+"\n", p.width, p.height, p.width, p.height)
	out.WriteString(svgStyle)
	for k, e := range p.edges {
		svgEdge(out, g, p.ends[k], e)
	}
	for i := range g.Nodes {
		svgBox(out, &g.Nodes[i], p.boxes[i], p.sizes[i])
	}
	out.WriteString("</svg>\n")
	return out.Flush()
}

const svgStyle = `<style>
text { font: 13px sans-serif; fill: #1b1f24 }
.name { font-weight: bold }
rect { fill: #f6f8fa; stroke: #57606a }
.meta rect { stroke-dasharray: 5 3; fill: #fff }
.root rect { stroke: #cf222e; stroke-width: 2; fill: #ffebe9 }
path { fill: none; stroke: #57606a }
.guess { stroke-dasharray: 5 4 }
.paper { fill: #fff; stroke: none }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } rect { fill: #161b22; stroke: #8d96a0 } .meta rect { fill: #0d1117 }
  .root rect { fill: #3c1618 } path { stroke: #8d96a0 } .paper { fill: #0d1117 } marker path { fill: #8d96a0 }
}
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#57606a;stroke:none"/></marker></defs>
<rect class="paper" width="100%" height="100%"/>
`

// picture is where everything of a graph stands.
type picture struct {
	boxes         []layered.Point
	sizes         []layered.Node
	edges         [][]layered.Point
	ends          [][2]int
	width, height float64
}

func newPicture(g *app.GroupGraph) *picture {
	p := &picture{boxes: make([]layered.Point, len(g.Nodes))}
	joined := make([]bool, len(g.Nodes))
	for i := range g.Nodes {
		p.sizes = append(p.sizes, boxSize(&g.Nodes[i]))
		for _, j := range g.Nodes[i].Holds {
			p.ends = append(p.ends, [2]int{i, j})
			joined[i], joined[j] = true, true
		}
	}
	p.layer(joined)
	p.alone(joined)
	p.width, p.height = p.width+2*margin, p.height+2*margin
	return p
}

// layer places the groups that are joined to others.
func (p *picture) layer(joined []bool) {
	var nodes []layered.Node
	place := make([]int, len(joined))
	var back []int
	for i, ok := range joined {
		if ok {
			place[i] = len(nodes)
			nodes = append(nodes, p.sizes[i])
			back = append(back, i)
		}
	}
	edges := make([][2]int, len(p.ends))
	for k, e := range p.ends {
		edges[k] = [2]int{place[e[0]], place[e[1]]}
	}
	l := layered.Place(nodes, edges, layered.Options{})
	for k, i := range back {
		p.boxes[i] = layered.Point{X: l.Boxes[k].X + margin, Y: l.Boxes[k].Y + margin}
	}
	for _, way := range l.Edges {
		for k := range way {
			way[k].X, way[k].Y = way[k].X+margin, way[k].Y+margin
		}
	}
	p.edges, p.width, p.height = l.Edges, l.Width, l.Height
}

// alone places the others in rows below.
func (p *picture) alone(joined []bool) {
	x, y, high, n := 0.0, p.height, 0.0, 0
	if y > 0 {
		y += 2 * margin
	}
	for i, ok := range joined {
		if ok {
			continue
		}
		if n == columns {
			x, y, high, n = 0, y+high+margin, 0, 0
		}
		p.boxes[i] = layered.Point{X: x + margin, Y: y + margin}
		x += p.sizes[i].Width + margin
		high = max(high, p.sizes[i].Height)
		p.width, p.height = max(p.width, x-margin), y+high
		n++
	}
}

func boxSize(n *app.GroupNode) layered.Node {
	all := boxLines(n)
	wide := lineWidth(all[0], boldLetter)
	for _, line := range all[1:] {
		wide = max(wide, lineWidth(line, letter))
	}
	return layered.Node{Width: wide + 2*padding, Height: float64(len(all))*lineGap + 2*padding - 4}
}

// lineWidth is how much room a line takes at most. Capitals, m and w are broader than
// the other letters, and what is not Latin may be as broad as it is high.
func lineWidth(line string, usual float64) (wide float64) {
	for _, c := range line {
		switch {
		case strings.ContainsRune("MWmw@%", c):
			wide += usual * 1.65
		case c > 0x2000:
			wide += usual * 1.8
		case 'A' <= c && c <= 'Z':
			wide += usual * 1.15
		default:
			wide += usual
		}
	}
	return wide
}

func svgBox(out *bufio.Writer, n *app.GroupNode, at layered.Point, size layered.Node) {
	class := ""
	if n.Meta {
		class = "meta"
	}
	title := fmt.Sprintf("%s: %s in all", Path(n.Name), plural(int64(n.Total), "member"))
	if n.Equals != "" {
		class, title = "root", title+"; as good as root: "+n.Equals
	}
	fmt.Fprintf(out, "<g class=%q><title>%s</title><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"5\"/>", class, escaped(title), at.X, at.Y, size.Width, size.Height)
	for k, line := range boxLines(n) {
		style := ""
		if k == 0 {
			style = ` class="name"`
		}
		fmt.Fprintf(out, "<text%s x=\"%.1f\" y=\"%.1f\">%s</text>", style, at.X+padding, at.Y+padding+lineGap*float64(k)+9, escaped(line))
	}
	out.WriteString("</g>\n")
}

// svgEdge draws a way with round bends.
func svgEdge(out *bufio.Writer, g *app.GroupGraph, ends [2]int, way []layered.Point) {
	class := ""
	if g.Guessed {
		class = ` class="guess"`
	}
	fmt.Fprintf(out, "<path%s marker-end=\"url(#tip)\" d=\"M%.1f %.1f", class, way[0].X, way[0].Y)
	for k := 1; k < len(way); k++ {
		a, b := way[k-1], way[k]
		middle := (a.Y + b.Y) / 2
		fmt.Fprintf(out, "C%.1f %.1f %.1f %.1f %.1f %.1f", a.X, middle, b.X, middle, b.X, b.Y)
	}
	fmt.Fprintf(out, "\"><title>%s holds %s</title></path>\n", escaped(Path(g.Nodes[ends[0]].Name)), escaped(Path(g.Nodes[ends[1]].Name)))
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(printable(s))) // a Builder takes everything
	return b.String()
}

type groupGraphJSON struct {
	Version int             `json:"version"`
	Kind    string          `json:"kind"`
	Guessed bool            `json:"guessed"`
	Groups  []groupNodeJSON `json:"groups"`
}

type groupNodeJSON struct {
	Name       string   `json:"name"`
	GID        *uint32  `json:"gid,omitempty"`
	Users      []string `json:"users"`
	Without    []string `json:"without"`
	Groups     []string `json:"groups"`
	Total      int      `json:"total"`
	EqualsRoot string   `json:"equalsRoot,omitempty"`
}

// GroupsGraphJSON writes the graph for programs.
func GroupsGraphJSON(w io.Writer, g *app.GroupGraph) error {
	d := groupGraphJSON{FormatVersion, "groups-graph", g.Guessed, []groupNodeJSON{}}
	for _, n := range g.Nodes {
		x := groupNodeJSON{Name: n.Name, Users: orEmpty(slices.Clone(n.Users)), Without: orEmpty(n.Out), Groups: []string{}, Total: n.Total, EqualsRoot: n.Equals}
		if !n.Meta {
			id := uint32(n.GID)
			x.GID = &id
		}
		for _, j := range n.Holds {
			x.Groups = append(x.Groups, g.Nodes[j].Name)
		}
		d.Groups = append(d.Groups, x)
	}
	return indented(w, d)
}
