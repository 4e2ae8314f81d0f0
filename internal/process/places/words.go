package places

import (
	_ "embed"
	"strings"
)

//go:embed gazetteer/english.txt
var englishText string

// englishWords are common words of English, written in lower case in a
// dictionary, that some place of the gazetteer bears as its name too. One
// alone is a place only where something says so: half the words of a headline
// are villages somewhere. The list is made by gazetteer/build from Debian's
// wamerican-small (SCOWL, free with notice), see doc/places.md.
var englishWords = set(strings.TrimSpace(englishText))
