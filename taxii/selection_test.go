package taxii

import (
	"net/url"
	"reflect"
	"testing"
)

// Rule 18: a TAXII client selects by the four fields of clause 3.4 alone. Any
// other match field changes nothing, least of all one for a trait of persons.
func TestNothingElseIsMatched(t *testing.T) {
	if n := reflect.TypeFor[fields]().NumField(); n != 4 {
		t.Errorf("%d match fields are known; clause 3.4 has id, type, version and spec_version", n)
	}
	without, err := parseQuery("limit=5", collectionFields)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"religion", "ethnicity", "sect", "x_political_view", "labels", "identity_class", "confidence", "name"} {
		q, err := parseQuery("limit=5&match["+field+"]="+url.QueryEscape("an invented one"), collectionFields)
		if err != nil || !reflect.DeepEqual(q, without) {
			t.Errorf("match[%s] selects: %+v %v", field, q, err)
		}
	}
}
