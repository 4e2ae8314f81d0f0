package exchange

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"entente/act"
	"entente/label"
)

// object is a STIX object as this package writes it. The order of the fields
// is that in which they are written.
type object struct {
	Type          string   `json:"type"`
	SpecVersion   string   `json:"spec_version"`
	ID            string   `json:"id"`
	CreatedBy     string   `json:"created_by_ref,omitempty"`
	Created       string   `json:"created"`
	Modified      string   `json:"modified,omitempty"`
	Name          string   `json:"name,omitempty"`
	Description   string   `json:"description,omitempty"`
	Content       string   `json:"content,omitempty"`
	IdentityClass string   `json:"identity_class,omitempty"`
	Roles         []string `json:"roles,omitempty"`
	ReportTypes   []string `json:"report_types,omitempty"`
	Published     string   `json:"published,omitempty"`
	Schema        string   `json:"schema,omitempty"`
	Version       string   `json:"version,omitempty"`
	ExtTypes      []string `json:"extension_types,omitempty"`
	Lang          string   `json:"lang,omitempty"`
	Confidence    *int     `json:"confidence,omitempty"`
	ObjectRefs    []string `json:"object_refs,omitempty"`
	Markings      []string `json:"object_marking_refs,omitempty"`
	Granular      []marked `json:"granular_markings,omitempty"`
	// Extensions has one body by the identifier of its definition.
	Extensions map[string]any `json:"extensions,omitempty"`
}

// marked is a granular marking (clause 7.2.3).
type marked struct {
	Marking   string   `json:"marking_ref"`
	Selectors []string `json:"selectors"`
}

// defined is when what never changes was made: our definitions, and the
// objects that stand for members and labels.
const defined = "2026-01-01T00:00:00.000Z"

const timeForm = "2006-01-02T15:04:05.000Z"

// publisher is the identity that our extension definitions are of.
var publisher = object{Type: "identity", SpecVersion: "2.1", ID: identifier("identity", "publisher"), Created: defined, Modified: defined,
	Name: "Entente", Description: "The project that defines these extensions.", IdentityClass: "organization"}

// definition is an extension definition of ours (clause 7.3).
func definition(i int) object {
	d := &definitions[i]
	return object{Type: "extension-definition", SpecVersion: "2.1", ID: d.id, CreatedBy: publisher.ID, Created: defined, Modified: defined,
		Name: d.name, Description: d.about, Schema: compactSchema(d.schema), Version: "1.0.0", ExtTypes: []string{propertyExtension}}
}

// member is the identity of a member.
func member(m label.MemberID) object {
	return object{Type: "identity", SpecVersion: "2.1", ID: memberRef(m), Created: defined, Modified: defined,
		Name: string(m), Description: "Member of the centre, by its code of ISO 3166-1 alpha-3.", IdentityClass: "organization"}
}

func memberRef(m label.MemberID) string { return identifier("identity", "member", string(m)) }

// marking is the marking definition of a label.
func marking(l label.Label) (object, error) {
	raw, err := l.MarshalJSON()
	if err != nil {
		return object{}, err
	}
	name, err := label.Full(l)
	if err != nil {
		return object{}, err
	}
	return object{Type: "marking-definition", SpecVersion: "2.1", ID: identifier("marking-definition", string(raw)), Created: defined,
		Name: name, Extensions: map[string]any{LabelExtension: labelBody{propertyExtension, l}}}, nil
}

// tlp2 has the marking definitions of OASIS for TLP 2.0.
var tlp2 = map[string]string{
	"CLEAR":        "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
	"GREEN":        "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
	"AMBER":        "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
	"AMBER+STRICT": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
	"RED":          "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

// tlp returns the TLP 2.0 mark that a label carries; a label that carries none
// gets none, because none follows from a class or a release set.
func tlp(l label.Label) (object, bool) {
	for _, m := range l.Caveats.Foreign() {
		if m.Scheme == label.TLP {
			return object{Type: "marking-definition", SpecVersion: "2.1", ID: tlp2[m.Token], Created: "2022-10-01T00:00:00.000Z", Name: m.String(),
				Extensions: map[string]any{tlp2Extension: map[string]string{"extension_type": propertyExtension, "tlp_2_0": strings.ToLower(m.Token)}}}, true
		}
	}
	return object{}, false
}

// listed is the identity that a designation lists.
func listed(d *act.Designation, written time.Time, by string, markings []string) (object, error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return object{}, err
	}
	class := "organization"
	if d.Kind == act.KindPerson {
		class = "individual"
	}
	at := written.UTC().Format(timeForm)
	return object{Type: "identity", SpecVersion: "2.1", ID: identifier("identity", "designation", string(raw), strings.Join(markings, " "), at), CreatedBy: by, Created: at, Modified: at,
		Name: d.Names[0].Name, Description: d.Basis, IdentityClass: class, Roles: d.Roles, Markings: markings,
		Extensions: map[string]any{DesignationExtension: designationBody{propertyExtension, d}}}, nil
}

// confidence takes a credibility to STIX's scale by the table of its appendix
// A ("Admiralty Credibility"); what cannot be judged has none.
func confidence(c act.Credibility) *int {
	i := slices.Index([]act.Credibility{"1", "2", "3", "4", "5"}, c)
	if i < 0 {
		return nil
	}
	v := []int{90, 70, 50, 30, 10}[i]
	return &v
}
