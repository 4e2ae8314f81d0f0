package feed

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"entente/act"
	"entente/label"
)

// Reports is the collection that is made of the node's reports.
const Reports = "reports"

// maxCaveats bounds the caveats and collections in the grants of one account.
const maxCaveats = 32

// ErrGrants refuses what an account is to be granted; the text says why and
// what would cure it.
var ErrGrants = errors.New("the account cannot have these rights")

// Clearance says how far a tool of the member is trusted: what of the material
// that the node's officers may read is handed to it by itself.
type Clearance struct {
	// Class is the highest class, of the common policy.
	Class label.Class `json:"class"`
	// Members are those whose material the tool may have.
	Members label.MemberSet `json:"members"`
	// Codes are the handling codes that its keeper undertakes to heed, Caveats
	// the caveats and foreign marks. Material with another is not for it.
	Codes   []string `json:"codes,omitempty"`
	Caveats []string `json:"caveats,omitempty"`
	// Personal says whether it may have personal data.
	Personal bool `json:"personal,omitempty"`
}

// Grants are all rights of an account.
type Grants struct {
	Clearance
	// Read names collections: Reports, or other accounts for what they write.
	Read []string `json:"read,omitempty"`
	// Write gives the account a collection of its own name, which it may read,
	// write and delete in.
	Write bool `json:"write,omitempty"`
}

// ParseGrants reads what Text wrote.
func ParseGrants(text string) (Grants, error) {
	var g Grants
	err := json.Unmarshal([]byte(text), &g)
	return g, err
}

// Text writes the grants, equal ones alike.
func (g Grants) Text() (string, error) {
	g.Clearance = g.Clearance.sorted()
	g.Read = slices.Compact(slices.Sorted(slices.Values(g.Read)))
	raw, err := json.Marshal(g)
	return string(raw), err
}

func (c Clearance) sorted() Clearance {
	c.Codes = slices.Compact(slices.Sorted(slices.Values(c.Codes)))
	c.Caveats = slices.Compact(slices.Sorted(slices.Values(c.Caveats)))
	return c
}

// judge is a clearance ready to be asked.
type judge struct {
	table   *label.Table
	self    label.MemberID
	rank    int
	members label.MemberSet
	codes   label.UseCodes
	caveats label.CaveatSet
	person  bool
}

// judge checks a clearance against the charter's policies.
func (c Clearance) judge(t *label.Table, self label.MemberID) (*judge, error) {
	p, ok := t.Policy(t.Common())
	if !ok {
		return nil, fmt.Errorf("%w: there is no common policy", ErrGrants)
	}
	j := &judge{table: t, self: self, rank: slices.Index(p.Classes, c.Class), members: c.Members, person: c.Personal}
	if j.rank < 0 {
		var names []string
		for _, k := range p.Classes {
			names = append(names, string(k))
		}
		return nil, fmt.Errorf("%w: %q is no class of %s; name one of %s", ErrGrants, c.Class, p.ID, strings.Join(names, ", "))
	}
	if len(c.Codes) > maxCaveats || len(c.Caveats) > maxCaveats {
		return nil, fmt.Errorf("%w: more than %d codes or caveats", ErrGrants, maxCaveats)
	}
	for _, text := range c.Codes {
		code, err := label.ParseUseCode(text)
		if err != nil {
			return nil, fmt.Errorf("%w: %v; handling codes are H0 to H3", ErrGrants, err)
		}
		j.codes = j.codes.Union(label.UseCodesOf(code))
	}
	var err error
	if j.caveats, err = label.NewCaveatSet(c.Caveats...); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrGrants, err)
	}
	return j, nil
}

// top says whether the clearance reaches the strictest class, which what
// nobody has marked yet is taken for, and covers the member's own material.
func (j *judge) top() bool {
	p, _ := j.table.Policy(j.table.Common())
	return j.rank == len(p.Classes)-1 && j.members.Contains(j.self)
}

// admits says whether material so marked may be handed to the tool. Whatever is
// not known to be admitted is not:
//
//   - its class, taken to the common policy, is not above the clearance's;
//   - the member itself is in the release set: what it holds by exception is
//     for its officers alone;
//   - all originators are among those cleared;
//   - no other member's consent is needed (ORCON), and no originator outside
//     the centre is in it (rule 8): handing on to a tool is a step that nobody
//     was asked about;
//   - its handling codes and caveats are among those undertaken;
//   - it has no personal data, unless they are cleared.
func (j *judge) admits(l label.Label) bool {
	if j.table.Check(l) != nil {
		return false
	}
	class := l.Class
	if l.Policy != j.table.Common() {
		var err error
		if class, err = j.table.Equivalent(label.ClassRef{Policy: l.Policy, Class: l.Class}, j.table.Common()); err != nil {
			return false
		}
	}
	p, _ := j.table.Policy(j.table.Common())
	rank := slices.Index(p.Classes, class)
	return rank >= 0 && rank <= j.rank &&
		l.Rel.Contains(j.self) &&
		j.members.Includes(l.Originators) &&
		label.Members(j.self).Includes(l.ConsentNeeded) &&
		l.External.IsEmpty() &&
		j.codes.Includes(l.UseCodes) &&
		j.caveats.Covers(l.Caveats) &&
		(j.person || !l.Personal)
}

// admitsReport says whether a whole report may be handed over: its banner and
// each portion. A report goes whole or not at all, for it is signed as a whole.
func (j *judge) admitsReport(r *act.Report) bool {
	if !j.admits(r.Label) {
		return false
	}
	for i := range r.Portions {
		if !j.admits(r.Portions[i].Label) {
			return false
		}
	}
	return true
}
