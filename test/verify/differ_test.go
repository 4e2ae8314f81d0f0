package verify_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"entente/charter"
	"entente/label"
	"entente/tlog"
)

// The second verifier was written from spec/ alone. Where the two accept
// different bytes the specification is not precise enough, or one is wrong. So
// documents are altered in every way that could lie between two readings of a
// sentence, signed anew by their owners, and shown to both.

// sample is a vector's case, as far as it is altered here.
type sample struct {
	What    string `json:"what"`
	Type    string `json:"type,omitempty"`
	Op      string `json:"op,omitempty"`
	Expect  string `json:"expect,omitempty"`
	Want    string `json:"want,omitempty"`
	Text    string `json:"text,omitempty"`
	Base64  []byte `json:"base64,omitempty"`
	Note    string `json:"note,omitempty"`
	Charter string `json:"charter,omitempty"`
	Member  string `json:"member,omitempty"`
	Key     string `json:"key,omitempty"`
	Log     any    `json:"log,omitempty"`
}

func load(t *testing.T, name string) sample {
	b, err := os.ReadFile("../../testdata/vectors/" + name)
	check(t, err)
	var s sample
	check(t, json.Unmarshal(b, &s))
	return s
}

// vectorKey is a private key of the vectors (testdata/vectors/keys/README.md).
func vectorKey(member, purpose string) ed25519.PrivateKey {
	return keyOf("entente test key " + member + " " + purpose)
}

func signatureLine(name string, key ed25519.PrivateKey, text string) string {
	public := key.Public().(ed25519.PublicKey)
	id := sha256.Sum256(slices.Concat([]byte(name), []byte{'\n', 1}, public))
	return "— " + name + " " + base64.StdEncoding.EncodeToString(append(id[:4:4], ed25519.Sign(key, []byte(text))...)) + "\n"
}

// signed is a founding file of a text, signed by the members of the vectors.
func signed(text string) string {
	out := text + "\n"
	for _, m := range []string{"IRN", "IRQ", "RUS", "SYR"} {
		out += signatureLine(m+"/root", vectorKey(m, "root"), text)
	}
	return out
}

var numbers = regexp.MustCompile(`(": )(\d+)`)

// odd are texts at the edges of what a name, a time or a marking may be.
var odd = []string{"", " ", "a", " a", "a ", "a  b", "a\u00a0", "\u3000a", "a\u200bb", "a\u202eb", "a\u200fb", "a\u061cb", "a\u2067b", "a\u0085b", "a\u007fb", "a\tb",
	"a\nb", "a\u2028b", "\ufeffa", "a\ufffdb", "e\u0301", "é", "a//b", "/a", "a/", "a:b", "\u200ca", "a\u200cb", "😀", "a\u0000b", "\ue000", "\U000e0001",
	strings.Repeat("é", 100), strings.Repeat("é", 100) + "x", strings.Repeat("a", 64), strings.Repeat("a", 65), strings.Repeat("a", 16), strings.Repeat("a", 17), "ALL", "FRA", "irq"}

var times = []string{"2026-01-01T00:00:00Z", "2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2026-12-31T23:59:60Z", "2026-01-01T24:00:00Z", "2026-1-01T00:00:00Z", "0000-01-01T00:00:00Z",
	"1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z", "9999-12-31T23:59:59Z", "10000-01-01T00:00:00Z", "2026-01-01t00:00:00z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00,5Z", " 2026-01-01T00:00:00Z"}

