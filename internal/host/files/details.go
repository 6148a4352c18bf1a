package files

// Details is what is known of an object beyond what ward judges and changes.
type Details struct {
	Target string   // of a symbolic link
	Flags  []string // names of inode flags, as words: "immutable", "no-cow" …
	Label  string   // of SELinux; "" when there is none
}
