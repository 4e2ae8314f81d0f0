package section

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Somebody with the database in his hands changes one thing: VerifyAudit finds
// it, whatever it is.
func TestAuditTampered(t *testing.T) {
	base := newBed(t)
	for i := range 30 {
		base.draft(fmt.Sprint(i))
	}
	head, faults, err := base.VerifyAudit(base.ctx, base.inspector)
	must(t, err)
	if len(faults) != 0 {
		t.Fatalf("untouched: %v", faults)
	}
	for name, c := range map[string]struct {
		sql    string
		at     int64 // where a fault is seen
		anchor bool  // found only with a head exported earlier
	}{
		"time":                      {`UPDATE audit SET at = at + 1 WHERE seq = 20`, 20, false},
		"officer":                   {`UPDATE audit SET login = 'irq.an' WHERE seq = 20`, 20, false},
		"operation":                 {`UPDATE audit SET op = 'draft.read' WHERE seq = 20`, 20, false},
		"object":                    {`UPDATE audit SET object = 'x' WHERE seq = 20`, 20, false},
		"outcome":                   {`UPDATE audit SET outcome = 'refused' WHERE seq = 20`, 20, false},
		"detail":                    {`UPDATE audit SET detail = '' WHERE seq = 20`, 20, false},
		"text moved between fields": {`UPDATE audit SET op = op || substr(object, 1, 1), object = substr(object, 2) WHERE seq = 20`, 20, false},
		"hash":                      {`UPDATE audit SET hash = zeroblob(32) WHERE seq = 20`, 20, false},
		"hash cut":                  {`UPDATE audit SET hash = substr(hash, 1, 31) WHERE seq = 20`, 20, false},
		"number":                    {`UPDATE audit SET seq = 1000 WHERE seq = 20`, 20, false},
		"first row":                 {`UPDATE audit SET detail = 'nation=SYR' WHERE seq = 1`, 1, false},
		"last row":                  {`UPDATE audit SET detail = 'x' WHERE seq = (SELECT max(seq) FROM audit)`, 0, false},
		"row dropped":               {`DELETE FROM audit WHERE seq = 20`, 20, false},
		"first row dropped":         {`DELETE FROM audit WHERE seq = 1`, 1, false},
		"rows dropped":              {`DELETE FROM audit WHERE seq BETWEEN 10 AND 20`, 10, false},
		"last row dropped":          {`DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)`, 0, false},
		"all rows dropped":          {`DELETE FROM audit`, 1, false},
		"rows exchanged":            {`UPDATE audit SET seq = -1 WHERE seq = 20; UPDATE audit SET seq = 20 WHERE seq = 21; UPDATE audit SET seq = 21 WHERE seq = -1`, 20, false},
		"later rows moved up":       {`DELETE FROM audit WHERE seq = 20; UPDATE audit SET seq = -seq + 1 WHERE seq > 20; UPDATE audit SET seq = -seq WHERE seq < 0; UPDATE audit_head SET seq = seq - 1`, 20, false},
		"row added at the end":      {`INSERT INTO audit SELECT seq + 1, at, login, op, object, outcome, detail, hash FROM audit ORDER BY seq DESC LIMIT 1`, 0, false},
		"head set back":             {`UPDATE audit_head SET seq = 20, hash = (SELECT hash FROM audit WHERE seq = 20)`, 21, false},
		"head changed":              {`UPDATE audit_head SET hash = zeroblob(32)`, 0, false},
		"end cut off, head and all": {`DELETE FROM audit WHERE seq > 20; UPDATE audit_head SET seq = 20, hash = (SELECT hash FROM audit WHERE seq = 20)`, 0, true},
		"everything, head and all":  {`DELETE FROM audit; DELETE FROM audit_head`, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			for i := range 30 {
				b.draft(fmt.Sprint(i))
			}
			head, err := b.AuditHead(b.ctx)
			must(t, err)
			rawSQL(t, b.path, c.sql)
			_, faults, err := b.db.Read(b.ctx).VerifyAudit()
			must(t, err)
			if c.anchor {
				if len(faults) != 0 {
					t.Errorf("found without a head exported earlier: %v", faults)
				}
				if _, faults, err = b.db.Read(b.ctx).VerifyAudit(head); err != nil {
					t.Fatal(err)
				}
			}
			if len(faults) == 0 {
				t.Fatal("not found")
			}
			if c.at != 0 && !slices.ContainsFunc(faults, func(f AuditFault) bool { return f.Seq == c.at }) {
				t.Errorf("faults: %+v, want one at %d", faults, c.at)
			}
		})
	}
	// A rewritten history is consistent in itself; only the exported head
	// tells.
	forged := head
	forged.Hash[0] ^= 1
	_, faults, err = base.VerifyAudit(base.ctx, base.inspector, forged)
	must(t, err)
	if len(faults) != 1 || faults[0].Seq != head.Seq {
		t.Errorf("another head: %v", faults)
	}
	if row := base.lastRow(); row.Op != "audit.verify" || !strings.HasSuffix(row.Detail, "faults=1") {
		t.Errorf("the verification itself: %+v", row)
	}
	if _, faults, err := base.VerifyAudit(base.ctx, base.custodian, head); err != nil || len(faults) != 0 {
		t.Errorf("an honest earlier head: %v %v", faults, err)
	}
}

