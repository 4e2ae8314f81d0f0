package quantities

import (
	"strings"

	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// percentBefore are words of a share that stand before its number.
func (f *finder) percentBefore(i int) int {
	switch {
	case f.key(i-1) == "%":
		return 1
	case f.tokens[min(max(i, f.first), f.last-1)].Lang == language.Sorani && (f.key(i-1) == "سهدا" || f.key(i-1) == "لهسهدا"):
		if f.key(i-2) == "له" {
			return 2
		}
		return 1
	}
	return 0
}

// counted reads what is counted, after the number: false if it is nothing that
// is looked for.
func (f *finder) counted(q *Quantity) bool {
	i := q.Last
	if q.Kind == Money {
		// "$5 million worth": nothing more to read.
		q.Confidence = 0.93
		if f.role(i, rMoney) {
			q.Last = i + int(f.senses[i].size)
		}
		return true
	}
	if n := f.percentBefore(q.First); n > 0 && q.First-n >= f.free {
		q.First -= n
		q.Kind, q.Unit, q.Confidence = Percent, "percent", 0.95
		return true
	}
	if f.role(q.Number, rTwo) {
		e := &f.senses[q.Number]
		q.Unit, q.Population = "persons", e.name
		if e.kind != "" {
			q.Kind, q.Trigger, q.Confidence = e.kind, q.Number, 0.9
			q.Population = ""
		} else {
			q.Kind, q.Confidence = Count, 0.6
		}
		return true
	}
	switch f.key(i) {
	case "%", "percent", "процентов", "процента", "процент", "درصد", "بالمئه", "بالمائه", "پێرسهنت":
		q.Kind, q.Unit, q.Last, q.Confidence = Percent, "percent", i+1, 0.95
		return true
	case "per", "в", "فی", "له":
		if k := f.key(i + 1); k == "cent" || k == "المئه" || k == "المائه" {
			q.Kind, q.Unit, q.Last, q.Confidence = Percent, "percent", i+2, 0.95
			return true
		}
	}
	// Up to four words: adjectives, then who.
	skipped := 0
	for j := i; j < f.last && skipped < 4; {
		e := &f.senses[j]
		t := &f.tokens[j]
		if t.Kind == passage.Number || f.numAt[j] != 0 || f.taken != nil && f.taken[j] {
			break
		}
		if t.Kind == passage.Mark {
			if t.Key == "-" && !t.Space {
				j++
				continue
			}
			break
		}
		switch {
		case e.role&rTime != 0 && (skipped == 0 || skipped == 1 && t.Lang == language.English) && e.role&rPop == 0 && e.role&rEvent == 0:
			return false
		case e.role&rMoney != 0:
			q.Kind, q.Unit, q.Last, q.Confidence = Money, e.name, j+int(e.size), 0.93
			return true
		case e.role&rPop != 0:
			q.Kind, q.Unit, q.Confidence = Count, "persons", 0.6
			if e.name == "families" {
				q.Unit = "families"
			}
			if e.name != "persons" || q.Population == "" {
				q.Population = e.name
			}
			q.Last = j + int(e.size)
			f.more(q)
			return true
		case e.role&rNoun != 0 && skipped <= 1:
			q.Unit = "persons"
			if q.Population == "" {
				q.Population = ""
			}
			q.Kind, q.Trigger, q.Last, q.Confidence = e.kind, j, j+int(e.size), 0.92
			return true
		case e.role&rEvent != 0:
			// What is counted is not said: 12 killed.
			q.Unit = "persons"
			return true
		case e.role&rUnit != 0:
			q.Kind, q.Unit, q.Last, q.Confidence = Count, e.name, j+int(e.size), 0.6
			return true
		case e.role&(rBetween|rTo|rPart|rMore|rAtLeast) != 0 && e.role&rAux == 0:
			skipped = 4
		case t.Lang == language.English && skipped == 0 && (t.Key == "were" || t.Key == "are") && f.role(j+1, rPop) && f.senses[j+1].name != "persons" && !f.role(j+2, rEvent):
			j++ // "of whom 28 were children"
		case t.Lang == language.English && stops[t.Key]:
			skipped = 4
		default:
			j++
			skipped++
		}
	}
	// Nothing is said: then a word beside it must say what happened.
	q.Unit = "persons"
	return f.near(q)
}

// stops are English words that end what a number can count.
var stops = map[string]bool{"in": true, "on": true, "at": true, "by": true, "for": true, "with": true, "from": true, "after": true, "when": true, "that": true, "who": true, "as": true, "were": true, "was": true, "have": true, "had": true}

// more takes a second noun that says who of those counted: 12 people, all
// civilians; «۱۲ نفر غیرنظامی»; «15 عنصرا من الشرطة».
func (f *finder) more(q *Quantity) {
	for j := q.Last; j < q.Last+3 && j < f.last; j++ {
		e := &f.senses[j]
		if e.role&rEvent != 0 && e.role&rNoun == 0 || f.numAt[j] != 0 || f.tokens[j].Kind == passage.Mark {
			return
		}
		if e.role&rPop != 0 && e.name != "persons" && e.role&rEvent == 0 {
			if q.Population == "persons" || q.Population == "fighters" && e.name == "police" || j == q.Last && f.tokens[j].Lang != language.English && f.tokens[j].Lang != language.Russian {
				q.Population, q.Last = e.name, j+int(e.size)
			}
			return
		}
		if e.role&rAux == 0 && f.tokens[j].Key != "من" {
			return
		}
	}
}

// near reports whether an event word stands right beside a number that counts
// nothing by name.
func (f *finder) near(q *Quantity) bool {
	for j := q.First - 1; j >= q.First-4 && j >= f.first; j-- {
		e := &f.senses[j]
		if e.role&rEvent != 0 && e.role&rBefore != 0 && j+int(e.size) >= q.First-2 {
			if strings.HasPrefix(f.tokens[j].Key, "уничтож") {
				return false // things are, as often as people
			}
			return true
		}
		if f.tokens[j].Lang == language.English && stops[f.tokens[j].Key] && !tollWords[f.key(j-1)] {
			break
		}
		if f.role(j, rPart) {
			return len(f.out) > 0 && f.out[len(f.out)-1].First >= f.first && f.out[len(f.out)-1].Kind != Money && f.out[len(f.out)-1].Kind != Percent
		}
		if f.numAt[j] != 0 {
			break
		}
	}
	// What is counted may be a noun that is in no list: "120,000 Syrians had been
	// displaced".
	unknown := 0
	for j := q.Last; j <= q.Last+5 && j < f.last; j++ {
		if f.role(j, rEvent) && f.role(j, rAfter) {
			return unknown == 0 || f.role(j-1, rAux)
		}
		if f.numAt[j] != 0 || f.tokens[j].Kind != passage.Word || stops[f.tokens[j].Key] && !f.role(j, rAux) {
			break
		}
		if !f.role(j, rAux) {
			if unknown++; unknown > 2 || j-q.Last > 1 {
				break
			}
		}
	}
	// "the toll rose to 76", «число погибших достигло 20», "the number of those
	// missing has climbed to".
	event := false
	for j := q.First - 1; j >= q.First-10 && j >= f.first; j-- {
		if f.numAt[j] != 0 {
			break
		}
		event = event || f.senses[j].role&rEvent != 0 && f.senses[j].role&rBefore != 0
		if event && tollWords[f.tokens[j].Key] {
			return true
		}
	}
	return false
}

// tollWords lead to a number some words later.
var tollWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range []string{"number", "toll", "death", "число", "количество", "حصيلة", "عدد", "شمار", "تعداد", "ژمارەی", "deaths", "casualties", "شهدا", "آمار"} {
		m[passage.Fold(w)] = true
	}
	return m
}()
