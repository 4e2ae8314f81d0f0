package names

import (
	"math/rand/v2"
	"strconv"
	"strings"

	"entente/internal/process/names"
)

// Words of companies in English, Russian, Russian in Latin letters, Persian and Arabic, for names made up.
var (
	businessWords = [][]string{
		{"Bank", "Банк", "Bank", "بانک", "بنك"},
		{"Trading", "Торговый", "Torgovy", "بازرگانی", "للتجارة"},
		{"Shipping", "Пароходство", "Parokhodstvo", "کشتیرانی", "للملاحة"},
		{"Construction", "Строительная", "Stroitelnaya", "ساختمانی", "للمقاولات"},
		{"Insurance", "Страховая", "Strakhovaya", "بیمه", "للتأمين"},
		{"Steel", "Сталь", "Stal", "فولاد", "للحديد"},
		{"Oil", "Нефть", "Neft", "نفت", "للنفط"},
		{"Investment", "Инвестиционная", "Investitsionnaya", "سرمایه گذاری", "للاستثمار"},
		{"Transport", "Транспортная", "Transportnaya", "حمل و نقل", "للنقل"},
		{"Technology", "Технологии", "Tekhnologii", "فناوری", "للتكنولوجيا"},
		{"Chemical", "Химический", "Khimicheskiy", "شیمیایی", "للكيماويات"},
		{"Energy", "Энерго", "Energo", "انرژی", "للطاقة"},
	}
	legalWords = [][]string{
		{"LLC", "ООО", "OOO", "Limited Liability Company", "Общество с ограниченной ответственностью", "Obshchestvo s ogranichennoy otvetstvennostyu"},
		{"JSC", "АО", "AO", "Joint Stock Company", "Акционерное общество", "Aktsionernoe obshchestvo"},
		{"PJSC", "ПАО", "PAO", "Public Joint Stock Company", "Публичное акционерное общество", "Publichnoe aktsionernoe obshchestvo"},
		{"Ltd", "Limited", "Co., Ltd.", "Company Limited", "Co Ltd", "LTD."},
		{"GmbH", "S.A.", "Inc.", "Corp.", "Corporation", "Company"},
	}
	townWords = []string{"Moscow", "Tehran", "Damascus", "Baghdad", "Minsk", "Dubai", "Istanbul", "Kiev"}
)

// body is a made-up company.
type body struct {
	own, second *part // distinctive words
	business    int   // number in businessWords
	legal       int   // number in legalWords, -1 none
	town        string
	number      int
	bare        bool // the trade is left out
}

// write spells the company in English (0) or Russian (1), with slips and lacking parts when lose is set.
func (b body) write(r *rand.Rand, language int, lose bool) string {
	own := b.own.latin
	if language == 1 {
		own = b.own.foreign
	}
	if b.second != nil {
		if language == 1 {
			own += " " + b.second.foreign
		} else {
			own += " " + b.second.latin
		}
	}
	if lose && r.IntN(6) == 0 {
		own = lightly(own, r.IntN(3))
	}
	business := businessWords[b.business][language]
	if language == 0 && lose && r.IntN(4) == 0 {
		business = businessWords[b.business][2]
	}
	var ws []string
	legal := ""
	if b.legal >= 0 && !(lose && r.IntN(3) == 0) {
		l := legalWords[b.legal]
		if b.legal < 3 {
			if language == 1 {
				legal = l[1+3*r.IntN(2)]
			} else {
				legal = l[[4]int{0, 2, 3, 5}[r.IntN(4)]]
			}
		} else {
			legal = l[r.IntN(len(l))]
		}
	}
	if b.bare {
		ws = append(ws, own)
	} else if r.IntN(2) == 0 {
		ws = append(ws, own, business)
	} else {
		ws = append(ws, business, own)
	}
	if b.town != "" && !(lose && r.IntN(3) == 0) {
		ws = append(ws, b.town)
	}
	if b.number > 0 {
		ws = append(ws, []string{"No. ", "", "№ "}[r.IntN(3)]+strconv.Itoa(b.number))
	}
	if r.IntN(2) == 0 || language == 1 {
		ws = append([]string{legal}, ws...)
	} else {
		ws = append(ws, legal)
	}
	return strings.Join(strings.Fields(strings.Join(ws, " ")), " ")
}

// madeBodies invents n companies and writes each beside itself or beside a stranger of the same trade.
func madeBodies(dir, split string, n int) ([]labelledPair, error) {
	r := rand.New(rand.NewPCG(20150928, uint64(len(split))))
	ps, err := readParts(dir, "wd_russian_80", split)
	if err != nil {
		return nil, err
	}
	word := func() *part { return &ps.family[r.IntN(len(ps.family))] }
	var out []labelledPair
	for range n {
		a := body{own: word(), business: r.IntN(len(businessWords)), legal: r.IntN(len(legalWords)+1) - 1}
		if r.IntN(3) == 0 {
			a.second = word()
		}
		if r.IntN(4) == 0 {
			a.town = townWords[r.IntN(len(townWords))]
		}
		if r.IntN(6) == 0 {
			a.number = 1 + r.IntN(40)
		}
		b := a
		same := r.IntN(2) == 0
		if !same {
			switch r.IntN(7) {
			case 0:
				b.own = word()
			case 1:
				if b.own = ps.nearest(a.own); b.own == nil {
					continue
				}
			case 2:
				b.business = (a.business + 1 + r.IntN(len(businessWords)-1)) % len(businessWords)
			case 3:
				if a.second == nil {
					continue
				}
				b.second = word()
			case 5, 6: // a parent and the daughter that says its trade
				b.bare = true
			case 4:
				a.number, b.number = 1+r.IntN(40), 41+r.IntN(40)
			}
		}
		out = append(out, labelledPair{a.write(r, 0, false), b.write(r, r.IntN(4)/3, same), names.Organization, same, split})
	}
	return out, nil
}
