package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// changedSince is the absolute paths of the files below roots that differ from a
// revision of git, and of those that git does not know yet.
func changedSince(ctx context.Context, revision string, roots []string) (map[string]bool, error) {
	changed := map[string]bool{}
	for _, root := range roots {
		dir := root
		if info, err := os.Stat(root); err == nil && !info.IsDir() {
			dir = filepath.Dir(root)
		}
		whole, err := filepath.Abs(dir)
		if err != nil {
			return nil, fmt.Errorf("find the current directory: %w", err)
		}
		for _, args := range [][]string{
			{"diff", "--name-only", "-z", "--relative", "--diff-filter=d", "--no-ext-diff", "--end-of-options", revision, "--"},
			{"ls-files", "-z", "--others", "--exclude-standard"},
		} {
			names, err := git(ctx, whole, args...)
			if err != nil {
				return nil, &RequestError{Problem: "ask git what changed since " + revision, Err: err, Hint: "--changed-since takes a revision of the repository that the path is in: HEAD, main, v1.2"}
			}
			for name := range strings.SplitSeq(strings.TrimSuffix(names, "\x00"), "\x00") {
				changed[filepath.Join(whole, filepath.FromSlash(name))] = true
			}
		}
	}
	return changed, nil
}

func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0")
	var out, failure bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &failure
	err := cmd.Run()
	if said, _, _ := strings.Cut(strings.TrimSpace(failure.String()), "\n"); err != nil && said != "" {
		return "", errors.New(strings.TrimPrefix(said, "fatal: "))
	}
	return out.String(), err
}
