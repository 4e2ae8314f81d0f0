package main

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente/internal/client"
	"entente/internal/plural"
	"entente/internal/web/api"
)

// rfiCmd is requests for information.
type rfiCmd struct {
	New    rfiNew    `cmd:"" help:"Ask chosen members; each learns of itself alone."`
	List   rfiList   `cmd:"" help:"List what this member asks and is asked."`
	Show   rfiShow   `cmd:"" help:"Show one request, and all that was said to it."`
	Join   rfiJoin   `cmd:"" help:"Tell the asker of a request that this member asks it too."`
	Answer rfiAnswer `cmd:"" help:"Answer a request, or parts of it."`
	Close  rfiClose  `cmd:"" help:"Close own requests and say what was got."`
}

// timeOf reads a time to the minute, nil for none.
func timeOf(flag, s string) (*time.Time, error) {
	if s == "" {
		return nil, nil
	}
	t, err := time.Parse("2006-01-02T15:04Z07:00", s)
	if err != nil {
		return nil, usage("--%s %q is not a time to the minute such as 2015-12-31T00:00Z", flag, s)
	}
	t = t.UTC()
	return &t, nil
}

// grounds are what every request says.
type grounds struct {
	Purpose        string `help:"What it is for." required:""`
	Basis          string `help:"On what law it rests." required:""`
	Requirement    string `help:"Reference of a requirement of this member." placeholder:"'PIR 3'"`
	About          string `help:"What it asks about: a matter, a person, or a person who is detained." enum:"matter,person,detained" default:"matter"`
	Decision       string `help:"The written decision that asking about a detained person does no harm (rule 23)."`
	Officer        string `help:"Who took that decision."`
	NobodyDetained bool   `help:"It speaks of detention and asks about nobody who is detained."`
	Wanted         string `help:"When the answer is wanted, as 2015-10-03T12:00Z; nobody else learns it." placeholder:"TIME"`
}

func (g grounds) put(in *api.RequestContent) (err error) {
	in.Purpose, in.LegalBasis, in.Requirement, in.About, in.NobodyDetained = g.Purpose, g.Basis, g.Requirement, g.About, g.NobodyDetained
	if g.Decision != "" || g.Officer != "" {
		in.Decision = &api.RequestDecision{Officer: g.Officer, Text: g.Decision}
	}
	in.WantedBy, err = timeOf("wanted", g.Wanted)
	return err
}

type rfiNew struct {
	asOfficer
	grounds
	Title  string   `help:"What it is about, in a line." required:""`
	Part   []string `help:"What is asked; once for each part." required:"" sep:"none"`
	To     []string `help:"Members that are asked." required:"" placeholder:"IRQ,IRN"`
	LTIOV  string   `name:"ltiov" help:"Latest time of value, as 2015-10-04T12:00Z; past it the request closes itself; at most 366 days ahead." required:"" placeholder:"TIME"`
	Class  string   `help:"Class of the request itself." required:"" placeholder:"RESTRICTED"`
	Policy string   `help:"Policy of the class; the centre's common one without it."`
	Draft  bool     `help:"Only write the draft and show its plan."`
}

// Help gives an example.
func (rfiNew) Help() string {
	return "Each member gets an act of its own; who else was asked stands here alone. Open requests that ask much the same are named on standard error.\n\nExample:\n\n    entente rfi new --to IRQ,IRN --title 'Flour by road' --part 'How many lorries crossed the northern bridge?' --part 'Who drove them?' --purpose relief --basis 'agreement, article 3' --class RESTRICTED --ltiov 2015-10-04T12:00Z"
}

// Run asks.
func (c *rfiNew) Run(w *world) error {
	in := api.RequestContent{Title: c.Title, Parts: c.Part, To: sortedUpper(c.To), Class: c.Class, Policy: c.Policy}
	if err := c.grounds.put(&in); err != nil {
		return err
	}
	var err error
	if in.LTIOV, err = timeOf("ltiov", c.LTIOV); err != nil {
		return err
	}
	return c.ask(w, in, c.Draft)
}

