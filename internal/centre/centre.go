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
// envelopes into the outbox, [Station.Certify] new keys. What proves a fault is
// kept, handed on, and judged by [Means] with nothing but the founding file and
// a copy of the log (spec/evidence.md).
package centre

import (
	"context"
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
	// Keys are the signers of the certificate in force when the station is
	// opened.
	Keys Keys
	// Signers returns the signers of one of this member's certificates. It is
	// asked when a certificate is filed and when one comes into force, so that
	// keys change while the station runs; nil always means Keys.
	Signers func(keys charter.PurposeKeys) (Keys, error)
	Peers   Peers
	Logger  *slog.Logger
	Tuning  Tuning
	// Portions reads the digests of an act's portions, for evidence of one
	// portion stated in two ways; the centre itself knows nothing of acts.
	Portions func(act []byte) (map[seal.PortionID]seal.Hash, error)

	// older says of which leaves an older program would not know the version.
	// It exists for tests of what the next program does with them.
	older func(header []byte) bool
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
	portions func(act []byte) (map[seal.PortionID]seal.Hash, error)

	verifiers verifierCache
	signersOf func(charter.PurposeKeys) (Keys, error)
	heads     atomic.Pointer[headSigners]
	showFiled atomic.Bool // see LinkKeys
	older     func(header []byte) bool

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
	doubt     bool   // a write failed: what is in the file decides
	checkNote []byte // last checkpoint of the lead that was verified, for size checkSize
	checkSize int64
	seenNote  []byte // the largest head of the lead that was verified, with or without its leaves
	seenSize  int64
	leadSize  int64 // the largest head that the lead has shown for its leaves,
	leadTime  int64 // and the latest time of its cosignature
	certified logdb.Head
	halted    *Halt
	refused   string        // why the lead's stream was refused last
	changed   chan struct{} // closed and replaced whenever any of the above moves

	searching sync.Mutex // held while the whole log is read for one header

	// cosigning is held while a cosignature is made.
	cosigning  sync.Mutex
	cosignTop  int64 // no head below this size is cosigned
	cosignAt   int64 // no cosignature bears an earlier time
	cosignKept int64 // what of cosignAt is on the disk

	savedMu   sync.Mutex
	saved     logdb.Head // certified head on the disk
	savedNote []byte     // and the lead's last checkpoint

	sequencer *sequencer // non-nil on the lead's node
	out       *outbox
	watch     *watch
	cosigner  *cosignLoop
	recovery  *recovery

	clockSkew  atomic.Int64  // seconds, last seen
	farTime    atomic.Int64  // log time of a head ahead of the log here, verified with its quorum
	relay      chan struct{} // envelopes of others wait to be handed to the lead
	cosignSeen atomic.Pointer[clockSeen]
	livingMu   sync.Mutex
	living     context.Context // of Run
	work       sync.WaitGroup  // what it has still to wait for
	streams    streamCount
	gate       gate
	overQuota  atomic.Int64 // see OverQuota
}

// Halt is why a station stopped following the lead: what was seen, with the
// evidence kept under its id.
type Halt struct {
	Code       string `json:"code"`
	Message    string `json:"message"`
	EvidenceID string `json:"evidence,omitempty"`
}

// Open opens a station over a log that may be empty.
func Open(ctx context.Context, o Options) (*Station, error) {
	c := o.Founding.Charter()
	s := &Station{
		self: o.Self, found: o.Founding, hash: seal.Hash(o.Founding.Hash()),
		log: o.Log, keys: o.Keys, peers: o.Peers, logger: o.Logger, tune: o.Tuning.usual(),
		portions: o.Portions, origin: o.Founding.Origin(1), lead: c.Lead(1), quorum: c.Quorum(),
		changed: make(chan struct{}), relay: make(chan struct{}, 1), opaque: -1, signersOf: o.Signers, older: o.older,
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
	if err := s.loadCosigned(ctx); err != nil {
		return nil, err
	}
	s.useKeys()
	s.out = newOutbox(s)
	if err := s.out.load(ctx); err != nil {
		return nil, err
	}
	s.watch = newWatch(s)
	if err := s.loadHeads(ctx); err != nil {
		return nil, err
	}
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

// lifeContext is the context of Run, for work that is nobody's request.
func (s *Station) lifeContext() context.Context {
	s.livingMu.Lock()
	defer s.livingMu.Unlock()
	if s.living == nil {
		return context.Background()
	}
	return s.living
}

// spawn runs work that outlives a request, until Run ends. Outside of Run it is
// not begun: nobody would wait for it.
func (s *Station) spawn(work func(context.Context)) {
	s.livingMu.Lock()
	defer s.livingMu.Unlock()
	if s.living != nil && s.living.Err() == nil {
		ctx := s.living
		s.work.Go(func() { work(ctx) })
	}
}

// endWork waits for what was spawned; nothing is after it.
func (s *Station) endWork() {
	s.livingMu.Lock()
	s.living = nil
	s.livingMu.Unlock()
	s.work.Wait()
}
