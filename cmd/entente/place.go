package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"

	"entente/internal/plural"
	"entente/internal/process/places"
	"entente/internal/process/places/load"
)

// placeCmd groups what is done with names of places.
type placeCmd struct {
	Resolve placeResolveCmd `cmd:"" help:"Put places that are given by name on the map, one a line."`
	Find    placeFindCmd    `cmd:"" help:"Find the places named in texts."`
	Load    placeLoadCmd    `cmd:"" help:"Build an index from gazetteers of your own."`
	Sources placeSourcesCmd `cmd:"" help:"Tell what the gazetteer was made from, and its licences."`
}

// maxPlaceLine bounds a line of input in bytes; a text of 100 MB is one line.
const maxPlaceLine = 256 << 20

type placeResolveCmd struct {
	Index string `help:"Directory of an index that place load built." type:"path" placeholder:"DIR"`
}

// Help explains the columns.
func (placeResolveCmd) Help() string {
	return `Reads lines of name, name in another script, province and country, parted by
tabs; all but one may be empty, and a name may hold several places. Writes for
each a line of id, latitude, longitude, radius in kilometres and confidence, or
an empty line when the names do not decide. Exits with 1 when a line was longer
than 8 KB and was answered from its beginning.

  printf 'Tal Rifaat\tتل رفعت\tAleppo\tSyria\n' | entente place resolve`
}

// Run resolves standard input line by line.
func (c *placeResolveCmd) Run(w *world) error {
	g, err := load.Open(c.Index)
	if err != nil {
		return w.unreadable(c.Index, err)
	}
	out := bufio.NewWriterSize(w.out, 1<<16)
	defer out.Flush()
	lost := false
	err = eachPlaceLine(w, out, 8<<10, func(line string, b []byte) []byte {
		cells := strings.Split(line, "\t")
		for len(cells) < 4 {
			cells = append(cells, "")
		}
		a, ok := g.Resolve(places.Query{Name: cells[0], Other: cells[1], Province: cells[2], Country: cells[3]})
		if !ok {
			return append(b, '\n')
		}
		return fmt.Appendf(b, "%s\t%.5f\t%.5f\t%.1f\t%.3f\n", a.Place.ID, a.Place.At.Lat, a.Place.At.Lon, a.Km, a.Confidence)
	}, &lost)
	if err == nil {
		err = out.Flush()
	}
	if err == nil && lost {
		return errFindings
	}
	return err
}

type placeFindCmd struct {
	JSONL bool   `name:"jsonl" help:"Read and write one JSON object a line." default:"true" negatable:""`
	Index string `help:"Directory of an index that place load built." type:"path" placeholder:"DIR"`
}

// Help explains the lines.
func (placeFindCmd) Help() string {
	return `Reads lines {"id","text"} and writes for each a line
{"id","places":[{"start","end","text","id","lat","lon","km","confidence"}]};
offsets count code points. With --no-jsonl each line is a text by itself and
its number is its id. Exits with 1 when a line was not JSON.

  echo '{"id":"1","text":"Clashes near Tal Rifaat, Aleppo."}' | entente place find --jsonl`
}

// placeFound is a place in the answer of find.
type placeFound struct {
	Start      int     `json:"start"`
	End        int     `json:"end"`
	Text       string  `json:"text"`
	ID         string  `json:"id"`
	Lat        float64 `json:"lat"`
	Lon        float64 `json:"lon"`
	Km         float64 `json:"km"`
	Confidence float64 `json:"confidence"`
}

// Run finds places in standard input line by line.
func (c *placeFindCmd) Run(w *world) error {
	g, err := load.Open(c.Index)
	if err != nil {
		return w.unreadable(c.Index, err)
	}
	out := bufio.NewWriterSize(w.out, 1<<16)
	defer out.Flush()
	var mu sync.Mutex
	bad := false
	err = eachPlaceLine(w, out, maxPlaceLine, func(line string, b []byte) []byte {
		var in struct {
			ID   json.RawMessage `json:"id"`
			Text string          `json:"text"`
		}
		if c.JSONL {
			if err := json.Unmarshal([]byte(line), &in); err != nil {
				mu.Lock()
				bad = true
				mu.Unlock()
				return append(append(b, brokenPlaceLine(line, err)...), '\n')
			}
		} else {
			in.Text = line
		}
		b = append(b, '{')
		if len(in.ID) > 0 {
			b = append(append(append(b, `"id":`...), in.ID...), ',')
		}
		b = append(b, `"places":[`...)
		first := true
		g.FindEach(in.Text, func(f *places.Found) bool {
			one, err := json.Marshal(placeFound{f.Start, f.End, f.Text, f.Place.ID, f.Place.At.Lat, f.Place.At.Lon, round1(f.Km), round3(f.Confidence)})
			if err != nil { // numbers and text always marshal
				return true
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(b, one...)
			return true
		})
		return append(b, "]}\n"...)
	}, &bad)
	if err == nil {
		err = out.Flush()
	}
	if err == nil && bad {
		return errFindings
	}
	return err
}

// brokenPlaceLine answers a line that is not what place find reads: with no
// places, and in plain words what is wrong with it.
func brokenPlaceLine(line string, err error) []byte {
	why := "the line is no JSON"
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case strings.TrimSpace(line) == "":
		why = "the line is empty"
	case errors.As(err, &kind) && kind.Field == "text":
		why = `"text" is ` + article(kind.Value) + ", not a text in quotation marks"
	case errors.As(err, &kind):
		why = "the line is JSON, but " + article(kind.Value) + " and no object"
	case errors.As(err, &syntax):
		why = fmt.Sprintf("the line is no JSON from byte %d on", syntax.Offset)
	}
	answer, _ := json.Marshal(struct {
		Places []placeFound `json:"places"`
		Error  string       `json:"error"`
	}{[]placeFound{}, why + `; give an object such as {"id":"1","text":"Clashes near Homs."}`})
	return answer
}

