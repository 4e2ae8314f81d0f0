// Package centre is a member's part in the centre: its mirror of the log, its
// outbox, its cosignatures and, while it leads, the one place where all
// members' envelopes get their order (design section 1, spec/delivery.md).
//
// It never sees plaintext: envelopes come to it signed and sealed, and it must
// not import act, the views or any analysis.
//
// The way through: a [Station] is opened over a log.db; [Station.Run] follows
// the lead (or sequences, on the lead's own node), announces, compares heads
// and recovers; [Station.Handler] serves the other members; [Station.File] puts
// envelopes into the outbox.
package centre

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"entente/charter"
	"entente/internal/store/logdb"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// Keys are the member's signing keys that the centre uses, by purpose.
type Keys interface {
	// Header signs headers and receipts.
	Header() seal.Signer
	// Checkpoint signs the log's heads, as lead.
	Checkpoint(name string) (tlog.Signer, error)
	// Cosignature cosigns heads.
	Cosignature(name string) (tlog.Signer, error)
}

// Peers gives the way to the other members.
type Peers interface {
	// Client returns a client that speaks with the member over mutually
	// authenticated TLS, and the base of its URLs ("https://..."), or an
	// error when no address is known.
	Client(m label.MemberID) (*http.Client, string, error)
}

// Options are what a station is made of.
type Options struct {
	Self     label.MemberID
	Founding *charter.Founding
	Log      *logdb.Log
	Keys     Keys
	Peers    Peers
	Logger   *slog.Logger
	Tuning   Tuning
	// Portions reads the digests of an act's portions, for evidence of one
	// portion stated in two ways; the centre itself knows nothing of acts.
	Portions func(act []byte) (map[seal.PortionID]seal.Hash, error)
}

// Tuning is what an operator may turn. Zero values are replaced by the usual.
type Tuning struct {
	BatchAge     time.Duration // a batch waits at most this long for more; 4 ms
	BatchLeaves  int           // and holds at most so many leaves; 1,024
	CatchUp      int           // leaves of one run when far behind; 4,096
	CompareEvery time.Duration // how often heads are compared directly; 3 s
	RetryMin     time.Duration // first pause after a broken connection; 50 ms
	RetryMax     time.Duration // longest pause; 5 s
	Alive        time.Duration // sign of life on a quiet stream; 5 s
	ReserveMiB   int64         // free disk below which nothing is filed; 64
	// FreeDisk returns the free bytes of the disk; nil asks nobody.
	FreeDisk func() (int64, error)
}

func (t Tuning) usual() Tuning {
	or := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	or(&t.BatchAge, 4*time.Millisecond)
	or(&t.CompareEvery, 3*time.Second)
	or(&t.RetryMin, 50*time.Millisecond)
	or(&t.RetryMax, 5*time.Second)
	or(&t.Alive, 5*time.Second)
	if t.BatchLeaves == 0 {
		t.BatchLeaves = 1024
	}
	if t.CatchUp == 0 {
		t.CatchUp = 4096
	}
	if t.ReserveMiB == 0 {
		t.ReserveMiB = 64
	}
	return t
}

// Station is a member's part in the centre. Its methods are safe for
// concurrent use.
type Station struct {
	self     label.MemberID
	found    *charter.Founding
	hash     seal.Hash
	origin   string
	lead     label.MemberID
	quorum   int
	log      *logdb.Log
	keys     Keys
	peers    Peers
	logger   *slog.Logger
	tune     Tuning
	started  time.Time
	portions func(act []byte) (map[seal.PortionID]seal.Hash, error)

	logKey    tlog.Verifier          // of the lead's checkpoints
	cosigners []tlog.Verifier        // of all members, in order of ids
	cosignBy  map[label.MemberID]int // into cosigners
	cpSigner  tlog.Signer            // only the lead's
	coSigner  tlog.Signer

	// appending is held by whoever adds leaves; mu guards what readers see.
	appending sync.Mutex
	mu        sync.RWMutex
	size      int64
	root      tlog.Hash
	frontier  *tlog.Frontier
	chains    map[label.MemberID]seal.Chain
	bytes     map[label.MemberID]int64
	state     *charter.State
	opaque    int64  // index of the first leaf of an unknown version, or -1
	absent    int    // bodies that have still to come
	checkNote []byte // last checkpoint of the lead that was verified, for size checkSize
	checkSize int64
	certified logdb.Head
	cosignTop int64 // highest size this station has cosigned since its start
	cosignAt  int64 // time of its last cosignature
	halted    *Halt
	changed   chan struct{} // closed and replaced whenever any of the above moves

	savedMu sync.Mutex
	saved   int64 // size of the certified head on the disk

	sequencer *sequencer // non-nil on the lead's node
	out       *outbox
	watch     *watch
	cosigner  *cosignLoop
	recovery  *recovery

	clockSkew atomic.Int64 // seconds, last seen
	living    atomic.Pointer[context.Context]
	streams   streamCount
}

