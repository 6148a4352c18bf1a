package lookup

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"io"
	"runtime"
	"strings"
)

// format is what execve(2) makes of the first bytes of a file.
type format struct {
	interpreter string // that is opened next; "" for none
	script      bool
	none        bool // ENOEXEC
}

// The bytes of a script that the kernel looks at (BINPRM_BUF_SIZE).
const scriptBytes = 256

// formatOf tells scripts and ELF programs as binfmt_script and binfmt_elf do. What
// is read at more than the first bytes comes from r.
func formatOf(head []byte, r io.ReaderAt) format {
	switch {
	case bytes.HasPrefix(head, []byte("#!")):
		name := scriptInterpreter(head[:min(len(head), scriptBytes)])
		return format{interpreter: name, script: true, none: name == ""}
	case bytes.HasPrefix(head, []byte(elf.ELFMAG)):
		name, ok := loader(r)
		return format{interpreter: name, none: !ok}
	}
	return format{none: true}
}

// scriptInterpreter is load_script: the first word after "#!", "" where there is
// none or it may be cut off.
func scriptInterpreter(head []byte) string {
	full := make([]byte, scriptBytes)
	copy(full, head)
	line, _, whole := bytes.Cut(full[2:], []byte("\n"))
	line = bytes.TrimLeft(line, " \t")
	if !whole && !bytes.ContainsAny(line, " \t\x00") {
		return ""
	}
	line = bytes.TrimRight(line, " \t")
	if i := bytes.IndexAny(line, " \t\x00"); i >= 0 {
		line = line[:i]
	}
	return string(line)
}

// loader is the interpreter of an ELF program, "" for a static one; not ok for what
// this machine does not run.
func loader(r io.ReaderAt) (string, bool) {
	f, err := elf.NewFile(r)
	if err != nil || f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN || !runsHere(f) {
		return "", false
	}
	for _, p := range f.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		name := make([]byte, min(p.Filesz, maxPath))
		if _, err := p.ReadAt(name, 0); err != nil && err != io.EOF { //nolint:errorlint // ReadAt returns it bare
			return "", false
		}
		return strings.TrimRight(string(name), "\x00"), true
	}
	return "", true
}

func machines() map[string][]elf.Machine {
	return map[string][]elf.Machine{
		"amd64": {elf.EM_X86_64, elf.EM_386}, "386": {elf.EM_386}, "arm64": {elf.EM_AARCH64, elf.EM_ARM}, "arm": {elf.EM_ARM},
		"riscv64": {elf.EM_RISCV}, "ppc64le": {elf.EM_PPC64}, "ppc64": {elf.EM_PPC64}, "s390x": {elf.EM_S390}, "loong64": {elf.EM_LOONGARCH},
	}
}

// runsHere reports whether the program is for this kind of processor, and in its
// order of bytes.
func runsHere(f *elf.File) bool {
	list, known := machines()[runtime.GOARCH]
	if !known {
		return true
	}
	little := binary.NativeEndian.Uint16([]byte{1, 0}) == 1
	for _, m := range list {
		if f.Machine == m && (f.Data == elf.ELFDATA2LSB) == little {
			return true
		}
	}
	return false
}
