package probe

import (
	"bytes"
	"errors"
	"os"
	"syscall"

	"ward/account"
	"ward/acl"
	"ward/internal/host/sys"
	"ward/mode"
)

// somebody is an id that need not exist: lists may name any.
const somebody = 65533

func listOf(rights mode.Rights) acl.List {
	return acl.List{
		{Tag: acl.UserObj, ID: acl.NoID, Rights: 7},
		{Tag: acl.User, ID: somebody, Rights: rights},
		{Tag: acl.GroupObj, ID: acl.NoID, Rights: mode.R},
		{Tag: acl.Mask, ID: acl.NoID, Rights: rights | mode.R},
		{Tag: acl.Other, ID: acl.NoID},
	}
}

// lists sets an access list on a file and a default list on a directory, and makes a
// file in it.
func (p *prober) lists() error {
	f, err := p.make("list")
	if err != nil {
		return err
	}
	defer f.Close()
	want := listOf(mode.R | mode.W)
	p.r.AccessLists = p.kept(f, sys.AccessACL, want.Encode(), "access lists")
	if p.r.AccessLists == account.Yes {
		m, _, err := p.look("list")
		if err != nil {
			return err
		}
		p.r.AccessLists = yes(m.Group() == mode.R|mode.W)
	}
	return p.defaultList()
}

func (p *prober) defaultList() error {
	d, err := p.makeDir("default")
	if err != nil {
		return err
	}
	defer d.Close()
	want := listOf(mode.R)
	p.r.DefaultLists = p.kept(d, sys.DefaultACL, want.Encode(), "")
	if p.r.DefaultLists != account.Yes {
		return nil
	}
	f, err := p.root.OpenFile("default/new", os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	value, err := sys.Attribute(int(f.Fd()), sys.AccessACL)
	if err != nil && !errors.Is(err, sys.NoAttribute) {
		return err
	}
	got, err := acl.Decode(value)
	if err != nil {
		return err
	}
	rights, ok := got.Find(acl.User, somebody)
	p.r.DefaultLists = yes(ok && rights == mode.R)
	return nil
}

// kept sets an attribute and reads it back.
func (p *prober) kept(f *os.File, name string, value []byte, what string) account.Answer {
	err := sys.SetAttribute(int(f.Fd()), name, value)
	switch {
	case errors.Is(err, syscall.ENOTSUP):
		return account.No
	case err != nil:
		if what != "" {
			p.r.note("%s could not be tried: %v", what, err)
		}
		return account.CannotTell
	}
	got, err := sys.Attribute(int(f.Fd()), name)
	return yes(err == nil && bytes.Equal(got, value))
}

func (p *prober) attributes() error {
	f, err := p.make("attributes")
	if err != nil {
		return err
	}
	defer f.Close()
	p.r.UserAttributes = p.kept(f, "user.ward", []byte("probe"), "user attributes")
	// cap_net_bind_service, permitted (struct vfs_cap_data, revision 2).
	capability := []byte{0, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	p.r.Capabilities = p.kept(f, sys.Capability, capability, "file capabilities")
	_, err = sys.Flags(int(f.Fd()))
	p.r.InodeFlags = yes(err == nil)
	return nil
}

// names tries links, and whether the case of letters tells names apart.
func (p *prober) names() error {
	f, err := p.make("name")
	if err != nil {
		return err
	}
	f.Close()
	p.r.HardLinks = yes(p.root.Link("name", "second") == nil)
	p.r.Symlinks = yes(p.root.Symlink("name", "link") == nil)
	_, err = p.root.Lstat("NAME")
	p.r.CaseMatters = yes(errors.Is(err, os.ErrNotExist))
	return nil
}

// clearing writes to a setuid file, from which somebody without CAP_FSETID takes
// the bit by that.
func (p *prober) clearing() error {
	if os.Geteuid() == 0 {
		return nil // root's writes keep it
	}
	f, err := p.make("written")
	if err != nil {
		return err
	}
	defer f.Close()
	if err := sys.ChmodOf(int(f.Fd()), 0o4755); err != nil {
		return nil
	}
	if _, err := f.WriteString("x"); err != nil {
		return err
	}
	m, _, err := p.look("written")
	if err != nil {
		return err
	}
	p.r.WriteClears = yes(m&mode.SetUID == 0)
	return nil
}
