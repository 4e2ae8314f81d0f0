package names

import "math"

// altFactor is what the second reading loses against the first. In Arabic script both are about as likely; in the
// others a name that merely begins with "al" is the more frequent case.
func altFactor(s Script) float32 {
	if s == Arabic {
		return 0.995
	}
	return 0.93
}

// How tells by what way two tokens were found alike.
type How string

// The ways.
const (
	SameLetters   How = "same letters"
	Spelling      How = "spelling"
	Transcription How = "transcription"
	Variant       How = "given-name variant"
	Romanisation  How = "romanisation"
	ShortForm     How = "short form"
	InitialOf     How = "initial"
	SameMeaning   How = "same meaning"
	SameNumber    How = "same number"
	Joined        How = "written together"
	Acronym       How = "acronym"
	SameGroup     How = "same group"
)

// matcher holds the working memory of comparisons; it is not safe for concurrent use.
type matcher struct {
	align            aligner
	forms            formCache
	a, b             [maxTokens]tokenForms
	sims             [maxTokens][maxTokens]float32
	hows             [maxTokens][maxTokens]How
	assign           assigner
	tok              [2][]Token
	raw              float32 // of the last two tokens: how near the letters are, not yet drawn to the ends
	raws             [maxTokens][maxTokens]float32
	near             float64 // of the last two names: the mean of raw over the tokens of the first
	koreanA, koreanB koreanName
	rarity           rarityShare // of the last two names
}

// similarity compares two tokens: 1 is the same, 0 unrelated.
func (m *matcher) similarity(a, b *tokenForms) (float32, How) {
	m.raw = 0
	s, how := m.letterSimilarity(a, b)
	if m.raw == 0 {
		m.raw = s
	}
	ra, rb := a.token.Role, b.token.Role
	if ra == rb {
		return s, how
	}
	// An attached "Abd" or "Abu" on one side only: the names are related, not the same.
	switch {
	case ra == RoleServant || rb == RoleServant:
		if ra == RoleKunya || rb == RoleKunya {
			return s * 0.6, how
		}
		return s * 0.8, how
	case ra == RoleKunya || rb == RoleKunya:
		return s * 0.6, how
	}
	return s, how
}

func (m *matcher) letterSimilarity(a, b *tokenForms) (float32, How) {
	ta, tb := a.token, b.token
	if ta.Role == RoleGroup || tb.Role == RoleGroup {
		if ta.Role == tb.Role && ta.Text == tb.Text {
			return 1, SameGroup
		}
		return 0, ""
	}
	if ta.Role == RoleNumber || tb.Role == RoleNumber {
		if ta.Role == tb.Role && ta.Text == tb.Text {
			return 1, SameNumber
		}
		return 0, ""
	}
	if ta.Text == tb.Text {
		return 1, SameLetters
	}
	if ta.Role == RoleInitial || tb.Role == RoleInitial {
		return m.initial(a, b)
	}
	if ta.class != 0 && ta.class == tb.class && sameClassKind(ta.Role, tb.Role) {
		if sameClassKind(ta.Role, RoleName) || ta.Role == RolePatronymic {
			if ta.Script == tb.Script {
				return 0.96, Variant
			}
			// the letters still tell which of several spellings is the nearer one
			s, _ := m.aligned(a.letterForms, b.letterForms)
			return max(s, 0.96), Variant
		}
		return 1, SameMeaning
	}
	if ta.Role == RoleGeneric && tb.Role == RoleGeneric && kin[[2]uint16{ta.class, tb.class}] {
		return kinFactor, SameMeaning
	}
	s, how := m.aligned(a.letterForms, b.letterForms)
	if ta.Alt != "" {
		if x, h := m.altAligned(a.alt, b.letterForms, ta.Alt == tb.Text); x > s {
			s, how = x, h
		}
	}
	if tb.Alt != "" {
		if x, h := m.altAligned(b.alt, a.letterForms, tb.Alt == ta.Text); x > s {
			s, how = x, h
		}
		if ta.Alt != "" && ta.Script != tb.Script {
			if x, h := m.aligned(a.alt, b.alt); x > s {
				s, how = x, h
			}
		}
	}
	if ta.class != 0 && tb.class != 0 && ta.Role == RoleName && tb.Role == RoleName && how == Spelling {
		s *= otherGiven
	}
	if s < headFactor {
		if x := m.headAligned(a, b); x > s {
			s, how = x, ShortForm
		}
	}
	if s < 0.8 && ta.Role == RoleName && tb.Role == RoleName {
		for _, x := range shortClass[ta.Text] {
			for _, y := range shortClass[tb.Text] {
				if x == y {
					return 0.85, ShortForm
				}
			}
		}
	}
	return s, how
}

