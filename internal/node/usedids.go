package node

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"entente/act"
	"entente/internal/store/logdb"
	"entente/internal/store/viewdb"
)

// What was forgotten keeps its ids: of two acts under one id the first that was
// logged stands, and views made again without it must not take the second for the
// first (spec/act.md, "Ids"). A digest of each is kept, and no contents.

// The kinds of ids.
const (
	usedByReport    = "report"
	usedByStatement = "statement"
	usedByPortion   = "portion" // of one originator
)

// useKey is how an id is kept.
func useKey(kind string, id ...string) [16]byte {
	h := sha256.Sum256([]byte("entente/v1/used\x00" + kind + "\x00" + strings.Join(id, "\x00")))
	return [16]byte(h[:16])
}

// idsUsed are the ids of a report and of its portions.
func idsUsed(full *viewdb.Full, r *act.Report) []logdb.Use {
	out := []logdb.Use{{Key: useKey(usedByReport, full.ID), Value: full.Originator}}
	for i := range r.Portions {
		p := &r.Portions[i]
		out = append(out, logdb.Use{Key: useKey(usedByPortion, full.Originator, string(p.ID)), Value: hex.EncodeToString(p.Digest[:])})
	}
	return out
}

// usedNames are names that what was forgotten had, in the order of the log.
type usedNames []usedName

type usedName struct {
	name  string
	index int64
	by    string
}

// usedBefore returns those of the names that something forgotten had.
func (n *Node) usedBefore(ctx context.Context, kind string, ids []string) (usedNames, error) {
	keys := make([][16]byte, len(ids))
	for i, id := range ids {
		keys[i] = useKey(kind, id)
	}
	used, err := n.log.Used(ctx, keys)
	if err != nil || len(used) == 0 {
		return nil, err
	}
	var out usedNames
	for i, id := range ids {
		if u, ok := used[keys[i]]; ok {
			out = append(out, usedName{id, u.Index, u.Value})
		}
	}
	slices.SortFunc(out, func(a, b usedName) int { return cmp.Compare(a.index, b.index) })
	return out, nil
}

// upto adds to the names that are known those that were taken before a leaf.
func (u *usedNames) upto(index int64, known map[string]string) {
	for ; len(*u) > 0 && (*u)[0].index < index; *u = (*u)[1:] {
		if x := (*u)[0]; known[x.name] == "" {
			known[x.name] = x.by
		}
	}
}

// statedBefore adds to the portions that are known, of those that the leaves
// state, what was forgotten.
func (n *Node) statedBefore(ctx context.Context, leaves []opened, known map[viewdb.StatedBy]viewdb.Stated) error {
	var by []viewdb.StatedBy
	var keys [][16]byte
	for i := range leaves {
		r := leaves[i].report
		if r == nil {
			continue
		}
		for k := range r.Portions {
			s := viewdb.StatedBy{Originator: r.Originator, ID: r.Portions[k].ID}
			by, keys = append(by, s), append(keys, useKey(usedByPortion, s.Originator, string(portionID(s.ID))))
		}
	}
	used, err := n.log.Used(ctx, keys)
	if err != nil {
		return err
	}
	for i, s := range by {
		u, ok := used[keys[i]]
		digest, err := hex.DecodeString(u.Value)
		if have, here := known[s]; ok && err == nil && len(digest) == 32 && (!here || u.Index < have.Index) {
			known[s] = viewdb.Stated{Digest: [32]byte(digest), Index: u.Index}
		}
	}
	return nil
}
