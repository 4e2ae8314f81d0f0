package names

import (
	"strings"
	"testing"
)

func ids(gs []Group) string {
	var out []string
	for _, g := range gs {
		out = append(out, g.ID)
	}
	return strings.Join(out, " ")
}

// The names of one group in five languages, long and short.
func TestResolveGroup(t *testing.T) {
	for want, all := range map[string][]string{
		"isil": {"IS", "ISIL", "ISIS", "Daesh", "Da'esh", "Islamic State", "the Islamic State group", "Islamic State of Iraq and al-Sham", "داعش", "تنظيم الدولة الإسلامية", "الدولة الإسلامية في العراق والشام",
			"دولت اسلامی", "دەوڵەتی ئیسلامی", "ИГ", "ИГИЛ", "игил", "ДАИШ", "Исламское государство"},
		"nusra": {"Jabhat al-Nusra", "Al-Nusrah Front", "جبهة النصرة", "Джебхат ан-Нусра"},
		"pkk":   {"PKK", "حزب العمال الكردستاني", "حزب کارگران کردستان", "پارتی کرێکارانی کوردستان", "РПК"},
		"irgc":  {"IRGC", "سپاه پاسداران", "الحرس الثوري", "КСИР"},
		"un":    {"UN", "United Nations", "الأمم المتحدة", "سازمان ملل", "ООН"},
		"":      {"Zarnik", "", "...", "the", "ال"},
	} {
		for _, n := range all {
			if got := ids(ResolveGroup(n, "")); got != want {
				t.Errorf("%q means %q, want %q", n, got, want)
			}
		}
	}
}

// "Coalition" is four things: without a context, or with one that speaks for two of them, it stays open.
func TestCoalitionStaysOpen(t *testing.T) {
	for _, c := range []struct{ name, context, want string }{
		{"coalition", "", "inherent arabcoalition natcoalition ieccoalition"},
		{"التحالف", "", "inherent arabcoalition ieccoalition"},
		{"ائتلاف", "", "inherent arabcoalition natcoalition ieccoalition"},
		{"Коалиция", "", "inherent arabcoalition natcoalition ieccoalition"},
		{"the coalition", "Coalition aircraft struck near Mosul, the Pentagon said.", "inherent"},
		{"coalition", "Coalition jets over Sanaa, Houthi media said.", "arabcoalition"},
		{"التحالف", "قصف طيران التحالف مواقع الحوثيين في صنعاء", "arabcoalition"},
		{"Коалиция", "Авиация коалиции во главе с США нанесла удары под Мосулом, заявил Пентагон.", "inherent"},
		{"coalition", "A Pentagon spokesman spoke of Houthi positions near Sanaa.", "inherent arabcoalition natcoalition ieccoalition"},
		{"coalition", "The weather was fair.", "inherent arabcoalition natcoalition ieccoalition"},
		{"Saudi-led coalition", "", "arabcoalition"},
	} {
		if got := ids(ResolveGroup(c.name, c.context)); got != c.want {
			t.Errorf("%q in %q means %q, want %q", c.name, c.context, got, c.want)
		}
	}
}

// Small words that spell an abbreviation are words.
func TestResolveAbbreviation(t *testing.T) {
	for word, want := range map[string]string{"IS": "isil", "is": "", "UN": "un", "un": "", "ИГ": "isil", "иг": "", "داعش": "isil", "Daesh": "isil"} {
		if got := ids(ResolveAbbreviation(word, "")); got != want {
			t.Errorf("%q means %q, want %q", word, got, want)
		}
	}
}

// Every name of every group leads to it, alone or among others, and ids are unique.
func TestGroupLexicon(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range groupIndex.groups {
		if seen[g.ID] {
			t.Errorf("the id %s stands twice", g.ID)
		}
		seen[g.ID] = true
		if !strings.Contains(" "+ids(ResolveGroup(g.Name, ""))+" ", " "+g.ID+" ") {
			t.Errorf("%q does not lead to %s", g.Name, g.ID)
		}
	}
	for id := range groupContext {
		if !seen[id] {
			t.Errorf("context for an unknown group %s", id)
		}
	}
}

func FuzzResolveGroup(f *testing.F) {
	f.Add("coalition", "Sanaa")
	f.Add("ИГ", "\xff")
	f.Add("\u200b", "ال")
	f.Fuzz(func(t *testing.T, name, context string) {
		open := ResolveGroup(name, "")
		narrowed := ResolveGroup(name, context)
		if len(narrowed) > len(open) {
			t.Fatalf("a context added groups: %v, %v", open, narrowed)
		}
	})
}

// Every group says where its names can be checked.
func TestGroupsNameTheirSource(t *testing.T) {
	for line := range strings.SplitSeq(strings.TrimSpace(groupLines), "\n") {
		f := strings.Split(line, "|")
		if len(f) != 4 || f[3] != "list" && f[3] != "press" {
			t.Errorf("%.40s: no source", line)
		}
	}
	if len(groupIndex.groups) != strings.Count(strings.TrimSpace(groupLines), "\n")+1 {
		t.Errorf("%d groups are read", len(groupIndex.groups))
	}
}
