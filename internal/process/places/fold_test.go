package places

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestKey shows what is the same name for the index.
func TestKey(t *testing.T) {
	for _, c := range []struct{ why, a, b string }{
		{"case, accents and the article's hyphen", "Al-Bāb", "al bab"},
		{"apostrophes of every kind", "Ma‘arrat an Nu‘mān", "Ma'arrat an Nu`man"},
		{"alif with and without hamza, vowel signs", "إِدلِب", "ادلب"},
		{"feminine ending, tatweel", "الرقـــة", "الرقه"},
		{"Persian and Arabic kaf and ya", "کرکوک", "كركوك"},
		{"half-space of Persian", "قره\u200cتپه", "قرهتپه"},
		{"Sorani vowels", "هەولێر", "هەولیر"},
		{"ё and е", "Орёл", "орел"},
		{"Persian and Arabic digits", "۱۲ ٣", "123"},
		{"full stops of an abbreviation", "U.S.A.", "USA"},
		{"letters of two Latin ones", "Weißenfels", "Weissenfels"},
		{"Turkish dotless i", "Diyarbakır", "Diyarbakir"},
		{"Cyrillic letters slipped into a Latin name", "Аlерро", "Aleppo"},
		{"zero-width characters", "Ale\u200bppo\u200e", "Aleppo"},
		{"presentation forms", "ﺣﻠﺐ", "حلب"},
		{"full-width letters", "Ｈｏｍｓ", "Homs"},
	} {
		if key(c.a) != key(c.b) {
			t.Errorf("%s: %q gives %q, %q gives %q", c.why, c.a, key(c.a), c.b, key(c.b))
		}
	}
	for _, c := range [][2]string{{"Homs", "Hama"}, {"حلب", "حلبجة"}, {"Москва", "Минск"}, {"", "a"}} {
		if key(c[0]) == key(c[1]) {
			t.Errorf("%q and %q have the same key", c[0], c[1])
		}
	}
}

// TestKeyIsStable: folding a key again changes nothing, and no key has a space
// or is longer than three times its name.
func TestKeyIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringN(0, 60, -1).Draw(t, "name")
		k := key(name)
		if again := key(k); again != k {
			t.Fatalf("key of %q is %q, of that %q", name, k, again)
		}
		if strings.ContainsAny(k, " -'") || !utf8.ValidString(k) {
			t.Fatalf("key of %q is %q", name, k)
		}
	})
}

func FuzzKey(f *testing.F) {
	for _, s := range []string{"Al-Bāb", "دمشق", "Дамаск\xff", "\u200f\u202e", strings.Repeat("ﷺ", 300), "\xf0\x28\x8c\x28"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k := key(s)
		if !utf8.ValidString(k) || len(k) > 20*maxName {
			t.Fatalf("key of %q is %q", s, k)
		}
		for _, v := range variants(parts(s)) {
			if a := soundOf(v); alike(a.phon, a.phon, false) != 1 {
				t.Fatalf("%q is not like itself", s)
			}
		}
	})
}

// TestAlike orders pairs by how alike they sound.
func TestAlike(t *testing.T) {
	like := func(a, b string) float64 {
		x, y := soundOf(parts(a)), soundOf(parts(b))
		return alike(x.phon, y.phon, x.script != y.script)
	}
	for _, c := range []struct{ a, same, other string }{
		{"Tal Rifaat", "Tall Rif‘at", "Tal Afar"},
		{"Deir Ezzor", "Dayr az Zawr", "Deir Hafir"},
		{"Khan Sheikhoun", "Khān Shaykhūn", "Khan al-Asal"},
		{"Kafr Zita", "Kafr Zaytā", "Kafr Nabl"},
		{"Idleb", "إدلب", "دمشق"},
		{"Хомс", "حمص", "حماة"},
		{"Hasakeh", "الحسكة", "القامشلي"},
		{"Маарет-эн-Нууман", "معرة النعمان", "معرة مصرين"},
	} {
		if s, o := like(c.a, c.same), like(c.a, c.other); s < 0.75 || s <= o {
			t.Errorf("%q: %q is %.2f alike, %q %.2f", c.a, c.same, s, c.other, o)
		}
	}
}

// TestAlikeProperties: likeness is symmetric, within 0 and 1, and 1 for a
// sound and itself.
func TestAlikeProperties(t *testing.T) {
	sounds := rapid.StringOfN(rapid.SampledFrom([]rune("BFTDZSXJGKHLMNRaeiu")), 0, 30, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b, cross := sounds.Draw(t, "a"), sounds.Draw(t, "b"), rapid.Bool().Draw(t, "cross")
		ab, ba := alike(a, b, cross), alike(b, a, cross)
		if ab != ba || ab < 0 || ab > 1 || alike(a, a, cross) != 1 {
			t.Fatalf("%q and %q: %v and %v", a, b, ab, ba)
		}
	})
}
