package act

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// The cases behind testdata/vectors/act, written by hand: base acts, and what
// was changed in them. Only digests of accepted portions are computed; they
// were compared with an implementation in another language.

const caseLabel = `{"policy":"CENTRE","class":"RESTRICTED","rel":["IRN","IRQ","RUS","SYR"],"originators":["IRQ"]}`

const caseRel = `"rel":["IRN","IRQ","RUS","SYR"]`

const caseSource = `{"descriptor":"A resident with direct access","kind":"human","originator":"IRQ","party":"Council"}`

const caseFirst = `{"id":"00112233445566778899aabbccddeeff","salt":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","label":` + caseLabel +
	`,"grade":{"reliability":"B","credibility":"2"},"lang":"en","text":"Two lorries with flour were let go.","sources":[` + caseSource + `]}`

const caseSecond = `{"id":"ffeeddccbbaa99887766554433221100","salt":"f0e1d2c3b4a5968778695a4b3c2d1e0f","label":` + caseLabel +
	`,"grade":{"reliability":"C","credibility":"3"},"lang":"ckb-Arab-IQ","text":"نانەواخانەکە \"داخراوە\"\n\u0041\ud83c\udf3e","cites":[{"portion":"0123456789abcdef0123456789abcdef","digest":"` +
	`00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff","originator":"IRQ"}]}`

const caseReport = `{"v":1,"type":"report","id":"8d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","report_type":"INTREP","title":"Flour in the northern district",` +
	`"written":"2015-09-30T06:40:00Z","to":["IRN","RUS","SYR"],"label":` + caseLabel + `,"portions":[` + caseFirst + `,` + caseSecond + `]}`

const caseDesignation = `{"authority":"UN","list":"Invented list","reference":"ZZi.001","kind":"person","names":[` +
	`{"name":"Example Invented Person","quality":"primary"},{"name":"شخص مخترع","quality":"original","script":"Arab"}],` +
	`"listed_on":"2015-09-27","updated_on":"2016-01-04","status":"in force","basis":"Listed for an invented act (resolution 2253 (2015)).",` +
	`"nationalities":["Nowhere"],"birth_years":[{"from":1970,"to":1973,"quality":"between"}],` +
	`"birth_places":[{"country":"Nowhere","province":"Northern Province"}],"places":[{"province":"Border region"}],"roles":["Head of an invented office"]}`

const caseListing = `{"v":1,"type":"report","id":"8d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","report_type":"DESIGNATION","title":"ZZi.001",` +
	`"written":"2016-01-05T00:00:00Z","to":["RUS"],"label":` + caseLabel + `,"batch":"` +
	`00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff","portions":[{"id":"00112233445566778899aabbccddeeff",` +
	`"salt":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","label":` + caseLabel + `,"grade":{"reliability":"A","credibility":"2"},"lang":"en",` +
	`"text":"Example Invented Person, listed by the UN.","sources":[{"descriptor":"Published list","kind":"official","originator":"IRQ"}],` +
	`"designation":` + caseDesignation + `}]}`

const caseFiles = `"object":{"media_type":"application/stix+json;version=2.1","bytes":"eyJ0eXBlIjoidG9vbCJ9"},"attachments":[{"name":"Bericht – 1.pdf",` +
	`"media_type":"application/pdf","size":12,"sealed_size":65552,"digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",` +
	`"key":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","plain_digest":"ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"}]`

const caseConsent = `{"v":1,"type":"consent","id":"8d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","written":"2015-10-01T07:00:00Z","to":["IRN","IRQ","RUS"],` +
	`"step":"grant","by":"RUS","portions":[{"portion":"0123456789abcdef0123456789abcdef","digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}],` +
	`"members":["IRN"],"until":"2015-12-31T00:00:00Z","use":"Not in court.","answers":"00000000000000000000000000000001"}`

const caseRecall = `{"v":1,"type":"recall","id":"8d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","written":"2015-10-01T07:00:00Z","to":["IRN","RUS"],` +
	`"kind":"correction","reason":"error","portions":[{"portion":"0123456789abcdef0123456789abcdef","digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}],` +
	`"replacements":[{"portion":"00112233445566778899aabbccddeeff","digest":"ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"}],"text":"The lorries were five."}`

const caseAck = `{"v":1,"type":"acknowledgement","id":"8d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","written":"2015-10-01T07:00:00Z","to":["IRN","RUS"],` +
	`"recall":"00000000000000000000000000000001","state":"retained","complete":true,"basis":"Archive law, article 4."}`

// What an acknowledgement is about.
const (
	caseAckRecall   = `"recall":"00000000000000000000000000000001"`
	caseAckPortions = `"portions":[{"portion":"0123456789abcdef0123456789abcdef","digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}]`
)

const caseRequest = `{"v":1,"type":"request","id":"8d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","written":"2015-10-01T07:00:00Z","to":["IRN","RUS"],` +
	`"title":"Flour on the northern road","purpose":"Planning of relief.","legal_basis":"Agreement of September 2015, article 3.","requirement":"PIR 3",` +
	`"about":"matter","ltiov":"2015-10-04T12:00:00Z","label":{"policy":"CENTRE","class":"RESTRICTED","rel":["IRN","RUS"],"originators":["RUS"]},` +
	`"parts":[{"id":"00000000000000000000000000000001","text":"How many lorries passed?"},{"id":"00000000000000000000000000000002","text":"كم شاحنة عادت؟"}]}`

const caseDecision = `"decision":{"officer":"A. Example","text":"Asking names no place and no source."},`

const caseAnswer = `{"v":1,"type":"answer","id":"9d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","written":"2015-10-02T07:00:00Z","to":["IRN","RUS"],` +
	`"request":"8d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","parts":[{"part":"00000000000000000000000000000001","state":"partial","portions":[` +
	`{"portion":"0123456789abcdef0123456789abcdef","digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}]},` +
	`{"part":"00000000000000000000000000000002","state":"nothing to give"}],"note":"Two days alone.","final":true}`

const caseClosing = `{"v":1,"type":"closing","id":"ad3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","written":"2015-10-03T07:00:00Z","to":["IRN","RUS"],` +
	`"request":"8d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","outcome":"partly met","note":"The second day is missing."}`

const caseRedress = `{"v":1,"type":"redress","id":"7a3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","written":"2015-10-01T07:00:00Z","to":["IRQ","RUS"],"ask":"erase",` +
	`"portions":[{"portion":"0123456789abcdef0123456789abcdef","digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}],` +
	`"reason":"mistaken-identity","text":"The driver is another man of that name.","legal_basis":"Invented law, article 16.","for":"person","identity":"papers","due":"2015-10-31T07:00:00Z","may_pass":true}`

const caseRedressAnswer = `{"v":1,"type":"redress-answer","id":"6b3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","written":"2015-10-09T07:00:00Z","to":["IRQ","RUS"],"redress":"7a3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f",` +
	`"outcome":"partly","ground":"accurate",` +
	`"portions":[{"portion":"0123456789abcdef0123456789abcdef","digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}],` +
	`"replacements":[{"portion":"fedcba9876543210fedcba9876543210","digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}],` +
	`"text":"The second sentence is right as it stands."}`

const caseRequirement = `{"v":1,"type":"requirement","id":"8d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","written":"2015-10-01T07:00:00Z","to":["IRN","RUS"],` +
	`"reference":"EEI 3.1","kind":"EEI","parent":"PIR 3","title":"Flour by road","text":"Lorries, by day.","until":"2015-12-31T00:00:00Z","state":"open"}`

