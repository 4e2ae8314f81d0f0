package exchange

import (
	"bytes"
	"encoding/json"

	"entente/act"
	"entente/label"
)

// Piece is one object of a bundle, for whoever hands the objects on without
// the bundle around them.
type Piece struct {
	ID  string
	Raw []byte
	// Settled says that it is one of ours, whose identifier settles its bytes;
	// a foreign object of one identifier may come in two forms.
	Settled bool
}

// Pieces returns the objects that Export writes for one report, in its order.
// What it refuses is refused.
func Pieces(a act.Act) ([]Piece, error) {
	e := newExporter()
	if err := e.all([]act.Act{a}); err != nil {
		return nil, err
	}
	out := make([]Piece, 0, len(e.order))
	for _, id := range e.order {
		out = append(out, Piece{ID: id, Raw: e.raw[id], Settled: e.own[id]})
	}
	return out, nil
}

// Fixtures returns the objects that are the same whatever is reported: our
// extension definitions and whose they are, the marks of TLP 2.0, and the
// identities of the members.
func Fixtures(members label.MemberSet) ([]Piece, error) {
	objects := []object{publisher}
	for i := range definitions {
		objects = append(objects, definition(i))
	}
	for _, token := range []string{"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"} {
		l := label.Label{Caveats: label.Caveats("TLP:" + token)}
		if o, ok := tlp(l); ok {
			objects = append(objects, o)
		}
	}
	for m := range members.All() {
		objects = append(objects, member(m))
	}
	out := make([]Piece, 0, len(objects))
	for _, o := range objects {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(o); err != nil {
			return nil, err
		}
		out = append(out, Piece{ID: o.ID, Raw: bytes.TrimSpace(b.Bytes()), Settled: true})
	}
	return out, nil
}
