package inspection

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"entente/act"
	"entente/label"
)

// Tell fills in all that an entry says by the act alone: what, type, id, written,
// to, title, mark, portions, step, about, due and review_by. own says that the
// member of the report is its originator.
func (e *Entry) Tell(a *act.Act, own bool) (err error) {
	e.What = "received"
	if own {
		e.What = "originated"
	}
	when := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	if r := a.Report; r != nil {
		e.Type, e.ID, e.Written, e.To, e.Title = string(r.View.Type), string(r.ID), when(r.Written), names(r.To), r.Title
		if r.Label.Personal && r.Label.ReviewBy != 0 {
			e.ReviewBy = when(time.Unix(int64(r.Label.ReviewBy), 0))
		}
		for i := range r.Portions {
			e.Portions = append(e.Portions, Portion{ID: r.Portions[i].ID, Digest: r.Portions[i].Digest})
		}
		e.Mark, err = label.Full(r.Label)
		return err
	}
	s := a.Statement
	if s == nil {
		return fmt.Errorf("%w: an act of type %s is in no report", ErrReport, a.Type)
	}
	e.Type, e.ID, e.Written, e.To = string(a.Type), string(s.ID), when(s.Written), names(s.To)
	what := func(w string) {
		if own {
			e.What = w
		}
	}
	switch {
	case a.Redress != nil:
		e.Step, e.Due = string(a.Redress.Ask), when(a.Redress.Due)
		what("asked")
	case a.RedressAnswer != nil:
		e.Step = string(a.RedressAnswer.Outcome)
		what("answered")
		if a.RedressAnswer.Outcome == act.RedressRefused {
			what("refused")
		}
	case a.Consent != nil:
		c := a.Consent
		e.Step, e.About, e.Portions = string(c.Step), string(c.Answers), named(c.Portions)
		switch c.Step {
		case act.ConsentAsk:
			what("asked")
		case act.ConsentRefuse, act.ConsentWithdraw:
			what("refused")
		}
	case a.Recall != nil:
		e.Step, e.Portions = string(a.Recall.Kind), named(a.Recall.Portions)
	case a.Acknowledgement != nil:
		e.Step, e.About = string(a.Acknowledgement.State), string(a.Acknowledgement.Recall)
	case a.Request != nil:
		e.Title, e.About = a.Request.Title, string(a.Request.Joins)
		what("asked")
		e.Mark, err = label.Full(a.Request.Label)
	case a.Answer != nil:
		e.About = string(a.Answer.Request)
		what("answered")
		var told []string
		for _, p := range a.Answer.Parts {
			told = append(told, string(p.State))
			e.Portions = append(e.Portions, named(p.Portions)...)
			if p.State == act.AnswerDeclined {
				what("refused")
			}
		}
		e.Step = strings.Join(told, ", ")
	case a.Closing != nil:
		e.Step, e.About = string(a.Closing.Outcome), string(a.Closing.Request)
	case a.Requirement != nil:
		e.Step, e.Title = string(a.Requirement.State), a.Requirement.Title
	case a.Coverage != nil:
		e.Step, e.Title = string(a.Coverage.State), a.Coverage.Subject
	}
	return err
}

// Drafted says as what the parts of an own answer were drafted, in the order of
// the act, where that is other than they left.
func (e *Entry) Drafted(states []string) {
	if was := strings.Join(states, ", "); was != e.Step {
		e.Truth = was
	}
	if slices.Contains(states, string(act.AnswerDeclined)) {
		e.What = "refused"
	}
}

func names(to label.MemberSet) (out []string) {
	for m := range to.All() {
		out = append(out, string(m))
	}
	return out
}

func named(refs []act.PortionRef) (out []Portion) {
	for _, r := range refs {
		out = append(out, Portion{ID: r.Portion, Digest: r.Digest})
	}
	return out
}

// held refuses an entry that says other than its act. What no act tells is the
// node's word: ended, doubt, overdue where something is due, truth where an
// answer left as nothing to give.
func (e *Entry) held(h *Head, a *act.Act) error {
	own := e.Originator == h.Member
	var is Entry
	if err := is.Tell(a, own); err != nil {
		return fmt.Errorf("%w: leaf %d: %w", ErrReport, e.Index, err)
	}
	if e.Truth != "" {
		states, left := strings.Split(e.Truth, ", "), strings.Split(is.Step, ", ")
		ok := own && a.Answer != nil && len(states) == len(left)
		for i := 0; ok && i < len(states); i++ {
			ok = states[i] == left[i] || left[i] == string(act.AnswerNothing) && (states[i] == string(act.AnswerDeclined) || states[i] == string(act.AnswerNoHolding))
		}
		if !ok {
			return fmt.Errorf("%w: leaf %d was drafted otherwise than it could leave", ErrReport, e.Index)
		}
		is.Drafted(states)
	}
	for _, x := range []struct{ name, is, said string }{
		{"what", is.What, e.What}, {"type", is.Type, e.Type}, {"step", is.Step, e.Step}, {"about", is.About, e.About}, {"id", is.ID, e.ID}, {"written", is.Written, e.Written},
		{"to", strings.Join(is.To, " "), strings.Join(e.To, " ")}, {"title", is.Title, e.Title}, {"mark", is.Mark, e.Mark},
		{"portions", fmt.Sprint(is.Portions), fmt.Sprint(e.Portions)}, {"review_by", is.ReviewBy, e.ReviewBy}, {"due", is.Due, e.Due},
	} {
		if x.is != x.said {
			return fmt.Errorf("%w: of leaf %d it says another %q than the act", ErrReport, e.Index, x.name)
		}
	}
	return nil
}
