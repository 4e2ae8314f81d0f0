package collect

import (
	"encoding/json"
	"slices"
	"strings"
)

// galaxies, by the type of their clusters or a part of it, and the STIX type
// that a cluster becomes.
var mispClusters = []struct{ part, typ string }{
	{"attack-pattern", "attack-pattern"}, {"course-of-action", "course-of-action"}, {"intrusion-set", "intrusion-set"},
	{"campaign", "campaign"}, {"malware", "malware"}, {"ransomware", "malware"}, {"backdoor", "malware"}, {"banker", "malware"}, {"rat", "malware"},
	{"threat-actor", "threat-actor"}, {"vulnerability", "vulnerability"}, {"tool", "tool"}, {"country", "location"}, {"region", "location"},
	{"location", "location"}, {"sector", "identity"},
}

func clusterType(typ string) string {
	for _, c := range mispClusters {
		if typ == c.part || strings.HasSuffix(typ, "-"+c.part) {
			return c.typ
		}
	}
	return "x-misp-galaxy-cluster"
}

func (w *mispWriter) galaxy(g fields) error {
	g, err := w.reduce(g, "the galaxy "+oneLine(g.text("name")), false)
	if g == nil || err != nil {
		return err
	}
	level := w.m.levelOf(fields{"Tag": g["Tag"], "distribution": json.RawMessage(`"5"`)}, &w.level)
	clusters, err := g.list("GalaxyCluster")
	if err != nil {
		return err
	}
	if _, there := g["GalaxyCluster"]; there {
		g["GalaxyCluster"] = json.RawMessage("[]")
	}
	if len(clusters) == 0 {
		o := domainObject("x-misp-galaxy", idOr(g.text("uuid"), w.event.uuid), g, w.event.head)
		w.add("Galaxy: "+g.text("name"), level, o, mispBody{EventUUID: w.event.uuid, Galaxy: g})
	}
	for _, c := range clusters {
		// A cluster's distribution says who may have the cluster itself, which
		// is a public text where it is none of the event's own making.
		inner := w.m.levelOf(c, &level)
		if c.text("default") == "true" || c.text("distribution") == "" {
			inner.to = level.to
		}
		w.add(clusterText(g, c), inner, clusterObject(g, c, w.event.head), mispBody{EventUUID: w.event.uuid, Galaxy: g, Cluster: c})
	}
	return nil
}

// clusterProp is a property of a STIX object that the meta fields of a cluster
// may hold, under its own name or another one.
type clusterProp struct {
	name, from string
	list       bool
}

// clusterProps has the properties beyond names, references and kill chains.
var clusterProps = map[string][]clusterProp{
	"campaign":      {{name: "first_seen"}, {name: "last_seen"}, {name: "objective"}},
	"intrusion-set": {{name: "first_seen"}, {name: "last_seen"}, {name: "goals", list: true}, {name: "resource_level"}, {name: "primary_motivation"}, {name: "secondary_motivations", list: true}},
	"location":      {{name: "administrative_area"}, {name: "city"}},
	"malware": {{name: "malware_types", list: true}, {name: "malware_types", from: "labels", list: true}, {name: "first_seen"}, {name: "last_seen"},
		{name: "architecture_execution_envs", list: true}, {name: "implementation_languages", list: true}, {name: "capabilities", list: true}},
	"threat-actor": {{name: "threat_actor_types", list: true}, {name: "threat_actor_types", from: "labels", list: true}, {name: "first_seen"}, {name: "last_seen"},
		{name: "roles", list: true}, {name: "goals", list: true}, {name: "sophistication"}, {name: "resource_level"}, {name: "primary_motivation"},
		{name: "secondary_motivations", list: true}, {name: "personal_motivations", list: true}},
	"tool": {{name: "tool_types", list: true}, {name: "tool_types", from: "labels", list: true}, {name: "tool_version"}},
}

func idOr(uuid, other string) string {
	if len(uuid) == 36 {
		return uuid
	}
	return other
}

