package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"ward/acl"
	"ward/entry"
	"ward/internal/host/accounts"
	"ward/internal/host/files"
	"ward/mode"
	"ward/policy"
	"ward/policy/packs"
)

// PolicyChecked is what is to be said about a policy file.
type PolicyChecked struct {
	File     string
	Rules    int
	Problems policy.Problems
}

// CheckPolicy reads a policy and looks up the names in it. Mistakes are in the
// answer.
func CheckPolicy(ctx context.Context, file string) (*PolicyChecked, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	text, err := readFile(ctx, readPolicy, file)
	if err != nil {
		return nil, err
	}
	c := &PolicyChecked{File: file}
	p, problems := policy.Parse(file, text)
	c.Problems = problems
	if p == nil || problems.Broken() {
		return c, nil
	}
	c.Rules = len(p.Rules())
	_, unbound := p.Bind(policy.Binding{Accounts: db, Now: now()})
	c.Problems = append(c.Problems, unbound...)
	return c, nil
}

// InitPolicy writes a policy to begin with. A file that exists is never touched.
func InitPolicy(file string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write a policy: %w", err)
	}
	_, err = f.WriteString(policy.Template())
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write a policy: %w", errors.Join(err, os.Remove(file)))
	}
	return nil
}

// ExplainRequest asks how a policy judges one object.
type ExplainRequest struct {
	Policy string // a policy file, or the name of a pack where there is no such file
	Path   string
	Root   string // of the tree; "": the policy file's folder if Path lies below it, else Path's
}

// Explained is how a policy judges one object.
type Explained struct {
	policy.Explanation
	Path  string // absolute
	Root  string
	Entry entry.Entry
	Rules []policy.Rule // an explanation's Rule is an index into it
	Names acl.Names
}

// Explain says which rule of a policy decides which attribute of an object.
func Explain(ctx context.Context, q ExplainRequest) (*Explained, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	p, folder, err := namedPolicy(ctx, q.Policy)
	if err != nil {
		return nil, err
	}
	e, root, err := entryBelow(q, folder)
	if err != nil {
		return nil, err
	}
	binding := policy.Binding{Accounts: db, Now: now()}
	if e.Dir == nil && e.Kind != mode.Directory {
		binding.RootName = filepath.Base(root)
	}
	judge, problems := p.Bind(binding)
	if judge == nil {
		return nil, &PolicyError{problems}
	}
	return &Explained{
		Explanation: judge.Explain(&e), Path: Place(root, e.Path()), Root: root, Entry: e, Rules: judge.Rules(), Names: db,
	}, nil
}

// namedPolicy is a policy file, or a pack; folder is where the file lies.
func namedPolicy(ctx context.Context, name string) (p *policy.Policy, folder string, err error) {
	text, err := readFile(ctx, readPolicy, name)
	if errors.Is(err, fs.ErrNotExist) && slices.Contains(packs.Names(), name) {
		p, err = packs.Load(name)
		return p, "", err
	}
	if err != nil {
		return nil, "", err
	}
	p, problems := policy.Parse(name, text)
	if problems.Broken() {
		return nil, "", &PolicyError{problems}
	}
	abs, err := filepath.Abs(name)
	return p, filepath.Dir(abs), err
}

// entryBelow examines an object as an entry of its tree.
func entryBelow(q ExplainRequest, folder string) (entry.Entry, string, error) {
	abs, err := filepath.Abs(q.Path)
	if err != nil {
		return entry.Entry{}, "", err
	}
	top := q.Root
	switch {
	case top == "" && folder != "" && overlap(abs, folder) && len(abs) >= len(folder):
		top = folder
	case top == "":
		top = filepath.Dir(abs)
	}
	root, err := files.Open(top)
	if err != nil {
		return entry.Entry{}, "", err
	}
	defer root.Close()
	rel, err := relative(root.Path(), abs)
	if err != nil {
		return entry.Entry{}, "", err
	}
	e, err := lookBelow(root, rel)
	return e, root.Path(), err
}

// relative is the path of an object in its tree.
func relative(root, abs string) (string, error) {
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil && abs != root {
		abs = filepath.Join(dir, filepath.Base(abs))
	}
	rel, err := filepath.Rel(root, abs)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") {
		return "", &RequestError{Problem: fmt.Sprintf("%q does not lie below %q", abs, root), Hint: "name the tree with --root"}
	}
	return filepath.ToSlash(rel), nil
}

func lookBelow(root *files.Root, rel string) (entry.Entry, error) {
	const facts = entry.Stat | entry.AccessACL | entry.DefaultACL | entry.Content | entry.Attributes | entry.NFS4 | entry.DOS
	if rel == "." {
		return root.Entry(facts)
	}
	o, err := root.Object(rel)
	if err != nil {
		return entry.Entry{}, err
	}
	defer o.Close()
	e, err := o.Look(facts)
	dir := path.Dir(rel)
	e.Name, e.Dir = path.Base(rel), &entry.Dir{Path: dir, Programs: programs(filepath.Join(root.Path(), dir))}
	return e, err
}

// programs counts the files of a directory that somebody may execute, as a walk
// does.
func programs(dir string) (n int) {
	names, _ := os.ReadDir(dir) // what cannot be read does not count
	for _, name := range names[:min(len(names), 1000)] {
		info, err := name.Info()
		if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0 {
			n++
		}
	}
	return n
}