// alterations of a JSON text: every number at and beyond its bounds, every
// string odd, every line left out, doubled or moved, spacing of every kind.
func alterations(text string) map[string]string {
	out := map[string]string{}
	for i, at := range numbers.FindAllStringSubmatchIndex(text, -1) {
		put := func(x string) { out[fmt.Sprintf("number %d is %s", i, x)] = text[:at[4]] + x + text[at[5]:] }
		for _, n := range []int64{0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 16, 17, 23, 24, 59, 60, 63, 64, 92, 93, 366, 367, 1000, 1001, 3600, 3601, 8760, 8761, 65536, 65537, 86400, 86401,
			1<<20 - 1, 1 << 20, 10_000_000, 10_000_001, 100 << 20, 100<<20 + 1, 1 << 40, 1<<40 + 1, 16 << 40, 16<<40 + 1, 1<<62 + 1} {
			put(strconv.FormatInt(n, 10))
		}
		for _, x := range []string{"-1", "-0", "1.0", "1e1", "01", "9223372036854775807", "9223372036854775808", "18446744073709551616", "null", "true", "\"8\"", "[]", "{}"} {
			put(x)
		}
	}
	strs := regexp.MustCompile(`(": |      )"((?:[^"\\]|\\.)*)"(,?\n)`)
	for i, at := range strs.FindAllStringSubmatchIndex(text, -1) {
		value := text[at[4]:at[5]]
		for _, x := range append(slices.Clone(odd), times...) {
			if len(value) > 60 && len(x) > 8 {
				continue // keys and certificates: a few are enough
			}
			quoted, _ := json.Marshal(x)
			out[fmt.Sprintf("string %d is %q", i, x)] = text[:at[4]-1] + string(quoted) + text[at[5]+1:]
		}
	}
	lines := strings.SplitAfter(text, "\n")
	for i := range lines {
		out[fmt.Sprintf("line %d left out", i)] = strings.Join(slices.Delete(slices.Clone(lines), i, i+1), "")
		out[fmt.Sprintf("line %d twice", i)] = strings.Join(slices.Insert(slices.Clone(lines), i, lines[i]), "")
		if i > 0 {
			swapped := slices.Clone(lines)
			swapped[i], swapped[i-1] = swapped[i-1], swapped[i]
			out[fmt.Sprintf("line %d swapped", i)] = strings.Join(swapped, "")
		}
	}
	for i, x := range []string{" ", "\t", "\r", "\n", "\f", "\u00a0", "\x00", "//\n", "\ufeff"} {
		out[fmt.Sprintf("space %d inside", i)] = strings.Replace(text, ": ", ":"+x, 1)
		out[fmt.Sprintf("space %d after the brace", i)] = strings.Replace(text, "{", "{"+x, 1)
		out[fmt.Sprintf("space %d before the end", i)] = strings.TrimSuffix(text, "\n") + x + "\n"
		out[fmt.Sprintf("space %d in front", i)] = x + text
		out[fmt.Sprintf("space %d behind", i)] = text + x
	}
	out["without the newline"] = strings.TrimSuffix(text, "\n")
	out["an escape in a name"] = strings.Replace(text, `"v"`, `"\u0076"`, 1)
	out["a slash escaped"] = strings.Replace(text, "/", `\/`, 1)
	out["a pair of surrogates"] = strings.Replace(text, `"name": "`, `"name": "\ud83d\ude00`, 1)
	out["half a pair"] = strings.Replace(text, `"name": "`, `"name": "\ude00`, 1)
	out["a comma at the end"] = strings.Replace(text, "\n}\n", ",\n}\n", 1)
	return out
}

// garble changes single bytes of a text, drawn from a fixed seed.
func garble(text string, n int) map[string]string {
	r := rand.New(rand.NewPCG(7, uint64(len(text))))
	out := map[string]string{}
	letters := []byte("\n \r\t=+/-—AaZz09\x00\x7f\xff:.,\"")
	for i := range n {
		b := []byte(text)
		at := r.IntN(len(b))
		c := letters[r.IntN(len(letters))]
		switch i % 3 {
		case 0:
			b[at] = c
		case 1:
			b = slices.Insert(b, at, c)
		case 2:
			b = slices.Delete(b, at, at+1)
		}
		out[fmt.Sprintf("byte %d, %d", at, i)] = string(b)
	}
	return out
}

// differ writes cases with the Go code's verdict as vectors, and shows them to
// the second verifier.
type differ struct {
	t        *testing.T
	dir      string
	n, taken int
}