func (m *matcher) altAligned(alt, b *letterForms, equal bool) (float32, How) {
	if equal {
		return altFactor(alt.script), SameLetters
	}
	s, how := m.aligned(alt, b)
	return s * altFactor(alt.script), how
}

// otherGiven is what two given names of the lexicon that are not variants of one another keep of their likeness.
const otherGiven = 0.9

// sameClassKind says whether the class numbers of two roles come from one lexicon.
func sameClassKind(a, b Role) bool {
	of := func(r Role) int {
		switch r {
		case RoleName, RoleServant, RoleKunya:
			return 1
		case RolePatronymic:
			return 4
		case RoleGeneric, RoleLegal:
			return 2
		case RolePlace:
			return 3
		}
		return 0
	}
	return of(a) != 0 && of(a) == of(b)
}

// aligned prices the alignment of the letters with the table of the two scripts.
func (m *matcher) aligned(a, b *letterForms) (float32, How) {
	sa, sb := a.script, b.script
	la, lb := len(a.letters), len(b.letters)
	if sa > Cyrillic || sb > Cyrillic {
		if sa != sb || la == 0 || lb == 0 {
			return 0, ""
		}
		return plainSimilarity(a.letters, b.letters), Spelling
	}
	if a.outline.apart(b.outline) >= farApart {
		return 0, ""
	}
	if sa > sb {
		a, b, sa, sb, la, lb = b, a, sb, sa, lb, la
	}
	if sa == sb {
		if la > 2*lb+2 || lb > 2*la+2 {
			return 0, ""
		}
		t := ruleTables[sa]()
		cost := t.cost(&m.align, a.form(int(sa), t, t.groupA, t.margA), b.form(int(sa), t, t.groupA, t.margA), worstRule*int32(max(la+lb, 5))/2)
		return float32(ruleSimilarity(cost, float64(la+lb)/2)) * contrast(a.letters, b.letters), Spelling
	}
	// The learned tables have the non-Latin (of Arabic and Cyrillic: the Arabic) side first.
	switch {
	case sa == Latin && sb == Arabic:
		t := arabLatn()
		return m.cross(t, b.form(int(Latin), t, t.groupA, t.margA), a.form(int(Arabic), t, t.groupB, t.margB)), Transcription
	case sa == Latin && sb == Cyrillic:
		t := cyrlLatn()
		return m.cross(t, b.form(int(Latin), t, t.groupA, t.margA), a.form(int(Cyrillic), t, t.groupB, t.margB)), Transcription
	default:
		t := arabCyrl()
		return m.cross(t, a.form(int(Cyrillic), t, t.groupA, t.margA), b.form(int(Arabic), t, t.groupB, t.margB)), Transcription
	}
}

// contrast lowers the similarity of two spellings of one script where a small difference of letters makes another
// name: the feminine ending, and another consonant at the beginning, where slips are rare.
func contrast(a, b []rune) float32 {
	f := float32(1)
	x, y := a[0], b[0]
	if x != y {
		if cx, cy := skeletonClass(x), skeletonClass(y); cx != cy && cx != 0 && cy != 0 {
			f = 0.85
		}
	}
	if feminine(a, b) || feminine(b, a) {
		f *= 0.72
	}
	return f
}