// Halt is why a station stopped following the lead: what was seen, with the
// evidence kept under its id.
type Halt struct {
	Code       string `json:"code"`
	Message    string `json:"message"`
	EvidenceID string `json:"evidence,omitempty"`
}

// Errors of the centre. Each carries a stable code, see [Code].
var (
	ErrRecovering = newError("recovering", "this node has just started and signs nothing until a quorum of other members has told it what it signed before; bring the other members' nodes into reach, or certify a new incarnation with the root key")
	ErrNotLead    = newError("not_lead", "this node does not lead the present term; submit to the lead")
	ErrHalted     = newError("halted", "this node has seen proof that the lead contradicts itself and follows it no longer; look at the evidence and agree with the other members on how to go on")
	ErrQuota      = newError("quota", "the originator's quota is used up; try again later")
	ErrFork       = newError("fork", "another envelope stands in this place; two envelopes in one place are evidence against their originator")
	ErrSuspended  = newError("suspended", "the originator is suspended because of evidence in the log")
	ErrTruncated  = newError("truncated", "the request ends in the middle of an envelope; send it again whole")
	ErrTooLarge   = newError("too_large", "the request is larger than a node takes; send it in parts")
	ErrFull       = newError("full", "too little disk is free to promise durability; free some space")
	ErrRollback   = newError("rollback", "the lead shows a log shorter than one that was certified")
	ErrWithheld   = newError("withheld", "the lead's log lacks a header that its originator announced")
	ErrForkedLog  = newError("forked_log", "the lead has signed two logs that contradict each other")
	ErrBodies     = newError("bodies", "bodies have still to come")
	ErrOpaque     = newError("version", "the log holds a leaf of a version that this program does not know: update it; until then it mirrors and does not cosign")
	ErrNotFound   = newError("not_found", "there is nothing of that name")
)

type codeError struct{ code, text string }

func newError(code, text string) error { return &codeError{code, text} }
func (e *codeError) Error() string     { return e.text }

// Code returns the stable code of err (spec/delivery.md), "internal" when it
// has none.
func Code(err error) string {
	var ce *codeError
	if errors.As(err, &ce) {
		return ce.code
	}
	if c := seal.Code(err); c != "" {
		return c[len("seal-"):]
	}
	if c := tlog.Code(err); c != "" {
		return c
	}
	var re *remoteError
	if errors.As(err, &re) {
		return re.code
	}
	switch {
	case errors.Is(err, charter.ErrSuspended):
		return "suspended"
	case errors.Is(err, charter.ErrUnknownMember):
		return "originator"
	case errors.Is(err, charter.ErrInvalidLeaf):
		return "leaf"
	}
	return "internal"
}

