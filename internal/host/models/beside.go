package models

import (
	"path"

	"ward/legacy/amiga"
	"ward/mode"
)

// Beside is the most that is read of a file that lies beside another one.
const maxBeside = 4 << 20

func (o *Object) isDirectory() bool { return o.Kind == mode.Directory }

// addBeside adds what files beside the object say of it. read answers nil for a file
// that is not there; its names are slash-separated and relative to the directory that
// the object lies in, or for those in up, to the root of the archive.
func (o *Object) addBeside(name string, read func(rel string) ([]byte, error)) {
	for _, side := range []struct {
		rel string
		add func(carrier string, raw []byte)
	}{
		{name + ".uaem", func(carrier string, raw []byte) { o.add(carrier, raw, uaem) }},
		{amiga.FSDBName, func(carrier string, raw []byte) { o.addUAEFSDB(carrier, name, raw) }},
		{"._" + name, o.addAppleFile},
		{path.Join(".AppleDouble", name), o.addAppleFile},
	} {
		raw, err := read(side.rel)
		switch {
		case err != nil:
			o.Found = append(o.Found, Found{Carrier: side.rel, Err: err})
		case raw != nil:
			side.add(side.rel, raw)
		}
	}
}

func uaem(raw []byte) (any, string, error) {
	u, err := amiga.DecodeUAEM(raw)
	if err != nil {
		return nil, "", err
	}
	return u.Protection, "", nil
}

// addUAEFSDB adds the record of the object in the file that older emulators keep for a
// whole directory; its names are those of the host.
func (o *Object) addUAEFSDB(carrier, name string, raw []byte) {
	records, err := amiga.DecodeUAEFSDB(raw)
	if err != nil {
		o.Found = append(o.Found, Found{Carrier: carrier, Raw: raw, Err: err})
		return
	}
	for _, r := range records {
		if r.Valid != 0 && r.HostName == name {
			note := ""
			if r.AmigaName != name {
				note = "its name on the Amiga is " + r.AmigaName
			}
			o.Found = append(o.Found, Found{Carrier: carrier, Value: r.Protection, Note: note})
		}
	}
}
