package installed

import (
	"crypto/md5"  //nolint:gosec // what dpkg keeps
	"crypto/sha1" //nolint:gosec // what apk keeps
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"io"
	"os"
	"path"

	"ward/packages"
)

// Digest sums up the content of a regular file, and returns what fstat(2) said of it
// afterwards, by which the caller knows that it was the file he meant.
func (s *System) Digest(name, algorithm string) (packages.Digest, os.FileInfo, error) {
	sum := newHash(algorithm)
	if sum == nil {
		return packages.Digest{}, nil, fmt.Errorf("check %q: the algorithm %q is not known", path.Join(s.path, name), algorithm)
	}
	f, _, err := s.open(name)
	if err != nil {
		return packages.Digest{}, nil, err
	}
	defer f.Close()
	if _, err := io.Copy(sum, f); err != nil {
		return packages.Digest{}, nil, err
	}
	info, err := f.Stat()
	raw := sum.Sum(nil)
	if algorithm == cutSHA256 {
		raw = raw[:sha1.Size]
	}
	return packages.Digest{Algorithm: algorithm, Sum: string(raw)}, info, err
}

// cutSHA256 is SHA-256 of which apk 3 keeps as much as there was room for before.
const cutSHA256 = "sha256-160"

func newHash(algorithm string) hash.Hash {
	switch algorithm {
	case "md5":
		return md5.New() //nolint:gosec // compared with what the database has
	case "sha1":
		return sha1.New() //nolint:gosec // compared with what the database has
	case "sha256", cutSHA256:
		return sha256.New()
	case "sha384":
		return sha512.New384()
	case "sha512":
		return sha512.New()
	}
	return nil
}
