// Package node joins the stages of the way of the data: file, mark, release,
// seal, log, deliver, open, project (design section 3). It alone knows the
// whole way; the stages below it know nothing of each other.
package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"entente/charter"
	"entente/internal/centre"
	"entente/internal/feed"
	"entente/internal/keyring"
	"entente/internal/section"
	"entente/internal/store"
	"entente/internal/store/localdb"
	"entente/internal/store/logdb"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// Files of a node's directory.
const (
	FileCharter = "charter.note"
	FileLog     = "log.db"
	FileViews   = "view.db"
	FileLocal   = "local.db"
	DirAttached = "attachments"
)

// SettingCharter names the setting of log.db that pins the charter, by its hash
// in hex; a file swapped beside it is refused.
const SettingCharter = "charter"

// Options are what a node is made of.
type Options struct {
	Dir       string
	Self      label.MemberID
	Unlock    keyring.Unlock
	Addresses map[label.MemberID]string // member links, host:port
	Dialer    centre.Dialer             // nil: the network
	Logger    *slog.Logger
	Tuning    centre.Tuning
	Section   section.Options // Nation and Now are filled in
	Store     store.Options   // of log.db, for tests of failing writes
	// Places is the directory of an index of places that an operator loaded;
	// empty, texts are read with the embedded gazetteer alone.
	Places string
	// ServeOnly opens the files for reading and checking; nothing is signed.
	ServeOnly bool
}

// Node is a member's node.
type Node struct {
	dir     string
	lock    *os.File // held while the directory is open here
	self    label.MemberID
	found   *charter.Founding
	table   *label.Table
	log     *logdb.Log
	views   *viewdb.Views
	local   *localdb.DB
	ring    *keyring.Keyring
	signers signers
	station *centre.Station
	section *section.Section
	link    *centre.Link
	feed    *feed.Feed
	logger  *slog.Logger
	now     func() time.Time

	rebuild   bool // the views were made by another analyser
	projector projector
	receipts  receipts
	epochs    epochs
	fetching  fetching
	courier   courier
	taking    takingIn

	suggesting suggesting
	naming     sync.RWMutex // held for reading while a draft is saved
	releasing  releaser
	approving  sync.Mutex    // held while a decision is approved
	kick       chan struct{} // an approved release waits

	withholding releaser
	urgent      chan struct{} // something approved waits that withholds
	direct      directly
	untold      chan struct{} // own reports may have come under review
	catching    atomic.Bool   // recalls are looked for before anything is shown
	retired     atomic.Pointer[retired]
	fault       func(stage string, index int64)
}

// Open opens a node's directory. The charter must be the one pinned by init.
func Open(ctx context.Context, o Options) (n *Node, err error) {
	n = &Node{dir: o.Dir, self: o.Self, logger: o.Logger, kick: make(chan struct{}, 1), urgent: make(chan struct{}, 1), untold: make(chan struct{}, 1)}
	n.courier.ended = make(chan struct{}, 1)
	if n.logger == nil {
		n.logger = slog.New(slog.DiscardHandler)
	}
	n.suggesting.index, n.suggesting.open, n.suggesting.kick = o.Places, make(chan struct{}), make(chan struct{}, 1)
	n.direct.n, n.projector.run = n, projectRun
	begun := n // what is returned is nil when opening fails
	defer func() {
		if err != nil {
			begun.Close()
		}
	}()
	if n.lock, err = lockDir(o.Dir); err != nil {
		return nil, err
	}
	file, err := os.ReadFile(filepath.Join(o.Dir, FileCharter))
	if err != nil {
		return nil, fmt.Errorf("no charter is here; run entente init join first: %w", err)
	}
	if n.found, err = charter.ParseFounding(file); err != nil {
		return nil, fmt.Errorf("the charter is refused: %w", err)
	}
	if n.table, err = n.found.Charter().Policies.Table(); err != nil {
		return nil, err
	}
	if n.log, err = logdb.Open(filepath.Join(o.Dir, FileLog), o.Store); err != nil {
		return nil, err
	}
	if err := n.pin(ctx); err != nil {
		return nil, err
	}
	if n.views, n.rebuild, err = viewdb.Open(filepath.Join(o.Dir, FileViews), store.Options{}); err != nil {
		return nil, err
	}
	if n.local, err = localdb.Open(filepath.Join(o.Dir, FileLocal), store.Options{}); err != nil {
		return nil, err
	}
	o.Section.Nation = string(o.Self)
	if o.Section.Now == nil {
		o.Section.Now = time.Now
	}
	n.now = o.Section.Now
	o.Section.LogTime = func() int64 { return n.station.Certified().Time }
	if n.section, err = section.Open(n.local, o.Section); err != nil {
		return nil, err
	}
	if n.ring, err = keyring.Open(o.Dir, o.Unlock); err != nil {
		return nil, err
	}
	if !n.found.Members().Contains(o.Self) {
		return nil, fmt.Errorf("%s is no member of this charter", o.Self)
	}
	n.signers.ring = n.ring
	n.link = &centre.Link{Addresses: o.Addresses, Dialer: o.Dialer, Cert: n.linkCertificate, Station: func() *centre.Station { return n.station }}
	o.Tuning.FreeDisk = func() (int64, error) { return freeDisk(o.Dir) }
	n.station, err = centre.Open(ctx, centre.Options{
		Self: o.Self, Founding: n.found, Log: n.log, Signers: n.signers.keys, Peers: n.link, Logger: n.logger, Tuning: o.Tuning, Portions: portionDigests,
	})
	if err != nil {
		return nil, err
	}
	n.signers.station = n.station
	n.views.Follow(func() int64 { return n.station.Certified().Time })
	n.views.Reword(reword)
	if err := n.openFeed(ctx); err != nil {
		return nil, err
	}
	if err := n.sweepSealing(); err != nil {
		return nil, err
	}
	if err := errors.Join(n.finishForgetting(ctx), n.loadRetired(ctx), n.loadCourier(ctx)); err != nil {
		return nil, err
	}
	if err := n.applyDirect(ctx); err != nil {
		return nil, err
	}
	if cursor, err := n.views.Cursor(ctx); err != nil {
		return nil, err
	} else if n.rebuild || n.station.Certified().Size-cursor > projectRun {
		n.catching.Store(true) // until Run has looked
	}
	n.receipts.load(n)
	return n, nil
}

