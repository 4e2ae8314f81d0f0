package passage

import "slices"

// FlagKind is what a flag warns of.
type FlagKind string

// What is flagged. None of it is taken out of the original.
const (
	// FlagInvalid is a byte that is not UTF-8.
	FlagInvalid FlagKind = "invalid-utf8"
	// FlagReplaced is U+FFFD: somebody lost a character before us.
	FlagReplaced FlagKind = "replacement-characters"
	// FlagControl is a control character other than tab and ends of lines.
	FlagControl FlagKind = "control-characters"
	// FlagBidi is an embedding, override or isolate of direction, which can
	// show a text in another order than it is stored.
	FlagBidi FlagKind = "direction-controls"
	// FlagInvisible is a character that is not seen and parts or hides words.
	FlagInvisible FlagKind = "invisible-characters"
	// FlagMarks is a letter with more marks than any spelling has.
	FlagMarks FlagKind = "stacked-marks"
	// FlagHomoglyph is a word with letters of two scripts that look alike.
	FlagHomoglyph FlagKind = "homoglyphs"
	// FlagMojibake is text that was read in the wrong encoding.
	FlagMojibake FlagKind = "wrong-encoding"
	// FlagForms are presentation forms or compatibility letters, as old files
	// and tricks have them.
	FlagForms FlagKind = "presentation-forms"
	// FlagDecoded is a text that was not UTF-8 and was read in another
	// encoding.
	FlagDecoded FlagKind = "other-encoding"
	// FlagLong is a sentence without end, or a word, that was cut.
	FlagLong FlagKind = "cut"
	// FlagUnlisted is a part whose sentences and segments were read and are not
	// listed, since there are too many.
	FlagUnlisted FlagKind = "unlisted"
	// FlagUnread is a part that was not read since the text is too long.
	FlagUnread FlagKind = "unread"
)

// Flag is something that a reader should know of, with where it stands in the
// original.
type Flag struct {
	Kind FlagKind
	// Count is how often it was found.
	Count int
	// Spans are the first places, at most maxSpans; neighbours are joined.
	Spans []Span
	// Detail says more where there is more to say.
	Detail string
}

const maxSpans = 16

// Flagging collects flags.
type Flagging struct{ flags []Flag }

// Add notes one finding.
func (g *Flagging) Add(kind FlagKind, s Span) {
	i := slices.IndexFunc(g.flags, func(f Flag) bool { return f.Kind == kind })
	if i < 0 {
		g.flags = append(g.flags, Flag{Kind: kind})
		i = len(g.flags) - 1
	}
	f := &g.flags[i]
	f.Count++
	if n := len(f.Spans); n > 0 && f.Spans[n-1].End == s.Start {
		f.Spans[n-1].End = s.End
	} else if n < maxSpans {
		f.Spans = append(f.Spans, s)
	}
}

// Merge joins flags of several windows of one text; base is added to the
// offsets of more.
func Merge(flags, more []Flag, base int) []Flag {
	for _, m := range more {
		i := slices.IndexFunc(flags, func(f Flag) bool { return f.Kind == m.Kind })
		if i < 0 {
			flags = append(flags, Flag{Kind: m.Kind, Detail: m.Detail})
			i = len(flags) - 1
		}
		flags[i].Count += m.Count
		for _, s := range m.Spans {
			if len(flags[i].Spans) < maxSpans {
				flags[i].Spans = append(flags[i].Spans, Span{s.Start + base, s.End + base})
			}
		}
	}
	return flags
}

// done returns the flags in order of kind.
func (g *Flagging) done() []Flag {
	slices.SortFunc(g.flags, func(a, b Flag) int {
		if a.Kind < b.Kind {
			return -1
		}
		return 1
	})
	return g.flags
}
