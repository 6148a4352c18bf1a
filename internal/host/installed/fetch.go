package installed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"ward/packages"
)

// Fetch has apt-get fetch packages into a directory, which must be private to the
// runner: apt verifies them against its lists. For another system than the running
// one its sources are used, with lists of their own and the running system's keys and
// settings; nothing of that system is executed. each hears of every package before it
// is fetched. Packages that cannot be had are an error beside the others.
func (s *System) Fetch(ctx context.Context, dir string, wanted []packages.Package, each func(n int)) error {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("fetch packages: %w", err)
	}
	options, err := s.aptOptions(dir)
	if err != nil {
		return err
	}
	if s.foreign() {
		if err := aptGet(ctx, dir, append(options, "update")); err != nil {
			return fmt.Errorf("fetch the lists of packages: %w", err)
		}
	}
	var failed []error
	for i, p := range wanted {
		each(i)
		name := p.Name + ":" + p.Architecture + "=" + p.Version
		if p.Architecture == "all" {
			name = p.Name + "=" + p.Version
		}
		if err := aptGet(ctx, dir, append(options, "download", name)); err != nil {
			failed = append(failed, fmt.Errorf("fetch %s: %w", p, err))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	each(len(wanted))
	return errors.Join(failed...)
}

// foreign reports whether the system is not the running one.
func (s *System) foreign() bool { return filepath.Clean(s.path) != "/" }

// aptOptions are those that keep apt to the directory.
func (s *System) aptOptions(dir string) ([]string, error) {
	options := []string{"-qq", "-o", "APT::Sandbox::User=root"}
	if !s.foreign() {
		return options, nil
	}
	for _, sub := range []string{"lists/partial", "archives/partial"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, err
		}
	}
	return append(options,
		"-o", "Dir::Etc::sourcelist="+filepath.Join(s.path, "etc/apt/sources.list"),
		"-o", "Dir::Etc::sourceparts="+filepath.Join(s.path, "etc/apt/sources.list.d"),
		"-o", "Dir::State::lists="+filepath.Join(dir, "lists"),
		"-o", "Dir::State::status="+filepath.Join(s.path, dpkgDir, "status"),
		"-o", "Dir::Cache="+dir,
	), nil
}

func aptGet(ctx context.Context, dir string, args []string) error {
	cmd := exec.CommandContext(ctx, "apt-get", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive")
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("apt-get %s: %w: %s", args[len(args)-1], err, lastLine(said.String()))
	}
	return nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
