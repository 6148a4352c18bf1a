package app

import (
	"fmt"
	"os"

	"ward/internal/spill"
)

// temporary makes a file that vanishes when it is closed, or with the process
// where the system can delete an open file.
func temporary() (spill.File, error) {
	f, err := os.CreateTemp("", "ward-*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	return temporaryFile{f, os.Remove(f.Name()) == nil}, nil
}

type temporaryFile struct {
	*os.File
	gone bool
}

func (f temporaryFile) Close() error {
	err := f.File.Close()
	if !f.gone {
		_ = os.Remove(f.Name())
	}
	return err
}