// ask drafts a request, names what asks much the same, and puts it up.
func (a asOfficer) ask(w *world, in api.RequestContent, only bool) error {
	cl, err := a.desk()
	if err != nil {
		return err
	}
	d, err := cl.DraftRequest(w.ctx, in)
	if err != nil {
		return w.refused(err)
	}
	p, err := cl.ReadPlan(w.ctx, d.ID)
	if err != nil {
		return w.refused(err)
	}
	for _, x := range p.Similar {
		w.notef("%s", similarLine(x))
	}
	if only {
		return w.answer(p, func() {
			w.printf("draft %s", d.ID)
			printPlan(w, p)
		})
	}
	r, err := cl.PrepareRelease(w.ctx, d.ID)
	return w.release(r, err)
}

func similarLine(x api.SimilarRequest) string {
	s := strconv.Itoa(x.Percent) + " % of the words of " + x.ID + ", which " + x.From + " asks " + x.To + ": " + x.Title
	if x.Join {
		s += "; to join it: entente rfi join " + x.ID
	}
	return s
}

type rfiJoin struct {
	asOfficer
	grounds
	ID string `arg:"" help:"Id of a request that another member asks of this one."`
}

// Help gives an example.
func (rfiJoin) Help() string {
	return "A request back to its asker, with the same title, parts, class and latest time of value: it tells that asker, and nobody else, that this member wants the answer too. A request is joined once while that is open, and what joins an own one is not joined.\n\nExample:\n\n    entente rfi join 8d3c... --purpose relief --basis 'agreement, article 3'"
}

// Run joins.
func (c *rfiJoin) Run(w *world) error {
	in := api.RequestContent{Joins: c.ID}
	if err := c.grounds.put(&in); err != nil {
		return err
	}
	return c.ask(w, in, false)
}

type rfiList struct {
	asOfficer
	Side string `help:"Only what this member asks, or only what it is asked." enum:",asked,received" default:""`
	Open bool   `help:"Only what is neither closed nor lapsed nor in doubt."`
	newestFirst
}

// Help gives an example.
func (rfiList) Help() string {
	return "Overdue shows on the asker's side alone.\n\nExample:\n\n    entente rfi list --side received --open"
}

// Run lists.
func (c *rfiList) Run(w *world) error {
	before, err := numbered("before", c.Before)
	if err != nil {
		return err
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	page, err := cl.Requests(w.ctx, api.FindRequests{Side: c.Side, Open: c.Open, Before: before, Limit: c.Limit})
	if err != nil {
		return w.refused(err)
	}
	defer w.more("before", page.Next)
	return w.answer(page, func() {
		for i := range page.Requests {
			w.request(&page.Requests[i])
		}
	})
}

// request writes a request on one line, and below it what asks much the same.
func (w *world) request(r *api.Request) {
	state := r.State
	if r.Outcome != "" {
		state += ": " + r.Outcome
	}
	if r.Overdue {
		state += ", OVERDUE since " + r.WantedBy.Format("2006-01-02T15:04Z")
	}
	w.printf("%s  %s asks %s: %s  %s, %s, of value until %s", r.ID, r.From, r.To, r.Title, state, plural.Of(len(r.Parts), "part"), r.LTIOV.Format("2006-01-02T15:04Z"))
	for _, x := range r.Similar {
		w.printf("  similar: %s", similarLine(x))
	}
}

type rfiShow struct {
	asOfficer
	ID string `arg:"" help:"Id of the request."`
}

// Help gives an example.
func (rfiShow) Help() string {
	return "What was given is marked where it was withdrawn since, is in doubt or under review.\n\nExample:\n\n    entente rfi show 8d3c..."
}

// Run shows.
func (c *rfiShow) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	r, err := cl.Request(w.ctx, c.ID)
	if err != nil {
		return w.refused(err)
	}
	return w.answer(r, func() { w.requestDetail(r) })
}