// pin holds the charter against the one this directory was made for.
func (n *Node) pin(ctx context.Context) error {
	h := n.found.Hash()
	pinned, err := n.log.Setting(ctx, SettingCharter)
	if err != nil {
		return err
	}
	if pinned == nil {
		return errors.New("no charter is pinned here: run entente init join --charter FILE --fingerprint ... after comparing the fingerprint with the other members")
	}
	if string(pinned) != h.String() {
		return fmt.Errorf("rule 5: the charter here has the fingerprint %s, pinned is another; put the right %s back", n.found.Fingerprint(), FileCharter)
	}
	return nil
}

// Pin writes the charter into a node's directory and pins it. A directory that
// has pinned another is refused.
func Pin(ctx context.Context, dir string, file []byte) (*charter.Founding, error) {
	f, err := charter.ParseFounding(file)
	if err != nil {
		return nil, err
	}
	l, err := logdb.Open(filepath.Join(dir, FileLog), store.Options{})
	if err != nil {
		return nil, err
	}
	defer l.Close()
	pinned, err := l.Setting(ctx, SettingCharter)
	if err != nil {
		return nil, err
	}
	if pinned != nil && string(pinned) != f.Hash().String() {
		return nil, errors.New("rule 5: this directory has pinned another charter; use a new directory")
	}
	if err := os.WriteFile(filepath.Join(dir, FileCharter), file, 0o600); err != nil {
		return nil, err
	}
	return f, l.SetSetting(ctx, SettingCharter, []byte(f.Hash().String()))
}

// Close closes the node's files.
func (n *Node) Close() error {
	var errs []error
	if n.link != nil {
		n.link.Close()
	}
	if n.feed != nil {
		errs = append(errs, n.feed.Close())
	}
	if n.ring != nil {
		errs = append(errs, n.ring.Close())
	}
	if n.local != nil {
		errs = append(errs, n.local.Close())
	}
	if n.views != nil {
		errs = append(errs, n.views.Close())
	}
	if n.log != nil {
		errs = append(errs, n.log.Close())
	}
	if n.lock != nil {
		errs = append(errs, n.lock.Close())
	}
	return errors.Join(errs...)
}

// Run runs the node until ctx ends: its part in the centre, the projection of
// the certified log, releases, receipts, and the life of its keys.
func (n *Node) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	var once sync.Once
	var first error
	start := func(name string, f func(context.Context) error) {
		wg.Go(func() {
			if err := f(ctx); err != nil && !errors.Is(err, context.Canceled) {
				once.Do(func() { first = fmt.Errorf("%s: %w", name, err); cancel() })
			}
		})
	}
	start("centre", n.station.Run)
	start("projection", n.project)
	start("keys", n.keepEpochs)
	start("direct", n.direct.run)
	start("withholding", n.withholdFirst)
	start("releases", n.release)
	start("reviews", n.tellReviews)
	start("receipts", n.sendReceipts)
	start("retention", n.keepRetention)
	start("courier", n.finishAdopting)
	start("brought", n.sweepWhatCame)
	start("feed", n.feed.Run)
	start("suggestions", n.suggest)
	<-ctx.Done()
	wg.Wait()
	return first
}