const caseCoverage = `{"v":1,"type":"coverage","id":"8d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","written":"2015-10-01T07:00:00Z","to":["RUS"],` +
	`"subject":"Northern road, by day","requirement":"EEI 3.1","until":"2015-12-31T00:00:00Z","state":"open"}`

type testCase struct {
	name, about  string
	act          string
	expect, rule string
	schema       string
}

// in replaces, in the base act, each first string by the one after it, once.
func in(base string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(base, pairs[i]) {
			panic("the base act does not hold " + pairs[i])
		}
		base = strings.Replace(base, pairs[i], pairs[i+1], 1)
	}
	return base
}

const (
	valid   = "valid"
	invalid = "invalid"
	none    = "none"
)

func testCases() []testCase {
	report := func(pairs ...string) string { return in(caseReport, pairs...) }
	listing := func(pairs ...string) string { return in(caseListing, pairs...) }
	personal := func(categories, more, review string) string {
		if more != "" {
			more = "," + more
		}
		return report(`"to":["IRN","RUS","SYR"],"label":`+caseLabel, `"to":["RUS"],"label":`+strings.Replace(caseLabel, caseRel, `"rel":["IRQ","RUS"]`, 1),
			caseRel+`,"originators":["IRQ"]},"grade"`, `"rel":["IRQ","RUS"],"originators":["IRQ"],"personal":true,"review_by":"`+review+`T00:00:00Z"},"grade"`,
			`"sources":[`+caseSource+`]`, `"sources":[`+caseSource+`],"person_data":{"categories":`+categories+`,"purpose":"An invented case.","legal_basis":"Invented law, article 1."`+more+`}`)
	}
	withFiles := func(pairs ...string) string {
		return in(report(`"sources":[`+caseSource+`]`, `"sources":[`+caseSource+`],`+caseFiles), pairs...)
	}
	long := strings.Repeat
	source := `"sources":[` + caseSource + `]`
	cs := []testCase{
		{"ok-report", "two portions, one with a source, one with a citation, escapes and four scripts", caseReport, "ok", "", valid},
		{"ok-report-blanks", "blanks between tokens and another order of fields carry no meaning", " " + report(`"v":1,"type":"report",`, ``, `,"portions"`, " ,\n\t\"type\" : \"report\", \"v\":1\r, \"portions\" ") + "\n", "ok", "", valid},
		{"ok-report-empty-lists", "an empty optional list is as if absent", report(`"to":["IRN","RUS","SYR"]`, `"to":[]`, `"text":"Two`, `"cites":[],"attachments":[],"text":"Two`), "ok", "", valid},
		{"ok-supersedes", "a view that replaces an earlier one", report(`,"portions"`, `,"supersedes":"00000000000000000000000000000001","portions"`), "ok", "", valid},
		{"ok-dummy", "an act that says nothing", `{"v":1,"type":"dummy"}`, "ok", "", valid},
		{"ok-listing", "a public designation in a batch", caseListing, "ok", "", valid},
		{"ok-listing-entity", "an entity has neither nationality nor birth", listing(`"kind":"person"`, `"kind":"entity"`, `"nationalities":["Nowhere"],"birth_years":[{"from":1970,"to":1973,"quality":"between"}],"birth_places":[{"country":"Nowhere","province":"Northern Province"}],`, ``), "ok", "", valid},
		{"ok-files", "an object byte for byte, and an attachment", withFiles(), "ok", "", valid},
		{"ok-text-longest", "49,152 bytes of text", report("Two lorries with flour were let go.", long("x", MaxText)), "ok", "", valid},
		{"ok-confirmed", "credibility 1 with two parties", report(`"credibility":"2"`, `"credibility":"1"`, source, `"sources":[`+caseSource+`,`+in(caseSource, "Council", "Bakers' guild")+`]`), "ok", "", valid},
		{"ok-override", "credibility 1 with one party and a named officer", report(`"credibility":"2"`, `"credibility":"1","override":{"officer":"irq.fdo","reason":"Seen by an officer in person."}`), "ok", "", valid},
		{"ok-external", "a source of a party outside, named by the label", in(report(caseLabel, in(caseLabel, `["IRQ"]}`, `["IRQ"],"external":[{"id":"X","holder":"IRQ"}]}`), caseLabel, in(caseLabel, `["IRQ"]}`, `["IRQ"],"external":[{"id":"X","holder":"IRQ"}]}`), `"originator":"IRQ","party"`, `"originator":"X VIA IRQ","party"`), `"kind":"human"`, `"kind":"partner"`), "ok", "", valid},
		{"ok-largest", "65,492 bytes", largest(0), "ok", "", valid},

		{"form-too-large", "one byte more than the largest body holds", largest(1), "act_too_large", "", valid},
		{"form-empty", "no bytes", "", "act_json", "", none},
		{"form-array", "an act is an object", `[` + caseReport + `]`, "act_json", "", invalid},
		{"form-string", "an act is an object", `"report"`, "act_json", "", invalid},
		{"form-truncated", "the end is missing", caseReport[:len(caseReport)-1], "act_json", "", none},
		{"form-trailing", "data after the end", caseReport + "{}", "act_json", "", none},
		{"form-trailing-comma", "a comma before the end", `{"v":1,"type":"dummy",}`, "act_json", "", none},
		{"form-single-quotes", "not JSON", `{'v':1,'type':'dummy'}`, "act_json", "", none},
		{"form-bom", "a byte-order mark", "\ufeff" + caseReport, "act_json", "", none},
		{"form-utf8", "a byte that is not UTF-8", report("flour", "fl\xffour"), "act_utf8", "", none},
		{"form-utf8-overlong", "an overlong encoding", report("flour", "fl\xc0\xafour"), "act_utf8", "", none},
		{"form-utf8-surrogate", "a surrogate in UTF-8", report("flour", "fl\xed\xa0\x80our"), "act_utf8", "", none},
		{"form-surrogate-half", "the first half of a surrogate pair, escaped", report("flour", `fl\ud83cour`), "act_utf8", "", none},
		{"form-surrogate-low", "the second half alone", report("flour", `fl\udf3eour`), "act_utf8", "", none},
		{"form-surrogate-twice", "two first halves", report("flour", `fl\ud83c\ud83cour`), "act_utf8", "", none},
		{"form-duplicate", "the label twice: two readers might read two labels", report(`"label":`, `"label":`+caseLabel+`,"label":`), "act_duplicate_field", "", none},
		{"form-duplicate-inside-label", "rel twice inside a label", report(`"rel":["IRN","IRQ","RUS","SYR"]`, `"rel":["IRQ"],"rel":["IRN","IRQ","RUS","SYR"]`), "act_duplicate_field", "", none},
		{"form-name-escaped", "a field name with an escape in it", report(`"title"`, `"t\u0069tle"`), "act_json", "", none},
		{"form-name-upper", "a field name in capitals", report(`"title"`, `"Title"`), "act_json", "", invalid},
		{"form-depth", "33 deep", `{"v":1,"type":"later","x":` + long("[", 32) + long("]", 32) + `}`, "act_depth", "", invalid},
		{"form-depth-deep", "thousands deep", `{"v":1,"type":"later","x":` + long("[", 30000) + long("]", 30000) + `}`, "act_depth", "", none},
		{"form-fields-many", "257 fields in one object", `{"v":1,"type":"later"` + manyFields(255) + `}`, "act_depth", "", invalid},
		{"form-number-fraction", "a number with a fraction", report(`"v":1`, `"v":1.0`), "act_json", "", none},
		{"form-number-exponent", "a number with an exponent", report(`"v":1`, `"v":1e0`), "act_json", "", none},
		{"form-number-negative", "a negative number", report(`"v":1`, `"v":-1`), "act_json", "", invalid},
		{"form-number-zero", "a leading zero", report(`"v":1`, `"v":01`), "act_json", "", none},
		{"form-number-large", "a number over 2^53-1", report(`"v":1`, `"v":9007199254740992`), "act_json", "", invalid},
		{"form-null", "null stands nowhere", report(`"label":`+caseLabel+`,"portions"`, `"label":null,"portions"`), "act_value", "", invalid},
		{"form-control-raw", "a control character written out", report("flour", "fl\u0001our"), "act_json", "", none},
		{"form-control-escaped", "a control character escaped", report("flour", `fl\u0000our`), "act_control_character", "", invalid},
		{"form-control-carriage", "carriage return", report("flour", `fl\rour`), "act_control_character", "", invalid},
		{"form-control-c1", "U+0085", report("flour", "fl\u0085our"), "act_control_character", "", invalid},
		{"form-control-delete", "U+007F", report("flour", "fl\u007four"), "act_control_character", "", invalid},
		{"form-escape-unknown", "an escape that JSON does not have", report("flour", `fl\xour`), "act_json", "", none},

		{"kept-type", "a type of a newer version", `{"v":1,"type":"resolution","id":"00112233445566778899aabbccddeeff"}`, "act_unknown_type", "", invalid},
		{"kept-depth", "32 deep, of a newer version", `{"v":1,"type":"later","x":` + long("[", 31) + long("]", 31) + `}`, "act_unknown_type", "", invalid},
		{"kept-version", "a newer version of the format", report(`"v":1`, `"v":2`), "act_unknown_version", "", invalid},
		{"no-type", "no type", `{"v":1}`, "act_missing_field", "", invalid},
		{"no-version", "no version", `{"type":"dummy"}`, "act_missing_field", "", invalid},
		{"version-string", "v is a number", report(`"v":1`, `"v":"1"`), "act_value", "", invalid},

		{"field-unknown-report", "a field that the closed list does not have", report(`"title"`, `"coordinates":[1],"title"`), "act_unknown_field", "1", invalid},
		{"field-unknown-portion", "the same in a portion", report(`"lang":"en"`, `"lang":"en","latitude":33`), "act_unknown_field", "1", invalid},
		{"field-unknown-source", "the same in a source", report(`"kind":"human"`, `"kind":"human","name":"somebody"`), "act_unknown_field", "1", invalid},
		{"field-unknown-designation", "the number of a passport", listing(`"status"`, `"passport":"AB1","status"`), "act_unknown_field", "1", invalid},
		{"field-unknown-dummy", "a dummy says nothing", `{"v":1,"type":"dummy","x":1}`, "act_unknown_field", "1", invalid},
		{"field-missing-title", "no title", report(`"title":"Flour in the northern district",`, ``), "act_missing_field", "", invalid},
		{"field-missing-salt", "no salt", report(`"salt":"0f1e2d3c4b5a69788796a5b4c3d2e1f0",`, ``), "act_missing_field", "", invalid},
		{"field-missing-digest", "a citation without digest", report(`"digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",`, ``), "act_missing_field", "", invalid},
		{"field-kind", "a list where a string stands", report(`"title":"Flour in the northern district"`, `"title":["Flour"]`), "act_value", "", invalid},
		{"field-source-kind", "a string where an object stands", report(caseSource, `"somebody"`), "act_value", "", invalid},

		{"value-id-short", "an id of 31 digits", report(`"id":"8d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f"`, `"id":"8d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2"`), "act_value", "", invalid},
		{"value-id-upper", "an id in capitals", report(`"id":"8d3c1f0a`, `"id":"8D3C1F0A`), "act_value", "", invalid},
		{"value-report-type", "a type of report that the closed list does not have", report("INTREP", "STRIKEREQ"), "act_value", "", invalid},
		{"value-title-blank", "a title of blanks", report("Flour in the northern district", "   "), "act_value", "", invalid},
		{"value-title-lines", "a title of two lines", report("Flour in", `Flour\nin`), "act_control_character", "", invalid},
		{"value-title-long", "a title of 301 bytes", report("Flour in the northern district", long("x", 301)), "act_field_size", "", invalid},
		{"value-title-long-bytes", "151 letters of two bytes", report("Flour in the northern district", long("й", 151)), "act_field_size", "", valid},
		{"value-written-seconds", "seconds that are not zero", report("06:40:00Z", "06:40:30Z"), "act_value", "", invalid},
		{"value-written-zone", "a time zone", report("06:40:00Z", "06:40:00+03:00"), "act_value", "", invalid},
		{"value-written-day", "31 September", report("2015-09-30", "2015-09-31"), "act_value", "", valid},
		{"value-written-old", "before 1970", report("2015-09-30", "1969-09-30"), "act_value", "", invalid},
		{"value-to-order", "recipients out of order", report(`"to":["IRN","RUS","SYR"]`, `"to":["RUS","IRN"]`), "act_value", "", valid},
		{"value-to-repeated", "a recipient twice", report(`"to":["IRN","RUS","SYR"]`, `"to":["RUS","RUS"]`), "act_repeated", "", invalid},
		{"value-to-all", "ALL names nobody", report(`"to":["IRN","RUS","SYR"]`, `"to":["ALL"]`), "act_value", "", invalid},
		{"value-to-escaped", "a recipient with an escape in it", report(`"to":["IRN"`, `"to":["\u0049RN"`), "act_value", "", valid},
		{"value-batch", "a batch that is no digest", report(`,"portions"`, `,"batch":"00","portions"`), "act_value", "", invalid},
		{"value-supersedes-itself", "a view that replaces itself", report(`,"portions"`, `,"supersedes":"8d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","portions"`), "act_value", "", valid},
		{"value-lang", "a language written out", report(`"lang":"en"`, `"lang":"english"`), "act_value", "", invalid},
		{"value-lang-case", "a language in capitals", report(`"lang":"en"`, `"lang":"EN"`), "act_value", "", invalid},
		{"value-lang-tail", "a language with something after it", report(`"lang":"en"`, `"lang":"en-"`), "act_value", "", invalid},
		{"value-text-blank", "a text of blanks", report("Two lorries with flour were let go.", ` \n\t`), "act_value", "", valid},
		{"value-text-long", "a text of 49,153 bytes", report("Two lorries with flour were let go.", long("x", MaxText+1)), "act_text_size", "", invalid},
		{"value-reliability", "a reliability of G", report(`"reliability":"B"`, `"reliability":"G"`), "act_value", "", invalid},
		{"value-credibility", "a credibility of 7", report(`"credibility":"2"`, `"credibility":"7"`), "act_value", "", invalid},
		{"value-credibility-number", "a credibility that is a number", report(`"credibility":"2"`, `"credibility":2`), "act_value", "", invalid},
		{"value-override", "an override that nothing needs", report(`"credibility":"2"`, `"credibility":"2","override":{"officer":"irq.fdo","reason":"None."}`), "act_value", "", invalid},
		{"value-source-kind", "a kind of source that the closed list does not have", report(`"kind":"human"`, `"kind":"intercept"`), "act_value", "", invalid},
		{"value-source-originator", "an originator without holder", report(`"originator":"IRQ","party"`, `"originator":"SOMEBODY","party"`), "act_value", "", invalid},
		{"value-cite-twice", "a portion cited twice", report(`"cites":[`, `"cites":[{"portion":"0123456789abcdef0123456789abcdef","digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff","originator":"IRQ"},`), "act_repeated", "", valid},
		{"value-cite-itself", "a portion that cites itself", report(`"portion":"0123456789abcdef0123456789abcdef"`, `"portion":"ffeeddccbbaa99887766554433221100"`), "act_repeated", "", valid},
		{"value-object-media-type", "a media type that the closed list does not have", withFiles("application/stix+json;version=2.1", "application/vnd.misp+json"), "act_value", "", invalid},
		{"value-object-base64", "base64 that is not canonical", withFiles("eyJ0eXBlIjoidG9vbCJ9", "eyJ0eXBlIjoidG9vbH1="), "act_value", "", valid},
		{"value-object-base64-break", "base64 with a line feed in it", withFiles("eyJ0eXBlIjoidG9vbCJ9", `eyJ0\neXBlIjoidG9vbCJ9`), "act_value", "", invalid},
		{"value-object-large", "an object of 36,865 bytes", withFiles("eyJ0eXBlIjoidG9vbCJ9", base64.StdEncoding.EncodeToString(make([]byte, MaxObject+1))), "act_field_size", "", invalid},
		{"value-attachment-path", "a file name with a path", withFiles("Bericht – 1.pdf", "../1.pdf"), "act_value", "", invalid},
		{"value-attachment-hidden", "a hidden file", withFiles("Bericht – 1.pdf", ".pdf"), "act_value", "", invalid},
		{"value-attachment-media-type", "a media type with parameters", withFiles("application/pdf", "text/html; charset=utf-8"), "act_value", "", invalid},
		{"value-attachment-size", "sealed_size that padding does not give", withFiles(`"sealed_size":65552`, `"sealed_size":65551`), "act_value", "", valid},
		{"value-attachment-large", "over 100 MiB", withFiles(`"size":12`, `"size":104857601`), "act_value", "", invalid},
		{"value-attachment-key", "a key of 31 bytes", withFiles("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg=="), "act_field_size", "", invalid},

		{"many-recipients", "17 recipients", report(`"to":["IRN","RUS","SYR"]`, `"to":["AAA`+strings.Join(letters(16), `","`)+`"]`), "act_too_many", "", invalid},
		{"many-sources", "33 sources", report(source, `"sources":[`+long(caseSource+",", 32)+caseSource+`]`), "act_too_many", "", invalid},
		{"many-portions", "201 portions", in(caseReport, caseFirst+","+caseSecond, long("{},", 200)+"{}"), "act_too_many", "", invalid},
		{"no-portions", "a view without portions", in(caseReport, caseFirst+","+caseSecond, ""), "act_no_portions", "", invalid},
		{"portion-twice", "one portion id twice", report("ffeeddccbbaa99887766554433221100", "00112233445566778899aabbccddeeff"), "act_portion_repeated", "10", valid},

		{"rule-7-no-label", "a portion without label", report(`"label":`+caseLabel+`,"grade"`, `"grade"`), "act_no_label", "7", invalid},
		{"rule-7-no-banner", "a view without label", report(`"label":`+caseLabel+`,"portions"`, `"portions"`), "act_no_label", "7", invalid},
		{"rule-7-label-malformed", "a label without originators", report(`,"originators":["IRQ"]},"grade"`, `},"grade"`), "act_label", "7", invalid},
		{"rule-7-label-order", "a label with its members out of order", report(`["IRN","IRQ","RUS","SYR"],"originators":["IRQ"]},"grade"`, `["IRQ","IRN"],"originators":["IRQ"]},"grade"`), "act_label", "7", valid},
		{"rule-7-label-personal", "personal data without a review date", report(`"originators":["IRQ"]},"grade"`, `"originators":["IRQ"],"personal":true},"grade"`), "act_label", "7", valid},
		{"ok-person-data", "personal data, with the categories, a purpose, a legal basis, a ground and a consent", personal(`["suspect","minor"]`, `"ground":"An invented act.","consent":"The guardian."`, "2016-09-29"), "ok", "", valid},
		{"ok-person-data-renewed", "reviewed and renewed, for three years at most", personal(`["witness"]`, `"renewed":{"since":"2014-10-01","reason":"The trial is not over."}`, "2018-09-29"), "ok", "", valid},
		{"ok-detained", "a source in detention, lawfully got", report(`"kind":"human"`, `"kind":"detained"`, `"party":"Council"`, `"party":"Council","acquisition":{"statement":"lawful","basis":"Heard in the presence of counsel."}`), "ok", "", valid},
		{"rule-17-none", "personal data, and nothing said of them", report(`"originators":["IRQ"]},"grade"`, `"originators":["IRQ"],"personal":true,"review_by":"2015-12-01T00:00:00Z"},"grade"`), "act_no_person_data", "17 and 21", valid},
		{"rule-17-not-personal", "something is said of personal data, and the label says that there are none", report(source, source+`,"person_data":{"categories":["other"],"purpose":"An invented case.","legal_basis":"Invented law."}`), "act_person_data", "17 and 21", valid},
		{"rule-17-listing", "a category in a public listing", listing(`"originators":["IRQ"]},"grade"`, `"originators":["IRQ"],"personal":true,"review_by":"2016-03-01T00:00:00Z"},"grade"`, `"designation":{`, `"person_data":{"categories":["other"],"purpose":"An invented case.","legal_basis":"Invented law."},"designation":{`), "act_person_data", "17 and 21", valid},
		{"rule-17-minor", "a minor without consent", personal(`["minor"]`, ``, "2015-12-01"), "act_person_consent", "17", valid},
		{"rule-17-victim", "a victim without consent", personal(`["witness","victim"]`, ``, "2015-12-01"), "act_person_consent", "17", valid},
		{"rule-17-category", "a category that the closed list does not have", personal(`["relative"]`, ``, "2015-12-01"), "act_value", "", invalid},
		{"rule-17-category-none", "no category", personal(`[]`, ``, "2015-12-01"), "act_value", "", invalid},
		{"rule-17-category-order", "categories out of order", personal(`["other","witness"]`, ``, "2015-12-01"), "act_value", "", valid},
		{"rule-17-category-twice", "a category twice", personal(`["other","other"]`, ``, "2015-12-01"), "act_repeated", "", invalid},
		{"rule-19-suspect", "a suspect without a ground", personal(`["suspect"]`, ``, "2015-12-01"), "act_no_ground", "19 and 20", valid},
		{"rule-19-two", "a record of a person for two other members at once", in(personal(`["witness"]`, ``, "2015-12-01"), `"rel":["IRQ","RUS"],"originators":["IRQ"],"personal"`, `"rel":["IRN","IRQ","RUS"],"originators":["IRQ"],"personal"`), "act_second_member", "19", valid},
		{"rule-19-agreed", "a record of a person that goes further by grants alone, of the member that reads it among them", in(personal(`["witness"]`, ``, "2015-12-01"), `"originators":["IRQ"],"personal"`, `"originators":["IRQ"],"consent_needed":["RUS"],"personal"`), "ok", "", valid},
		{"rule-20-associate", "an associate without a ground", personal(`["associate"]`, ``, "2015-12-01"), "act_no_ground", "19 and 20", valid},
		{"rule-21-year", "a first review after more than a year", personal(`["witness"]`, ``, "2016-09-30"), "act_review_date", "21", valid},
		{"rule-21-other", "somebody who is none of the others, after more than 183 days", personal(`["other"]`, ``, "2016-04-01"), "act_review_date", "21", valid},
		{"rule-21-renewed", "renewed for more than three years", personal(`["witness"]`, `"renewed":{"since":"2014-10-01","reason":"The trial is not over."}`, "2018-09-30"), "act_review_date", "21", valid},
		{"rule-21-since", "kept since a day that has still to come", personal(`["witness"]`, `"renewed":{"since":"2015-10-01","reason":"The trial is not over."}`, "2016-09-30"), "act_review_date", "21", valid},
		{"rule-21-since-day", "kept since what is no day", personal(`["witness"]`, `"renewed":{"since":"2015-02-30","reason":"The trial is not over."}`, "2016-09-30"), "act_value", "", valid},
		{"rule-23-none", "a source in detention without a statement", report(`"kind":"human"`, `"kind":"detained"`), "act_no_acquisition", "23", valid},
		{"rule-23-unknown", "nobody can say how it was got", report(`"kind":"human"`, `"kind":"detained"`, `"party":"Council"`, `"party":"Council","acquisition":{"statement":"unknown","basis":"Handed over without papers."}`), "act_ill_treatment", "23", valid},
		{"rule-23-doubt", "ill-treatment is alleged", report(`"kind":"human"`, `"kind":"detained"`, `"party":"Council"`, `"party":"Council","acquisition":{"statement":"doubt","basis":"A visitor saw bruises."}`), "act_ill_treatment", "23", valid},
		{"rule-23-free", "a statement about a source that is free", report(`"party":"Council"`, `"party":"Council","acquisition":{"statement":"lawful","basis":"It is free."}`), "act_value", "", valid},
		{"rule-23-statement", "a statement that the closed list does not have", report(`"kind":"human"`, `"kind":"detained"`, `"party":"Council"`, `"party":"Council","acquisition":{"statement":"fine","basis":"It is fine."}`), "act_value", "", invalid},
		{"rule-7-no-source", "a portion with neither source nor citation", report(`,`+source, ``), "act_no_source", "7", invalid},
		{"rule-7-empty-sources", "an empty list of sources", report(source, `"sources":[]`), "act_no_source", "7", invalid},
		{"rule-7-originator", "a source of a member that the label does not name", report(`"originator":"IRQ","party"`, `"originator":"RUS","party"`), "act_originator", "7", valid},
		{"rule-7-cited-originator", "a portion of a member that the label does not name", report(`"originator":"IRQ"}]}]}`, `"originator":"IRN"}]}]}`), "act_originator", "7", valid},
		{"rule-7-recipient", "a recipient outside the release", report(`"to":["IRN","RUS","SYR"]`, `"to":["KRG"]`), "act_recipients", "7", valid},
		{"rule-8-external", "a source of a party outside that the label does not name", report(`"originator":"IRQ","party"`, `"originator":"X VIA IRQ","party"`), "act_external", "8", valid},
		{"no-grade", "a portion without grade", report(`"grade":{"reliability":"B","credibility":"2"},`, ``), "act_no_grade", "", invalid},
		{"rule-12-one-party", "credibility 1 with one party", report(`"credibility":"2"`, `"credibility":"1"`), "act_unconfirmed", "12", valid},
		{"rule-12-same-party", "two sources of one party, spelled in two ways", report(`"credibility":"2"`, `"credibility":"1"`, source, `"sources":[`+caseSource+`,`+in(caseSource, `"Council"`, `" COUNCIL "`)+`]`), "act_unconfirmed", "12", valid},
		{"rule-12-no-party", "two sources of no named party", report(`"credibility":"2"`, `"credibility":"1"`, source, `"sources":[`+in(caseSource, `,"party":"Council"`, ``)+`,`+in(caseSource, `,"party":"Council"`, ``)+`]`), "act_unconfirmed", "12", valid},

		{"rule-19-elsewhere", "a designation in another report", listing(`"report_type":"DESIGNATION"`, `"report_type":"INTREP"`), "act_designation", "19", invalid},
		{"rule-19-none", "a report of designations without one", report(`"report_type":"INTREP"`, `"report_type":"DESIGNATION"`), "act_designation", "19", invalid},
		{"rule-19-no-basis", "no ground", listing(`"basis":"Listed for an invented act (resolution 2253 (2015)).",`, ``), "act_missing_field", "", invalid},
		{"rule-19-no-authority", "no authority", listing(`"authority":"UN",`, ``), "act_missing_field", "", invalid},
		{"rule-3-street", "an address", listing(`{"province":"Border region"}`, `{"country":"Nowhere","province":"12 Long Road"}`), "act_fine_place", "3", invalid},
		{"rule-3-street-arabic", "an address in Arabic digits", listing(`{"province":"Border region"}`, `{"country":"Nowhere","province":"شارع ١٢"}`), "act_fine_place", "3", valid},
		{"rule-3-coordinates", "coordinates as a place of birth", listing(`"Northern Province"`, `"33.3N 44.4E"`), "act_fine_place", "3", invalid},
		{"rule-3-town", "a field for the town", listing(`{"province":"Border region"}`, `{"country":"Nowhere","city":"Town"}`), "act_unknown_field", "1", invalid},
		{"rule-2-number-name", "the number of a document in a name", listing(`"name":"Example Invented Person`, `"name":"Example Invented Person (no. 12345)`), "act_number", "2", invalid},
		{"rule-2-number-basis", "a telephone number in the ground", listing("invented act", "invented act, telephone 00964123456"), "act_number", "2", invalid},
		{"rule-2-number-role", "a number in a role", listing("Head of an invented office", "Head of 123456"), "act_number", "2", invalid},
		{"rule-2-number-digits", "the number in Persian digits", listing("invented act", "invented act ۱۲۳۴۵۶"), "act_number", "2", valid},
		{"listing-no-names", "no name", listing(`"names":[{"name":"Example Invented Person","quality":"primary"},{"name":"شخص مخترع","quality":"original","script":"Arab"}]`, `"names":[]`), "act_value", "", invalid},
		{"listing-first-name", "the first name is not the primary one", listing(`"quality":"primary"`, `"quality":"good"`), "act_value", "", invalid},
		{"listing-script", "a script that is no code", listing(`"script":"Arab"`, `"script":"arabic"`), "act_value", "", invalid},
		{"listing-day", "a day with a time", listing(`"listed_on":"2015-09-27"`, `"listed_on":"2015-09-27T00:00:00Z"`), "act_value", "", invalid},
		{"listing-day-none", "a day that the calendar does not have", listing(`"listed_on":"2015-09-27"`, `"listed_on":"2015-02-29"`), "act_value", "", valid},
		{"listing-status", "a state that the closed list does not have", listing(`"in force"`, `"suspended"`), "act_value", "", invalid},
		{"listing-year", "a range of years that runs backwards", listing(`"from":1970`, `"from":1974`), "act_value", "", valid},
		{"listing-year-exact", "an exact year that is two", listing(`"quality":"between"`, `"quality":"exact"`), "act_value", "", valid},
		{"listing-place-empty", "a place without country and province", listing(`{"province":"Border region"}`, `{}`), "act_missing_field", "", invalid},
		{"ok-consent", "a grant that answers an ask, for a use and with an end", caseConsent, "ok", "", valid},
		{"ok-consent-ask", "an ask", in(caseConsent, `"grant"`, `"ask"`, `,"answers":"00000000000000000000000000000001"`, ``), "ok", "", valid},
		{"ok-consent-external", "what a party outside consented to, as its holder records it", in(caseConsent, `"by":"RUS"`, `"by":"X VIA IRQ"`, `"use"`, `"basis":"Letter of 28 September.","use"`), "ok", "", valid},
		{"consent-external-basis", "a recorded consent that does not say how it was given", in(caseConsent, `"by":"RUS"`, `"by":"X VIA IRQ"`), "act_external", "8", valid},
		{"consent-nobody", "a consent for nobody", in(caseConsent, `"members":["IRN"]`, `"members":[]`), "act_value", "", invalid},
		{"consent-nothing", "a consent about nothing", in(caseConsent, `{"portion":"0123456789abcdef0123456789abcdef","digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}`, ``), "act_value", "", invalid},
		{"consent-ended", "a grant that lapses before it is written", in(caseConsent, `"until":"2015-12-31`, `"until":"2015-09-30`), "act_value", "", valid},
		{"consent-ask-answers", "an ask that answers something", in(caseConsent, `"grant"`, `"ask"`), "act_value", "", valid},
		{"consent-refuse-until", "a refusal with an end", in(caseConsent, `"grant"`, `"refuse"`), "act_value", "", valid},
		{"consent-step", "a step that the closed list does not have", in(caseConsent, `"grant"`, `"assume"`), "act_value", "", invalid},
		{"consent-portion-twice", "one portion named twice", in(caseConsent, `"portions":[`, `"portions":[{"portion":"0123456789abcdef0123456789abcdef","digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"},`), "act_repeated", "", valid},
		{"consent-unknown-field", "a field that the closed list does not have", in(caseConsent, `"step"`, `"fee":1,"step"`), "act_unknown_field", "1", invalid},
		{"statement-to-nobody", "a statement to nobody", in(caseConsent, `"to":["IRN","IRQ","RUS"]`, `"to":[]`), "act_value", "", invalid},
		{"ok-recall-correction", "a correction with what is right", caseRecall, "ok", "", valid},
		{"ok-recall", "a recall", recall(`"correction"`, `"recall"`, caseReplacements, ``), "ok", "", valid},
		{"ok-recall-narrowing", "a narrower release", recall(`"correction"`, `"narrowing"`, `"error"`, `"release-mistake"`, caseReplacements, ``), "ok", "", valid},
		{"ok-recall-doubt", "a doubt", recall(`"correction"`, `"doubt"`, `"error"`, `"doubt"`, caseReplacements, ``), "ok", "", valid},
		{"ok-recall-review", "a review", recall(`"correction","reason":"error"`, `"review"`, caseReplacements, ``, `,"text":"The lorries were five."`, ``), "ok", "", valid},
		{"ok-recall-cleared", "a review that has ended", recall(`"correction","reason":"error"`, `"cleared"`, caseReplacements, ``), "ok", "", valid},
		{"recall-no-reason", "a recall without a reason", recall(`"reason":"error",`, ``), "act_missing_field", "", invalid},
		{"recall-reason", "a reason that the closed list does not have", recall(`"error"`, `"embarrassing"`), "act_value", "", invalid},
		{"recall-kind", "a kind that the closed list does not have", recall(`"correction"`, `"deletion"`), "act_value", "", invalid},
		{"recall-nothing", "a recall of nothing", recall(`"portions":[{"portion":"0123456789abcdef0123456789abcdef","digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}]`, `"portions":[]`), "act_value", "", invalid},
		{"recall-many", "a recall of 129 portions", recall(`"portions":[`, `"portions":[`+references(128)), "act_too_many", "", invalid},
		{"recall-portion-twice", "one portion named twice", recall(`"portions":[`, `"portions":[{"portion":"0123456789abcdef0123456789abcdef","digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"},`), "act_repeated", "", valid},
		{"recall-replaced-by-itself", "a portion that replaces itself", recall(`"replacements":[{"portion":"00112233445566778899aabbccddeeff"`, `"replacements":[{"portion":"0123456789abcdef0123456789abcdef"`), "act_repeated", "", valid},
		{"recall-replaced-by-nothing", "an empty list of replacements", recall(caseReplacements, `"replacements":[],`), "act_value", "", invalid},
		{"recall-not-corrected", "a recall that is no correction and has replacements", recall(`"correction"`, `"recall"`), "act_value", "", invalid},
		{"recall-review-reason", "a review that tells a reason", recall(`"correction"`, `"review"`, caseReplacements, ``, `,"text":"The lorries were five."`, ``), "act_value", "", invalid},
		{"recall-review-text", "a review that tells more", recall(`"correction","reason":"error"`, `"review"`, caseReplacements, ``), "act_value", "", invalid},
		{"recall-cleared-reason", "what is cleared, with a reason", recall(`"correction"`, `"cleared"`, caseReplacements, ``), "act_value", "", invalid},
		{"recall-text-long", "a text of 1,001 bytes", recall("The lorries were five.", long("x", 1001)), "act_field_size", "", invalid},
		{"recall-view", "a field that names a view", recall(`"kind"`, `"view":"00000000000000000000000000000001","kind"`), "act_unknown_field", "1", invalid},
		{"ok-acknowledgement", "what the law of the holder keeps, and all else done", caseAck, "ok", "", valid},
		{"ok-acknowledgement-destroyed", "a copy that is gone", in(caseAck, `"retained"`, `"destroyed"`, `"complete":true,"basis":"Archive law, article 4."`, `"complete":true`), "ok", "", valid},
		{"ok-acknowledgement-portions", "copies that officers destroyed before their term", strings.Replace(in(caseAck, `"retained"`, `"destroyed"`, `,"complete":true,"basis":"Archive law, article 4."`, ``), caseAckRecall, caseAckPortions, 1), "ok", "", valid},
		{"acknowledgement-portions-retained", "portions without a recall, of which something else is said", strings.Replace(caseAck, caseAckRecall, caseAckPortions, 1), "act_value", "", invalid},
		{"acknowledgement-both", "portions beside the recall that names them", strings.Replace(in(caseAck, `"retained"`, `"destroyed"`, `,"complete":true,"basis":"Archive law, article 4."`, ``), caseAckRecall, caseAckRecall+","+caseAckPortions, 1), "act_value", "", invalid},
		{"acknowledgement-of-nothing", "neither a recall nor portions", strings.Replace(caseAck, caseAckRecall+",", "", 1), "act_missing_field", "", invalid},
		{"acknowledgement-law", "what is retained by no law", in(caseAck, `,"basis":"Archive law, article 4."`, ``), "act_missing_field", "", invalid},
		{"acknowledgement-state", "a state that the closed list does not have", in(caseAck, `"retained"`, `"ignored"`), "act_value", "", invalid},
		{"acknowledgement-incomplete", "complete that is false", in(caseAck, `"complete":true`, `"complete":false`), "act_value", "", invalid},
		{"acknowledgement-products", "a count of products", in(caseAck, `"complete":true`, `"products":3`), "act_unknown_field", "1", invalid},
		{"ok-request", "a request in two parts", caseRequest, "ok", "", valid},
		{"ok-request-detained", "a request about a detained person, with the decision", in(caseRequest, `"about":"matter",`, `"about":"detained",`+caseDecision), "ok", "", valid},
		{"ok-request-person", "a request about a person that joins another", in(caseRequest, `"about":"matter"`, `"about":"person"`, `"text":"كم شاحنة عادت؟"}]`, `"text":"كم شاحنة عادت؟"}],"joins":"00000000000000000000000000000009"`), "ok", "", valid},
		{"request-detained", "a request about a detained person without a decision", in(caseRequest, `"matter"`, `"detained"`), "act_decision", "23", invalid},
		{"request-decision", "a decision in a request about a matter", in(caseRequest, `"about":"matter",`, `"about":"matter",`+caseDecision), "act_value", "", invalid},
		{"request-decision-blank", "a decision that says nothing", in(caseRequest, `"about":"matter",`, `"about":"detained",`+in(caseDecision, "Asking names no place and no source.", " ")), "act_value", "", valid},
		{"request-about", "about what the closed list does not have", in(caseRequest, `"matter"`, `"community"`), "act_value", "", invalid},
		{"request-three", "a request that tells who else was asked", in(caseRequest, `"to":["IRN","RUS"]`, `"to":["IRN","IRQ","RUS"]`), "act_value", "", invalid},
		{"request-alone", "a request to nobody but its asker", in(caseRequest, `"to":["IRN","RUS"]`, `"to":["RUS"]`), "act_value", "", invalid},
		{"request-marked-for-more", "a marking that tells who else was asked", in(caseRequest, `"rel":["IRN","RUS"]`, `"rel":["IRN","IRQ","RUS"]`), "act_recipients", "7", valid},
		{"request-unmarked", "a request without a label", in(caseRequest, `"label":{"policy":"CENTRE","class":"RESTRICTED","rel":["IRN","RUS"],"originators":["RUS"]},`, ``), "act_no_label", "7", invalid},
		{"request-late", "a latest time of value before it was written", in(caseRequest, `2015-10-04`, `2015-09-04`), "act_value", "", valid},
		{"request-purpose", "a request without a purpose", in(caseRequest, `"purpose":"Planning of relief.",`, ``), "act_missing_field", "", invalid},
		{"request-basis", "a request without a legal basis", in(caseRequest, `"legal_basis":"Agreement of September 2015, article 3.",`, ``), "act_missing_field", "", invalid},
		{"request-no-parts", "a request that asks nothing", in(caseRequest, `{"id":"00000000000000000000000000000001","text":"How many lorries passed?"},{"id":"00000000000000000000000000000002","text":"كم شاحنة عادت؟"}`, ``), "act_value", "", invalid},
		{"request-part-twice", "two parts of one id", in(caseRequest, `"id":"00000000000000000000000000000002"`, `"id":"00000000000000000000000000000001"`), "act_repeated", "", valid},
		{"request-part-long", "a part of 2,001 bytes", in(caseRequest, "How many lorries passed?", long("x", 2001)), "act_field_size", "", invalid},
		{"request-joins-itself", "a request that joins itself", in(caseRequest, `"about"`, `"joins":"8d3c1f0a5b6e4d7c9f8e7a6b5c4d3e2f","about"`), "act_value", "", valid},
		{"request-wanted", "when the asker wants it, which is not told", in(caseRequest, `"ltiov"`, `"wanted":"2015-10-02T12:00:00Z","ltiov"`), "act_unknown_field", "1", invalid},
		{"ok-answer", "an answer in part, and nothing to the rest", caseAnswer, "ok", "", valid},
		{"ok-answer-declined", "an answer that declines openly", in(caseAnswer, `"nothing to give"`, `"declined"`), "ok", "", valid},
		{"answer-empty", "something is given and no portion named", in(caseAnswer, `,"portions":[{"portion":"0123456789abcdef0123456789abcdef","digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}]`, ``), "act_missing_field", "", invalid},
		{"answer-nothing-and-portions", "nothing is given, and portions named", in(caseAnswer, `"partial"`, `"no holding"`), "act_value", "", invalid},
		{"answer-state", "a state that the closed list does not have", in(caseAnswer, `"nothing to give"`, `"maybe"`), "act_value", "", invalid},
		{"answer-part-twice", "two states of one part", in(caseAnswer, `"part":"00000000000000000000000000000002"`, `"part":"00000000000000000000000000000001"`), "act_repeated", "", valid},
		{"answer-final", "final that is false", in(caseAnswer, `"final":true`, `"final":false`), "act_value", "", invalid},
		{"answer-three", "an answer to two askers", in(caseAnswer, `"to":["IRN","RUS"]`, `"to":["IRN","RUS","SYR"]`), "act_value", "", invalid},
		{"answer-truth", "a field that would tell what nothing to give was", in(caseAnswer, `"state":"nothing to give"`, `"state":"nothing to give","truth":"declined"`), "act_unknown_field", "1", invalid},
		{"ok-closing", "a request closed with what it got", caseClosing, "ok", "", valid},
		{"closing-outcome", "an outcome that the closed list does not have", in(caseClosing, `"partly met"`, `"excellent"`), "act_value", "", invalid},
		{"closing-alone", "a closing that nobody is told", in(caseClosing, `"to":["IRN","RUS"]`, `"to":["RUS"]`), "act_value", "", invalid},
		{"ok-redress", "erasure on behalf of a person", caseRedress, "ok", "", valid},
		{"ok-redress-own", "a member asks itself", in(caseRedress, `"to":["IRQ","RUS"]`, `"to":["RUS"]`, `"for":"person","identity":"papers"`, `"for":"member"`, `,"may_pass":true`, ``), "ok", "", valid},
		{"redress-three", "redress that a third member learns of", in(caseRedress, `"to":["IRQ","RUS"]`, `"to":["IRN","IRQ","RUS"]`), "act_value", "", invalid},
		{"redress-ask", "something asked that the closed list does not have", in(caseRedress, `"ask":"erase"`, `"ask":"publish"`), "act_value", "", invalid},
		{"redress-reason", "a reason that the closed list does not have", in(caseRedress, `mistaken-identity`, `fame`), "act_value", "", invalid},
		{"redress-portions", "redress of nothing", in(caseRedress, `[{"portion":"0123456789abcdef0123456789abcdef","digest":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}]`, `[]`), "act_value", "", invalid},
		{"redress-identity", "for a person, and nobody checked who it is", in(caseRedress, `"identity":"papers",`, ``), "act_identity", "22", invalid},
		{"redress-identity-member", "for nobody, and somebody's identity checked", in(caseRedress, `"for":"person"`, `"for":"member"`), "act_value", "", invalid},
		{"redress-passport", "the number of a person's papers", in(caseRedress, `another man of that name`, `the holder of A1234567`), "act_number", "2", valid},
		{"redress-name", "a field for who the person is", in(caseRedress, `"identity":"papers"`, `"identity":"papers","name":"Somebody Invented"`), "act_unknown_field", "1", invalid},
		{"redress-basis", "no legal basis", in(caseRedress, `"legal_basis":"Invented law, article 16.",`, ``), "act_missing_field", "", invalid},
		{"redress-due-before", "an answer wanted before it is asked", in(caseRedress, `"due":"2015-10-31T07:00:00Z"`, `"due":"2015-10-01T07:00:00Z"`), "act_value", "", valid},
		{"redress-due-last", "an answer wanted after ninety days", in(caseRedress, `"due":"2015-10-31T07:00:00Z"`, `"due":"2015-12-30T07:00:00Z"`), "ok", "", valid},
		{"redress-due-late", "an answer wanted after more than ninety days", in(caseRedress, `"due":"2015-10-31T07:00:00Z"`, `"due":"2015-12-30T07:01:00Z"`), "act_value", "", valid},
		{"redress-may-pass", "may_pass that is false", in(caseRedress, `"may_pass":true`, `"may_pass":false`), "act_value", "", invalid},
		{"ok-redress-answer", "redress granted in part", caseRedressAnswer, "ok", "", valid},
		{"ok-redress-granted", "redress granted", in(caseRedressAnswer, `"outcome":"partly","ground":"accurate"`, `"outcome":"granted"`, `,"text":"The second sentence is right as it stands."`, ``), "ok", "", valid},
		{"ok-redress-refused", "redress refused, on a ground and in words", redressWithout(`"outcome":"partly"`, `"outcome":"refused"`), "ok", "", valid},
		{"ok-redress-passed", "redress passed on", redressWithout(`"outcome":"partly","ground":"accurate"`, `"outcome":"passed-on"`), "ok", "", valid},
		{"redress-no-ground", "redress refused without a ground", redressWithout(`"outcome":"partly","ground":"accurate"`, `"outcome":"refused"`), "act_ground", "22", invalid},
		{"redress-no-words", "redress refused without a word", redressWithout(`"outcome":"partly"`, `"outcome":"refused"`, `,"text":"The second sentence is right as it stands."`, ``), "act_ground", "22", invalid},
		{"redress-granted-ground", "redress granted on a ground to refuse it", in(caseRedressAnswer, `"outcome":"partly"`, `"outcome":"granted"`), "act_value", "", invalid},
		{"redress-granted-nothing", "redress granted, and nothing done", redressWithout(`"outcome":"partly","ground":"accurate"`, `"outcome":"granted"`), "act_missing_field", "", invalid},
		{"redress-refused-done", "redress refused, and something done", in(caseRedressAnswer, `"outcome":"partly"`, `"outcome":"refused"`), "act_value", "", invalid},
		{"redress-replacement", "a portion that replaces itself", in(caseRedressAnswer, `fedcba9876543210fedcba9876543210`, `0123456789abcdef0123456789abcdef`), "act_repeated", "", valid},
		{"redress-outcome", "an outcome that the closed list does not have", in(caseRedressAnswer, `"outcome":"partly"`, `"outcome":"closed"`), "act_value", "", invalid},
		{"ok-requirement", "an essential element of information", caseRequirement, "ok", "", valid},
		{"ok-requirement-pir", "a priority requirement that its originator keeps to itself", in(caseRequirement, `"kind":"EEI","parent":"PIR 3"`, `"kind":"PIR"`, `"to":["IRN","RUS"]`, `"to":["RUS"]`), "ok", "", valid},
		{"requirement-orphan", "an EEI of no PIR", in(caseRequirement, `"parent":"PIR 3",`, ``), "act_missing_field", "", invalid},
		{"requirement-parent", "a PIR with a parent", in(caseRequirement, `"kind":"EEI"`, `"kind":"PIR"`), "act_value", "", invalid},
		{"requirement-itself", "an EEI that is its own parent", in(caseRequirement, `"parent":"PIR 3"`, `"parent":"EEI 3.1"`), "act_value", "", valid},
		{"requirement-ended", "a requirement that ends before it is written", in(caseRequirement, `2015-12-31`, `2015-09-30`), "act_value", "", valid},
		{"requirement-three", "a requirement that tells who else knows it", in(caseRequirement, `"to":["IRN","RUS"]`, `"to":["IRN","IRQ","RUS"]`), "act_value", "", invalid},
		{"ok-coverage", "who covers what", caseCoverage, "ok", "", valid},
		{"coverage-state", "a state that the closed list does not have", in(caseCoverage, `"state":"open"`, `"state":"met"`), "act_value", "", invalid},
		{"coverage-lines", "a subject of two lines", in(caseCoverage, `Northern road, by day`, `Northern road\nby day`), "act_control_character", "", invalid},
		{"listing-entity-born", "an entity with a year of birth", listing(`"kind":"person"`, `"kind":"entity"`), "act_value", "", invalid},
	}
	return cs
}

