package names

import "strings"

// branchLines are groups of the lexicon that are the branch of another one in a region: group | parent | words that
// tell the branch. Written out, both are the parent's name with the region beside it.
const branchLines = `
isilk|isil|khorasan
aqi|aq|iraq
aqap|aq|arabian peninsula
aqim|aq|islamic maghreb
iswap|isil|west africa`

// branch is where a group of the lexicon belongs.
type branch struct {
	parent string
	words  []word
}

// branches maps a group's id; parents are the groups that have branches.
var branches, branchParents = func() (map[string]branch, map[string]bool) {
	m, parents := map[string]branch{}, map[string]bool{}
	for line := range strings.SplitSeq(branchLines, "\n") {
		f := strings.Split(line, "|")
		if len(f) != 3 {
			continue
		}
		b := branch{parent: f[1]}
		for _, w := range strings.Fields(f[2]) {
			b.words = append(b.words, word{text: w})
		}
		m[f[0]] = b
		parents[f[1]] = true
	}
	return m, parents
}()

// homeOf are the places of a parent group itself: beside its name they tell no branch.
var homeOf = map[string]map[uint16]bool{
	"isil": {places["iraq"]: true, places["syria"]: true, places["levant"]: true},
}

// regionWeight is the weight of a place beside the name of a group that has branches.
const regionWeight = 0.8

// branchTokens writes a group as its parent and the words of the branch.
func branchTokens(id string) []Token {
	b, ok := branches[id]
	if !ok {
		t := newToken(id, RoleGroup)
		t.Script = Latin
		return []Token{t}
	}
	t := newToken(b.parent, RoleGroup)
	t.Script = Latin
	out := []Token{t}
	for i := range b.words {
		out = append(out, organizationWord(b.words, i, b.words[i].text))
	}
	return out
}

// weighRegions gives weight to the places beside the name of a group that has branches: they tell which one is meant.
func weighRegions(ts []Token) {
	parent := ""
	for i := range ts {
		if ts[i].Role == RoleGroup && branchParents[ts[i].Text] {
			parent = ts[i].Text
		}
	}
	if parent == "" {
		return
	}
	for i := range ts {
		if ts[i].Role == RolePlace {
			if homeOf[parent][ts[i].class] {
				ts[i].weight = 0.1
			} else {
				ts[i].weight = regionWeight
			}
		}
	}
}

// branchAndWhole says whether one of two names of one parent group has a region and the other has none.
func branchAndWhole(a, b []Token) bool {
	group := func(ts []Token) (id string, region bool) {
		for i := range ts {
			switch {
			case ts[i].Role == RoleGroup && branchParents[ts[i].Text]:
				id = ts[i].Text
			case ts[i].Role == RolePlace && ts[i].weight >= regionWeight:
				region = true
			}
		}
		return id, region
	}
	ga, ra := group(a)
	gb, rb := group(b)
	return ga != "" && ga == gb && ra != rb
}
