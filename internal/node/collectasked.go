package node

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"entente/act"
	"entente/internal/collect"
	"entente/label"
)

// askedDigest names what an officer has asked for beside the file: the marking,
// grade, source and language of every portion, the type, and what the kind has
// of its own. By it a file that is given again with something else is told from
// one that is given again.
func askedDigest(r *CollectRequest) (act.Digest, error) {
	asked := struct {
		Label   *label.Label
		Grade   act.Grade
		Source  act.Source
		Lang    string
		Type    act.ReportType
		Reduce  bool
		Mapping string
		Sharing map[string]label.MemberSet
	}{nil, r.Origin.Grade, r.Origin.Source, r.Origin.Lang, r.Type, r.Reduce, r.Mapping, r.Sharing}
	if !r.Origin.Label.Equal(label.Label{}) {
		asked.Label = &r.Origin.Label
	}
	if asked.Type == "" {
		asked.Type = act.INTREP
	}
	raw, err := json.Marshal(asked)
	if err != nil {
		return act.Digest{}, fmt.Errorf("%v: %w", err, act.ErrUnknownClass)
	}
	return sha256.Sum256(append([]byte("entente/v1/asked\x00"), raw...)), nil
}

// askedBefore holds what is asked for against an earlier import of the same
// file: what was taken in then keeps what was asked for then. Imports that did
// not note it tell nothing.
func (in *importing) askedBefore(p position) {
	if p.Asked.IsZero() || p.Asked == in.pos.Asked {
		return
	}
	in.out.Ignored = true
	in.out.Notes = append(in.out.Notes, collect.Note{Text: "this file was taken in before as import " + in.out.Batch +
		" with another marking, grade, source, language or type: what was asked for now was not applied to it; give that import up (entente collect discard) and take the file in again to apply it (what has left stays as it is)"})
}
