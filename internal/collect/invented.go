package collect

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"
)

// WriteInventedList writes a list in the publisher's XML form with n entries,
// three persons to one entity, all of them invented: names of meaningless
// syllables, countries that do not exist. It holds what real lists hold and
// an import must leave out: addresses, numbers of documents and telephones,
// family, days of birth. Equal arguments give equal bytes.
func WriteInventedList(w io.Writer, n int, seed uint64) error {
	return writeInvented(w, n, seed, inventedChange{})
}

// WriteInventedUpdate writes the next edition of the list that
// WriteInventedList writes for the same n and seed: without the first ended
// entries, with remarks added to the next updated ones, and with added ones at
// the end.
func WriteInventedUpdate(w io.Writer, n int, seed uint64, ended, updated, added int) error {
	return writeInvented(w, n+added, seed, inventedChange{ended: ended, updated: ended + updated, edition: 1})
}

// inventedChange: entries below ended are left out, those from there below
// updated are changed.
type inventedChange struct{ ended, updated, edition int }

// The syllables are written in Latin and in Arabic script.
var (
	syllables = []struct{ latin, arabic string }{
		{"zor", "زور"}, {"vak", "ڤاك"}, {"tel", "تيل"}, {"mun", "مون"}, {"qib", "قيب"}, {"ush", "وش"}, {"dref", "درف"}, {"lam", "لم"},
		{"opt", "وبت"}, {"gish", "غيش"}, {"ner", "نر"}, {"yov", "يوڤ"}, {"bast", "بست"}, {"kiv", "كيڤ"}, {"shul", "شول"}, {"fen", "فن"},
	}
	inventedCountries = []string{"Northmark", "Lower Ester", "Vandia", "Republic of Tarn"}
	inventedProvinces = []string{"Upper Valley Province", "Coastal Province", "Two Rivers Province", ""}
	inventedLists     = []string{"Invented-A", "Invented-B"}
	inventedRoles     = []string{"Treasurer of an invented group", "Editor of an invented newspaper", "Head of an invented office"}
	inventedRemarks   = []string{
		"Gave money to the invented group %s. ", "Collected dues for the invented group %s from 2011 to 2014. ", "Spoke for the invented group %s. ",
	}
	inventedLeftOut = []string{
		"Mother's name is Example %s. ", "Telephone number: +999-2-381-44%02d. ", "Resides at %d Long Road, Exampletown. ",
		"Physical description: eye colour: green; height: 1%02d cm. ", "Belongs to the Example tribe %d. ", "Passport number X99%04d. ",
	}
)