// redressWithout returns the answer on redress of the cases without what was done,
// and with something else in it.
func redressWithout(replace ...string) string {
	before, rest, _ := strings.Cut(caseRedressAnswer, `"portions":`)
	_, after, _ := strings.Cut(rest, `"}],"text"`)
	return in(before+`"text"`+after, replace...)
}

const caseReplacements = `"replacements":[{"portion":"00112233445566778899aabbccddeeff","digest":"ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"}],`

// recall returns the correction of the cases with something else in it.
func recall(replace ...string) string { return in(caseRecall, replace...) }

// references returns n references to portions, each with a comma behind it.
func references(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"portion":"%032x","digest":"%064x"},`, i, i)
	}
	return b.String()
}

// largest returns a report of exactly the largest size and over bytes more.
func largest(over int) string {
	free := MaxAct - len(caseReport) + over
	first := min(free, 40000)
	return in(caseReport, "Two lorries with flour were let go.", "Two lorries with flour were let go."+strings.Repeat("x", first),
		`نانەواخانەکە`, `نانەواخانەکە`+strings.Repeat("x", free-first))
}

func manyFields(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"f%d":1`, i)
	}
	return b.String()
}

// letters returns n distinct member ids after a first one, in rising order.
func letters(n int) []string {
	out := []string{""}
	for i := range n {
		out = append(out, "BA"+string(rune('A'+i)))
	}
	return out
}

