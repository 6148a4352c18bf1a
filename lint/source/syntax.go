package source

// A Unit is what a front end finds in a file of a programming language. All lists are
// in the order of the text.
type Unit struct {
	File      *File
	Calls     []*Call
	Assigns   []Assign
	Functions []Function
	Comments  []Comment
	Notes     []Note
	Package   string // Go's package name, Java's package …; "" where there is none
}

// An Expr is an expression as far as modes and paths need it.
type Expr struct {
	Span
	Kind  ExprKind
	Text  string // as written; for a Text its contents, escapes resolved where that is sure
	Value uint64 // of a Number, as the language reads it
	Radix int    // of a Number: in which it is written, 2, 8, 10 or 16
	Op    string // of Unary and Binary, as C writes it: | & ^ ~ + - << >>, and &^ of Go
	Parts []Expr // operands, elements, or the parts of a joined path
	Call  *Call  // of an Invocation
}

// ExprKind is what an expression is.
type ExprKind uint8

// The kinds of expressions. Opaque is everything that the linter does not compute.
const (
	Opaque     ExprKind = iota
	Number              // 0644, 0o644, 0x1a4, 420
	Text                // a string whose contents are known
	Template            // a string with something put into it; Text is the literal parts
	Name                // a variable or constant, with dots: stat.S_IRUSR, os.ModePerm
	Unary               // Op Parts[0]
	Binary              // Parts[0] Op Parts[1]
	Invocation          // Call
	Sequence            // an array, a list, a tuple: Parts
	Table               // an object, a map, keyword arguments in braces: Parts are Pairs
	Pair                // Text: Parts[0]
	Choice              // one of Parts: a conditional expression
)

// An Arg is an argument of a call.
type Arg struct {
	Name  string // of a keyword argument; "" for one by position
	Value Expr
	Flat  bool // *args, ...spread: stands for any number of arguments
}

// A Call is one call of a function, a method or a macro.
type Call struct {
	Span
	Callee   string // as written, with dots whatever the language writes: os.chmod, Files.write, fs.promises.chmod
	Receiver *Expr  // what a method is called on, where that is no plain name
	Args     []Arg
	Function int  // index in Unit.Functions of the innermost one around it; -1 at the top
	Macro    bool // Rust's name!(…)
	Ignored  bool // a statement of its own: nobody looks at its result
	Combined bool // an operand of & or of a shift: not all of its bits count
	Deferred bool // runs when the function ends: defer, finally, a trap
}

// An Assign gives a name a value: a constant, a variable, a default of a parameter, a
// member of an enumeration.
type Assign struct {
	Span
	Name     string // with dots where a member is assigned: self.mode
	Value    Expr
	Const    bool   // never assigned again, by the language's own rule or habit
	Op       string // "" for =, otherwise the operator: |= is "|"
	Function int    // as in Call
}

// A Function is a function, method or closure.
type Function struct {
	Span
	Name  string // "" for a closure
	Outer int    // index of the function around it; -1 at the top
}

// A Comment is a comment, without its marks.
type Comment struct {
	Span
	Text string
}

// A Note says what could not be read: a construct that the front end does not know, a
// file cut off. It never is a finding.
type Note struct {
	Span
	Text string
}

// Arg is the argument called name or, if there is none and position is not negative,
// the one at that position; nil if the call has neither or an argument that stands
// for several comes first.
func (c *Call) Arg(position int, name string) *Expr {
	for i := range c.Args {
		if name != "" && c.Args[i].Name == name {
			return &c.Args[i].Value
		}
	}
	at := 0
	for i := range c.Args {
		if c.Args[i].Flat {
			return nil
		}
		if c.Args[i].Name != "" {
			continue
		}
		if at == position {
			return &c.Args[i].Value
		}
		at++
	}
	return nil
}
