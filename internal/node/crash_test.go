package node

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/collect"
	"entente/internal/section"
	"entente/internal/store"
	"entente/internal/store/localdb"
	"entente/internal/store/viewdb"
	"entente/label"
)

// childEnv makes this test binary a node that files and releases until it is
// cut off.
const childEnv = "ENTENTE_TEST_CHILD"

// childOrder says what a child is to do.
type childOrder struct {
	Dir       string
	Member    label.MemberID
	Addresses map[label.MemberID]string
	Round     int
	Idle      bool           // file nothing more, finish what was begun
	Bundle    string         // import this file, and die at a step of it
	ExportTo  label.MemberID `json:",omitempty"` // make a bundle for this member, and die at a step of it
	List      string         `json:",omitempty"` // take in this list, and die once so many entries were told
	DieAt     int            // 0 for never
}

func TestMain(m *testing.M) {
	if order := os.Getenv(childEnv); order != "" {
		child(order)
		return
	}
	os.Exit(m.Run())
}

// child runs a node and files reports; each line that it writes is a promise
// that the officer was given.
func child(order string) {
	var o childOrder
	h := &house{t: childTB{}, nodes: map[label.MemberID]*running{}}
	fail := func(err error) {
		if err != nil {
			fmt.Println("failed", err)
			os.Exit(1)
		}
	}
	fail(json.Unmarshal([]byte(order), &o))
	h.dir, h.addrs = o.Dir, o.Addresses
	n, err := Open(context.Background(), h.options(o.Member))
	fail(err)
	if o.List != "" {
		fail(collectAndDie(n, o))
		return
	}
	if o.Bundle != "" || o.ExportTo != "" {
		fail(carryAndDie(n, o))
		return
	}
	h.run(n)
	fmt.Println("open")
	if o.Idle {
		// Until the parent has seen enough, and all that was begun is done.
		var upto int64
		_, err := fmt.Fscan(os.Stdin, &upto)
		fail(err)
		fail(settle(n, upto))
		h.stopAll()
		return
	}
	ctx := context.Background()
	duty, fdo := logInBoth(n, fail)
	origin := collect.Origin{Label: mark("RESTRICTED", o.Member, four...), Grade: act.Grade{Reliability: "B", Credibility: "2"},
		Source: act.Source{Descriptor: "an invented publication", Kind: act.KindOpen, Originator: string(o.Member)}}
	for i := 0; ; i++ {
		word := fmt.Sprintf("word%sround%dno%d", strings.ToLower(string(o.Member)), o.Round, i)
		fmt.Println("begin", word)
		var drafts []string
		batch := ""
		if i%3 == 2 {
			got, err := n.Collect(ctx, duty, CollectRequest{Kind: CollectText, Name: word, Reader: strings.NewReader("Invented\n\n" + word), Origin: origin})
			fail(err)
			batch = got.Batch
		} else {
			saved, err := n.SaveDraft(ctx, duty, "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(origin.Label, o.Member, word)}})
			fail(err)
			drafts = []string{saved.ID}
		}
		fmt.Println("saved", word)
		dec, err := n.Prepare(ctx, duty, drafts, batch)
		fail(err)
		_, err = n.Approve(ctx, fdo, dec.ID, dec.Digest)
		fail(err)
		fmt.Println("approved", word)
	}
}

// settle waits until a node has nothing to do any more, and holds a log of at
// least a size.
func settle(n *Node, size int64) error {
	ctx, cancel := context.WithTimeout(context.Background(), testPatience)
	defer cancel()
	for {
		st, err := n.Status(ctx)
		if err != nil {
			return fmt.Errorf("%w: %+v", err, st)
		}
		approved, err := n.section.DecisionsIn(ctx, section.Approved, noTime, "", 1)
		if err != nil {
			return err
		}
		if st.Waiting+len(approved)+st.Centre.Outbox == 0 && st.Cursor == st.Centre.Certified && st.Cursor == st.Centre.Size && st.Cursor >= size {
			return nil
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("it does not settle: %w: %+v", err, st)
		}
	}
}

// childTB stands for the test in a child's process.
type childTB struct{ testing.TB }

func (childTB) Helper() {}

func (childTB) Fatal(args ...any) {
	fmt.Println(append([]any{"failed"}, args...)...)
	os.Exit(1)
}

// logInBoth logs in two officers, whom an earlier child may have appointed.
func logInBoth(n *Node, fail func(error)) (duty, fdo section.Officer) {
	ctx := context.Background()
	const password = "correct horse battery"
	s := n.Section()
	officer := func(login string, role section.Role) section.NewOfficer {
		return section.NewOfficer{Login: login, Name: login, Roles: section.RolesOf(role), Password: password, KeepPassword: true}
	}
	_, custodian, err := s.LogIn(ctx, "custodian", password, "test")
	if err != nil {
		fail(s.Found(ctx, officer("custodian", section.RoleCustodian)))
		_, custodian, err = s.LogIn(ctx, "custodian", password, "test")
		fail(err)
	}
	for login, role := range map[string]section.Role{"duty": section.RoleDuty, "fdo": section.RoleRelease} {
		_, o, err := s.LogIn(ctx, login, password, "test")
		if err != nil {
			fail(s.AddOfficer(ctx, custodian, officer(login, role)))
			_, o, err = s.LogIn(ctx, login, password, "test")
			fail(err)
		}
		if login == "duty" {
			duty = o
		} else {
			fdo = o
		}
	}
	return duty, fdo
}

// A node that is cut off at any moment has lost nothing that an officer was
// told, has sent nothing that was not approved and nothing twice, and nobody
// holds anything against it.
func TestNodesCutOffLoseNothing(t *testing.T) {
	for _, c := range []struct {
		member label.MemberID
		cuts   int
	}{{"RUS", cutsOfMember}, {"IRQ", cutsOfLead}} {
		t.Run(string(c.member), func(t *testing.T) { cutOff(t, c.member, c.cuts) })
	}
}

// promises are what a child has told its officers.
type promises struct{ begun, saved, approved []string }

func cutOff(t *testing.T, member label.MemberID, cuts int) {
	h := newHouse(t, nil)
	others := slices.DeleteFunc(slices.Clone(four), func(m label.MemberID) bool { return m == member })
	h.start(others...)
	defer h.stopAll()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	var p promises
	for round := range cuts {
		h.cutOffOnce(member, round, r, &p)
	}
	order, err := json.Marshal(childOrder{Dir: h.dir, Member: member, Addresses: h.addrs, Idle: true})
	check(t, err)
	last := exec.Command(os.Args[0])
	last.Env = append(os.Environ(), childEnv+"="+string(order))
	var said strings.Builder
	last.Stdout, last.Stderr = &said, &said
	in, err := last.StdinPipe()
	check(t, err)
	check(t, last.Start())
	t.Logf("%d begun, %d saved, %d approved cut off %d times", len(p.begun), len(p.saved), len(p.approved), cuts)
	if len(p.approved) == 0 {
		t.Error("nothing was approved: this test shows nothing")
	}

	// All that was approved arrives, once.
	for _, word := range p.approved {
		h.find(others[1], viewdb.Query{Text: word}, 1)
	}
	for _, word := range p.begun {
		rows, err := h.nodes[others[1]].Views().Find(context.Background(), viewdb.Query{Text: word})
		check(t, err)
		if len(rows) > 1 {
			t.Errorf("%s arrived %d times", word, len(rows))
		}
		if len(rows) == 1 && !slices.Contains(p.saved, word) {
			t.Errorf("%s arrived and was never saved", word)
		}
	}
	for m, n := range h.nodes {
		st, err := n.Status(context.Background())
		check(t, err)
		evidence, err := n.log.AllEvidence(context.Background())
		check(t, err)
		if st.Centre.Halted != nil || len(evidence) > 0 || st.Views.Quarantined > 0 {
			t.Errorf("%s: halted %v, %d pieces of evidence, %d quarantined", m, st.Centre.Halted, len(evidence), st.Views.Quarantined)
		}
	}
	head := h.nodes[others[1]].Station().Certified().Size
	_, err = fmt.Fprintln(in, head)
	check(t, err)
	check(t, in.Close())
	if err := last.Wait(); err != nil {
		t.Fatalf("the last start of %s: %v %s", member, err, said.String())
	}

	db, err := localdb.Open(filepath.Join(h.dir, string(member), FileLocal), store.Options{})
	check(t, err)
	defer db.Close()
	if _, faults, err := db.Read(context.Background()).VerifyAudit(); err != nil || len(faults) > 0 {
		t.Errorf("the audit log of %s: %v %v", member, faults, err)
	}
	for _, state := range []section.DecisionState{section.Approved, section.Leaving} {
		if ds, err := db.Read(context.Background()).Decisions(state, noTime, "", 10); err != nil || len(ds) > 0 {
			t.Errorf("%d decisions are half done (%v)", len(ds), err)
		}
	}
	h.allSaved(db, p.saved)
	db.Close()
	n, err := Open(context.Background(), h.options(member))
	check(t, err)
	defer n.Close()
	if size := n.Station().Size(); size < head {
		t.Errorf("%s holds %d leaves, %d are certified", member, size, head)
	}
	cursor, err := n.Views().Cursor(context.Background())
	check(t, err)
	before := dump(t, n.Views())
	check(t, n.Rebuild(context.Background(), nil))
	if certified := n.Station().Certified().Size; cursor != certified {
		t.Errorf("%s had projected %d of %d leaves", member, cursor, certified)
	} else if after := dump(t, n.Views()); after != before {
		t.Errorf("the views of %s differ from what the log gives", member)
	}
}

// cutOffOnce runs the member's node in a process of its own and ends it at once at some
// moment.
func (h *house) cutOffOnce(member label.MemberID, round int, r *rand.Rand, p *promises) {
	h.t.Helper()
	order, err := json.Marshal(childOrder{Dir: h.dir, Member: member, Addresses: h.addrs, Round: round})
	check(h.t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(order))
	out, err := cmd.StdoutPipe()
	check(h.t, err)
	check(h.t, cmd.Start())
	dead := time.AfterFunc(testPatience, func() { cmd.Process.Kill() })
	defer dead.Stop()
	// So many lines, and a little longer; rounds differ in how far they get.
	lines, after := 1+r.IntN(40), time.Duration(r.IntN(30_000))*time.Microsecond
	s := bufio.NewScanner(out)
	for n := 0; s.Scan(); n++ {
		what, word, _ := strings.Cut(s.Text(), " ")
		switch what {
		case "begin":
			p.begun = append(p.begun, word)
		case "saved":
			p.saved = append(p.saved, word)
		case "approved":
			p.approved = append(p.approved, word)
		case "failed":
			h.t.Errorf("round %d: %s", round, s.Text())
		}
		if n == lines {
			time.AfterFunc(after, func() { cmd.Process.Kill() })
		}
	}
	cmd.Wait()
}

// allSaved looks for each word in a draft.
func (h *house) allSaved(db *localdb.DB, words []string) {
	h.t.Helper()
	missing := map[string]bool{}
	for _, w := range words {
		missing[w] = true
	}
	var q localdb.DraftQuery
	for q.Limit = 200; ; {
		page, err := db.Read(context.Background()).Drafts(q)
		check(h.t, err)
		for _, d := range page {
			q.BeforeModified, q.BeforeID = d.Modified, d.ID
			full, err := db.Read(context.Background()).Draft(d.ID)
			check(h.t, err)
			for w := range missing {
				if strings.Contains(string(full.Content), `"`+w+`"`) || strings.Contains(string(full.Content), w+`"`) {
					delete(missing, w)
				}
			}
		}
		if len(page) < q.Limit {
			break
		}
	}
	if len(missing) > 0 {
		h.t.Errorf("%d drafts were promised and are lost: %v", len(missing), missing)
	}
}