func TestAuditPages(t *testing.T) {
	b := newBed(t)
	d := b.draft("x")
	for i := range 10 {
		var err error
		d, err = b.SaveDraft(b.ctx, b.analyst, d.ID, d.ETag(), Content{Kind: "report", Bytes: fmt.Append(nil, i)})
		must(t, err)
	}
	all := b.rows()
	for i, row := range all {
		if row.Seq != int64(i+1) {
			t.Fatalf("row %d has number %d", i, row.Seq)
		}
	}
	for _, q := range []AuditQuery{{Limit: 3}, {Login: "irq.an", Limit: 3}, {Object: d.ID, Limit: 3}, {Login: "irq.an", Object: d.ID, Limit: 100}, {Login: "nobody"}} {
		var want, got []int64
		for i := len(all) - 1; i >= 0; i-- {
			if (q.Login == "" || all[i].Login == q.Login) && (q.Object == "" || all[i].Object == q.Object) {
				want = append(want, all[i].Seq)
			}
		}
		page := q
		for {
			rows, err := b.Audit(b.ctx, b.inspector, page)
			must(t, err)
			if len(rows) == 0 {
				break
			}
			for _, r := range rows {
				got = append(got, r.Seq)
			}
			page.Before = rows[len(rows)-1].Seq
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%+v: %v, want %v", q, got, want)
		}
	}
	_, err := b.Audit(b.ctx, b.custodian, AuditQuery{})
	refusal(t, err, ErrForbidden, 29)
}

func TestRecord(t *testing.T) {
	b := newBed(t)
	must(t, b.Record(b.ctx, b.duty, OpDiscover, "query-1", OutcomeDone, "budget=199"))
	must(t, b.Record(b.ctx, Officer{}, OpOperate, "", OutcomeFailed, "snapshot"))
	if row := b.lastRow(); row.Login != "" || row.Outcome != OutcomeFailed {
		t.Errorf("row: %+v", row)
	}
	refusal(t, b.Record(b.ctx, b.duty, OpDiscover, "", "maybe", ""), ErrBounds, 0)
	refusal(t, b.Record(b.ctx, b.duty, OpDiscover, strings.Repeat("x", 201), OutcomeDone, ""), ErrBounds, 0)
	refusal(t, b.Record(b.ctx, b.duty, OpDiscover, "", OutcomeDone, strings.Repeat("x", 513)), ErrBounds, 0)
	refusal(t, b.Authorise(b.ctx, b.duty, OpOperate, "snapshot"), ErrForbidden, 26)
	if row := b.lastRow(); row.Login != "irq.duty" || row.Op != "operate" || row.Object != "snapshot" || row.Outcome != OutcomeRefused {
		t.Errorf("row: %+v", row)
	}
	rows := len(b.rows())
	must(t, b.Authorise(b.ctx, b.custodian, OpOperate, "snapshot"))
	if len(b.rows()) != rows {
		t.Error("a permission alone is no act")
	}
}

// Nothing of a draft, a note or a password is in the audit log, whatever is
// done with them.
func TestAuditHoldsNoContents(t *testing.T) {
	b := newBed(t)
	const secret = "the-secret-sentence"
	d := b.planned(secret)
	p := b.prepared(d.ID)
	must(t, b.RefuseRelease(b.ctx, b.fdo, p.ID, secret))
	_, err := b.Annotate(b.ctx, b.duty, d.ID, secret)
	must(t, err)
	x := b.batch()
	b.importing(x.ID, item("a", secret))
	_, err = b.SaveDraft(b.ctx, b.duty, d.ID, secret, Content{Kind: "report", Bytes: []byte(secret)})
	refusal(t, err, ErrConflict, 0)
	must(t, b.EraseDraft(b.ctx, b.dpo, d.ID, "request 3"))
	_, _, err = b.LogIn(b.ctx, secret, secret, "")
	refusal(t, err, ErrCredentials, 0)
	must(t, b.SetSetting(b.ctx, b.custodian, "a", 0, secret))
	for _, row := range b.rows() {
		if strings.Contains(fmt.Sprintf("%+v", row), secret) {
			t.Errorf("%+v", row)
		}
	}
}

func TestAuditHeadText(t *testing.T) {
	b := newBed(t)
	h, err := b.AuditHead(b.ctx)
	must(t, err)
	line := FormatAuditHead(h)
	back, err := ParseAuditHead(line)
	if err != nil || back != h {
		t.Fatalf("%q came back as %v, %v", line, back, err)
	}
	for _, bad := range []string{"", line + "\n", line + " ", strings.ToUpper(line), strings.Replace(line, " ", "  ", 1),
		strings.Replace(line, "entente/v1/audit ", "entente/v1/audit +", 1), strings.Replace(line, "entente/v1/audit ", "entente/v1/audit -", 1), line[:len(line)-2]} {
		if _, err := ParseAuditHead(bad); !errors.Is(err, ErrBounds) {
			t.Errorf("%q was read", bad)
		}
	}
}

func FuzzParseAuditHead(f *testing.F) {
	f.Add(FormatAuditHead(AuditHead{}))
	f.Add(FormatAuditHead(AuditHead{Seq: 1<<63 - 1, Hash: Digest{0xff}}))
	f.Fuzz(func(t *testing.T, s string) {
		if h, err := ParseAuditHead(s); err == nil && FormatAuditHead(h) != s {
			t.Errorf("%q is read, but its form is %q", s, FormatAuditHead(h))
		}
	})
}