func writeInvented(w io.Writer, n int, seed uint64, c inventedChange) error {
	if n < 1 || n > MaxItems {
		return refuse(ErrTooMany, "an invented list of %d entries, 1 to %d", n, MaxItems)
	}
	b := bufio.NewWriter(w)
	generated := time.Date(2016, time.January, 4+28*c.edition, 0, 0, 9, 0, time.UTC)
	fmt.Fprintf(b, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<CONSOLIDATED_LIST dateGenerated=%q>\n", generated.Format("2006-01-02T15:04:05.000Z"))
	for _, group := range []struct{ all, one string }{{"INDIVIDUALS", "INDIVIDUAL"}, {"ENTITIES", "ENTITY"}} {
		fmt.Fprintf(b, "  <%s>\n", group.all)
		for i := c.ended; i < n; i++ {
			if (i%4 == 3) == (group.one == "ENTITY") {
				inventedEntry(b, group.one, i, seed, i < c.updated)
			}
		}
		fmt.Fprintf(b, "  </%s>\n", group.all)
	}
	b.WriteString("</CONSOLIDATED_LIST>\n")
	return b.Flush()
}

// inventedEntry writes entry i. It draws from a generator of its own, so that
// an entry is the same in every edition.
func inventedEntry(b *bufio.Writer, kind string, i int, seed uint64, updated bool) {
	r := rand.New(rand.NewPCG(seed, uint64(i)))
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	el := func(name, text string) {
		fmt.Fprintf(b, "      <%s>", name)
		_ = xml.EscapeText(b, []byte(text)) // b reports its first error at Flush
		fmt.Fprintf(b, "</%s>\n", name)
	}
	first, firstArabic := inventedName(r)
	second, secondArabic := inventedName(r)
	fmt.Fprintf(b, "    <%s>\n", kind)
	el("DATAID", fmt.Sprint(9000000+i))
	el("VERSIONNUM", "1")
	listed := time.Date(2001+r.IntN(14), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
	letter := "i"
	if kind == "ENTITY" {
		letter = "e"
		first, second = first+" "+second+" Trading", ""
	}
	el("FIRST_NAME", strings.ToUpper(first))
	if second != "" {
		el("SECOND_NAME", strings.ToUpper(second))
	}
	el("UN_LIST_TYPE", pick(inventedLists))
	el("REFERENCE_NUMBER", inventedReference(letter, i))
	el("LISTED_ON", listed.Format(time.DateOnly))
	el("NAME_ORIGINAL_SCRIPT", firstArabic+" "+secondArabic)
	remarks := fmt.Sprintf(pick(inventedRemarks), "("+inventedReference("e", r.IntN(1000))+")")
	leftOut := pick(inventedLeftOut)
	if strings.Contains(leftOut, "%s") {
		remarks += fmt.Sprintf(leftOut, first)
	} else {
		remarks += fmt.Sprintf(leftOut, r.IntN(100))
	}
	if updated {
		remarks += "Review was concluded on 4 January 2016. "
	}
	el("COMMENTS1", remarks+"Notice web link: https://notices.example/"+fmt.Sprint(i))
	if kind == "INDIVIDUAL" {
		fmt.Fprintf(b, "      <DESIGNATION><VALUE>%s</VALUE></DESIGNATION>\n", pick(inventedRoles))
		fmt.Fprintf(b, "      <NATIONALITY><VALUE>%s</VALUE></NATIONALITY>\n", pick(inventedCountries))
	}
	fmt.Fprintf(b, "      <LAST_DAY_UPDATED><VALUE>%s</VALUE>", listed.AddDate(0, 3, 0).Format(time.DateOnly))
	if updated {
		b.WriteString("<VALUE>2016-01-20</VALUE>")
	}
	b.WriteString("</LAST_DAY_UPDATED>\n")
	alias, aliasArabic := inventedName(r)
	fmt.Fprintf(b, "      <%s_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>%s %s; %s</ALIAS_NAME><NOTE>original script: %s</NOTE></%[1]s_ALIAS>\n", kind, alias, second, alias, aliasArabic)
	fmt.Fprintf(b, "      <%s_ADDRESS><STREET>%d Long Road</STREET><CITY>Exampletown</CITY><STATE_PROVINCE>%s</STATE_PROVINCE><COUNTRY>%s</COUNTRY></%[1]s_ADDRESS>\n",
		kind, 1+r.IntN(200), pick(inventedProvinces), pick(inventedCountries))
	if kind == "INDIVIDUAL" {
		fmt.Fprintf(b, "      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>%d-0%d-1%d</DATE></INDIVIDUAL_DATE_OF_BIRTH>\n", 1940+r.IntN(50), 1+r.IntN(9), r.IntN(10))
		fmt.Fprintf(b, "      <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>X99%05d</NUMBER></INDIVIDUAL_DOCUMENT>\n", r.IntN(100000))
	}
	fmt.Fprintf(b, "    </%s>\n", kind)
}

// inventedReference numbers entries in the form of the list, with a prefix
// that no real list has.
func inventedReference(letter string, i int) string {
	return fmt.Sprintf("Z%c%c%s.%03d", 'A'+rune(i/26000), 'A'+rune(i/1000%26), letter, i%1000)
}

// inventedName draws a name of two or three syllables, in two scripts.
func inventedName(r *rand.Rand) (latin, arabic string) {
	for range 2 + r.IntN(2) {
		s := syllables[r.IntN(len(syllables))]
		latin, arabic = latin+s.latin, arabic+s.arabic
	}
	return strings.ToUpper(latin[:1]) + latin[1:], arabic
}
