package cli

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"ward/internal/app"
)

// hints says for each known cause what a person can do about it. The first that
// matches counts.
var hints = []struct {
	cause error
	do    string
}{
	{context.Canceled, ""},
	{syscall.EROFS, "the file system is mounted read-only; `findmnt -T PATH` shows the mount"},
	{syscall.ENOSPC, "the disk is full; nothing was changed"},
	{syscall.EDQUOT, "the quota is used up; nothing was changed"},
	{errors.ErrUnsupported, "this system or file system cannot do that"},
	{fs.ErrPermission, "another user, or root, may see and change more: try sudo"},
	{fs.ErrNotExist, "check the spelling; a relative path counts from the current directory"},
}

func hintFor(err error) string {
	var request *app.RequestError
	if errors.As(err, &request) && request.Hint != "" {
		return request.Hint
	}
	for _, h := range hints {
		if errors.Is(err, h.cause) {
			return h.do
		}
	}
	return ""
}