func (d *differ) add(kind string, s sample, what, text string, err error) {
	d.t.Helper()
	verdict := "refused"
	if err == nil {
		verdict = "ok"
		d.taken++
	}
	s.What = what
	switch {
	case kind == "log":
		s.Op, s.Want, s.Expect, s.Type = "checkpoint", verdict, "", ""
		s.Note = text
	default:
		s.Expect, s.Text, s.Base64 = verdict, "", []byte(text)
	}
	b, jerr := json.Marshal(s)
	check(d.t, jerr)
	check(d.t, os.MkdirAll(filepath.Join(d.dir, kind), 0o700))
	d.n++
	check(d.t, os.WriteFile(filepath.Join(d.dir, kind, fmt.Sprintf("%05d.json", d.n)), b, 0o600))
}

func (d *differ) judge(taken int) {
	d.t.Helper()
	a := python(d.t, "--vectors", d.dir)
	for _, x := range a.Differing {
		b, _ := os.ReadFile(filepath.Join(d.dir, x.File))
		var s sample
		check(d.t, json.Unmarshal(b, &s))
		d.t.Errorf("%s: %s", s.What, x.Why)
	}
	if a.Agreed+len(a.Differing) != d.n || d.taken < taken {
		d.t.Errorf("of %d cases %d were judged; %d are valid, at least %d should be", d.n, a.Agreed+len(a.Differing), d.taken, taken)
	}
	d.t.Logf("%d cases, %d of them valid", d.n, d.taken)
}

// sampleOf keeps the run short: every k-th case, in a fixed order.
func everyNth(m map[string]string, n int) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var out []string
	for i := 0; i < len(keys); i += n {
		out = append(out, keys[i])
	}
	return out
}

func TestFoundingFilesAreReadAlike(t *testing.T) {
	s := load(t, "charter/valid-four-members.json")
	text := s.Text[:strings.LastIndex(s.Text, "\n\n")+1]
	d := &differ{t: t, dir: t.TempDir()}
	all := alterations(text)
	for _, what := range everyNth(all, everyFounding) {
		file := signed(all[what])
		_, err := charter.ParseFounding([]byte(file))
		d.add("charter", sample{Type: "founding"}, what, file, err)
	}
	bytewise := garble(s.Text, 60)
	for _, what := range everyNth(bytewise, 1) {
		_, err := charter.ParseFounding([]byte(bytewise[what]))
		d.add("charter", sample{Type: "founding"}, what, bytewise[what], err)
	}
	d.judge(20)
}

func TestGenesesAreReadAlike(t *testing.T) {
	d := &differ{t: t, dir: t.TempDir()}
	for _, name := range []string{"genesis/valid-term-1.json", "genesis/valid-term-2.json"} {
		s := load(t, name)
		pinned, err := charter.ParseHash(s.Charter)
		check(t, err)
		var value map[string]any
		check(t, json.Unmarshal([]byte(s.Text), &value))
		var indented bytes.Buffer
		check(t, json.Indent(&indented, []byte(s.Text), "", "  "))
		all := alterations(indented.String())
		all["as it is"] = s.Text
		for _, what := range everyNth(all, everyGenesis) {
			_, _, err := charter.ParseGenesis([]byte(all[what]), pinned)
			d.add("genesis", sample{Type: "genesis", Charter: s.Charter}, what, all[what], err)
		}
	}
	d.judge(20)
}

