package node

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/charter"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// cast says who plays what in a pair of worlds. The coalition compares all that
// it has; originator and ally have something that is not released to it.
type cast struct {
	lead, originator, ally label.MemberID
	coalition              []label.MemberID
}

// secret is what the coalition is not to learn: the two worlds differ in it
// and in nothing else.
type secret struct {
	first  bool // of the two worlds
	plant  string
	change func(*charter.Charter)
}

var casts = []cast{
	{lead: "IRQ", originator: "RUS", ally: "SYR", coalition: []label.MemberID{"IRN"}},
	{lead: "IRQ", originator: "IRN", ally: "SYR", coalition: []label.MemberID{"RUS"}},
	{lead: "IRQ", originator: "IRQ", ally: "RUS", coalition: []label.MemberID{"SYR"}},
	{lead: "IRQ", originator: "IRN", ally: "RUS", coalition: []label.MemberID{"IRQ"}}, // the lead itself
	{lead: "IRN", originator: "IRQ", ally: "SYR", coalition: []label.MemberID{"RUS"}},
	{lead: "RUS", originator: "IRQ", ally: "SYR", coalition: []label.MemberID{"IRN", "RUS"}}, // a pair, the lead in it
}

func (c cast) String() string {
	return fmt.Sprintf("%v, lead %s, originator %s", c.coalition, c.lead, c.originator)
}

// observed is all that a coalition has at the end: what crossed its sockets and
// when, its files, and the answers that its officers got.
type observed struct {
	sockets, files, answers []string
}

func (o observed) against(p observed) []string {
	var out []string
	out = append(out, differences(o.sockets, p.sockets)...)
	out = append(out, differences(o.files, p.files)...)
	return append(out, differences(o.answers, p.answers)...)
}

// calm is when all keys are published and nothing happens any more but what
// the clock makes happen. What comes before has no secrets in it, and the order
// in which the nodes get through it hangs on the machine.
const calm = 95 * time.Second

// play runs one world and returns what the coalition observed.
func play(t *testing.T, c cast, s secret) (seen observed) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, c.lead, s.change)
		defer w.close()
		base := w.untilCalm()
		seen.answers = append(seen.answers, fmt.Sprintf("%d leaves at the beginning", base))
		script(w, c, s)
		for _, m := range c.coalition {
			seen.answers = append(seen.answers, ask(w, m, base)...)
		}
		w.close()
		seen.take(w, base, c.coalition)
	})
	return seen
}

