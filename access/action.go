package access

// Action is what somebody wants to do to a path.
type Action uint8

// The actions.
const (
	Reading          Action = iota + 1 // open(2) for reading
	Writing                            // open(2) for writing
	Updating                           // open(2) for both
	Appending                          // open(2) with O_APPEND
	Executing                          // execve(2)
	Listing                            // open(2) of a directory for getdents(2)
	Searching                          // to use a name in a directory
	Stating                            // stat(2)
	Creating                           // open(2) with O_CREAT|O_EXCL
	MakingDir                          // mkdir(2)
	MakingNode                         // mknod(2)
	Deleting                           // unlink(2), rmdir(2)
	Renaming                           // rename(2)
	Linking                            // link(2)
	Symlinking                         // symlink(2)
	ChangingMode                       // chmod(2)
	ChangingOwner                      // chown(2) of the owner
	ChangingGroup                      // chown(2) of the group
	SettingTimes                       // utimensat(2)
	SettingAttribute                   // setxattr(2)
	SettingACL                         // setxattr(2) of system.posix_acl_access
	Truncating                         // truncate(2)
	ChangingDir                        // chdir(2)
	Connecting                         // connect(2) to a socket
)
