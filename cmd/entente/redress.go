package main

import (
	"strings"

	"entente/internal/plural"
	"entente/internal/web/api"
)

// redressCmd asks for correction, erasure and restriction, and answers (rule 22).
type redressCmd struct {
	Ask      redressAsk      `cmd:"" help:"Ask the originator of what is held here to put it right."`
	List     redressList     `cmd:"" help:"List what this member asks and is asked."`
	Show     redressShow     `cmd:"" help:"Show one request, what was answered, and what came of it here."`
	Pass     redressPass     `cmd:"" help:"Pass a received request on to the member whose portions it rests on."`
	CarryOut redressCarryOut `cmd:"" help:"Correct, erase or restrict what a received request is about, wherever it was released."`
	Answer   redressAnswer   `cmd:"" help:"Answer a received request."`
}

type redressAsk struct {
	asOfficer
	Report   string `arg:"" help:"A report that is here, a released own draft, or a portion."`
	Number   []int  `help:"Only these portions of it, from 1."`
	Ask      string `help:"What is to be done." enum:"correct,erase,restrict" required:""`
	Reason   string `help:"Why; no-ground is of rules 19 and 20, overdue of rule 21, no-consent of rule 17." enum:"inaccurate,mistaken-identity,unlawful,no-ground,not-needed,overdue,no-consent" required:""`
	Text     string `help:"What is wrong, and what would be right; no number of papers, no name beyond what the portion says." required:""`
	Basis    string `help:"On what law it rests." required:""`
	For      string `help:"For this member, or on behalf of a person." enum:"member,person" default:"member"`
	Identity string `help:"For a person: how it was checked that it is that person's wish." enum:",papers,representative,authority,officer" default:""`
	Due      string `help:"By when the answer is wanted, as 2015-10-31T12:00Z, within 90 days; 30 days without it." placeholder:"TIME"`
	MayPass  bool   `help:"These words may be passed on to those whose material it rests on."`
}

// Help gives an example.
func (redressAsk) Help() string {
	return "By a data-protection officer; an officer with the release role lets it go. It goes to the originator alone, and no other holder learns of it (spec/redress.md).\n\nExample:\n\n    entente redress ask 0c1d... --number 2 --ask erase --reason mistaken-identity --for person --identity papers --text 'The driver is another man of that name.' --basis 'Data law, article 16'"
}

// Run asks.
func (c *redressAsk) Run(w *world) error {
	in := api.RedressContent{Ask: c.Ask, Reason: c.Reason, Text: c.Text, LegalBasis: c.Basis, For: c.For, Identity: c.Identity, MayPass: c.MayPass, Report: c.Report, Numbers: c.Number}
	var err error
	if in.Due, err = timeOf("due", c.Due); err != nil {
		return err
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	return w.issued(cl.AskRedress(w.ctx, in))
}

type redressPass struct {
	asOfficer
	ID     string `arg:"" help:"Id of a received request."`
	To     string `help:"Whose portions it rests on, where they are of several members." placeholder:"IRN"`
	Text   string `help:"Own words; the asker's when it allowed that."`
	Basis  string `help:"On what law it rests; the asker's when it allowed that."`
	Reason string `help:"Why; the asker's without it." enum:",inaccurate,mistaken-identity,unlawful,no-ground,not-needed,overdue,no-consent" default:""`
	Due    string `help:"By when the answer is wanted; the asker's date without it, or 30 days when that is past." placeholder:"TIME"`
}

// Help gives an example.
func (redressPass) Help() string {
	return "The member that is asked does not learn who asked first. Say to the asker that it was passed on: entente redress answer ID --outcome passed-on.\n\nExample:\n\n    entente redress pass 7a3c... --text 'The second sentence names the wrong man.' --basis 'Data law, article 16'"
}

// Run passes on.
func (c *redressPass) Run(w *world) error {
	in := api.RedressContent{Passes: c.ID, To: strings.ToUpper(c.To), Text: c.Text, LegalBasis: c.Basis, Reason: c.Reason}
	var err error
	if in.Due, err = timeOf("due", c.Due); err != nil {
		return err
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	return w.issued(cl.AskRedress(w.ctx, in))
}

type redressCarryOut struct {
	asOfficer
	ID         string `arg:"" help:"Id of a received request."`
	Kind       string `help:"recall erases, correction corrects, review restricts; what was asked without it." enum:",recall,correction,review" default:""`
	Reason     string `help:"What all readers are told: error for a correction and unlawful for an erasure without it." enum:",error,fabrication,unlawful,release-mistake" default:""`
	Number     []int  `help:"Only these portions of the request, from 1."`
	ReplacedBy string `help:"Of a correction: the released draft that says it right." placeholder:"ID"`
	ToFollow   bool   `help:"Of a correction without --replaced-by: what is right is not released yet, and follows."`
	Text       string `help:"To all readers: say nothing of the request."`
}

// Help gives an example.
func (redressCarryOut) Help() string {
	return "By an officer with the release role, at once, to all who hold it; nothing in it tells that somebody asked. Then say so to the asker: entente redress answer. What was restricted is given back by entente recall clear.\n\nExample:\n\n    entente redress carry-out 7a3c... --kind review\n    entente redress carry-out 7a3c... --kind correction --replaced-by 7e21..."
}

// carriedOut are the kind and the reason of the recall that carries out what was
// asked.
var carriedOut = map[string]struct{ kind, reason string }{
	"correct":  {"correction", "error"},
	"erase":    {"recall", "unlawful"},
	"restrict": {"review", ""},
}

// Run carries out.
func (c *redressCarryOut) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	in := api.RecallContent{Kind: c.Kind, Reason: c.Reason, Redress: c.ID, Numbers: c.Number, ReplacedBy: c.ReplacedBy, ToFollow: c.ToFollow, Text: c.Text}
	if in.Kind == "" {
		r, err := cl.Redress(w.ctx, c.ID)
		if err != nil {
			return w.refused(err)
		}
		in.Kind = carriedOut[r.Ask].kind
	}
	for _, k := range carriedOut {
		if in.Reason == "" && k.kind == in.Kind {
			in.Reason = k.reason
		}
	}
	return w.issued(cl.IssueRecall(w.ctx, in))
}

type redressAnswer struct {
	asOfficer
	ID      string `arg:"" help:"Id of a received request."`
	Outcome string `help:"What is granted has been done before (entente redress carry-out)." enum:"granted,partly,refused,passed-on" required:""`
	Ground  string `help:"Why it is not granted, or not all of it." enum:",accurate,lawful,not-held,identity,law" default:""`
	Text    string `help:"To the asker; needed where not all is granted."`
	Number  []int  `help:"Of what is granted in part: the portions of the request that were done, from 1."`
}

// Help gives an example.
func (redressAnswer) Help() string {
	return "By the data-protection officer; an officer with the release role lets it go. The asker alone learns of it.\n\nExample:\n\n    entente redress answer 7a3c... --outcome granted\n    entente redress answer 7a3c... --outcome refused --ground accurate --text 'Two sources bear it.'"
}

// Run answers.
func (c *redressAnswer) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	return w.issued(cl.AnswerRedress(w.ctx, api.RedressAnswerContent{Redress: c.ID, Outcome: c.Outcome, Ground: c.Ground, Text: c.Text, Numbers: c.Number}))
}

