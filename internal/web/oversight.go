package web

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"entente/act"
	"entente/charter"
	"entente/internal/node"
	"entente/internal/process"
	"entente/internal/section"
	"entente/internal/store/logdb"
	"entente/internal/web/api"
	"entente/label"
)

// epochsAhead is how many key epochs beyond the present one are shown; as many
// are published ahead (spec/keys.md).
const epochsAhead = 3

func (s *Server) oversight() {
	register(s, operation{id: "status", method: http.MethodGet, path: "/status", tag: "oversight", op: section.OpStatusRead, summary: "The condition of this node, without contents"},
		func(ctx context.Context, _ caller, _ *none) (*body[api.Status], error) {
			st, err := s.status(ctx)
			if err != nil {
				return nil, err
			}
			return answer(st)
		})
	register(s, operation{id: "listMembers", method: http.MethodGet, path: "/members", tag: "oversight", op: section.OpStatusRead, summary: "The members, their keys in force and the fingerprints to compare"},
		func(context.Context, caller, *none) (*body[api.Members], error) { return answer(s.members()) })
	register(s, operation{id: "listEpochs", method: http.MethodGet, path: "/epochs", tag: "oversight", op: section.OpStatusRead, summary: "The present key epoch and those ahead"},
		func(context.Context, caller, *none) (*body[api.Epochs], error) { return answer(s.epochs()) })
	register(s, operation{id: "listQuarantine", method: http.MethodGet, path: "/quarantine", tag: "oversight", op: section.OpStatusRead, summary: "Envelopes for this member that were not understood, newest first"},
		func(ctx context.Context, _ caller, in *struct {
			Limit int `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 100 when absent."`
		}) (*body[api.Quarantine], error) {
			qs, err := s.node.Views().Quarantine(ctx, limited(in.Limit, 100))
			if err != nil {
				return nil, err
			}
			out := api.Quarantine{Quarantine: make([]api.Quarantined, 0, len(qs))}
			for _, q := range qs {
				out.Quarantine = append(out.Quarantine, api.Quarantined{Index: q.Index, Originator: q.Originator, Code: q.Code})
			}
			return answer(out)
		})
	register(s, operation{id: "listEvidence", method: http.MethodGet, path: "/evidence", tag: "oversight", op: section.OpStatusRead, summary: "Proofs of faults that this node keeps"},
		func(ctx context.Context, _ caller, in *struct {
			After string `query:"after" maxLength:"64" doc:"Only those behind the one with this id."`
			Limit int    `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 100 when absent."`
		}) (*body[api.EvidenceList], error) {
			es, err := s.node.Station().Log().ListEvidence(ctx)
			if err != nil {
				return nil, err
			}
			out := api.EvidenceList{Evidence: []api.Evidence{}}
			for i := 1 + slices.IndexFunc(es, func(e logdb.EvidenceEntry) bool { return e.ID == in.After }); i < len(es); i++ {
				if len(out.Evidence) == limited(in.Limit, 100) {
					out.Next = es[i-1].ID
					break
				}
				e := es[i]
				out.Evidence = append(out.Evidence, api.Evidence{ID: e.ID, Kind: e.Kind, Seen: time.Unix(e.Seen, 0).UTC(), Bytes: int(e.Bytes)})
			}
			return answer(out)
		})
	// Evidence of an originator's fault may hold portions that were opened
	// here: the inspector alone takes it out.
	register(s, operation{id: "getEvidence", method: http.MethodGet, path: "/evidence/{id}", tag: "oversight", op: section.OpInspect, summary: "The bytes of a proof, to be checked elsewhere",
		responses: bytesResponse(api.TypeBytes, "The proof, in the form of spec/evidence.md.")},
		func(ctx context.Context, _ caller, in *struct {
			ID string `path:"id" maxLength:"64" doc:"Id of the proof."`
		}) (*bytesOut, error) {
			e, ok, err := s.node.Station().Log().OneEvidence(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			if !ok {
				return nil, refusal(http.StatusNotFound, api.CodeNotFound, "no evidence of that id is kept here; the list of evidence shows what is")
			}
			return &bytesOut{Type: api.TypeBytes, Disposition: `attachment; filename="evidence-` + e.ID + `"`, Body: e.Data}, nil
		})
	register(s, operation{id: "getCheckpoint", method: http.MethodGet, path: "/log/checkpoint", tag: "oversight", op: section.OpStatusRead, summary: "The last certified head, as a signed note",
		responses: bytesResponse("text/plain", "The checkpoint with its cosignatures (C2SP tlog-checkpoint, tlog-cosignature).")},
		func(context.Context, caller, *none) (*bytesOut, error) {
			head := s.node.Station().Certified()
			if head.Note == nil {
				return nil, refusal(http.StatusConflict, api.CodeNotCertified, "no head was certified here yet; bring a quorum of members into reach")
			}
			return &bytesOut{Type: api.TypeNote, Body: head.Note}, nil
		})
	s.registerExport()
}

// bytesOut is an answer that is not JSON.
type bytesOut struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func bytesResponse(mediaType, what string) map[string]*huma.Response {
	return map[string]*huma.Response{"200": {Description: what, Content: map[string]*huma.MediaType{
		mediaType: {Schema: &huma.Schema{Type: "string", Format: "binary", Description: what}}}}}
}

func (s *Server) status(ctx context.Context) (api.Status, error) {
	st, err := s.node.Status(ctx)
	if err != nil {
		return api.Status{}, err
	}
	evidence, err := s.node.Station().Log().CountEvidence(ctx)
	if err != nil {
		return api.Status{}, err
	}
	failed, err := s.node.Section().CountFailed(ctx)
	if err != nil {
		return api.Status{}, err
	}
	c := st.Centre
	out := api.Status{
		Member: string(st.Member), Charter: st.Charter, Origin: s.node.Station().Origin(), Lead: string(c.Lead), Ready: st.Ready, Epoch: st.Epoch, LostEpochs: st.LostEpochs, Waiting: st.Waiting, Failed: failed, RedressHere: st.RedressHere, RedressThere: st.RedressThere, Evidence: evidence,
		Log: api.LogStatus{Size: c.Size, Root: c.Root, Certified: c.Certified, Quorum: c.Quorum, Cosigned: []api.Cosigned{}, Missing: members(c.Missing),
			Recovering: c.Recovering, Outbox: c.Outbox, Absent: c.BodiesAbsent, Announced: c.Announced, Withheld: list(c.Withheld), ClockSkew: c.ClockSkew},
		Views: api.ViewStatus{Projected: st.Cursor, BehindFor: int64(st.Behind / time.Second), Reports: st.Views.Reports, Own: st.Views.Own, Designations: st.Views.Listings, Quarantined: st.Views.Quarantined},
		Peers: []api.Peer{}, Disk: s.disk(), Versions: versions(),
	}
	if c.LogTime > 0 {
		out.Log.LogTime = moment(time.Unix(c.LogTime, 0))
	}
	if c.Opaque >= 0 {
		out.Log.UnknownAt = &c.Opaque
	}
	if c.Halted != nil {
		out.Halted = &api.Halt{Code: c.Halted.Code, Message: c.Halted.Message, Evidence: c.Halted.EvidenceID}
	}
	cosigned := map[string]bool{}
	for _, x := range c.Cosigned {
		m, _, _ := strings.Cut(x.Name, "/")
		cosigned[m] = true
		out.Log.Cosigned = append(out.Log.Cosigned, api.Cosigned{Member: m, Time: time.Unix(x.Time, 0).UTC()})
	}
	for _, r := range st.Receipts {
		out.Peers = append(out.Peers, api.Peer{Member: string(r.Member), Cosigned: cosigned[string(r.Member)], Received: r.Upto,
			Lag: max(0, c.Certified-r.Upto), Opened: r.Opened, Failed: r.Failed, At: moment(r.At), Differs: r.Differs})
	}
	return out, nil
}

// known refuses a member that is none of this centre's: by it nothing would ever
// be found, and a slip of the pen would read as "nothing is there".
func (s *Server) known(m string) error {
	if m != "" && !s.node.Founding().Members().Contains(label.MemberID(m)) {
		return refusal(http.StatusUnprocessableEntity, node.CodeStranger, m+" is no member of this centre; entente members lists them")
	}
	return nil
}

// disk measures the node's files; they lie beside log.db.
func (s *Server) disk() api.Disk {
	dir := filepath.Dir(s.node.Station().Log().DB().Path())
	out := api.Disk{Free: freeDisk(dir), Files: []api.File{}}
	for _, name := range []string{node.FileLog, node.FileViews, node.FileLocal} {
		var n int64
		for _, part := range []string{"", "-wal"} {
			if st, err := os.Stat(filepath.Join(dir, name+part)); err == nil {
				n += st.Size()
			}
		}
		out.Files = append(out.Files, api.File{Name: name, Bytes: n})
	}
	var n int64
	entries, err := os.ReadDir(filepath.Join(dir, node.DirAttached))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.logger.Warn("the attachments cannot be measured", "err", err)
	}
	for _, e := range entries {
		if st, err := e.Info(); err == nil {
			n += st.Size()
		}
	}
	out.Files = append(out.Files, api.File{Name: node.DirAttached, Bytes: n})
	return out
}

