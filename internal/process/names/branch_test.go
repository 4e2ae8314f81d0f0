package names

import "testing"

// A branch is its group with a region, in whatever words; the whole and another branch are other names.
func TestBranchesOfGroups(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"ISIS-K", "Islamic State, branch of Khorasan (ISIS-K)", true},
		{"Daesh Wilayat Khorasan", "Islamic State Khorasan Province (ISIS-K)", true},
		{"Daesh's Khorasan province", "Islamic State Khorasan", true},
		{"داعش خراسان", "ISIS Khorasan", true},
		{"Al-Qaida, Arabian Peninsula branch", "Al-Qaeda in the Arabian Peninsula (AQAP)", true},
		{"Islamic State - Libya", "Islamic State - Yemen", false},
		{"Islamic State", "Islamic State - Libya", false},
		{"ISIS Khorasan", "ISIS", false},
		{"Al-Qaida", "Al-Qaida in Iraq", false},
		{"Islamic State in Iraq and Syria", "Islamic State", true},
	} {
		if r := Compare(c.a, c.b, Organization); r.Match != c.same {
			t.Errorf("%q and %q: %s", c.a, c.b, r)
		}
	}
}

// An abbreviation in parentheses that takes other letters than the first ones is no word of the name; a place or a
// legal form is.
func TestAbbreviationInParentheses(t *testing.T) {
	for name, want := range map[string]string{
		"Zarnik Agency for Trade (ZaTra)":   "zatra",
		"Zarnik Union of Workers (ZUW-T)":   "zuwt",
		"Zarnik Company (Iran)":             "",
		"Zarnik Company (Pvt)":              "",
		"Zarnik (ZR)":                       "",
		"Zarnik Company (formerly Petenko)": "",
	} {
		if got := Parse(name, Organization).acronym; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if s := Similarity("Zarnik Exchange", "Zarnik Exchange Office (branch located in Petrenko, Tamimi district)", Organization); s < Threshold {
		t.Errorf("a remark in parentheses weighs like the name: %.3f", s)
	}
}

// A compound with al-Din or Allah is often shortened to its first part; that is nearer than a contradiction and less
// than the same.
func TestHeadOfACompound(t *testing.T) {
	for _, c := range [][3]string{
		{"Nasir Zubaydi", "Nasiruddin Zubaydi", "Naziran Zubaydi"},
		{"Shafiq Tamimi", "Shafiqullah Tamimi", "Shafirov Tamimi"},
		{"ناصر الزبيدي", "ناصر الدين الزبيدي", "نصار الزبيدي"},
	} {
		short, other := Similarity(c[0], c[1], Person), Similarity(c[0], c[2], Person)
		if short < Threshold || short > 0.97 || short <= other {
			t.Errorf("%s: %.3f to the compound, %.3f to another name", c[0], short, other)
		}
	}
}
