package node

import (
	"bytes"
	"encoding/json"
)

// TitleOf reads the title from the beginning of a report's draft, as SaveDraft
// and Collect have written it: it stands before the portions. Empty where there
// is none.
func TitleOf(head []byte) string {
	dec := json.NewDecoder(bytes.NewReader(head))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return ""
	}
	for {
		name, err := dec.Token()
		if err != nil || name == json.Delim('}') {
			return ""
		}
		value, err := dec.Token()
		if err != nil {
			return ""
		}
		if _, nested := value.(json.Delim); nested {
			return "" // a title's label, or the portions: the title would stand before them
		}
		if name == "title" {
			title, _ := value.(string)
			return title
		}
	}
}