func versions() api.Versions {
	v := api.Versions{API: Version, Program: "unknown", Go: runtime.Version(), Act: act.Version, Analyser: process.AnalyserVersion}
	if b, ok := debug.ReadBuildInfo(); ok {
		v.Program = b.Main.Version
		for _, x := range b.Settings {
			if x.Key == "vcs.revision" {
				v.Program += " " + x.Value[:min(12, len(x.Value))]
			}
		}
	}
	return v
}

func key(k charter.PublicKey) api.Key { return api.Key{Key: k.String(), Fingerprint: k.Fingerprint()} }

func (s *Server) members() api.Members {
	f, st := s.node.Founding(), s.node.Station()
	state, size := st.State(), st.Certified().Size
	out := api.Members{Charter: f.Charter().Name, Fingerprint: f.Fingerprint(), Quorum: st.Quorum(), Classes: []string{}, Members: []api.Member{}}
	if p, ok := s.node.Table().Policy(s.node.Table().Common()); ok {
		out.Policy = string(p.ID)
		for _, c := range p.Classes {
			out.Classes = append(out.Classes, string(c))
		}
	}
	for id := range f.Members().All() {
		m, _ := f.Member(id)
		x := api.Member{ID: string(id), Name: m.Name, Self: id == s.node.Self(), Lead: id == st.Lead(), Suspended: state.Suspended(id),
			Root: key(m.Root), Incarnation: state.Incarnation(id)}
		if cert, ok := state.Certificate(id, size); ok {
			x.Keys = memberKeys(cert.Keys)
		}
		out.Members = append(out.Members, x)
	}
	return out
}

func (s *Server) epochs() api.Epochs {
	st := s.node.Station()
	state, now := st.State(), st.Epoch()
	out := api.Epochs{Epochs: []api.Epoch{}}
	for e := now; e <= now+epochsAhead; e++ {
		x := api.Epoch{Epoch: e, Present: e == now, Published: []string{}, Missing: []string{}}
		for m := range s.node.Founding().Members().All() {
			if _, ok := state.EpochKey(m, e); ok {
				x.Published = append(x.Published, string(m))
			} else {
				x.Missing = append(x.Missing, string(m))
			}
		}
		out.Epochs = append(out.Epochs, x)
	}
	return out
}
