package formats

import (
	"fmt"
	"strings"
	"time"

	"entente/act"
	"entente/internal/collect"
	"entente/label"
)

// EventRows takes n synthetic rows of the UCDP dataset's shape in, with every
// hundredth broken: the share of whole rows taken in and of broken rows
// reported with their line, and rows a second of one core.
func EventRows(n int) ([]Figure, error) {
	var b strings.Builder
	b.WriteString("id,type_of_violence,side_a,side_b,source_article,source_headline,where_prec,adm_1,adm_2,latitude,longitude,country,date_start,date_end,best,low,high\n")
	broken := 0
	for i := range n {
		kind := "1"
		if i%100 == 99 {
			kind = "none"
			broken++
		}
		fmt.Fprintf(&b, "%d,%s,Side One,Side Two,\"Agency, 2016\",\"Clashes reported, number %d\",1,Province A,District %d,%.5f,%.5f,Nowhere,2016-01-04 00:00:00.000,2016-01-05 00:00:00.000,3,2,5\n",
			i, kind, i, i%50, 30+float64(i%700)/100, 40+float64(i%900)/100)
	}
	o := collect.EventOptions{Format: collect.UCDP, Now: written, Options: collect.Options{Name: "made.csv", MediaType: "text/csv", Origin: collect.Origin{
		Label:  label.Label{Policy: "CENTRE", Class: "RESTRICTED", Rel: label.Members("IRQ"), Originators: label.Members("IRQ")},
		Grade:  act.Grade{Reliability: "B", Credibility: "6"},
		Source: act.Source{Descriptor: "Made for measuring", Kind: act.KindOpen, Originator: "IRQ"}}}}
	begin := time.Now()
	r, err := collect.Events(strings.NewReader(b.String()), o, func(collect.Draft) error { return nil })
	if err != nil {
		return nil, err
	}
	spent := time.Since(begin).Seconds()
	right := 0
	for _, row := range r.Broken {
		if (row.Line-2)%100 == 99 {
			right++
		}
	}
	return []Figure{
		{Name: "event rows taken in", Unit: "share", N: n - broken, Value: float64(r.Rows) / float64(n-broken)},
		{Name: "broken rows reported by line", Unit: "share", N: broken, Value: float64(right) / float64(max(1, broken))},
		{Name: "event rows", Unit: "rows/s", N: n, Value: float64(n) / spent},
	}, nil
}
