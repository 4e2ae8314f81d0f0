package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"testing"

	"entente/internal/store/logdb"
	"entente/internal/web/api"
)

// Everybody sees that there is evidence; its bytes, which may hold what was
// opened here, the inspector alone takes out.
func TestEvidenceIsListedAndTakenOut(t *testing.T) {
	b := newBed(t)
	data := []byte("a proof of a fault\x00\xff")
	sum := sha256.Sum256(data)
	id := hex.EncodeToString(sum[:])
	check(t, b.node.Station().Log().KeepEvidence(t.Context(), logdb.Evidence{ID: id, Kind: "fork", Seen: 1_790_000_000, Data: data}))
	list := decode[api.EvidenceList](t, b.request("GET", base+"/evidence", "custodian", nil)).Evidence
	if len(list) != 1 || list[0].ID != id || list[0].Kind != "fork" || list[0].Bytes != len(data) || list[0].Seen.Unix() != 1_790_000_000 {
		t.Errorf("evidence %+v", list)
	}
	if st := decode[api.Status](t, b.request("GET", base+"/status", "duty", nil)); st.Evidence != 1 {
		t.Errorf("the status tells of %d proofs", st.Evidence)
	}
	w := b.request("GET", base+"/evidence/"+id, "inspector", nil)
	if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), data) || w.Header().Get("Content-Type") != api.TypeBytes || !strings.Contains(w.Header().Get("Content-Disposition"), id) {
		t.Errorf("HTTP %d %q %v", w.Code, w.Body, w.Header())
	}
	there, not := b.request("GET", base+"/evidence/"+id, "custodian", nil), b.request("GET", base+"/evidence/"+strings.Repeat("0", 64), "custodian", nil)
	if !same(there, not) || there.Code != http.StatusForbidden {
		t.Errorf("the custodian is told %d %s, and of none %d %s", there.Code, there.Body, not.Code, not.Body)
	}
	if e := refusalOf(t, b.request("GET", base+"/evidence/"+strings.Repeat("0", 64), "inspector", nil)); e.Code != api.CodeNotFound || !strings.Contains(e.Message, "no evidence of that id") || !strings.Contains(e.Message, "list of evidence") {
		t.Errorf("refusal %+v", e)
	}
	// Pages: the oldest first, each proof once.
	ids := []string{id}
	for i := range 4 {
		more := hex.EncodeToString(bytes.Repeat([]byte{byte(i + 1)}, 32))
		check(t, b.node.Station().Log().KeepEvidence(t.Context(), logdb.Evidence{ID: more, Kind: "fork", Seen: 1_790_000_001 + int64(i), Data: data}))
		ids = append(ids, more)
	}
	var got []string
	for after, pages := "", 0; ; pages++ {
		p := decode[api.EvidenceList](t, b.request("GET", base+"/evidence?limit=2&after="+after, "custodian", nil))
		for _, e := range p.Evidence {
			got = append(got, e.ID)
		}
		if after = p.Next; after == "" || pages > 9 {
			break
		}
	}
	if !slices.Equal(got, ids) {
		t.Errorf("pages hold %v, want %v", got, ids)
	}
}
