package places

import "strings"

// segment is one place of a field: the same place in up to two scripts.
type segment struct {
	names []wording
	class Class // what generic words say; classCount for nothing
	near  bool  // "north of", "countryside of"
}

// wording is one writing of a segment.
type wording struct {
	key     []byte
	words   []string
	plain   []string // without generic and near words
	sounds  []sound  // of words, and of plain if different
	plainBy []byte   // key of plain
}

// maxSegments bounds the places of one field.
const maxSegments = 8

// segmentsOf parts the two fields and pairs them.
func segmentsOf(name, other string) []segment {
	a, b := splitPlaces(name), splitPlaces(other)
	if len(a) == 0 {
		a, b = b, nil
	}
	var out []segment
	for i, s := range a {
		seg := segment{class: classCount}
		seg.add(s)
		// Fields of as many parts are parallel; else the first parts pair.
		if len(b) == len(a) || i == 0 && len(b) > 0 {
			seg.add(b[i])
		}
		if len(seg.names) > 0 && len(out) < maxSegments {
			out = append(out, seg)
		}
	}
	return out
}

// splitPlaces parts a field that may hold several places.
func splitPlaces(s string) []string {
	var out []string
	for p := range strings.FieldsFuncSeq(clip(s), func(r rune) bool {
		switch r {
		case ',', ';', ':', '/', '|', '،', '؛', '(', ')', '[', ']', '\n', '\r', '&', '+', '–', '—', '>':
			return true
		}
		return false
	}) {
		// " and ", " و " and " - " part places when spaces stand on both sides.
		for _, sep := range []string{" and ", " و ", " - ", " и "} {
			p = strings.ReplaceAll(p, sep, "\x00")
		}
		for p := range strings.SplitSeq(p, "\x00") {
			if p = strings.TrimSpace(p); p != "" && len(out) < maxSegments {
				out = append(out, p)
			}
		}
	}
	return out
}

// byScript parts a text that holds words of several scripts, "Douma دوما", into
// one text for each.
func byScript(text string) []string {
	var words [scriptOther + 1][]string
	used := 0
	for w := range strings.FieldsSeq(text) {
		sc := scriptNone
		for _, r := range w {
			if sc = scriptOf(r); sc != scriptNone {
				break
			}
		}
		if sc != scriptNone && len(words[sc]) == 0 {
			used++
		}
		words[sc] = append(words[sc], w)
	}
	if used < 2 {
		return []string{text}
	}
	var out []string
	for sc, list := range words {
		if script(sc) != scriptNone && len(list) > 0 {
			out = append(out, strings.Join(list, " "))
		}
	}
	return out
}

// add takes a writing into the segment, one for each script that it is in.
func (s *segment) add(text string) {
	for _, t := range byScript(text) {
		if len(s.names) < maxWordings {
			s.addOne(t)
		}
	}
}

// maxWordings bounds the writings of one place.
const maxWordings = 4

func (s *segment) addOne(text string) {
	words := parts(text)
	if len(words) == 0 || len(words) > 24 {
		return
	}
	w := wording{words: words, key: appendKey(nil, text)}
	for i, p := range words {
		if c, generic := genericWords[p]; generic && len(words) > 1 {
			// A generic word at an edge qualifies; in the middle it is the name.
			if i == 0 || i == len(words)-1 {
				if s.class == classCount {
					s.class = c
				}
				continue
			}
		}
		if nearWords[p] && len(words) > 1 && (len(w.plain) == 0 || edge(words[i:])) {
			s.near = true
			continue
		}
		w.plain = append(w.plain, p)
	}
	if len(w.plain) == 0 {
		w.plain = words
	}
	w.plainBy = []byte(strings.Join(w.plain, ""))
	w.sounds = soundings(words)
	if len(w.plain) < len(words) {
		w.sounds = append(w.sounds, soundings(w.plain)...)
	}
	s.names = append(s.names, w)
}

// edge reports that only words of nearness and kind follow.
func edge(words []string) bool {
	for _, w := range words {
		if _, generic := genericWords[w]; !generic && !nearWords[w] {
			return false
		}
	}
	return true
}
