package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"entente/act"
	"entente/internal/web/api"
	"entente/label"
)

const description = `The API of a member's node, for its officers.

Every call but the log-in carries a session token: as a bearer, or in the member's cookie, with which every changing call must carry the header ` + api.HeaderDesk + `. Refusals have a stable code and say what would cure them; where a hard rule is the reason its number is in it. What is not there and what is not for this member are answered with the same bytes, and no answer tells how much there is that is not shown.`

// errNoUTF8 refuses a body for which JSON's reader would put another text (RFC
// 8259, section 8.1).
var errNoUTF8 = errors.New("the body is not UTF-8; convert it first")

// config returns the framework's configuration: JSON alone, no page of
// documentation that would fetch things from elsewhere, no links in answers.
func (s *Server) config() huma.Config {
	reg := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	reg.RegisterTypeAlias(reflect.TypeFor[problem](), reflect.TypeFor[api.Error]())
	addActSchemas(reg)
	for _, x := range []struct{ t, as reflect.Type }{
		{reflect.TypeFor[label.Label](), reflect.TypeFor[labelRef]()},
		{reflect.TypeFor[label.MemberSet](), reflect.TypeFor[memberSetRef]()},
		{reflect.TypeFor[act.PortionInput](), reflect.TypeFor[portionRef]()},
		{reflect.TypeFor[act.Attachment](), reflect.TypeFor[attachmentRef]()},
	} {
		reg.RegisterTypeAlias(x.t, x.as)
	}
	conf := huma.DefaultConfig("Entente", Version)
	conf.Info.Description = description
	conf.Components.Schemas = reg
	conf.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "The session token of a log-in."},
		"cookie": {Type: "apiKey", In: "cookie", Name: s.cookie(), Description: "The same token, kept by the browser; changing calls also carry the header " + api.HeaderDesk + "."},
	}
	conf.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
	conf.Tags = []*huma.Tag{
		{Name: "session", Description: "Log in and out, one's own sessions and password."},
		{Name: "officers", Description: "The national section's officers, kept by custodians."},
		{Name: "reports", Description: "What this node may read, newest first."},
		{Name: "drafts", Description: "Work before its release, and its dry-run."},
		{Name: "suggestions", Description: "What was read in texts, for officers to accept or reject. It never leaves the node."},
		{Name: "recalls", Description: "What is taken back after its release, and what was made of it (rules 10, 22 and 23)."},
		{Name: "retention", Description: "Reviews of personal data, and what became of what ended (rule 21)."},
		{Name: "releases", Description: "What leaves the nation, by two officers (rule 6)."},
		{Name: "files", Description: "Attachments and imports, streamed."},
		{Name: "oversight", Description: "The condition of node and log, without contents."},
		{Name: "keys", Description: "The member's keys: drawn here, certified by its offline root, filed here."},
		{Name: "taxii", Description: "Accounts of the section's own tools, which are served by TAXII 2.1."},
		{Name: "bundles", Description: "Files that a courier carries, for members without a line."},
		{Name: "audit", Description: "The node's audit log."},
	}
	conf.OpenAPIPath, conf.DocsPath, conf.SchemasPath = "", "", ""
	conf.CreateHooks = nil
	utf8JSON := huma.DefaultJSONFormat
	utf8JSON.Unmarshal = func(data []byte, v any) error {
		if !utf8.Valid(data) {
			return errNoUTF8
		}
		return huma.DefaultJSONFormat.Unmarshal(data, v)
	}
	conf.Formats = map[string]huma.Format{"application/json": utf8JSON, "json": utf8JSON}
	// A misspelt parameter would silently widen what is asked for.
	conf.RejectUnknownQueryParameters = true
	return conf
}

// References to the schemas that acts bring with them. Their Go types have
// forms of their own in JSON, which no reflection could find.
type (
	labelRef      struct{}
	memberSetRef  struct{}
	portionRef    struct{}
	attachmentRef struct{}
)

// Schema implements huma.SchemaProvider.
func (labelRef) Schema(huma.Registry) *huma.Schema { return ref("Label") }

// Schema implements huma.SchemaProvider.
func (memberSetRef) Schema(huma.Registry) *huma.Schema { return ref("MemberSet") }

// Schema implements huma.SchemaProvider.
func (portionRef) Schema(huma.Registry) *huma.Schema { return ref("Portion") }

