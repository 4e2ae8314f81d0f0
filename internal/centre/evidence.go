package centre

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"entente/charter"
	"entente/internal/weigh"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// Forms of evidence (spec/evidence.md), as they are named on the member link.
const (
	evidenceFork     = "fork"     // tlog: two heads of one log that contradict each other
	evidenceRollback = "rollback" // a member that cosigned a smaller head after a larger one
	evidenceInvalid  = "invalid"  // a head over leaves that no log may hold together
	evidenceSeal     = "envelope" // seal: two headers in one place, unopenable bodies, ...
	evidenceHead     = "checkpoint"
)

// maxLeadEvidence bounds evidence against a lead, in bytes.
const maxLeadEvidence = 4 << 20

func evidenceID(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Accusation is what evidence shows.
type Accusation struct {
	// Form is "fork", "rollback", "invalid" or "envelope".
	Form string
	// Accused is the member at fault, empty when evidence accuses nobody.
	Accused label.MemberID
	// StopsLog says that a lead is convicted: nobody follows it any further
	// (rule 27).
	StopsLog bool
	// Suspends says that, once in the log, it suspends the accused.
	Suspends bool
	// Cause says in words what was done.
	Cause error
}

// Means are what evidence is judged with, offline: the state that the founding
// file, or a copy of the log, folds into.
type Means struct {
	// State holds the certified keys. That of the founding file alone,
	// charter.NewState(founding, nil), serves as long as the keys in question
	// are those of the founding file.
	State *charter.State
	// Portions is needed for two digests of one portion alone.
	Portions func(act []byte) (map[seal.PortionID]seal.Hash, error)
	// Missing is needed for headers that a head lacks: it says nil when the log
	// behind the certified note does not hold the header.
	Missing func(note, header []byte) error

	cache *verifierCache
}

// Judge tells the form of evidence from its first bytes and verifies it.
// Errors: ErrEvidence, or what is wrong with a part of it.
func (m Means) Judge(data []byte) (Accusation, error) {
	if m.cache == nil {
		m.cache = &verifierCache{}
	}
	if len(data) > maxLeadEvidence {
		return Accusation{}, fmt.Errorf("%w: evidence of %d bytes", ErrTooLarge, len(data))
	}
	switch {
	case bytes.HasPrefix(data, []byte("ENTV")):
		return m.envelope(data)
	case bytes.HasPrefix(data, []byte(`{"member":`)):
		return m.rollback(data)
	case bytes.HasPrefix(data, []byte(`{"head":`)):
		return m.invalid(data)
	}
	return m.fork(data)
}

func (m Means) envelope(data []byte) (Accusation, error) {
	f, err := seal.ParseEvidence(data)
	if err != nil {
		return Accusation{}, err
	}
	if err := seal.Verify(f, m.seal()); err != nil {
		return Accusation{}, err
	}
	a := Accusation{Form: evidenceSeal, Cause: fmt.Errorf("%v", f.Type())}
	a.Accused, _ = f.Accused()
	a.Suspends = weigh.Suspends(m.State, f)
	return a, nil
}

// seal are the means of package seal. Keys count whether or not they are still
// in force.
func (m Means) seal() seal.Means {
	means := weigh.Means(m.State)
	means.Portions, means.Missing = m.Portions, m.Missing
	return means
}

func (m Means) fork(data []byte) (Accusation, error) {
	ev, err := tlog.ParseEvidence(data)
	if err != nil {
		return Accusation{}, err
	}
	// Each head is signed with the key of its own size. Where these differ,
	// the fork is told by the larger head and its proof.
	var keys [2]*verifiers
	for i, n := range [][]byte{ev.A, ev.B} {
		cp, _, err := tlog.ParseCheckpoint(n)
		if err != nil {
			return Accusation{}, err
		}
		if keys[i], err = m.cache.at(m.State, cp.Size); err != nil {
			return Accusation{}, err
		}
	}
	if keys[0].log.KeyID() != keys[1].log.KeyID() {
		return Accusation{}, fmt.Errorf("%w: the two heads are signed with two keys of the lead", ErrEvidence)
	}
	f, err := tlog.VerifyEvidence(ev, keys[0].log)
	if err != nil {
		return Accusation{}, err
	}
	return Accusation{Form: evidenceFork, Accused: m.State.Lead(), StopsLog: true, Cause: fmt.Errorf("%w: %s", ErrForkedLog, f)}, nil
}

// Rollback proves that a member went back: it cosigned the head Large, and
// later by its own clock the smaller head Small of the same log. An honest
// member never does (spec/evidence.md).
type Rollback struct {
	Member string `json:"member"` // cosigner's key name
	Small  string `json:"small"`  // checkpoint note with its cosignature
	Large  string `json:"large"`
}

func (m Means) rollback(data []byte) (Accusation, error) {
	var r Rollback
	if err := strictJSON(data, &r); err != nil {
		return Accusation{}, err
	}
	var accused label.MemberID
	for id := range m.State.Members().All() {
		if cosignerName(id) == r.Member {
			accused = id
		}
	}
	if accused == "" {
		return Accusation{}, fmt.Errorf("%w: %q is no cosigner", ErrEvidence, r.Member)
	}
	var heads [2]tlog.Checkpoint
	var at [2]int64
	for i, n := range []string{r.Small, r.Large} {
		cp, _, err := tlog.ParseCheckpoint([]byte(n))
		if err != nil {
			return Accusation{}, err
		}
		v, err := m.cache.at(m.State, cp.Size)
		if err != nil {
			return Accusation{}, err
		}
		c, err := tlog.VerifyCosignature([]byte(n), v.of(accused))
		if err != nil {
			return Accusation{}, err
		}
		heads[i], at[i] = cp, c.Time
	}
	small, large := heads[0], heads[1]
	if small.Origin != m.State.Origin() || large.Origin != small.Origin || small.Size >= large.Size || at[0] <= at[1] {
		return Accusation{}, fmt.Errorf("%w: size %d at %d, size %d at %d shows no going back", ErrEvidence, small.Size, at[0], large.Size, at[1])
	}
	return Accusation{Form: evidenceRollback, Accused: accused, StopsLog: accused == m.State.Lead(),
		Cause: fmt.Errorf("%w: %s cosigned size %d, and size %d after it", ErrRollback, accused, large.Size, small.Size)}, nil
}

// strictJSON reads evidence in JSON in the one form that it is written in.
func strictJSON(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%w: %v", ErrEvidence, err)
	}
	again, err := json.Marshal(v)
	if err != nil || !bytes.Equal(again, data) {
		return fmt.Errorf("%w: not in the one form that spec/evidence.md gives", ErrEvidence)
	}
	return nil
}
