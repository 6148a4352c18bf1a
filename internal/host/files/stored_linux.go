package files

import (
	"encoding/binary"
	"errors"
	"slices"
	"syscall"

	"ward/entry"
	"ward/internal/host/sys"
	"ward/mode"
)

// nfs4 looks for a list of NFS 4 at every place where one may be kept.
func (s *subject) nfs4(e *entry.Entry) (err error) {
	if e.Kind == mode.Symlink {
		return nil
	}
	if e.NFS4, err = s.stored(entry.NFS4Places()); err == nil && e.NFS4 != "" {
		_, err = e.NFS4.NFS4ACL()
	}
	return err
}

// dos looks for DOS attributes at every place where they may be kept.
func (s *subject) dos(e *entry.Entry) (err error) {
	if !s.openable() {
		return nil
	}
	if e.DOS, err = s.stored(entry.DOSPlaces()); err == nil && e.DOS != "" {
		_, err = e.DOS.DOSAttributes()
	}
	return err
}

// stored is what stands at the first of the places that holds something. A place
// that cannot be read is no empty one.
func (s *subject) stored(places []string) (entry.Stored, error) {
	for _, place := range places {
		value, err := s.at(place)
		if err != nil {
			return "", err
		}
		if value != nil {
			return entry.Store(place, value), nil
		}
	}
	return "", nil
}

func (s *subject) at(place string) ([]byte, error) {
	if place == entry.FATPlace {
		return s.fatAttributes()
	}
	return s.attribute(place)
}

// fatAttributes: other file systems do not know the ioctl.
func (s *subject) fatAttributes() ([]byte, error) {
	fd, err := s.real()
	if err != nil {
		return nil, err
	}
	defer sys.Close(fd)
	attributes, err := sys.FATAttributes(fd)
	if flagless(err) || errors.Is(err, syscall.ENOSYS) {
		return nil, nil
	}
	return binary.LittleEndian.AppendUint32(nil, attributes), err
}

// SetStored puts permissions of another model in their place, from which they were
// read: no other attribute is ever written.
func (o *Object) SetStored(s entry.Stored) error {
	const op = "change NFSv4 list or DOS attributes of"
	place, value := s.Place(), s.Value()
	switch {
	case place == entry.FATPlace && len(value) != 4:
		return o.failed(op, syscall.EINVAL)
	case place == entry.FATPlace:
		return o.failed(op, o.setFATAttributes(binary.LittleEndian.Uint32(value)))
	case len(value) == 0 || !slices.Contains(slices.Concat(entry.NFS4Places(), entry.DOSPlaces()), place):
		return o.failed(op, syscall.EINVAL)
	}
	return o.failed(op, o.change(place, value))
}

func (o *Object) setFATAttributes(attributes uint32) error {
	fd, err := o.real()
	if err != nil {
		return err
	}
	defer sys.Close(fd)
	return sys.SetFATAttributes(fd, attributes)
}
