package files

// Details is what is known of an object beyond what ward judges and changes.
type Details struct {
	Target string   // of a symbolic link
	Flags  []string // names of inode flags, as words: "immutable", "no-cow" …
	Label  string   // of SELinux; "" when there is none
}

// Mount is what an object is mounted by.
type Mount struct {
	Point   string   // where; "" when it is not known
	Type    string   // of the file system: "ext4"
	Source  string   // "/dev/sda1"
	Options []string // of the mount, as mount(8) writes them: "rw", "nosuid" …; "ro" too where the whole file system is
}
