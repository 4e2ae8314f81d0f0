package names

import "strings"

// legalPhrases are legal forms written out, by their usual abbreviation in Latin letters: ISO 20275 lists the forms,
// the spellings are those of the laws that found them and their usual romanisation, written down by hand from general
// knowledge and copied from no table. Folded words, ";" between phrases.
const legalPhrases = `
llc: limited liability company; limited liability partnership; limited liability; company with limited liability; limited liability co; общество с ограниченной ответственностью; общества с ограниченной ответственностью; товариство з обмеженою відповідальністю; товарищество с ограниченной ответственностью; таварыства з абмежаванай адказнасцю; obshchestvo s ogranichennoy otvetstvennostyu; obshchestvo s ogranichennoi otvetstvennostiu; obschestvo s ogranichennoj otvetstvennostju; obshchestvo s ogranichennoy otvetstvennostiu; tovarystvo z obmezhenoyu vidpovidalnistyu; tovarishchestvo s ogranichennoy otvetstvennostyu; شركه ذات مسووليه محدوده; ذات المسووليه المحدوده; ذات مسووليه محدوده; مسووليه محدوده; با مسووليت محدود; مسيوليت محدود; با مسيوليت محدود; مسووليت محدود; limited sirketi; sociedad de responsabilidad limitada; societe a responsabilite limitee; gesellschaft mit beschrankter haftung; societa a responsabilita limitata; spolka z ograniczona odpowiedzialnoscia
jsc: joint stock company; stock company; joint stock co; акционерное общество; акціонерне товариство; aktsionernoe obshchestvo; aktsionernoye obshchestvo; akcionernoe obshhestvo; aktsionerne tovarystvo; شركه مساهمه; شركت سهامي; سهامي خاص; مساهمه; anonim sirketi; societe anonyme; sociedad anonima; naamloze vennootschap; aktiengesellschaft; spolka akcyjna; akcine bendrove; aksiya cemiyyeti; kabushiki kaisha; kabushiki gaisha
pjsc: public joint stock company; публичное акционерное общество; публічне акціонерне товариство; publichnoe aktsionernoe obshchestvo; publichnoye aktsionernoye obshchestvo; publichne aktsionerne tovarystvo; شركه مساهمه عامه; سهامي عام
ojsc: open joint stock company; открытое акционерное общество; відкрите акціонерне товариство; otkrytoe aktsionernoe obshchestvo; otkrytoye aktsionernoye obshchestvo; открытого акционерного общества
cjsc: closed joint stock company; закрытое акционерное общество; закрите акціонерне товариство; zakrytoe aktsionernoe obshchestvo; zakrytoye aktsionernoye obshchestvo; private joint stock company; приватне акціонерне товариство; непубличное акционерное общество; non public joint stock company
ltd: company limited; co ltd; private limited; private limited company; pvt ltd; pte ltd; pty ltd; public limited company; co limited
ue: unitary enterprise; унитарное предприятие; federal state unitary enterprise; state unitary enterprise; федеральное государственное унитарное предприятие; государственное унитарное предприятие; федеральное государственное бюджетное учреждение; federalnoe gosudarstvennoe unitarnoe predpriyatie; federalnoye gosudarstvennoye unitarnoye predpriyatiye; gosudarstvennoe unitarnoe predpriyatie; муниципальное унитарное предприятие; частное унитарное предприятие; private unitary enterprise; республиканское унитарное предприятие; republican unitary enterprise; казенное предприятие; federal state budgetary institution; federal state enterprise; федеральное казенное предприятие
ip: индивидуальный предприниматель; individual entrepreneur; sole proprietor; фізична особа підприємець
ano: autonomous non profit organization; autonomous nonprofit organization; autonomous non commercial organization; автономная некоммерческая организация; avtonomnaya nekommercheskaya organizatsiya; некоммерческое партнерство; non profit partnership; non profit organization; некоммерческая организация; общественная организация; public organization; общественное объединение
jv: joint venture; совместное предприятие; sovmestnoe predpriyatie`

// legalPhrase is the tree of the phrases by word.
type legalNode struct {
	next map[string]*legalNode
	form string
}

var legalTree = func() *legalNode {
	root := &legalNode{next: map[string]*legalNode{}}
	var f folder
	for line := range strings.SplitSeq(legalPhrases, "\n") {
		form, phrases, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		for p := range strings.SplitSeq(phrases, ";") {
			n := root
			for w := range strings.FieldsFuncSeq(string(f.fold(p)), isSeparator) {
				c := n.next[w]
				if c == nil {
					c = &legalNode{next: map[string]*legalNode{}}
					n.next[w] = c
				}
				n = c
			}
			n.form = form
		}
	}
	return root
}()

// legalAt finds the longest written-out legal form that begins at word i and tells how many words it has.
func legalAt(ws []word, i int) (form string, used int) {
	n := legalTree
	for k := i; k < len(ws); k++ {
		if n = n.next[ws[k].text]; n == nil {
			break
		}
		if n.form != "" {
			form, used = n.form, k-i+1
		}
	}
	return form, used
}
