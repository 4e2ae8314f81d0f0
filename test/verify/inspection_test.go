package verify_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/inspection"
	"entente/internal/logcopy"
	"entente/internal/node"
	"entente/internal/node/nodetest"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// custodyOf writes custody.json as who holds a report would who has changed it,
// and the row of the audit log with it.
func custodyOf(t testing.TB, dir string, head inspection.Head, end inspection.End) {
	t.Helper()
	c := inspection.Custody{Member: head.Member, SHA256: map[string]string{}, Audit: inspection.CustodyRow{Seq: 7, At: time.Unix(1767226100, 0).UTC(), Login: "inspector", Op: "inspect",
		Object: inspection.CustodyObject(head.From, head.To), Outcome: "done", Detail: inspection.CustodyDetail(&end, head.Evidence), Hash: strings.Repeat("0", 64)}}
	for _, name := range []string{inspection.FileReport, inspection.FileText} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		check(t, err)
		sum := sha256.Sum256(raw)
		c.SHA256[name] = hex.EncodeToString(sum[:])
	}
	raw, err := json.MarshalIndent(c, "", " ")
	check(t, err)
	check(t, os.WriteFile(filepath.Join(dir, inspection.FileCustody), raw, 0o600))
}

// both judges an inspection with both verifiers and fails where they differ.
func both(t testing.TB, founding, dir string) answer {
	t.Helper()
	a := python(t, founding, dir)
	v, err := inspection.Verify(os.DirFS(dir), nil, nil)
	switch {
	case a.OK != (err == nil):
		t.Errorf("they differ: refused %+v, and the Go verifier says %v", a.Refused, err)
	case a.OK:
		x := a.Facts.Inspection
		if x.Member != string(v.Member) || x.From != v.From || x.To != v.To || x.Entries != v.Entries || x.Overdue != v.Overdue || x.Proven != v.Proven || !maps.Equal(x.Counts, v.Counts) {
			t.Errorf("it found %+v, the Go verifier %+v", x, v)
		}
	}
	return a
}

// Of every kind of act, and every label in the vectors, both verifiers say the
// same: what an entry says is what its act says, own or another's.
func TestInspectionOfEveryAct(t *testing.T) {
	files, err := filepath.Glob("../../testdata/vectors/act/*.json")
	check(t, err)
	s := newScribe(t, "Centre of acts")
	dir := t.TempDir()
	out, err := os.Create(filepath.Join(dir, inspection.FileReport))
	check(t, err)
	defer out.Close()
	var entries []*inspection.Entry
	kinds := map[act.Type]int{}
	for i, path := range files {
		raw, err := os.ReadFile(path)
		check(t, err)
		var c struct{ Act, Expect string }
		check(t, json.Unmarshal(raw, &c))
		a, err := act.Parse([]byte(c.Act))
		if c.Expect != "ok" || err != nil || a.Type == act.TypeDummy {
			continue
		}
		m := []label.MemberID{"IRQ", "RUS"}[i%2]
		e, k, err := seal.Seal(s.place(m), s.setKey, []byte(c.Act), 0, seal.NewSigner(s.keys[m]["header"]))
		check(t, err)
		sum, of := sha256.Sum256(e.Header), sha256.Sum256([]byte(c.Act))
		x := &inspection.Entry{Index: int64(len(s.leaves)), Header: hex.EncodeToString(sum[:]), Originator: m, Logged: "2026-01-01T00:07Z", ActDigest: hex.EncodeToString(of[:]),
			Evidence: &inspection.Evidence{Act: []byte(c.Act), Body: e.Body, Key: k[:]}}
		check(t, x.Tell(&a, m == "IRQ"))
		entries = append(entries, x)
		kinds[a.Type]++
		s.put(m, e)
	}
	if len(kinds) != 11 || len(entries) < 40 {
		t.Fatalf("the vectors hold %v", kinds)
	}
	s.fill(4)
	centre := s.found.Hash()
	head := inspection.Head{Charter: hex.EncodeToString(centre[:]), Member: "IRQ", To: int64(len(s.leaves)), At: "2026-01-01T00:07Z", Evidence: true}
	w, err := inspection.NewWriter(out, head)
	check(t, err)
	for _, e := range entries {
		check(t, w.Write(e))
	}
	end, err := w.Close()
	check(t, err)
	check(t, os.WriteFile(filepath.Join(dir, inspection.FileText), []byte("to be printed"), 0o600))
	check(t, os.Mkdir(filepath.Join(dir, inspection.DirCopy), 0o700))
	copied := s.write(filepath.Join(dir, inspection.DirCopy))
	custodyOf(t, dir, head, end)
	if a := both(t, filepath.Join(copied, logcopy.FileFounding), dir); !a.OK || a.Facts.Inspection.Proven != int64(len(entries)) {
		t.Errorf("%+v %+v", a.Refused, a.Facts.Inspection)
	}
}

