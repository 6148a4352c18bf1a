package sys

// Pace is how the calls of a walk are made.
type Pace bool

const (
	// Patient calls may take as long as they like.
	Patient Pace = false
	// Prompt calls do not tell Go's scheduler that they have left for the kernel,
	// which makes a statx(2) a fifth cheaper. While one of them waits nothing else
	// runs on its processor, and a garbage collection waits with it: they are for
	// file systems that answer from memory or a local disk.
	Prompt Pace = true
)
