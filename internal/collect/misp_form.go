package collect

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"entente/act"
)

// MISPForm is one form of an event of MISP, as the drafts say that were made of
// it.
type MISPForm struct {
	// Changed is when the event was last changed, by its own claim; zero when it
	// says nothing of that.
	Changed time.Time
	// Parts counts the drafts that it was made into.
	Parts int
	// Things are its attributes, objects and clusters: by UUID, in words.
	Things map[string]string
}

// MISPForms gathers the forms of events, by the UUID of the event.
type MISPForms map[string]*MISPForm

// Add takes in one draft made of an event.
func (m MISPForms) Add(portions []act.PortionInput) {
	var last *MISPForm
	for i := range portions {
		b, ok := mispMade(&act.Portion{PortionInput: portions[i]})
		if !ok {
			continue
		}
		f := m[b.EventUUID]
		if f == nil {
			f = &MISPForm{Things: map[string]string{}}
			m[b.EventUUID] = f
		}
		if f != last {
			f.Parts++
			last = f
		}
		if b.Event != nil {
			f.Changed = mispTime(b.Event)
		}
		for _, t := range []struct {
			kind, of string
			f        fields
		}{{"attribute", "value", b.Attribute}, {"object", "name", b.Object}, {"cluster", "value", b.Cluster}} {
			if uuid := t.f.text("uuid"); uuid != "" {
				f.Things[uuid] = cut(oneLine(fmt.Sprintf("%s %s %s", t.kind, t.f.text("type"), t.f.text(t.of))), 80)
			}
		}
	}
}

// Since says what has gone from an event since an earlier form of it, in words
// and in rising order. A form that was changed before the earlier one is refused
// with ErrOlder: it would undo what came after it.
func (f *MISPForm) Since(held *MISPForm) (gone []string, err error) {
	if !f.Changed.IsZero() && f.Changed.Before(held.Changed) {
		return nil, refuse(ErrOlder, "changed %s, held %s", f.Changed.UTC().Format(time.RFC3339), held.Changed.UTC().Format(time.RFC3339))
	}
	for uuid, words := range held.Things {
		if _, there := f.Things[uuid]; !there {
			gone = append(gone, strings.TrimSpace(words))
		}
	}
	slices.Sort(gone)
	return gone, nil
}
