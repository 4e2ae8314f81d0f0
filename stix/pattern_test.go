package stix

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestPatternGrammar(t *testing.T) {
	for _, c := range []struct {
		text string
		ok   bool
	}{
		{"[file:name = 'a']", true}, {"[file:name='a' AND file:size>5 OR file:size<=2]", true},
		{"[file:name = 'a'] AND [file:name = 'b'] OR [a-b:c_d = 1] FOLLOWEDBY [x:y = 2]", true},
		{"([file:name = 'a'] OR [file:name = 'b']) REPEATS 5 TIMES WITHIN 1.5 SECONDS", true},
		{"[file:name = 'a'] START t'2016-06-01T00:00:00Z' STOP t'2016-07-01T00:00:00Z'", true},
		{"[file:hashes.'SHA-256' = 'aa']", false}, // no SHA-256 value
		{"[x:y IN ('a','b') AND x:z NOT LIKE 'a%']", true}, {"[x:y NOT IN (1)]", true}, {"[EXISTS x:y]", true},
		{"[x:y[*].z[0] MATCHES '^a']", true}, {"[x:y ISSUBSET '198.51.100.0/24']", true},
		{"[x:y = b'AAAA' OR x:y = h'00ff' OR x:y = t'2016-06-01T00:00:00Z' OR x:y = true]", true},
		{`[x:y = 'it\'s \\ here']`, true},
		{"", false}, {"file:name = 'a'", false}, {"[file:name = 'a'", false}, {"[file:name = \"a\"]", false},
		{"[file:name = a]", false}, {"[file = 'a']", false}, {"[file:name]", false}, {"[]", false}, {"[file:name = 'a'] AND", false},
		{"[x:y > true]", false}, {"[x:y IN ()]", true}, {"[x:y IN 1]", false}, {"[x:y LIKE 1]", false},
		{"[x:y = 1] WITHIN 0 SECONDS", false}, {"[x:y = 1] WITHIN 5", false}, {"[x:y = 1] REPEATS 0 TIMES", false},
		{"[NOT x:y = 1]", false}, {"[NOT EXISTS x:y]", true},
		{"[x:y = 1] WITHIN 1 SECONDS WITHIN 2 SECONDS", false}, {"[x:y = t'2016-13-01T00:00:00Z']", false},
		{"[x:y = h'0']", false}, {"[x:y = b'A']", false}, {"[x:y = 01]", false}, {"[x:y and x:z = 1]", false},
	} {
		_, err := ParsePattern(c.text)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", c.text, err)
		}
		var fault *PatternError
		if err != nil && (!errors.Is(err, ErrPattern) || !errors.As(err, &fault)) {
			t.Errorf("%s: an error of another kind: %v", c.text, err)
		}
	}
}

