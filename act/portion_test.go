package act

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"entente/label"
)

// Each kind of bad input is refused under its own code, so that the officer
// learns which it was.
func TestNewPortionRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*PortionInput)
		want   *Refusal
	}{
		"100 MB of text":      {func(in *PortionInput) { in.Text = strings.Repeat("x", 100<<20) }, ErrTextSize},
		"100 MB of object":    {func(in *PortionInput) { in.Object = &Object{MediaTypeSTIX, make([]byte, 100<<20)} }, ErrFieldSize},
		"text not UTF-8":      {func(in *PortionInput) { in.Text = "fl\xffour" }, ErrUTF8},
		"control character":   {func(in *PortionInput) { in.Text = "fl\rour" }, ErrControl},
		"no text":             {func(in *PortionInput) { in.Text = "" }, ErrValue},
		"no label":            {func(in *PortionInput) { in.Label = label.Label{} }, ErrNoLabel},
		"half a label":        {func(in *PortionInput) { in.Label.Originators = label.MemberSet{} }, ErrLabel},
		"no grade":            {func(in *PortionInput) { in.Grade = Grade{} }, ErrNoGrade},
		"half a grade":        {func(in *PortionInput) { in.Grade.Credibility = "" }, ErrValue},
		"no source":           {func(in *PortionInput) { in.Sources = nil }, ErrNoSource},
		"confirmed by itself": {func(in *PortionInput) { in.Grade.Credibility = "1" }, ErrUnconfirmed},
		"external":            {func(in *PortionInput) { in.Sources[0].Originator = "X VIA IRQ" }, ErrExternal},
		"foreign member":      {func(in *PortionInput) { in.Sources[0].Originator = "RUS" }, ErrOriginator},
		"unknown source kind": {func(in *PortionInput) { in.Sources[0].Kind = "intercept" }, ErrValue},
		"too many sources":    {func(in *PortionInput) { in.Sources = make([]Source, MaxSources+1) }, ErrTooMany},
		"no language":         {func(in *PortionInput) { in.Lang = "" }, ErrValue},
		"own id malformed":    {func(in *PortionInput) { in.ID = "1" }, ErrValue},
		"text and object together too large": {func(in *PortionInput) {
			in.Text = strings.Repeat("x", MaxText)
			in.Object = &Object{MediaTypeSTIX, bytes.Repeat([]byte("{"), MaxObject)}
		}, ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			in := sampleInput()
			c.change(&in)
			_, err := NewPortion(in)
			if !errors.Is(err, c.want) {
				t.Fatalf("refused by %v, want %s", err, c.want.Code)
			}
			if c.want.Rule != "" && !strings.Contains(err.Error(), "(rule "+c.want.Rule+")") {
				t.Errorf("names no rule: %v", err)
			}
			if len(err.Error()) > 1000 {
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
		})
	}
}

// TestPortionBytesAreFixedOnce: NewPortion draws id and salt, and the same
// bytes stand in every view.
func TestPortionBytesAreFixedOnce(t *testing.T) {
	p, q := samplePortion(t), samplePortion(t)
	if p.ID == q.ID || p.Salt == q.Salt || p.Digest == q.Digest {
		t.Fatal("two portions share id, salt or digest")
	}
	a, err := BuildView(sampleView(), []Portion{p, q})
	if err != nil {
		t.Fatal(err)
	}
	narrow := sampleView()
	narrow.To = label.Members("RUS")
	b, err := BuildView(narrow, []Portion{q})
	if err != nil {
		t.Fatal(err)
	}
	if a.Report.ID == b.Report.ID {
		t.Error("two views share an id")
	}
	if !bytes.Equal(a.Report.Portions[1].Raw, b.Report.Portions[0].Raw) || b.Report.Portions[0].Digest != q.Digest {
		t.Error("a portion has other bytes in another view")
	}
	if bytes.Contains(b.Raw, []byte(p.ID)) || bytes.Contains(b.Raw, []byte(a.Report.ID)) {
		t.Error("a view names what is not in it")
	}
}

func TestOneByteOfTheLabelChangesTheDigest(t *testing.T) {
	p := samplePortion(t)
	changed := bytes.Replace(p.Raw, []byte("RESTRICTED"), []byte("RESTRICTEE"), 1)
	if bytes.Equal(changed, p.Raw) || PortionDigest(changed) == p.Digest {
		t.Fatal("the digest does not cover the label")
	}
}

