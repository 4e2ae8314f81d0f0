package dates

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"entente/internal/process/language"
	"entente/internal/process/passage"
	"entente/internal/process/quantities/numerals"
)

func find(s string, tag language.Tag, doc string) ([]Date, []passage.Token, *passage.Form) {
	f := passage.New(s)
	ts := passage.Tokens(f)
	for i := range ts {
		if ts[i].Script != language.NoScript || ts[i].Kind != passage.Word {
			ts[i].Lang = tag
		}
	}
	d := Document{}
	if doc != "" {
		d.Day, _ = ParseDay(doc)
		d.Known = true
	}
	return Find(ts, numerals.Find(ts), d), ts, f
}

func show(d Date) string {
	if !d.Resolved {
		return "?"
	}
	from, to := d.From.String(), d.To.String()
	if d.OpenFrom {
		from = ""
	}
	if d.OpenTo {
		to = ""
	}
	if from == to {
		if d.At >= 0 {
			return fmt.Sprintf("%sT%02d:%02d", from, d.At/60, d.At%60)
		}
		return from
	}
	return from + ".." + to
}

// The document of these is of Wednesday 14 October 2015, 22 Mehr 1394.
const wednesday = "2015-10-14"

func TestFind(t *testing.T) {
	for _, c := range []struct {
		tag      language.Tag
		in, want string
	}{
		{language.English, "on 1 October 2015 and October 2, 2015 and Oct. 3rd", "2015-10-01 2015-10-02 2015-10-03"},
		{language.English, "on the 1st of October, in October 2015, in May", "2015-10-01 2015-10-01..2015-10-31 2015-05-01..2015-05-31"},
		{language.English, "Tuesday, 6 October 2015; on Tuesday; last Wednesday; next Friday", "2015-10-06 2015-10-13 2015-10-07 2015-10-16"},
		{language.English, "three days ago, two weeks ago, a month ago, five years ago", "2015-10-11 2015-09-27..2015-10-03 2015-09-01..2015-09-30 2010-01-01..2010-12-31"},
		{language.English, "yesterday, today, the day before yesterday, last week, last year, this month", "2015-10-13 2015-10-14 2015-10-12 2015-10-05..2015-10-11 2014-01-01..2014-12-31 2015-10-01..2015-10-31"},
		{language.English, "since 2011, until March 2014, before 2012, in the past two months", "2011-01-01..2015-10-14 ..2014-03-31 ..2011-12-31 2015-08-14..2015-10-14"},
		{language.English, "from 1 to 3 October 2015, 1-3 October 2015, between March and May 2014, from 2011 to 2013", "2015-10-01..2015-10-03 2015-10-01..2015-10-03 2014-03-01..2014-05-31 2011-01-01..2013-12-31"},
		{language.English, "early 2014, mid-March, late October, the end of 2013, the 1990s", "2014-01-01..2014-04-30 2015-03-11..2015-03-20 2014-10-21..2014-10-31 2013-09-01..2013-12-31 1990-01-01..1999-12-31"},
		{language.English, "for three years, over a year, for more than two months", "2012-10-14..2015-10-14 ..2015-10-14 ..2015-10-14"},
		{language.English, "at 011200ZOCT15 and 021530C OCT 15", "2015-10-01T12:00 2015-10-02T12:30"},
		{language.English, "2015-10-01, 25/12/2014, 12/25/2014, 01.10.2015, Wed 05 Apr 2017, 2015-10-01T12:00:00Z", "2015-10-01 2014-12-25 2014-12-25 2015-10-01 2017-04-05 2015-10-01"},
		{language.English, "He may march with 12 people in 300 villages", ""},
		{language.Russian, "1 октября 2015 года, вчера, в прошлом году, три дня назад, неделю назад", "2015-10-01 2015-10-13 2014-01-01..2014-12-31 2015-10-11 2015-10-04..2015-10-10"},
		{language.Russian, "во вторник, с 2011 года, с 1 по 3 октября, в 2014 году, двадцать третьего сентября", "2015-10-13 2011-01-01..2015-10-14 2015-10-01..2015-10-03 2014-01-01..2014-12-31 2015-09-23"},
		{language.Russian, "за последние три дня, на прошлой неделе, в начале октября, в конце 2014 года", "2015-10-11..2015-10-14 2015-10-05..2015-10-11 2015-10-01..2015-10-10 2014-09-01..2014-12-31"},
		{language.Arabic, "في 1 تشرين الأول 2015 وفي الثالث من تشرين الأول/أكتوبر وفي يناير 2014", "2015-10-01 2015-10-03 2014-01-01..2014-01-31"},
		{language.Arabic, "أمس الثلاثاء، يوم الأحد، قبل ثلاثة أيام، منذ عام 2011، العام الماضي، الأسبوع الماضي", "2015-10-13 2015-10-11 2015-10-11 2011-01-01..2015-10-14 2014-01-01..2014-12-31 2015-10-05..2015-10-11"},
		{language.Arabic, "15 رمضان 1436 هـ، خلال الأيام الثلاثة الماضية، منذ يومين، بين عامي 2011 و2013", "2015-07-02 2015-10-11..2015-10-14 2015-10-12..2015-10-14 2011-01-01..2013-12-31"},
		{language.Arabic, "من 1 إلى 3 شباط 2015، نهاية عام 2014، الخميس المقبل، 12 جانفي 2015", "2015-02-01..2015-02-03 2014-09-01..2014-12-31 2015-10-15 2015-01-12"},
		{language.Persian, "۱۰ مهر ۱۳۹۴، اول مهر، ۱ اکتبر ۲۰۱۵، دیروز، سال گذشته، سه روز پیش", "2015-10-02 2015-09-23 2015-10-01 2015-10-13 2014-03-21..2015-03-20 2015-10-11"},
		{language.Persian, "روز سه\u200cشنبه، سه شنبه گذشته، از سال ۱۳۹۰ تاکنون، ۱۳۹۴/۷/۱۰، در دو ماه گذشته", "2015-10-13 2015-10-13 2011-03-21..2015-10-14 2015-10-02 2015-08-14..2015-10-14"},
		{language.Persian, "از ۱ تا ۵ مهر ۱۳۹۴، هفته گذشته، ۲۳ رمضان ۱۴۳۶", "2015-09-23..2015-09-27 2015-10-03..2015-10-09 2015-07-10"},
		{language.Persian, "در مرداد ماه سال گذشته، در مرداد سال گذشته، مرداد ماه ۱۳۹۳، ماه گذشته", "2014-07-23..2014-08-22 2014-07-23..2014-08-22 2014-07-23..2014-08-22 2015-08-23..2015-09-22"},
		{language.Sorani, "لە ١ی تشرینی یەکەمی ٢٠١٥، دوێنێ، ئەمڕۆ، سێ ڕۆژ لەمەوبەر، هەفتەی ڕابردوو", "2015-10-01 2015-10-13 2015-10-14 2015-10-11 2015-10-05..2015-10-11"},
		{language.Sorani, "ڕۆژی سێشەممە، ساڵی ٢٠١٤، لە ساڵی ٢٠١١ەوە، ١٥ی ڕەزبەری ٢٧١٥، پێش دوو ڕۆژ", "2015-10-13 2014-01-01..2014-12-31 2011-01-01..2015-10-14 2015-10-07 2015-10-12"},
	} {
		ds, _, _ := find(c.in, c.tag, wednesday)
		var got []string
		for _, d := range ds {
			got = append(got, show(d))
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s %s\n got %s\nwant %s", c.tag, c.in, g, c.want)
		}
	}
}

