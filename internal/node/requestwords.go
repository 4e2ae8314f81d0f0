package node

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"entente/act"
	"entente/internal/process"
)

// What a request must not ask, and what it must say when it asks of somebody
// detained, is held by its words, in the languages of the centre. Words can be
// avoided; the lists catch what is written without thought, and the second
// officer reads the rest.

// stems are beginnings of words, folded as the analyser folds; those of less
// than four letters are whole words.
type stems map[string]bool

func stemsOf(words string) stems {
	out := stems{}
	for _, tok := range process.Analyse(words) {
		out[tok.Text] = true
	}
	return out
}

// has says whether a word begins with one of the stems, or with one behind the
// Arabic article.
func (s stems) has(word string) bool {
	for _, w := range []string{word, withoutArticle(word)} {
		for i := range w {
			if s[w[:i]] && utf8.RuneCountInString(w[:i]) >= 4 {
				return true
			}
		}
		if s[w] {
			return true
		}
	}
	return false
}

var (
	// groupsOfPersons name persons by belief, people, opinion, health or sexual
	// life (rule 18).
	groupsOfPersons = stemsOf(`
		muslim sunni shia shiite shiism alawi alawite druze yazidi yezidi christian assyrian chaldean jew jews jewish kurdish kurd turkmen homosexual gay lesbian hiv believers atheist
		мусульман суннит шиит алавит друз езид христиан ассири еврей евреев евре курд туркмен гомосексуал верующ атеист
		مسلمون مسلمين سني سنيون سنيين شيعة شيعه شيعي علويون علويين دروز درزي ايزيدي يزيدي مسيحي اشوري كلداني يهود كردي اكراد تركمان مثليون مثليين ملحد
		مسلمان سنی شیعه علویان دروزی ایزدی مسیحی آشوری یهودی کردهای ترکمن همجنسگرا ملحد
		موسوڵمان سوننە شیعە عەلەوی دروز ئێزدی مەسیحی ئاشووری جوولەکە کورد تورکمان هاوڕەگەزباز`)
	// selecting words ask for a choice, list or count of persons.
	selecting = stemsOf(`
		list lists names all every each which identify register count number residents members families individuals persons people
		список списк имена всех все каждый перечень перечисл назов жител семей семьи лиц
		قائمة قوائم اسماء جميع كل كافة سكان عائلات افراد اشخاص عدد
		فهرست لیست اسامی نام همه تمام ساکنان خانواده افراد اشخاص تعداد
		لیست لیستی ناو ناوی هەموو دانیشتوان خێزان کەسان ژمارە`)
	// detention are words of persons who are held (rule 23).
	detention = stemsOf(`
		detain detained detainee detention prisoner imprison custody arrested captive inmate interrogat interrogation
		задержан заключен арестован арест пленн допрос допрош тюрьм
		معتقل معتقلين محتجز سجين سجناء اسير اسرى موقوف استجواب اعتقال
		بازداشت زندانی اسیر بازجویی دستگیر
		دەستگیر زیندانی دیل لێکۆڵینەوە گیراو`)
)

// quotes are the pairs of quotation marks of the languages.
var quotes = [][2]string{{`"`, `"`}, {"“", "”"}, {"„", "“"}, {"«", "»"}, {"‹", "›"}}

// outsideQuotes leaves out what stands between quotation marks: a name of an
// organisation, or what somebody said.
func outsideQuotes(text string) string {
	for _, q := range quotes {
		var b strings.Builder
		for {
			before, rest, ok := strings.Cut(text, q[0])
			_, after, closed := strings.Cut(rest, q[1])
			if !ok || !closed {
				break
			}
			b.WriteString(before)
			b.WriteString(" | ")
			text = after
		}
		b.WriteString(text)
		text = b.String()
	}
	return text
}

// Codes of findings on what a request asks.
const (
	CodeRequestGroups   = "request_groups"
	CodeRequestDetained = "request_detained"
)

// asks finds what rules 18 and 23 have against the words of a request. sure is
// the officer's word that nobody it asks about is detained.
func asks(about act.RequestAbout, sure bool, title string, parts []string) []act.Finding {
	var out []act.Finding
	held := false
	for i, text := range append([]string{title}, parts...) {
		group, choice := "", false
		for _, tok := range process.Analyse(outsideQuotes(text)) {
			if group == "" && groupsOfPersons.has(tok.Text) {
				group = tok.Text
			}
			choice = choice || selecting.has(tok.Text)
		}
		for _, tok := range process.Analyse(text) {
			held = held || detention.has(tok.Text)
		}
		if group != "" && (choice || about != act.AboutMatter) {
			where := "its title"
			if i > 0 {
				where = fmt.Sprintf("part %d", i)
			}
			out = append(out, act.Finding{Code: CodeRequestGroups, Rule: "18",
				Text: fmt.Sprintf("%s asks about persons by belief, people, opinion, health or sexual life (%q), which nobody is asked (rule 18); ask about a deed, a place or an organisation, and put a name that holds such a word in quotation marks", where, group)})
		}
	}
	if held && about != act.AboutDetained && !sure {
		out = append(out, act.Finding{Code: CodeRequestDetained, Rule: "23",
			Text: "it speaks of detention: a request about a detained person needs a written decision (rule 23); say that it is about a detained person and write the decision, or state that it asks about nobody who is detained"})
	}
	return out
}
