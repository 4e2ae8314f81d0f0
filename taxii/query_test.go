package taxii

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestQueries(t *testing.T) {
	any := NoTimestamp
	for _, c := range []struct {
		raw  string
		want *query // nil: refused
	}{
		{"", &query{filter: Filter{AddedAfter: any}}},
		{"limit=1", &query{filter: Filter{AddedAfter: any}, limit: 1}},
		{"limit=99999999999999999999999", &query{filter: Filter{AddedAfter: any}, limit: int(^uint(0) >> 1)}},
		{"limit=0", nil}, {"limit=00", nil}, {"limit=-1", nil}, {"limit=1.5", nil}, {"limit=ten", nil}, {"limit=", nil}, {"limit=%2B5", nil}, {"limit=1&limit=1", nil},
		{"added_after=1970-01-01T00:00:01.5Z", &query{filter: Filter{AddedAfter: 1_500_000}}},
		{"added_after=1970-01-01T00:00:00.0000019Z", &query{filter: Filter{AddedAfter: 1}}},
		{"added_after=1969-12-31T23:59:59.999999Z", &query{filter: Filter{AddedAfter: -1}}},
		{"added_after=2020-01-01", nil}, {"added_after=2020-13-01T00:00:00Z", nil}, {"added_after=2020-01-01T00:00:00", nil},
		{"added_after=2020-01-01T00:00:00.Z", nil}, {"added_after=2020-01-01T00:00:00%2B00:00", nil}, {"added_after=2020-02-30T00:00:00Z", nil},
		{"added_after=2020-01-01T00:00:00Z&added_after=2020-01-01T00:00:00Z", nil},
		{"next=", nil},
		{"match[type]=malware,indicator,malware", &query{filter: Filter{AddedAfter: any, Types: []string{"indicator", "malware"}}}},
		{"match%5Btype%5D=x-made-up", &query{filter: Filter{AddedAfter: any, Types: []string{"x-made-up"}}}},
		{"match[type]=", nil}, {"match[type]=a,,b", nil}, {"match[type]=a,%20b", nil}, {"match[type]=A", nil}, {"match[type]=a&match[type]=b", nil},
		{"match[type]=" + strings.Repeat("a,", maxValues) + "a", nil},
		{"match[id]=indicator--1", &query{filter: Filter{AddedAfter: any, IDs: []string{"indicator--1"}}}},
		{"match[id]=a%20b", nil}, {"match[id]=" + strings.Repeat("a", maxValue+1), nil},
		{"match[spec_version]=2.1,2.0", &query{filter: Filter{AddedAfter: any, SpecVersions: []string{"2.0", "2.1"}}}},
		{"match[spec_version]=2", nil}, {"match[spec_version]=.1", nil}, {"match[spec_version]=2.1.1", nil}, {"match[spec_version]=two", nil},
		{"match[version]=all", &query{filter: Filter{AddedAfter: any, Versions: Versions{All: true}}}},
		{"match[version]=last,first", &query{filter: Filter{AddedAfter: any, Versions: Versions{First: true, Last: true}}}},
		{"match[version]=first,2020-01-01T00:00:00.500Z", &query{filter: Filter{AddedAfter: any, Versions: Versions{First: true, At: []string{"2020-01-01T00:00:00.5"}}}}},
		{"match[version]=all,last", nil}, {"match[version]=last,last", nil}, {"match[version]=newest", nil}, {"match[version]=2020-01-01", nil},
		{"match[version]=2020-01-01T00:00:00Z,2020-01-01T00:00:00.000Z", nil},
		{"match[colour]=red&other=1&match[open=2", &query{filter: Filter{AddedAfter: any}}},
		{"limit=1;next=2", nil}, {"limit=%zz", nil},
	} {
		got, err := parseQuery(c.raw, collectionFields)
		if c.want == nil {
			if !errors.Is(err, ErrQuery) {
				t.Errorf("%.60q: got %+v, %v; a refusal is wanted", c.raw, got, err)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, *c.want) {
			t.Errorf("%.60q: got %+v, %v; want %+v", c.raw, got, err, *c.want)
		}
	}
}

func TestFieldsOfAnEndpoint(t *testing.T) {
	q, err := parseQuery("match[id]=a&match[type]=b&match[version]=all&match[spec_version]=2.1", versionsFields)
	if err != nil || len(q.filter.IDs)+len(q.filter.Types) > 0 || q.filter.Versions.All || len(q.filter.SpecVersions) != 1 {
		t.Errorf("got %+v, %v", q, err)
	}
}

func TestNextIsForItsQuery(t *testing.T) {
	f := Filter{AddedAfter: NoTimestamp, Types: []string{"indicator"}}
	place := Place{Added: -5, Seq: 1 << 40}
	token := writeNext(place, f.digest("one"))
	if got, err := readNext(token, f.digest("one")); err != nil || got != place {
		t.Errorf("got %v, %v", got, err)
	}
	g := f
	g.Types = nil
	g.IDs = []string{"indicator"}
	for name, sum := range map[string][8]byte{"another filter": g.digest("one"), "another collection": f.digest("two")} {
		if _, err := readNext(token, sum); !errors.Is(err, ErrQuery) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []string{"x", "", token + "A", token[1:], "****", strings.Repeat("A", 34)} {
		if _, err := readNext(bad, f.digest("one")); !errors.Is(err, ErrQuery) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{"limit=5&next=abc", "match[version]=first,2020-01-01T00:00:00Z&match[id]=a,b", "added_after=2016-12-31T23:59:60Z", "match%5B=;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := parseQuery(raw, collectionFields)
		if err != nil {
			if !errors.Is(err, ErrQuery) {
				t.Errorf("%q: %v", raw, err)
			}
			return
		}
		if q.limit < 0 || len(q.filter.IDs) > maxValues || q.filter.Versions.All && len(q.filter.Versions.At) > 0 {
			t.Errorf("%q: %+v", raw, q)
		}
		sum := q.filter.digest("x")
		if p, err := readNext(writeNext(Place{1, 2}, sum), sum); err != nil || p != (Place{1, 2}) {
			t.Errorf("%q: next does not come back", raw)
		}
	})
}
