// Command territories writes ../tables/territories.tsv: the names of countries and territories in the languages of
// the centre and some that companies are registered in, from the Common Locale Data Repository as golang.org/x/text
// holds it (Unicode licence), in folded letters. Run it in the package's directory:
//
//	go run ./gen/territories > tables/territories.tsv
package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	folding "entente/internal/process/names"
)

func main() {
	tags := []language.Tag{language.English, language.Arabic, language.Persian, language.Russian, language.Ukrainian, language.Turkish, language.French, language.Spanish, language.German}
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	fmt.Fprintln(w, "# names of territories by ISO 3166 code: Unicode CLDR through golang.org/x/text")
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			r, err := language.ParseRegion(code)
			if err != nil || !r.IsCountry() || r.String() != code {
				continue
			}
			var names []string
			for _, t := range tags {
				n := display.Regions(t).Name(r)
				if n == "" || n == code || strings.Contains(n, "(") {
					continue
				}
				// folded here, so that no start of the program has to do it
				n = strings.Join(strings.FieldsFunc(folding.Fold(n), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
				if !slices.Contains(names, n) {
					names = append(names, n)
				}
			}
			if len(names) < 3 || code == "KP" || code == "KR" { // the two Koreas share a word with every Korean body
				continue
			}
			fmt.Fprint(w, code)
			for _, n := range names {
				fmt.Fprint(w, "\t", n)
			}
			fmt.Fprintln(w)
		}
	}
}
