package names

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// SameAs is what a member says about two entities or names: the same, not the same, or unsure. The zero value is Unsure.
type SameAs uint8

// The three judgements. A similarity never becomes one of them by itself.
const (
	Unsure SameAs = iota
	Same
	NotSame
)

// String gives "unsure", "same" or "not same".
func (s SameAs) String() string {
	switch s {
	case Same:
		return "same"
	case NotSame:
		return "not same"
	}
	return "unsure"
}

// Pair is an unordered pair of ids; A is not greater than B.
type Pair struct{ A, B string }

// NewPair orders the two ids.
func NewPair(a, b string) Pair {
	if a > b {
		a, b = b, a
	}
	return Pair{a, b}
}

// Judgement is one statement of one officer of one member about a pair. It is never changed; a later one of the same
// member replaces it in force and leaves it in the history.
type Judgement struct {
	Pair   Pair
	Member string // the member that judges
	By     string // the officer, as the member names him
	Says   SameAs
	Reason string // free text, may be empty
	Seq    uint64 // order of statements, given by the store, from 1
	// Withdrawn takes back what the member said before without saying anything else.
	Withdrawn bool
}

// Bounds of a judgement's fields, in bytes.
const (
	MaxJudgementID     = 256
	MaxJudgementReason = 4096
)

// Errors of Judgements.
var (
	// ErrJudgement is a statement that lacks a field or exceeds a bound.
	ErrJudgement = errors.New("names: judgement refused")
	// ErrNoJudgement is a withdrawal where the member has nothing in force.
	ErrNoJudgement = errors.New("names: nothing to withdraw")
)

// Judgements holds what members said about pairs: an append-only history with, for each member and pair, at most one
// statement in force. It merges nothing: a cluster is computed for one reader from judgements that this reader
// chooses to follow, and disappears with them. The zero value is empty and ready. Not safe for concurrent use.
type Judgements struct {
	history []Judgement
	force   map[judgeKey]int // index into history
	byID    map[string][]Pair
}

type judgeKey struct {
	pair   Pair
	member string
}

// Judge records a statement and returns it with its number. It refuses empty or overlong fields and a pair of one id
// with ErrJudgement.
func (j *Judgements) Judge(a, b, member, by string, says SameAs, reason string) (Judgement, error) {
	p := NewPair(a, b)
	switch {
	case a == "" || b == "" || member == "" || by == "":
		return Judgement{}, fmt.Errorf("%w: both ids, the member and the officer must be named; fill the empty one", ErrJudgement)
	case a == b:
		return Judgement{}, fmt.Errorf("%w: %q is compared with itself; name two ids", ErrJudgement, a)
	case says > NotSame:
		return Judgement{}, fmt.Errorf("%w: value %d is none of same, not same, unsure; use one of them", ErrJudgement, says)
	case max(len(a), len(b), len(member), len(by)) > MaxJudgementID || len(reason) > MaxJudgementReason:
		return Judgement{}, fmt.Errorf("%w: an id, member or officer has more than %d bytes or the reason more than %d; shorten it", ErrJudgement, MaxJudgementID, MaxJudgementReason)
	}
	return j.append(Judgement{Pair: p, Member: member, By: by, Says: says, Reason: reason}), nil
}

// Withdraw takes back what the member has in force about a pair; the history keeps both. ErrNoJudgement when there is
// nothing.
func (j *Judgements) Withdraw(a, b, member, by, reason string) (Judgement, error) {
	p := NewPair(a, b)
	if _, ok := j.force[judgeKey{p, member}]; !ok {
		return Judgement{}, fmt.Errorf("%w: %s has said nothing about %s and %s; judge first", ErrNoJudgement, member, p.A, p.B)
	}
	if by == "" || len(by) > MaxJudgementID || len(reason) > MaxJudgementReason {
		return Judgement{}, fmt.Errorf("%w: the officer must be named and the fields be within bounds", ErrJudgement)
	}
	return j.append(Judgement{Pair: p, Member: member, By: by, Reason: reason, Withdrawn: true}), nil
}

func (j *Judgements) append(x Judgement) Judgement {
	if j.force == nil {
		j.force, j.byID = map[judgeKey]int{}, map[string][]Pair{}
	}
	x.Seq = uint64(len(j.history)) + 1
	j.history = append(j.history, x)
	k := judgeKey{x.Pair, x.Member}
	if x.Withdrawn {
		delete(j.force, k)
		return x
	}
	j.force[k] = len(j.history) - 1
	for _, id := range [...]string{x.Pair.A, x.Pair.B} {
		if !slices.Contains(j.byID[id], x.Pair) {
			j.byID[id] = append(j.byID[id], x.Pair)
		}
	}
	return x
}

// InForce gives the statements in force about a pair, one a member, ordered by member. Disagreement stays visible:
// nothing is averaged.
func (j *Judgements) InForce(a, b string) []Judgement {
	p := NewPair(a, b)
	var out []Judgement
	for k, i := range j.force {
		if k.pair == p {
			out = append(out, j.history[i])
		}
	}
	slices.SortFunc(out, func(x, y Judgement) int { return strings.Compare(x.Member, y.Member) })
	return out
}

// History gives every statement about a pair, oldest first.
func (j *Judgements) History(a, b string) []Judgement {
	p := NewPair(a, b)
	var out []Judgement
	for _, x := range j.history {
		if x.Pair == p {
			out = append(out, x)
		}
	}
	return out
}

// Log gives all statements, oldest first; judging them again in this order gives the same state.
func (j *Judgements) Log() []Judgement { return slices.Clone(j.history) }

// Cluster is a set of ids that followed judgements tie together, with the contradictions inside it.
type Cluster struct {
	// IDs are sorted.
	IDs []string
	// Contested are pairs inside the cluster that a followed member holds not to be the same.
	Contested []Judgement
}

// Cluster gives the ids that are the same as id in the eyes of the followed members: tied by their statements "same"
// in force. A pair that any followed member calls "not same" ties nothing, and is listed as contested when other
// statements tie the two anyway: the reader decides, nothing is merged.
func (j *Judgements) Cluster(id string, follow ...string) Cluster {
	seen := map[string]bool{id: true}
	c := Cluster{IDs: []string{id}}
	for n := 0; n < len(c.IDs); n++ {
		for _, p := range j.byID[c.IDs[n]] {
			other := p.A
			if other == c.IDs[n] {
				other = p.B
			}
			if !seen[other] && j.tied(p, follow) {
				seen[other] = true
				c.IDs = append(c.IDs, other)
			}
		}
	}
	slices.Sort(c.IDs)
	for _, x := range c.IDs {
		for _, p := range j.byID[x] {
			if p.A != x || !seen[p.B] {
				continue
			}
			for _, m := range follow {
				if i, ok := j.force[judgeKey{p, m}]; ok && j.history[i].Says == NotSame {
					c.Contested = append(c.Contested, j.history[i])
				}
			}
		}
	}
	slices.SortFunc(c.Contested, func(x, y Judgement) int { return int(x.Seq) - int(y.Seq) })
	return c
}

func (j *Judgements) tied(p Pair, follow []string) bool {
	same := false
	for _, m := range follow {
		i, ok := j.force[judgeKey{p, m}]
		if !ok {
			continue
		}
		switch j.history[i].Says {
		case NotSame:
			return false
		case Same:
			same = true
		}
	}
	return same
}
