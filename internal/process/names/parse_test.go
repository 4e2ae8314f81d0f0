package names

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// show writes tokens as text/role, the role left out for plain names.
func show(ts []Token) string {
	var out []string
	for _, t := range ts {
		s := t.Text
		if t.Role != RoleName {
			s += "/" + t.Role.String()
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestParsePerson(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		// Arabic in Latin letters: article, sun letters, nasab, Abd with a divine name, kunya, compounds
		{"Karim al-Tamimi", "karim tamimi"},
		{"Karim ash-Shami", "karim shami"},
		{"Karim el Masri", "karim masri"},
		{"Nasser bin Faisal Al Harbi", "nasser faisal harbi"},
		{"Hassan ould Ahmed", "hassan ahmed"},
		{"Laila bint Yousef", "laila yousef"},
		{"Abd al-Rahman Saleh", "rahman/servant saleh"},
		{"Abdurrahman Saleh", "rahman/servant saleh"},
		{"Abdul Rahman Saleh", "rahman/servant saleh"},
		{"Abdullah Saleh", "allah/servant saleh"},
		{"Abid Hamid", "abid hamid"},
		{"Abu Omar al-Shami", "omar/kunya shami"},
		{"Umm Hani", "hani/kunya"},
		{"Abubakar Sadiq", "bakar/kunya sadiq"},
		{"Nur al-Din Zaki", "nuraldin zaki"},
		{"Nureddin Zaki", "nuraldin zaki"},
		{"Saifullah Wazir", "saifallah wazir"},
		{"Sheikh Karim Tamimi", "karim tamimi"},
		{"General Karim", "general karim"},
		// Arabic script
		{"كريم التميمي", "كريم تميمي"},
		{"عبد الرحمن صالح", "رحمن/servant صالح"},
		{"عبدالرحمن صالح", "رحمن/servant صالح"},
		{"أبو عمر الشامي", "عمر/kunya شامي"},
		{"ناصر بن فيصل الحربي", "ناصر فيصل حربي"},
		{"نور الدين زكي", "نورالدين زكي"},
		{"محـمّد", "محمد"},
		// Persian and Sorani letters fold to the Arabic ones
		{"علی کریمی", "علي كريمي"},
		{"حسین کریم‌زاده", "حسين كريمزاده"},
		{"ئازاد مەحمود", "يازاد مەحمود"},
		// Russian: patronymic, hyphen, initials, Turkic forms
		{"Петров Иван Сергеевич", "петров иван сергеевич/patronymic"},
		{"Petrov Ivan Sergeevich", "petrov ivan sergeevich/patronymic"},
		{"Анна Иванова-Петрова", "анна иванова петрова"},
		{"И. С. Петров", "и/initial с/initial петров"},
		{"Алиев Рашид оглы", "алиев рашид"},
		{"Салах ад-Дин Хамид", "салахалдин хамид"},
		{"Абдурахман Салихов", "рахман/servant салихов"},
		// European particles, generations, digits
		{"Jan van der Berg", "jan van/particle der/particle berg"},
		{"John Smith Jr.", "john smith jr/generation"},
		{"Müller, Jürgen", "muller jurgen"},
		{"O'Brien Sean", "obrien sean"},
		{"", ""},
		{" - , . ", ""},
	} {
		if got := show(Parse(c.name, Person).Tokens); got != c.want {
			t.Errorf("%q: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestParseOrganization(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"Zarnik Trading Limited Liability Company", "zarnik trading/generic llc/legal form"},
		{"Общество с ограниченной ответственностью Зарник", "llc/legal form зарник"},
		{"Obshchestvo s ogranichennoy otvetstvennostyu Zarnik", "llc/legal form zarnik"},
		{"ПАО «Зарник Нефть»", "пао/legal form зарник нефть/generic"},
		{"Public Joint Stock Company Zarnik", "pjsc/legal form zarnik"},
		{"V.O.S. Ltd", "vos ltd/legal form"},
		{"Plant No. 7", "plant/generic 7/number"},
		{"Zavod № ٧", "zavod/generic 7/number"},
		{"شركة الزرنيق للتجارة", "شركه/legal form زرنيق تجاره/generic"},
		{"Islamic State in Iraq and the Levant - Libya", "isil/group libya/place"},
		{"Bank of the East (Dubai)", "bank/generic east/generic dubai/place"},
	} {
		if got := show(Parse(c.name, Organization).Tokens); got != c.want {
			t.Errorf("%q: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestGuessKind(t *testing.T) {
	for _, c := range []struct {
		name string
		want Kind
	}{
		{"Karim al-Tamimi", Person}, {"كريم التميمي", Person}, {"Иван Петров", Person},
		{"Zarnik Trading LLC", Organization}, {"ООО Восток", Organization}, {"شركة الشرق", Organization},
		{"Smith & Sons", Organization}, {"Brigade 17", Organization},
	} {
		if got := Parse(c.name, Guess).Kind; got != c.want {
			t.Errorf("%q: kind %d, want %d", c.name, got, c.want)
		}
	}
}

func TestParseKind(t *testing.T) {
	for s, want := range map[string]Kind{"Person": Person, "person": Person, "": Guess, " ": Guess, "Organization": Organization, "Vessel": Organization, "персона": Organization} {
		if got := ParseKind(s); got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
}

func TestFold(t *testing.T) {
	for _, c := range [][2]string{
		{"ÄÖÜ ß Łódź", "aou ss lodz"},
		{"أحمد إسماعيل آل", "احمد اسماعيل ال"},
		{"کیان پور", "كيان پور"},
		{"Алексе́й Ёлкин", "алексей елкин"},
		{"١٢٣ ۱۲۳ 123", "123 123 123"},
		{"A\u200bl\u202ei\u00ad", "ali"},
		{"ﷲ", "الله"},
		{"Ｋａｒｉｍ", "karim"},
		{"\xffAli", " ali"},
	} {
		if got := Fold(c[0]); got != c[1] {
			t.Errorf("%q: %q, want %q", c[0], got, c[1])
		}
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		name string
		want Flags
	}{
		{"Karim Tamimi", 0}, {"حسین کریم‌زاده", 0}, {"Иван Петров", 0},
		{"Kar\xffim", FlagBroken},
		{"Kar\u200bim", FlagInvisible},
		{"\u202eKarim", FlagDirection},
		{"Iv\u0430n", FlagMixed}, // a Cyrillic a
		{strings.Repeat("x", maxName+1), FlagCut},
	} {
		if got := Parse(c.name, Person).Flags; got != c.want {
			t.Errorf("%q: %q, want %q", c.name[:min(20, len(c.name))], got, c.want)
		}
	}
	if got := (FlagBroken | FlagCut).String(); got != "broken encoding, cut" {
		t.Errorf("flags are listed as %q", got)
	}
}

// A letter of another script that looks alike does not hide a name.
func TestHomoglyphs(t *testing.T) {
	for _, c := range [][2]string{
		{"Iv\u0430n P\u0435tr\u043ev", "Ivan Petrov"},
		{"\u0421ergei", "Cergei"},
		{"Пет\u0070ов", "Петров"},
	} {
		if got := Similarity(c[0], c[1], Person); got != 1 {
			t.Errorf("%q and %q: %.3f, want 1", c[0], c[1], got)
		}
	}
}

func TestKorean(t *testing.T) {
	for _, ws := range []string{"jong chong jeong", "pak park bak", "chol cheol", "ri lee yi", "ryu yu yoo", "kwang gwang"} {
		var first string
		for i, w := range strings.Fields(ws) {
			n := koreanNeutral(w, koreanGiven)
			if i == 0 {
				first = n
			}
			if n == "" || n != first {
				t.Errorf("%s is spelled %q, %s %q", strings.Fields(ws)[0], first, w, n)
			}
		}
	}
	for _, w := range []string{"smith", "vladimir", "hussein", "mohammed", ""} {
		if n := koreanNeutral(w, koreanGiven); n != "" {
			t.Errorf("%q is read as Korean %q", w, n)
		}
	}
	if s := Similarity("Ri Chong-su", "Lee Jong Su", Person); s < Threshold {
		t.Errorf("two systems of romanisation: %.3f", s)
	}
	if s := Similarity("Karim Abdul", "Garim Abdur", Person); s > 0.9 {
		t.Errorf("names without a Korean family name: %.3f", s)
	}
	if s := Similarity("Ri Chong-su", "Ri Chong-man", Person); s >= Threshold {
		t.Errorf("two given names: %.3f", s)
	}
}

// Every mapped thing that the lexicons hold is reachable: keys are folded the way names are.
func TestLexiconsAreFolded(t *testing.T) {
	for w := range concepts {
		if f := Fold(w); f != w {
			t.Errorf("the lexicon holds %q, names fold to %q", w, f)
		}
	}
	for w := range givenClass {
		if f := Fold(w); f != w {
			t.Errorf("the lexicon holds %q, names fold to %q", w, f)
		}
		if !utf8.ValidString(w) {
			t.Errorf("%q is no UTF-8", w)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"Karim al-Tamimi", "عبد الرحمن", "И. С. Петров", "a\xffb", "((()))", "ال", "abd abd abd", "\u202e\u200b", "& & &", "No. №"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, k := range []Kind{Guess, Person, Organization} {
			n := Parse(s, k)
			if len(n.Tokens) > maxTokens {
				t.Fatalf("%d tokens", len(n.Tokens))
			}
			for _, tok := range n.Tokens {
				if tok.Text == "" || !utf8.ValidString(tok.Text) {
					t.Fatalf("token %q", tok.Text)
				}
			}
			if n.Kind == Guess {
				t.Fatal("the kind stayed open")
			}
		}
	})
}
