package collect

import (
	"strings"

	"entente/label"
)

// level is how far something of MISP may go.
type level struct {
	// to holds the members that the distribution releases to, beyond the
	// originators of the label.
	to label.MemberSet
	// marks are the foreign marks of its tags.
	marks []string
}

// Distribution levels of MISP.
const (
	mispSharingGroup = "4"
	mispInherit      = "5"
)

// levelOf reads distribution, sharing group and tags of a thing that stands in
// another one, parent, or in none. Nothing goes further than what it stands in.
// A distribution that is absent, unknown, or not mapped by the officer releases
// to nobody beyond the originators.
func (m *mispIntake) levelOf(f fields, parent *level) level {
	var l level
	switch d := f.text("distribution"); d {
	case "1", "2", "3":
		l.to = m.o.Sharing[d]
	case mispSharingGroup:
		group := f.text("sharing_group_uuid")
		sg := f.nested("SharingGroup")
		if u := sg.text("uuid"); group == "" {
			group = u
		} else if u != "" && u != group {
			group = "" // two groups are none
		}
		if orgs, err := sg.list("SharingGroupOrg"); err != nil || sg["SharingGroupOrg"] != nil && len(orgs) == 0 {
			group = "" // a group of nobody is nobody, whatever it is mapped to
		}
		if group != "" {
			l.to = m.o.Sharing[group]
		}
	case mispInherit:
		if parent != nil {
			l.to = parent.to
		}
	}
	l.marks = mispMarks(f)
	if parent != nil {
		l.to = l.to.Intersect(parent.to)
		l.marks = append(l.marks, parent.marks...)
	}
	return l
}

// mispMarks reads the tags that are foreign marks. A tag of these schemes whose
// token nobody knows is read as the strictest one.
func mispMarks(f fields) (marks []string) {
	tags, err := f.list("Tag")
	if err != nil {
		return []string{"TLP:RED"}
	}
	for _, t := range tags {
		scheme, token, ok := strings.Cut(strings.ToUpper(t.text("name")), ":")
		if !ok || scheme != "TLP" && scheme != "PAP" {
			continue
		}
		mark, err := label.ParseForeignMark(scheme + ":" + strings.Trim(token, `"`))
		if err != nil {
			mark, _ = label.ParseForeignMark(scheme + ":RED")
		}
		marks = append(marks, mark.String())
	}
	return marks
}

// narrow applies a level to the officer's label: never wider, and with the
// marks. A label that is not set yet is left for the officer to set.
func (m *mispIntake) narrow(l label.Label, lv level) label.Label {
	if l.Equal(label.Label{}) {
		return l
	}
	l.Rel = l.Rel.Intersect(lv.to.Union(l.Originators))
	for _, mark := range lv.marks {
		l.Caveats = l.Caveats.Union(label.Caveats(mark))
	}
	return l
}

// nested returns the fields of an object that stands in f, nil for none.
func (f fields) nested(name string) (out fields) {
	_ = unmarshalObject(f[name], &out)
	return out
}
