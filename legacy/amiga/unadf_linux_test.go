package amiga_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ward/internal/requires"
	"ward/legacy/amiga"
)

// The blocks of a disk of AmigaDOS, of 512 bytes each, most significant byte first
// (the offsets are those of the AmigaDOS Technical Reference Manual).
const (
	blockSize  = 512
	diskBlocks = 1760 // a double density floppy
	rootBlock  = diskBlocks / 2
	mapBlock   = rootBlock + 1
	hashSize   = 72

	typeHeader = 2
	isRoot     = 1
	isFile     = -3
)

// disk is an image of a floppy with empty files in its root.
type disk []byte

func newDisk() disk {
	d := make(disk, diskBlocks*blockSize)
	copy(d, "DOS\x00") // the old file system
	d.put(rootBlock, 0, typeHeader)
	d.put(rootBlock, 12, hashSize)
	d.put(rootBlock, 312, -1) // the map of free blocks is valid
	d.put(rootBlock, 316, mapBlock)
	d.name(rootBlock, "WARD")
	d.put(rootBlock, 508, isRoot)
	for at := 4; at < 4+diskBlocks/8; at += 4 {
		d.put(mapBlock, at, -1)
	}
	d.seal(mapBlock, 0)
	d.seal(rootBlock, 20)
	return d
}

func (d disk) block(n int) []byte { return d[n*blockSize : (n+1)*blockSize] }

func (d disk) put(block, at int, value int32) {
	binary.BigEndian.PutUint32(d.block(block)[at:], uint32(value))
}

func (d disk) name(block int, name string) {
	b := d.block(block)
	b[432] = byte(len(name))
	copy(b[433:], name)
}

// seal makes the sum of all words of a block 0.
func (d disk) seal(block, at int) {
	d.put(block, at, 0)
	var sum uint32
	for b := d.block(block); len(b) > 0; b = b[4:] {
		sum += binary.BigEndian.Uint32(b)
	}
	d.put(block, at, -int32(sum))
}

// add puts an empty file into the root, in the block given.
func (d disk) add(block int, name string, p amiga.Protection) {
	d.put(block, 0, typeHeader)
	d.put(block, 4, int32(block))
	d.put(block, 320, int32(p))
	d.name(block, name)
	d.put(block, 500, rootBlock)
	d.put(block, 508, isFile)
	hash := uint32(len(name))
	for _, c := range []byte(strings.ToUpper(name)) {
		hash = (hash*13 + uint32(c)) & 0x7ff
	}
	slot := d.block(rootBlock)[24+4*(hash%hashSize):]
	copy(d.block(block)[496:500], slot[:4]) // the next one of the same hash
	binary.BigEndian.PutUint32(slot, uint32(block))
	d.seal(block, 20)
	d.seal(rootBlock, 20)
}

// The blocks in which DecodeBlock finds a protection are those of a disk that unadf
// reads: it lists every file, and no other. It shows no protection itself.
func TestUnadfReadsTheBlocks(t *testing.T) {
	requires.Tool(t, "unadf")
	d := newDisk()
	missing := map[string]bool{}
	for p := range amiga.Protection(0x100) {
		name, block := fmt.Sprintf("f%02x", uint32(p)), mapBlock+1+int(p)
		d.add(block, name, p)
		missing[name] = true
		if back, err := amiga.DecodeBlock(d.block(block)); err != nil || back != p {
			t.Errorf("%#x is read from its block as %#x, %v", uint32(p), uint32(back), err)
		}
	}
	image := filepath.Join(t.TempDir(), "disk.adf")
	if err := os.WriteFile(image, d, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("unadf", "-l", image).CombinedOutput()
	if err != nil || strings.Contains(strings.ToLower(string(out)), "checksum") {
		t.Fatalf("unadf: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) != 4 || f[0] != "0" {
			continue
		}
		if !missing[f[3]] {
			t.Errorf("unadf lists %q", f[3])
		}
		delete(missing, f[3])
	}
	if len(missing) > 0 {
		t.Errorf("unadf does not list %d files, among them %v\n%s", len(missing), missing, out)
	}
}
