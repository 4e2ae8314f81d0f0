package collect

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// tableForms are the data sets whose columns their codebooks fix.
var tableForms = map[EventFormat]tableForm{
	UCDP:  {header: true, needs: []string{"id", "date_start", "date_end", "type_of_violence", "where_prec", "latitude", "longitude"}, read: readUCDP},
	ACLED: {header: true, needs: []string{"event_id_cnty", "event_date", "event_type", "latitude", "longitude"}, read: readACLED},
	GTD:   {header: true, needs: []string{"eventid", "iyear", "imonth", "iday", "latitude", "longitude"}, read: readGTD},
	GDELT: {read: readGDELT},
}

var ucdpTypes = map[string]string{"1": "state-based conflict", "2": "non-state conflict", "3": "one-sided violence"}

// readUCDP reads a row of the UCDP Georeferenced Event Dataset by its codebook
// (version 24.1). Coordinates count up to where_prec 2 (within 25 km), the
// district up to 3.
func readUCDP(c *columns) (ev Event, err error) {
	ev = Event{ID: c.get("id"), Type: ucdpTypes[c.get("type_of_violence")], Actors: []string{c.get("side_a"), c.get("side_b")},
		Country: c.get("country"), Province: c.get("adm_1"), Text: c.get("source_headline"), Sources: []string{c.get("source_article")}}
	if ev.Type == "" {
		return ev, fmt.Errorf("type_of_violence %.20q is not 1, 2 or 3", c.get("type_of_violence"))
	}
	for _, d := range []struct {
		to   *string
		name string
	}{{&ev.From, "date_start"}, {&ev.To, "date_end"}} {
		if *d.to, err = dayIn(c.get(d.name), "2006-01-02 15:04:05.000", "2006-01-02 15:04:05", time.DateOnly, "1/2/2006 3:04:05 PM"); err != nil {
			return ev, err
		}
	}
	switch prec := c.get("where_prec"); prec {
	case "1", "2":
		if ev.Cell, err = c.cell("latitude", "longitude"); err != nil {
			return ev, err
		}
		ev.District = c.get("adm_2")
	case "3":
		ev.District = c.get("adm_2")
	case "4", "5":
	case "6", "7":
		ev.Province = ""
	default:
		return ev, fmt.Errorf("where_prec %.20q is not 1 to 7", prec)
	}
	return ev, c.deaths(&ev, "best", "low", "high")
}

func (c *columns) deaths(ev *Event, best, low, high string) (err error) {
	for _, d := range []struct {
		to   *int
		name string
	}{{&ev.Deaths, best}, {&ev.DeathsLow, low}, {&ev.DeathsHigh, high}} {
		*d.to = -1
		if *d.to, err = c.number(d.name); err != nil {
			return err
		}
	}
	return nil
}

// readACLED reads a row of ACLED by its codebook (2024). Coordinates count with
// geo_precision 1 and 2 (a town, or a part of a region), and only the province
// with 3.
func readACLED(c *columns) (ev Event, err error) {
	ev = Event{ID: c.get("event_id_cnty"), Type: strings.Join(nonEmpty(c.get("event_type"), c.get("sub_event_type")), ": "),
		Actors:  nonEmpty(c.get("actor1"), c.get("actor2")),
		Country: c.get("country"), Province: c.get("admin1"), District: c.get("admin2"), Text: c.get("notes"), Sources: strings.Split(c.get("source"), ";")}
	if ev.From, err = dayIn(c.get("event_date"), "2 January 2006", time.DateOnly, "02-January-2006", "2006-01-02T15:04:05Z"); err != nil {
		return ev, err
	}
	switch prec := c.get("geo_precision"); prec {
	case "1", "2", "":
		if ev.Cell, err = c.cell("latitude", "longitude"); err != nil {
			return ev, err
		}
	case "3":
		ev.District = ""
	default:
		return ev, fmt.Errorf("geo_precision %.20q is not 1 to 3", prec)
	}
	return ev, c.deaths(&ev, "fatalities", "", "")
}

// gtdDeaths finds the column of the number of confirmed deaths, the one of five
// letters whose name begins with nk.
func (c *columns) gtdDeaths() string {
	for name := range c.index {
		if len(name) == 5 && strings.HasPrefix(name, "nk") {
			return name
		}
	}
	return ""
}