// Self returns the member whose node this is.
func (n *Node) Self() label.MemberID { return n.self }

// Section returns the national section: officers, drafts, decisions, audit.
func (n *Node) Section() *section.Section { return n.section }

// Station returns the node's part in the centre.
func (n *Node) Station() *centre.Station { return n.station }

// Views returns what the officers may read.
func (n *Node) Views() *viewdb.Views { return n.views }

// Founding returns the charter.
func (n *Node) Founding() *charter.Founding { return n.found }

// Table returns the charter's policies.
func (n *Node) Table() *label.Table { return n.table }

// LinkTLS returns the configuration of the member link's listener.
func (n *Node) LinkTLS() *tls.Config {
	return n.station.LinkTLS(n.linkCertificate, "")
}

// LinkHandler serves the other members.
func (n *Node) LinkHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", n.station.Handler(n.station.CallerTLS))
	mux.Handle("POST /entente/v1/receipt", n.station.Guard(n.station.CallerTLS, n.serveReceipt))
	mux.Handle("POST /entente/v1/direct", n.station.Guard(n.station.CallerTLS, n.serveDirect))
	mux.Handle("GET /entente/v1/attachment/{digest}", n.station.Guard(n.station.CallerTLS, n.serveAttachment))
	return mux
}

// Status is the condition of a node, without contents.
type Status struct {
	Member  label.MemberID `json:"member"`
	Charter string         `json:"charter"` // fingerprint
	Centre  centre.Status  `json:"centre"`
	Views   viewdb.Counts  `json:"views"`
	Cursor  int64          `json:"projected"`
	// Behind is how long the views have lacked something of the certified head,
	// 0 while they lack nothing.
	Behind time.Duration `json:"behind_ns"`
	Epoch  uint32        `json:"epoch"`
	// LostEpochs are those ahead whose stated keys are not here, as after a
	// restore: what is sealed to them cannot be opened until the member's
	// certificate is renewed.
	LostEpochs []uint32  `json:"lost_epochs,omitempty"`
	Ready      bool      `json:"ready"` // may release to every member
	Receipts   []Receipt `json:"receipts"`
	Waiting    int       `json:"releases_waiting"`
	// RedressHere and RedressThere count requests for redress that are due and
	// have no final answer: those that this member answers, and its own.
	RedressHere  int `json:"redress_overdue_here,omitempty"`
	RedressThere int `json:"redress_overdue_there,omitempty"`
	// Quarantine holds what was opened and not understood, or is void, newest
	// first, at most 20; Views.Quarantined counts all of it.
	Quarantine []viewdb.Quarantined `json:"quarantine"`
}

// Status returns the condition of the node.
func (n *Node) Status(ctx context.Context) (Status, error) {
	cs, err := n.station.Status(ctx)
	if err != nil {
		return Status{}, err
	}
	counts, err := n.views.Counts(ctx)
	if err != nil {
		return Status{}, err
	}
	cursor, err := n.views.Cursor(ctx)
	if err != nil {
		return Status{}, err
	}
	waiting, err := n.section.DecisionsIn(ctx, section.Leaving, time.Time{}, "", 100)
	if err != nil {
		return Status{}, err
	}
	quarantine, err := n.views.Quarantine(ctx, 20)
	if err != nil {
		return Status{}, err
	}
	here, there, err := n.views.OverdueRedress(ctx, n.now().Unix())
	if err != nil {
		return Status{}, err
	}
	if quarantine == nil {
		quarantine = []viewdb.Quarantined{}
	}
	return Status{Member: n.self, Quarantine: quarantine, Charter: n.found.Fingerprint(), Centre: cs, Views: counts, Cursor: cursor, Behind: n.projector.behindFor(time.Now()),
		Epoch: n.station.Epoch(), LostEpochs: n.epochs.lostOnes(), Ready: n.epochs.ready(), Receipts: n.receipts.list(), Waiting: len(waiting),
		RedressHere: here, RedressThere: there}, nil
}

// hash is the charter hash as envelopes carry it.
func (n *Node) hash() seal.Hash { return seal.Hash(n.found.Hash()) }