// writeCases writes one file a case and removes those that no case writes.
func writeCases(t *testing.T) {
	t.Helper()
	old, err := filepath.Glob(filepath.Join(vectorDir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range old {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range testCases() {
		v := vector{About: c.about, Expect: c.expect, Rule: c.rule, Schema: c.schema}
		if s := c.act; utf8.ValidString(s) {
			v.Act = &s
		} else {
			v.ActBase64 = base64.StdEncoding.EncodeToString([]byte(s))
		}
		if a, err := Parse([]byte(c.act)); err == nil && a.Report != nil {
			var all []Digest
			for _, p := range a.Report.Portions {
				v.Portions = append(v.Portions, vectorPortion{p.ID, p.Digest})
				if p.Designation != nil {
					all = append(all, DesignationDigest(p.Designation))
				}
			}
			if v.Designations = all; len(all) > 0 {
				b := BatchDigest(all)
				v.Batch = &b
			}
		}
		var b strings.Builder
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", " ")
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(vectorDir, c.name+".json"), []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCasesAreWritten holds the files to the cases: none missing, none more.
func TestCasesAreWritten(t *testing.T) {
	if *writeVectors {
		writeCases(t)
	}
	files, err := filepath.Glob(filepath.Join(vectorDir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(testCases()) {
		t.Errorf("%d files for %d cases: run the test with -write-vectors", len(files), len(testCases()))
	}
	for _, c := range testCases() {
		b, err := os.ReadFile(filepath.Join(vectorDir, c.name+".json"))
		if err != nil {
			t.Error(err)
			continue
		}
		var v vector
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		if string(v.bytes(t)) != c.act || v.Expect != c.expect || v.Schema != c.schema {
			t.Errorf("%s.json is not the case: run the test with -write-vectors", c.name)
		}
	}
}
