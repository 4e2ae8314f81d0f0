package node

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente/act"
	"entente/label"
)

// witnessOf is a witness's portion whose source is a document.
func witnessOf(text string) act.PortionInput {
	p := witness(text)
	p.Sources = []act.Source{{Descriptor: "a list", Kind: act.KindOfficial, Originator: "IRQ"}}
	return p
}

// Rule 25 looks at every text that leaves, however the name is written there.
func TestAMaskedNameInClearIsFound(t *testing.T) {
	const name = "Example Invented Person"
	with := func(change func(*act.PortionInput)) []act.PortionInput {
		p := witnessOf("[[" + name + "]] saw it")
		change(&p)
		return []act.PortionInput{p}
	}
	said := func(name, text string) []act.PortionInput {
		return []act.PortionInput{witnessOf("[[" + name + "]]"), portion(label.Label{}, "IRQ", text)}
	}
	for _, c := range []struct {
		what  string
		title string
		all   []act.PortionInput
		clear bool
	}{
		{"in capitals in the title", "EXAMPLE INVENTED PERSON RETURNED", with(func(*act.PortionInput) {}), true},
		{"escaped in an object", "", func() []act.PortionInput {
			p := witnessOf("[[Иван]] saw it")
			p.Object = &act.Object{MediaType: act.MediaTypeSTIX, Bytes: []byte(`{"name":"\u0418\u0432\u0430\u043d"}`)}
			return []act.PortionInput{p}
		}(), true},
		{"a key of an object", "", with(func(p *act.PortionInput) { p.Object = &act.Object{Bytes: []byte(`{"Example Invented Person":1}`)} }), true},
		{"in an object that is no JSON", "", with(func(p *act.PortionInput) { p.Object = &act.Object{Bytes: []byte(`<x>Example&#32;Invented Person</x>`)} }), true},
		{"in the reason of a renewal", "", with(func(p *act.PortionInput) { p.PersonData.Renewed = &act.Renewal{Reason: name + " is heard"} }), true},
		{"in the purpose", "", with(func(p *act.PortionInput) { p.PersonData.Purpose = name + " is heard" }), true},
		{"in the legal basis", "", with(func(p *act.PortionInput) { p.PersonData.LegalBasis = "case of " + name }), true},
		{"in the ground of an acquisition", "", with(func(p *act.PortionInput) { p.Sources[0].Acquisition = &act.Acquisition{Basis: name + " was asked"} }), true},
		{"in a designation", "", with(func(p *act.PortionInput) { p.Designation = &act.Designation{Roles: []string{"aide of " + name}} }), true},
		{"in the reason of a grade", "", with(func(p *act.PortionInput) { p.Grade.Override = &act.Override{Reason: "from " + name} }), true},
		{"in the name of a file", "", with(func(p *act.PortionInput) { p.Attachments = []act.Attachment{{Name: "ExampleInvented_Person.pdf"}} }), true},
		{"with two blanks", "", said(name, "Example  Invented Person"), true},
		{"with a blank that does not break", "", said(name, "Example\u00a0Invented Person"), true},
		{"on two lines", "", said(name, "Example\nInvented Person"), true},
		{"with what has no width", "", said(name, "so Exam\u200bple Invented\u200f Person"), true},
		{"between what has no width", "", said("Khalid", "the\u200bKhalid\u200bcame"), true},
		{"in full width", "", said("Khalid", "Ｋｈａｌｉｄ"), true},
		{"decomposed", "", said("Andreï", "Andrei\u0308"), true},
		{"in Chinese", "", said("李明", "昨天李明来了"), true},
		{"after and", "", said("أحمد", "وأحمد عاد"), true},
		{"after and by the", "", said("حسن", "وبالحسن"), true},
		{"after for the", "", said("الحسن", "وللحسن"), true},
		{"in a longer Arabic word", "", said("علي", "فعليات"), false},
		{"after other letters", "", said("علي", "معلي"), false},
		{"in the genitive", "", said("Иван Примеров", "дом Ивана Примерова"), true},
		{"in the instrumental", "", said("Ольга Примерова", "с Ольгой Примеровой"), true},
		{"of another name", "", said("Иван", "Ивановка"), false},
		{"in a longer word", "", said("Ali", "Alignment and Khalid"), false},
		{"a word of the node", "", said("Person", "none"), false},
	} {
		if f := markAll(c.all, drawn()); len(f) > 0 {
			t.Fatal(c.what, f)
		}
		found := (&Draft{Title: c.title, Portions: c.all}).unmasked()
		if got := len(found) > 0; got != c.clear {
			t.Errorf("%s: %v", c.what, found)
		}
		for _, f := range found {
			if f.Code != errInClear.Code || strings.Contains(f.Text, name) || !strings.Contains(f.Text, "its word is [person ") {
				t.Errorf("%s: %+v", c.what, f)
			}
		}
	}
}

// A human source whom the node marks says nothing of the witness in the text.
func TestAMarkedSourceMasksNobodyElse(t *testing.T) {
	all := []act.PortionInput{witness("Example Invented Person saw it")}
	all[0].Sources[0].Descriptor = "a neighbour"
	if f := markAll(all, drawn()); len(f) > 0 {
		t.Fatal(f)
	}
	if f := (&Draft{Portions: all}).unmasked(); len(f) != 1 || f[0].Code != errUnmasked.Code {
		t.Errorf("%v", f)
	}
}

