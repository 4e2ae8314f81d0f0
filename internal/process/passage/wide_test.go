package passage

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"
)

// wideText writes a text in UTF-16.
func wideText(t interface{ Fatal(...any) }, s string, order unicode.Endianness, mark unicode.BOMPolicy) string {
	out, err := unicode.UTF16(order, mark).NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// UTF-16 is read with and without a byte order mark, and its words lead back to
// its bytes.
func TestUTF16(t *testing.T) {
	for _, text := range []string{
		"В Сирии погибли двенадцать человек, сообщил источник.\r\nКонец.",
		"مقتل ثلاثة أشخاص في بغداد حسب مصدر أمني.",
		"سەرچاوەیەکی ئەمنی وتی کە سێ کەس کوژران.",
		"Twelve people died \U0001F600 in Syria, a source said.",
	} {
		for name, order := range map[string]unicode.Endianness{"utf-16le": unicode.LittleEndian, "utf-16be": unicode.BigEndian} {
			for _, mark := range []unicode.BOMPolicy{unicode.UseBOM, unicode.IgnoreBOM} {
				raw := wideText(t, text, order, mark)
				f := New(raw)
				if len(f.Flags) != 1 || f.Flags[0].Kind != FlagDecoded || f.Flags[0].Detail != name {
					t.Errorf("%s: %v", name, f.Flags)
					continue
				}
				if want := New(text).Text; f.Text != want {
					t.Errorf("%s: %q, want %q", name, f.Text, want)
				}
				e := GuessEncoding(raw)
				for _, tok := range Tokens(f) {
					s := f.ToOriginal(Span{tok.Start, tok.End})
					if got := e.Decode(raw[s.Start:s.End]); New(got).Text != f.Text[tok.Start:tok.End] {
						t.Errorf("%s: %q leads back to %q", name, f.Text[tok.Start:tok.End], got)
					}
					if back := f.FromOriginal(s); back != (Span{tok.Start, tok.End}) {
						t.Errorf("%s: %v comes back as %v", name, tok, back)
					}
				}
			}
		}
	}
}

// What has zero bytes and is no text is not taken for UTF-16, and broken UTF-16
// is flagged where it breaks.
func TestUTF16Broken(t *testing.T) {
	for _, s := range []string{"", "\xff\xfe", "plain\x00text", strings.Repeat("\x00", 100), strings.Repeat("\x01\x00\x02\x00", 50), "\xff\xfe\x00\xd8\x00\xd8\x00\xd8"} {
		if e := GuessEncoding(s); e != nil {
			t.Errorf("%q is taken for %s", s, e.Name)
		}
	}
	f := New(wideText(t, "Twelve people died in the town of Testville.", unicode.LittleEndian, unicode.UseBOM) + "\x00\xd8x")
	if !strings.HasSuffix(f.Text, "Testville.\uFFFD\uFFFD") || f.Flags[0].Kind != FlagInvalid && f.Flags[1].Kind != FlagInvalid {
		t.Errorf("%q %v", f.Text, f.Flags)
	}
}

// Whatever bytes come, a text of two bytes a unit keeps the promises of a form,
// is parted into non-empty parts, and counts its code points.
func TestUTF16Properties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "bytes"))
		e := utf16LE
		if rapid.Bool().Draw(t, "big") {
			e = utf16BE
		}
		checkForm(t, NewIn(s, e))
		points := NewPoints(s, e).At(len(s))
		if n := len([]rune(e.Decode(s))); points != n {
			t.Fatalf("%d code points, %d letters", points, n)
		}
		parts := ""
		for from := 0; from < len(s); {
			end := e.Part(s, from, from+16)
			if end <= from {
				t.Fatalf("nothing between %d and %d of %d", from, end, len(s))
			}
			parts += e.Decode(s[from:end])
			from = end
		}
		if parts != e.Decode(s) {
			t.Fatalf("parts give %q, the whole %q", parts, e.Decode(s))
		}
	})
}
