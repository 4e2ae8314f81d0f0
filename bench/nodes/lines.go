package nodes

import (
	"context"
	"fmt"
	"net"
	"sync"

	"entente/label"
)

// lines joins the nodes over loopback TCP. Their addresses are the members' names:
// a node that is started again listens on another port, for the one that it had
// may be another program's by then.
type lines struct {
	net.Dialer
	mu sync.Mutex
	at map[string]string // by a member's name
}

func newLines() *lines { return &lines{at: map[string]string{}} }

// memberNames are the addresses as nodes are configured with them.
func memberNames() map[label.MemberID]string {
	out := map[label.MemberID]string{}
	for _, m := range Members {
		out[m] = string(m)
	}
	return out
}

// listen listens for a member.
func (l *lines) listen(m label.MemberID) (net.Listener, error) {
	in, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at[string(m)] = in.Addr().String()
	return in, nil
}

// DialContext connects to a member by its name. It implements centre.Dialer.
func (l *lines) DialContext(ctx context.Context, network, name string) (net.Conn, error) {
	l.mu.Lock()
	address, ok := l.at[name]
	l.mu.Unlock()
	if !ok {
		return nil, fmt.Errorf("the node of %s does not run", name)
	}
	return l.Dialer.DialContext(ctx, network, address)
}
