package stix

import "bytes"

// container is what holds an object, as far as it matters to the object.
type container struct {
	bundle  bool
	version string // of the bundle, "2.1" where it does not say
}

var (
	// specs are the objects of the specification by type, specs20 those of
	// STIX 2.0, definedTypes the class of each type.
	specs, specs20 map[string]*spec
	definedTypes   map[string]class
	// customObject and customObservable are the objects that the specification
	// does not define (clause 11.2). They are told apart by created and
	// modified.
	customObject, customObservable *spec
)

// The tables refer to methods that refer to the tables, which only an init
// function may do.
func init() {
	specs = byName(append(append([]*spec{markingDefinition}, domainObjects...), observables...)...)
	specs20 = byName(objects20...)
	definedTypes = map[string]class{"bundle": classBundle}
	for name, s := range specs {
		definedTypes[name] = s.class
	}
	customObject = sdo("custom object", "11.2").build()
	customObservable = sco("custom observable", "11.2", nil).build()
}

// head is what decides how an object is to be read.
type head struct {
	typ, id, version  uint32
	created, modified bool
}

func (t *tape) head(n uint32) (h head) {
	k := n + 1
	for c := t.nodes[n].count; c > 0; c-- {
		switch string(t.str(k)) {
		case "type":
			h.typ = k + 1
		case "id":
			h.id = k + 1
		case "spec_version":
			h.version = k + 1
		case "created":
			h.created = true
		case "modified":
			h.modified = true
		}
		k = t.nodes[k+1].next
	}
	return h
}

// stixObject checks one STIX object that is no bundle.
func (v *validator) stixObject(n uint32, in container) {
	t := v.tape
	if t.nodes[n].kind != kObject {
		v.fail("3", "is "+kindNames[t.nodes[n].kind]+"; a STIX object is wanted")
		return
	}
	h := t.head(n)
	if h.typ == 0 {
		v.fail("3.2", "required property type is missing")
		if h.id == 0 {
			v.fail("3.2", "required property id is missing")
		}
		return
	}
	if t.nodes[h.typ].kind != kString {
		v.failAt("type", "3.2", "must be a string, not "+kindNames[t.nodes[h.typ].kind])
		return
	}
	typ := t.str(h.typ)
	if in.bundle && string(typ) == "bundle" {
		v.failAt("type", "8.1", "a bundle must not contain a bundle, which is no STIX object")
		return
	}
	v.old = in.bundle && (in.version == "2.0" || in.version == "2.1" && h.version == 0 && h.created)
	s, custom := lookup(typ, v.old, h)
	if custom {
		v.customType(typ)
	}
	var id []byte
	if h.id != 0 {
		if t.nodes[h.id].kind != kString {
			v.failAt("id", "2.9", "must be a string, not "+kindNames[t.nodes[h.id].kind])
		} else {
			id = t.str(h.id)
			v.ownID(id, typ, custom)
		}
	}
	v.stixBody(n, s, id)
	v.old = false
}

// customType checks the name of a type that the specification does not define.
func (v *validator) customType(typ []byte) {
	reserved := string(typ) == "action"
	fault := typeFault(typ)
	if v.old { // STIX 2.0 part 1, 7.2: capitals and a digit in front pass
		reserved = string(typ) == "incident" || string(typ) == "infrastructure"
		if lower := bytes.ToLower(typ); len(typ) > 1 && typ[0] != '-' {
			fault = typeFault(append([]byte("a"), lower[1:]...))
		}
	}
	if fault != "" {
		v.failAt("type", "3.1", quoted(typ)+" is no object type: it "+fault)
	}
	if reserved {
		v.failAt("type", "3.8", "is a reserved name")
	}
}

func lookup(typ []byte, old bool, h head) (s *spec, custom bool) {
	if old {
		if s = specs20[string(typ)]; s != nil {
			return s, false
		}
		return customObject20, true
	}
	if s = specs[string(typ)]; s != nil {
		return s, false
	}
	if h.created || h.modified {
		return customObject, true
	}
	return customObservable, true
}

func (v *validator) ownID(id, typ []byte, custom bool) {
	if _, version, ok := splitID(id); !ok {
		v.failAt("id", "2.9", quoted(id)+" is no identifier: object-type--UUID of RFC 4122 is wanted")
	} else if v.old && version != 4 {
		v.failAt("id", "STIX 2.0 part 1, 2.5", quoted(id)+" must hold a UUID of version 4")
	}
	if idHasType(id, typ) {
		return
	}
	if custom {
		v.adviseAt("id", "2.9", quoted(id)+" must begin with the object's type, "+quoted(typ))
	} else {
		v.failAt("id", "2.9", quoted(id)+" must begin with "+string(typ)+"--")
	}
}

