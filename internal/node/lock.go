package node

import "errors"

// fileLock is held by the process that has a node's directory open.
const fileLock = "lock"

// ErrRunning: another process has the node's directory open.
var ErrRunning = errors.New("this node is running already")
