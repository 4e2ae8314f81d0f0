package act

import (
	"time"

	"entente/label"
)

// A Statement is what every act has that is neither a report nor a dummy:
// what a member says to others beside its reports (act.md, "Statements").
type Statement struct {
	// ID is random, of this act alone.
	ID ID `json:"id"`
	// Written is the originator's claim, UTC, to the minute.
	Written time.Time `json:"written"`
	// To holds those it is sealed to, as the originator claims, itself
	// included.
	To label.MemberSet `json:"to"`
}

// The fields of a statement stand first in every shape of one, in this order.
const (
	statementV = iota
	statementType
	statementID
	statementWritten
	statementTo
	statementFields // where a shape's own fields begin
)

// statementShape returns the shape of a statement with fields of its own.
func statementShape(name string, own ...field) shape {
	return shape{name, append([]field{
		{"v", kindNumber, true},
		{"type", kindString, true},
		{"id", kindString, true},
		{"written", kindString, true},
		{"to", kindArray, true},
	}, own...)}
}

func (d *decoder) statement(f *found) (s Statement, err error) {
	if s.ID, err = ParseID(d.text(f[statementID])); err != nil {
		return s, within(err, "id")
	}
	if s.Written, err = parseWritten(d.text(f[statementWritten])); err != nil {
		return s, err
	}
	if s.To, err = decodeRecipients(d.tape, f[statementTo]); err != nil {
		return s, err
	}
	if s.To.IsEmpty() {
		return s, refuse(ErrValue, "a statement is to somebody, its originator at least")
	}
	return s, nil
}

// beginStatement opens the object of a statement and writes what all have.
func beginStatement(sh *shape, t Type, s *Statement) (object, error) {
	o := begin(nil, sh)
	o.integer(statementV, Version)
	o.str(statementType, string(t))
	o.str(statementID, string(s.ID))
	o.str(statementWritten, s.Written.UTC().Format(writtenForm))
	return o, o.members(statementTo, s.To)
}

// members writes a set of members.
func (o *object) members(i int, set label.MemberSet) error {
	b, err := set.MarshalJSON()
	if err != nil {
		return refuse(ErrValue, "%v", err)
	}
	o.key(i)
	o.b = append(o.b, b...)
	return nil
}

// A PortionRef names a portion and its content: citations, consents, recalls
// and taint name portions, never views (design section 5, "Views, not holes").
type PortionRef struct {
	Portion ID     `json:"portion"`
	Digest  Digest `json:"digest"`
}

func decodePortionRef(t *tape, n int) (r PortionRef, err error) {
	f, err := t.walk(n, &portionRefShape)
	if err != nil {
		return r, err
	}
	if r.Portion, err = ParseID(t.text(f[portionRefPortion])); err != nil {
		return r, within(err, "portion")
	}
	if r.Digest, err = ParseDigest(t.text(f[portionRefDigest])); err != nil {
		return r, within(err, "digest")
	}
	return r, nil
}

// portionRefs reads a list of portions that are all different.
func portionRefs(t *tape, n int) ([]PortionRef, error) {
	refs, err := elements(t, n, "portion", MaxCites, decodePortionRef)
	if err != nil {
		return nil, err
	}
	seen := make(map[ID]struct{}, len(refs))
	for i := range refs {
		if _, ok := seen[refs[i].Portion]; ok {
			return nil, refuse(ErrRepeated, "portion %d", i+1)
		}
		seen[refs[i].Portion] = struct{}{}
	}
	return refs, nil
}

func appendPortionRef(b []byte, r *PortionRef) []byte {
	o := begin(b, &portionRefShape)
	o.str(portionRefPortion, string(r.Portion))
	o.str(portionRefDigest, r.Digest.String())
	return o.end()
}