// readGTD reads a row of the Global Terrorism Database by its codebook (August
// 2021). A day or month that is 0 is unknown: the event then lies within the
// month or year. Coordinates count with specificity 1 (the town's own).
func readGTD(c *columns) (ev Event, err error) {
	ev = Event{ID: c.get("eventid"), Type: c.get("attacktype1_txt"), Country: c.get("country_txt"), Province: c.get("provstate"), Text: c.get("summary"),
		Sources: nonEmpty(c.get("scite1"), c.get("scite2"), c.get("scite3"))}
	for _, name := range []string{"gname", "gname2", "gname3"} {
		if g := c.get(name); g != "" && g != "Unknown" {
			ev.Actors = append(ev.Actors, g)
		}
	}
	var n [3]int
	for i, name := range []string{"iyear", "imonth", "iday"} {
		if n[i], err = c.number(name); err != nil {
			return ev, err
		}
	}
	from := time.Date(n[0], time.Month(max(1, n[1])), max(1, n[2]), 0, 0, 0, 0, time.UTC)
	if n[0] < 1970 || n[1] > 12 || n[1] < 0 || n[2] < 0 || from.Month() != time.Month(max(1, n[1])) {
		return ev, fmt.Errorf("iyear %d, imonth %d, iday %d are no date", n[0], n[1], n[2])
	}
	to := from
	switch {
	case n[1] == 0:
		to = from.AddDate(1, 0, -1)
	case n[2] == 0:
		to = from.AddDate(0, 1, -1)
	}
	ev.From, ev.To = from.Format(time.DateOnly), to.Format(time.DateOnly)
	if s := c.get("specificity"); s == "1" || s == "" {
		if ev.Cell, err = c.cell("latitude", "longitude"); err != nil {
			return ev, err
		}
	}
	return ev, c.deaths(&ev, c.gtdDeaths(), "", "")
}

// gdeltForms has the places of GDELT's columns, by how many there are: 58 in
// version 1.0, 61 in version 2.0 (event codebooks of 2013 and 2015).
var gdeltForms = map[int]struct{ geo, adm1, lat, source int }{
	58: {49, 52, 53, 57},
	61: {51, 54, 56, 60},
}

// gdeltRoots has CAMEO's root codes.
var gdeltRoots = map[string]string{
	"01": "make public statement", "02": "appeal", "03": "express intent to cooperate", "04": "consult", "05": "engage in diplomatic cooperation",
	"06": "engage in material cooperation", "07": "provide aid", "08": "yield", "09": "investigate", "10": "demand", "11": "disapprove", "12": "reject",
	"13": "threaten", "14": "protest", "15": "exhibit force posture", "16": "reduce relations", "17": "coerce", "18": "assault", "19": "fight",
	"20": "use unconventional mass violence",
}

// readGDELT reads a row of GDELT's event table. Coordinates count where the
// place is a town (types 3 and 4). An actor with a code of religion or
// ethnicity is left out, since its name is often nothing else (rule 18).
func readGDELT(c *columns) (ev Event, err error) {
	form, ok := gdeltForms[len(c.cells)]
	if !ok {
		return ev, fmt.Errorf("it has %d columns; GDELT has 58 (1.0) or 61 (2.0)", len(c.cells))
	}
	at := func(i int) string { return strings.TrimSpace(c.cells[i]) }
	ev = Event{ID: at(0), Deaths: -1, DeathsLow: -1, DeathsHigh: -1, Sources: []string{at(form.source)}}
	if ev.From, err = dayIn(at(1), "20060102"); err != nil {
		return ev, err
	}
	root, known := gdeltRoots[at(28)]
	if !known {
		return ev, fmt.Errorf("root code %.10q is none of CAMEO", at(28))
	}
	ev.Type = "CAMEO " + at(26) + ": " + root
	for _, actor := range []int{5, 15} {
		ethnic, religion1, religion2 := at(actor+4), at(actor+5), at(actor+6)
		if name := at(actor + 1); name != "" && ethnic+religion1+religion2 == "" {
			ev.Actors = append(ev.Actors, name)
		}
	}
	ev.Country, ev.Province = at(form.geo+2), at(form.adm1)
	switch typ := at(form.geo); typ {
	case "3", "4":
		if ev.Cell, err = cellOfTexts(at(form.lat), at(form.lat+1), c.level); err != nil {
			return ev, err
		}
	case "1", "2", "5", "0", "":
	default:
		return ev, errors.New("the type of its place is not 0 to 5")
	}
	if ev.Country != "" {
		ev.Country = "FIPS " + ev.Country
	}
	if ev.Province != "" {
		ev.Province = "FIPS " + ev.Province
	}
	return ev, nil
}
