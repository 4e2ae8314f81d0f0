package label

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// The vectors of spec/label.md, made by a second implementation of it.

type vector struct {
	About  string
	Op     string
	Table  *tableData
	In     json.RawMessage
	Expect json.RawMessage
}

type tableData struct {
	Common       PolicyID
	Policies     []Policy
	Equivalences []Equivalence
}

func (d *tableData) table() (*Table, error) {
	if d == nil {
		return nil, nil
	}
	return NewTable(d.Common, d.Policies, d.Equivalences)
}

var vectorErrors = map[string]error{
	"member": ErrMember, "syntax": ErrSyntax, "bound": ErrTooMany, "invalid": ErrInvalid, "table": ErrTable,
	"unknown policy": ErrUnknownPolicy, "unknown class": ErrUnknownClass, "no equivalence": ErrNoEquivalence,
	"no portions": ErrNoPortions, "consent": ErrConsent, "plan": ErrPlan, "stanag": ErrSTANAG,
}

func TestVectors(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "vectors", "label", "*.json"))
	if err != nil || len(files) < 300 {
		t.Fatalf("found %d vectors (%v), want the whole set", len(files), err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".json"), func(t *testing.T) {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			var v vector
			if err := json.Unmarshal(b, &v); err != nil {
				t.Fatal(err)
			}
			got, err := v.run()
			var want struct{ Error string }
			if json.Unmarshal(v.Expect, &want) == nil && want.Error != "" {
				kind := vectorErrors[want.Error]
				if kind == nil {
					t.Fatalf("unknown kind of refusal %q", want.Error)
				}
				if !errors.Is(err, kind) {
					t.Fatalf("%s: got %v, want a refusal of kind %q", v.About, err, want.Error)
				}
				return
			}
			if err != nil {
				t.Fatalf("%s: refused: %v", v.About, err)
			}
			gb, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			if g, w := plain(t, gb), plain(t, v.Expect); !reflect.DeepEqual(g, w) {
				t.Errorf("%s:\n got %s\nwant %s", v.About, gb, v.Expect)
			}
		})
	}
}

