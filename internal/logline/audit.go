package logline

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"ward/access"
)

// Audit is one record of the kernel's audit system, in whatever log it was found.
type Audit struct {
	Type   int // 1423: LANDLOCK_ACCESS
	Time   time.Time
	Serial uint64 // records of one event share it and the time
	text   string
}

// The types that tell of Landlock (Linux 6.15), and of the system call that was made.
const (
	AuditSyscall        = 1300
	AuditLandlockAccess = 1423
	AuditLandlockDomain = 1424
)

func auditNames() map[string]int {
	return map[string]int{
		"SYSCALL": AuditSyscall, "LANDLOCK_ACCESS": AuditLandlockAccess, "LANDLOCK_DOMAIN": AuditLandlockDomain,
	}
}

// auditHead is how records begin: "type=1423 audit(1729738800.268:30): " in the kernel's
// log, "type=LANDLOCK_ACCESS msg=audit(1729738800.268:30): " in that of auditd, whose
// older versions write UNKNOWN[1423].
var auditHead = expression(`\btype=(?:(\d+)|([A-Z_0-9]+)|UNKNOWN\[(\d+)\])\s+(?:msg=)?audit\((\d+)\.(\d{3}):(\d+)\):\s*`)

// ParseAudit reads a line of a log of the kernel, of dmesg(1) or of auditd(8). What is
// no audit record, or of a type that is not known here by name, is not ok.
func ParseAudit(line string) (record Audit, ok bool) {
	line = strings.TrimRight(line[:min(len(line), longest)], "\r\n")
	if !strings.Contains(line, "audit(") {
		return Audit{}, false
	}
	at := auditHead().FindStringSubmatchIndex(line)
	if at == nil {
		return Audit{}, false
	}
	part := func(n int) string {
		if at[2*n] < 0 {
			return ""
		}
		return line[at[2*n]:at[2*n+1]]
	}
	kind := auditNames()[part(2)]
	if number := part(1) + part(3); number != "" {
		kind, _ = strconv.Atoi(number)
	}
	seconds, errSeconds := strconv.ParseInt(part(4), 10, 64)
	millis, _ := strconv.ParseInt(part(5), 10, 64)
	serial, errSerial := strconv.ParseUint(part(6), 10, 64)
	if kind == 0 || errSeconds != nil || errSerial != nil {
		return Audit{}, false
	}
	text, _, _ := strings.Cut(line[at[1]:], "\x1d") // auditd's own reading of it follows
	return Audit{Type: kind, Time: time.Unix(seconds, millis*1e6), Serial: serial, text: text}, true
}

// JournalAudit is a record as journald keeps it: the type and the serial number in
// fields of their own, the time in microseconds, and the name of the type before the
// text.
func JournalAudit(kind int, serial uint64, micros int64, message string) Audit {
	first, rest, _ := strings.Cut(message, " ")
	if !strings.Contains(first, "=") {
		message = rest
	}
	return Audit{Type: kind, Time: time.UnixMicro(micros).Truncate(time.Millisecond), Serial: serial, text: message}
}

// Field is the value of a field, "" where the record has none of that name. Text that
// the kernel has written in hexadecimal, since it holds blanks or worse, is decoded
// (audit_log_untrustedstring).
func (a Audit) Field(name string) string {
	value, quoted := a.raw(name)
	if quoted || !untrusted(name) {
		return value
	}
	if text, err := hex.DecodeString(value); err == nil && len(text) > 0 {
		return string(text)
	}
	return value
}

// untrusted fields are those whose text a program chooses.
func untrusted(name string) bool {
	return name == "path" || name == "exe" || name == "comm" || name == "name" || name == "dev"
}

func (a Audit) raw(name string) (value string, quoted bool) {
	rest := a.text
	for rest != "" {
		key, after, found := strings.Cut(rest, "=")
		if !found {
			return "", false
		}
		value, rest, quoted = nextValue(after)
		if key == name {
			return value, quoted
		}
	}
	return "", false
}

// nextValue cuts a value off: up to the next blank, or what is within quotation marks,
// which hold none themselves.
func nextValue(text string) (value, rest string, quoted bool) {
	if inner, is := strings.CutPrefix(text, `"`); is {
		value, rest, _ = strings.Cut(inner, `"`)
		return value, strings.TrimLeft(rest, " "), true
	}
	value, rest, _ = strings.Cut(text, " ")
	return value, strings.TrimLeft(rest, " "), false
}

// Number is the value of a field that is a number.
func (a Audit) Number(name string) (uint64, bool) {
	value, _ := a.raw(name)
	n, err := strconv.ParseUint(value, 10, 64)
	return n, err == nil
}

// Blockers are the rights that a Landlock domain did not have: "fs.write_file".
func (a Audit) Blockers() []string {
	if value := a.Field("blockers"); value != "" {
		return strings.Split(value, ",")
	}
	return nil
}

// landlocked are the actions that a right of Landlock is needed for.
func landlocked() map[string][]access.Action {
	return map[string][]access.Action{
		"fs.execute": {access.Executing}, "fs.write_file": {access.Writing}, "fs.read_file": {access.Reading}, "fs.read_dir": {access.Listing},
		"fs.truncate": {access.Truncating},
	}
}

// refusal is a record of what Landlock refused, as a program would say it. Of a name
// that was to be made or removed the record has only the directory.
func (a Audit) refusal() (Refusal, bool) {
	path := a.Field("path")
	if a.Type != AuditLandlockAccess || path == "" {
		return Refusal{}, false
	}
	r := Refusal{Program: "landlock", Path: path, Errno: "EACCES"}
	for _, b := range a.Blockers() {
		r.Actions = append(r.Actions, landlocked()[b]...)
	}
	return r, true
}
