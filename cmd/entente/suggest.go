package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"entente/internal/client"
	"entente/internal/plural"
	"entente/internal/web/api"
)

// suggestCmd groups what officers do with what was read in texts.
type suggestCmd struct {
	List       suggestList       `cmd:"" help:"List what was read in a report or draft, in the order of its text."`
	Accept     suggestJudge      `cmd:"" help:"Accept suggestions."`
	Reject     suggestJudge      `cmd:"" help:"Reject suggestions."`
	Reopen     suggestJudge      `cmd:"" help:"Take back what was said of suggestions, or of two names."`
	Candidates suggestCandidates `cmd:"" help:"List the listings held here that a name may mean, and why."`
	Same       suggestName       `cmd:"" help:"Say that two names are those of one bearer."`
	NotSame    suggestName       `cmd:"" help:"Say that two names are not those of one bearer."`
	Unsure     suggestName       `cmd:"" help:"Say that it is not known whether two names are those of one bearer."`
	Status     suggestStatus     `cmd:"" help:"Show how far the reading of texts is."`
}

// Help gives examples.
func (suggestCmd) Help() string {
	return `Examples:

    entente suggest list 7f20... --kind place
    entente suggest accept 412.3 412.4
    entente suggest reject 412.7
    entente suggest candidates 412.3
    entente suggest same 412.3 UN/Al-Qaida/QDi.001
    entente suggest reopen 412.3

What is read in texts are suggestions. They stay on this node, change nothing of what was filed and decide nothing; officers accept or reject them, and what was said is kept with who and when.`
}

// AfterApply notes what each command says.
func (c *suggestCmd) AfterApply() error {
	c.Accept.says, c.Reject.says, c.Reopen.says = "accept", "reject", "reopen"
	c.Same.says, c.NotSame.says, c.Unsure.says = "same", "not same", "unsure"
	return nil
}

type suggestList struct {
	asOfficer
	ID    string `arg:"" help:"Id of the report or draft."`
	Kind  string `help:"Only of this kind." enum:",person,group,organisation,place,date,quantity,statement,credit,language" default:""`
	State string `help:"Only in this state." enum:",open,accepted,rejected" default:""`
	Wait  int    `help:"Seconds to wait until the text was read, 10 at most." default:"5"`
	After string `help:"Behind this suggestion." placeholder:"ID"`
	Limit int    `help:"How many, 500 at most." default:"500"`
}

// Help says what is written.
func (suggestList) Help() string {
	return `Writes a line a suggestion: its id, state, kind, the number of the portion and the byte offsets in it, the exact text, what it is taken to mean, confidence, and the method with its version. The order is that of the text.

Example:

    entente suggest list 7f20... --state open`
}

