package centre

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"entente/label"
	"entente/seal"
)

const (
	// awaitedRun is how many missing bodies are asked for in one round.
	awaitedRun = 256
	// agedRun is how many awaited bodies are looked at together for age.
	agedRun = 4096
	// neighbourhood is how many leaves are asked for together, so that nobody
	// sees which one is wanted (spec/delivery.md, "GET /range").
	neighbourhood = 64
)

// fetchBodies asks every member for bodies that have still to come, and lets go
// those that nobody has any more.
func (w *watch) fetchBodies(ctx context.Context) error {
	s := w.s
	missing, err := s.log.Missing(ctx, awaitedRun)
	if err != nil {
		return err
	}
	if len(missing) == 0 {
		clear(w.lacking)
		return nil
	}
	got := map[int64][]byte{}
	for m := range s.found.Members().All() {
		if m == s.self {
			continue
		}
		if err := w.askForBodies(ctx, m, missing, got); err != nil {
			return err
		}
	}
	if len(got) > 0 {
		if err := s.log.Fill(ctx, got); err != nil {
			return err
		}
	}
	gone, err := w.destroyed(ctx, missing, got)
	if err != nil {
		return err
	}
	if err := s.log.DeleteBodies(ctx, gone); err != nil {
		return err
	}
	if len(gone) > 0 {
		s.logger.Warn("bodies are no longer awaited: no member has them any more", "bodies", len(gone), "first", gone[0])
	}
	settled := len(got) + len(gone)
	if settled == 0 {
		return fmt.Errorf("%w: %d, from index %d", ErrBodies, len(missing), missing[0])
	}
	for i := range got {
		delete(w.lacking, i)
	}
	for _, i := range gone {
		delete(w.lacking, i)
	}
	s.mu.Lock()
	s.absent -= settled
	s.bump()
	s.mu.Unlock()
	return nil
}

// askForBodies asks one member for those of the missing bodies that nobody has
// sent yet, and notes what it answers without.
func (w *watch) askForBodies(ctx context.Context, m label.MemberID, missing []int64, got map[int64][]byte) error {
	s := w.s
	wanted := map[int64]bool{}
	for _, i := range missing {
		wanted[i] = got[i] == nil
	}
	asked := int64(-1)
	for _, i := range missing {
		from := i / neighbourhood * neighbourhood
		if !wanted[i] || from == asked {
			continue
		}
		asked = from
		to := min(from+neighbourhood, s.Size())
		raw, err := s.call(ctx, m, http.MethodGet, "/range?from="+strconv.FormatInt(from, 10)+"&to="+strconv.FormatInt(to, 10), nil)
		if err != nil {
			return nil // it is asked again in the next round
		}
		headers, err := s.log.Headers(ctx, from, to)
		if err != nil {
			return err
		}
		for j := from; j < to && len(raw) > 0; j++ {
			header, body, rest, err := parseEntry(raw)
			if err != nil || string(header) != string(headers[(j-from)*seal.HeaderSize:(j-from+1)*seal.HeaderSize]) {
				break
			}
			raw = rest
			switch {
			case !wanted[j]:
			case body == nil:
				w.lacking[j] = w.lacking[j].With(m)
			case seal.CheckBody(header, body) == nil:
				got[j] = body
			}
		}
	}
	return nil
}

// destroyed returns those of the missing bodies that need not be awaited
// (spec/delivery.md, "What a member cosigns"). All stand below a head that a
// quorum has certified, and this node has not cosigned it: it cosigns nothing
// while a body is awaited. At the edge of the log every body is awaited,
// whatever its header claims, else a lead could have heads certified over
// bodies that nobody ever had.
func (w *watch) destroyed(ctx context.Context, missing []int64, got map[int64][]byte) ([]int64, error) {
	s := w.s
	others := s.found.Members().Minus(label.Members(s.self))
	end := s.Certified().Size
	var gone []int64
	for _, i := range missing {
		if i < end && got[i] == nil && w.lacking[i].Includes(others) {
			gone = append(gone, i)
		}
	}
	for from := int64(0); from < end; {
		page, err := s.log.MissingFrom(ctx, from, end, agedRun)
		if err != nil {
			return nil, err
		}
		for _, i := range page {
			header, err := s.log.Headers(ctx, i, i+1)
			if err != nil {
				return nil, err
			}
			if got[i] == nil && !w.lacking[i].Includes(others) && s.expired(header) {
				gone = append(gone, i)
			}
		}
		if len(page) < agedRun {
			break
		}
		from = page[len(page)-1] + 1
	}
	return gone, nil
}
