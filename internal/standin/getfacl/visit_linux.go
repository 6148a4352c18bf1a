package getfacl

import (
	"ward/internal/host/sys"
	"ward/internal/standin/inorder"
	"ward/mode"
)

// Visit implements inorder.Visitor.
func (v *visitor) Visit(p *inorder.Place, out *inorder.Output) inorder.Descent {
	if p.Type == sys.LinkType && !v.logical && !v.oneFS {
		return inorder.Descent{}
	}
	if err := sys.StatName(p.Dir, &p.Name[0], &v.stat, p.Pace); err != nil {
		v.fail(p.String(), err, out)
		return inorder.Descent{}
	}
	if v.oneFS && v.root != [2]uint32{v.stat.Dev_major, v.stat.Dev_minor} {
		return inorder.Descent{}
	}
	if v.stat.Mode&sys.TypeMask == sys.TypeLink {
		return v.link(p, out)
	}
	if v.system.Calls.Xattrat != sys.There {
		return v.slowly(p, false, out)
	}
	v.named(p, out)
	return inorder.Descent{Into: v.stat.Mode&sys.TypeMask == sys.TypeDir}
}

// named shows the object of v.stat, whose lists are read by its name: nothing is
// held, and if the name is a symbolic link by now it is the link's that are read.
func (v *visitor) named(p *inorder.Place, out *inorder.Output) {
	v.path = p.AppendPath(v.path[:0])
	v.place = p
	x := object{path: v.path, uid: v.stat.Uid, gid: v.stat.Gid, mode: mode.Mode(v.stat.Mode & 0o7777)}
	v.object(&x, v.stat.Mode&sys.TypeMask == sys.TypeDir, v.here, out)
}

// attribute reads the attribute of a list of what is at v.place.
func (v *visitor) attribute(def bool) ([]byte, error) {
	p := v.place
	return v.system.AttributeAt(p.Dir, &p.Name[0], def, v.buf, p.Pace)
}

// link follows a symbolic link with -L.
func (v *visitor) link(p *inorder.Place, out *inorder.Output) inorder.Descent {
	if !v.logical {
		return inorder.Descent{}
	}
	return v.slowly(p, true, out)
}

// slowly holds the object first.
func (v *visitor) slowly(p *inorder.Place, follow bool, out *inorder.Output) inorder.Descent {
	path := p.String()
	o, err := v.system.Hold(p.Dir, &p.Name[0], follow)
	if err != nil {
		v.fail(path, err, out)
		return inorder.Descent{}
	}
	defer o.Close()
	v.held(path, o, out)
	return inorder.Descent{Into: o.Directory(), Follow: follow}
}
