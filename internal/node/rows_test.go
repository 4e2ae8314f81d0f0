package node

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golang/geo/s2"

	"entente/charter"
	"entente/internal/section"
	"entente/label"
)

func sha(s string) [32]byte { return sha256.Sum256([]byte(s)) }

const ucdpColumns = "id,type_of_violence,side_a,side_b,source_article,source_headline,where_prec,adm_1,adm_2,latitude,longitude,country,date_start,date_end,best,high,low\n"

func ucdpLine(id int) string {
	return fmt.Sprintf("%d,1,Side One,Side Two,Paper A,Clashes,1,Province A,District A,36.34512,43.15789,Nowhere,2016-01-04,2016-01-04,3,5,2\n", id)
}

// Event data of every format is taken in, coarse and late (rule 3), the broken
// rows named by line and the rest taken in; the file is not kept.
func TestEventDataIsTakenIn(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	ctx := context.Background()
	irq, duty := h.nodes["IRQ"], h.officer("IRQ", "duty", section.RoleDuty)
	gdelt := make([]string, 58)
	for i, s := range map[int]string{0: "410000001", 1: "20160104", 26: "190", 28: "19", 49: "4", 51: "IZ", 53: "36.34512", 54: "43.15789", 57: "https://example.com/a"} {
		gdelt[i] = s
	}
	const day = "2016-01-04"
	for kind, c := range map[CollectKind]struct {
		raw, mapping string
		broken       string // a note
	}{
		CollectUCDP:  {raw: ucdpColumns + ucdpLine(1) + "2,1,short\n" + ucdpLine(3), broken: "3//it has 3 columns and the header 17"},
		CollectACLED: {raw: "event_id_cnty,event_date,event_type,latitude,longitude,notes\nNOW1," + day + ",Battles,36.34512,43.15789,Clashes\nNOW2,soon,Battles,1,1,x\n", broken: `3//day "soon" is no date`},
		CollectGTD:   {raw: "eventid,iyear,imonth,iday,latitude,longitude,attacktype1_txt\n201601040001,2016,1,4,36.34512,43.15789,Bombing\n2,2016,13,1,1,1,x\n", broken: "3//"},
		CollectGDELT: {raw: strings.Join(gdelt, "\t") + "\nx\ty\n", broken: "2//it has 2 columns"},
		CollectCSV: {raw: "Tag;Was;B;L\n04.01.2016;Etwas;36.34512;43.15789\n04.01.2916;Etwas;;\n", broken: "3/3/rule 3",
			mapping: "from = \"Tag\"\ntext = \"Was\"\nlatitude = \"B\"\nlongitude = \"L\"\ncomma = \";\"\ndays = \"02.01.2006\"\n"},
		CollectGeoJSON: {raw: `{"type":"FeatureCollection","features":[{"type":"Feature","id":1,"geometry":{"type":"Point","coordinates":[43.15789,36.34512]},"properties":{"date":"` + day + `","type":"clash"}},5]}`, broken: "2//it is no feature"},
		CollectCoT: {raw: `<events><event uid="a" type="b-r" how="h-e" start="` + day + `T11:22:33Z"><point lat="36.34512" lon="43.15789"/><detail><remarks>closed</remarks></detail></event>` +
			`<event uid="b" type="a-f-G" how="m-g" start="` + day + `T11:22:33Z"><point lat="36.34512" lon="43.15789"/></event></events>`, broken: "2/3/rule 3: type a-"},
	} {
		r := CollectRequest{Kind: kind, Name: "events", Origin: everybody(), Mapping: c.mapping}
		r.Reader = strings.NewReader(c.raw)
		got := h.collect("IRQ", r)
		if got.Added != 1 || got.NotTaken != 1 || !got.Reduced {
			t.Errorf("%s: %+v", kind, got)
		}
		if n := h.importNotes("IRQ", got.Batch); !strings.HasPrefix(n, c.broken) {
			t.Errorf("%s: notes %q, want %q", kind, n, c.broken)
		}
		r.Reader = strings.NewReader(c.raw)
		if again := h.collect("IRQ", r); again.Added+again.Changed != 0 || again.Batch != got.Batch || again.NotTaken != 1 {
			t.Errorf("%s again: %+v", kind, again)
		}
		for _, d := range h.drafts("IRQ", got.Batch) {
			for _, p := range d.Portions {
				if s := p.Text + string(p.Object.Bytes); strings.Contains(s, "36.345") || strings.Contains(s, "11:22") || !strings.Contains(s, `"s2_cell"`) {
					t.Errorf("%s: %s", kind, s)
				}
			}
		}
		p, err := irq.PlanBatch(ctx, duty, got.Batch)
		check(t, err)
		if p.BlockedCount != 0 || p.Count != 1 {
			t.Errorf("%s: %+v", kind, p)
		}
		d, err := irq.Prepare(ctx, duty, nil, got.Batch)
		check(t, err)
		if d.Subjects != 1 {
			t.Errorf("%s: %+v", kind, d)
		}
	}
	left, err := filepath.Glob(filepath.Join(h.dir, "IRQ", DirAttached, "*"))
	if err != nil || len(left) != 0 {
		t.Errorf("the files were kept: %v %v", left, err)
	}
	// Two officers release many rows by the digest that the import gave.
	two := h.collect("IRQ", CollectRequest{Kind: CollectUCDP, Name: "many.csv", Origin: everybody(), Reader: strings.NewReader(ucdpColumns + manyLines(600))})
	d, err := irq.Prepare(ctx, duty, nil, two.Batch)
	check(t, err)
	seen, err := irq.Decision(ctx, h.officer("IRQ", "fdo", section.RoleRelease), d.ID)
	check(t, err)
	if seen.Subjects < 2 || seen.Entries != two.Digest || two.Digest.IsZero() {
		t.Errorf("%d drafts with digest %s, the import said %s", seen.Subjects, seen.Entries, two.Digest)
	}
	// A file of broken rows alone is on record.
	none := h.collect("IRQ", CollectRequest{Kind: CollectUCDP, Name: "none.csv", Origin: everybody(), Reader: strings.NewReader(ucdpColumns + "x\ny\n")})
	b, err := irq.Batch(ctx, duty, none.Batch)
	if err != nil || none.NotTaken != 2 || b.NotTaken != 2 || b.Noted != 2 || b.State != BatchEmpty || b.File != none.File {
		t.Errorf("%v %+v %+v", err, none, b)
	}
}