// Run lists suggestions.
func (c *suggestList) Run(w *world) error {
	if c.Wait < 0 || c.Wait > 10 {
		return usage("--wait %d: give 0 to 10 seconds", c.Wait)
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	f := api.FindSuggestions{Kind: c.Kind, State: c.State, Wait: time.Duration(c.Wait) * time.Second, After: c.After, Limit: c.Limit}
	got, err := cl.ReportSuggestions(w.ctx, c.ID, f)
	if errors.Is(err, client.ErrNotFound) {
		got, err = cl.DraftSuggestions(w.ctx, c.ID, f)
	}
	if errors.Is(err, client.ErrNotFound) {
		return w.refused(&client.Error{Code: api.CodeNotFound, Message: "no report and no own draft of that id is here: entente report list and entente report drafts show those that are"})
	}
	if err != nil {
		return w.refused(err)
	}
	return w.answer(got, func() {
		for i := range got.Suggestions {
			s := &got.Suggestions[i]
			w.printf("%s\t%s\t%s\t%d:%d-%d\t%s\t%s\t%.2f\t%s/%s", s.ID, s.State, s.Kind, s.Number, s.Bytes[0], s.Bytes[1], oneLine(s.Text), meant(s), s.Confidence, s.Method, s.Version)
		}
		w.notef("%s", standing(got))
		if got.Next != "" {
			w.notef("there are more: --after %s", got.Next)
		}
	})
}

// standing says how many suggestions stand.
func standing(s *api.Suggestions) string {
	line := fmt.Sprintf("%s %s open, %d accepted, %d rejected", plural.Of(s.Open, "suggestion"), plural.Choose(s.Open, "is", "are"), s.Accepted, s.Rejected)
	if s.Waiting {
		line += "; the text is still being read"
	}
	return line
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 80 {
		s = string(r[:80]) + "…"
	}
	return s
}

// meant says in a line what a suggestion is taken to mean.
func meant(s *api.Suggestion) string {
	m := &s.Meaning
	var parts []string
	add := func(v ...string) {
		for _, x := range v {
			if x != "" {
				parts = append(parts, x)
			}
		}
	}
	switch s.Kind {
	case "place":
		add(m.Name, m.Country, m.Place)
		if m.Cell != "" {
			add("cell " + m.Cell)
		}
	case "date":
		if m.From == m.To {
			add(m.From, m.At)
		} else {
			add(m.From + ".." + m.To)
		}
	case "quantity":
		high := ".."
		if m.High != nil {
			high = ""
			if m.Low == nil || *m.High != *m.Low {
				high = ".." + number(*m.High)
			}
		}
		low := ""
		if m.Low != nil {
			low = number(*m.Low)
		}
		population := m.Population
		if population == m.Unit {
			population = ""
		}
		add(m.Event, low+high, m.Unit, population)
	case "statement":
		add(m.Modality, m.SpeakerKind, oneLine(m.Speaker))
	case "credit":
		add(m.Credit, m.Agency)
	case "language":
		add(m.Language)
	default:
		add(m.Names...)
	}
	for _, p := range s.Names {
		other := p.Other
		if other == s.ID {
			other = p.Name
		}
		add("[" + p.Says + ": " + other + "]")
	}
	return strings.Join(parts, " ")
}

type suggestJudge struct {
	asOfficer
	IDs  []string `arg:"" name:"id" help:"Ids of suggestions, 500 at most."`
	With string   `help:"Of two names: the listing or the other suggestion (reopen alone)." placeholder:"KEY|ID"`
	says string
}

// Help gives an example.
func (suggestJudge) Help() string {
	return "Example:\n\n    entente suggest accept 412.3 412.4 412.9\n    entente suggest reopen 412.3 --with UN/Al-Qaida/QDi.001\n\nAll of them are judged, or none. What was said before is kept."
}

// Run judges.
func (c *suggestJudge) Run(w *world) error {
	if c.With != "" && (c.says != "reopen" || len(c.IDs) != 1) {
		return usage("--with belongs to reopen and one suggestion")
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	if c.With != "" {
		return sayName(w, cl, c.IDs[0], c.With, "withdraw", "")
	}
	n, err := cl.Judge(w.ctx, c.says, c.IDs...)
	if err != nil {
		return w.refused(err)
	}
	return w.answer(api.JudgedCount{Changed: n}, func() { w.printf("%d changed", n) })
}

type suggestName struct {
	asOfficer
	ID     string `arg:"" help:"Id of a suggestion that is a name."`
	Other  string `arg:"" name:"other" help:"Key of a listing, as candidates shows it, or the id of another suggestion."`
	Reason string `help:"Why, in words, for the section alone." placeholder:"TEXT"`
	says   string
}

// Help gives examples.
func (suggestName) Help() string {
	return "Examples:\n\n    entente suggest same 412.3 UN/Al-Qaida/QDi.001 --reason \"named with the same alias\"\n    entente suggest not-same 412.3 415.2\n\nIt stands for this member until an officer says otherwise, is kept, and merges nothing."
}

// Run says it.
func (c *suggestName) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	return sayName(w, cl, c.ID, c.Other, c.says, c.Reason)
}

func sayName(w *world, cl *client.Client, id, other, says, reason string) error {
	j := api.JudgeName{Says: says, Reason: reason}
	if strings.Contains(other, "/") {
		j.Listing = other
	} else {
		j.Other = other
	}
	if err := cl.JudgeName(w.ctx, id, j); err != nil {
		return w.refused(err)
	}
	return w.done("it is noted")
}

type suggestCandidates struct {
	asOfficer
	ID string `arg:"" help:"Id of a suggestion that is a name."`
}

// Help gives an example.
func (suggestCandidates) Help() string {
	return "Example:\n\n    entente suggest candidates 412.3\n\nThe order is that of the keys; how like the names are decides nothing (rule 24)."
}

// Run lists candidates.
func (c *suggestCandidates) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	list, err := cl.Candidates(w.ctx, c.ID)
	if err != nil {
		return w.refused(err)
	}
	if list == nil {
		list = []api.Candidate{}
	}
	return w.answer(api.Candidates{Candidates: list}, func() {
		for _, x := range list {
			said := ""
			for _, p := range x.Judgements {
				said = "\t[" + p.Says + " by " + p.Login + "]"
			}
			w.printf("%s\t%s\t%s\t%s\t%.2f\t%s%s", x.Key, x.Kind, x.Name, x.Like, x.Likeness, x.Explained, said)
		}
	})
}

type suggestStatus struct {
	asOfficer
}

// Help gives an example.
func (suggestStatus) Help() string { return "Example:\n\n    entente suggest status" }

// Run shows the status.
func (c *suggestStatus) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	st, err := cl.ReadingStatus(w.ctx)
	if err != nil {
		return w.refused(err)
	}
	return w.answer(st, func() {
		w.printf("texts read: %d, %d of them by earlier methods", st.Texts, st.Earlier)
		w.printf("suggestions: %d open, %d accepted, %d rejected", st.Open, st.Accepted, st.Rejected)
		w.printf("waiting: %s; reports read up to leaf %d of %d", plural.Of(st.Drafts, "draft"), st.Read, st.Projected)
		w.printf("methods: %s", strings.Join(st.Methods, " "))
		if st.Failed != "" {
			w.printf("nothing is read at the moment: %s", st.Failed)
		}
	})
}
