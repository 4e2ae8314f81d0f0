package label

// Sheet is the markings of what the recipients of one view receive, and
// nothing of any other portion: portions are numbered from 1 without gaps, and
// the banner, the numbers and the labels are functions of the portions in it
// (rule 9). It is what a rendering of the view may use.
type Sheet struct {
	// Banner is the banner line.
	Banner string `json:"banner"`
	// Label is the label of the whole sheet.
	Label Label `json:"label"`
	// Portions are the portions of the sheet in order.
	Portions []SheetPortion `json:"portions"`
}

// SheetPortion is the marking of one portion of a sheet.
type SheetPortion struct {
	// Number counts from 1 within the sheet.
	Number int       `json:"number"`
	ID     PortionID `json:"id"`
	// Mark is the portion mark.
	Mark string `json:"mark"`
	// Label is the effective label of the portion.
	Label Label `json:"label"`
}

// Sheet returns the markings of what m would receive; ok is false if m would
// receive nothing.
func (p *ReleasePlan) Sheet(m MemberID) (s Sheet, ok bool, err error) {
	v, ok := p.ViewOf(m)
	if !ok {
		return Sheet{}, false, nil
	}
	s.Label = v.Banner
	if s.Banner, err = Banner(v.Banner); err != nil {
		return Sheet{}, false, err
	}
	for n, i := range v.Portions {
		l := *p.Portions[i].Label
		mark, err := PortionMark(p.w.t, l)
		if err != nil {
			return Sheet{}, false, err
		}
		s.Portions = append(s.Portions, SheetPortion{Number: n + 1, ID: p.Portions[i].ID, Mark: mark, Label: l})
	}
	return s, true, nil
}