func manyLines(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(ucdpLine(i))
	}
	return b.String()
}

// An interrupted import of rows goes on, also on another day; given up, the file
// begins anew, and nothing is told of what was given up.
func TestInterruptedRowsGoOn(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	irq, duty := h.nodes["IRQ"], h.officer("IRQ", "duty", section.RoleDuty)
	raw := ucdpColumns + "x\n" + manyLines(30_000)
	request := func() CollectRequest {
		return CollectRequest{Kind: CollectUCDP, Name: "many.csv", Origin: everybody(), Reader: strings.NewReader(raw)}
	}
	stop := func() CollectResult {
		t.Helper()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		r := request()
		r.Progress = func(p CollectProgress) {
			if p.Items > 0 {
				cancel()
			}
		}
		part, err := irq.Collect(ctx, duty, r)
		if !errors.Is(err, context.Canceled) || part.Added == 0 {
			t.Fatalf("%v: %+v", err, part)
		}
		return part
	}
	part := stop()
	rest := h.collect("IRQ", request())
	if !rest.Resumed || rest.Batch != part.Batch || rest.Added == 0 || rest.Same != 0 || rest.NotTaken != 1 {
		t.Fatalf("%+v after %+v", rest, part)
	}
	whole := part.Added + rest.Added
	n, err := irq.Section().DiscardBatch(context.Background(), duty, part.Batch)
	if err != nil || n != whole {
		t.Fatalf("%v: %d of %d drafts given up", err, n, whole)
	}
	if notes := h.importNotes("IRQ", part.Batch); notes != "" {
		t.Errorf("what was given up is still quoted: %s", notes)
	}
	part = stop()
	_, err = irq.Section().DiscardBatch(context.Background(), duty, part.Batch)
	check(t, err)
	if again := h.collect("IRQ", request()); again.Resumed || again.Batch == part.Batch || again.Added != whole {
		t.Errorf("after giving up an interrupted import: %+v, want %d added", again, whole)
	}
}