// Schema implements huma.SchemaProvider.
func (attachmentRef) Schema(huma.Registry) *huma.Schema { return ref("Attachment") }

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// schemaOf makes a type known to the description and refers to it.
func schemaOf[T any](reg huma.Registry) *huma.Schema {
	return reg.Schema(typeOf[T](), true, typeOf[T]().Name())
}

func ref(name string) *huma.Schema { return &huma.Schema{Ref: "#/components/schemas/" + name} }

// actNames are the names under which the definitions of the acts' own schema
// (spec/act.md) stand in the description.
var actNames = map[string]string{
	"id": "ID", "digest": "Digest", "member": "MemberID", "day": "Day", "members": "MemberSet", "label": "Label", "grade": "Grade",
	"source": "Source", "cite": "Cite", "object": "Object", "attachment": "Attachment", "name": "DesignationName", "birth_year": "BirthYear",
	"place": "Place", "designation": "DesignationDetail", "portion": "ActPortion", "acquisition": "Acquisition", "person_data": "PersonData", "renewal": "Renewal", "report": "Act",
}

// addActSchemas takes over the schema of acts, whose authors keep it, and makes
// of its portion the one that a draft may hold.
func addActSchemas(reg huma.Registry) {
	var whole struct {
		Defs map[string]map[string]any `json:"$defs"`
	}
	if err := json.Unmarshal(act.JSONSchema(), &whole); err != nil {
		panic(err) // it is compiled in
	}
	for def, name := range actNames {
		d := whole.Defs[def]
		rename(d)
		describeDef(name, d)
		reg.Map()[name] = &huma.Schema{Extensions: d}
	}
	draft := map[string]any{}
	for k, v := range whole.Defs["portion"] {
		draft[k] = v
	}
	// A draft may lack what its release will need.
	delete(draft, "anyOf")
	draft["required"] = []string{"lang", "text"}
	draft["description"] = actDescriptions["Portion"]
	reg.Map()["Portion"] = &huma.Schema{Extensions: draft}
	set := reg.Map()["MemberSet"].Extensions
	set["description"] = actDescriptions["MemberSet"]
	set["examples"] = []any{[]string{"IRN", "IRQ", "RUS"}}
}

// rename points references at where the definitions stand now.
func rename(v any) {
	switch x := v.(type) {
	case map[string]any:
		for k, y := range x {
			if s, ok := y.(string); ok && k == "$ref" {
				x[k] = "#/components/schemas/" + actNames[strings.TrimPrefix(s, "#/$defs/")]
				continue
			}
			rename(y)
		}
	case []any:
		for _, y := range x {
			rename(y)
		}
	}
}

// describeDef adds the words to a definition and to its fields.
func describeDef(name string, d map[string]any) {
	d["description"] = actDescriptions[name]
	props, _ := d["properties"].(map[string]any)
	for field, v := range props {
		if p, ok := v.(map[string]any); ok {
			p["description"] = actDescriptions[name+"."+field]
			// Objects within, such as an override or an outside originator.
			inner := p
			if items, ok := p["items"].(map[string]any); ok {
				inner = items
			}
			if more, ok := inner["properties"].(map[string]any); ok {
				for f, q := range more {
					q.(map[string]any)["description"] = actDescriptions[name+"."+field+"."+f]
				}
			}
		}
	}
}

// finishSpec completes the description once all operations are known, and
// writes it down: what is served never changes while the node runs.
func (s *Server) finishSpec() {
	doc := s.api.OpenAPI()
	reg := doc.Components.Schemas.Map()
	for _, name := range []string{"Report"} {
		reg[name].Properties["act"] = &huma.Schema{Ref: "#/components/schemas/Act", Description: reg[name].Properties["act"].Description}
	}
	reg["Draft"].Properties["content"] = &huma.Schema{Description: reg["Draft"].Properties["content"].Description, AnyOf: []*huma.Schema{
		{Ref: "#/components/schemas/Content"}, {Type: huma.TypeObject, Description: "Of a draft that is no report: what its officer wrote, and the ids that are fixed."}}}
	spec, err := doc.MarshalJSON()
	if err != nil {
		panic(err) // built from this program alone
	}
	s.spec = spec
}

func (s *Server) serveSpec(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/openapi+json")
	w.Write(s.spec)
}
