package read

// Result is what was read in one text. Its parts are in order of the text.
type Result struct {
	// Source says where the text came from, as the caller named it.
	Source     string `json:"source,omitempty"`
	Bytes      int    `json:"bytes"`
	CodePoints int    `json:"code_points"`
	// Encoding is "utf-8", or the one of a byte a letter in which a text that
	// is not UTF-8 was read.
	Encoding string `json:"encoding"`
	// Read is how many bytes were read; less than Bytes only where the text is
	// beyond the bounds, which a flag says too.
	Read int `json:"read"`
	// LeftOut says what of a text beyond the bounds is missing here; nil where
	// nothing is.
	LeftOut *LeftOut `json:"left_out,omitempty"`
	// HTML says that the text was read as a web page.
	HTML         bool          `json:"html,omitempty"`
	DocumentDate *DocumentDate `json:"document_date"`
	Languages    []Language    `json:"languages"`
	Sentences    []Sentence    `json:"sentences"`
	Mentions     []Mention     `json:"mentions"`
	Places       []Place       `json:"places"`
	Dates        []Date        `json:"dates"`
	Quantities   []Quantity    `json:"quantities"`
	Attributions []Attribution `json:"attributions"`
	Credits      []Credit      `json:"credits"`
	Flags        []Flag        `json:"flags"`
}

// LeftOut counts what a result lacks of its text: Bytes at its end that were
// not read, whatever is found there, and Sentences and Languages (segments) of
// what was read that are not listed.
type LeftOut struct {
	Bytes     int `json:"bytes"`
	Sentences int `json:"sentences"`
	Languages int `json:"languages"`
}

// DocumentDate is the date against which a text was read.
type DocumentDate struct {
	Date string `json:"date"`
	// From says whether it was "given" or found in the "text", where Span says.
	From string `json:"from"`
	Span *Span  `json:"span,omitempty"`
}

// Language is a segment of one language.
type Language struct {
	Suggestion
	// Language is "ar", "fa", "ckb", "ru", "en", "other" or "und"; Code the BCP
	// 47 code of the likeliest one.
	Language string `json:"language"`
	Code     string `json:"code"`
}

// Sentence is a sentence, with the part of the text that it is: body, title,
// navigation, share, caption, legal or repeat. Only body and title were read
// for what they say.
type Sentence struct {
	Span
	Part     string `json:"part"`
	Language string `json:"language"`
}

// Mention is the name of a person, a group or an organisation.
type Mention struct {
	Suggestion
	Kind string `json:"kind"`
	// Names are the usual names of a known group.
	Names []string `json:"names,omitempty"`
}

// Place is a place that is named. It says which one, and where only by a cell
// of about 10 km (rule 3).
type Place struct {
	Suggestion
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Class   string   `json:"class"`
	Country string   `json:"country,omitempty"`
	Cell    string   `json:"cell,omitempty"`
	Others  []string `json:"others,omitempty"`
}

// Date is an interval of days; an end that is open, or not resolved, is null.
type Date struct {
	Suggestion
	Kind      string  `json:"kind"`
	Resolved  bool    `json:"resolved"`
	From      *string `json:"from"`
	To        *string `json:"to"`
	At        string  `json:"at,omitempty"` // of a day-time group, in UTC
	Precision string  `json:"precision"`
	Calendar  string  `json:"calendar"`
	Uncertain int     `json:"uncertain_days,omitempty"`
}

// Quantity is a number of something. High is null where it is open.
type Quantity struct {
	Suggestion
	Kind        string   `json:"kind"`
	Low         float64  `json:"low"`
	High        *float64 `json:"high"`
	Approximate bool     `json:"approximate,omitempty"`
	Unit        string   `json:"unit,omitempty"`
	Population  string   `json:"population,omitempty"`
	// PartOf is the index of the quantity that this is a part of.
	PartOf *int `json:"part_of,omitempty"`
	// Source is the index of the attribution that says so.
	Source *int `json:"source,omitempty"`
}

// Attribution is who said what. The suggestion's own span is the cue.
type Attribution struct {
	Suggestion
	Speaker     *Span  `json:"speaker"`
	SpeakerKind string `json:"speaker_kind"`
	Addressee   *Span  `json:"addressee,omitempty"`
	Medium      *Span  `json:"medium,omitempty"`
	MediumKind  string `json:"medium_kind,omitempty"`
	Via         *Span  `json:"via,omitempty"`
	Content     *Span  `json:"content,omitempty"`
	Quotes      []Span `json:"quotes,omitempty"`
	Direct      bool   `json:"direct"`
	Modality    string `json:"modality"`
}

// Credit is what a carrier put on a report.
type Credit struct {
	Suggestion
	Kind   string `json:"kind"`
	Agency string `json:"agency,omitempty"`
}

// Flag warns of something in the text, see passage.FlagKind.
type Flag struct {
	Kind   string `json:"kind"`
	Count  int    `json:"count"`
	Spans  []Span `json:"spans"`
	Detail string `json:"detail,omitempty"`
}
