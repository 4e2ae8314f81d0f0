package names

import (
	"strings"
	"sync"
)

// Chinese characters are compared with characters one by one. With a name in letters they are compared by their
// reading in pinyin (ISO 7098): a person's as family name and given name, a body's as the words of hanWords by their
// meaning and what stands between them by its reading.

// hanReadings maps a character to its syllable without tone: tables/han.tsv.
var hanReadings = sync.OnceValue(func() map[rune]string {
	b, err := tables.ReadFile("tables/han.tsv")
	if err != nil {
		panic(err) // embedded
	}
	m := make(map[rune]string, 9000)
	for line := range strings.SplitSeq(string(b), "\n") {
		p, chars, ok := strings.Cut(line, "\t")
		if !ok || p[0] == '#' {
			continue
		}
		for _, r := range chars {
			m[r] = strings.ReplaceAll(p, "v", "u")
		}
	}
	// readings that these characters have as family names
	for _, f := range strings.Fields("曾zeng 单shan 單shan 解xie 查zha 仇qiu 任ren 盖ge 葛ge 乐yue 长chang 長chang 重chong 行xing 什shi 柏bai") {
		r, _ := firstRune(f)
		m[r] = strings.TrimLeft(f, string(r))
	}
	return m
})

// hanFamilies are family names of two characters.
var hanFamilies = []string{"欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "东方", "東方", "皇甫", "尉迟", "尉遲", "公孙", "公孫", "慕容", "令狐", "司徒", "长孙", "長孫", "宇文"}

// hanLines are words of names of bodies with what they mean in English; dictionary knowledge. Longer ones are tried
// first.
const hanLines = `
有限责任公司 limited
有限責任公司 limited
股份有限公司 limited
有限公司 limited
公司 company
集团 group
集團 group
控股 holding
国际 international
國際 international
贸易 trading
貿易 trading
商贸 trading
商貿 trading
进出口 import export
進出口 import export
科技 technology
技术 technology
技術 technology
船务 shipping
船務 shipping
航运 shipping
航運 shipping
海运 shipping
海運 shipping
物流 logistics
运输 transport
運輸 transport
航空 aviation
银行 bank
銀行 bank
投资 investment
投資 investment
保险 insurance
保險 insurance
石油 petroleum
石化 petrochemical
化工 chemical
能源 energy
电力 electric
電力 electric
电子 electronics
電子 electronics
机械 machinery
機械 machinery
工业 industry
工業 industry
实业 industry
實業 industry
工程 engineering
建筑 construction
建築 construction
建设 construction
建設 construction
钢铁 steel
鋼鐵 steel
矿业 mining
礦業 mining
发展 development
發展 development
企业 enterprise
企業 enterprise
服务 service
服務 service
管理 management
大学 university
大學 university
研究所 research institute
研究院 research institute
学院 institute
學院 institute
中心 center
中国 china
中國 china
香港 hong kong
北京 beijing
上海 shanghai
深圳 shenzhen
广州 guangzhou
廣州 guangzhou
大连 dalian
大連 dalian
天津 tianjin
朝鲜 korea
朝鮮 korea`

var hanWords = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for line := range strings.SplitSeq(hanLines, "\n") {
		if han, meaning, ok := strings.Cut(line, " "); ok {
			m[han] = meaning
		}
	}
	return m
})

// longestHanWord is the number of characters of the longest word.
const longestHanWord = 6

// hasHan says whether a token is of Chinese characters.
func hasHan(ts []Token) bool {
	for i := range ts {
		if ts[i].Script == Han {
			return true
		}
	}
	return false
}

// inLetters writes Chinese words in Latin ones; other words stay.
func inLetters(ws []word, kind Kind) []word {
	var out []word
	var run []rune
	flush := func() {
		if len(run) > 0 {
			out = append(out, readHan(run, kind)...)
			run = run[:0]
		}
	}
	for _, w := range ws {
		r, _ := firstRune(w.text)
		if scriptOf(r) == Han {
			run = append(run, []rune(w.text)...)
			continue
		}
		flush()
		out = append(out, w)
	}
	flush()
	return out
}

// readHan reads a run of characters.
func readHan(run []rune, kind Kind) []word {
	readings := hanReadings()
	spell := func(rs []rune) word {
		var b strings.Builder
		for _, r := range rs {
			b.WriteString(readings[r])
		}
		return word{text: b.String()}
	}
	var out []word
	add := func(rs []rune) {
		if w := spell(rs); w.text != "" {
			out = append(out, w)
		}
	}
	if kind == Person {
		family := 1
		for _, f := range hanFamilies {
			if len(run) > 2 && string(run[:2]) == f {
				family = 2
			}
		}
		add(run[:min(family, len(run))])
		add(run[min(family, len(run)):])
		return out
	}
	known := hanWords()
	begin := 0
	for i := 0; i < len(run); {
		n := 0
		for k := min(longestHanWord, len(run)-i); k > 1; k-- {
			if _, ok := known[string(run[i:i+k])]; ok {
				n = k
				break
			}
		}
		if n == 0 {
			i++
			continue
		}
		add(run[begin:i])
		for w := range strings.FieldsSeq(known[string(run[i:i+n])]) {
			out = append(out, word{text: w})
		}
		i += n
		begin = i
	}
	add(run[begin:])
	return out
}

// pinyin are the syllables of the table; chineseFamilies those that are family names of many.
var pinyin = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, p := range hanReadings() {
		m[p] = true
	}
	return m
})

var chineseFamilies = words(`wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang deng han feng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu ding ren
	yao shen zhong cui lu tan fan shi liao jia xia fu fang zou xiong bai meng qin qiu hou jiang yin xue lei long shi tao he gu mao hao gong shao wan qian dai yan mo kong xiang chang ouyang sima`)

// chineseName says for each word whether it is read in pinyin; ok is false when the name is not Chinese: two to
// four Latin words, all of pinyin syllables, a family name first or last.
func chineseName(ts []Token) bool {
	if len(ts) < 2 || len(ts) > koreanWords || !chineseFamilies[ts[0].Text] && !chineseFamilies[ts[len(ts)-1].Text] {
		return false
	}
	for i := range ts {
		if ts[i].Role != RoleName || ts[i].Script != Latin || !inPinyin(ts[i].Text, koreanWords) {
			return false
		}
	}
	return true
}

// longestPinyin is the number of letters of the longest syllable.
const longestPinyin = 6

// inPinyin says whether w is at most n syllables.
func inPinyin(w string, n int) bool {
	if w == "" {
		return true
	}
	if n == 0 || len(w) > longestPinyin*n {
		return false
	}
	known := pinyin()
	for k := min(longestPinyin, len(w)); k > 0; k-- {
		if known[w[:k]] && inPinyin(w[k:], n-1) {
			return true
		}
	}
	return false
}