// inspected has four nodes say things to one another, and writes what RUS's
// inspector takes out of its node. It returns the founding file and the directory.
func inspected(t testing.TB) (founding, dir string) {
	ctx := context.Background()
	c := nodetest.Found(t, nil)
	c.Start()
	c.Ready(nodetest.Four...)
	officer := func(m label.MemberID, login string) section.Officer {
		_, o, err := c.Nodes[m].Section().LogIn(ctx, login, nodetest.Password, "test")
		check(t, err)
		return o
	}
	leave := func(m label.MemberID, d section.Draft, err error) {
		t.Helper()
		check(t, err)
		dec, err := c.Nodes[m].Prepare(ctx, officer(m, "duty"), []string{d.ID}, "")
		check(t, err)
		_, err = c.Nodes[m].Approve(ctx, officer(m, "release"), dec.ID, dec.Digest)
		check(t, err)
	}
	say := func(m label.MemberID, kind string, content any) {
		t.Helper()
		raw, err := json.Marshal(content)
		check(t, err)
		d, err := c.Nodes[m].SaveStatement(ctx, officer(m, "duty"), kind, "", "", raw)
		leave(m, d, err)
	}
	report := func(m label.MemberID, title string, l label.Label) {
		t.Helper()
		l.Policy, l.Class, l.Originators = "CENTRE", "RESTRICTED", label.Members(m)
		p := act.PortionInput{Label: l, Grade: act.Grade{Reliability: "B", Credibility: "2"}, Lang: "en", Text: "the " + title + " stands",
			Sources: []act.Source{{Descriptor: "a resident", Kind: act.KindHuman, Originator: string(m)}}}
		d, err := c.Nodes[m].SaveDraft(ctx, officer(m, "duty"), "", "", &node.Draft{ReportType: act.INTREP, Title: title, Portions: []act.PortionInput{p}})
		leave(m, d, err)
	}
	two := label.Members("IRQ", "RUS")
	report("RUS", "Depot", label.Label{Rel: two, UseCodes: label.UseCodesOf(label.H0), ConsentNeeded: label.Members("RUS"), Caveats: label.Caveats("TLP:AMBER", "for the bridge")})
	report("IRQ", "Bridge", label.Label{Rel: two})
	say("IRQ", node.KindRequest, node.Request{Title: "Lorries", Purpose: "relief", LegalBasis: "agreement", Class: "RESTRICTED", LTIOV: time.Now().UTC().Add(48 * time.Hour).Truncate(time.Minute),
		Parts: []string{"How many?", "Whose?"}, To: label.Members("RUS")})
	rus := c.Nodes["RUS"]
	var asked string
	other := false
	c.Wait("RUS", func() bool {
		rows, err := rus.Requests(ctx, officer("RUS", "duty"), viewdb.RequestQuery{Own: &other})
		check(t, err)
		if len(rows) == 1 {
			asked = rows[0].ID
		}
		return asked != ""
	})
	say("RUS", node.KindAnswer, node.Answer{Request: act.ID(asked), Alike: true, Final: true, Parts: []node.AnswerPart{{Number: 1, State: act.AnswerDeclined}, {Number: 2, State: act.AnswerNoHolding}}})
	// What was said last is read here, and the head over it is kept.
	c.Wait("RUS", func() bool {
		said, err := rus.Views().AllSaid(ctx, string(act.TypeAnswer), 0, 2)
		check(t, err)
		found, err := rus.Views().Find(ctx, viewdb.Query{Text: "stands"})
		check(t, err)
		return len(said) == 1 && len(found) == 2
	})
	cursor, _ := rus.Projected()
	c.Wait("RUS", func() bool {
		head, err := rus.Station().Log().LastHead(ctx)
		check(t, err)
		return head.Size >= cursor
	})

	dir = t.TempDir()
	insp := officer("RUS", "inspector")
	x, err := rus.Inspect(ctx, insp, node.InspectQuery{To: cursor, Evidence: true})
	check(t, err)
	var lines bytes.Buffer
	check(t, x.Write(ctx, &lines))
	check(t, os.WriteFile(filepath.Join(dir, inspection.FileReport), lines.Bytes(), 0o600))
	check(t, os.WriteFile(filepath.Join(dir, inspection.FileText), []byte("to be printed"), 0o600))
	copied := filepath.Join(dir, inspection.DirCopy)
	_, err = logcopy.Write(ctx, rus.Station().Log(), rus.Station().State().Founding(), copied, nil)
	check(t, err)
	head, end, err := inspection.Read(&lines, func(inspection.Head, *inspection.Entry) error { return nil })
	check(t, err)
	custodyOf(t, dir, head, end)
	rows, err := rus.Section().Audit(ctx, insp, section.AuditQuery{Object: inspection.CustodyObject(head.From, head.To)})
	check(t, err)
	if len(rows) != 1 || rows[0].Detail != inspection.CustodyDetail(&end, true) || string(rows[0].Op) != "inspect" || rows[0].Outcome != "done" {
		t.Fatalf("the audit log has %+v", rows)
	}
	return filepath.Join(copied, logcopy.FileFounding), dir
}

