//go:build unix

package web

import "golang.org/x/sys/unix"

// freeDisk returns the free bytes of the disk that holds dir, -1 where the
// system does not tell.
func freeDisk(dir string) int64 {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return -1
	}
	return int64(st.Bavail) * int64(st.Bsize)
}