func TestBuildViewRefusesWhatReadersRefuse(t *testing.T) {
	p := samplePortion(t)
	listing := samplePortion(t, func(in *PortionInput) { in.Designation = sampleDesignation() })
	for name, c := range map[string]struct {
		change   func(*View)
		portions []Portion
		want     *Refusal
	}{
		"no portions":           {func(*View) {}, nil, ErrNoPortions},
		"a portion twice":       {func(*View) {}, []Portion{p, p}, ErrPortionRepeated},
		"too many":              {func(*View) {}, make([]Portion, MaxPortions+1), ErrTooMany},
		"no banner":             {func(v *View) { v.Label = label.Label{} }, []Portion{p}, ErrNoLabel},
		"recipient not in rel":  {func(v *View) { v.To = label.Members("KRG") }, []Portion{p}, ErrRecipients},
		"type not in list":      {func(v *View) { v.Type = "ORDER" }, []Portion{p}, ErrValue},
		"no title":              {func(v *View) { v.Title = "" }, []Portion{p}, ErrValue},
		"title not UTF-8":       {func(v *View) { v.Title = "\xff" }, []Portion{p}, ErrUTF8},
		"never written":         {func(v *View) { v.Written = time.Time{} }, []Portion{p}, ErrValue},
		"listing in an INTREP":  {func(*View) {}, []Portion{listing}, ErrDesignation},
		"none in a listing":     {func(v *View) { v.Type = DESIGNATION }, []Portion{p}, ErrDesignation},
		"supersedes no id":      {func(v *View) { v.Supersedes = "x" }, []Portion{p}, ErrValue},
		"too large all in all":  {func(*View) {}, manyPortions(t, 120), ErrTooLarge},
		"foreign portion bytes": {func(*View) {}, []Portion{{Raw: []byte(`{"id":1}`)}}, ErrValue},
	} {
		t.Run(name, func(t *testing.T) {
			v := sampleView()
			c.change(&v)
			if _, err := BuildView(v, c.portions); !errors.Is(err, c.want) {
				t.Fatalf("refused by %v, want %s", err, c.want.Code)
			}
		})
	}
	v := sampleView()
	v.Type = DESIGNATION
	if _, err := BuildView(v, []Portion{listing}); err != nil {
		t.Error(err)
	}
}

func manyPortions(t *testing.T, n int) []Portion {
	var ps []Portion
	for range n {
		ps = append(ps, samplePortion(t))
	}
	return ps
}

// TestWrittenIsCutToTheMinute: seconds are never said, whatever the clock says.
func TestWrittenIsCutToTheMinute(t *testing.T) {
	v := sampleView()
	v.Written = time.Date(2015, 9, 30, 9, 40, 59, 999, time.FixedZone("", 3*3600))
	a, err := BuildView(v, []Portion{samplePortion(t)})
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2015, 9, 30, 6, 40, 0, 0, time.UTC); !a.Report.Written.Equal(want) {
		t.Errorf("written %s", a.Report.Written)
	}
}

// TestRoundTrip: whatever an officer may write comes back as it was, from
// bytes without HTML escapes.
func TestRoundTrip(t *testing.T) {
	letters := []rune("abcXYZ 0123<>&'\"\\/\n\tابپچھޤئۆбёЖ日本🌾\u200c\u2028")
	text := rapid.StringOfN(rapid.SampledFrom(letters), 1, 400, -1).Filter(func(s string) bool { return strings.TrimSpace(s) != "" })
	line := rapid.StringOfN(rapid.SampledFrom([]rune("abc <&>\"\\ابйё日🌾")), 1, 60, -1).Filter(func(s string) bool { return strings.TrimSpace(s) != "" })
	rapid.Check(t, func(t *rapid.T) {
		in := sampleInput()
		in.Text = text.Draw(t, "text")
		in.Sources[0].Descriptor = line.Draw(t, "descriptor")
		in.Sources[0].Party = line.Draw(t, "party")
		in.Lang = rapid.SampledFrom([]string{"en", "ar", "fa", "ckb", "ru", "und", "ckb-Arab-IQ", "sr-Latn", "es-419"}).Draw(t, "lang")
		in.Grade.Reliability = Reliability(rapid.SampledFrom([]string{"A", "B", "C", "D", "E", "F"}).Draw(t, "reliability"))
		if rapid.Bool().Draw(t, "object") {
			in.Object = &Object{MediaTypeSTIX, rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "bytes")}
		}
		p, err := NewPortion(in)
		if err != nil {
			t.Fatal(err)
		}
		if p.Text != in.Text || p.Sources[0] != in.Sources[0] || p.Grade != in.Grade || p.Lang != in.Lang || !p.Label.Equal(in.Label) {
			t.Fatalf("%+v came back as %+v", in, p.PortionInput)
		}
		if in.Object != nil && !bytes.Equal(in.Object.Bytes, p.Object.Bytes) {
			t.Fatal("the object's bytes changed")
		}
		if bytes.Contains(p.Raw, []byte(`\u003c`)) {
			t.Fatal("escaped for HTML")
		}
		q, err := ParsePortion(p.Raw)
		if err != nil || q.Digest != p.Digest {
			t.Fatal("a portion by itself reads otherwise")
		}
	})
}

