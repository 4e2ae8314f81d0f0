package node

import (
	"slices"
	"strings"
	"unicode/utf8"

	"entente/internal/process"
)

// Two requests that ask the same in other words share most of their words. The
// words are those of the analyser, each cut to its beginning: what Arabic,
// Persian, Sorani and Russian add to a word stands mostly at its end, and the
// Arabic article and the particles written together with it at its beginning.

// similarFrom is the likeness from which two requests are shown as asking the
// same. TestLikenessFindsWhatAsksTheSame holds it to pairs in five languages.
const similarFrom = 0.55

const (
	wordLeast = 3 // letters of a word that says something
	wordMost  = 5 // letters of a word that are compared
)

// arabicPrefixes are written together with the word behind them, longest first.
var arabicPrefixes = []string{"وبال", "وال", "بال", "كال", "فال", "لل", "ال"}

// words returns the set of words of some texts, sorted.
func words(texts ...string) []string {
	var out []string
	for _, t := range texts {
		for _, tok := range process.Analyse(t) {
			if w := beginning(tok.Text); w != "" {
				out = append(out, w)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// beginning cuts a folded word; empty when it says too little. Numbers stand
// whole.
func beginning(w string) string {
	w = withoutArticle(w)
	n := utf8.RuneCountInString(w)
	switch {
	case strings.ContainsAny(w, "0123456789"):
		return w
	case n < wordLeast:
		return ""
	case n <= wordMost:
		return w
	}
	return string([]rune(w)[:wordMost])
}

func withoutArticle(w string) string {
	for _, p := range arabicPrefixes {
		if rest, ok := strings.CutPrefix(w, p); ok && utf8.RuneCountInString(rest) >= wordLeast {
			return rest
		}
	}
	return w
}

// likeness says how much two sets of words, sorted, have in common: twice what
// both have by what each has (Dice 1945), 0 to 1.
func likeness(a, b []string) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	both := 0
	for i, k := 0, 0; i < len(a) && k < len(b); {
		switch strings.Compare(a[i], b[k]) {
		case -1:
			i++
		case 1:
			k++
		default:
			both, i, k = both+1, i+1, k+1
		}
	}
	return 2 * float64(both) / float64(len(a)+len(b))
}

// partWords is how many different words a part needs to be compared by itself:
// "Who drove them?" is asked of many things.
const partWords = 4

// wording is what a request asks, as it is compared: the words of the whole, and
// of each part that says enough by itself.
type wording struct {
	whole []string
	parts [][]string
}

func wordingOf(title string, parts []string) wording {
	w := wording{whole: words(append([]string{title}, parts...)...)}
	for _, p := range parts {
		if x := words(p); len(x) >= partWords {
			w.parts = append(w.parts, x)
		}
	}
	return w
}

// like says how much two requests ask the same: as wholes, or in the two parts
// that are most alike.
func (w *wording) like(o *wording) float64 {
	most := likeness(w.whole, o.whole)
	for _, a := range w.parts {
		for _, b := range o.parts {
			// What the shorter one can reach at most.
			if short := min(len(a), len(b)); float64(2*short)/float64(len(a)+len(b)) > most {
				most = max(most, likeness(a, b))
			}
		}
	}
	return most
}
