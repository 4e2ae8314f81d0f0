package label

import (
	"fmt"
	"slices"
	"strings"
)

// The texts are English and are built from [MemberBlame] and [ReleasePlan]
// alone, so that another language needs another file like this one and nothing
// else. They are for the releasing officer and name portions by their place in
// the whole; they never go to the member they speak of.

// Text returns the reason in words, as said of a portion whose label has
// the release set rel and of the member m, which may be empty for reasons that
// concern everybody.
func (r Reason) Text(m MemberID, rel MemberSet) string { return r.text(m, rel) }

func (r Reason) text(m MemberID, rel MemberSet) string {
	switch r.Kind {
	case NotReleased:
		if rel.IsEmpty() {
			return fmt.Sprintf("it is released to nobody, and so not to %s (rule 7)", m)
		}
		return fmt.Sprintf("it is released to %s, not to %s (rule 7)", rel.join(", "), m)
	case ConsentMissing:
		return fmt.Sprintf("%s: %s", r.By, r.stateText())
	case ExternalMissing:
		return fmt.Sprintf("external originator %s via %s: %s (rule 8)", r.By.ID, r.By.Holder, r.stateText())
	case WithheldBy:
		return fmt.Sprintf("%s withholds it from %s%s (rule 10)", party(*r.By), m, until(" until ", r.Until))
	case Unlabelled:
		return "it has no label: label it (rule 7)"
	case Unsourced:
		return "it cites no source: cite one (rule 7)"
	case Expired:
		return fmt.Sprintf("its release ended at %s: its originator must renew it (rule 10)", r.Until)
	case ReviewOverdue:
		return fmt.Sprintf("its personal data were due for review at %s: review them (rule 21)", r.Until)
	case NotReleasers:
		return fmt.Sprintf("it is not released to %s, which therefore cannot pass it on: drop it, or ask its originator to release it (rule 7)", r.Member)
	}
	return string(r.Kind)
}

func (r Reason) stateText() string {
	switch r.State {
	case Refused:
		return "consent refused" + until(" until ", r.Until)
	case Lapsed:
		return "consent lapsed" + until(" at ", r.Until)
	case Withheld:
		return "consent withheld" + until(" until ", r.Until)
	default:
		return "no consent on record"
	}
}

func until(word string, i Instant) string {
	if i.IsAbsent() {
		return ""
	}
	return word + i.String()
}

func party(o Originator) string {
	if o.Kind == KindExternal {
		return fmt.Sprintf("external originator %s via %s", o.ID, o.Holder)
	}
	return o.ID
}

// Text returns the remedy in words.
func (r Remedy) Text(m MemberID) string {
	switch r.Kind {
	case Tearline:
		return fmt.Sprintf("tearline: give %s %s under the banner %s", m, portions(r.Portions), r.Banner.write(string(r.Banner.Class), bannerForm))
	case AskConsent:
		var asks []string
		for _, q := range r.Ask {
			ask := fmt.Sprintf("%s for %s", party(q.Of), portions(q.Portions))
			switch q.State {
			case Refused:
				ask += " (refused before)"
			case Withheld:
				ask += " (withholds it now)"
			case Lapsed:
				ask += " (granted before)"
			}
			asks = append(asks, ask)
		}
		return fmt.Sprintf("ask consent for %s: %s", m, strings.Join(asks, " and "))
	case WidenOwn:
		sets := "set"
		if len(r.Portions) > 1 {
			sets = "sets"
		}
		return fmt.Sprintf("widen: add %s to the release %s of %s", m, sets, portions(r.Portions))
	case SecondMember:
		return fmt.Sprintf("by the agreement of a second member alone (rule 19): name it in consent_needed of %s, ask it, and grant %s", portions(r.Portions), m)
	case DropPortions:
		return fmt.Sprintf("drop %s for everybody", portions(r.Portions))
	case CurePortions:
		return fmt.Sprintf("put right %s", portions(r.Portions))
	}
	return string(r.Kind)
}

// Text says in words what keeps the member out and what would change that.
func (b MemberBlame) Text() string {
	if len(b.Portions) == 0 {
		return fmt.Sprintf("%s sees all of it.", b.Member)
	}
	var s strings.Builder
	for i := 0; i < len(b.Portions); {
		why := b.Portions[i].why(b.Member)
		same := []int{b.Portions[i].Index}
		for i++; i < len(b.Portions) && b.Portions[i].why(b.Member) == why; i++ {
			same = append(same, b.Portions[i].Index)
		}
		verb := "block"
		if len(same) == 1 {
			verb = "blocks"
		}
		fmt.Fprintf(&s, "%s %s %s: %s. ", capitalised(portions(same)), verb, b.Member, why)
	}
	if len(b.Remedies) == 0 {
		s.WriteString("Nothing would be left without them.")
		return s.String()
	}
	var ways []string
	for _, r := range b.Remedies {
		ways = append(ways, r.Text(b.Member))
	}
	fmt.Fprintf(&s, "Remedies: %s.", strings.Join(ways, "; "))
	return s.String()
}

func (p PortionBlame) why(m MemberID) string {
	var texts []string
	for _, r := range p.Reasons {
		texts = append(texts, r.text(m, p.Rel))
	}
	return strings.Join(texts, "; ")
}

// Explain says in words what keeps m out of the whole.
func (b Blame) Explain(m MemberID) string { return b.Of(m).Text() }

// Explain says in words what m would see of the portions, why not the rest, and
// what would change that. It is for the releasing officer.
func (p *ReleasePlan) Explain(m MemberID) string {
	v, ok := p.ViewOf(m)
	switch {
	case !slices.ContainsFunc(p.Recipients, func(r RecipientPlan) bool { return r.Member == m }):
		return fmt.Sprintf("%s is neither a member nor an observer of the charter and receives nothing.", m)
	case !ok:
		return fmt.Sprintf("%s sees nothing. %s", m, p.Blame(m).Text())
	case len(v.Portions) == len(p.Portions):
		return fmt.Sprintf("%s sees all of it under the banner %s.", m, v.Banner.write(string(v.Banner.Class), bannerForm))
	default:
		return fmt.Sprintf("%s sees %s of %d. %s", m, portions(v.Portions), len(p.Portions), p.Blame(m).Text())
	}
}

// portions writes indices as places counted from 1: "portion 2", "portions
// 1-3, 5".
func portions(indices []int) string {
	if len(indices) == 1 {
		return fmt.Sprintf("portion %d", indices[0]+1)
	}
	var runs []string
	for i := 0; i < len(indices); {
		j := i
		for j+1 < len(indices) && indices[j+1] == indices[j]+1 {
			j++
		}
		switch {
		case j == i:
			runs = append(runs, fmt.Sprint(indices[i]+1))
		case j == i+1:
			runs = append(runs, fmt.Sprint(indices[i]+1), fmt.Sprint(indices[j]+1))
		default:
			runs = append(runs, fmt.Sprintf("%d-%d", indices[i]+1, indices[j]+1))
		}
		i = j + 1
	}
	return "portions " + strings.Join(runs, ", ")
}

func capitalised(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
