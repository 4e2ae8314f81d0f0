package node

import (
	"testing"

	"entente/act"
)

// What rules 18 and 23 have against requests, and what they leave alone.
func TestWordsOfRequests(t *testing.T) {
	for _, c := range []struct {
		text  string
		about act.RequestAbout
		sure  bool
		rule  string
	}{
		{"List all Sunni residents of the district", act.AboutMatter, false, "18"},
		{"Names of the Kurds who work at the mill", act.AboutMatter, false, "18"},
		{"Список курдов, живущих в районе", act.AboutMatter, false, "18"},
		{"أسماء جميع المسيحيين في الحي", act.AboutMatter, false, "18"},
		{"فهرست همه ایزدی‌های روستا", act.AboutMatter, false, "18"},
		{"ناوی هەموو ئێزدییەکانی گوند", act.AboutMatter, false, "18"},
		{"Is he a Christian?", act.AboutPerson, false, "18"},
		{`Is he a member of the "Assyrian Patriotic Bakers"?`, act.AboutPerson, false, ""},
		{"Damage to the Yazidi shrine after the flood", act.AboutMatter, false, ""},
		{"List all lorries that crossed the bridge", act.AboutMatter, false, ""},
		{"Who spoke at the meeting of «Курдский дом»?", act.AboutMatter, false, ""},
		{"What did the detainee say about the depot?", act.AboutPerson, false, "23"},
		{"Где содержится задержанный водитель?", act.AboutMatter, false, "23"},
		{"أين المعتقلون الآن؟", act.AboutMatter, false, "23"},
		{"وضعیت بازداشت شدگان چیست؟", act.AboutMatter, false, "23"},
		{"کەسە دەستگیرکراوەکە لە کوێیە؟", act.AboutMatter, false, "23"},
		{"What did the detainee say about the depot?", act.AboutDetained, false, ""},
		{"Which law governs detention in the district?", act.AboutMatter, true, ""},
		{"List all jewellers of the market", act.AboutMatter, false, ""},
		{"فهرست کسانی که این کار را کردند و نام آن‌ها", act.AboutPerson, false, ""},
		{"عدد الشاحنات في سنة 2015 على الطريق العلوي", act.AboutMatter, false, ""},
		{"How many lorries crossed the bridge?", act.AboutMatter, false, ""},
	} {
		rule := ""
		for _, f := range asks(c.about, c.sure, "Request", []string{c.text}) {
			rule = f.Rule
		}
		if rule != c.rule {
			t.Errorf("%q about %s: rule %q, want %q", c.text, c.about, rule, c.rule)
		}
	}
	if got := outsideQuotes(`a "b" c «d» e “f`); got != "a  |  c  |  e “f" {
		t.Errorf("outside quotation marks: %q", got)
	}
}