func TestWithoutDocumentDate(t *testing.T) {
	ds, _, _ := find("yesterday and on 1 October 2015", language.English, "")
	if len(ds) != 2 || ds[0].Resolved || !ds[1].Resolved {
		t.Errorf("%+v", ds)
	}
}

func TestDocumentDate(t *testing.T) {
	for in, want := range map[string]string{
		"Wed 05 Apr 2017 Syria attack. On 3 March 2016 it was so.": "2017-04-05",
		"Published April 24 2017. On Sunday.":                      "2017-04-24",
		"Since May 2012 nothing.":                                  "",
	} {
		_, ts, _ := find(in, language.English, "")
		d, ok := DocumentDate(ts, numerals.Find(ts))
		if got := show(d); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %s %v", in, got, ok)
		}
	}
}

func TestCalendars(t *testing.T) {
	for _, c := range []struct {
		cal     Calendar
		y, m, d int
		want    string
	}{
		{Hijri, 1436, 9, 1, "2015-06-18"},
		{Hijri, 1, 1, 1, "0622-07-19"}, // 16 July 622 in the Julian calendar
		{Hijri, 1437, 1, 1, "2015-10-15"},
		{Solar, 1394, 1, 1, "2015-03-21"},
		{Solar, 1395, 12, 30, "2017-03-20"},
		{Solar, 1399, 12, 30, "2021-03-20"},
		{Solar, 1403, 12, 30, "2025-03-20"},
		{Solar, 1357, 11, 22, "1979-02-11"},
		{Kurdish, 2715, 7, 15, "2015-10-07"},
	} {
		d, ok := c.cal.day(c.y, c.m, c.d)
		if !ok || d.String() != c.want {
			t.Errorf("%v %d-%d-%d is %v %v, want %s", c.cal, c.y, c.m, c.d, d, ok, c.want)
		}
	}
}