func TestComparisonsOfAPattern(t *testing.T) {
	p, err := ParsePattern(`[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' AND file:size NOT IN (1,2)] FOLLOWEDBY [EXISTS x:y[*].'a b'.c]`)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%+v", p.Comparisons())
	want := "[{ObjectType:file Path:hashes.MD5 Operator:= Negated:false Values:[d41d8cd98f00b204e9800998ecf8427e]} " +
		"{ObjectType:file Path:size Operator:IN Negated:true Values:[1 2]} {ObjectType:x Path:y[*].'a b'.c Operator:EXISTS Negated:false Values:[]}]"
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// seen makes a document of observations: one a second from 12:00:00, each of
// the objects given.
func seen(objects ...string) []byte {
	var b strings.Builder
	b.WriteByte('[')
	for i, o := range objects {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"type":"observed-data","id":"observed-data--0000000%d-358c-4808-a8c7-d0fca4ef6ef4","first_observed":"2016-04-06T12:00:%02dZ","last_observed":"2016-04-06T12:00:%02dZ","number_observed":1,"objects":{%s}}`, i, i, i, o)
	}
	return []byte(b.String() + "]")
}

func TestMatch(t *testing.T) {
	a := `"0":{"type":"file","name":"a","size":10,"magic_number_hex":"ffd8","created":"2016-04-06T12:00:00Z","hashes":{"MD5":"aa"},"parent_directory_ref":"1"},"1":{"type":"directory","path":"/tmp/x"}`
	b := `"0":{"type":"file","name":"b","size":20}`
	ip := `"0":{"type":"ipv4-addr","value":"198.51.100.3"}`
	list := `"0":{"type":"network-traffic","protocols":["ipv4","tcp"],"dst_port":80}`
	doc := seen(a, b, ip, list)
	for _, c := range []struct {
		pattern string
		hits    string // the numbers of the observations
	}{
		{"[file:name = 'a']", "0"}, {"[file:name != 'a']", "1"}, {"[file:name NOT = 'a']", "1"}, {"[file:name = 'c']", ""},
		{"[file:size > 10]", "1"}, {"[file:size >= 10 AND file:size < 20]", "0"},
		{"[file:name IN ('x','b')]", "1"}, {"[file:name LIKE '_']", "0"}, {"[file:name LIKE '%b%']", "1"}, {"[file:name MATCHES '^[b-z]$']", "1"},
		{"[file:magic_number_hex = h'ffd8']", "0"}, {"[file:created >= t'2016-04-06T11:59:59.9Z']", "0"},
		{"[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']", ""}, {"[file:parent_directory_ref.path = '/tmp/x']", "0"},
		{"[EXISTS file:hashes.MD5]", "0"}, {"[ipv4-addr:value ISSUBSET '198.51.100.0/24']", "2"}, {"[ipv4-addr:value ISSUBSET '198.51.101.0/24']", ""},
		{"[ipv4-addr:value ISSUPERSET '198.51.100.3/32']", "2"},
		{"[network-traffic:protocols[*] = 'tcp']", "3"}, {"[network-traffic:protocols[0] = 'tcp']", ""}, {"[network-traffic:protocols[1] = 'tcp' AND network-traffic:dst_port = 80]", "3"},
		{"[file:name = 'a'] AND [file:name = 'b']", "0 1"}, {"[file:name = 'a'] AND [file:name = 'a']", ""}, {"[file:name = 'c'] OR [file:name = 'b']", "1"},
		{"[file:name = 'a'] FOLLOWEDBY [file:name = 'b']", "0 1"}, {"[file:name = 'b'] FOLLOWEDBY [file:name = 'a']", ""},
		{"([file:name = 'a'] AND [ipv4-addr:value LIKE '%']) WITHIN 2 SECONDS", "0 2"}, {"([file:name = 'a'] AND [ipv4-addr:value LIKE '%']) WITHIN 1 SECONDS", ""},
		{"[file:size > 5] REPEATS 2 TIMES", "0 1"}, {"[file:size > 5] REPEATS 3 TIMES", ""},
		{"[file:size > 5] START t'2016-04-06T12:00:01Z' STOP t'2016-04-06T12:00:02Z'", "1"}, {"[file:size > 5] START t'2016-04-06T12:00:02Z' STOP t'2016-04-06T12:00:09Z'", ""},
		{"[file:name = 'b'] AND ([ipv4-addr:value = '198.51.100.3'] FOLLOWEDBY [network-traffic:dst_port = 80])", "1 2 3"},
	} {
		p, err := ParsePattern(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		m, err := p.Match(doc, MatchOptions{})
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		var hits []string
		for _, id := range m.ObservedData {
			hits = append(hits, id[len("observed-data--0000000"):][:1])
		}
		slices.Sort(hits)
		if got := strings.Join(hits, " "); got != c.hits || m.OK != (c.hits != "") {
			t.Errorf("%s: %v on %q, want %q", c.pattern, m.OK, got, c.hits)
		}
	}
	p, _ := ParsePattern(`[file:name MATCHES '(a)\\1']`)
	if _, err := p.Match(doc, MatchOptions{}); !errors.Is(err, ErrPattern) {
		t.Errorf("a back reference: %v", err)
	}
}
