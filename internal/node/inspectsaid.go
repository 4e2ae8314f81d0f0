package node

import (
	"context"
	"entente/act"
	"entente/internal/store/viewdb"
)

// truthsOf returns as what the own answers of a run were drafted, by index.
func (x *Inspection) truthsOf(ctx context.Context, rows map[int64]viewdb.Between) (map[int64]*Answer, error) {
	var at []int64
	for i, row := range rows {
		if row.Said != nil && row.Said.Own && row.Said.Type == string(act.TypeAnswer) {
			at = append(at, i)
		}
	}
	out := map[int64]*Answer{}
	for len(at) > 0 {
		part := at[:min(len(at), 500)]
		at = at[len(part):]
		drafts, err := x.n.draftsAt(ctx, part)
		if err != nil {
			return nil, err
		}
		for i, d := range drafts {
			a := new(Answer)
			if readStatement(d.Content, a) == nil {
				out[i] = a
			}
		}
	}
	return out, nil
}
