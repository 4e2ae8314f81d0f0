package stix

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDeterministicIdentifiers(t *testing.T) {
	for _, c := range []struct{ doc, id string }{
		{`{"type":"ipv4-addr","value":"198.51.100.3"}`, "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"},
		// What does not contribute changes nothing.
		{`{"spec_version":"2.1","value":"198.51.100.3","defanged":true,"type":"ipv4-addr"}`, "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"},
	} {
		if id, err := DeterministicID([]byte(c.doc)); err != nil || id != c.id {
			t.Errorf("%s: %s, %v, want %s", c.doc, id, err, c.id)
		}
	}
	for _, c := range []struct {
		doc        string
		err        error
		observable bool
	}{
		{`{"type":"process","pid":5}`, ErrNoDeterministicID, true},
		{`{"type":"x509-certificate","issuer":"x"}`, ErrNoDeterministicID, true},
		{`{"type":"campaign","name":"n"}`, ErrNoDeterministicID, false},
		{`{"name":"n"}`, ErrNoDeterministicID, false},
		{`[]`, ErrNotObject, false},
		{`{"type":"file","hashes":{}}`, ErrNotObject, false},
		{`{"type"`, ErrSyntax, false},
		{`{"type":"autonomous-system","number":1e999}`, ErrSyntax, false},
	} {
		_, err := DeterministicID([]byte(c.doc))
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.doc, err, c.err)
		}
		var none *NoDeterministicIDError
		if errors.As(err, &none) && none.Observable != c.observable {
			t.Errorf("%s: observable = %v", c.doc, none.Observable)
		}
	}
}

// TestOneHashContributes holds clause 2.7 with 3.4: of several hashes the
// first of MD5, SHA-1, SHA-256, SHA-512, else the first that stands there.
func TestOneHashContributes(t *testing.T) {
	id := func(hashes string) string {
		t.Helper()
		s, err := DeterministicID([]byte(`{"type":"file","hashes":{` + hashes + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	md5, sha1, sha256, ssdeep := `"MD5":"aa"`, `"SHA-1":"bb"`, `"SHA-256":"cc"`, `"SSDEEP":"dd"`
	for _, c := range []struct{ many, one string }{
		{sha256 + "," + sha1 + "," + md5, md5},
		{ssdeep + "," + sha256 + "," + sha1, sha1},
		{ssdeep + "," + sha256, sha256},
		{ssdeep + `,"x":"ee"`, ssdeep},
	} {
		if id(c.many) != id(c.one) {
			t.Errorf("{%s} is not {%s}", c.many, c.one)
		}
	}
	if id(md5) == id(sha1) {
		t.Error("two hashes have one identifier")
	}
}

// TestCanonicalForm has the examples of RFC 8785, 3.2.2 and appendix B.
func TestCanonicalForm(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"numbers":[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
			`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`},
		{`{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}`, "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}"},
		{`[-0,1.0,1e21,1e20,123456789012345680000,-5e-324,9007199254740994.0,1e-6,1e-7]`, `[0,1,1e+21,100000000000000000000,123456789012345680000,-5e-324,9007199254740994,0.000001,1e-7]`},
	} {
		tp := newTape(Limits{})
		if err := tp.parse([]byte(c.text)); err != nil {
			t.Fatal(err)
		}
		w := canonicalizer{t: tp}
		if err := w.value(0); err != nil || string(w.out) != c.want {
			t.Errorf("%s:\n got %s, %v\nwant %s", c.text, w.out, err, c.want)
		}
	}
}

// TestIdentifierIgnoresTheOrderOfMembers: one observable, however written, has
// one identifier.
func TestIdentifierIgnoresTheOrderOfMembers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := []string{`"type":"file"`, `"name":"n\u00e9"`, `"hashes":{"MD5":"aa"}`, `"parent_directory_ref":"directory--ff1e0780-358c-5808-a8c7-d0fca4ef6ef4"`, `"size":5`}
		want, err := DeterministicID([]byte("{" + strings.Join(members, ",") + "}"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := DeterministicID([]byte("{ " + strings.Join(rapid.Permutation(members).Draw(t, "members"), " , ") + "}"))
		if err != nil || got != want {
			t.Fatalf("%s, %v, want %s", got, err, want)
		}
	})
}
