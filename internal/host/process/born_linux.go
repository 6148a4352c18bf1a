package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Born is when a process began, to a hundredth of a second, and which one it came from;
// 0 for none.
func Born(pid int) (born time.Time, parent int, err error) {
	name := fmt.Sprintf("/proc/%d/stat", pid)
	stat, err := os.ReadFile(name)
	if err != nil {
		return time.Time{}, 0, fmt.Errorf("read process %d: %w", pid, err)
	}
	boot, err := os.ReadFile("/proc/stat")
	if err != nil {
		return time.Time{}, 0, fmt.Errorf("find when the machine was started: %w", err)
	}
	born, parent, ok := bornOf(string(stat), string(boot))
	if !ok {
		return time.Time{}, 0, fmt.Errorf("read %s: it is not of the form of proc_pid_stat(5)", name)
	}
	return born, parent, nil
}

// ticks of a second that /proc counts in (USER_HZ), on every architecture but alpha.
const ticks = 100

// bornOf reads proc_pid_stat(5), whose second field may hold anything within its
// brackets, and the time of boot in proc_stat(5), which is cut to a second.
func bornOf(stat, boot string) (time.Time, int, bool) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	const state, ppid, starttime = 3, 4, 22 // counted from 1
	if len(fields) <= starttime-state {
		return time.Time{}, 0, false
	}
	parent, errParent := strconv.Atoi(fields[ppid-state])
	began, errBegan := strconv.ParseInt(fields[starttime-state], 10, 64)
	_, after, found := strings.Cut(boot, "\nbtime ")
	line, _, _ := strings.Cut(after, "\n")
	seconds, errBoot := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	if errParent != nil || errBegan != nil || errBoot != nil || !found {
		return time.Time{}, 0, false
	}
	return time.Unix(seconds, 0).Add(time.Duration(began) * time.Second / ticks), parent, true
}
