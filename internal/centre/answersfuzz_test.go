package centre

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"testing"
)

// FuzzKnown: what a member says of this one after its start counts only where
// this one has signed it; anything else keeps it silent, and breaks nothing.
func FuzzKnown(f *testing.F) {
	c := newCentre(f, nil)
	c.start("RUS")
	f.Cleanup(c.stopAll)
	p := c.posts["RUS"]
	own := (&maker{c: c, id: "RUS", keys: c.keys["RUS"]}).next()[:256]
	other := (&maker{c: c, id: "SYR", keys: c.keys["SYR"]}).next()[:256]
	for _, h := range [][]byte{nil, own, other, own[:255]} {
		raw, err := json.Marshal(knownAnswer{Header: base64.StdEncoding.EncodeToString(h), Size: 3})
		check(f, err)
		f.Add(raw)
	}
	f.Add([]byte(`{"header":"!","cosigned":"x","size":-1}`))
	f.Add([]byte(`{"cosigned":"entente/0000000000000000/1\n5\nAAAA\n\n— x AAAA\n"}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := newRecovery(p.Station)
		err := r.take("IRN", raw)
		if err != nil {
			if r.answered["IRN"] || len(r.headers) > 0 || len(r.heads) > 0 {
				t.Errorf("an answer that is refused (%v) counts", err)
			}
			return
		}
		for h := range r.headers {
			if err := r.signed([]byte(h)); err != nil {
				t.Errorf("a header counts that is not ours: %v", err)
			}
		}
		if len(r.heads) > 0 {
			t.Error("a head counts, and this member has never signed one")
		}
	})
}

// FuzzRefusal: what another member says with a refusal is bounded, and has a
// code whatever it says.
func FuzzRefusal(f *testing.F) {
	f.Add(400, []byte(`{"code":"quota","message":"too much"}`))
	f.Add(500, []byte(`<html>`))
	f.Add(-1, []byte(`{"code":""}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		var re *remoteError
		if err := asRemote(status, body); !errors.As(err, &re) || re.code == "" || len(re.code) > 64 || len(re.message) > 500 {
			t.Errorf("%+v", re)
		}
	})
}