// Every calendar counts each day once, and agrees with the standard library.
func TestCalendarsAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.IntRange(-60000, 40000).Draw(t, "day"))
		for _, c := range []Calendar{Gregorian, Hijri, Solar, Kurdish} {
			y, m, dd := c.date(d)
			back, ok := c.day(y, m, dd)
			if !ok || back != d {
				t.Fatalf("%v: day %d is %d-%d-%d, back %d", c, d, y, m, dd, back)
			}
		}
		if w := time.Unix(int64(d)*86400, 0).UTC().Weekday(); int(w) != d.Weekday() {
			t.Fatalf("day %v is a %v", d, w)
		}
	})
}

func check(t interface{ Fatalf(string, ...any) }, in string, ds []Date, n int) {
	at := 0
	for _, d := range ds {
		if d.First < at || d.Last <= d.First || d.Last > n {
			t.Fatalf("%q: tokens of %+v after %d", in, d, at)
		}
		at = d.Last
		if d.Resolved && !d.OpenFrom && !d.OpenTo && d.From > d.To {
			t.Fatalf("%q: %s", in, show(d))
		}
		if d.Confidence < 0 || d.Confidence > 1 {
			t.Fatalf("%q: confidence %v", in, d.Confidence)
		}
	}
}

func TestProperties(t *testing.T) {
	var words []string
	for _, list := range lists {
		words = append(words, strings.FieldsFunc(list, func(r rune) bool { return r == ';' || r == '\n' || r == ':' })...)
	}
	words = append(words, "1", "2", "31", "2015", "1394", "1436", "99", "/", "-", ".", ",", "12/10/2015", "ago", "three", "двадцать", "سه", "(", ")")
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 12).Draw(t, "words"), rapid.SampledFrom([]string{" ", ""}).Draw(t, "sep"))
		tag := rapid.SampledFrom(language.Tags[:]).Draw(t, "tag")
		for _, doc := range []string{wednesday, ""} {
			ds, ts, _ := find(in, tag, doc)
			check(t, in, ds, len(ts))
		}
	})
}

func FuzzFind(f *testing.F) {
	f.Add("from 1 to 3 October 2015, three days ago", 4)
	f.Add("15 رمضان 1436", 0)
	f.Fuzz(func(t *testing.T, s string, tag int) {
		ds, ts, _ := find(s, language.Tags[uint(tag)%5], wednesday)
		check(t, s, ds, len(ts))
	})
}