// stixBody checks the properties of a STIX object and what ties them together.
func (v *validator) stixBody(n uint32, s *spec, id []byte) {
	o := v.enter(n, s)
	if o == nil {
		return
	}
	defer v.leave()
	v.modifiedAfterCreated(n, s.class != classSCO)
	v.markings(o, id)
	if s.class == classSCO && (v.opt.Advice || v.opt.Strict) {
		v.notApplicable(n)
	}
}

// modifiedAfterCreated holds clause 3.6.1 on every object that has both, also
// on one whose kind does not define them; known says that it does, so that the
// timestamps themselves have been looked at.
func (v *validator) modifiedAfterCreated(n uint32, known bool) {
	t := v.tape
	c, ok := t.member(n, "created")
	if !ok || t.nodes[c].kind != kString {
		return
	}
	created, bad1 := parseTimestamp(t.str(c))
	if bad1 > timestampShape && !known {
		v.failAt("created", "2.15", quoted(t.str(c))+" "+bad1.String())
	}
	m, ok := t.member(n, "modified")
	if !ok || t.nodes[m].kind != kString {
		return
	}
	modified, bad2 := parseTimestamp(t.str(m))
	if bad1 == timestampOK && bad2 == timestampOK && modified.compare(created) < 0 {
		v.failAt("modified", "3.6.1", "must be later than or equal to created ("+clip(string(t.str(c)))+"), is "+clip(string(t.str(m))))
	}
}

// notApplicable advises on common properties that cyber observables do not
// have (the table of clause 3.2).
func (v *validator) notApplicable(n uint32) {
	for k := range v.tape.members(n) {
		switch name := v.tape.str(k); string(name) {
		case "created_by_ref", "revoked", "labels", "confidence", "lang", "external_references", "created", "modified":
			v.adviseAt(string(name), "3.2", "does not apply to cyber observables")
		}
	}
}

// bundle checks a bundle (clause 8.1) and every object in it.
func (v *validator) bundle(n uint32) {
	t := v.tape
	v.bundleHead(n)
	list, ok := t.member(n, "objects")
	if !ok {
		return
	}
	v.push([]byte("objects"), 0)
	defer v.pop()
	if t.nodes[list].kind != kArray {
		v.wrongKind(list, "8.1", "a list of STIX objects")
		return
	}
	if t.nodes[list].count == 0 {
		v.fail("8.1", "empty lists are not allowed; leave objects out")
	}
	in := container{bundle: true, version: t.bundleVersion(n)}
	for i, e := range t.elements(list) {
		v.push(nil, i)
		v.stixObject(e, in)
		v.pop()
	}
}

// bundleHead checks the properties of a bundle other than its objects.
func (v *validator) bundleHead(n uint32) {
	t := v.tape
	id, ok := t.member(n, "id")
	switch {
	case !ok:
		v.fail("8.1", "required property id is missing")
	case t.nodes[id].kind != kString:
		v.failAt("id", "2.9", "must be a string, not "+kindNames[t.nodes[id].kind])
	default:
		v.ownID(t.str(id), []byte("bundle"), false)
	}
	// Only bundles of STIX 2.0 have it; where it stands it decides by which
	// rules the objects are read, and must be readable.
	if version, ok := t.member(n, "spec_version"); ok && t.nodes[version].kind != kString {
		v.failAt("spec_version", "STIX 2.0 part 1, 5.1", "must be a string, not "+kindNames[t.nodes[version].kind])
	}
}

// bundleVersion is the version that a bundle declares. STIX 2.1 has taken that
// property away, so a bundle without it is of 2.1.
func (t *tape) bundleVersion(n uint32) string {
	if s, ok := t.member(n, "spec_version"); ok && t.nodes[s].kind == kString {
		return string(t.str(s))
	}
	return "2.1"
}

// observedObjects checks the deprecated objects dictionary of observed data:
// each entry is a cyber observable, and its references name other entries.
func (v *validator) observedObjects(n uint32) {
	t := v.tape
	if t.nodes[n].kind != kObject {
		v.wrongKind(n, "4.14", "a dictionary of cyber observables")
		return
	}
	if t.nodes[n].count == 0 {
		v.fail("4.14", "must contain at least one object")
	}
	types := make(map[string]string, t.nodes[n].count)
	for k, val := range t.members(n) {
		if typ, ok := t.member(val, "type"); ok && t.nodes[typ].kind == kString {
			types[string(t.str(k))] = string(t.str(typ))
		} else {
			types[string(t.str(k))] = ""
		}
	}
	for k, val := range t.members(n) {
		v.push(t.str(k), 0)
		v.observedObject(val, types)
		v.pop()
	}
}