// A party that stands in the descriptor as well is one name with one word.
func TestThePartyIsMaskedInItsDescriptor(t *testing.T) {
	for _, descriptor := range []string{"Invented Informant", "a neighbour of Invented Informant, Invented Informant", "[[Invented Informant]], or Invented Informant"} {
		all := []act.PortionInput{portion(label.Label{}, "IRQ", "text")}
		all[0].Sources = []act.Source{{Descriptor: descriptor, Party: "Invented Informant", Kind: act.KindHuman, Originator: "IRQ"}}
		if f := markAll(all, drawn()); len(f) > 0 {
			t.Fatal(f)
		}
		d := &Draft{Portions: all}
		if f := d.unmasked(); len(f) > 0 {
			t.Errorf("%q: %v", descriptor, f)
		}
		s := d.leaving()[0].Sources[0]
		if want := strings.NewReplacer("[[Invented Informant]]", s.Party, "Invented Informant", s.Party).Replace(descriptor); s.Descriptor != want {
			t.Errorf("%q leaves as %q", descriptor, s.Descriptor)
		}
	}
	// Spelt otherwise it is refused, with the place.
	all := []act.PortionInput{portion(label.Label{}, "IRQ", "text")}
	all[0].Sources = []act.Source{{Descriptor: "INVENTED  INFORMANT", Party: "Invented Informant", Kind: act.KindHuman, Originator: "IRQ"}}
	markAll(all, drawn())
	f := (&Draft{Portions: all}).unmasked()
	if len(f) != 1 || !strings.Contains(f[0].Text, "sources 1.descriptor") || !strings.Contains(f[0].Text, "by itself") || strings.Contains(f[0].Text, "Informant") {
		t.Errorf("%v", f)
	}
}

// Brackets that a file brought satisfy no check and do not leave, with a word or
// without one.
func TestBracketsOfAFileAreNoMark(t *testing.T) {
	for _, text := range []string{"[[Example Invented Person]] saw it", "[[Example Invented Person|person AAAAA]] saw it"} {
		all := []act.PortionInput{witnessOf(text)}
		markSources(all) // as an import is filed
		f := (&Draft{Portions: all}).unmasked()
		if len(f) != 2 || f[0].Code != errUnmasked.Code || f[1].Code != errMark.Code {
			t.Errorf("%q: %v", text, f)
		}
		if f := markAll(all, drawn()); len(f) > 0 || strings.Contains(all[0].Text, "AAAAA") || len((&Draft{Portions: all}).unmasked()) > 0 {
			t.Errorf("an officer who saves it marks them: %v %q", f, all[0].Text)
		}
	}
	// Nor does a party that no mark can hold.
	all := []act.PortionInput{portion(label.Label{}, "IRQ", "text")}
	all[0].Sources = []act.Source{{Descriptor: "a list", Party: "Informant [local]", Kind: act.KindHuman, Originator: "IRQ"}}
	markSources(all)
	if f := (&Draft{Portions: all}).unmasked(); len(f) != 1 || f[0].Code != errMark.Code {
		t.Errorf("%v", f)
	}
}

// Words are drawn, whatever an officer writes; a mark of nothing is refused.
func TestWordsAreDrawn(t *testing.T) {
	all := []act.PortionInput{witnessOf("[[One Invented|person AAAAA]] and [[Two Invented|person AAAAA]]")}
	if f := markAll(all, drawn()); len(f) > 0 {
		t.Fatal(f)
	}
	if m := mark25.FindAllStringSubmatch(all[0].Text, -1); strings.Contains(all[0].Text, "AAAAA") || m[0][2] == m[1][2] {
		t.Errorf("%q", all[0].Text)
	}
	kept := []act.PortionInput{all[0]}
	if markAll(kept, drawn(all...)); kept[0].Text != all[0].Text {
		t.Errorf("%q became %q", all[0].Text, kept[0].Text)
	}
	moved := []act.PortionInput{all[0]}
	moved[0].Label.Rel = label.Members("IRQ", "IRN")
	if markAll(moved, drawn(all...)); moved[0].Text == all[0].Text {
		t.Error("two release sets share a word")
	}
	for _, nobody := range []string{"[[ ]] saw it", "[[—]] saw it", "[[\u200b]] saw it"} {
		if f := markAll([]act.PortionInput{witnessOf(nobody)}, drawn()); len(f) != 1 || f[0].Code != errMark.Code {
			t.Errorf("%q: %v", nobody, f)
		}
	}
}

// The folding never fails, a text holds itself, and the fields of a portion that
// are read as text are those that people write.
func TestFoldedText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		if f := foldText(s); f.letters != "" && (!f.holds(f) || !foldText("( "+s+" )").holds(f)) {
			t.Fatalf("%q does not hold itself", s)
		}
	})
	var where []string
	for _, s := range freeText(&act.PortionInput{ID: "a", Salt: "b", Lang: "ar", Text: "c", Attachments: []act.Attachment{{Name: "d", MediaType: "e"}},
		Sources: []act.Source{{Descriptor: "f", Kind: act.KindHuman, Originator: "IRQ", Party: "g"}}}) {
		where = append(where, s.where)
	}
	if want := []string{"text", "sources 1.descriptor", "sources 1.party", "attachments 1.name"}; !reflect.DeepEqual(where, want) {
		t.Errorf("%q", where)
	}
}
