package read

import (
	"strings"
	"testing"
)

func TestMentions(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"Colonel Karim Hassan of the Free Syrian Army met Layla al-Rami. Hassan said Daesh had fled.", "person Karim Hassan; group Free Syrian Army; person Layla al-Rami; person Hassan; group Daesh"},
		{"The Syrian Observatory for Human Rights and the Anadolu Agency reported it.", "organisation Syrian Observatory for Human Rights; organisation Anadolu Agency"},
		{"the commander of the arce national battalion said so, and colonel rene hurtado denied that nobody was there, while all the others were silent about the whole affair.", "organisation arce national battalion; person rene hurtado"},
		{"Генерал-майор Игорь Петров и Хасан аль-Рами говорили с Минобороны РФ.", "person Игорь Петров; person Хасан аль-Рами; organisation Минобороны РФ"},
		{"قال العقيد كريم حسن إن تنظيم الدولة الإسلامية انسحب، بحسب وزارة الدفاع العراقية.", "person كريم حسن; group تنظيم الدولة الإسلامية; organisation وزارة الدفاع العراقية"},
		{"سردار کریم حسنی گفت که داعش عقب نشست.", "person کریم حسنی; group داعش"},
		{"عەمید کەریم حەسەن وتی پێشمەرگە لەوێیە.", "person کەریم حەسەن; group پێشمەرگە"},
		{"On Tuesday the weather was fine.", ""},
	} {
		var got []string
		for _, m := range (&Reader{}).Text(c.in, Options{Plain: true}).Mentions {
			got = append(got, m.Kind+" "+m.Text)
			if m.Kind == mentionGroup && len(m.Names) == 0 {
				t.Errorf("group %q has no name", m.Text)
			}
		}
		if g := strings.Join(got, "; "); g != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.in, g, c.want)
		}
	}
}

func TestHTMLIsRead(t *testing.T) {
	const page = `<!DOCTYPE html><html><body><nav>Home</nav><article><h1>Clashes</h1><p>Five people were killed&nbsp;on <b>Tuesday</b>.</p><p>Read more: Six people killed</p></article></body></html>`
	res := (&Reader{}).Text(page, Options{})
	check(t, page, res)
	if !res.HTML || len(res.Quantities) != 1 || res.Quantities[0].Text != "Five people" || len(res.Dates) != 1 || res.Dates[0].Text != "on <b>Tuesday" && res.Dates[0].Text != "Tuesday" {
		t.Errorf("%+v", res)
	}
}
