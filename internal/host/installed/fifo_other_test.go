//go:build !unix

package installed

import "errors"

func mkfifo(string) error { return errors.ErrUnsupported }
