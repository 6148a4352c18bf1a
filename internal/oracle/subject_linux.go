package oracle

import (
	"encoding/gob"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"ward/ident"
)

// Credentials are what a thread takes on. Ids are those of its namespace.
type Credentials struct {
	UID, GID   uint32
	Groups     []uint32
	Caps       uint64
	Unbounded  uint64 // dropped from the bounding set
	NoNewPrivs bool
}

// Asker is a thread with credentials of its own.
type Asker struct {
	asks    chan func()
	answers chan Answer
}

// Become starts a thread with the credentials. End ends it.
func Become(c Credentials) *Asker {
	a := &Asker{asks: make(chan func()), answers: make(chan Answer)}
	go func() {
		runtime.LockOSThread() // and never unlocked: nobody else may get this thread
		c.takeOn()
		for ask := range a.asks {
			ask()
		}
	}()
	return a
}

// Do tries an ask with the credentials.
func (a *Asker) Do(ask Ask) Answer {
	a.asks <- func() { a.answers <- ask.answer() }
	return <-a.answers
}

// Run runs f in the thread.
func (a *Asker) Run(f func()) {
	done := make(chan struct{})
	a.asks <- func() { f(); close(done) }
	<-done
}

// End lets the thread die.
func (a *Asker) End() { close(a.asks) }

// takeOn changes the credentials of this thread alone, and gives it a working
// directory and a umask of its own.
func (c Credentials) takeOn() {
	const capabilityVersion3 = 0x20080522
	header := [2]uint32{capabilityVersion3}
	low, high := uint32(c.Caps), uint32(c.Caps>>32)
	sets := [6]uint32{low, low, 0, high, high, 0} // effective, permitted, inheritable
	rawCall(syscall.SYS_UNSHARE, syscall.CLONE_FS, 0, 0)
	unix.Umask(0)
	for i := range 64 {
		if c.Unbounded>>i&1 != 0 {
			rawCall(syscall.SYS_PRCTL, unix.PR_CAPBSET_DROP, uintptr(i), 0)
		}
	}
	rawCall(syscall.SYS_PRCTL, unix.PR_SET_KEEPCAPS, 1, 0)
	rawCall(syscall.SYS_SETGROUPS, uintptr(len(c.Groups)), uintptr(unsafe.Pointer(unsafe.SliceData(c.Groups))), 0)
	rawCall(syscall.SYS_SETRESGID, uintptr(c.GID), uintptr(c.GID), uintptr(c.GID))
	rawCall(syscall.SYS_SETRESUID, uintptr(c.UID), uintptr(c.UID), uintptr(c.UID))
	rawCall(syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&sets)), 0)
	if c.NoNewPrivs {
		rawCall(syscall.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0)
	}
	runtime.KeepAlive(c.Groups)
}

// Doer tries asks as somebody.
type Doer interface {
	Do(ask Ask) Answer
	End()
}

// Household is a process in a user namespace of its own, in which there are
// subjects, one after the other. It sees the mounts of this process.
type Household struct {
	Namespace *ident.Namespace

	cmd      *exec.Cmd
	requests *gob.Encoder
	answers  *gob.Decoder
	pipes    []*os.File
}

// request is Become where there are credentials, else an ask.
type request struct {
	Become *Credentials
	Ask    Ask
}

const householdVariable = "WARD_ORACLE_HOUSEHOLD"

// IsHousehold runs this process as a household, if it was started as one; then it
// does not return.
func IsHousehold() {
	if os.Getenv(householdVariable) == "" {
		return
	}
	requests, answers := gob.NewDecoder(os.NewFile(3, "requests")), gob.NewEncoder(os.NewFile(4, "answers"))
	var asker *Asker
	for {
		var r request
		if requests.Decode(&r) != nil {
			os.Exit(0)
		}
		var answer Answer
		switch {
		case r.Become == nil:
			answer = asker.Do(r.Ask)
		default:
			if asker != nil {
				asker.End()
			}
			asker = Become(*r.Become)
		}
		if answers.Encode(answer) != nil {
			os.Exit(0)
		}
	}
}

// StartHousehold starts a household. Its first user and group inside are 0.
func StartHousehold(users, groups []ident.Range) (*Household, error) {
	inRequests, outRequests, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	inAnswers, outAnswers, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^$")
	cmd.Env = append(os.Environ(), householdVariable+"=1", "GOMAXPROCS=2")
	cmd.ExtraFiles = []*os.File{inRequests, outAnswers}
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWUSER, UidMappings: mappings(users), GidMappings: mappings(groups),
		GidMappingsEnableSetgroups: true, Credential: &syscall.Credential{},
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a process in a user namespace: %w", err)
	}
	inRequests.Close()
	outAnswers.Close()
	return &Household{
		Namespace: &ident.Namespace{Users: users, Groups: groups}, cmd: cmd,
		requests: gob.NewEncoder(outRequests), answers: gob.NewDecoder(inAnswers), pipes: []*os.File{outRequests, inAnswers},
	}, nil
}

func mappings(ranges []ident.Range) []syscall.SysProcIDMap {
	list := make([]syscall.SysProcIDMap, len(ranges))
	for i, r := range ranges {
		list[i] = syscall.SysProcIDMap{ContainerID: int(r.Inside), HostID: int(r.Outside), Size: int(r.Count)}
	}
	return list
}

// PID is the process that lives in the namespace.
func (h *Household) PID() string { return strconv.Itoa(h.cmd.Process.Pid) }

// Become makes the household one subject, whose ids are inside ids.
func (h *Household) Become(c Credentials) Doer {
	_ = h.send(request{Become: &c})
	return member{h}
}

func (h *Household) send(r request) (answer Answer) {
	if err := h.requests.Encode(r); err != nil {
		panic(err)
	}
	if err := h.answers.Decode(&answer); err != nil {
		panic(err)
	}
	return answer
}

type member struct{ h *Household }

func (m member) Do(ask Ask) Answer { return m.h.send(request{Ask: ask}) }
func (m member) End()              {}

// End ends the process.
func (h *Household) End() {
	for _, p := range h.pipes {
		p.Close()
	}
	_ = h.cmd.Wait()
}