// forge changes lines of a report as one would who wants nobody to see it: the
// last line and the custody are made to fit.
func forge(change func(lines []string) []string) func(testing.TB, string) {
	return func(t testing.TB, dir string) {
		t.Helper()
		path := filepath.Join(dir, inspection.FileReport)
		raw, err := os.ReadFile(path)
		check(t, err)
		lines := strings.SplitAfter(strings.TrimSuffix(string(raw), "\n"), "\n")
		before := strings.Join(lines, "")
		lines = change(lines[:len(lines)-1])
		text := strings.Join(lines, "")
		if strings.HasPrefix(before, text) && strings.Count(before, "\n") == len(lines) {
			t.Fatal("nothing was changed")
		}
		var head inspection.Head
		check(t, json.Unmarshal([]byte(lines[0]), &head))
		sum := sha256.Sum256([]byte(text))
		end := inspection.End{End: true, Counts: map[string]int64{}, Entries: int64(len(lines) - 1), Digest: hex.EncodeToString(sum[:])}
		for _, line := range lines[1:] {
			var e inspection.Entry
			check(t, json.Unmarshal([]byte(line), &e))
			if end.Counts[e.What]++; e.Overdue {
				end.Overdue++
			}
		}
		last, err := json.Marshal(end)
		check(t, err)
		check(t, os.WriteFile(path, append([]byte(text), append(last, '\n')...), 0o600))
		custodyOf(t, dir, head, end)
	}
}

// replaced puts one text in the place of another in the first line that has it.
func replaced(old, new string) func([]string) []string {
	return func(lines []string) []string {
		for i := range lines {
			if strings.Contains(lines[i], old) {
				lines[i] = strings.Replace(lines[i], old, new, 1)
				break
			}
		}
		return lines
	}
}

// changed changes the first entry for which is holds.
func changed(is func(*inspection.Entry) bool, change func(*inspection.Entry)) func([]string) []string {
	return func(lines []string) []string {
		for i := 1; i < len(lines); i++ {
			var e inspection.Entry
			if json.Unmarshal([]byte(lines[i]), &e) != nil || !is(&e) {
				continue
			}
			change(&e)
			raw, _ := json.Marshal(e)
			lines[i] = string(raw) + "\n"
			break
		}
		return lines
	}
}

// unproven takes the evidence off all entries, and changes what then is the node's
// word.
func unproven(change func([]string) []string) func([]string) []string {
	return func(lines []string) []string {
		bare := lines[:1:1]
		for _, line := range lines[1:] {
			i := strings.Index(line, `,"evidence":{`)
			bare = append(bare, line[:i]+"}\n")
		}
		return change(bare)
	}
}