func (v *validator) observedObject(n uint32, types map[string]string) {
	t := v.tape
	if t.nodes[n].kind != kObject {
		v.wrongKind(n, "4.14", "a cyber observable")
		return
	}
	typNode, ok := t.member(n, "type")
	if !ok || t.nodes[typNode].kind != kString {
		v.fail("4.14", "required property type is missing")
		return
	}
	typ := t.str(typNode)
	s, custom := v.observableSpec(typ)
	if s == nil {
		return
	}
	if v.old {
		if _, named := t.member(n, "id"); named {
			v.adviseAt("id", "STIX 2.0 part 3, 2.5", "is no property of an observable of STIX 2.0, and too short for a custom one")
		}
		if old := observables20[string(typ)]; old != nil {
			v.object(n, old)
		}
		v.allLocalRefs(n, s, types)
		return
	}
	var id []byte
	if idNode, ok := t.member(n, "id"); ok {
		if t.nodes[idNode].kind == kString {
			id = t.str(idNode)
			v.ownID(id, typ, custom)
		} else {
			v.failAt("id", "2.9", "must be a string, not "+kindNames[t.nodes[idNode].kind])
		}
	}
	o := v.enter(n, s)
	if o == nil {
		return
	}
	defer v.leave()
	v.markings(o, id)
	v.allLocalRefs(n, s, types)
}

// observableSpec finds what an entry of the objects dictionary is held to; nil
// if its type is none of an observable.
func (v *validator) observableSpec(typ []byte) (s *spec, custom bool) {
	if s = specs[string(typ)]; s != nil && s.class == classSCO {
		return s, false
	}
	if definedTypes[string(typ)] != classNone {
		v.failAt("type", "4.14", quoted(typ)+" is no cyber observable")
		return nil, false
	}
	if fault := typeFault(typ); fault != "" {
		v.failAt("type", "3.1", quoted(typ)+" is no object type: it "+fault)
	}
	if string(typ) == "action" {
		v.failAt("type", "3.8", "is a reserved name")
	}
	return customObservable, true
}

// allLocalRefs looks up the references of an observable and of its extensions.
func (v *validator) allLocalRefs(n uint32, s *spec, types map[string]string) {
	t := v.tape
	v.localRefs(n, s, types)
	exts, ok := t.member(n, "extensions")
	if !ok || t.nodes[exts].kind != kObject {
		return
	}
	v.push([]byte("extensions"), 0)
	for k, e := range t.members(exts) {
		if ext := s.extensions[string(t.str(k))]; ext != nil && t.nodes[e].kind == kObject {
			v.push(t.str(k), 0)
			v.localRefs(e, ext, types)
			v.pop()
		}
	}
	v.pop()
}

// localRefs looks references up in the objects dictionary they stand in.
func (v *validator) localRefs(n uint32, s *spec, types map[string]string) {
	t := v.tape
	for k, val := range t.members(n) {
		i, ok := s.index[string(t.str(k))]
		if !ok {
			continue
		}
		r := &s.props[i].rule
		v.push(t.str(k), 0)
		switch {
		case r.kind == ruleSCORef && t.nodes[val].kind == kString:
			v.localRef(t.str(val), r.refs, s, types)
		case r.kind == ruleList && r.elem.kind == ruleSCORef && t.nodes[val].kind == kArray:
			for _, e := range t.elements(val) {
				if t.nodes[e].kind == kString {
					v.localRef(t.str(e), r.elem.refs, s, types)
				}
			}
		case r.kind == ruleList && r.elem.kind == ruleEmbedded && t.nodes[val].kind == kArray:
			for _, e := range t.elements(val) {
				if t.nodes[e].kind == kObject {
					v.localRefs(e, r.elem.sub, types)
				}
			}
		}
		v.pop()
	}
}

func (v *validator) localRef(s []byte, r *refRule, owner *spec, types map[string]string) {
	typ, ok := types[string(s)]
	if !ok {
		v.fail("4.14", quoted(s)+" names no object of this dictionary")
		return
	}
	if typ != "" && !r.only[typ] && !bytes.Equal([]byte(r.names), []byte(observableTypes)) {
		v.fail(owner.clause, "must refer to an object of type "+r.names+", not "+quoted([]byte(typ)))
	}
}
