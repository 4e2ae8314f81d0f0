package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"entente/act"
	"entente/internal/plural"
	"entente/internal/section"
	"entente/label"
)

// A statementKind makes acts of drafts of one kind that become no reports: a
// consent, a request, a recall. Everything else of their way is the same as
// that of reports: written by one officer, let go by another, sealed, filed.
type statementKind interface {
	// settle reads what an officer wrote, strictly, and returns it as the draft
	// holds it, with every id drawn. Refusals are findings.
	settle(ctx context.Context, n *Node, o section.Officer, raw []byte) ([]byte, []act.Finding, error)
	// speak returns the acts that a draft would leave in, and what stands
	// against them. The same draft gives the same acts as long as nothing that
	// they rest on has changed.
	speak(ctx context.Context, n *Node, d section.Draft) (*speech, error)
}

// statementKinds are the kinds of drafts beside reports.
var statementKinds = map[string]statementKind{
	KindConsent:                 consentKind{},
	KindRecall:                  recallKind{},
	section.KindAcknowledgement: ackKind{},
	KindRequest:                 requestKind{},
	KindAnswer:                  answerKind{},
	KindClosing:                 closingKind{},
	section.KindRedress:         redressKind{},
	section.KindRedressAnswer:   redressAnswerKind{},
	KindRequirement:             requirementKind{},
	KindCoverage:                coverageKind{},
}

// A speech is what a draft becomes when it leaves.
type speech struct {
	acts     []spoken
	findings []act.Finding
	// classes are those of what the acts tell of: when none is above the
	// charter's class for a second person, one officer is enough (rule 6).
	// Without any a second person is needed.
	classes []label.ClassRef
	// withholds: the acts give nobody anything; one officer is enough, and they
	// go before all else (spec/recall.md).
	withholds bool
	// similar are the requests that ask much the same as a request.
	similar []Similar
}

// A spoken act goes to its readers, this member among them.
type spoken struct {
	to  label.MemberSet
	act act.Act
}

// add adds a statement that was built, or what was wrong with it.
func (s *speech) add(a act.Act, err error) {
	if err != nil {
		s.findings = append(s.findings, findingOf(err))
		return
	}
	s.acts = append(s.acts, spoken{to: a.Statement.To, act: a})
}

// mostActs bounds the acts of one draft, so that they and the dummies beside them
// can be recorded.
const mostActs = section.MaxEnvelopes - act.MaxRecipients

// findingOf puts a refusal of an act into a finding on no portion.
func findingOf(err error) act.Finding {
	f := act.Finding{Code: act.Code(err), Text: err.Error()}
	var r *act.Refusal
	if errors.As(err, &r) {
		f.Rule = r.Rule
	}
	return f
}

// refusals puts an error into findings where what an officer wrote is the reason;
// else it returns it.
func refusals(err error) ([]act.Finding, error) {
	var r *act.Refusal
	var s *section.Refusal
	if errors.As(err, &r) || errors.As(err, &s) || errors.Is(err, ErrDraft) {
		return []act.Finding{findingOf(err)}, nil
	}
	return nil, err
}

// refuse adds what an officer's words are refused for to what stands against
// them; another error it returns.
func (s *speech) refuse(err error) error {
	fs, err := refusals(err)
	s.findings = append(s.findings, fs...)
	return err
}

// PlannedAct is one act in which a draft would leave.
type PlannedAct struct {
	To   []label.MemberID `json:"to"`
	Type act.Type         `json:"type"`
	Act  json.RawMessage  `json:"act"`
}

// ErrKind refuses a draft of a kind that is not there.
var ErrKind = errors.New("drafts of this kind are not made here; the kinds are those that entente --help lists")

// SaveStatement stores a draft of a kind other than a report for an officer: a
// new one when id is empty, else a new version over the one that etag names.
//
// Errors: ErrKind, ErrDraft for bytes that are no such draft, *Refused with
// all findings, those of the section.
func (n *Node) SaveStatement(ctx context.Context, o section.Officer, kind, id, etag string, raw []byte) (section.Draft, error) {
	k, ok := statementKinds[kind]
	if !ok {
		return section.Draft{}, ErrKind
	}
	settled, findings, err := k.settle(ctx, n, o, raw)
	if err != nil {
		return section.Draft{}, err
	}
	if len(findings) > 0 {
		return section.Draft{}, &Refused{findings}
	}
	c := section.Content{Kind: kind, Bytes: settled}
	if id == "" {
		return n.section.CreateDraft(ctx, o, c)
	}
	return n.section.SaveDraft(ctx, o, id, etag, c)
}

// ReadRecall reads what an officer wrote of a recall, strictly. Errors: ErrDraft.
func ReadRecall(raw []byte, r *Recall) error { return readStatement(raw, r) }

// errNoUTF8 refuses bytes for which JSON's reader would put another text (RFC
// 8259, section 8.1).
var errNoUTF8 = fmt.Errorf("%w: its bytes are not UTF-8; convert it first", ErrDraft)

