package exchange

import (
	"bytes"
	_ "embed" // for the schemas
	"encoding/json"

	"entente/act"
	"entente/label"
)

// The identifiers of our extension definitions.
const (
	ReportExtension      = "extension-definition--0b3f1c1e-6a0d-4d64-9f3c-3f0b6a5c9d01"
	PortionExtension     = "extension-definition--5c7b9a42-1f0e-4a7b-8d5e-9b2d4c6e8f02"
	LabelExtension       = "extension-definition--a1d4e6f8-2b3c-4d5e-9f60-718293a4b503"
	DesignationExtension = "extension-definition--c2e5f7a9-3c4d-4e6f-8a71-8293a4b5c604"
	// tlp2Extension is that of OASIS for TLP 2.0.
	tlp2Extension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
)

const propertyExtension = "property-extension"

var (
	//go:embed schema/report.json
	reportSchema []byte
	//go:embed schema/portion.json
	portionSchema []byte
	//go:embed schema/label.json
	labelSchema []byte
	//go:embed schema/designation.json
	designationSchema []byte
)

// definitions are our extensions: identifier, name and schema.
var definitions = []struct {
	id, name, about string
	schema          []byte
}{
	{ReportExtension, "Entente report", "A view of a report, whose portions are notes.", reportSchema},
	{PortionExtension, "Entente portion", "A portion of a report with its own label, grade and sources.", portionSchema},
	{LabelExtension, "Entente label", "A marking that is computed with: class, release set, originators, consents.", labelSchema},
	{DesignationExtension, "Entente designation", "A public listing of a person or an entity by a named authority.", designationSchema},
}

// Schemas returns the JSON schema (draft 2020-12) of each of our extensions by
// the identifier of its definition. The bytes are the caller's own.
func Schemas() map[string][]byte {
	m := make(map[string][]byte, len(definitions))
	for _, d := range definitions {
		m[d.id] = bytes.Clone(d.schema)
	}
	return m
}

// reportBody is the extension of a report object.
type reportBody struct {
	ExtensionType string          `json:"extension_type"`
	View          act.ID          `json:"view"`
	Type          act.ReportType  `json:"report_type"`
	To            label.MemberSet `json:"recipients"`
	Label         label.Label     `json:"label"`
	Batch         act.Digest      `json:"batch,omitzero"`
	Supersedes    act.ID          `json:"supersedes,omitempty"`
	// Portions names the notes in their order.
	Portions []noteRef `json:"portions"`
	// Digest is SHA-256 of the act.
	Digest act.Digest `json:"digest"`
	// Raw holds the act where its bytes cannot be made again from the rest.
	Raw []byte `json:"raw,omitempty"`
}

// noteRef names a note and fixes what it says.
type noteRef struct {
	Note   string     `json:"note"`
	Digest act.Digest `json:"digest"`
}

// portionBody is the extension of a note.
type portionBody struct {
	ExtensionType string      `json:"extension_type"`
	ID            act.ID      `json:"portion_id"`
	Salt          string      `json:"salt"`
	Label         label.Label `json:"label"`
	Grade         act.Grade   `json:"grade"`
	// Lang is the portion's language, which STIX may not know.
	Lang        string           `json:"lang"`
	Sources     []act.Source     `json:"sources,omitempty"`
	Cites       []act.Cite       `json:"cites,omitempty"`
	PersonData  *act.PersonData  `json:"person_data,omitempty"`
	Attachments []act.Attachment `json:"attachments,omitempty"`
	// Designation is the identity that is listed.
	Designation string `json:"designation_ref,omitempty"`
	// ObjectRef and ObjectDigest name the foreign object that the portion
	// carries and fix its bytes; Object holds it where it cannot stand in the
	// bundle by itself.
	ObjectRef    string      `json:"object_ref,omitempty"`
	ObjectDigest act.Digest  `json:"object_digest,omitzero"`
	Object       *act.Object `json:"object,omitempty"`
	// Raw holds the portion where its bytes cannot be made again from the rest.
	Raw []byte `json:"raw,omitempty"`
}

// labelBody is the extension of a marking definition.
type labelBody struct {
	ExtensionType string      `json:"extension_type"`
	Label         label.Label `json:"label"`
}

// designationBody is the extension of an identity that is listed.
type designationBody struct {
	ExtensionType string           `json:"extension_type"`
	Designation   *act.Designation `json:"designation"`
}

// compactSchema is a schema as the text of its definition.
func compactSchema(raw []byte) string {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		panic("exchange: a schema is no JSON: " + err.Error()) // embedded, so the first test sees it
	}
	return b.String()
}
