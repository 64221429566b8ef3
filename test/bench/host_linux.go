package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// timerAlarm waits on a kernel timer through Go's poller: exact to some microseconds, and it keeps no
// thread busy.
type timerAlarm struct {
	file *os.File
	fd   int
}

func newAlarm() (alarm, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("cannot make a timer: %w", err)
	}
	return &timerAlarm{file: os.NewFile(uintptr(fd), "timer"), fd: fd}, nil
}

func (a *timerAlarm) sleep(d time.Duration) error {
	at := unix.ItimerSpec{Value: unix.NsecToTimespec(max(1, int64(d)))}
	if err := unix.TimerfdSettime(a.fd, 0, &at, nil); err != nil {
		return fmt.Errorf("cannot set a timer: %w", err)
	}
	var expirations [8]byte
	_, err := a.file.Read(expirations[:])
	return err
}

func (a *timerAlarm) interrupt() { _ = a.file.SetReadDeadline(time.Unix(1, 0)) }
func (a *timerAlarm) close()     { _ = a.file.Close() }

// dieWithParent makes the kernel kill the child when this process is gone, however it went.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// ownCPU is the processor time this process has used.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
