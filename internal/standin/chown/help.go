package chown

import "strings"

// help is what --help says.
func (l *line) help() string {
	usage := `Usage: NAME [OPTION]... [OWNER][:[GROUP]] FILE...
  or:  NAME [OPTION]... --reference=RFILE FILE...
Give each FILE the owner and the group that are named, or those of RFILE.
`
	what := `
What is left out stays as it is; 'OWNER:' means the login group of OWNER. Names
and numbers are taken; '+' before a number says that it is no name.
`
	if l.caller.Group {
		usage = `Usage: NAME [OPTION]... GROUP FILE...
  or:  NAME [OPTION]... --reference=RFILE FILE...
Give each FILE the group that is named, or that of RFILE.
`
		what = `
GROUP is a name or a number; '+' before a number says that it is no name.
`
	}
	return strings.ReplaceAll(usage+`
  -c, --changes           tell of each file that changes
  -v, --verbose           tell of each file
  -f, --silent, --quiet   leave most messages out
  -R, --recursive         directories with all that they hold
      --from=OWNER:GROUP  only files that have this owner and this group now
      --reference=RFILE   as RFILE has it, or what it leads to
      --dereference       change what a symbolic link leads to (the default)
  -h, --no-dereference    change a symbolic link itself
      --preserve-root     do not work recursively on '/'
      --no-preserve-root  nothing is special about '/' (the default)

With -R, the last of these counts:
  -H                      enter directories that arguments lead to
  -L                      enter every directory that a symbolic link leads to
  -P                      enter no directory through a link (the default)

`, "NAME", l.program.Name) + l.caller.Help + `      --help              print this help and exit
      --version           print the version and exit
` + what
}