// feminine says whether a is b with the feminine ending of the European languages.
func feminine(a, b []rune) bool {
	end := a[len(a)-1]
	if end != 'a' && end != 'а' && end != 'я' || len(a) < 4 {
		return false
	}
	stem := a[:len(a)-1]
	switch {
	case len(b) == len(stem) && runesEqual(stem, b):
		return true
	case len(b) == len(a) && runesEqual(stem, b[:len(b)-1]):
		last := b[len(b)-1]
		return last == 'o' || last == 'й' || last == 'y' && end == 'a'
	case len(b) == len(a)-1 && len(b) > 3 && (end == 'а' || end == 'a') && runesEqual(a[:len(a)-2], b[:len(b)-1]):
		// "-skaya" against "-sky"
		return b[len(b)-1] == 'y' || b[len(b)-1] == 'й'
	}
	return false
}

func runesEqual(a, b []rune) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// ruleTables are the tables for two spellings in one script.
var ruleTables = [...]func() *multigram{latnRules, arabRules, cyrlRules}

// cross maps the normalised pointwise mutual information of two spellings, log(P(a,b)/P(a)P(b)) divided by
// -log P(a,b), to 0..1. On pairs held apart from the learning, one in twenty correct transcriptions lies below 0.4
// and one in a thousand unrelated pairs above 0.13 (Arabic; Russian alike); the curve passes 1/2 between the two.
func (m *matcher) cross(t *multigram, a, b *prepared) float32 {
	if a.n > 3*b.n || b.n > 3*a.n {
		return 0
	}
	c := t.cost(&m.align, a, b, (a.self+b.self)*20/21)
	if c <= 0 || c >= infinite {
		return 0
	}
	x := float64(a.self+b.self-c) / float64(c)
	m.raw = max(m.raw, float32(x))
	return float32(crossCurve(x))
}

func crossCurve(x float64) float64 {
	const scale, power = 0.12, 1.5
	if x <= 0 {
		return 0
	}
	return 1 - math.Exp(-math.Pow(x/scale, power))
}

// plainSimilarity is for scripts without a table: one minus the edit distance over the length.
func plainSimilarity(a, b []rune) float32 {
	if len(a) > maxLetters || len(b) > maxLetters {
		return 0
	}
	var row [maxLetters + 1]int
	for j := 0; j <= len(b); j++ {
		row[j] = j
	}
	for i, x := range a {
		prev := row[0]
		row[0] = i + 1
		for j, y := range b {
			cur := row[j+1]
			c := prev
			if x != y {
				c = min(prev, cur, row[j]) + 1
			}
			row[j+1] = c
			prev = cur
		}
	}
	return 1 - float32(row[len(b)])/float32(max(len(a), len(b)))
}

// initial compares a single letter with a word or with another single letter.
func (m *matcher) initial(a, b *tokenForms) (float32, How) {
	if len(a.letters) == 0 || len(b.letters) == 0 {
		return 0, ""
	}
	x, y := a.letters[0], b.letters[0]
	if a.token.Script == b.token.Script {
		if x == y {
			return 0.9, InitialOf
		}
		return 0, ""
	}
	for _, p := range initialPairs {
		if p[0] == x && p[1] == y || p[0] == y && p[1] == x {
			return 0.8, InitialOf
		}
	}
	return 0, ""
}

// initialPairs are letters of different scripts that begin one name.
var initialPairs = func() [][2]rune {
	var out [][2]rune
	for _, s := range []string{
		"аa", "бb", "вv", "вw", "гg", "гh", "дd", "дj", "еe", "еy", "жj", "жz", "зz", "иi", "йy", "йi", "йj", "кk", "кc", "кq", "лl", "мm", "нn", "оo", "пp", "рr", "сs", "сc", "тt", "уu", "уw", "фf", "фp", "хh", "хk", "цc", "цt", "чc", "шs", "щs", "эe", "юy", "юj", "юi", "яy", "яj", "яi",
		"اa", "اe", "اi", "اo", "اu", "بb", "بp", "پp", "تt", "ثt", "جj", "جg", "چc", "حh", "خk", "دd", "ذd", "ذz", "رr", "زz", "ژz", "سs", "شs", "صs", "ضd", "طt", "ظz", "عa", "عi", "عo", "عu", "عe", "غg", "فf", "فv", "قq", "قg", "قk", "كk", "كc", "گg", "لl", "مm", "نn", "هh", "وw", "وv", "وo", "يy", "يj",
	} {
		r := []rune(s)
		out = append(out, [2]rune{r[0], r[1]})
	}
	return out
}()