// Open opens a station over a log that may be empty.
func Open(ctx context.Context, o Options) (*Station, error) {
	c := o.Founding.Charter()
	s := &Station{
		self: o.Self, found: o.Founding, hash: seal.Hash(o.Founding.Hash()),
		log: o.Log, keys: o.Keys, peers: o.Peers, logger: o.Logger, tune: o.Tuning.usual(),
		portions: o.Portions, origin: o.Founding.Origin(1), lead: c.Lead(1), quorum: c.Quorum(),
		changed: make(chan struct{}), opaque: -1, started: time.Now(),
		cosignBy: map[label.MemberID]int{},
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	s.logger = s.logger.With("member", string(s.self))
	if !o.Founding.Members().Contains(s.self) {
		return nil, fmt.Errorf("%s is no member of this charter", s.self)
	}
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	if err := s.loadKeys(); err != nil {
		return nil, err
	}
	s.out = newOutbox(s)
	if err := s.out.load(ctx); err != nil {
		return nil, err
	}
	s.watch = newWatch(s)
	if err := s.watch.load(ctx); err != nil {
		return nil, err
	}
	s.cosigner = newCosignLoop(s)
	s.recovery = newRecovery(s)
	if s.self == s.lead {
		s.sequencer = newSequencer(s)
	}
	return s, nil
}

// load brings the state in memory to what log.db holds.
func (s *Station) load(ctx context.Context) error {
	size, err := s.log.Size(ctx)
	if err != nil {
		return err
	}
	if s.frontier, err = tlog.NewFrontier(size, s.log); err != nil {
		return fmt.Errorf("read the log's tiles: %w", err)
	}
	s.size, s.root = size, s.frontier.Root()
	rows, err := s.log.Chains(ctx)
	if err != nil {
		return err
	}
	s.chains, s.bytes = map[label.MemberID]seal.Chain{}, map[label.MemberID]int64{}
	for _, r := range rows {
		m := label.MemberID(r.Originator)
		s.chains[m] = seal.Chain{Incarnation: r.Incarnation, Sequence: r.Sequence, Last: seal.Hash(r.Hash)}
		s.bytes[m] = r.Bytes
	}
	s.state = charter.NewState(s.found, s.judge)
	public, err := s.log.PublicLeaves(ctx, 0)
	if err != nil {
		return err
	}
	for _, p := range public {
		if !foldable(seal.Kind(p.Kind)) {
			continue
		}
		run, err := s.log.Read(ctx, p.Index, p.Index+1)
		if err != nil {
			return err
		}
		if run.Bodies[0] == nil {
			return fmt.Errorf("the public leaf %d has no body: %w", p.Index, logdb.ErrCorrupt)
		}
		if err := s.fold(s.state, p.Index, run.Headers, run.Bodies[0]); err != nil {
			return err
		}
	}
	if s.certified, err = s.log.LastHead(ctx); err != nil {
		return err
	}
	missing, err := s.log.Missing(ctx, 1<<20)
	if err != nil {
		return err
	}
	s.absent = len(missing)
	return s.loadOpaque(ctx)
}

// loadKeys readies the verifiers of the lead and the cosigners.
func (s *Station) loadKeys() error {
	key, ok := s.state.CheckpointKey(s.lead, s.size)
	if !ok {
		return fmt.Errorf("%w: the lead %s", charter.ErrUnknownMember, s.lead)
	}
	var err error
	if s.logKey, err = tlog.NewLogVerifier(s.origin, ed25519.PublicKey(key[:])); err != nil {
		return err
	}
	s.cosigners = s.cosigners[:0]
	for m := range s.found.Members().All() {
		key, ok := s.state.CosignatureKey(m, s.size)
		if !ok {
			return fmt.Errorf("%w: %s", charter.ErrUnknownMember, m)
		}
		v, err := tlog.NewCosignerVerifier(cosignerName(m), ed25519.PublicKey(key[:]))
		if err != nil {
			return err
		}
		s.cosignBy[m] = len(s.cosigners)
		s.cosigners = append(s.cosigners, v)
	}
	if s.coSigner, err = s.keys.Cosignature(cosignerName(s.self)); err != nil {
		return err
	}
	if s.self == s.lead {
		if s.cpSigner, err = s.keys.Checkpoint(s.origin); err != nil {
			return err
		}
	}
	return nil
}

// ReloadKeys takes up the signing keys that are in force now.
func (s *Station) ReloadKeys() error {
	s.appending.Lock()
	defer s.appending.Unlock()
	return s.loadKeys()
}

// cosignerName is a member's key name in cosignatures.
func cosignerName(m label.MemberID) string { return string(m) + "/cosignature" }

// foldable says whether the charter's state depends on leaves of a kind.
func foldable(k seal.Kind) bool { return charter.Folds(uint8(k)) }

// fold applies one public leaf to a state.
func (s *Station) fold(st *charter.State, index int64, header, body []byte) error {
	h, err := seal.ParseHeader(header)
	if err != nil {
		return err
	}
	payload, err := seal.Payload(header, body)
	if err != nil {
		return err
	}
	err = st.Apply(index, charter.Leaf{
		Kind: uint8(h.Kind), Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence, Payload: payload,
	})
	if errors.Is(err, charter.ErrNoEffect) {
		s.logger.Warn("a public leaf says nothing that counts", "index", index, "kind", h.Kind.String(), "originator", string(h.Originator))
		return nil
	}
	return err
}

// Lead returns the member that leads the present term.
func (s *Station) Lead() label.MemberID { return s.lead }

// Self returns the member whose station this is.
func (s *Station) Self() label.MemberID { return s.self }

// Origin returns the log's origin line.
func (s *Station) Origin() string { return s.origin }

// Log returns the log underneath, for reading.
func (s *Station) Log() *logdb.Log { return s.log }

// Quorum returns how many cosignatures certify a head.
func (s *Station) Quorum() int { return s.quorum }

// Verifiers returns the keys that certify heads: the lead's and the members'.
func (s *Station) Verifiers() (tlog.Verifier, []tlog.Verifier) { return s.logKey, s.cosigners }

// State returns the charter's state at the log's present size. It must not be
// changed.
func (s *Station) State() *charter.State {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.state
}

// Certified returns the last certified head.
func (s *Station) Certified() logdb.Head {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.certified
}

// Changed returns a channel that is closed when the log, its certified head or
// the station's condition changes. Ask before looking, wait after.
func (s *Station) Changed() <-chan struct{} {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.changed
}

// bump wakes everybody who waits; the caller holds mu.
func (s *Station) bump() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Status is the condition of a station, fit for showing.
type Status struct {
	Size         int64            `json:"size"`
	Root         string           `json:"root"`
	Certified    int64            `json:"certified"`
	LogTime      int64            `json:"log_time"`
	Cosigned     []tlog.Cosigned  `json:"cosigned"`
	Missing      []label.MemberID `json:"missing"` // members whose cosignature the certified head lacks
	Quorum       int              `json:"quorum"`
	Lead         label.MemberID   `json:"lead"`
	Recovering   bool             `json:"recovering"`
	Halted       *Halt            `json:"halted"`
	Outbox       int              `json:"outbox"`
	BodiesAbsent int              `json:"bodies_absent"`
	Opaque       int64            `json:"unknown_version_at"` // -1 when none
	Withheld     []string         `json:"withheld"`
	ClockSkew    int64            `json:"clock_skew_s"`
}

// Status returns the condition of the station.
func (s *Station) Status(ctx context.Context) (Status, error) {
	n, err := s.log.OutboxSize(ctx)
	if err != nil {
		return Status{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	st := Status{
		Size: s.size, Root: s.root.String(), Certified: s.certified.Size, LogTime: s.certified.Time,
		Quorum: s.quorum, Lead: s.lead, Recovering: s.recovery.active(), Halted: s.halted, Outbox: n,
		BodiesAbsent: s.absent, Opaque: s.opaque, Withheld: s.watch.withheldNames(), ClockSkew: s.clockSkew.Load(),
	}
	if s.certified.Note != nil {
		cs, err := tlog.Cosignatures(s.certified.Note, s.cosigners)
		if err != nil {
			return st, err
		}
		st.Cosigned = cs
		for m, i := range s.cosignBy {
			found := false
			for _, c := range cs {
				found = found || c.Name == s.cosigners[i].Name()
			}
			if !found {
				st.Missing = append(st.Missing, m)
			}
		}
	}
	return st, nil
}

// halt stops following the lead for good, with evidence.
func (s *Station) halt(ctx context.Context, cause error, kind string, evidence []byte) {
	id := ""
	if evidence != nil {
		id = evidenceID(evidence)
		if err := s.log.KeepEvidence(ctx, logdb.Evidence{ID: id, Kind: kind, Seen: time.Now().Unix(), Data: evidence}); err != nil {
			s.logger.Error("evidence could not be kept", "kind", kind, "err", err)
		}
	}
	s.mu.Lock()
	first := s.halted == nil
	if first {
		s.halted = &Halt{Code: Code(cause), Message: cause.Error(), EvidenceID: id}
		s.bump()
	}
	s.mu.Unlock()
	if first {
		s.logger.Error("halted", "code", Code(cause), "cause", cause.Error(), "evidence", id)
		if evidence != nil {
			s.watch.tell(kind, evidence)
		}
	}
}

// life returns the context of Run, for work that outlives a request.
func (s *Station) life() context.Context {
	if c := s.living.Load(); c != nil {
		return *c
	}
	return context.Background()
}

// Halted returns why the station stopped, or nil.
func (s *Station) Halted() *Halt {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.halted
}
