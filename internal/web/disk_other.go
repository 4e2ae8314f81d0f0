//go:build !unix

package web

// freeDisk does not know on this system.
func freeDisk(string) int64 { return -1 }
