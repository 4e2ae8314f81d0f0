package collect

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"entente/act"
	"entente/internal/plural"
	"entente/label"
)

// MISPExportOptions are those of an export to MISP.
type MISPExportOptions struct {
	// Keep gives events that came from MISP the distribution that they came
	// with. Otherwise every event goes out with distribution 0, "your
	// organisation only", and whoever takes it in there decides: a label says
	// who may have it, and MISP cannot hold a receiving server to that.
	Keep bool
}

// ExportMISP writes reports as MISP events in JSON, {"response":[...]}. Events
// that were taken in from MISP come back as they were, as far as their portions
// are among the reports; every other report becomes an event with an attribute
// for each portion. The notes say what could not be carried.
func ExportMISP(w io.Writer, o MISPExportOptions, reports ...act.Act) ([]Note, error) {
	x := &mispExport{o: o, events: make(map[string]*mispBack)}
	for i := range reports {
		if reports[i].Report == nil {
			return nil, refuse(ErrMISP, "an act of type %q is no report", reports[i].Type)
		}
		if err := x.report(reports[i].Report); err != nil {
			return nil, err
		}
	}
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	events := make([]map[string]any, 0, len(x.order))
	for _, id := range x.order {
		events = append(events, map[string]any{"Event": x.back(x.events[id])})
	}
	if err := enc.Encode(map[string]any{"response": events}); err != nil {
		return nil, err
	}
	return x.notes, out.Flush()
}

// mispBack is an event on its way back.
type mispBack struct {
	uuid   string
	head   fields
	pieces []mispBody
}

type mispExport struct {
	o      MISPExportOptions
	order  []string
	events map[string]*mispBack
	notes  []Note
}

func (x *mispExport) event(uuid string) *mispBack {
	e := x.events[uuid]
	if e == nil {
		e = &mispBack{uuid: uuid}
		x.events[uuid] = e
		x.order = append(x.order, uuid)
	}
	return e
}

func (x *mispExport) note(format string, args ...any) {
	if len(x.notes) < maxNotes {
		x.notes = append(x.notes, Note{Text: fmt.Sprintf(format, args...)})
	}
}

func (x *mispExport) report(r *act.Report) error {
	var own []*act.Portion
	for i := range r.Portions {
		p := &r.Portions[i]
		b, ok := mispMade(p)
		if !ok {
			own = append(own, p)
			continue
		}
		e := x.event(b.EventUUID)
		if b.Event != nil {
			e.head = b.Event
		} else {
			e.pieces = append(e.pieces, b)
		}
	}
	if len(own) == 0 {
		return nil
	}
	if len(own) < len(r.Portions) {
		x.note("%s: %s that did not come from MISP %s an event of %s own", r.Title, plural.Of(len(own), "portion"), plural.Choose(len(own), "makes", "make"), plural.Choose(len(own), "its", "their"))
	}
	e := x.event(textUUID("report", string(r.ID)))
	e.head = fields{"uuid": quotedJSON(e.uuid), "info": quotedJSON(r.Title), "date": quotedJSON(r.Written.UTC().Format("2006-01-02")),
		"timestamp": quotedJSON(fmt.Sprint(r.Written.Unix())), "analysis": quotedJSON("2"), "threat_level_id": quotedJSON("4"),
		"published": json.RawMessage("false"), "Attribute": json.RawMessage("[]")}
	if tags := markTags(r.Label); tags != nil {
		e.head["Tag"] = tags
	}
	for _, p := range own {
		a := fields{"uuid": quotedJSON(textUUID("portion", string(p.ID), string(r.ID))), "type": quotedJSON("text"), "category": quotedJSON("Other"),
			"value": quotedJSON(p.Text), "to_ids": json.RawMessage("false"), "disable_correlation": json.RawMessage("true"),
			"timestamp": e.head["timestamp"], "comment": quotedJSON("Grade " + p.Grade.String())}
		if tags := markTags(p.Label); tags != nil {
			a["Tag"] = tags
		}
		e.pieces = append(e.pieces, mispBody{Attribute: a})
	}
	x.note("%s: labels beyond TLP and PAP, sources, citations, attachments and carried objects are not said in MISP", r.Title)
	return nil
}

// markTags are the foreign marks of a label as tags.
func markTags(l label.Label) json.RawMessage {
	var tags []map[string]string
	for _, m := range l.Caveats.Foreign() {
		tags = append(tags, map[string]string{"name": strings.ToLower(m.String())})
	}
	if tags == nil {
		return nil
	}
	return mustJSON(tags)
}

// back puts an event together.
func (x *mispExport) back(e *mispBack) fields {
	out := fields{}
	for k, v := range e.head {
		out[k] = v
	}
	if e.head == nil {
		out["uuid"] = quotedJSON(e.uuid)
		if e.uuid != "collection" {
			x.note("event %s: its head is not among the reports", e.uuid)
		}
	}
	var attributes, objects, galaxies []fields
	last := ""
	var clusters []fields
	for _, p := range e.pieces {
		switch {
		case p.Attribute != nil:
			attributes = append(attributes, p.Attribute)
		case p.Object != nil:
			objects = append(objects, p.Object)
		case p.Galaxy != nil:
			// The clusters of one galaxy follow each other.
			if name := string(mustJSON(p.Galaxy)); name != last || p.Cluster == nil {
				galaxies = append(galaxies, p.Galaxy)
				last, clusters = name, nil
			}
			if p.Cluster != nil {
				clusters = append(clusters, p.Cluster)
				galaxies[len(galaxies)-1]["GalaxyCluster"] = mustJSON(clusters)
			}
		}
	}
	for name, list := range map[string][]fields{"Attribute": attributes, "Object": objects, "Galaxy": galaxies} {
		if list == nil {
			continue
		}
		if !x.o.Keep {
			for _, f := range list {
				f.inherit()
			}
		}
		out[name] = mustJSON(list)
	}
	if !x.o.Keep {
		out.inherit()
		out["distribution"] = quotedJSON("0")
	}
	return out
}

// inherit makes a thing of MISP, and what stands in it, go as far as what it
// stands in.
func (f fields) inherit() {
	if f["distribution"] != nil {
		f["distribution"] = quotedJSON(mispInherit)
	}
	for _, name := range []string{"sharing_group_id", "sharing_group_uuid", "SharingGroup"} {
		delete(f, name)
	}
	for _, name := range []string{"Attribute", "Object", "GalaxyCluster"} {
		inner, err := f.list(name)
		if err != nil || len(inner) == 0 {
			continue
		}
		for _, i := range inner {
			i.inherit()
		}
		f[name] = mustJSON(inner)
	}
}

func quotedJSON(s string) json.RawMessage { return mustJSON(s) }

// mustJSON marshals what always can be: strings, and fields that were JSON.
func mustJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("collect: " + err.Error()) // a value of ours that is no JSON is a fault of this package
	}
	return raw
}

// textUUID makes a UUID of the form of version 4 that is the same for the same
// parts.
func textUUID(parts ...string) string {
	u := sha256.Sum256([]byte("entente/v1/misp\x00" + strings.Join(parts, "\x00")))
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
