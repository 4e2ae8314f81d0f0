package node

import (
	"context"
	"sync"
)

// takingIn lets one import of a file at a time be under way: two of the same
// bytes would go on in one batch, and the second find it closed.
type takingIn struct {
	mu    sync.Mutex
	files map[string]chan struct{} // closed when the import has ended
}

// begin waits until no import of the file named key is under way, and takes the
// turn; the function returned ends it. Error: that of the context.
func (t *takingIn) begin(ctx context.Context, key string) (func(), error) {
	for {
		t.mu.Lock()
		other, busy := t.files[key]
		if !busy {
			if t.files == nil {
				t.files = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			t.files[key] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				delete(t.files, key)
				t.mu.Unlock()
				close(mine)
			}, nil
		}
		t.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
