//go:build !windows

package ward_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ward"
	"ward/mode"
)

// scratch is a directory with one file of mode 0644.
func scratch() (path string, remove func()) {
	dir, err := os.MkdirTemp("", "ward-example-")
	if err != nil {
		panic(err)
	}
	path = filepath.Join(dir, "server.key")
	if err := errors.Join(os.WriteFile(path, []byte("old"), 0o644), os.Chmod(path, 0o644)); err != nil {
		panic(err)
	}
	return path, func() { os.RemoveAll(dir) }
}

func ExampleEnsure() {
	path, remove := scratch()
	defer remove()
	err := ward.Ensure(path, 0o600, ward.Options{})
	info, _ := os.Stat(path)
	fmt.Println(info.Mode(), err)
	// Output: -rw------- <nil>
}

func ExampleEnsure_beneathARoot() {
	path, remove := scratch()
	defer remove()
	yard := filepath.Dir(path)
	_ = os.Symlink("/etc", filepath.Join(yard, "conf"))
	err := ward.Ensure("conf/passwd", 0o666, ward.Options{Root: yard})
	fmt.Println(err != nil)
	// Output: true
}

func ExampleError() {
	path, remove := scratch()
	defer remove()
	_ = os.Link(path, path+".other")
	err := ward.Ensure(path, 0o600, ward.Options{})
	var e *ward.Error
	if errors.As(err, &e) && errors.Is(err, ward.ErrOtherNames) {
		fmt.Println(e.Op, e.Found.Mode.Octal(), "to", e.Wanted.Mode.Octal())
		fmt.Println(e.Cause)
	}
	// Output:
	// ensure 0644 to 0600
	// the file has other names (hard links): 2 in all
}

func ExampleState_String() {
	fmt.Println(ward.State{Kind: mode.Regular, Mode: 0o4755, UID: 0, GID: 0})
	// Output: 4755 (-rwsr-xr-x) owned by 0:0
}

func ExampleAddBits() {
	path, remove := scratch()
	defer remove()
	err := ward.AddBits(path, mode.OwnerExecute|mode.GroupExecute, ward.Options{})
	info, _ := os.Stat(path)
	fmt.Println(info.Mode(), err)
	// Output: -rwxr-xr-- <nil>
}

func ExampleRemoveBits() {
	path, remove := scratch()
	defer remove()
	err := ward.RemoveBits(path, 0o077, ward.Options{})
	info, _ := os.Stat(path)
	fmt.Println(info.Mode(), err)
	// Output: -rw------- <nil>
}

func ExampleCreatePrivate() {
	path, remove := scratch()
	defer remove()
	f, err := ward.CreatePrivate(filepath.Join(filepath.Dir(path), "token"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	info, _ := f.Stat()
	fmt.Println(info.Mode())
	_, err = ward.CreatePrivate(f.Name())
	fmt.Println(errors.Is(err, os.ErrExist))
	// Output:
	// -rw-------
	// true
}

func ExampleReplace() {
	path, remove := scratch()
	defer remove()
	err := ward.Replace(path, strings.NewReader("new"), ward.ReplaceOptions{})
	content, _ := os.ReadFile(path)
	info, _ := os.Stat(path)
	fmt.Println(string(content), info.Mode(), err)
	// Output: new -rw-r--r-- <nil>
}

func ExampleUmask() {
	m, err := ward.Umask()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(mode.Mode(0o666).Under(m) == 0o666&^m)
	// Output: true
}