// untilCalm starts all nodes and lets them publish their keys, and has the
// lead say something to all, after which all lines are in step. It returns the
// number of leaves by then.
func (w *world) untilCalm() int64 {
	w.startNodes(four...)
	w.settle(calm/2 - time.Since(worldStart))
	w.ready(four...)
	lead := w.nodes["IRQ"].station.Lead()
	w.releaseReport(lead, &Draft{ReportType: act.SITREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", lead, four...), lead, "good morning")}})
	w.settle(calm - time.Since(worldStart))
	return w.nodes["IRQ"].station.Size()
}

// take notes what crossed a coalition's sockets since it was calm, and what
// lies in its files.
func (o *observed) take(w *world, base int64, coalition []label.MemberID) {
	for _, line := range w.tap.of(calm, coalition...) {
		o.sockets = append(o.sockets, spots(line, base))
	}
	for _, m := range coalition {
		for _, line := range dumpFiles(w.t, filepath.Join(w.dir, string(m))) {
			if line = spots(line, base); !strings.Contains(line, "log.db chunk: first=early") && !strings.Contains(line, "log.db head: minute=early") {
				o.files = append(o.files, string(m)+"/"+line)
			}
		}
	}
}

const (
	wordsOfFirst  = "quincunx"
	wordsOfSecond = "heliotrope"
)

// portionOf names the portion with a word that one member has from another.
func (w *world) portionOf(m, from label.MemberID, word string) act.PortionRef {
	w.t.Helper()
	for _, row := range w.find(m, viewdb.Query{Text: word, Originator: string(from)}, 1) {
		full, err := w.nodes[m].views.Get(context.Background(), row.ID)
		check(w.t, err)
		a, err := act.Parse(full.Act)
		check(w.t, err)
		for _, p := range a.Report.Portions {
			if strings.Contains(p.Text, word) {
				return act.PortionRef{Portion: p.ID, Digest: p.Digest}
			}
		}
	}
	w.t.Fatalf("%s has no portion of %s with the word %s", m, from, word)
	return act.PortionRef{}
}

// script is what happens. Everything that the two worlds do not share goes to
// nobody in the coalition, and leaves at the same moments in the same numbers
// and size classes, which spec/leaks.md declares.
func script(w *world, c cast, s secret) {
	all := mark("RESTRICTED", c.originator, four...)
	pick := func(first, second string) string {
		if s.first {
			return first
		}
		return second
	}
	hidden := func(by label.MemberID, text string) act.PortionInput {
		return portion(mark("SECRET", by, c.originator, c.ally), by, text)
	}
	w.settle(5 * time.Second)

	// A report of two portions for all, and of two more or one for the ally
	// alone. The first is long, so that the views are of one class. (If the ally
	// got nothing more it would be among the recipients of the coalition's
	// view: these spec/leaks.md declares.)
	d := &Draft{ReportType: act.INTREP, TitleLabel: &all, Title: "Movement on the road", Portions: []act.PortionInput{
		portion(all, c.originator, "alpha bridge "+strings.Repeat("as before and after ", 450)),
		hidden(c.originator, pick("the depot is a quincunx of five huts", "heliotrope, a field of it")),
		portion(all, c.originator, "bravo market closed"),
	}}
	var file act.Attachment
	if s.first {
		file = attach(w, c.originator, "sketch.txt", "a sketch of the quincunx")
		extra := hidden(c.originator, "the quincunx was seen twice")
		extra.Attachments = []act.Attachment{file}
		d.Portions = append(d.Portions, extra)
	}
	switch s.plant {
	case "count in a title":
		d.Title = fmt.Sprintf("Movement on the road (%d portions)", len(d.Portions))
	case "time":
		time.Sleep(time.Duration(len(d.Portions)) * time.Second)
	case "size":
		d.Portions[1].Text += strings.Repeat(" and more", map[bool]int{true: 500}[s.first])
	}
	w.releaseReport(c.originator, d)
	w.settle(17 * time.Second)

	// The ally answers; in one world it cites what it alone was given.
	reply := hidden(c.ally, pick("as in the quincunx report", "on another matter, heliotrope")+strings.Repeat(", more", map[bool]int{true: 140, false: 175}[s.first]))
	reply.Sources[0].Originator = string(c.ally)
	if s.first {
		row := w.find(c.ally, viewdb.Query{Text: wordsOfFirst}, 1)[0]
		full, err := w.nodes[c.ally].views.Get(context.Background(), row.ID)
		check(w.t, err)
		a, err := act.Parse(full.Act)
		check(w.t, err)
		for _, p := range a.Report.Portions {
			if strings.Contains(p.Text, wordsOfFirst) {
				reply.Label.Originators = label.Members(c.ally, c.originator)
				reply.Cites = append(reply.Cites, act.Cite{Portion: p.ID, Digest: p.Digest, Originator: c.originator})
				break
			}
		}
		var got bytes.Buffer
		o := w.officer(c.ally, "an", section.RoleAnalyst)
		check(w.t, w.nodes[c.ally].Attachment(context.Background(), o, row.ID, file.Digest, &got))
	}
	w.releaseReport(c.ally, &Draft{ReportType: act.INTREP, Title: pick("Re quincunx", "Other"), Portions: []act.PortionInput{reply}})
	w.settle(13 * time.Second)

	// The ally asks the originator for a consent, which in one world is given and
	// taken back, in the other refused and then refused again.
	about := w.portionOf(c.ally, c.originator, pick(wordsOfFirst, wordsOfSecond))
	w.releaseStatement(c.ally, KindConsent, Consent{Step: act.ConsentAsk, By: string(c.originator), Members: label.Members(c.ally),
		Portions: []act.PortionRef{{Portion: about.Portion, Digest: about.Digest}}, Basis: pick("for the quincunx", "for the field of heliotrope")})
	w.settle(9 * time.Second)
	asked := act.ID(w.said(c.originator, act.TypeConsent, 1)[0].ID)
	answer := Consent{Step: act.ConsentRefuse, Answers: asked, Basis: "no heliotrope"}
	if s.first {
		answer = Consent{Step: act.ConsentGrant, Answers: asked, Use: "for the quincunx alone"}
	}
	w.releaseStatement(c.originator, KindConsent, answer)
	w.settle(9 * time.Second)
	if s.first {
		for _, said := range w.said(c.originator, act.TypeConsent, 2) {
			if said.Own {
				answer = Consent{Step: act.ConsentWithdraw, Answers: act.ID(said.ID)}
			}
		}
	}
	w.releaseStatement(c.originator, KindConsent, answer)
	w.settle(9 * time.Second)

	// The coalition says something to all, the same in both worlds.
	for _, m := range c.coalition {
		w.releaseReport(m, &Draft{ReportType: act.SITREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", m, four...), m, "charlie is quiet, says "+string(m))}})
		w.settle(7 * time.Second)
	}

	// A short report goes to the ally in one world, to nobody in the other: a
	// view and two dummies, or three dummies.
	short := portion(mark("SECRET", c.originator, c.originator), c.originator, "x")
	if s.first {
		short.Label = mark("SECRET", c.originator, c.originator, c.ally)
	}
	w.releaseReport(c.originator, &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{short}})
	w.settle(11 * time.Second)

	// One world has a report of two views, of which the member that plays no
	// part gets the smaller; the other has one of another type with one view,
	// and a draft that never leaves.
	text := strings.Repeat("and so on ", 150)
	last := &Draft{ReportType: act.INTSUM, Title: "quincunx", Portions: []act.PortionInput{hidden(c.originator, text), hidden(c.originator, "quincunx")}}
	for _, m := range four {
		if s.first && !slices.Contains(c.coalition, m) {
			last.Portions[1].Label.Rel = last.Portions[1].Label.Rel.With(m)
		}
	}
	if !s.first {
		last = &Draft{ReportType: act.SITREP, Title: "heliotrope", Portions: []act.PortionInput{hidden(c.originator, text+text[:300])}}
		duty := w.officer(c.originator, "duty", section.RoleDuty)
		_, err := w.nodes[c.originator].SaveDraft(context.Background(), duty, "", "", d)
		check(w.t, err)
	}
	w.releaseReport(c.originator, last)
	w.settle(31 * time.Second)

	// In one world an officer of the originator judges what was read in the
	// reports, hidden ones among them; in the other nobody does.
	if s.first {
		duty := w.officer(c.originator, "duty", section.RoleDuty)
		judgeAll(w, c.originator, duty)
	}
	w.settle(31 * time.Second)
}

// judgeAll accepts every suggestion of a member's reports.
func judgeAll(w *world, m label.MemberID, o section.Officer) {
	ctx, n := context.Background(), w.nodes[m]
	rows, err := n.views.Find(ctx, viewdb.Query{})
	check(w.t, err)
	judged := 0
	for _, r := range rows {
		got, err := n.Suggestions(ctx, o, SuggestionQuery{Report: r.ID})
		check(w.t, err)
		for _, s := range got.List {
			k, err := n.JudgeSuggestions(ctx, o, section.SaysAccepted, []SuggestionID{s.ID})
			check(w.t, err)
			judged += k
		}
	}
	if judged == 0 {
		w.t.Error("nothing was read: that judgements have no influence is not shown")
	}
}

func attach(w *world, m label.MemberID, name, content string) act.Attachment {
	duty := w.officer(m, "duty", section.RoleDuty)
	a, err := w.nodes[m].Attach(context.Background(), duty, name, "text/plain", strings.NewReader(content), nil)
	check(w.t, err)
	return a
}

// ask is an officer of a member going through what the node answers, with the
// virtual time that each answer took.
func ask(w *world, m label.MemberID, base int64) []string {
	ctx := context.Background()
	n := w.nodes[m]
	o := w.officer(m, "an", section.RoleAnalyst)
	var out []string
	took := time.Now()
	say := func(what string, v any, err error) {
		out = append(out, spots(fmt.Sprintf("%s %s: %s %s after %s", m, what, maskedJSON(v), masked(fmt.Sprint(err)), time.Since(took)), base))
		took = time.Now()
	}
	for _, q := range []viewdb.Query{{}, {Text: "bridge"}, {Text: wordsOfFirst}, {Text: wordsOfSecond}, {Text: "quinc*"},
		{Originator: "IRQ"}, {Originator: "RUS"}, {Originator: "IRN"}, {Originator: "SYR"}, {Type: "INTSUM"}, {Limit: 1}, {Before: base + 6}} {
		rows, err := n.views.Find(ctx, q)
		slices.SortFunc(rows, func(a, b viewdb.Row) int {
			return strings.Compare(a.Title+a.Type+a.Originator, b.Title+b.Type+b.Originator)
		})
		say(fmt.Sprintf("finds %+v", q), rows, err)
		for _, r := range rows {
			report, err := n.Report(ctx, o, r.ID)
			say("reads", report, err)
		}
	}
	for _, id := range []string{strings.Repeat("0", 32), "x"} {
		report, err := n.Report(ctx, o, id)
		say("asks for "+id, report, err)
	}
	for i := base; i < n.station.Size(); i++ {
		full, err := n.views.At(ctx, i)
		say("looks", []any{full.Row.Title, full.Row.Portions, full.Recipients}, err)
	}
	st, err := n.Status(ctx)
	say("status", st, err)
	return append(out, askAPI(w, m, base)...)
}

// A release leaves as three envelopes in an order that is drawn by lot: which
// of them is the coalition's says nothing. Their places are told by the first
// of the three.
var minute = regexp.MustCompile(`minute=\d+`)

var indexed = regexp.MustCompile(`(first=|"index":|"next":"|"upto":|\bidx=|\bid=|\bsize=|"size":|from=|from )(\d+)`)

func spots(line string, base int64) string {
	line = minute.ReplaceAllStringFunc(line, func(x string) string {
		if m, err := strconv.ParseInt(x[len("minute="):], 10, 64); err == nil && m <= worldStart.Add(calm).Unix()/60 {
			return "minute=early"
		}
		return x
	})
	return indexed.ReplaceAllStringFunc(line, func(x string) string {
		part := indexed.FindStringSubmatch(x)
		i, err := strconv.ParseInt(part[2], 10, 64)
		if err != nil || i < base {
			return part[1] + "early"
		}
		return part[1] + fmt.Sprint("+", (i-base)/3*3)
	})
}

// The two worlds are the same to each coalition.
func TestNonInterference(t *testing.T) {
	for _, c := range casts {
		t.Run(c.String(), func(t *testing.T) {
			one, two := play(t, c, secret{first: true}), play(t, c, secret{})
			if len(one.sockets) < 20 || len(one.files) < 50 || len(one.answers) < 20 {
				t.Fatalf("the coalition observed too little to compare: %d %d %d", len(one.sockets), len(one.files), len(one.answers))
			}
			for _, d := range one.against(two) {
				t.Error(d)
			}
			for _, o := range []observed{one, two} {
				for _, line := range slices.Concat(o.sockets, o.files, o.answers) {
					if !strings.Contains(line, "finds") && !strings.Contains(line, "GET ") && (strings.Contains(line, wordsOfFirst) || strings.Contains(line, wordsOfSecond)) {
						t.Errorf("the coalition holds a word of what was not released to it: %s", line)
					}
				}
			}
		})
	}
}

// Each planted leak is seen: the comparison can fail. The last two are such as
// spec/leaks.md declares, and stand here for what the comparison is able to see.
func TestPlantedLeaksAreSeen(t *testing.T) {
	c := casts[0]
	plain := play(t, c, secret{})
	for plant, where := range map[string]string{
		"count in a title": "(4 portions)",
		"time":             "1m44s RUS>IRN POST /announce",
		"size":             "class",
		"views not filled": "entry",
	} {
		t.Run(plant, func(t *testing.T) {
			other, change := plain, (func(*charter.Charter))(nil)
			if plant == "views not filled" {
				change = func(c *charter.Charter) { c.FillViews = false }
				other = play(t, c, secret{change: change})
			}
			found := play(t, c, secret{first: true, plant: plant, change: change}).against(other)
			if !slices.ContainsFunc(found, func(d string) bool { return strings.Contains(d, where) }) {
				t.Errorf("not seen among %d differences", len(found))
			}
		})
	}
}