// A request that asks for what its kind does not have is refused whole.
func TestFormatsAreAskedForRightly(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	ctx := context.Background()
	irq, duty := h.nodes["IRQ"], h.officer("IRQ", "duty", section.RoleDuty)
	deep := strings.Repeat("[", 100_000)
	for name, c := range map[string]struct {
		r    CollectRequest
		code string
	}{
		"no mapping":          {CollectRequest{Kind: CollectCSV, Reader: strings.NewReader("a\n1\n")}, "import_request"},
		"bad mapping":         {CollectRequest{Kind: CollectCSV, Reader: strings.NewReader("a\n1\n"), Mapping: "from = 5"}, "import_events"},
		"mapping of others":   {CollectRequest{Kind: CollectUCDP, Reader: strings.NewReader("a\n1\n"), Mapping: "x"}, "import_request"},
		"reduced rows":        {CollectRequest{Kind: CollectGTD, Reader: strings.NewReader("a\n1\n"), Reduce: true}, "import_request"},
		"sharing of others":   {CollectRequest{Kind: CollectSTIX, Reader: strings.NewReader("{}"), Sharing: shared("").Sharing}, "import_request"},
		"shared with nobody":  {withSharing("9"), "import_request"},
		"shared with a guest": {withSharing("1", "USA"), CodeStranger},
		"another format":      {CollectRequest{Kind: CollectUCDP, Reader: strings.NewReader("a\n1\n")}, "import_events"},
		"deep MISP":           {CollectRequest{Kind: CollectMISP, Reader: strings.NewReader(`{"Event":{"uuid":"` + inventedEvent + `","info":"i","x":` + deep)}, "import_nested"},
		"deep STIX":           {CollectRequest{Kind: CollectSTIX, Reader: strings.NewReader(`{"type":"bundle","id":"bundle--5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9d09","objects":[{"x":` + deep + strings.Repeat("]", len(deep)) + `}]}`)}, "import_too_large"},
		"deep GeoJSON":        {CollectRequest{Kind: CollectGeoJSON, Reader: strings.NewReader(`{"features":[` + deep)}, "import_events"},
		"a name twice":        {CollectRequest{Kind: CollectMISP, Reader: strings.NewReader(`{"Event":{"uuid":"` + inventedEvent + `","info":"a","info":"b"}}`)}, "import_misp"},
		"no UTF-8":            {CollectRequest{Kind: CollectMISP, Reader: strings.NewReader("{\"Event\":{\"info\":\"a\xff\"}}")}, "import_misp"},
		"a type for another":  {CollectRequest{Kind: CollectMISP, Reader: strings.NewReader(`{"Event":{"uuid":"` + inventedEvent + `","info":"i","Attribute":{"a":1}}}`)}, "import_misp"},
		"70 MB of MISP":       {CollectRequest{Kind: CollectMISP, Reader: &lengthy{`{"Event":"`, 70 << 20}}, "import_too_large"},
		"200 MB of GeoJSON":   {CollectRequest{Kind: CollectGeoJSON, Reader: &lengthy{`{"features":[{"a":"`, 200 << 20}}, "import_too_large"},
		"200 MB of CoT":       {CollectRequest{Kind: CollectCoT, Reader: &lengthy{`<event uid="`, 200 << 20}}, "import_too_large"},
	} {
		_, err := irq.Collect(ctx, duty, c.r)
		if got := codeOf(err); got != c.code {
			t.Errorf("%s: code %q (%v), want %q", name, got, err, c.code)
		}
	}
	if bs, err := irq.Batches(ctx, duty, noTime, "", 10); err != nil || len(bs) != 0 {
		t.Errorf("refused files left imports behind: %v %+v", err, bs)
	}
	// One endless cell breaks its row alone.
	got := h.collect("IRQ", CollectRequest{Kind: CollectUCDP, Name: "long.csv", Origin: everybody(), Reader: strings.NewReader(ucdpColumns + ucdpLine(1) + strings.Repeat("x", 5<<20) + "\n" + ucdpLine(2))})
	if got.NotTaken != 1 || got.Added != 1 {
		t.Errorf("%+v", got)
	}
	left, _ := filepath.Glob(filepath.Join(h.dir, "IRQ", DirAttached, "*"))
	if len(left) != 0 {
		t.Errorf("files were left behind: %v", left)
	}
}

func withSharing(name string, to ...label.MemberID) CollectRequest {
	r := shared("{}")
	r.Sharing = map[string]label.MemberSet{name: label.Members(to...)}
	return r
}

// lengthy is a beginning and n bytes of one string that never ends.
type lengthy struct {
	head string
	n    int
}

func (l *lengthy) Read(p []byte) (int, error) {
	if l.head != "" {
		n := copy(p, l.head)
		l.head = l.head[n:]
		return n, nil
	}
	if l.n <= 0 {
		return 0, io.EOF
	}
	n := min(len(p), l.n)
	for i := range p[:n] {
		p[i] = 'x'
	}
	l.n -= n
	return n, nil
}

// The charter says how coarse a place and how old a time must be (rule 3).
func TestEventsAreAsCoarseAndLateAsTheCharterSays(t *testing.T) {
	h := newHouse(t, func(c *charter.Charter) { c.Reduction = charter.Reduction{CellKM: 100, DelayH: 8760} })
	h.start("IRQ")
	defer h.stopAll()
	got := h.collect("IRQ", CollectRequest{Kind: CollectUCDP, Name: "ged.csv", Origin: everybody(), Reader: strings.NewReader(ucdpColumns + ucdpLine(1))})
	for _, d := range h.drafts("IRQ", got.Batch) {
		for _, p := range d.Portions {
			_, token, _ := strings.Cut(string(p.Object.Bytes), `"s2_cell":"`)
			token, _, _ = strings.Cut(token, `"`)
			if level := s2.CellIDFromToken(token).Level(); level != 6 {
				t.Errorf("a cell of level %d (%q), want 6", level, token)
			}
		}
	}
}
