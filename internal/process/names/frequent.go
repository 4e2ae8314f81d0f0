package names

import (
	"strings"
	"sync"
)

// frequent gives the class of common name parts, 1 to 6; see tables/frequent.tsv for source and steps.
var frequent = sync.OnceValue(func() map[string]uint8 {
	b, err := tables.ReadFile("tables/frequent.tsv")
	if err != nil {
		panic("names: " + err.Error())
	}
	out := map[string]uint8{}
	for line := range strings.SplitSeq(string(b), "\n") {
		w, c, ok := strings.Cut(line, "\t")
		if ok && len(c) == 1 {
			out[w] = c[0] - '0'
		}
	}
	return out
})
