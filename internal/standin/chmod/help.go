package chmod

import "strings"

// help is what --help says.
func help(name, more string) string {
	return strings.ReplaceAll(`Usage: NAME [OPTION]... MODE[,MODE]... FILE...
  or:  NAME [OPTION]... OCTAL-MODE FILE...
  or:  NAME [OPTION]... --reference=RFILE FILE...
Give each FILE the permissions that MODE says, or those of RFILE.

  -c, --changes           tell of each file whose mode changes
  -v, --verbose           tell of each file
  -f, --silent, --quiet   leave most messages out
  -R, --recursive         directories with all that they hold
      --reference=RFILE   take the mode of RFILE, or of what it leads to
      --dereference       change what a symbolic link leads to
  -h, --no-dereference    change a symbolic link itself, which has no mode
      --preserve-root     do not work recursively on '/'
      --no-preserve-root  nothing is special about '/' (the default)

With -R, the last of these counts:
  -H                      enter directories that arguments lead to (the default)
  -L                      enter every directory that a symbolic link leads to
  -P                      enter no directory through a symbolic link

`, "NAME", name) + more + `      --help              print this help and exit
      --version           print the version and exit

MODE is '[ugoa]*([-+=]([rwxXst]*|[ugo]))+|[-+=][0-7]+', or up to four octal
digits; five digits set the set-id bits of directories as well.
`
}
