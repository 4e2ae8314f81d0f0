package act

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"entente/label"
)

func consentsAt(t testing.TB, records ...label.Consent) label.Consents {
	t.Helper()
	c, err := label.NewConsents(label.At(2015, time.October, 1, 0, 0), records)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func cite(p Portion, by label.MemberID) Cite {
	return Cite{Portion: p.ID, Digest: p.Digest, Originator: by}
}

func hold(ps ...Portion) func(PortionRef) (Portion, bool) {
	return func(r PortionRef) (Portion, bool) {
		for _, p := range ps {
			if p.ID == r.Portion {
				return p, true
			}
		}
		return Portion{}, false
	}
}

func codes(fs []Finding) (out []string) {
	for _, f := range fs {
		out = append(out, f.Code)
	}
	return out
}

// TestCheckRelease: the officer is told everything that stands against the
// release at once, by portion and rule.
func TestCheckRelease(t *testing.T) {
	rus := samplePortion(t, func(in *PortionInput) {
		in.Label = ownLabel("SECRET", "RUS", label.Members("IRQ", "RUS"))
		in.Sources[0].Originator = "RUS"
	})
	tainted := func(change ...func(*PortionInput)) PortionInput {
		in := sampleInput()
		in.Label = label.Label{Policy: "CENTRE", Class: "SECRET", Rel: label.Members("IRQ", "RUS"), Originators: label.Members("IRQ", "RUS")}
		in.Cites = []Cite{cite(rus, "RUS")}
		for _, f := range change {
			f(&in)
		}
		return in
	}
	for name, c := range map[string]struct {
		portions []PortionInput
		want     []string
	}{
		"nothing":          {nil, []string{"act_no_portions"}},
		"clean":            {[]PortionInput{sampleInput(), tainted()}, nil},
		"everything":       {[]PortionInput{{Lang: "en", Text: "x"}}, []string{"act_no_label", "act_no_grade", "act_no_source"}},
		"form and rule":    {[]PortionInput{{Lang: "en", Text: "x", Attachments: []Attachment{{}}}}, []string{"act_no_label", "act_no_grade", "act_no_source", "act_value"}},
		"wider class":      {[]PortionInput{tainted(func(in *PortionInput) { in.Label.Class = "RESTRICTED" })}, []string{"act_taint"}},
		"wider release":    {[]PortionInput{tainted(func(in *PortionInput) { in.Label.Rel = irq4() })}, []string{"act_taint"}},
		"originator lost":  {[]PortionInput{tainted(func(in *PortionInput) { in.Label.Originators = label.Members("IRQ") })}, []string{"act_originator", "act_taint"}},
		"unknown portion":  {[]PortionInput{tainted(func(in *PortionInput) { in.Cites[0].Portion = NewID() })}, []string{"act_unknown_citation"}},
		"other content":    {[]PortionInput{tainted(func(in *PortionInput) { in.Cites[0].Digest = Digest{1} })}, []string{"act_cited_digest"}},
		"unknown class":    {[]PortionInput{tainted(func(in *PortionInput) { in.Label.Class = "COSMIC" })}, []string{"act_unknown_class"}},
		"unknown policy":   {[]PortionInput{tainted(func(in *PortionInput) { in.Label.Policy = "OTHER" })}, []string{"act_unknown_class"}},
		"citation dropped": {[]PortionInput{tainted(func(in *PortionInput) { in.Cites, in.Sources = nil, nil })}, []string{"act_no_source"}},
		"second portion":   {[]PortionInput{sampleInput(), {Lang: "en", Text: "x", Label: sampleInput().Label, Grade: sampleInput().Grade}}, []string{"act_no_source"}},
		"confirmed":        {[]PortionInput{tainted(func(in *PortionInput) { in.Grade.Credibility = "1" })}, []string{"act_unconfirmed"}},
		"listing":          {[]PortionInput{tainted(func(in *PortionInput) { in.Designation = sampleDesignation() })}, []string{"act_designation"}},
	} {
		t.Run(name, func(t *testing.T) {
			fs := CheckRelease(Release{Type: INTREP, Portions: c.portions, Table: testTable(t), Consents: consentsAt(t), Cited: hold(rus)})
			if !slices.Equal(codes(fs), c.want) {
				t.Fatalf("found %v, want %v", codes(fs), c.want)
			}
			for _, f := range fs {
				if f.Rule != "" && !strings.Contains(f.Text, "(rule "+f.Rule+")") {
					t.Errorf("the text of %s names no rule: %s", f.Code, f.Text)
				}
				if len(c.portions) > 0 && f.Portion != len(c.portions) {
					t.Errorf("%s is of portion %d", f.Code, f.Portion)
				}
			}
		})
	}
}

// TestCheckDraft: without a grade nothing is saved; without a source it is.
func TestCheckDraft(t *testing.T) {
	in := sampleInput()
	in.Sources = nil
	if fs := CheckDraft(in); fs != nil {
		t.Errorf("a draft without source is refused: %v", codes(fs))
	}
	in.Grade = Grade{}
	fs := CheckDraft(in)
	if len(fs) != 1 || !fs[0].Is(ErrNoGrade) {
		t.Errorf("a draft without grade: %v", codes(fs))
	}
}

// TestExternalTaint is journey J3: material of an outside originator blocks,
// through a quotation as well, until consent is on record, and no longer than
// that.
func TestExternalTaint(t *testing.T) {
	table := testTable(t)
	x := label.Externals(label.External{ID: "X", Holder: "IRQ"})
	item := samplePortion(t, func(in *PortionInput) {
		in.Label.External = x
		in.Sources[0].Originator, in.Sources[0].Kind = "X VIA IRQ", KindPartner
	})
	quote := sampleInput()
	quote.Cites = []Cite{cite(item, "IRQ")}
	r := Release{Type: INTREP, Portions: []PortionInput{quote}, Table: table, Consents: consentsAt(t), Cited: hold(item)}
	if fs := CheckRelease(r); len(fs) != 1 || !fs[0].Is(ErrTaint) || fs[0].Rule != "7 and 10" {
		t.Fatalf("a quotation without the taint: %v", codes(fs))
	}
	r.Portions[0].Label.External = x
	if fs := CheckRelease(r); fs != nil {
		t.Fatalf("with the taint: %v", codes(fs))
	}
	effectiveRel := func(c label.Consents) label.MemberSet {
		l, err := EffectiveLabel(table, c, &r.Portions[0], []Portion{item})
		if err != nil {
			t.Fatal(err)
		}
		return l.Rel
	}
	if rel := effectiveRel(consentsAt(t)); !rel.Equal(label.Members("IRQ")) {
		t.Errorf("without consent released to %s", rel)
	}
	grant := label.Consent{
		By: label.ByExternal(label.External{ID: "X", Holder: "IRQ"}), Decision: label.Grant, To: label.Members("RUS"),
		From: label.At(2015, time.September, 1, 0, 0), Until: label.At(2015, time.November, 1, 0, 0),
	}
	if rel := effectiveRel(consentsAt(t, grant)); !rel.Equal(label.Members("IRQ", "RUS")) {
		t.Errorf("with consent for RUS released to %s", rel)
	}
	grant.Until = label.At(2015, time.September, 2, 0, 0)
	if rel := effectiveRel(consentsAt(t, grant)); !rel.Equal(label.Members("IRQ")) {
		t.Errorf("after the consent released to %s", rel)
	}
}

// TestCheckMarking: the banner is at least as strict as the roll-up.
func TestCheckMarking(t *testing.T) {
	secret := samplePortion(t, func(in *PortionInput) { in.Label = ownLabel("SECRET", "IRQ", label.Members("IRQ", "RUS")) })
	open := samplePortion(t)
	for name, c := range map[string]struct {
		banner label.Label
		want   *Refusal
	}{
		"roll-up":        {ownLabel("SECRET", "IRQ", label.Members("IRQ", "RUS")), nil},
		"stricter":       {ownLabel("SECRET", "IRQ", label.Members("IRQ")), nil},
		"class too low":  {ownLabel("CONFIDENTIAL", "IRQ", label.Members("IRQ", "RUS")), ErrBanner},
		"too wide":       {ownLabel("SECRET", "IRQ", irq4()), ErrBanner},
		"unknown class":  {ownLabel("COSMIC", "IRQ", label.Members("IRQ")), ErrUnknownClass},
		"own originator": {ownLabel("SECRET", "RUS", label.Members("RUS")), ErrBanner},
	} {
		t.Run(name, func(t *testing.T) {
			v := sampleView()
			v.To, v.Label = label.MemberSet{}, c.banner
			a, err := BuildView(v, []Portion{open, secret})
			if err != nil {
				t.Fatal(err)
			}
			err = a.Report.CheckMarking(testTable(t), consentsAt(t))
			if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

// TestTaintIsMonotone: a portion marked with the effective label of what it
// cites always passes, and nothing laxer in any one respect does.
func TestTaintIsMonotone(t *testing.T) {
	table, none := testTable(t), consentsAt(t)
	members := []label.MemberID{"IRN", "IRQ", "RUS", "SYR"}
	classes := []label.Class{"RESTRICTED", "CONFIDENTIAL", "SECRET"}
	draw := func(t *rapid.T, by label.MemberID) label.Label {
		rel := rapid.SliceOfNDistinct(rapid.SampledFrom(members), 0, 4, rapid.ID).Draw(t, "rel")
		l := ownLabel(rapid.SampledFrom(classes).Draw(t, "class"), by, label.Members(append(rel, by)...))
		if rapid.Bool().Draw(t, "orcon") {
			l.ConsentNeeded = label.Members(by)
		}
		return l
	}
	rapid.Check(t, func(t *rapid.T) {
		var cited []Portion
		in := sampleInput()
		in.Label, in.Sources = draw(t, "IRQ"), nil
		for range rapid.IntRange(1, 4).Draw(t, "cited") {
			by := rapid.SampledFrom(members).Draw(t, "by")
			src := sampleInput()
			src.Label, src.Sources[0].Originator = draw(t, by), string(by)
			p, err := NewPortion(src)
			if err != nil {
				t.Fatal(err)
			}
			cited = append(cited, p)
			in.Cites = append(in.Cites, cite(p, by))
		}
		l, err := EffectiveLabel(table, none, &in, cited)
		if err != nil {
			t.Fatal(err)
		}
		r := Release{Type: ASSESSMENT, Portions: []PortionInput{in}, Table: table, Consents: none, Cited: hold(cited...)}
		clean := CheckRelease(r) == nil
		if clean != l.Equal(in.Label) {
			t.Fatalf("clean is %v though the label needed is %+v and the label is %+v", clean, l, in.Label)
		}
		if l.Rel.IsEmpty() && l.Originators.Len() == 1 {
			return
		}
		r.Portions[0].Label = l
		if fs := CheckRelease(r); fs != nil {
			t.Fatalf("marked as needed, and still %v", codes(fs))
		}
	})
}
