package texts

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"entente/internal/process/dates"
	"entente/internal/process/places"
	"entente/internal/process/read"
)

// Report is a news report with the date that its collection gives its event.
type Report struct {
	Text string
	Day  dates.Day
}

// Reports reads the news reports of FA-KES in dir.
func Reports(dir string) ([]Report, error) {
	f, err := os.Open(filepath.Join(dir, "text", "FA-KES-Dataset.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoData
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	rows := csv.NewReader(f)
	rows.FieldsPerRecord, rows.LazyQuotes = -1, true
	all, err := rows.ReadAll()
	if err != nil {
		return nil, err
	}
	var out []Report
	for _, row := range all[1:] {
		t, err := time.Parse("1/2/2006", row[4])
		if err != nil {
			return nil, fmt.Errorf("texts: date %q: %w", row[4], err)
		}
		out = append(out, Report{row[2], dates.Day(t.Unix() / 86400)})
	}
	return out, nil
}

// Events measures how many reports hold the day that the collection gives
// their event: exactly, within a day, and as the date of the document. The
// collection's days are rough, so that these are lower bounds.
func Events(reports []Report) []Figure {
	day, near, dated := Figure{Name: "day of the event", Language: "en"}, Figure{Name: "within a day", Language: "en"}, Figure{Name: "document dated", Language: "en"}
	r := &read.Reader{}
	for _, x := range reports {
		res := r.Text(x.Text, read.Options{Plain: true})
		day.Gold++
		near.Gold++
		dated.Gold++
		if res.DocumentDate != nil {
			dated.Found++
			dated.Right++
		}
		at, close := false, false
		for _, d := range res.Dates {
			if d.From == nil || d.To == nil || *d.From != *d.To {
				continue
			}
			v, err := dates.ParseDay(*d.From)
			at = at || err == nil && v == x.Day
			close = close || err == nil && v-x.Day <= 1 && x.Day-v <= 1
		}
		if len(res.Dates) > 0 {
			day.Found++
			near.Found++
		}
		if at {
			day.Right++
		}
		if close {
			near.Right++
		}
	}
	return []Figure{dated, day, near}
}

// Speed measures how many reports of 3 kB one core reads in a second of its
// own time, without and with places.
func Speed(reports []Report) (alone, all float64, err error) {
	var texts []string
	for _, x := range reports {
		t := x.Text
		for len(t) < 3000 {
			t += "\n\n" + x.Text
		}
		texts = append(texts, t[:3000])
	}
	measure := func(r *read.Reader) float64 {
		r.Text(texts[0], read.Options{Plain: true})
		begin, n := cpuSeconds(), 0
		for cpuSeconds()-begin < 1 {
			r.Text(texts[n%len(texts)], read.Options{Plain: true})
			n++
		}
		return float64(n) / (cpuSeconds() - begin)
	}
	g, err := places.World()
	if err != nil {
		return 0, 0, err
	}
	return measure(&read.Reader{}), measure(&read.Reader{Places: g}), nil
}

// cpuSeconds is the processor time that this process has used.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// Fillers measures on MUC-4, whose texts have neither capitals nor dates, how
// many victims and organisations behind incidents lie in a mention or speaker
// that was found (recall alone: what else the texts name is not marked).
func Fillers(dir, file string) ([]Figure, error) {
	f, err := os.Open(filepath.Join(dir, "text", file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoData
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	victims, bodies := Figure{Name: "MUC victims", Language: "en"}, Figure{Name: "MUC organisations", Language: "en"}
	r := &read.Reader{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var doc struct {
			Text     string                       `json:"doctext"`
			Extracts map[string][][][]interface{} `json:"extracts"`
		}
		if err := json.Unmarshal(lines.Bytes(), &doc); err != nil {
			return nil, err
		}
		res := r.Text(doc.Text, read.Options{Plain: true})
		var found []string
		for _, m := range res.Mentions {
			found = append(found, m.Text)
		}
		for _, q := range res.Quantities {
			found = append(found, q.Text)
		}
		for _, a := range res.Attributions {
			if a.Speaker != nil {
				found = append(found, a.Speaker.Text)
			}
		}
		count := func(f *Figure, role string) {
			for _, entity := range doc.Extracts[role] {
				f.Gold++
				for _, name := range entity {
					if s, ok := name[0].(string); ok && holds(found, s) {
						f.Right++
						f.Found++
						break
					}
				}
			}
		}
		count(&victims, "Victim")
		count(&bodies, "PerpOrg")
	}
	return []Figure{victims, bodies}, lines.Err()
}

func holds(found []string, s string) bool {
	for _, x := range found {
		if strings.Contains(x, s) || strings.Contains(s, x) && len(x) > 4 {
			return true
		}
	}
	return false
}
