//go:build !unix

package nodes

import "time"

// ProcessorTime is not known on this system.
func ProcessorTime() time.Duration { return 0 }
