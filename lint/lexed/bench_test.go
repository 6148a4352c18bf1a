package lexed_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"ward/lint/lexed"
	"ward/lint/source"
)

// How fast Python is read, in bytes of source.
func BenchmarkPython(b *testing.B) {
	out, err := exec.Command("python3", "-c", "import shutil; print(shutil.__file__)").Output()
	if err != nil {
		b.Fatal(err)
	}
	text, err := os.ReadFile(strings.TrimSpace(string(out)))
	if err != nil {
		b.Fatal(err)
	}
	d := lexed.Python()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		d.Parse(&source.File{Path: "shutil.py", Text: text})
	}
}