// TestMaliciousInputIsCheap bounds the work for the worst bytes of the largest
// size: the reader's effort is linear but for the bounded look for repeated
// names.
func TestMaliciousInputIsCheap(t *testing.T) {
	names := `{"v":1,"type":"x","o":[`
	object := "{" + manyFields(250)[1:] + "}"
	for len(names)+len(object) < MaxAct-10 {
		names += object + ","
	}
	names += "0]}"
	var labels []Portion
	for i := range 100 {
		labels = append(labels, samplePortion(t, func(in *PortionInput) {
			in.Text = "x"
			in.Label.Caveats = label.Caveats(strings.Repeat("c", i+1))
		}))
	}
	a, err := BuildView(sampleView(), labels)
	if err != nil {
		t.Fatal(err)
	}
	random := make([]byte, MaxAct)
	for i := range random {
		random[i] = byte(rand.IntN(256))
	}
	for name, raw := range map[string][]byte{
		"names": []byte(names), "labels": a.Raw, "random": random,
		"brackets": bytes.Repeat([]byte("["), MaxAct), "escapes": []byte(`{"v":1,"type":"` + strings.Repeat(`\u0041`, 10000) + `"}`),
	} {
		// The least of some: others may have the processor in between.
		least := time.Hour
		for range 10 {
			start := time.Now()
			_, _ = Parse(raw)
			least = min(least, time.Since(start))
		}
		if least > 200*time.Millisecond {
			t.Errorf("%s: %s for one act", name, least)
		} else {
			t.Logf("%s: %s", name, least)
		}
	}
}

func TestIDsAndDigests(t *testing.T) {
	if a, b := NewID(), NewID(); a == b {
		t.Error("two ids alike")
	}
	for _, s := range []string{"", "00", strings.Repeat("0", 33), strings.Repeat("g", 32), strings.Repeat("A", 32)} {
		if _, err := ParseID(s); !errors.Is(err, ErrValue) {
			t.Errorf("%q is no id: %v", s, err)
		}
		if _, err := ParseDigest(s + s); err == nil && len(s) != 32 {
			t.Errorf("%q is no digest", s+s)
		}
	}
	one, two := PortionDigest([]byte("1")), PortionDigest([]byte("2"))
	if BatchDigest([]Digest{one, two}) != BatchDigest([]Digest{two, one}) {
		t.Error("the digest of a batch depends on the order")
	}
	if BatchDigest([]Digest{one}) == BatchDigest([]Digest{one, one}) || BatchDigest(nil) == BatchDigest([]Digest{one}) {
		t.Error("the digest of a batch does not depend on what is in it")
	}
	var d Digest
	b, _ := one.MarshalText()
	if err := d.UnmarshalText(b); err != nil || d != one {
		t.Error("a digest does not come back")
	}
}

func TestDesignationValidate(t *testing.T) {
	d := sampleDesignation()
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	before := DesignationDigest(d)
	d.Status = Ended
	if DesignationDigest(d) == before {
		t.Error("the digest does not cover the status")
	}
	d.Places = []Place{{Country: "Nowhere", Province: "Road 5"}}
	if err := d.Validate(); !errors.Is(err, ErrFinePlace) {
		t.Errorf("an address is refused by %v", err)
	}
}
