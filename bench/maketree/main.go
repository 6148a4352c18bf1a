// Command maketree makes a tree for measuring, in the shape of a large source tree:
// about ten files in a directory, some six directories deep, one file in a hundred
// a script or program that may be executed, one in two thousand a private key, one
// in a thousand a symbolic link. Where a program would look into a file it has
// content; the rest is holes, of real sizes. The same seed makes the same tree.
package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

func main() {
	log.SetFlags(0)
	usualUmask()
	files := flag.Int("files", 500_000, "how many files, links included, directories not")
	seed := flag.Uint64("seed", 1, "of the random numbers")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: maketree [-files N] [-seed N] DIRECTORY")
	}
	if err := makeTree(flag.Arg(0), *files, *seed); err != nil {
		log.Fatal(err)
	}
}

// makeTree makes some twenty trees side by side, each from a seed of its own, so
// that the result does not depend on which is made first.
func makeTree(root string, files int, seed uint64) error {
	const trees = 20
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	var all sync.WaitGroup
	errs := make(chan error, trees)
	slots := make(chan struct{}, 4)
	for i := range trees {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			m := maker{rand: rand.New(rand.NewPCG(seed, uint64(i))), left: files*(i+1)/trees - files*i/trees}
			if err := m.grow(filepath.Join(root, topNames[i])); err != nil {
				errs <- err
			}
		})
	}
	all.Wait()
	close(errs)
	return <-errs
}

var topNames = strings.Fields(`arch block certs crypto documentation drivers fs include init io_uring
	ipc kernel lib mm net samples scripts security sound tools`)

// maker fills one tree until no file is left to be made.
type maker struct {
	rand *rand.Rand
	left int
}

// grow makes directories breadth first, so that all depths are about equally full.
func (m *maker) grow(root string) error {
	queue := []string{root}
	for m.left > 0 {
		dir := queue[0]
		queue = queue[1:]
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		for range 1 + m.rand.IntN(19) {
			if m.left == 0 {
				return nil
			}
			if err := m.file(dir); err != nil {
				return err
			}
		}
		for range 1 + m.rand.IntN(6) {
			queue = append(queue, filepath.Join(dir, m.word()))
		}
	}
	return nil
}

var words = strings.Fields(`adapter audio backend bitmap board bridge buffer bus cache channel clock codec
	config control core crypto debug device display dma driver engine event filter firmware flash frame
	gpio hash host hub input interrupt journal key link loader map memory mode module monitor network
	node panel parser phy pin platform pool port power probe queue radio regmap reset ring sensor serial
	slab sound stream super switch table thermal timer trace tree tuner usb vector video watch wireless`)

// word is a name that does not come twice in a directory.
func (m *maker) word() string {
	return fmt.Sprintf("%s-%s%d", words[m.rand.IntN(len(words))], words[m.rand.IntN(len(words))], m.rand.IntN(1e6))
}

// file makes one file of some kind.
func (m *maker) file(dir string) error {
	m.left--
	name := filepath.Join(dir, m.word())
	switch p := m.rand.IntN(10_000); {
	case p < 5:
		return os.WriteFile(name+".pem", m.privateKey(), 0o600)
	case p < 75:
		return os.WriteFile(name+".sh", []byte("#!/bin/sh\nset -e\necho "+m.word()+"\n"), 0o755)
	case p < 95:
		return os.WriteFile(name+".py", []byte("#!/usr/bin/env python3\nprint('"+m.word()+"')\n"), 0o755)
	case p < 105:
		return os.WriteFile(name, program, 0o755)
	case p < 115:
		return os.Symlink("../"+m.word()+".h", name+".h")
	case p < 600:
		text := []byte(strings.Repeat("obj-y += "+m.word()+".o\n", 1+m.rand.IntN(30)))
		return os.WriteFile(m.buildFile(dir, name), text, 0o644)
	default:
		return m.holes(name)
	}
}

// buildFile is the name of a file without suffix: nearly all of those in a source
// tree are the files of its build system.
func (m *maker) buildFile(dir, other string) string {
	for _, name := range []string{"Makefile", "Kconfig"} {
		path := filepath.Join(dir, name)
		if _, err := os.Lstat(path); os.IsNotExist(err) {
			return path
		}
	}
	return other
}

// program is the head of an ELF program.
var program = append([]byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x3e\x00"), make([]byte, 4000)...)

func (m *maker) privateKey() []byte {
	var seed [ed25519.SeedSize]byte
	for i := range seed {
		seed[i] = byte(m.rand.Uint32())
	}
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		panic(err) // a key of the right length can be encoded
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

var suffixes = strings.Fields(".c .c .c .c .c .h .h .h .h .h .rst .txt .yaml .dts .dtsi .S .json .o")

// holes makes a file of some size and no content, which takes no room.
func (m *maker) holes(name string) error {
	f, err := os.OpenFile(name+suffixes[m.rand.IntN(len(suffixes))], os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	size := int64(200) << m.rand.IntN(9)
	if err := f.Truncate(size + m.rand.Int64N(size)); err != nil {
		return err
	}
	return f.Close()
}