func plain(t *testing.T, b []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// read decodes the input of a vector. It is not strict: strictness is what the
// decode vectors are for.
func read[T any](raw json.RawMessage) (in T, err error) {
	err = json.Unmarshal(raw, &in)
	return in, err
}

func (v *vector) run() (any, error) {
	table, err := v.Table.table()
	if err != nil {
		return nil, err
	}
	type result map[string]any
	switch v.Op {
	case "table":
		return result{"ok": true}, nil
	case "decode":
		in, err := read[string](v.In)
		if err != nil {
			return nil, err
		}
		var l Label
		if err := l.UnmarshalJSON([]byte(in)); err != nil {
			return nil, err
		}
		return result{"label": l}, nil
	case "equivalent":
		in, err := read[struct {
			From ClassRef
			To   PolicyID
		}](v.In)
		if err != nil {
			return nil, err
		}
		c, err := table.Equivalent(in.From, in.To)
		return result{"class": c}, err
	case "join":
		in, err := read[struct{ A, B Label }](v.In)
		if err != nil {
			return nil, err
		}
		l, err := Join(table, in.A, in.B)
		return result{"label": l}, err
	case "effective":
		return v.effective()
	case "rollup":
		return v.rollup(table)
	case "plan":
		return v.plan(table)
	case "write":
		in, err := read[struct{ Label Label }](v.In)
		if err != nil {
			return nil, err
		}
		banner, err1 := Banner(in.Label)
		mark, err2 := PortionMark(table, in.Label)
		full, err3 := Full(in.Label)
		return result{"banner": banner, "mark": mark, "full": full}, errors.Join(err1, err2, err3)
	case "read banner", "read mark", "read full":
		in, err := read[struct {
			Text        string
			Policy      PolicyID
			Originators MemberSet
		}](v.In)
		if err != nil {
			return nil, err
		}
		var l Label
		switch v.Op {
		case "read banner":
			l, err = ParseBanner(table, in.Policy, in.Originators, in.Text)
		case "read mark":
			l, err = ParsePortionMark(table, in.Policy, in.Originators, in.Text)
		default:
			l, err = ParseFull(in.Text)
		}
		return result{"label": l}, err
	case "foreign":
		in, err := read[struct{ Text string }](v.In)
		if err != nil {
			return nil, err
		}
		m, err := ParseForeignMark(in.Text)
		return result{"mark": m.String()}, err
	case "stanag":
		in, err := read[struct {
			Label       Label
			Created     Instant
			Alternative PolicyID
		}](v.In)
		if err != nil {
			return nil, err
		}
		c, err := table.Confidentiality(in.Label, in.Created)
		if in.Alternative != "" {
			c, err = table.Alternative(in.Label, in.Alternative, in.Created)
		}
		if err != nil {
			return nil, err
		}
		b, err := c.AppendXML(nil)
		return result{"xml": string(b)}, err
	case "read stanag":
		in, err := read[struct {
			XML         string
			Originators MemberSet
		}](v.In)
		if err != nil {
			return nil, err
		}
		c, err := ParseConfidentiality([]byte(in.XML))
		if err != nil {
			return nil, err
		}
		l, err := table.LabelOf(c, in.Originators)
		return result{"label": l, "created": c.Created}, err
	}
	return nil, fmt.Errorf("unknown operation %q", v.Op)
}

func (v *vector) effective() (any, error) {
	in, err := read[struct {
		Label    Label
		Portion  PortionID
		At       Instant
		Consents []Consent
	}](v.In)
	if err != nil {
		return nil, err
	}
	c, err := NewConsents(in.At, in.Consents)
	if err != nil {
		return nil, err
	}
	return map[string]any{"rel": c.Effective(in.Label, in.Portion).Rel}, nil
}

func (v *vector) rollup(table *Table) (any, error) {
	in, err := read[struct {
		Labels   []Label
		At       Instant
		Consents []Consent
		Ask      MemberID
	}](v.In)
	if err != nil {
		return nil, err
	}
	c, err := NewConsents(in.At, in.Consents)
	if err != nil {
		return nil, err
	}
	l, blame, err := Rollup(table, in.Labels, c)
	if err != nil {
		return nil, err
	}
	blamed := []any{}
	for _, p := range blame.Of(in.Ask).Portions {
		var texts []string
		for _, r := range p.Reasons {
			texts = append(texts, reasonKey(r))
		}
		blamed = append(blamed, []any{p.Index, texts})
	}
	return map[string]any{"label": l, "blame": blamed}, nil
}

func reasonKey(r Reason) string {
	switch r.Kind {
	case ConsentMissing, ExternalMissing:
		return fmt.Sprintf("%s %s %s", r.Kind, r.By, r.State)
	case WithheldBy:
		return fmt.Sprintf("%s %s", r.Kind, r.By)
	}
	return string(r.Kind)
}

func (v *vector) plan(table *Table) (any, error) {
	in, err := read[struct {
		Portions           []Portion
		Members, Observers MemberSet
		Releaser           MemberID
		At                 Instant
		Consents           []Consent
	}](v.In)
	if err != nil {
		return nil, err
	}
	p, err := PlanRelease(PlanInput{
		Table: table, Portions: in.Portions, Members: in.Members, Observers: in.Observers,
		Releaser: in.Releaser, Consents: in.Consents, At: in.At,
	})
	if err != nil {
		return nil, err
	}
	blocked := []any{}
	for i, q := range p.Portions {
		for _, r := range q.Blocks {
			blocked = append(blocked, []any{i, r.Kind})
		}
	}
	if (p.Ready() == nil) != (len(blocked) == 0) {
		return nil, fmt.Errorf("Ready() = %v with blocks %v", p.Ready(), blocked)
	}
	views := []any{}
	for _, w := range p.Views {
		banner, err := Banner(w.Banner)
		if err != nil {
			return nil, err
		}
		views = append(views, map[string]any{"portions": w.Portions, "recipients": w.Recipients, "banner": banner})
	}
	return map[string]any{"blocked": blocked, "views": views, "historic": p.Historic}, nil
}