type redressList struct {
	asOfficer
	Side    string `help:"Only what this member asks, or only what it is asked." enum:",asked,received" default:""`
	Open    bool   `help:"Only what has standing and no final answer."`
	Overdue bool   `help:"Only that of it whose date is past; exit code 1 when there is any."`
	newestFirst
}

// Help gives an example.
func (redressList) Help() string {
	return "By the data-protection officer, the inspector, or an officer with the release role.\n\nExample:\n\n    entente redress list --side received --open"
}

// Run lists.
func (c *redressList) Run(w *world) error {
	before, err := numbered("before", c.Before)
	if err != nil {
		return err
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	page, err := cl.Redresses(w.ctx, api.FindRedress{Side: c.Side, Open: c.Open, Overdue: c.Overdue, Before: before, Limit: c.Limit})
	if err != nil {
		return w.refused(err)
	}
	defer w.more("before", page.Next)
	if err := w.answer(page, func() {
		for i := range page.Redress {
			w.redress(&page.Redress[i])
		}
	}); err != nil {
		return err
	}
	if c.Overdue && len(page.Redress) > 0 {
		return errFindings
	}
	return nil
}

// redress writes a request for redress on one line.
func (w *world) redress(r *api.Redress) {
	state := r.State
	if r.Doubt != "" {
		state += " (rule 22: " + r.Doubt + ")"
	}
	if r.Overdue {
		state += ", OVERDUE"
	}
	w.printf("%s  %s asks %s to %s %s (%s)  %s, due by %s", r.ID, r.From, r.To, r.Ask, plural.Of(len(r.Portions), "portion"), r.Reason, state, r.Due.Format("2006-01-02T15:04Z"))
}

type redressShow struct {
	asOfficer
	ID string `arg:"" help:"Id of the request."`
}

// Help gives an example.
func (redressShow) Help() string { return "Example:\n\n    entente redress show 7a3c..." }

// Run shows.
func (c *redressShow) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	r, err := cl.Redress(w.ctx, c.ID)
	if err != nil {
		return w.refused(err)
	}
	return w.answer(r, func() { w.redressDetail(r) })
}

func (w *world) redressDetail(r *api.Redress) {
	w.redress(r)
	if r.Late {
		w.printf("  the answer came after the date")
	}
	if r.Undone > 0 {
		w.printf("  ! %s: granted, and not so here (rule 22); ask its originator to do it", plural.Of(r.Undone, "portion"))
	}
	whom := "the member"
	if r.For == "person" {
		whom = "a person, whose wish was checked by: " + r.Identity
	}
	w.printf("  for %s", whom)
	w.printf("  %s", r.Text)
	w.printf("  legal basis: %s", r.LegalBasis)
	for i, p := range r.Portions {
		w.printf("  %d. portion %s", i+1, p.Portion)
	}
	for _, t := range []struct {
		name string
		ids  []string
	}{{"held in", r.Reports}, {"recall", r.Recalls}, {"resolved by", r.Versions}, {"passed on by", r.Passed}} {
		for _, id := range t.ids {
			w.printf("  %s %s", t.name, id)
		}
	}
	if r.Passes != "" {
		w.printf("  passes on %s", r.Passes)
	}
	for _, x := range r.Replies {
		ground, doubt := "", ""
		if x.Ground != "" {
			ground = " (" + x.Ground + ")"
		}
		if x.Doubt != "" {
			doubt = "  in doubt (rule 22: " + x.Doubt + "): it changes nothing"
		}
		w.printf("  %s says %s%s, by %s%s", x.From, x.Outcome, ground, x.ID, doubt)
		if x.Text != "" {
			w.printf("     %s", x.Text)
		}
	}
}
