package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"ward/internal/host/sys"
	"ward/internal/logline"
)

// Landlock gathers the records of every source.
func Landlock(o Options) Found {
	var f Found
	if on, _, err := sys.Auditing(); err == nil {
		f.Making = Off
		if on {
			f.Making = On
		}
	}
	logs := o.Logs
	if logs == nil {
		logs = []string{"/var/log/audit/audit.log", "/var/log/audit/audit.log.1"}
	}
	for _, name := range logs {
		records, err := ofLog(name)
		f.take(name, records, err)
	}
	kernel := o.Kernel
	if kernel == "" {
		kernel = "/dev/kmsg"
	}
	records, err := ofKernel(kernel)
	f.take("the kernel's log", records, err)
	if !o.Brief {
		records, err = ofJournal(o.Journal)
		f.take("the journal", records, err)
	}
	return f
}

// ofLog reads the end of a file of auditd's. What is no regular file is not read: it
// could be waited for.
func ofLog(name string) ([]logline.Audit, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: it is no regular file", name)
	}
	text, err := io.ReadAll(io.NewSectionReader(f, max(0, st.Size()-mostBytes), mostBytes))
	return inLines(text), err
}

func inLines(text []byte) (records []logline.Audit) {
	for line := range bytes.Lines(text) {
		if a, ok := logline.ParseAudit(string(line)); ok && wanted(a) {
			records = append(records, a)
		}
	}
	return records
}

// ofKernel reads the ring buffer of the kernel, which never waits: one message is one
// read (dev-kmsg). Where the buffer is overwritten meanwhile, EPIPE says so once.
func ofKernel(name string) (records []logline.Audit, err error) {
	fd, err := syscall.Open(name, syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer sys.Close(fd)
	buf := make([]byte, 8<<10)
	for sum := 0; sum < 4*mostBytes; {
		n, err := syscall.Read(fd, buf)
		switch {
		case err == syscall.EPIPE, err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN, err == nil && n == 0:
			return records, nil
		case err != nil:
			return records, err
		}
		sum += n
		records = append(records, inLines(buf[:n])...)
	}
	return records, nil
}

// journalctl is asked for the types that matter, the newest.
func journalctl() []string {
	list := []string{"journalctl", "--no-pager", "--quiet", "--boot", "--output=json", "--lines=5000"}
	for _, kind := range []int{logline.AuditLandlockAccess, logline.AuditLandlockDomain, logline.AuditSyscall} {
		if kind != logline.AuditLandlockAccess {
			list = append(list, "+")
		}
		list = append(list, fmt.Sprintf("_AUDIT_TYPE=%d", kind))
	}
	return list
}

// ofJournal reads what journald took from the audit system. The program is stopped
// where it takes long.
func ofJournal(command []string) ([]logline.Audit, error) {
	if command == nil {
		if !keepsJournal() {
			return nil, ErrNone
		}
		command = journalctl()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*longest)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // the command is ward's own
	cmd.Env = []string{"LC_ALL=C", "PATH=/usr/bin:/bin"}
	cmd.WaitDelay = longest
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	text, _ := io.ReadAll(io.LimitReader(out, mostBytes))
	cancel()
	_ = cmd.Wait() // what was printed counts
	return inJournal(text), nil
}

// keepsJournal reports whether a journal has files.
func keepsJournal() bool {
	for _, dir := range []string{"/run/log/journal", "/var/log/journal"} {
		if found, err := filepath.Glob(filepath.Join(dir, "*", "*.journal")); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

// inJournal reads journalctl's JSON, one entry a line.
func inJournal(text []byte) (records []logline.Audit) {
	for line := range bytes.Lines(text) {
		var e struct {
			Message any    `json:"MESSAGE"`
			Type    string `json:"_AUDIT_TYPE"`
			ID      string `json:"_AUDIT_ID"`
			Source  string `json:"_SOURCE_REALTIME_TIMESTAMP"`
			Kept    string `json:"__REALTIME_TIMESTAMP"`
		}
		if json.Unmarshal(line, &e) != nil {
			continue
		}
		kind, _ := strconv.Atoi(e.Type)
		serial, _ := strconv.ParseUint(e.ID, 10, 64)
		micros, err := strconv.ParseInt(e.Source, 10, 64)
		if err != nil {
			micros, _ = strconv.ParseInt(e.Kept, 10, 64)
		}
		if message, ok := e.Message.(string); ok {
			if a := logline.JournalAudit(kind, serial, micros, message); wanted(a) {
				records = append(records, a)
			}
		}
	}
	return records
}