func (w *world) requestDetail(r *api.Request) {
	w.request(r)
	w.printf("  %s", r.Mark)
	for _, t := range []struct{ name, text string }{{"purpose", r.Purpose}, {"legal basis", r.LegalBasis}, {"requirement", r.Requirement}, {"joins", r.Joins}, {"draft", r.Draft}} {
		if t.text != "" {
			w.printf("  %s: %s", t.name, t.text)
		}
	}
	if r.Decision != nil {
		w.printf("  decision of %s: %s", r.Decision.Officer, r.Decision.Text)
	}
	for _, a := range r.Together {
		w.printf("  asked together: %s by %s", a.Member, a.ID)
	}
	for _, p := range r.Parts {
		state := p.State
		if state == "" {
			state = "nothing said"
		}
		w.printf("  %d. %s: %s", p.Number, p.Text, state)
		for _, x := range p.Portions {
			standing := ""
			if x.Standing != "" {
				standing = ", " + x.Standing
			}
			w.printf("     portion %s%s", x.Portion, standing)
		}
	}
	for _, x := range r.Replies {
		doubt, final := "", ""
		if !x.Counts {
			doubt = "  in doubt: it changes nothing"
		}
		if x.Final {
			final = ", final"
		}
		w.printf("  %s of %s %s%s %s%s", x.Type, x.From, x.ID, final, x.Outcome, doubt)
		for _, p := range x.Parts {
			if p.Truth != "" && p.Truth != p.State {
				w.printf("     %d. %s, told as %s", p.Number, p.Truth, p.State)
			}
		}
		if x.Note != "" {
			w.printf("     %s", x.Note)
		}
	}
	for i := range r.Joined {
		w.printf("  joined by:")
		w.request(&r.Joined[i])
	}
}

type rfiAnswer struct {
	asOfficer
	ID        string   `arg:"" help:"Id of the request."`
	Full      []string `help:"Part and the own report that answers it in full: 1=ID, of its draft or of the report. The asker must have got it." placeholder:"PART=REPORT"`
	Partial   []string `help:"The same, of what answers it in part." placeholder:"PART=REPORT"`
	Declined  []int    `help:"Parts that are declined." placeholder:"PART"`
	NoHolding []int    `help:"Parts on which nothing is held." placeholder:"PART"`
	Alike     bool     `help:"Declined and no holding both leave as \"nothing to give\"; which it was stays here."`
	Note      string   `help:"To the asker."`
	Final     bool     `help:"Nothing follows: the asker's node counts no later answer, and this one refuses it."`
}

// Help gives an example.
func (rfiAnswer) Help() string {
	return "What is given stands in reports: release one of type ANSWER to the asker first, and name its draft. After --final nothing is answered until its asker asks again.\n\nExample:\n\n    entente rfi answer 8d3c... --full 1=4be0... --declined 2 --no-holding 3 --alike --final"
}

// Run answers.
func (c *rfiAnswer) Run(w *world) error {
	in := api.AnswerContent{Request: c.ID, Alike: c.Alike, Note: c.Note, Final: c.Final}
	for _, g := range []struct {
		flag, state string
		list        []string
	}{{"full", "full", c.Full}, {"partial", "partial", c.Partial}} {
		for _, s := range g.list {
			number, report, ok := strings.Cut(s, "=")
			n, err := strconv.Atoi(number)
			if !ok || err != nil || report == "" {
				return usage("--%s %s: give a part and a report, as 1=4be0...", g.flag, s)
			}
			in.Parts = append(in.Parts, api.AnswerPartContent{Number: n, State: g.state, Report: report})
		}
	}
	for _, n := range c.Declined {
		in.Parts = append(in.Parts, api.AnswerPartContent{Number: n, State: "declined"})
	}
	for _, n := range c.NoHolding {
		in.Parts = append(in.Parts, api.AnswerPartContent{Number: n, State: "no holding"})
	}
	if len(in.Parts) == 0 {
		return usage("say something to a part: --full, --partial, --declined or --no-holding")
	}
	// In the order of the parts, whatever was said to which.
	slices.SortStableFunc(in.Parts, func(a, b api.AnswerPartContent) int { return a.Number - b.Number })
	return c.speak(w, func(ctx context.Context, cl *client.Client) (*api.Draft, error) { return cl.DraftAnswer(ctx, in) })
}

type rfiClose struct {
	asOfficer
	IDs     []string `arg:"" name:"id" help:"Ids of own requests."`
	All     bool     `help:"Also those that were asked together with them."`
	Outcome string   `help:"What was got." required:"" enum:"met,partly met,not met,withdrawn"`
	Note    string   `help:"To those who were asked."`
}

// Help gives an example.
func (rfiClose) Help() string {
	return "Example:\n\n    entente rfi close 8d3c... --all --outcome 'partly met' --note 'the second day is missing'"
}

// Run closes.
func (c *rfiClose) Run(w *world) error {
	in := api.ClosingContent{Requests: c.IDs, All: c.All, Outcome: c.Outcome, Note: c.Note}
	return c.speak(w, func(ctx context.Context, cl *client.Client) (*api.Draft, error) { return cl.DraftClosing(ctx, in) })
}
