package attributions

import "entente/internal/process/language"

// future are the English auxiliaries that put a statement into the future, and
// what may follow them without doing so: "may have", "would like".
var (
	future    = map[string]bool{"will": true, "'ll": true, "shall": true, "might": true, "may": true, "would": true}
	notFuture = map[string]bool{"have": true, "like": true, "'ve": true}
)

// finite are English verbs that settle a clause before an auxiliary could.
var finite = map[string]bool{"is": true, "are": true, "was": true, "were": true, "has": true, "had": true, "have": true, "did": true, "does": true, "do": true, "could": true, "can": true, "should": true, "must": true}

// foresees reports whether what was said, in indirect speech after its verb, is
// about what is to come: "said the talks will begin", "told reporters that
// troops might withdraw". A verb in the past or present before it settles the
// clause otherwise.
func (f *finder) foresees(a *Attribution) bool {
	if a.Speaker.Empty() || a.Content.First < a.Cue.Last || f.tokens[a.Cue.First].Lang != language.English {
		return false
	}
	for k := a.Content.First; k < a.Content.Last && k < a.Content.First+14; k++ {
		if f.quoted(k) || f.mark(k) && f.key(k) != "-" {
			return false
		}
		key := f.key(k)
		if key == "may" && f.dated(k) || f.is(k, rThat) && k > a.Content.First {
			return false
		}
		if future[key] {
			return !notFuture[f.key(k+1)]
		}
		if finite[key] || f.is(k, rVerb) && !f.is(k, rSource|rAdj) {
			return false
		}
	}
	return false
}
