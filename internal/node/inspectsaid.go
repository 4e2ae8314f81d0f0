package node

import (
	"context"
	"strings"

	"entente/act"
	"entente/internal/inspection"
	"entente/internal/store/viewdb"
	"entente/label"
)

// saidEntry says what a statement was about (spec/inspection.md). truth is what
// an own answer was drafted as, nil where it is not here.
func saidEntry(e *inspection.Entry, own bool, a *act.Act, truth *Answer) (err error) {
	switch {
	case a.Consent != nil:
		c := a.Consent
		e.Step, e.About, e.Portions = string(c.Step), string(c.Answers), portionsNamed(c.Portions)
		switch {
		case own && c.Step == act.ConsentAsk:
			e.What = "asked"
		case own && (c.Step == act.ConsentRefuse || c.Step == act.ConsentWithdraw):
			e.What = "refused"
		}
	case a.Recall != nil:
		e.Step, e.Portions = string(a.Recall.Kind), portionsNamed(a.Recall.Portions)
	case a.Acknowledgement != nil:
		e.Step, e.About = string(a.Acknowledgement.State), string(a.Acknowledgement.Recall)
	case a.Request != nil:
		e.Title, e.About = a.Request.Title, string(a.Request.Joins)
		e.Mark, err = label.Full(a.Request.Label)
		if own {
			e.What = "asked"
		}
	case a.Answer != nil:
		answerEntry(e, own, a.Answer, truth)
	case a.Closing != nil:
		e.Step, e.About = string(a.Closing.Outcome), string(a.Closing.Request)
	case a.Requirement != nil:
		e.Step, e.Title = string(a.Requirement.State), a.Requirement.Title
	case a.Coverage != nil:
		e.Step, e.Title = string(a.Coverage.State), a.Coverage.Subject
	}
	return err
}

// answerEntry tells the state of each part as it left, in the order of the act,
// and, where refusal and lack were to look alike, which it was.
func answerEntry(e *inspection.Entry, own bool, a *act.Answer, truth *Answer) {
	e.About = string(a.Request)
	var told, was []string
	for _, p := range a.Parts {
		told = append(told, string(p.State))
		e.Portions = append(e.Portions, portionsNamed(p.Portions)...)
	}
	e.Step = strings.Join(told, ", ")
	if !own {
		return
	}
	e.What = "answered"
	if truth != nil {
		for _, p := range truth.Parts {
			was = append(was, string(p.State))
		}
		if s := strings.Join(was, ", "); s != e.Step {
			e.Truth = s
		}
	}
	for _, s := range append(told, was...) {
		if s == string(act.AnswerDeclined) {
			e.What = "refused"
		}
	}
}

func portionsNamed(refs []act.PortionRef) (out []inspection.Portion) {
	for _, r := range refs {
		out = append(out, inspection.Portion{ID: r.Portion, Digest: r.Digest})
	}
	return out
}

// truthsOf returns as what the own answers of a run were drafted, by index.
func (x *Inspection) truthsOf(ctx context.Context, rows map[int64]viewdb.Between) (map[int64]*Answer, error) {
	var at []int64
	for i, row := range rows {
		if row.Said != nil && row.Said.Own && row.Said.Type == string(act.TypeAnswer) {
			at = append(at, i)
		}
	}
	out := map[int64]*Answer{}
	for len(at) > 0 {
		part := at[:min(len(at), 500)]
		at = at[len(part):]
		drafts, err := x.n.draftsAt(ctx, part)
		if err != nil {
			return nil, err
		}
		for i, d := range drafts {
			a := new(Answer)
			if readStatement(d.Content, a) == nil {
				out[i] = a
			}
		}
	}
	return out, nil
}
