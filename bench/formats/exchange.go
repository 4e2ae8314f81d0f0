package formats

import (
	"bytes"
	"fmt"
	"time"

	"entente/act"
	"entente/internal/exchange"
	"entente/label"
)

// Exchange says n synthetic reports of ten portions in STIX, reads them back,
// and gives the share that came back byte for byte and reports a second of one
// core, both ways together.
func Exchange(n int) ([]Figure, error) {
	l := label.Label{Policy: "CENTRE", Class: "RESTRICTED", Rel: label.Members("IRN", "IRQ", "RUS"), Originators: label.Members("IRQ"), Caveats: label.Caveats("TLP:AMBER")}
	var acts []act.Act
	for i := range n {
		var ps []act.Portion
		for k := range 10 {
			p, err := act.NewPortion(act.PortionInput{Label: l, Grade: act.Grade{Reliability: "B", Credibility: "2"}, Lang: "en",
				Text:    fmt.Sprintf("Portion %d of report %d: two lorries with flour were stopped and let go.", k, i),
				Sources: []act.Source{{Descriptor: "A resident", Kind: act.KindHuman, Originator: "IRQ"}}})
			if err != nil {
				return nil, err
			}
			ps = append(ps, p)
		}
		a, err := act.BuildView(act.View{Type: act.INTREP, Title: fmt.Sprintf("Report %d", i), Written: written, To: label.Members("RUS"), Label: l}, ps)
		if err != nil {
			return nil, err
		}
		acts = append(acts, a)
	}
	begin := time.Now()
	var b bytes.Buffer
	if err := exchange.Export(&b, acts...); err != nil {
		return nil, err
	}
	in, err := exchange.Import(&b)
	if err != nil {
		return nil, err
	}
	spent := time.Since(begin).Seconds()
	back := tally{name: "reports back from STIX"}
	for i := range acts {
		back.add(i < len(in.Reports) && bytes.Equal(in.Reports[i].Raw, acts[i].Raw), fmt.Sprint(i))
	}
	return []Figure{back.figure(), {Name: "reports to STIX and back", Unit: "reports/s", N: n, Value: float64(n) / spent}}, nil
}
