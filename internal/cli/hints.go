package cli

import (
	"context"
	"errors"
	"io/fs"
	"runtime"
	"syscall"

	"ward/internal/app"
	"ward/internal/host/accounts"
	"ward/internal/report"
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
	{fs.ErrExist, "nothing is overwritten; choose another name"},
	{fs.ErrPermission, "another user, or root, may see and change more: try sudo"},
	{fs.ErrNotExist, "check the spelling; a relative path counts from the current directory"},
}

func hintFor(err error) string {
	var (
		request    *app.RequestError
		refused    *app.RefusedError
		unfinished *app.UnfinishedError
		cutOff     *app.CutOffError
		busy       *accounts.BusyError
		changed    *app.ChangedMeanwhileError
	)
	switch {
	case errors.As(err, &request) && request.Hint != "":
		return request.Hint
	case errors.As(err, &refused) && refused.Option != "":
		return "if that is meant, say " + report.Printable(refused.Option)
	case errors.As(err, &unfinished):
		return finish(unfinished.Run.Header.Root, unfinished.Run.ID)
	case errors.As(err, &cutOff):
		return finish(cutOff.Root, cutOff.ID)
	case errors.As(err, &busy):
		return "nothing was written; wait until that program has ended, and say it again"
	case errors.As(err, &changed):
		return "say it again, and look at what would change now"
	}
	if private := guardedByMacOS(err); private != "" {
		return private
	}
	for _, h := range hints {
		if errors.Is(err, h.cause) {
			return h.do
		}
	}
	return ""
}

// finish says how to go on after a run that was cut off.
func finish(root, id string) string {
	return "finish it with " + report.Shell([]string{"ward", "apply", "--resume", root}) +
		", or take it back with " + report.Shell([]string{"ward", "undo", id})
}

// guardedByMacOS explains a refusal that no bits account for.
func guardedByMacOS(err error) string {
	var at *fs.PathError
	if runtime.GOOS != "darwin" || !errors.Is(err, syscall.EPERM) || !errors.As(err, &at) {
		return ""
	}
	return app.MacOSPrivacy(at.Path)
}
