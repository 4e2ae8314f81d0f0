// Package places measures the places package: how many names of places in news
// are found and how near they are put, how well single names resolve, and how
// fast both are. The functions return figures; tests hold the product to them.
package places

import (
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"strings"

	"entente/internal/process/places"
)

// Gold is a place as an annotator marked it in a text.
type Gold struct {
	Start, End int // code points
	Name       string
	At         places.LatLon
}

// Document is an annotated text.
type Document struct {
	ID   string
	Text string
	Gold []Gold
}

// Held tells whether an item belongs to the half that is held out: nothing is
// tuned on it.
func Held(id string) bool {
	h := fnv.New32a()
	h.Write([]byte(id))
	return h.Sum32()%2 == 1
}

// Half gives the development half or the held-out half of documents.
func Half(docs []Document, held bool) []Document {
	var out []Document
	for _, d := range docs {
		if Held(d.ID) == held {
			out = append(out, d)
		}
	}
	return out
}

// ReadLGL reads the Local-Global Lexicon corpus (Lieberman, Samet,
// Sankaranarayanan, ICDE 2010) in its XML form. Names without coordinates are
// left out.
func ReadLGL(path string) ([]Document, error) {
	var doc struct {
		Articles []struct {
			ID       string `xml:"docid,attr"`
			Text     string `xml:"text"`
			Toponyms []struct {
				Start int    `xml:"start"`
				End   int    `xml:"end"`
				Name  string `xml:"phrase"`
				Tag   *struct {
					Lat string `xml:"lat"`
					Lon string `xml:"lon"`
				} `xml:"gaztag"`
			} `xml:"toponyms>toponym"`
		} `xml:"article"`
	}
	if err := readXML(path, &doc); err != nil {
		return nil, err
	}
	var out []Document
	for _, a := range doc.Articles {
		d := Document{ID: a.ID, Text: a.Text}
		for _, t := range a.Toponyms {
			if t.Tag == nil {
				continue
			}
			if at, ok := point(t.Tag.Lat, t.Tag.Lon); ok {
				d.Gold = append(d.Gold, Gold{t.Start, t.End, t.Name, at})
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// ReadGeoVirus reads the GeoVirus corpus (Gritta, Pilehvar, Collier, "Which
// Melbourne?", ACL 2018).
func ReadGeoVirus(path string) ([]Document, error) {
	var doc struct {
		Articles []struct {
			Source    string `xml:"source"`
			Text      string `xml:"text"`
			Locations []struct {
				Start int    `xml:"start"`
				End   int    `xml:"end"`
				Name  string `xml:"name"`
				Lat   string `xml:"lat"`
				Lon   string `xml:"lon"`
			} `xml:"locations>location"`
		} `xml:"article"`
	}
	if err := readXML(path, &doc); err != nil {
		return nil, err
	}
	var out []Document
	for _, a := range doc.Articles {
		d := Document{ID: a.Source, Text: a.Text}
		for _, t := range a.Locations {
			if at, ok := point(t.Lat, t.Lon); ok {
				d.Gold = append(d.Gold, Gold{t.Start - 1, t.End - 1, t.Name, at}) // the corpus counts from 1
			}
		}
		out = append(out, d)
	}
	return out, nil
}

func readXML(path string, into any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func point(lat, lon string) (places.LatLon, bool) {
	la, err1 := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	lo, err2 := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	return places.LatLon{Lat: la, Lon: lo}, err1 == nil && err2 == nil
}

// Geoparsing are the figures of a corpus.
type Geoparsing struct {
	Gold     int // annotated names with coordinates
	Exact    int // found with the very same offsets
	Found    int // found with overlapping offsets
	Near     int // of the found, put within 161 km
	Returned int // names returned in all
	// Wrong lists what was found and put elsewhere, Missed what was not found.
	Wrong, Missed []Example
}

// Example is one name that went wrong.
type Example struct {
	Doc  string
	Gold Gold
	Got  *places.Found
}

// Recall is the share of annotated names found.
func (g Geoparsing) Recall() float64 { return float64(g.Found) / float64(max(1, g.Gold)) }

// Accuracy is the share of the found names put within 161 km (100 miles).
func (g Geoparsing) Accuracy() float64 { return float64(g.Near) / float64(max(1, g.Found)) }

// String gives the figures in a line.
func (g Geoparsing) String() string {
	return fmt.Sprintf("gold %d, recall %.3f (exact %.3f), accuracy@161km %.3f, returned %d", g.Gold, g.Recall(), float64(g.Exact)/float64(max(1, g.Gold)), g.Accuracy(), g.Returned)
}

// Geoparse measures Find on annotated documents.
func Geoparse(g *places.Gazetteer, docs []Document) Geoparsing {
	var out Geoparsing
	for _, d := range docs {
		found := g.Find(d.Text)
		out.Returned += len(found)
		for _, gold := range d.Gold {
			out.Gold++
			var best *places.Found
			for i := range found {
				f := &found[i]
				if f.Start < gold.End && gold.Start < f.End && (best == nil || f.Start == gold.Start && f.End == gold.End) {
					best = f
				}
			}
			if best == nil {
				out.Missed = append(out.Missed, Example{d.ID, gold, nil})
				continue
			}
			out.Found++
			if best.Start == gold.Start && best.End == gold.End {
				out.Exact++
			}
			if best.Place.At.Km(gold.At) <= 161 {
				out.Near++
			} else {
				out.Wrong = append(out.Wrong, Example{d.ID, gold, best})
			}
		}
	}
	return out
}
