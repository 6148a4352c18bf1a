package files

import (
	"ward/acl"
	"ward/ident"
	"ward/mode"
)

// Ancestor is a directory that the path of a root led through.
type Ancestor struct {
	Path string // without symbolic links
	UID  ident.UID
	GID  ident.GID
	Mode mode.Mode
	ACL  acl.List // read only where the mode's group bits hold a w

	// The object in it that the path went on with.
	NextUID  ident.UID
	NextLink bool // a symbolic link, by which whoever may replace it leads anywhere
}
