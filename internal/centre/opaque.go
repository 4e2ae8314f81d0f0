package centre

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"strconv"

	"entente/label"
	"entente/seal"
)

// settingOpaque is the index of the first leaf of a version that this program,
// or an earlier one, did not know.
const settingOpaque = "opaque_from"

// noneOpaque is its value once all are known.
const noneOpaque = "none"

// loadOpaque looks whether the log holds leaves that an earlier program did not
// know, and verifies them now if this one does (spec/versions.md).
func (s *Station) loadOpaque(ctx context.Context) error {
	v, err := s.log.Setting(ctx, settingOpaque)
	if err != nil || len(v) == 0 || string(v) == noneOpaque {
		return err
	}
	at, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		return fmt.Errorf("setting %s: %w", settingOpaque, err)
	}
	for at < s.size {
		part, err := s.log.Read(ctx, at, min(at+1024, s.size))
		if err != nil {
			return err
		}
		r := run{headers: part.Headers, bodies: part.Bodies}
		spoilt := s.dropBodies(r)
		v, err := s.check(at, r, maps.Clone(s.chains), s.state, false)
		if err != nil {
			return fmt.Errorf("verify what an earlier version mirrored: %w", err)
		}
		if err := s.understand(ctx, at, r, v, spoilt); err != nil {
			return err
		}
		s.chains, s.state = v.chains, v.state
		if at += int64(v.known); v.known < r.n() {
			s.opaque = at
			return s.log.SetSetting(ctx, settingOpaque, strconv.AppendInt(nil, at, 10))
		}
	}
	s.opaque = -1
	return s.log.SetSetting(ctx, settingOpaque, []byte(noneOpaque))
}

// dropBodies takes out of a run the bodies that are not their headers': nobody
// could tell when they came.
func (s *Station) dropBodies(r run) (spoilt []int) {
	for i := range r.n() {
		if r.bodies[i] != nil && seal.CheckBody(r.header(i), r.bodies[i]) != nil {
			r.bodies[i] = nil
			spoilt = append(spoilt, i)
		}
	}
	return spoilt
}

// understand keeps of leaves that were mirrored as they came what is kept of
// all others.
func (s *Station) understand(ctx context.Context, first int64, r run, v *verdict, spoilt []int) error {
	if v.known == 0 {
		return nil
	}
	moved := map[label.MemberID]int64{}
	return s.log.DB().Write(ctx, func(tx *sql.Tx) error {
		do := func(query string, args ...any) error {
			_, err := tx.ExecContext(ctx, query, args...)
			return err
		}
		for _, i := range spoilt {
			if i < v.known {
				if err := do(`DELETE FROM body WHERE idx = ?`, first+int64(i)); err != nil {
					return err
				}
			}
		}
		for i := range v.known {
			raw, index := r.header(i), first+int64(i)
			o, inc, seq := label.MemberID(raw[40:43]), be32(raw[44:]), int64(be64(raw[48:]))
			moved[o] += int64(len(r.bodies[i]))
			if r.bodies[i] == nil {
				if err := do(`INSERT INTO missing (idx) VALUES (?) ON CONFLICT (idx) DO NOTHING`, index); err != nil {
					return err
				}
				s.absent++
			}
			if seal.Kind(raw[5]) != seal.Sealed {
				if err := do(`INSERT INTO public_leaf (idx, kind, originator, epoch) VALUES (?, ?, ?, ?) ON CONFLICT (idx) DO NOTHING`, index, raw[5], string(o), be32(raw[96:])); err != nil {
					return err
				}
			}
			if o != s.self {
				continue
			}
			if err := do(`INSERT INTO own (incarnation, sequence, idx) VALUES (?, ?, ?) ON CONFLICT (incarnation, sequence) DO UPDATE SET idx = excluded.idx`, inc, seq, index); err != nil {
				return err
			}
			if err := do(`DELETE FROM outbox WHERE incarnation = ? AND sequence = ?`, inc, seq); err != nil {
				return err
			}
		}
		for m, n := range moved {
			s.bytes[m] += n
			c := v.chains[m]
			if err := do(`INSERT INTO chain (originator, incarnation, sequence, hash, bytes) VALUES (?, ?, ?, ?, ?) ON CONFLICT (originator) DO UPDATE SET incarnation = excluded.incarnation, sequence = excluded.sequence, hash = excluded.hash, bytes = excluded.bytes`,
				string(m), c.Incarnation, int64(c.Sequence), c.Last[:], s.bytes[m]); err != nil {
				return err
			}
		}
		return nil
	})
}
