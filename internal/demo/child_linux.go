package demo

import "syscall"

// childAttr sets a child apart from the terminal's interrupts and lets it end
// with this program.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