// readStatement reads the content of a draft strictly into v.
func readStatement(raw []byte, v any) error {
	if !utf8.Valid(raw) {
		return errNoUTF8
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("%w: %s", ErrDraft, jsonFault(raw, v, err))
	}
	return nothingFollows(raw, dec.InputOffset())
}

// planStatement is the dry-run of a draft that is no report.
func (n *Node) planStatement(ctx context.Context, d section.Draft) (*Plan, *speech, error) {
	k, ok := statementKinds[d.Kind]
	if !ok {
		return nil, nil, ErrKind
	}
	s, err := k.speak(ctx, n, d)
	if err != nil {
		return nil, nil, err
	}
	if len(s.acts) > mostActs {
		s.findings = append(s.findings, findingOf(fmt.Errorf("it would leave as %d acts, at most %d leave at once; divide it: %w", len(s.acts), mostActs, act.ErrTooMany)))
	}
	digest := s.digest()
	p := &Plan{Draft: d.ID, ETag: d.ETag(), Kind: d.Kind, Digest: hex.EncodeToString(digest[:]), Findings: s.findings, Alone: s.withholds || n.alone(s), Withholds: s.withholds,
		Explain: map[label.MemberID]string{}, Acts: []PlannedAct{}, Similar: s.similar}
	for _, a := range s.acts {
		to := a.to.Minus(label.Members(n.self))
		p.Acts = append(p.Acts, PlannedAct{To: to.Slice(), Type: a.act.Type, Act: a.act.Raw})
	}
	for m := range n.found.Members().All() {
		got := 0
		for _, a := range s.acts {
			if a.to.Contains(m) {
				got++
			}
		}
		switch got {
		case 0:
			p.Explain[m] = "gets nothing"
		case 1:
			p.Explain[m] = "gets 1 act"
		default:
			p.Explain[m] = "gets " + plural.Of(got, "act")
		}
	}
	if len(s.findings) > 0 {
		p.Blocked = (&Refused{s.findings}).Error()
	}
	return p, s, nil
}

// digest names what would leave by its readers and exact bytes.
func (s *speech) digest() section.Digest {
	h := sha256.New()
	h.Write([]byte("entente/v1/speech\x00"))
	part := func(b []byte) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		h.Write(b)
	}
	for _, a := range s.acts {
		part([]byte(a.to.String()))
		part(a.act.Raw)
	}
	return section.Digest(h.Sum(nil))
}

// alone says whether one officer is enough to let acts go (rule 6): all that
// they tell of is marked at or below the charter's class for a second person.
func (n *Node) alone(s *speech) bool {
	if len(s.classes) == 0 {
		return false
	}
	common, ok := n.table.Policy(n.table.Common())
	if !ok {
		return false
	}
	rank := func(c label.Class) int {
		for i, x := range common.Classes {
			if x == c {
				return i
			}
		}
		return len(common.Classes)
	}
	most := rank(n.found.Charter().SecondPersonAbove)
	for _, ref := range s.classes {
		c, err := n.table.Equivalent(ref, n.table.Common())
		if err != nil || rank(c) > most {
			return false
		}
	}
	return true
}

// fitTogether holds drafts that leave in one decision to what each alone may keep
// and all pass. Error: *Refused.
func (n *Node) fitTogether(ctx context.Context, drafts []section.Draft) error {
	if err := answersOnce(drafts); err != nil {
		return err
	}
	return n.budgetsOfAll(ctx, drafts)
}

// mayBePutUp refuses drafts, by id, that do not fit together, or that clash with
// what waits. Error: *Refused.
func (n *Node) mayBePutUp(ctx context.Context, ids []string) error {
	var drafts []section.Draft
	for some := range slices.Chunk(ids, 500) {
		part, err := n.section.DraftsOf(ctx, some)
		if err != nil {
			return err
		}
		drafts = append(drafts, part...)
	}
	// Of a draft that cannot be read its own plan has said so.
	if err := n.fitTogether(ctx, drafts); err != nil && !errors.Is(err, ErrDraft) {
		return err
	}
	return n.notTwice(ctx, drafts, section.Prepared, section.Approved, section.Leaving)
}

// statements makes the outgoing acts of a draft that is no report.
func (s *sender) statements(ctx context.Context, dr section.Draft, epoch uint32) ([]outgoing, error) {
	plan, speech, err := s.n.planStatement(ctx, dr)
	if err != nil {
		return nil, err
	}
	if len(plan.Findings) > 0 {
		return nil, &Refused{plan.Findings}
	}
	// What withholds reaches all who hold it at the moment when it leaves.
	if digest := speech.digest(); !speech.withholds && (dr.Plan == nil || *dr.Plan != digest) {
		return nil, ErrPlanChanged
	}
	var out []outgoing
	for _, a := range speech.acts {
		key, err := s.setKey(ctx, epoch, a.to.With(s.n.self))
		if err != nil {
			return nil, err
		}
		out = append(out, outgoing{act: a.act.Raw, key: key, direct: a.directly(s.n.self, speech.withholds)})
	}
	return out, nil
}
