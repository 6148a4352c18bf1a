package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"ward/mode"
)

// asWard in the environment makes the test binary be ward itself.
const asWard = "WARD_TEST_AS_WARD"

func TestMain(m *testing.M) {
	if os.Getenv(asWard) != "" {
		os.Exit(Main())
	}
	ward := func() { os.Exit(Main()) }
	testscript.Main(m, map[string]func(){"ward": ward, "chmod": ward, "chown": ward, "chgrp": ward, "getfacl": ward, "setfacl": ward})
}

// Every command with right and wrong input.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("WARD_STATE_DIR", filepath.Join(e.WorkDir, ".state"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "mode": modes, "link": link,
		},
	})
}

// status N ARG… runs ward and compares its exit status.
func status(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec("ward", args[1:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// mode OCTAL FILE… compares modes.
func modes(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args[1:] {
		info, err := os.Lstat(ts.MkAbs(name))
		ts.Check(err)
		if got, _ := mode.FromFileMode(info.Mode()); got.Octal() != args[0] {
			ts.Fatalf("%s has mode %s, want %s", name, got.Octal(), args[0])
		}
	}
}

// link NAME -> FILE gives a file another name.
func link(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.Link(ts.MkAbs(args[2]), ts.MkAbs(args[0])))
}
