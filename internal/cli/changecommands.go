package cli

import (
	"github.com/spf13/cobra"

	"ward/internal/standin"
)

// The commands of change.go as the tree of commands has them: for help, manual pages
// and completion. Main finds them before it is made, and their options are read by
// package getopt.

const chmodLong = `Gives files the permissions that MODE says, as chmod(1) of GNU coreutils does:
the same options, messages and modes. What is different is that ward

  - looks at everything first and changes what it looked at, by descriptor:
    nothing in a tree is changed through a symbolic link (-L and --dereference
    are not there with -R);
  - leaves / and directories of the system and shared ones alone, files with
    names elsewhere, and what somebody else could put in the place of FILE;
  - writes down what it does: ward undo takes it back;
  - warns of numbers that were hardly meant.

With -R, the last of these options counts, which have no long names:

  - -H: enter a directory that FILE, a symbolic link, leads to (the default);
  - -P: change no more than the link itself, which has no mode;
  - -L is refused.

docs/compat.md has the whole list. A link to ward by the name of chmod is the
command to the letter.`

const chmodExample = `  ward chmod -R go-w /srv/app
  ward chmod --dry-run -R u=rwX,go=rX /srv/app
  ward chmod -R --dirs 2775 --files 664 --scripts 775 --exclude .git /srv/app
  ward chmod --acl=effective 640 report   # whom its ACL names keeps his rights
  ward undo`

const chownLong = `Gives files the owner and the group that are named, as chown(1) of GNU coreutils
does: the same options and messages. What is different is that ward

  - looks at everything first and changes what it looked at, by descriptor:
    nothing in a tree is changed through a symbolic link (-L is not there with
    -R);
  - leaves / and directories of the system and shared ones alone, files with
    names elsewhere, and what somebody else could put in the place of FILE;
  - writes down what it does: ward undo takes it back;
  - gives setuid, setgid and capabilities back only to files that were root's.

With -R, the last of these options counts, which have no long names:

  - -H: enter a directory that FILE, a symbolic link, leads to;
  - -P: change the link itself (the default);
  - -L is refused.

docs/compat.md has the whole list. A link to ward by the name of chown is the
command to the letter.`

const chownExample = `  ward chown -R app:app /srv/app
  ward chown --from=olduser -R newuser /home/newuser
  ward chown --dry-run -R :www-data /var/www/html
  ward undo`

const chgrpExample = `  ward chgrp -R www-data /var/www/html
  ward chgrp --from=:staff --dry-run -R dev /srv/project
  ward undo`

var changeStatus = []string{
	"0  everything is as wanted",
	"1  something was left alone or not changed, or a mistake on the command line",
	"130  stopped by a signal; what was begun can be finished or taken back",
}

func newChmodCommand() *cobra.Command {
	cmd := changeCommand("chmod [OPTION]... MODE FILE...", "Change modes, safely and to be undone", chmodLong, chmodExample, wardChmod)
	f := cmd.Flags()
	f.String("dirs", "", "in place of MODE: the `MODE` of directories")
	f.String("files", "", "… of regular files")
	f.String("scripts", "", "… and of those of them that begin with #!")
	f.String("acl", "mask", "`HOW` the group bits meet an access list: mask or effective")
	f.String("reference", "", "take the mode of this `FILE`")
	f.Bool("dereference", false, "change what a symbolic link leads to; not with -R")
	return cmd
}

func newChownCommand() *cobra.Command {
	cmd := changeCommand("chown [OPTION]... [OWNER][:[GROUP]] FILE...", "Change owners, safely and to be undone", chownLong, chownExample, wardChown)
	ownerFlags(cmd)
	return cmd
}

func newChgrpCommand() *cobra.Command {
	cmd := changeCommand("chgrp [OPTION]... GROUP FILE...", "Change groups, safely and to be undone", chownLong, chgrpExample, wardChgrp)
	ownerFlags(cmd)
	return cmd
}

func ownerFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.String("from", "", "only files that have this `OWNER:GROUP` now")
	f.String("reference", "", "as this `FILE` has it")
	f.Bool("dereference", false, "change what a symbolic link leads to (the default)")
}

func changeCommand(use, short, long, example string, run func(*standin.Program, []string) int) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Long: exits(long, changeStatus...), Example: example,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if status := run(newProgram(cmd.CommandPath()), args); status != 0 {
				return verdict(status)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolP("changes", "c", false, "tell of each file that changes")
	f.BoolP("verbose", "v", false, "tell of each file")
	f.BoolP("silent", "f", false, "leave most messages out; also --quiet")
	f.BoolP("recursive", "R", false, "directories with all that they hold")
	f.BoolP("no-dereference", "h", false, "change a symbolic link itself")
	f.Bool("help", false, "print the options") // without cobra's -h, which is another here
	f.Bool("preserve-root", false, "taken, and always so: / is left alone")
	f.Bool("no-preserve-root", false, "taken, and of no effect")
	f.Bool("dry-run", false, "say what would change, and change nothing")
	f.StringArray("exclude", nil, "with -R: leave out what fits this `GLOB`, relative to FILE; repeatable")
	f.String("format", "text", "how to answer: `FORMAT` is text or json")
	f.StringArray("allow-system", nil, "allow this directory of the system, by its exact `PATH`; repeatable")
	f.StringArray("allow-ancestor", nil, "trust this directory above a FILE, by its exact `PATH`, though others may write it; repeatable")
	f.Bool("allow-outside-links", false, "change files that have names elsewhere")
	f.Bool("allow-overlay-links", false, "change one of several names on overlayfs, which parts it from the others")
	return cmd
}
