package installed

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"ward/packages"
	"ward/packages/dpkg"
)

// dpkgDir is where dpkg keeps its database.
const dpkgDir = "var/lib/dpkg"

// Dpkg is what dpkg's database says.
type Dpkg struct {
	Packages   []DpkgPackage
	Overrides  []dpkg.Override
	Diversions map[string]dpkg.Diversion // by the path that is diverted
	Problems   []error                   // what could not be read; the rest was
}

// DpkgPackage is one package with its paths.
type DpkgPackage struct {
	dpkg.Installed
	Paths []string                   // as the package has them, before diversions
	Sums  map[string]packages.Digest // of regular files that are no conffiles
	Said  []dpkg.Said                // by its postinst
}

// Dpkg reads the database; nil where there is none.
func (s *System) Dpkg() (*Dpkg, error) {
	status, err := s.read(dpkgDir + "/status")
	if err != nil || len(status) == 0 {
		return nil, err
	}
	d := &Dpkg{Diversions: map[string]dpkg.Diversion{}}
	for _, p := range dpkg.ParseStatus(status) {
		x := DpkgPackage{Installed: p}
		if err := s.dpkgPackage(&x); err != nil {
			d.Problems = append(d.Problems, err)
		}
		d.Packages = append(d.Packages, x)
	}
	return d, s.dpkgRest(d)
}

func (s *System) dpkgPackage(p *DpkgPackage) error {
	if strings.ContainsAny(p.Base(), "/\x00") {
		return fmt.Errorf("%q is no name of a package", p.Base())
	}
	base := dpkgDir + "/info/" + p.Base()
	list, err := s.read(base + ".list")
	sums, err2 := s.read(base + ".md5sums")
	script, err3 := s.read(base + ".postinst")
	p.Paths, p.Sums, p.Said = dpkg.ParseList(list), dpkg.ParseSums(sums), dpkg.ReadScript(script)
	return errors.Join(err, err2, err3)
}

func (s *System) dpkgRest(d *Dpkg) error {
	overrides, err := s.read(dpkgDir + "/statoverride")
	diversions, err2 := s.read(dpkgDir + "/diversions")
	var problems, problems2 []error
	var all []dpkg.Diversion
	d.Overrides, problems = dpkg.ParseOverrides(path.Join(dpkgDir, "statoverride"), overrides)
	all, problems2 = dpkg.ParseDiversions(path.Join(dpkgDir, "diversions"), diversions)
	for _, x := range all {
		d.Diversions[x.From] = x
	}
	d.Problems = append(append(d.Problems, problems...), problems2...)
	return errors.Join(err, err2)
}

// aptArchives is where apt keeps the packages that it fetched.
const aptArchives = "var/cache/apt/archives"

// Archive is a .deb file by its name.
type Archive struct {
	Dir  string // "" for apt's cache in the system
	Name string
}

// Archives lists the .deb files in apt's cache, and in further directories of the
// running system.
func (s *System) Archives(dirs []string) ([]Archive, error) {
	var all []Archive
	names, err := s.names(aptArchives)
	for _, n := range names {
		if strings.HasSuffix(n, ".deb") {
			all = append(all, Archive{Name: n})
		}
	}
	for _, dir := range dirs {
		entries, failed := os.ReadDir(dir)
		err = errors.Join(err, failed)
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".deb") {
				all = append(all, Archive{dir, e.Name()})
			}
		}
	}
	return all, err
}

// OpenArchive opens a .deb file. The caller closes it.
func (s *System) OpenArchive(a Archive) (*os.File, error) {
	if a.Dir != "" {
		return os.Open(path.Join(a.Dir, a.Name))
	}
	f, _, err := s.open(aptArchives + "/" + a.Name)
	return f, err
}
