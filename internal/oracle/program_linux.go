package oracle

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"runtime"
)

// exits is machine code that ends the process with the last four bits of geteuid and
// those of getegid as its status.
var exits = map[string]struct {
	machine elf.Machine
	code    string
}{
	"amd64": {elf.EM_X86_64, "\xb8\x6b\x00\x00\x00\x0f\x05\x83\xe0\x0f\xc1\xe0\x04\x89\xc3" +
		"\xb8\x6c\x00\x00\x00\x0f\x05\x83\xe0\x0f\x09\xd8\x89\xc7\xb8\x3c\x00\x00\x00\x0f\x05"},
	"arm64": {elf.EM_AARCH64, "\xe8\x15\x80\xd2\x01\x00\x00\xd4\x09\x0c\x40\x92" +
		"\x28\x16\x80\xd2\x01\x00\x00\xd4\x00\x0c\x40\x92\x00\x10\x09\xaa\xa8\x0b\x80\xd2\x01\x00\x00\xd4"},
}

// Status is what a program that runs with these ids ends with.
func Status(uid, gid uint32) int { return int(uid&15<<4 | gid&15) }

// Program is a tiny program that ends at once, run by the loader of that path if
// one is given. It serves as a loader itself.
func Program(loader string) []byte {
	what, ok := exits[runtime.GOARCH]
	if !ok {
		panic("no program is written for " + runtime.GOARCH)
	}
	const headers, program = 64, 56
	count := 1
	if loader != "" {
		count = 2
	}
	code := uint64(headers + 2*program)
	name := code + uint64(len(what.code))
	size := name + uint64(len(loader)) + 1
	var b bytes.Buffer
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	put(elf.Header64{
		Ident: [16]byte{0x7f, 'E', 'L', 'F', 2, 1, 1}, Type: uint16(elf.ET_DYN), Machine: uint16(what.machine), Version: 1,
		Entry: code, Phoff: headers, Ehsize: headers, Phentsize: program, Phnum: uint16(count), Shentsize: 64,
	})
	put(elf.Prog64{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X), Filesz: size, Memsz: size, Align: 4096})
	put(elf.Prog64{Type: uint32(elf.PT_INTERP), Flags: uint32(elf.PF_R), Off: name, Vaddr: name, Filesz: uint64(len(loader)) + 1, Memsz: uint64(len(loader)) + 1, Align: 1})
	b.WriteString(what.code + loader + "\x00")
	return b.Bytes()
}
