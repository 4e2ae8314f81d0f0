package names

import "strings"

// abbreviatedWords are abbreviations of the words that open names of institutions, chiefly Russian ones, by the words
// of conceptLines that they stand for: general knowledge.
const abbreviatedWords = `
нии scientific research institute
nii scientific research institute
цнии central scientific research institute
tsnii central scientific research institute
cnii central scientific research institute
нпп scientific production enterprise
npp scientific production enterprise
нпо scientific production association
npo scientific production association
нпк scientific production company
npk scientific production company
нпц scientific production center
npts scientific production center
окб design office
okb design office
скб design office
skb design office
цкб central design office
tskb central design office
чвк private military company
chvk private military company
pmc private military company
тд trading house
td trading house
ук management company
тк transport company
гк group company
ск construction company
`

// abbreviated maps an abbreviation to its words.
var abbreviated = func() map[string][]word {
	m := map[string][]word{}
	for line := range strings.SplitSeq(abbreviatedWords, "\n") {
		if short, long, ok := strings.Cut(line, " "); ok {
			for w := range strings.FieldsSeq(long) {
				m[short] = append(m[short], word{text: w})
			}
		}
	}
	return m
}()

// kinLines are concepts that translators use for one another, by a word of each.
const kinLines = `
research scientific
battalion brigade
association society organization charity foundation
exchange money
factory industry
aviation airlines
shipping transport
state national
defence military
holding group
bureau office
company enterprise
union federation
movement group
`

// kinFactor is the similarity of two words of kindred concepts.
const kinFactor = 0.85

// kin holds the pairs of kindred concepts.
var kin = func() map[[2]uint16]bool {
	m := map[[2]uint16]bool{}
	for line := range strings.SplitSeq(kinLines, "\n") {
		ws := strings.Fields(line)
		for _, a := range ws {
			for _, b := range ws {
				if x, y := concepts[a].id, concepts[b].id; x != y && x != 0 && y != 0 {
					m[[2]uint16{x, y}] = true
				}
			}
		}
	}
	return m
}()
