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

// turn names the turn that an import takes. Of what has editions, of which an
// older one is refused, all files take the same: what stands must not change
// between the check and what is stored after it.
func (in *importing) turn() string {
	switch in.r.Kind {
	case CollectUNList, CollectMISP:
		return string(in.r.Kind)
	}
	return string(in.r.Kind) + "/" + in.src.digest()
}

// begin waits until no import whose turn is named key is under way, and takes it;
// the function returned ends it. Error: that of the context.
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
