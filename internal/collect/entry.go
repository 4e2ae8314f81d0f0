package collect

import (
	"crypto/sha256"
	"encoding/json"
	"slices"

	"entente/act"
)

// EntryDigest is the digest of an entry that stands for whole portions, as
// those of MISP and of event data do: SHA-256 over the JSON of each portion in
// order, a line each, without what is drawn anew at every import (ids, salts,
// keys of files) and with the digest of each file. Labels are part of it, so
// that the same event with a narrower marking is another entry.
func EntryDigest(portions []act.PortionInput) (d act.Digest) {
	h := sha256.New()
	enc := json.NewEncoder(h)
	var last act.PortionInput
	var mark json.RawMessage
	for i := range portions {
		p := portions[i]
		if i == 0 || !p.Label.Equal(last.Label) { // portions mostly share their label
			mark = nil
			if raw, err := p.Label.MarshalJSON(); err == nil {
				mark = raw // an unmarked portion has none
			}
		}
		last = p
		e := entryPortion{Label: mark, Grade: p.Grade, Lang: p.Lang, Text: p.Text, Sources: p.Sources, Cites: p.Cites, Designation: p.Designation, Object: p.Object}
		for _, a := range p.Attachments {
			e.Files = append(e.Files, a.PlainDigest)
		}
		_ = enc.Encode(&e) // a hash takes everything, and all of it is JSON
	}
	h.Sum(d[:0])
	return d
}

type entryPortion struct {
	Label       json.RawMessage  `json:"label,omitempty"`
	Grade       act.Grade        `json:"grade"`
	Lang        string           `json:"lang"`
	Text        string           `json:"text"`
	Sources     []act.Source     `json:"sources,omitempty"`
	Cites       []act.Cite       `json:"cites,omitempty"`
	Designation *act.Designation `json:"designation,omitempty"`
	Object      *act.Object      `json:"object,omitempty"`
	Files       []act.Digest     `json:"files,omitempty"`
}

// entryDigest is [EntryDigest] of a draft whose files are not sealed yet.
func (d *Draft) entryDigest() act.Digest {
	portions := d.Portions
	if len(d.Files) > 0 {
		portions = append([]act.PortionInput(nil), portions...)
		for _, f := range d.Files {
			p := &portions[f.Portion]
			p.Attachments = append(slices.Clone(p.Attachments), act.Attachment{PlainDigest: f.Digest})
		}
	}
	return EntryDigest(portions)
}