// article puts the English article before a kind of JSON value.
func article(kind string) string {
	if strings.HasPrefix(kind, "a") {
		return "an " + kind
	}
	return "a " + kind
}

func round1(v float64) float64 { return float64(int64(v*10+0.5)) / 10 }
func round3(v float64) float64 { return float64(int64(v*1000+0.5)) / 1000 }

type placeSourcesCmd struct {
	Index string `help:"Directory of an index that place load built." type:"path" placeholder:"DIR"`
}

// Help gives an example.
func (placeSourcesCmd) Help() string { return "Example:\n\n    entente place sources" }

// Run writes the sources, one a line.
func (c *placeSourcesCmd) Run(w *world) error {
	g, err := load.Open(c.Index)
	if err != nil {
		return w.unreadable(c.Index, err)
	}
	if w.json {
		return json.NewEncoder(w.out).Encode(g.Sources())
	}
	for _, s := range g.Sources() {
		if _, err := fmt.Fprintf(w.out, "%s\t%s\t%s\n", s.Name, s.Version, s.Licence); err != nil {
			return err
		}
	}
	return nil
}

type placeLoadCmd struct {
	Index string   `help:"Directory to write the index into." type:"path" required:"" placeholder:"DIR"`
	Files []string `arg:"" help:"Who's On First tables or GeoJSON, GeoNames dumps or name tables, COD shapefiles; also compressed." type:"existingfile" name:"file"`
}

// Help explains the forms.
func (placeLoadCmd) Help() string {
	return `Reads tables of Who's On First (.tsv, .tsv.gz), areas as GeoJSON, dumps of
GeoNames and tables of names by GeoNames id, and the boundaries of the OCHA
common operational data sets as shapefiles (.shp with its .dbf, or zipped), and
writes one index. Give all files in one call: the index is made anew.

  entente place load --index ~/gazetteer wof_sy.tsv admin_sy.geojson syr_admin*.shp`
}

// Run builds the index and tells what each file gave.
func (c *placeLoadCmd) Run(w *world) error {
	r, err := load.Build(c.Index, c.Files)
	if err != nil {
		var disk *fs.PathError
		if errors.As(err, &disk) && !slices.Contains(c.Files, disk.Path) {
			return err // of the index that is written
		}
		return w.unreadable(strings.Join(c.Files, ", "), err)
	}
	if w.json {
		return json.NewEncoder(w.out).Encode(r)
	}
	for _, f := range r.Files {
		fmt.Fprintf(w.out, "%s: %s, %s", f.Path, f.Form, plural.Of(f.Places, "new place"))
		if f.Skipped > 0 {
			fmt.Fprintf(w.out, ", %s without a usable name or point", plural.Of(f.Skipped, "row"))
		}
		if f.Note != "" {
			fmt.Fprintf(w.out, " (%s)", f.Note)
		}
		fmt.Fprintln(w.out)
	}
	fmt.Fprintf(w.out, "%s, %d with an outline\n", plural.Of(r.Places, "place"), r.Areas)
	return nil
}

// eachPlaceLine answers the lines of standard input in their order, on as many
// cores as there are. Lines longer than longest are answered from their
// beginning alone and set cut.
func eachPlaceLine(w *world, out *bufio.Writer, longest int, answer func(line string, b []byte) []byte, cut *bool) error {
	in := bufio.NewReaderSize(w.stdin(), 1<<16)
	const batch = 256
	lines := make([]string, 0, batch)
	answers := make([][]byte, batch)
	flush := func() error {
		var wg sync.WaitGroup
		workers := min(runtime.GOMAXPROCS(0), len(lines))
		for k := range workers {
			wg.Go(func() {
				for i := k; i < len(lines); i += workers {
					answers[i] = answer(lines[i], answers[i][:0])
				}
			})
		}
		wg.Wait()
		for i := range lines {
			if _, err := out.Write(answers[i]); err != nil {
				return err
			}
			if cap(answers[i]) > 1<<20 {
				answers[i] = nil
			}
		}
		lines = lines[:0]
		return nil
	}
	size := 0
	for {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		line, over, err := readLine(in, longest)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		end := err != nil
		if !end || line != "" {
			if over {
				*cut = true
			}
			lines = append(lines, line)
			size += len(line)
		}
		if len(lines) == batch || size > 16<<20 || end || in.Buffered() == 0 {
			if err := flush(); err != nil {
				return err
			}
			size = 0
			if in.Buffered() == 0 {
				if err := out.Flush(); err != nil {
					return err
				}
			}
		}
		if end {
			return nil
		}
	}
}

// readLine reads a line without its end; what is longer than longest is read
// and left out, and over tells so.
func readLine(in *bufio.Reader, longest int) (line string, over bool, err error) {
	var long []byte
	for {
		part, err := in.ReadSlice('\n')
		if room := longest - len(long); len(part) > room {
			part, over = part[:max(0, room)], true
		}
		long = append(long, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		return strings.TrimRight(string(long), "\r\n"), over, err
	}
}
