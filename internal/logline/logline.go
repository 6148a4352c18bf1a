// Package logline finds in the messages of programs what was refused: the path,
// what was to be done to it, and the error. It knows the messages of shells,
// coreutils, Python, Go, Java, Node, PHP, Ruby, nginx, Apache, systemd, sshd, docker,
// git, rsync and strace, and takes from others what it can.
//
// What it finds is what a message says. Messages may be cut, relative to a
// directory that nobody names, or written by somebody else: nothing is done on
// their word alone.
package logline

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"ward/access"
)

// Refusal is something that a program could not do.
type Refusal struct {
	Line    int    // number in the log, from 1
	Program string // "nginx", "python"; "" where the message does not give it away
	Unit    string // of systemd, "nginx.service"
	Path    string // as the message has it: absolute, relative, or "" where it names none
	To      string // the second path, of a rename or link

	// Actions are what it may have wanted to do, the likeliest first. None: the
	// message does not tell.
	Actions []access.Action

	// Errno is what the system call answered: "EACCES", "EPERM", "EROFS". It is ""
	// where the program refused by itself, since permissions are too open for it.
	Errno access.Errno
}

// longest is how much of one line is looked at, in bytes.
const longest = 16 << 10

// Find is what one line says was refused, if it says so.
func Find(line string) (Refusal, bool) {
	line = strings.TrimRight(line[:min(len(line), longest)], "\r\n")
	if !mayRefuse(line) {
		return Refusal{}, false
	}
	if a, ok := ParseAudit(line); ok {
		return a.refusal()
	}
	line = sourcePlace().ReplaceAllString(line, "")
	for _, p := range patterns() {
		if r, ok := p.match(line); ok {
			return r, true
		}
	}
	return Refusal{}, false
}

// sourcePlace is where PHP says that the program was, which is not what was refused.
var sourcePlace = expression(` in /\S+ on line \d+`)

// mayRefuse is a cheap look for the words that every pattern needs one of.
func mayRefuse(line string) bool {
	lower := strings.ToLower(line)
	for _, word := range [...]string{
		"permission", "not permitted", "read-only file system", "eacces", "eperm", "erofs", "accessdenied",
		"forbidden", "owner", "203/exec", "200/chdir", "errno 13", "too open", "can't cd to", "insecure mode", "world access",
		"blockers=",
	} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// Scan calls each for every refusal in a log, in order, until it returns false.
// What a line does not say is taken from the lines before it where a traceback
// shows the call.
func Scan(r io.Reader, each func(Refusal) bool) error {
	in := bufio.NewReaderSize(r, longest)
	var s scanner
	for {
		line, err := readLine(in)
		if f, ok := s.next(string(line)); ok && !each(f) {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// scanner remembers what lines before have said.
type scanner struct {
	lines  int
	source string // the last line of source that a traceback has shown
}

func (s *scanner) next(line string) (Refusal, bool) {
	s.lines++
	f, ok := Find(line)
	if ok {
		f.Line = s.lines
		if f.Program == "python" && len(f.Actions) == 0 {
			f.Actions = called(s.source)
		}
	}
	if strings.HasPrefix(line, "    ") && !strings.Contains(line, "^^^") {
		s.source = line
	}
	return f, ok
}

// readLine reads a line of any length and keeps its beginning.
func readLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	line = bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = in.ReadSlice('\n')
	}
	return bytes.TrimRight(line, "\r\n"), err
}
