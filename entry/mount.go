package entry

// NotMounted is the Mount of a place where a file system would be mounted if
// somebody looked inside (autofs). Walks never do.
const NotMounted uint64 = 1<<64 - 1

// SameMount says whether an entry lies on the same file system as another one,
// as far as is known: another mount, or another device on the same mount (a
// btrfs subvolume), is another file system.
func (e *Entry) SameMount(o *Entry) bool {
	return e.ID.Device == o.ID.Device && (e.Mount == o.Mount || e.Mount == 0 || o.Mount == 0)
}
