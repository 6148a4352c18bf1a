package packs_test

import (
	"fmt"
	"strings"

	"ward/policy/packs"
)

func ExampleLoad() {
	p, err := packs.Load("baseline")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range p.Rules()[:3] {
		fmt.Printf("%s: %s\n", r.ID, r.Title)
	}
	// Output:
	// baseline/world-writable-file: everybody may change this file
	// baseline/world-writable-dir: everybody may delete and replace what is in this directory
	// baseline/world-writable-default: what is created in this directory may be written by everybody
}

func ExampleNames() {
	fmt.Println(packs.Names())
	// Output: [baseline]
}

func ExampleSource() {
	text, err := packs.Source("baseline")
	if err != nil {
		fmt.Println(err)
		return
	}
	first, _, _ := strings.Cut(string(text), "\n")
	fmt.Println(first)
	// Output: version: 1
}