func clusterText(g, c fields) string {
	lines := []string{g.text("name") + ": " + c.text("value"), c.text("description")}
	if s := c.nested("meta").words("synonyms"); len(s) > 0 {
		lines = append(lines, "Also: "+strings.Join(s, ", "))
	}
	return strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n")
}

// words returns a list of texts, or one text as a list.
func (f fields) words(name string) (out []string) {
	if json.Unmarshal(f[name], &out) == nil {
		return slices.DeleteFunc(out, func(s string) bool { return s == "" })
	}
	if s := f.text(name); s != "" {
		return []string{s}
	}
	return nil
}

// clusterObject says a galaxy cluster as the STIX object of its kind.
func clusterObject(g, c, event fields) map[string]any {
	typ := clusterType(c.text("type"))
	o := domainObject(typ, idOr(c.text("uuid"), event.text("uuid")), fields{}, event)
	meta := c.nested("meta")
	name := c.text("value")
	if id := append(meta.words("external_id"), "")[0]; id != "" || len(meta.words("refs")) > 0 {
		name = strings.TrimSuffix(name, " - "+id)
		o["external_references"] = clusterReferences(id, meta.words("refs"))
	}
	for _, s := range []string{c.text("description"), g.text("description")} {
		if s != "" {
			o["description"] = s
			break
		}
	}
	switch typ {
	case "location":
		if _, after, ok := strings.Cut(name, " - "); ok && c.text("type") == "region" {
			name = after
		}
		if iso := meta.words("ISO"); len(iso) > 0 {
			o["country"] = iso[0]
		} else if country := meta.words("country"); len(country) > 0 {
			o["country"] = country[0]
		} else {
			o["region"] = strings.ToLower(strings.ReplaceAll(name, " ", "-"))
		}
	case "identity":
		o["identity_class"] = "class"
	case "malware":
		o["is_family"] = meta.text("is_family") == "true" // the galaxy does not say, and a family is a claim
	case "vulnerability":
		for _, alias := range meta.words("aliases") {
			if o["external_references"] == nil && strings.HasPrefix(alias, "CVE-") {
				o["external_references"] = clusterReferences(alias, nil)
			}
		}
	}
	if typ == "location" && name == strings.ToLower(name) {
		name = strings.ToUpper(name[:min(1, len(name))]) + name[min(1, len(name)):]
	}
	o["name"] = name
	for _, q := range clusterProps[typ] {
		from := q.from
		if from == "" {
			from = q.name
		}
		v := meta.words(from)
		if len(v) == 0 || o[q.name] != nil {
			continue
		}
		if q.list {
			o[q.name] = v
		} else {
			o[q.name] = v[0]
		}
	}
	if typ != "course-of-action" && typ != "vulnerability" && typ != "identity" && typ != "location" {
		all := append(meta.words("synonyms"), meta.words("aliases")...)
		if s := slices.DeleteFunc(all, func(a string) bool { return a == name }); len(s) > 0 && !strings.HasPrefix(typ, "x-") {
			o["aliases"] = s
		}
	}
	if typ == "attack-pattern" || typ == "tool" || typ == "malware" {
		var phases []map[string]string
		for _, k := range meta.words("kill_chain") {
			if chain, phase, ok := strings.Cut(k, ":"); ok {
				phases = append(phases, map[string]string{"kill_chain_name": chain, "phase_name": phase[strings.LastIndex(phase, ":")+1:]})
			}
		}
		if len(phases) > 0 {
			o["kill_chain_phases"] = phases
		}
	}
	return o
}

// clusterReferences says where a cluster is described.
func clusterReferences(id string, refs []string) (out []map[string]string) {
	source := "mitre-attack"
	switch {
	case id == "":
		source = ""
	case strings.HasPrefix(id, "CVE-"):
		source = "cve"
	case strings.HasPrefix(id, "CAPEC-"):
		source = "capec"
	}
	if source != "" {
		out = append(out, map[string]string{"source_name": source, "external_id": id})
	}
	for _, r := range refs {
		out = append(out, map[string]string{"source_name": "url", "url": strings.TrimSpace(r)})
	}
	return out
}
