package api

import "time"

// Suggestion is what a reader of texts proposes to see in a part of a text. It
// never changes the text.
type Suggestion struct {
	ID         string  `json:"id" doc:"Names it on this node."`
	Portion    string  `json:"portion" doc:"Id of the portion."`
	Number     int     `json:"number" doc:"Number of the portion in the draft or report, from 1."`
	Kind       string  `json:"kind" enum:"person,group,organisation,place,date,quantity,statement,credit,language" doc:"What it is taken for."`
	Bytes      []int   `json:"bytes" minItems:"2" maxItems:"2" doc:"Where it begins and ends in the portion's text, in bytes, end excluded."`
	Points     []int   `json:"points" minItems:"2" maxItems:"2" doc:"The same in code points."`
	Text       string  `json:"text" doc:"The exact text there."`
	Meaning    Meaning `json:"meaning" doc:"What it is taken to mean."`
	Method     string  `json:"method" doc:"What proposed it."`
	Version    string  `json:"version" doc:"Of the method."`
	Confidence float64 `json:"confidence" minimum:"0" maximum:"1" doc:"Of the method in this; it decides nothing (rule 24)."`
	State      string  `json:"state" enum:"open,accepted,rejected" doc:"What officers made of it."`
	Judgements []Said  `json:"judgements" doc:"What officers said of it, in order; the last one holds."`
	Names      []Pair  `json:"names" doc:"What officers said of this name and others, and stands."`
}

// Meaning is what a suggestion is taken to mean; which fields there are hangs
// on its kind.
type Meaning struct {
	Names       []string `json:"names,omitempty" doc:"Usual names of a known group."`
	Place       string   `json:"place,omitempty" doc:"Id of the place; absent below a district where the text names a person or a group (rule 3)."`
	Name        string   `json:"name,omitempty" doc:"Usual name of the place."`
	Class       string   `json:"class,omitempty" doc:"What kind of place."`
	Country     string   `json:"country,omitempty" doc:"ISO 3166-1 alpha-2."`
	Cell        string   `json:"cell,omitempty" doc:"S2 cell of about 10 km (rule 3)."`
	Others      []string `json:"others,omitempty" doc:"Ids of other places of that name."`
	From        string   `json:"from,omitempty" doc:"First day; absent is open."`
	To          string   `json:"to,omitempty" doc:"Last day; absent is open."`
	At          string   `json:"at,omitempty" doc:"Time of a day-time group; absent where the text names a person or a group (rule 3)."`
	Precision   string   `json:"precision,omitempty" doc:"How exactly the date is stated."`
	Calendar    string   `json:"calendar,omitempty" doc:"In which calendar."`
	Low         *float64 `json:"low,omitempty" doc:"At least so many."`
	High        *float64 `json:"high,omitempty" doc:"At most so many; absent is open."`
	Event       string   `json:"event,omitempty" doc:"What befell them, or what kind of number."`
	Unit        string   `json:"unit,omitempty" doc:"What is counted, or ISO 4217."`
	Population  string   `json:"population,omitempty" doc:"Who is counted."`
	Speaker     string   `json:"speaker,omitempty" doc:"Who says it, as the text has it."`
	SpeakerKind string   `json:"speaker_kind,omitempty" doc:"Named, described, anonymous, an agency or a pronoun."`
	Content     string   `json:"content,omitempty" doc:"What is said, as the text has it."`
	Modality    string   `json:"modality,omitempty" doc:"Assert, deny, question, forecast, hearsay or negative finding."`
	Direct      bool     `json:"direct,omitempty" doc:"It is quoted word for word."`
	Credit      string   `json:"credit,omitempty" doc:"What kind of credit."`
	Agency      string   `json:"agency,omitempty" doc:"Whose."`
	Language    string   `json:"language,omitempty" doc:"BCP 47."`
}

// Said is one judgement of a suggestion.
type Said struct {
	State string    `json:"state" enum:"open,accepted,rejected" doc:"What the officer said; open takes back what was said before."`
	Login string    `json:"login" doc:"The officer."`
	At    time.Time `json:"at" doc:"When."`
}

