package macos

import (
	"fmt"
	"strconv"
	"strings"
)

// word is a bit and its names, on files and on directories.
type word struct {
	bit       uint32
	text, dir string
}

// rightWords are the words of chmod(1), in its order.
func rightWords() []word {
	return []word{
		{uint32(ReadData), "read", "list"},
		{uint32(WriteData), "write", "add_file"},
		{uint32(Execute), "execute", "search"},
		{uint32(Delete), "delete", ""},
		{uint32(AppendData), "append", "add_subdirectory"},
		{uint32(DeleteChild), "delete_child", ""},
		{uint32(ReadAttributes), "readattr", ""},
		{uint32(WriteAttributes), "writeattr", ""},
		{uint32(ReadExtattr), "readextattr", ""},
		{uint32(WriteExtattr), "writeextattr", ""},
		{uint32(ReadSecurity), "readsecurity", ""},
		{uint32(WriteSecurity), "writesecurity", ""},
		{uint32(ChangeOwner), "chown", ""},
		{uint32(Synchronize), "synchronize", ""},
	}
}

func flagWords() []word {
	return []word{
		{uint32(Inherited), "inherited", ""},
		{uint32(FileInherit), "file_inherit", ""},
		{uint32(DirectoryInherit), "directory_inherit", ""},
		{uint32(LimitInherit), "limit_inherit", ""},
		{uint32(OnlyInherit), "only_inherit", ""},
	}
}

func listWords() []word {
	return []word{{uint32(DeferInherit), "defer_inherit", ""}, {uint32(NoInherit), "no_inherit", ""}}
}

func wordBit(ws []word, s string) uint32 {
	for _, w := range ws {
		if s != "" && (s == w.text || s == w.dir) {
			return w.bit
		}
	}
	return 0
}

// formatWords writes bits as words; what has none stands at the end as a number, with
// a mark before it that tells flags from rights.
func formatWords(bits uint32, ws []word, dir bool, mark string) []string {
	var list []string
	for _, w := range ws {
		if bits&w.bit == 0 {
			continue
		}
		bits &^= w.bit
		if dir && w.dir != "" {
			list = append(list, w.dir)
		} else {
			list = append(list, w.text)
		}
	}
	if bits != 0 {
		list = append(list, fmt.Sprintf("%s0x%x", mark, bits))
	}
	return list
}

// The marks of numbers.
const (
	rightMark = ""
	flagMark  = "flags"
)

// number reads a number with its mark.
func number(s, mark string) (uint32, bool) {
	rest, ok := strings.CutPrefix(s, mark+"0x")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(rest, 16, 32)
	return uint32(n), err == nil
}

// addWord puts a right or a flag into the entry, and reports whether it is one.
func (e *Entry) addWord(s string) bool {
	if bit := wordBit(rightWords(), s); bit != 0 {
		e.Rights |= Rights(bit)
		return true
	}
	if n, ok := number(s, rightMark); ok {
		e.Rights |= Rights(n)
		return true
	}
	return e.addFlag(s)
}

func (e *Entry) addFlag(s string) bool {
	if bit := wordBit(flagWords(), s); bit != 0 {
		e.Flags |= Flags(bit)
		return true
	}
	n, ok := number(s, flagMark)
	if ok && n&kindMask == 0 {
		e.Flags |= Flags(n)
		return true
	}
	return false
}

func parseKind(s string) (Kind, bool) {
	for k := Allow; k <= Alarm; k++ {
		if s == k.String() {
			return k, true
		}
	}
	if n, ok := number(s, "kind"); ok && Kind(n).String() == s && n <= kindMask {
		return Kind(n), true
	}
	return 0, false
}
