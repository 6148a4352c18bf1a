package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// write makes man/*.1 and completions/* below a directory.
func write(dir string, root *cobra.Command) error {
	if err := manual(filepath.Join(dir, "man"), root); err != nil {
		return err
	}
	return completions(filepath.Join(dir, "completions"), root)
}

// manual writes a page for each command.
func manual(dir string, root *cobra.Command) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder of manual pages: %w", err)
	}
	root.InitDefaultHelpCmd()
	disableAutoGenTag(root)
	date := time.Unix(0, 0).UTC()
	header := &doc.GenManHeader{Section: "1", Source: "ward", Manual: "Ward Manual", Date: &date}
	if err := doc.GenManTree(root, header, dir); err != nil {
		return fmt.Errorf("write manual pages: %w", err)
	}
	return tidy(dir)
}

// tidy takes the date out of the pages, which change only when a command does, and
// writes the options as other manual pages do.
func tidy(dir string) error {
	pages, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil {
		return fmt.Errorf("list manual pages: %w", err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			return fmt.Errorf("read a manual page: %w", err)
		}
		text = bytes.Replace(text, []byte(`"Jan 1970"`), []byte(`""`), 1)
		text = option.ReplaceAllFunc(text, optionEntry)
		if err := os.WriteFile(page, text, 0o644); err != nil {
			return fmt.Errorf("write a manual page: %w", err)
		}
	}
	return nil
}

// option is one as cobra writes it: its names, its default value, what it does.
var (
	option    = regexp.MustCompile(`(?m)^(?:\.PP\n)?((?:\\fB-\w\\fP, )?\\fB--[\w-]+\\fP)(\[=false\]|=.*)\n\t(.*)$`)
	valueName = regexp.MustCompile(`\\fB([^\\]+)\\fR`)
)

// optionEntry is a tagged paragraph of man(7): what the option takes stands beside
// its name, and its default value where that is one.
func optionEntry(found []byte) []byte {
	part := option.FindSubmatch(found)
	tag, value, does := string(part[1]), strings.TrimPrefix(string(part[2]), "="), string(part[3])
	if value == "[=false]" {
		return []byte(".TP\n" + tag + "\n" + does)
	}
	if name := valueName.FindStringSubmatch(does); name != nil {
		tag += ` \fI` + name[1] + `\fP`
	}
	if value = strings.Trim(value, `"`); value != "" && value != "[]" && value != "0" {
		does += " (default " + value + ")"
	}
	return []byte(".TP\n" + tag + "\n" + valueName.ReplaceAllString(does, `\fI${1}\fP`))
}

func disableAutoGenTag(cmd *cobra.Command) {
	cmd.DisableAutoGenTag = true
	for _, below := range cmd.Commands() {
		disableAutoGenTag(below)
	}
}

func completions(dir string, root *cobra.Command) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder of completions: %w", err)
	}
	for _, s := range []struct {
		file  string
		write func(string) error
	}{
		{"ward.bash", func(f string) error { return root.GenBashCompletionFileV2(f, true) }},
		{"_ward", root.GenZshCompletionFile},
		{"ward.fish", func(f string) error { return root.GenFishCompletionFile(f, true) }},
		{"ward.ps1", root.GenPowerShellCompletionFileWithDesc},
	} {
		if err := s.write(filepath.Join(dir, s.file)); err != nil {
			return fmt.Errorf("write completion %s: %w", s.file, err)
		}
	}
	return nil
}
