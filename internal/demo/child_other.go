//go:build !linux

package demo

import "syscall"

// childAttr leaves a child as it is where the system offers nothing better.
func childAttr() *syscall.SysProcAttr { return nil }
