package lexed_test

import (
	"os/exec"
	"strings"
	"testing"

	"ward/internal/requires"
	"ward/lint/lexed"
	"ward/lint/source"
)

// The calls in Python's standard library are those that Python's parser finds.
func TestPythonAgreesWithAST(t *testing.T) {
	requires.Tool(t, "python3")
	library, err := exec.Command("python3", "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))").Output()
	if err != nil {
		t.Fatal(err)
	}
	files := filesBelow(t, 400, []string{".py"}, strings.TrimSpace(string(library)))
	if n := agree(t, lexed.Python(), source.Python, peerFiles(t, files, "python3", "testdata/calls.py")); n < 2000 {
		t.Errorf("only %d calls", n)
	}
}

// What Python does is what ward says it does.
func TestPythonExecutes(t *testing.T) {
	requires.Tool(t, "python3")
	executes(t, lexed.Python(), lexed.PythonLibrary(), source.Python, truths(`
file: os.chmod("t", 0o640)
file: os.chmod("t", 755)
file: os.chmod("t", 0x1ed)
file: os.chmod("t", 0b110_100_000)
file: os.chmod("t", 0o4755)
file: os.chmod(path="t", mode=0o1644)
file: os.chmod("t", stat.S_IRUSR | stat.S_IWUSR | S_IRGRP)
file: os.chmod("t", stat.S_IRWXU & ~stat.S_IXUSR)
file: os.chmod("t", 0o777 - 0o027)
file: os.chmod("t", 0o777 ^ 0o022)
file: os.chmod("t", MODE)
file: os.chmod("t", 0o600 if True else 0o600)
file: m = 0o640; os.chmod("t", m)
file: c("t", 0o604)
file: o.chmod("t", 0o440)
file: os.fchmod(os.open("t", os.O_RDONLY), 0o444)
file: Path("t").chmod(0o601)
file: pathlib.Path("t").chmod(mode=420)
file: os.chmod("t", stat.S_IMODE(0o100751))
file: os.chmod("t", 0o7 << 6)
dir: os.chmod("t", 0o1777)
dir: os.chmod("t", 0o2750)
new: os.mkdir("t")
new: os.mkdir("t", 0o700)
new: os.mkdir("t", mode=0o1777)
new: os.makedirs("t", 0o750, exist_ok=True)
new: os.makedirs("t")
new: os.umask(0o077); os.mkdir("t")
new: os.umask(0o27); os.close(os.open("t", os.O_CREAT | os.O_WRONLY))
new: os.close(os.open("t", os.O_CREAT | os.O_WRONLY, 0o666))
new: os.close(os.open("t", os.O_CREAT | os.O_RDWR | os.O_EXCL, mode=384))
new: open("t", "w").close()
new: open("t", mode="xb").close()
new: io.open("t", "a").close()
new: os.mkfifo("t")
new: os.mkfifo("t", 0o620)
new: os.mknod("t")
new: os.mknod("t", 0o644 | stat.S_IFREG)
new: Path("t").mkdir(0o711)
new: Path("t").mkdir(parents=True, exist_ok=True)
new: Path("t").touch()
new: Path("t").touch(0o600)
new: Path("t").write_text("x")
new: Path("t").write_bytes(b"x")
`), func(statement string) string {
		return "import os, stat, io, pathlib\nimport os as o\nfrom os import chmod as c\nfrom stat import *\nfrom pathlib import Path\nMODE = 0o664\n" + statement + "\n"
	}, script(t, "python3"))
}
