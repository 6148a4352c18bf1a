package standin

// Verbosity is which files are told about.
type Verbosity uint8

// The degrees of it.
const (
	Quiet   Verbosity = iota
	Changes           // -c: those that changed
	Every             // -v
)

// Follow is what becomes of a symbolic link that is met.
type Follow uint8

// The choices.
const (
	ByDefault Follow = iota
	Never            // -h: the link itself
	Always           // --dereference: what it leads to
)