// Pair is what an officer said of two names.
type Pair struct {
	Name   string    `json:"name" doc:"Id of the suggestion that is a name."`
	Other  string    `json:"other" doc:"Id of another, or key of a listing."`
	Says   string    `json:"says" enum:"same,not same,unsure" doc:"What was said. Nothing is merged by it."`
	Login  string    `json:"login" doc:"The officer."`
	At     time.Time `json:"at" doc:"When."`
	Reason string    `json:"reason,omitempty" doc:"In words."`
}

// Suggestions is a page of suggestions of one draft or report.
type Suggestions struct {
	Suggestions []Suggestion `json:"suggestions" doc:"In the order of the text."`
	Waiting     bool         `json:"waiting" doc:"A text has still to be read, or to be read anew; ask again."`
	Open        int          `json:"open" doc:"Of all of the draft or report: those that nobody has judged."`
	Accepted    int          `json:"accepted" doc:"Of all of it."`
	Rejected    int          `json:"rejected" doc:"Of all of it."`
	Next        string       `json:"next,omitempty" doc:"Where the next page begins (after); absent on the last."`
}

// FindSuggestions narrows a list of suggestions. Zero fields narrow nothing.
type FindSuggestions struct {
	Kind  string
	State string
	After string
	Wait  time.Duration // how long to wait for the reader, at most ten seconds
	Limit int           // 1 to 500, 500 when 0
}

// Judge is what an officer says of suggestions.
type Judge struct {
	Says string   `json:"says" enum:"accept,reject,reopen" doc:"What is said; reopen takes back."`
	IDs  []string `json:"ids" minItems:"1" maxItems:"500" doc:"Of which: all of them are judged, or none."`
}

// JudgedCount says how many suggestions were changed by a judgement.
type JudgedCount struct {
	Changed int `json:"changed" doc:"The others were so before."`
}

// JudgeName is what an officer says of two names: of one in a text and a
// listing or another in a text.
type JudgeName struct {
	Says    string `json:"says" enum:"same,not same,unsure,withdraw" doc:"What is said; withdraw takes back."`
	Listing string `json:"listing,omitempty" maxLength:"200" doc:"Key of a listing that is held here, as candidates have it."`
	Other   string `json:"other,omitempty" maxLength:"40" doc:"Or the id of another suggestion that is a name."`
	Reason  string `json:"reason,omitempty" maxLength:"1000" doc:"In words, for the section alone."`
}

// Candidate is a listing held here whose name is like one in a text.
type Candidate struct {
	Key        string   `json:"key" doc:"Authority, list and reference."`
	Kind       string   `json:"kind" enum:"person,entity" doc:"What is listed."`
	Name       string   `json:"name" doc:"Primary name."`
	Like       string   `json:"like" doc:"The listed name that is most like it."`
	Status     string   `json:"status" enum:"in force,ended" doc:"Whether the listing is in force."`
	Reports    []string `json:"reports" doc:"Ids of the reports that state it."`
	Match      bool     `json:"match" doc:"As like as names of one bearer usually are; it decides nothing (rule 24)."`
	Likeness   float64  `json:"likeness" minimum:"0" maximum:"1" doc:"How like the names are; not an order, and not of persons but of names."`
	Explained  string   `json:"explained" doc:"Which words fit which, and how."`
	Judgements []Pair   `json:"judgements" doc:"What was said of the two and stands."`
}

// Candidates are the listings that a name in a text may mean.
type Candidates struct {
	Candidates []Candidate `json:"candidates" doc:"In the order of their keys, not of likeness."`
}

// ReadingStatus says how far the reading of texts is, without contents.
type ReadingStatus struct {
	Methods   []string `json:"methods" doc:"By which texts are read, with versions."`
	Texts     int64    `json:"texts" doc:"Texts that were read: portions, each wording once."`
	Earlier   int64    `json:"earlier" doc:"Of these, by earlier methods: they are read anew, judged suggestions apart."`
	Open      int64    `json:"open" doc:"Suggestions that nobody has judged."`
	Accepted  int64    `json:"accepted" doc:"Accepted suggestions."`
	Rejected  int64    `json:"rejected" doc:"Rejected suggestions."`
	Drafts    int64    `json:"drafts_waiting" doc:"Drafts that wait for being read."`
	Read      int64    `json:"read" doc:"Leaves of the log up to here were read."`
	Projected int64    `json:"projected" doc:"Leaves of the log up to here were projected."`
	Failed    string   `json:"failed,omitempty" doc:"Why nothing is read at the moment."`
}