// A report that a node wrote holds for both verifiers; with one thing altered in
// it neither takes it, also where every digest was made to fit.
func TestInspectionOfANode(t *testing.T) {
	founding, dir := inspected(t)
	a := both(t, founding, dir)
	if !a.OK {
		t.Fatalf("refused: %+v", a.Refused)
	}
	if x := a.Facts.Inspection; x.Entries != 4 || x.Proven != 4 || x.Counts["refused"] != 1 || x.Counts["originated"] != 1 || x.Counts["received"] != 2 {
		t.Fatalf("it found %+v", x)
	}
	own := func(e *inspection.Entry) bool { return e.Title == "Depot" }
	answer := func(e *inspection.Entry) bool { return e.Type == "answer" }
	line := func(f func(lines []string) []string) func(testing.TB, string) {
		return file(inspection.FileReport, func(raw []byte) []byte {
			return []byte(strings.Join(f(strings.SplitAfter(string(raw), "\n")), ""))
		})
	}
	written := func(f func(*inspection.Custody)) func(testing.TB, string) {
		return file(inspection.FileCustody, func(raw []byte) []byte {
			var c inspection.Custody
			check(t, json.Unmarshal(raw, &c))
			f(&c)
			raw, err := json.Marshal(c)
			check(t, err)
			return raw
		})
	}
	for name, c := range map[string]struct {
		change func(testing.TB, string)
		word   string
	}{
		"a title":                 {forge(replaced(`"title":"Depot"`, `"title":"Depots"`)), "title"},
		"a recipient":             {forge(replaced(`"to":["IRQ","RUS"]`, `"to":["RUS","SYR"]`)), "'to'"},
		"a recipient left out":    {forge(replaced(`"to":["IRQ","RUS"]`, `"to":["RUS"]`)), "'to'"},
		"a mark":                  {forge(replaced(`ORCON RUS`, `ORCON IRQ`)), "mark"},
		"a portion":               {forge(changed(own, func(e *inspection.Entry) { e.Portions = nil })), "portions"},
		"what it is":              {forge(changed(own, func(e *inspection.Entry) { e.What = "asked" })), "what"},
		"a type":                  {forge(replaced(`"INTREP"`, `"SITREP"`)), "type"},
		"an id":                   {forge(changed(own, func(e *inspection.Entry) { e.ID = strings.Repeat("0", 32) })), "'id'"},
		"when it was written":     {forge(changed(own, func(e *inspection.Entry) { e.Written = "2015-09-30T06:40:00Z" })), "written"},
		"a state":                 {forge(changed(answer, func(e *inspection.Entry) { e.Step = "full, full" })), ""},
		"a truth that was given":  {forge(changed(answer, func(e *inspection.Entry) { e.Truth = "declined, full" })), "drafted otherwise"},
		"a truth of another part": {forge(changed(answer, func(e *inspection.Entry) { e.Truth = "declined" })), "drafted otherwise"},
		"no refusal":              {forge(changed(answer, func(e *inspection.Entry) { e.What = "answered" })), "what"},
		"what it is about":        {forge(changed(answer, func(e *inspection.Entry) { e.About = "" })), "about"},
		"a review date":           {forge(changed(own, func(e *inspection.Entry) { e.ReviewBy = "2027-01-31T00:00:00Z" })), "review_by"},
		"an originator":           {forge(changed(own, func(e *inspection.Entry) { e.Originator = "IRQ" })), "leaf is another"},
		"a header":                {forge(changed(own, func(e *inspection.Entry) { e.Header = strings.Repeat("0", 64) })), "leaf is another"},
		"a leaf":                  {forge(changed(own, func(e *inspection.Entry) { e.Index++ })), ""},
		"a digest of an act":      {forge(changed(own, func(e *inspection.Entry) { e.ActDigest = strings.Repeat("0", 64) })), "another act"},
		"an act":                  {forge(changed(own, func(e *inspection.Entry) { e.Evidence.Act = []byte(`{"v":1,"type":"dummy"}`) })), "another act"},
		"a body":                  {forge(changed(own, func(e *inspection.Entry) { e.Evidence.Body[99] ^= 1 })), "not the one that was signed"},
		"a key":                   {forge(changed(own, func(e *inspection.Entry) { e.Evidence.Key[7] ^= 1 })), "tag"},
		"a short key":             {forge(changed(own, func(e *inspection.Entry) { e.Evidence.Key = e.Evidence.Key[1:] })), "32 bytes"},
		"a log time":              {forge(changed(own, func(e *inspection.Entry) { e.Logged = "2101-01-01T00:00Z" })), "after the report's end"},
		"its log time":            {forge(replaced(`"at":"20`, `"at":"21`)), "after the log time of the copy"},
		"a range beyond the copy": {forge(replaced(`,"to":`, `,"to":9`)), "the copy of the log to"},
		"another centre":          {forge(replaced(`"charter":"`, `"charter":"00`)), ""},
		"a version":               {forge(replaced(`"inspection":1`, `"inspection":2`)), "version 2"},
		"a field":                 {forge(replaced(`"title":"Depot"`, `"name":"Depot"`)), "does not have"},
		"a field twice":           {forge(replaced(`"title":"Depot"`, `"title":"Depots","title":"Depot"`)), "twice"},
		"a field in capitals":     {forge(replaced(`"title":"Depot"`, `"Title":"Depot"`)), "does not have"},
		"no member":               {forge(unproven(replaced(`"member":"RUS"`, `"member":"FRA"`))), "no member"},
		"a head without a start":  {forge(replaced(`"from":0,`, ``)), "lacks the field from"},
		"nothing that it can be":  {forge(unproven(changed(own, func(e *inspection.Entry) { e.What = "told" }))), "nothing that an entry can be"},
		"a recipient of nowhere":  {forge(unproven(replaced(`"to":["IRQ","RUS"]`, `"to":["nobody"]`))), "is no member"},
		"a portion without an id": {forge(unproven(changed(own, func(e *inspection.Entry) { e.Portions[0].ID = "7" }))), "no id"},
		"no digest of a portion":  {forge(unproven(replaced(`","digest":"`, `","digests":"`))), "does not have"},
		"a long line":             {forge(unproven(changed(own, func(e *inspection.Entry) { e.Title = strings.Repeat("x", 1<<20) }))), "more than 1048576 bytes"},
		"a key spelt otherwise":   {forge(replaced(`="}`, `=\n"}`)), "no base64"},
		"a last line of no end":   {line(func(x []string) []string { return replaced(`{"end":true`, `{"end":false`)(x) }), "not those of which"},
		"a last line of no count": {line(func(x []string) []string { return replaced(`"overdue":0,`, ``)(x) }), "lacks the field overdue"},
		"a custody of nobody": {file(inspection.FileCustody, func(raw []byte) []byte {
			return regexp.MustCompile(`"login": "[a-z]*",`).ReplaceAll(raw, nil)
		}), "lacks the field login"},
		"more in a line":          {file(inspection.FileReport, func(raw []byte) []byte { return bytes.Replace(raw, []byte("}\n"), []byte("} {}\n"), 1) }), "JSON"},
		"a line left out":         {line(func(x []string) []string { return append(x[:2:2], x[3:]...) }), "not those of which"},
		"a line twice":            {line(func(x []string) []string { return append(x[:2:2], x[1:]...) }), "not those of which"},
		"the last line left out":  {line(func(x []string) []string { return x[:len(x)-2] }), "last line"},
		"something behind it":     {line(func(x []string) []string { return append(x, "{}\n") }), "last line"},
		"a count":                 {line(func(x []string) []string { return replaced(`"received":2`, `"received":3`)(x) }), "counts other"},
		"how many":                {line(func(x []string) []string { return replaced(`"entries":4`, `"entries":5`)(x) }), "counts other"},
		"what is overdue":         {line(func(x []string) []string { return replaced(`"overdue":0`, `"overdue":1`)(x) }), "counts other"},
		"the text to be printed":  {file(inspection.FileText, flip(3)), "is not the file"},
		"no custody":              {func(t testing.TB, d string) { check(t, os.Remove(filepath.Join(d, inspection.FileCustody))) }, "missing"},
		"a custody of another":    {written(func(c *inspection.Custody) { c.Member = "IRQ" }), "of another report"},
		"a custody of a range":    {written(func(c *inspection.Custody) { c.Audit.Object = "leaves/0-1" }), "of another report"},
		"a custody that failed":   {written(func(c *inspection.Custody) { c.Audit.Outcome = "failed" }), "of another report"},
		"a custody of one file":   {written(func(c *inspection.Custody) { delete(c.SHA256, inspection.FileText) }), "other files"},
		"a custody with a digest": {written(func(c *inspection.Custody) { c.SHA256[inspection.FileReport] = strings.Repeat("0", 64) }), "is not the file"},
		"a leaf of the copy":      {file("copy/log/tile/entries/000.p/"+width(t, dir), flip(entry+100)), "leaves give"},
	} {
		t.Run(name, func(t *testing.T) {
			altered := t.TempDir()
			check(t, os.CopyFS(altered, os.DirFS(dir)))
			c.change(t, altered)
			a := both(t, founding, altered)
			if a.OK {
				t.Fatal("accepted")
			}
			if !strings.Contains(a.Refused.Why, c.word) {
				t.Errorf("refused with %s: %s; want %q", a.Refused.Code, a.Refused.Why, c.word)
			}
		})
	}
}

// width is that of the one bundle of a copy's entries.
func width(t testing.TB, dir string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "copy/log/tile/entries/000.p/*"))
	check(t, err)
	if len(all) != 1 {
		t.Fatalf("the copy has the bundles %v", all)
	}
	return filepath.Base(all[0])
}
