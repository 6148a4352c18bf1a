package ward_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ward"
	"ward/internal/testfs"
)

func TestMain(m *testing.M) {
	testfs.Main(m, testfs.Actors{"swap": swap, "change": changeAll})
}

// changeAll does everything that the library can do to args[0], a file.
func changeAll(args []string) error {
	path := args[0]
	f, err := ward.CreatePrivate(path + ".new")
	if err != nil {
		return err
	}
	return errors.Join(
		f.Close(),
		ward.Ensure(path, 0o2750, ward.Options{Owner: "61234", Group: "61235"}),
		ward.AddBits(path, 0o001, ward.Options{}),
		ward.RemoveBits(path, 0o2000, ward.Options{}),
		ward.Replace(path, strings.NewReader("new"), ward.ReplaceOptions{}),
	)
}

// swap makes the name args[0] by turns a file of its owner's, and the object that
// args[1] says ("symlink" or "hardlink") to the victim args[2], until it is killed.
func swap(args []string) error {
	name, how, victim := args[0], args[1], args[2]
	bait := name + ".bait"
	link := os.Symlink
	if how == "hardlink" {
		link = os.Link
	}
	if err := errors.Join(os.WriteFile(name, nil, 0o600), link(victim, bait)); err != nil {
		return err
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		// An exchange keeps both names in being at every moment.
		if err := unix.Renameat2(unix.AT_FDCWD, bait, unix.AT_FDCWD, name, unix.RENAME_EXCHANGE); err != nil {
			return err
		}
	}
	return nil
}