func TestCertificatesAreReadAlike(t *testing.T) {
	s := load(t, "keys/certificate-valid.json")
	pinned, err := charter.ParseHash(s.Charter)
	check(t, err)
	root := vectorKey(s.Member, "root")
	text := s.Text[:strings.LastIndex(s.Text, "\n\n")+1]
	d := &differ{t: t, dir: t.TempDir()}
	open := func(file string) error {
		_, err := charter.OpenKeyCertificate([]byte(file), pinned, label.MemberID(s.Member), charter.PublicKeyOf(root))
		return err
	}
	all := garble(text, 400)
	for i, x := range []string{"0", "1", "00", "01", "+1", "4294967295", "4294967296", "4095", "4096", "4097", "18446744073709551616", ""} {
		lines := strings.Split(text, "\n")
		lines[3] = x
		all[fmt.Sprintf("incarnation %d", i)] = strings.Join(lines, "\n")
		lines = strings.Split(text, "\n")
		lines[4] = x
		all[fmt.Sprintf("serial %d", i)] = strings.Join(lines, "\n")
	}
	for _, what := range everyNth(all, 1) {
		file := all[what] + "\n" + signatureLine(s.Member+"/root", root, all[what])
		d.add("keys", sample{Type: "certificate", Charter: s.Charter, Member: s.Member, Key: s.Key}, what, file, open(file))
	}
	for what, file := range garble(s.Text[len(text):], 150) {
		d.add("keys", sample{Type: "certificate", Charter: s.Charter, Member: s.Member, Key: s.Key}, "signature "+what, text+file, open(text+file))
	}
	d.judge(5)
}

func TestStatementsAreReadAlike(t *testing.T) {
	d := &differ{t: t, dir: t.TempDir()}
	keys := load(t, "keys/epoch-keys-valid-one.json")
	private := vectorKey("IRQ", "epoch")
	public := charter.PublicKeyOf(private)
	body := keys.Text[:strings.LastIndex(strings.TrimSuffix(keys.Text, "\n"), "\n")+1]
	all := garble(body, 200)
	lines := strings.Split(body, "\n")
	_, key, _ := strings.Cut(lines[4], " ")
	for _, x := range []string{"0", "00", "7", "4294967295", "4294967296", "-1", "", " 1"} {
		changed := slices.Clone(lines)
		changed[4] = x + " " + key
		all["epoch "+x] = strings.Join(changed, "\n")
	}
	for _, what := range everyNth(all, 1) {
		sig := base64.StdEncoding.EncodeToString(charter.SignContext(private, "entente/v1/epoch-keys", []byte(all[what])))
		payload := all[what] + sig + "\n"
		_, err := charter.OpenEpochKeys([]byte(payload), public)
		d.add("keys", sample{Type: "epoch-keys", Key: keys.Key}, what, payload, err)
	}
	for what, closing := range garble(load(t, "keys/close-valid.json").Text, 300) {
		_, err := charter.ParseClose([]byte(closing))
		d.add("keys", sample{Type: "close"}, what, closing, err)
	}
	d.judge(10)
}

func TestCheckpointsAreReadAlike(t *testing.T) {
	s := load(t, "log/checkpoint-valid.json")
	vkey := s.Log.(map[string]any)["vkey"].(string)
	log, err := tlog.ParseVerifier(vkey)
	check(t, err)
	private := keyOf("entente vector: log")
	text := s.Note[:strings.Index(s.Note, "\n\n")+1]
	name := text[:strings.Index(text, "\n")]
	d := &differ{t: t, dir: t.TempDir()}
	all := garble(text, 300)
	for _, x := range []string{"0", "1", "01", "+1", "281474976710655", "281474976710656", "9223372036854775808", "1 ", ""} {
		lines := strings.Split(text, "\n")
		lines[1] = x
		all["size "+x] = strings.Join(lines, "\n")
	}
	for _, what := range everyNth(all, 1) {
		note := all[what] + "\n" + signatureLine(name, private, all[what])
		_, err := tlog.VerifyCheckpoint([]byte(note), name, log)
		if strings.ToValidUTF8(note, "") == note { // the rest cannot stand in JSON
			d.add("log", sample{Log: s.Log}, what, note, err)
		}
	}
	for what, rest := range garble(s.Note[len(text):], 400) {
		_, err := tlog.VerifyCheckpoint([]byte(text+rest), name, log)
		if strings.ToValidUTF8(rest, "") == rest {
			d.add("log", sample{Log: s.Log}, "signature "+what, text+rest, err)
		}
	}
	d.judge(5)
}
