package lexed_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"ward/internal/requires"
	"ward/lint/lexed"
	"ward/lint/source"
)

// cSources is folders with C in them: of the C library's tests, of SQLite and of Go's, that
// come with this project's modules.
func cSources(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMODCACHE", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return append(strings.Fields(string(out)), "/usr/share/doc")
}

// The calls in C are those that clang finds in the same text, preprocessed.
func TestCAgreesWithClang(t *testing.T) {
	requires.Tool(t, "python3", "clang-14")
	files := slices.DeleteFunc(filesBelow(t, 70, []string{".c"}, cSources(t)...), func(path string) bool {
		// clang does not tell what stands in typeof and in the length of an array
		return strings.HasSuffix(path, "/tgmath.c") || strings.HasSuffix(path, "/netinet_in.c")
	})
	if n := agree(t, lexed.C(), source.C, peerFiles(t, files, "python3", "testdata/calls_c.py", "clang-14")); n < 2000 {
		t.Errorf("only %d calls", n)
	}
}

// What a program in C does is what ward says it does.
func TestCExecutes(t *testing.T) {
	requires.Tool(t, "cc")
	executes(t, lexed.C(), lexed.CLibrary(), source.C, truths(`
file: chmod("t", 0640);
file: chmod("t", 755);
file: chmod("t", 0x1ed);
file: chmod("t", 04755);
file: chmod("t", 0644u);
file: chmod("t", (mode_t)0604);
file: chmod("t", S_IRUSR | S_IWUSR | S_IRGRP);
file: chmod("t", S_IRWXU & ~S_IXUSR);
file: chmod("t", ACCESSPERMS);
file: chmod("t", (0777) & ~022);
file: chmod("t", MODE);
file: chmod("t", OTHER);
file: chmod("t", constant);
file: mode_t m = 0640; chmod("t", m);
file: chmod("t", 1 ? 0600 : 0600);
file: chmod("t", 07 << 6);
file: fchmod(open("t", O_RDONLY), 0444);
file: fchmodat(AT_FDCWD, "t", 0711, 0);
file: if (chmod("t", 0751) < 0) return 1;
dir: chmod("t", 01777);
dir: chmod("t", 02750);
new: mkdir("t", 0777);
new: mkdir("t", 01777);
new: mkdirat(AT_FDCWD, "t", 0700);
new: umask(077); mkdir("t", 0777);
new: umask(27); mkdir("t", 0777);
new: close(open("t", O_CREAT | O_WRONLY, 0666));
new: close(open("t", O_CREAT | O_RDWR | O_EXCL, 420));
new: close(openat(AT_FDCWD, "t", O_CREAT | O_RDWR | O_EXCL, S_IRUSR));
new: close(creat("t", 0664));
new: fclose(fopen("t", "w"));
new: FILE *f = fopen("t", "a+"); fclose(f);
new: mkfifo("t", 0620);
new: mknod("t", S_IFREG | 0662, 0);
`), func(statement string) string {
		return "#define _GNU_SOURCE\n#include <fcntl.h>\n#include <stdio.h>\n#include <sys/stat.h>\n#include <unistd.h>\n" +
			"#define MODE (S_IRUSR | 0010)\nenum { SOME, OTHER = 0610 };\nstatic const mode_t constant = 0x1a4;\n" +
			"int main(void)\n{\n\t" + statement + "\n\treturn 0;\n}\n"
	}, script(t, "sh", "-c", `cc -w -x c -o p "$0" && ./p`))
}

func FuzzC(f *testing.F) {
	for _, s := range []string{
		"#define M 0755\nint f(char *p) { return chmod(p, (mode_t)M); }\n", "#if 1\nvoid f() {\n#else\nvoid g() {\n#endif\n}\n",
		"#define F(x) \\\n  do { chmod(x, 0777); } while (0)\n", "int (*g)(int) = 0; int *h(void) { return (*g)(1); }\n", "#if 0\n'\n#endif\n",
	} {
		f.Add([]byte(s))
	}
	d, library := lexed.C(), lexed.CLibrary()
	f.Fuzz(func(t *testing.T, text []byte) { tolerates(t, d, library, text) })
}
