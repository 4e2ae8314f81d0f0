#!/usr/bin/env python3
"""Writes the vectors of spec/label.md beside itself: python3 make.py

A second implementation of that file, written from its text alone. What is
refused is stated by hand; what is computed, is computed here.
"""
import json, os, random, unicodedata
from xml.sax.saxutils import escape

HERE = os.path.dirname(os.path.abspath(__file__))
LATER = "\uffff"  # stands for an absent moment in comparisons

CENTRE = {"id": "CENTRE", "classes": ["UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL", "SECRET"],
          "shorts": ["U", "R", "C", "S"]}
NORTH = {"id": "NORTH", "uri": "urn:oid:2.25.71", "classes": ["OPEN", "GUARDED", "CLOSED"], "shorts": ["O", "G", "X"]}
SOUTH = {"id": "SOUTH", "classes": ["ALPHA", "BETA"], "shorts": ["A", "B"]}
ALONE = {"id": "ALONE", "classes": ["LOW", "HIGH"], "shorts": ["L", "H"]}


def ref(policy, cls):
    return {"policy": policy, "class": cls}


def eq(p, c, q, d):
    return {"a": ref(p, c), "b": ref(q, d)}


NORTH_EQ = [eq("NORTH", "OPEN", "CENTRE", "UNCLASSIFIED"), eq("CENTRE", "CONFIDENTIAL", "NORTH", "GUARDED"),
            eq("NORTH", "CLOSED", "CENTRE", "SECRET")]
SOUTH_EQ = [eq("SOUTH", "ALPHA", "CENTRE", "RESTRICTED"), eq("SOUTH", "BETA", "NORTH", "CLOSED")]
PLAIN = {"common": "CENTRE", "policies": [CENTRE], "equivalences": []}
FULL = {"common": "CENTRE", "policies": [CENTRE, NORTH, SOUTH, ALONE], "equivalences": NORTH_EQ + SOUTH_EQ}
SCHEMES = {"TLP": ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"], "PAP": ["CLEAR", "GREEN", "AMBER", "RED"]}


# ---- labels ---------------------------------------------------------------

def label(cls="SECRET", rel="IRQ", orig=None, consent="", ext=(), codes="", caveats=(), personal=False,
          review=None, expires=None, policy="CENTRE"):
    l = {"policy": policy, "class": cls, "rel": sorted(rel.split()),
         "originators": sorted((orig if orig is not None else rel.split()[0]).split())}
    if consent:
        l["consent_needed"] = sorted(consent.split())
    if ext:
        l["external"] = [{"id": i, "holder": h} for i, h in sorted(ext)]
    if codes:
        l["use_codes"] = sorted(codes.split())
    if caveats:
        l["caveats"] = sorted(caveats, key=lambda c: c.encode())
    if personal:
        l["personal"] = True
    if review:
        l["review_by"] = review
    if expires:
        l["expires"] = expires
    return l


def policy_of(table, name):
    return next(p for p in table["policies"] if p["id"] == name)


def up(table, r):
    """The equal in the common policy, by walking the equivalences."""
    seen, todo = set(), [(r["policy"], r["class"])]
    while todo:
        x = todo.pop()
        if x in seen:
            continue
        seen.add(x)
        if x[0] == table["common"]:
            return x[1]
        for e in table["equivalences"]:
            a, b = (e["a"]["policy"], e["a"]["class"]), (e["b"]["policy"], e["b"]["class"])
            if a == x:
                todo.append(b)
            if b == x:
                todo.append(a)
    return None


def foreign(c):
    s, _, t = c.partition(":")
    return (s, SCHEMES[s].index(t)) if s in SCHEMES and t in SCHEMES[s] else None


def strictest(caveats):
    best = {}
    for c in caveats:
        f = foreign(c)
        if f:
            best[f[0]] = max(best.get(f[0], 0), f[1])
    return [c for c in caveats if not foreign(c) or best[foreign(c)[0]] == foreign(c)[1]]


def join(table, a, b):
    if a["policy"] == b["policy"]:
        pol = a["policy"]
        order = policy_of(table, pol)["classes"]
        cls = max(a["class"], b["class"], key=order.index)
    else:
        pol = table["common"]
        order = policy_of(table, pol)["classes"]
        cls = max(up(table, ref(a["policy"], a["class"])), up(table, ref(b["policy"], b["class"])), key=order.index)

    def both(f):
        return " ".join(sorted(set(a.get(f, [])) | set(b.get(f, []))))

    def first(f):
        m = min(a.get(f, LATER), b.get(f, LATER))
        return None if m == LATER else m

    ext = {(x["id"], x["holder"]) for l in (a, b) for x in l.get("external", [])}
    return label(cls, " ".join(set(a["rel"]) & set(b["rel"])), both("originators"), both("consent_needed"), ext,
                 both("use_codes"), strictest(set(a.get("caveats", [])) | set(b.get("caveats", []))),
                 a.get("personal", False) or b.get("personal", False), first("review_by"), first("expires"), pol)


# ---- consent --------------------------------------------------------------

def member(m):
    return {"kind": "member", "id": m}


def outsider(i, h):
    return {"kind": "external", "id": i, "holder": h}


def consent(by, decision, to, since, until=None, portions=None):
    c = {"by": by, "decision": decision, "to": sorted(to.split()), "from": since}
    if until:
        c["until"] = until
    if portions:
        c["portions"] = portions
    return c


def state(consents, by, m, portion, at):
    words = [c for c in consents if c["by"] == by and m in c["to"] and c["from"] <= at
             and (not c.get("portions") or portion in c["portions"])]
    if not words:
        return "none"
    latest = max(c["from"] for c in words)
    words = [c for c in words if c["from"] == latest]
    for d in ("withhold", "refuse", "grant"):
        these = [c for c in words if c["decision"] == d]
        if these:
            pick = min if d == "grant" else max
            until = pick(c.get("until", LATER) for c in these)
            live = until > at
            return {"withhold": "withheld" if live else "none", "refuse": "refused" if live else "none",
                    "grant": "granted" if live else "lapsed"}[d]


def in_release(l, consents, portion, at, m):
    return not reasons(l, consents, portion, at, m)


def reasons(l, consents, portion, at, m):
    """Why m is not in the effective release, empty if it is."""
    r = sorted(set(l["originators"]) | set(l.get("consent_needed", [])))
    st = {o: state(consents, member(o), m, portion, at) for o in r if o != m}
    xs = [x for x in l.get("external", []) if x["holder"] != m]
    xt = [(x, state(consents, outsider(x["id"], x["holder"]), m, portion, at)) for x in xs]
    out = []
    held = [o for o, s in st.items() if s == "withheld" and o in l["originators"]]
    if m not in l["rel"] and any(s != "granted" for s in st.values()):
        out.append("not released")
        out += [f"consent missing {o} {s}" for o, s in st.items() if s != "granted" and o not in held]
    out += [f"external originator {x['id']} VIA {x['holder']} {s}" for x, s in xt if s not in ("granted", "withheld")]
    out += [f"withheld {o}" for o in held]
    out += [f"withheld {x['id']} VIA {x['holder']}" for x, s in xt if s == "withheld"]
    return out


def world(labels, consents):
    w = set()
    for l in labels:
        w |= set(l["rel"]) | set(l["originators"]) | set(l.get("consent_needed", []))
    for c in consents:
        w |= set(c["to"])
    return sorted(w)


def effective(l, consents, portion, at):
    e = dict(l)
    e["rel"] = [m for m in world([l], consents) if in_release(l, consents, portion, at, m)]
    return e


def fold(table, labels):
    out = labels[0]
    for l in labels[1:]:
        out = join(table, out, l)
    return join(table, out, out)


# ---- plan -----------------------------------------------------------------

def plan(table, i):
    at, cons = i["at"], i["consents"]
    blocked, eff = [], []
    for n, p in enumerate(i["portions"]):
        l = p.get("label")
        e = effective(l, cons, p["id"], at) if l else None
        eff.append(e)
        if not l:
            blocked.append([n, "unlabelled"])
        if not p["sourced"]:
            blocked.append([n, "unsourced"])
        if l and l.get("expires", LATER) <= at:
            blocked.append([n, "expired"])
        if l and l.get("personal") and l["review_by"] <= at:
            blocked.append([n, "review overdue"])
        if l and i["releaser"] not in e["rel"]:
            blocked.append([n, "not released to the releaser"])
    stop = {n for n, _ in blocked}
    everybody = sorted(i["members"] + i["observers"])
    groups = {}
    for m in everybody:
        seen = tuple(n for n, e in enumerate(eff) if e and n not in stop and m in e["rel"])
        if seen:
            groups.setdefault(seen, []).append(m)
    views = [{"portions": list(s), "recipients": ms, "banner": write(table, fold(table, [eff[n] for n in s]))["banner"]}
             for s, ms in groups.items()]
    historic = sorted({m for e in eff if e for m in e["rel"]} - set(everybody))
    return {"blocked": blocked, "views": sorted(views, key=lambda v: v["recipients"][0]), "historic": historic}


# ---- written forms --------------------------------------------------------

def write(table, l):
    pol = policy_of(table, l["policy"])

    def parts(sep, rel, none, pers, last):
        out = [rel + sep.join(l["rel"]) if l["rel"] else none]
        if l.get("use_codes"):
            out.append(" ".join(l["use_codes"]))
        if l.get("consent_needed"):
            out.append("ORCON " + sep.join(l["consent_needed"]))
        if l.get("external"):
            out.append("FGI " + sep.join(f"{x['id']} VIA {x['holder']}" for x in l["external"]))
        if l.get("personal"):
            out.append(pers)
        marks = [c for c in l.get("caveats", []) if foreign(c)]
        out += sorted(marks, key=lambda c: c[:3] != "TLP")
        out += ["CAVEAT " + c for c in l.get("caveats", []) if not foreign(c)]
        if last:
            out.append("ORIGIN " + sep.join(l["originators"]))
            out += ["REVIEW BY " + l["review_by"]] if l.get("review_by") else []
            out += ["EXPIRES " + l["expires"]] if l.get("expires") else []
        return "//".join(out)

    long = (", ", "REL TO ", "NOT RELEASABLE", "PERSONAL DATA")
    short = pol["shorts"][pol["classes"].index(l["class"])]
    return {"banner": l["class"] + "//" + parts(*long, False),
            "mark": "(" + short + "//" + parts(" ", "REL ", "NOT REL", "PERS", False) + ")",
            "full": l["policy"] + ":" + l["class"] + "//" + parts(*long, True)}


def stanag(table, l, created, to=None):
    kind = "originatorConfidentialityLabel"
    if to:
        kind = "alternativeConfidentialityLabel"
        cls = next(c for c in policy_of(table, to)["classes"]
                   if up(table, ref(to, c)) == up(table, ref(l["policy"], l["class"])))
        l = dict(l, policy=to, **{"class": cls})

    def q(s):
        return escape(s, {'"': "&#34;", "'": "&#39;"})

    def el(name, text, attrs=""):
        return f"<s4774:{name}{attrs}>{q(text)}</s4774:{name}>"

    def cat(typ, tag, values):
        if not values:
            return ""
        return f'<s4774:Category Type="{typ}" TagName="{tag}">' + "".join(el("GenericValue", v) for v in values) + "</s4774:Category>"

    uri = policy_of(table, l["policy"]).get("uri")
    s = f'<s4774:{kind} xmlns:s4774="urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"'
    if l.get("review_by"):
        s += f' ReviewDateTime="{l["review_by"]}"'
    s += "><s4774:ConfidentialityInformation>" + el("PolicyIdentifier", l["policy"], f' URI="{uri}"' if uri else "")
    s += el("Classification", l["class"])
    s += cat("PERMISSIVE", "ReleasableTo", l["rel"] or ["NONE"])
    s += cat("RESTRICTIVE", "HandlingCode", l.get("use_codes"))
    s += cat("RESTRICTIVE", "ConsentNeeded", l.get("consent_needed"))
    s += cat("RESTRICTIVE", "ExternalOriginator", [f"{x['id']} VIA {x['holder']}" for x in l.get("external", [])])
    s += cat("RESTRICTIVE", "PersonalData", ["PERSONAL DATA"] if l.get("personal") else [])
    s += cat("RESTRICTIVE", "Caveat", l.get("caveats"))
    s += cat("RESTRICTIVE", "Expires", [l["expires"]] if l.get("expires") else [])
    s += cat("INFORMATIVE", "Originator", l["originators"])
    return s + "</s4774:ConfidentialityInformation>" + el("CreationDateTime", created) + f"</s4774:{kind}>"


# ---- the cases ------------------------------------------------------------

written = {}


def case(name, about, op, given, expect, table=None):
    assert name not in written, name
    v = {"about": about, "op": op}
    if table:
        v["table"] = table
    v["in"] = given
    v["expect"] = expect
    written[name] = v


def refused(kind):
    return {"error": kind}


def decode_cases():
    full = label("SECRET", "IRQ RUS", "IRQ RUS", "RUS", [("X", "IRQ"), ("X-1", "IRQ")], "H1 H2 H3",
                 ["TLP:AMBER", "named officers only"], True, "2027-01-31T00:00:00Z", "2027-06-30T12:00:00Z")
    bare = label("RESTRICTED", "IRQ", "IRQ")
    persian = label("SECRET", "IRN", "IRN", caveats=["\u0645\u06cc\u200c\u0634\u0648\u062f"])
    for n, l, about in (("full", full, "every field"), ("bare", bare, "required fields alone"),
                        ("zwnj", persian, "a caveat in Persian with the zero width non-joiner that it is spelled with"),
                        ("not-releasable", label("SECRET", "", "IRN RUS"), "a whole that nobody may see")):
        case("decode-" + n, about, "decode", json.dumps(l, ensure_ascii=False), {"label": l})
    case("decode-any-order", "fields in another order, escapes, empty and false written out", "decode",
         '{ "class":"\\u0053ECRET", "rel":["IRQ"], "caveats":[], "personal":false, "originators":["IRQ"], "policy":"CENTRE" }',
         {"label": label("SECRET", "IRQ", "IRQ")})

    def bad(name, about, kind, change=None, text=None):
        if text is None:
            l = json.loads(json.dumps(full))
            change(l)
            text = json.dumps(l, ensure_ascii=False)
        case("decode-bad-" + name, about, "decode", text, refused(kind))

    base = '"policy":"CENTRE","class":"SECRET","rel":["IRQ"],"originators":["IRQ"]'
    bad("unknown-field", "an unknown field", "syntax", lambda l: l.update(note="x"))
    bad("case", "names of fields are not folded", "syntax", text='{' + base + ',"Personal":false}')
    bad("twice", "a field twice", "syntax", text='{' + base + ',"rel":["IRQ","RUS"]}')
    bad("null-rel", "null for a set", "syntax", text='{' + base.replace('["IRQ"],"orig', 'null,"orig') + '}')
    bad("null-personal", "null for personal", "syntax", text='{' + base + ',"personal":null}')
    bad("null-caveat", "null among caveats", "syntax", text='{' + base + ',"caveats":[null]}')
    bad("array", "no object", "syntax", text="[]")
    bad("no-rel", "without rel: an empty set is written out", "syntax", lambda l: l.pop("rel"))
    bad("no-class", "without class", "syntax", lambda l: l.pop("class"))
    bad("no-originators", "nobody answers for it (condition 1)", "invalid", lambda l: l.update(originators=[]))
    bad("own-rel", "the only originator is not in rel (condition 2)", "invalid",
        text='{"policy":"CENTRE","class":"SECRET","rel":["RUS"],"originators":["IRQ"]}')
    bad("holder", "the holder is no originator (condition 3)", "invalid",
        lambda l: l.update(external=[{"id": "X", "holder": "SYR"}]))
    bad("h2", "H2 without anybody's permission to ask (condition 4)", "invalid", text='{' + base + ',"use_codes":["H2"]}')
    bad("h3", "H3 without the restriction (condition 5)", "invalid", text='{' + base + ',"use_codes":["H3"]}')
    bad("personal", "personal data without review date (condition 6)", "invalid", lambda l: l.pop("review_by"))
    bad("all", "REL ALL is no release set (rule 31)", "member", lambda l: l.update(rel=["ALL"]))
    bad("lower", "a member in lower case", "member", lambda l: l.update(rel=["irq"]))
    bad("four", "a member of four letters", "member", lambda l: l.update(rel=["IRAQ"]))
    bad("order", "members out of order", "syntax", lambda l: l.update(rel=["RUS", "IRQ"]))
    bad("repeat", "a member twice", "syntax", lambda l: l.update(rel=["IRQ", "IRQ"]))
    bad("code", "a use code that does not exist", "syntax", lambda l: l.update(use_codes=["H4"]))
    bad("code-order", "use codes out of order", "syntax", lambda l: l.update(use_codes=["H3", "H1"]))
    bad("external-order", "external originators out of order", "syntax", lambda l: l["external"].reverse())
    bad("external-id", "an external originator in lower case", "syntax", lambda l: l["external"][0].update(id="x"))
    bad("external-field", "an external originator with another field", "syntax", lambda l: l["external"][0].update(kind="external"))
    bad("external-twice", "a repeated field in an external originator", "syntax",
        text='{' + base + ',"external":[{"id":"X","id":"Y","holder":"IRQ"}]}')
    for n, c, about in (("strokes", "a//b", "two strokes in a caveat"), ("stroke-end", "a/", "a stroke at the end of a caveat"),
                        ("blank", " a", "a blank before a caveat"), ("blanks", "a  b", "two blanks in a caveat"),
                        ("empty", "", "an empty caveat"), ("control", "a\nb", "a line feed in a caveat"),
                        ("bidi", "a\u202eb", "an override of direction in a caveat"),
                        ("nfd", unicodedata.normalize("NFD", "\u00e9"), "a caveat not in normal form C"),
                        ("nbsp", "a\u00a0b", "another blank than U+0020 in a caveat"),
                        ("tlp", "TLP:AMBER STRICT", "a foreign mark misspelled"), ("white", "TLP:WHITE", "the old name of TLP:CLEAR"),
                        ("tlp-case", "TLP:amber", "a foreign mark in lower case")):
        bad("caveat-" + n, about, "syntax", lambda l: l.update(caveats=[c]))
    bad("caveat-long", "a caveat of 201 bytes", "bound", lambda l: l.update(caveats=["a" * 201]))
    bad("caveat-two-tlp", "two marks of one scheme", "syntax", lambda l: l.update(caveats=["TLP:AMBER", "TLP:RED"]))
    bad("caveat-many", "65 caveats", "bound", lambda l: l.update(caveats=sorted(f"c{n:02}" for n in range(65))))
    bad("policy-colon", "a colon in the policy", "syntax", lambda l: l.update(policy="A:B"))
    bad("many-members", "257 members", "bound", lambda l: l.update(rel=sorted({chr(65 + n // 26) + chr(65 + n % 26) + "A" for n in range(257)})))
    bad("not-utf8", "half of a surrogate pair", "syntax", text='{' + base + ',"caveats":["\\ud800"]}')
    bad("after", "text after the object", "syntax", text='{' + base + '}{}')
    for n, d, about in (("offset", "2027-01-31T00:00:00+03:00", "a moment with an offset"), ("day", "2027-01-31", "a day"),
                        ("fraction", "2027-01-31T00:00:0.5Z", "a fraction of a second"), ("leap", "2027-02-29T00:00:00Z", "a day that does not exist"),
                        ("early", "1970-01-01T00:00:00Z", "the first second of 1970, which stands for absence"),
                        ("lower", "2027-01-31t00:00:00z", "small letters in a moment")):
        bad("moment-" + n, about, "syntax", lambda l: l.update(expires=d))


def table_cases():
    for n, about, t in (("plain", "one policy", PLAIN), ("full", "two policies equated, one of them in part through the other, and one that stands alone", FULL),
                        ("loop", "an equivalence that follows from two others", dict(FULL, equivalences=NORTH_EQ + SOUTH_EQ + [eq("SOUTH", "BETA", "CENTRE", "SECRET")]))):
        case("table-" + n, about, "table", None, {"ok": True}, t)

    def bad(name, about, **change):
        case("table-bad-" + name, about, "table", None, refused("table"), dict(FULL, **change))

    bad("common", "a common policy that is not there", common="OTHER")
    bad("policy-twice", "a policy twice", policies=[CENTRE, NORTH, SOUTH, ALONE, CENTRE])
    bad("no-class", "a policy without classes", policies=[CENTRE, NORTH, SOUTH, dict(ALONE, classes=[], shorts=[])])
    bad("class-twice", "a class twice", policies=[CENTRE, NORTH, SOUTH, dict(ALONE, classes=["LOW", "LOW"])])
    bad("short-twice", "a short form twice", policies=[CENTRE, NORTH, SOUTH, dict(ALONE, shorts=["L", "L"])])
    bad("short-missing", "a short form missing", policies=[CENTRE, NORTH, SOUTH, dict(ALONE, shorts=["L"])])
    bad("colon", "a policy with a colon", policies=[CENTRE, NORTH, SOUTH, dict(ALONE, id="A:B")])
    bad("uri", "a URI that is no object identifier", policies=[CENTRE, NORTH, SOUTH, dict(ALONE, uri="https://example.org")])
    bad("uri-zero", "an object identifier with a leading zero", policies=[CENTRE, NORTH, SOUTH, dict(ALONE, uri="urn:oid:2.025")])
    bad("unknown-policy", "an equivalence of an unknown policy", equivalences=NORTH_EQ + SOUTH_EQ + [eq("WEST", "A", "CENTRE", "SECRET")])
    bad("unknown-class", "an equivalence of an unknown class", equivalences=NORTH_EQ + SOUTH_EQ + [eq("ALONE", "MID", "CENTRE", "SECRET")])
    bad("own-policy", "two classes of one policy equated", equivalences=NORTH_EQ + SOUTH_EQ + [eq("NORTH", "OPEN", "NORTH", "CLOSED")])
    bad("pair-twice", "a pair twice, the second time turned round", equivalences=NORTH_EQ + SOUTH_EQ + [eq("CENTRE", "UNCLASSIFIED", "NORTH", "OPEN")])
    bad("crossed", "two equivalences that cross", equivalences=[eq("SOUTH", "ALPHA", "CENTRE", "SECRET"), eq("SOUTH", "BETA", "CENTRE", "RESTRICTED")])
    bad("merged", "two classes of a policy with one equal", equivalences=[eq("SOUTH", "ALPHA", "CENTRE", "SECRET"), eq("SOUTH", "BETA", "CENTRE", "SECRET")])
    bad("cycle", "an order broken through a third policy", equivalences=NORTH_EQ + [eq("SOUTH", "ALPHA", "NORTH", "CLOSED"), eq("SOUTH", "BETA", "CENTRE", "CONFIDENTIAL")])
    bad("partial", "a policy equated in part", equivalences=NORTH_EQ + [eq("SOUTH", "ALPHA", "CENTRE", "RESTRICTED")])
    bad("elsewhere", "two policies equated with each other and not with the common one",
        equivalences=NORTH_EQ + SOUTH_EQ + [], policies=[CENTRE, NORTH, SOUTH, ALONE, dict(ALONE, id="A2")], common="A2")

    def equal(name, about, frm, to, cls=None, error=None):
        case("equivalent-" + name, about, "equivalent", {"from": frm, "to": to}, {"class": cls} if cls else refused(error), FULL)

    equal("up", "to the common policy", ref("NORTH", "GUARDED"), "CENTRE", "CONFIDENTIAL")
    equal("across", "between two policies through the common one", ref("SOUTH", "BETA"), "NORTH", "CLOSED")
    equal("same", "in the same policy", ref("ALONE", "LOW"), "ALONE", "LOW")
    equal("hole", "a class of the common policy without an equal", ref("CENTRE", "RESTRICTED"), "NORTH", error="no equivalence")
    equal("alone", "from a policy that stands alone", ref("ALONE", "LOW"), "CENTRE", error="no equivalence")
    equal("unknown", "to an unknown policy", ref("CENTRE", "SECRET"), "WEST", error="unknown policy")
    equal("class", "of an unknown class", ref("CENTRE", "TOP"), "NORTH", error="unknown class")


def join_cases():
    a = label("RESTRICTED", "IRQ RUS", "RUS", "RUS", codes="H2", caveats=["TLP:GREEN", "b"], expires="2027-01-01T00:00:00Z")
    b = label("CONFIDENTIAL", "IRN IRQ", "IRN", codes="H1", caveats=["PAP:RED", "TLP:RED", "a"], personal=True, review="2026-12-01T00:00:00Z")
    for name, about, x, y in (
            ("fields", "each field", a, b), ("self", "with itself", b, b),
            ("same-policy", "two labels of one policy stay in it", label("OPEN", "IRQ", policy="NORTH"), label("GUARDED", "IRQ", policy="NORTH")),
            ("alone-alone", "a policy that stands alone rolls up within itself", label("LOW", "IRQ", policy="ALONE"), label("HIGH", "IRQ", policy="ALONE")),
            ("policies", "two policies meet in the common one", label("GUARDED", "IRQ", policy="NORTH"), label("ALPHA", "IRQ", policy="SOUTH")),
            ("common", "a policy and the common one", label("CLOSED", "IRQ", policy="NORTH"), label("RESTRICTED", "IRQ")),
            ("nobody", "no member in common", label("SECRET", "IRQ"), label("SECRET", "RUS")),
            ("externals", "external originators of two holders", label("SECRET", "IRQ", ext=[("X", "IRQ"), ("Z.9", "IRQ")]),
             label("SECRET", "RUS", ext=[("X", "RUS")]))):
        case("join-" + name, about, "join", {"a": x, "b": y}, {"label": join(FULL, x, y)}, FULL)
    case("join-bad-alone", "a policy that stands alone and another", "join",
         {"a": label("LOW", "IRQ", policy="ALONE"), "b": label("SECRET", "IRQ")}, refused("no equivalence"), FULL)
    case("join-bad-policy", "a policy that is not in the table", "join",
         {"a": label("LOW", "IRQ", policy="ALONE"), "b": label("SECRET", "IRQ")}, refused("unknown policy"), PLAIN)
    case("join-bad-class", "a class that is not in the policy", "join",
         {"a": label("TOP", "IRQ"), "b": label("SECRET", "IRQ")}, refused("unknown class"), PLAIN)


AT = "2026-11-21T12:00:00Z"
JAN, MAR, DEC = "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-12-01T00:00:00Z"


def consent_cases():
    rus = label("SECRET", "IRQ RUS", "RUS", "RUS", codes="H2")
    held = label("SECRET", "IRN IRQ RUS SYR", "IRQ", ext=[("X", "IRQ")])
    two = label("SECRET", "IRQ RUS", "IRQ RUS", "RUS")
    x = outsider("X", "IRQ")

    def eff(name, about, l, cons, portion="p1", at=AT):
        case("effective-" + name, about, "effective", {"label": l, "portion": portion, "at": at, "consents": cons},
             {"rel": effective(l, cons, portion, at)["rel"]}, PLAIN)

    eff("none", "no record: rel as it is", rus, [])
    eff("grant", "the only originator grants", rus, [consent(member("RUS"), "grant", "IRN", JAN)])
    eff("grant-portion", "a grant for this portion", rus, [consent(member("RUS"), "grant", "IRN", JAN, portions=["p1"])])
    eff("grant-other", "a grant for another portion", rus, [consent(member("RUS"), "grant", "IRN", JAN, portions=["p2"])])
    eff("grant-lapses", "a grant in the second in which it lapses", rus, [consent(member("RUS"), "grant", "IRN", JAN, AT)])
    eff("grant-begins", "a grant in the second in which it begins", rus, [consent(member("RUS"), "grant", "IRN", AT)])
    eff("grant-future", "a grant that begins later", rus, [consent(member("RUS"), "grant", "IRN", DEC)])
    eff("grant-one-of-two", "one of two originators grants", two, [consent(member("RUS"), "grant", "IRN", JAN)])
    eff("grant-both", "both originators grant", two, [consent(member("RUS"), "grant", "IRN SYR", JAN), consent(member("IRQ"), "grant", "IRN", JAN)])
    eff("grant-self", "an originator outside rel needs the other's grant alone", label("SECRET", "RUS", "IRN RUS"),
        [consent(member("RUS"), "grant", "IRN", JAN)])
    eff("needed-too", "one whose consent is needed though not an originator", label("SECRET", "IRQ", "IRQ", "RUS"),
        [consent(member("IRQ"), "grant", "IRN SYR", JAN), consent(member("RUS"), "grant", "SYR", JAN)])
    eff("stranger", "a grant by somebody whose material it is not", rus, [consent(member("SYR"), "grant", "IRN", JAN)])
    eff("refused-later", "a refusal after a grant", rus, [consent(member("RUS"), "grant", "IRN", JAN), consent(member("RUS"), "refuse", "IRN", MAR)])
    eff("granted-later", "a grant after a refusal", rus, [consent(member("RUS"), "refuse", "IRN", JAN), consent(member("RUS"), "grant", "IRN", MAR)])
    eff("no-revival", "a refusal that lapsed does not bring the grant back", rus,
        [consent(member("RUS"), "grant", "IRN", JAN), consent(member("RUS"), "refuse", "IRN", MAR, AT)])
    eff("tie", "grant and refusal of one moment", rus, [consent(member("RUS"), "refuse", "IRN", JAN), consent(member("RUS"), "grant", "IRN", JAN)])
    eff("tie-grants", "two grants of one moment: the one that lapses first", rus,
        [consent(member("RUS"), "grant", "IRN", JAN), consent(member("RUS"), "grant", "IRN", JAN, MAR)])
    eff("tie-withholds", "two withholdings of one moment: the one that lapses last", rus,
        [consent(member("RUS"), "withhold", "IRQ", JAN, MAR), consent(member("RUS"), "withhold", "IRQ", JAN)])
    eff("withhold", "a standing reservation against a member in rel", rus, [consent(member("RUS"), "withhold", "IRQ", JAN)])
    eff("withhold-self", "nobody withholds from itself", rus, [consent(member("RUS"), "withhold", "RUS", JAN)])
    eff("withhold-needed", "one whose consent is needed, not an originator, cannot narrow", label("SECRET", "IRQ SYR", "IRQ", "RUS"),
        [consent(member("RUS"), "withhold", "IRQ SYR", JAN)])
    eff("withhold-lifted", "a reservation lifted for one portion", rus,
        [consent(member("RUS"), "withhold", "IRQ", JAN), consent(member("RUS"), "grant", "IRQ", MAR, portions=["p1"])])
    eff("withhold-lapsed", "a reservation that lapsed", rus, [consent(member("RUS"), "withhold", "IRQ", JAN, MAR)])
    eff("external", "material from outside without consent: the holder alone", held, [])
    eff("external-grant", "consent of the outsider for one member", held, [consent(x, "grant", "RUS", JAN)])
    eff("external-lapsed", "consent of the outsider lapsed", held, [consent(x, "grant", "RUS", JAN, MAR)])
    eff("external-beyond", "consent of the outsider does not widen rel", label("SECRET", "IRQ", ext=[("X", "IRQ")]), [consent(x, "grant", "RUS", JAN)])
    eff("external-and-member", "the outsider and the holder grant", label("SECRET", "IRQ", ext=[("X", "IRQ")]),
        [consent(x, "grant", "RUS", JAN), consent(member("IRQ"), "grant", "RUS", JAN)])
    eff("external-other-holder", "consent on record with another holder", held, [consent(outsider("X", "RUS"), "grant", "RUS", JAN)])
    eff("external-two", "two outsiders of two holders: each keeps the other's holder out", label("SECRET", "IRQ RUS", "IRQ RUS", ext=[("X", "IRQ"), ("Y", "RUS")]), [])
    eff("external-withhold", "an outsider takes it back, from the holder it cannot", held,
        [consent(x, "grant", "RUS", JAN), consent(x, "withhold", "IRQ RUS", MAR)])
    for name, about, c in (("nobody", "about nobody", dict(consent(member("RUS"), "grant", "IRN", JAN), to=[])),
                           ("decision", "an unknown decision", consent(member("RUS"), "allow", "IRN", JAN)),
                           ("from", "without a beginning", {k: v for k, v in consent(member("RUS"), "grant", "IRN", JAN).items() if k != "from"}),
                           ("until", "ending when it begins", consent(member("RUS"), "grant", "IRN", JAN, JAN)),
                           ("kind", "an originator of unknown kind", consent({"kind": "group", "id": "RUS"}, "grant", "IRN", JAN)),
                           ("holder", "a member with a holder", consent(dict(member("RUS"), holder="IRQ"), "grant", "IRN", JAN)),
                           ("portion", "an identifier of a portion with a blank", consent(member("RUS"), "grant", "IRN", JAN, portions=["p 1"]))):
        case("effective-bad-" + name, "a consent record " + about, "effective",
             {"label": rus, "portion": "p1", "at": AT, "consents": [c]}, refused("consent"), PLAIN)


def rollup(table, given):
    labels, cons, at = given["labels"], given["consents"], given["at"]
    blame = [[n, reasons(l, cons, "", at, given["ask"])] for n, l in enumerate(labels)]
    return {"label": fold(table, [effective(l, cons, "", at) for l in labels]), "blame": [b for b in blame if b[1]]}


def rollup_cases():
    merge = [label("SECRET", "IRQ RUS", "RUS", "RUS", codes="H2"), label("CONFIDENTIAL", "IRN IRQ RUS SYR", "IRN", codes="H1"),
             label("RESTRICTED", "IRN IRQ RUS SYR", "IRQ")]
    outside = [label("SECRET", "IRN IRQ RUS SYR", "IRQ", ext=[("X", "IRQ")]), label("RESTRICTED", "IRN IRQ RUS SYR", "IRQ")]
    x = outsider("X", "IRQ")
    for name, about, labels, cons, ask in (
            ("merge", "three members' portions (journey 4)", merge, [], "IRN"),
            ("merge-in", "the same, asked for a member that sees all", merge, [], "IRQ"),
            ("merge-granted", "the same, once RUS has granted IRN", merge, [consent(member("RUS"), "grant", "IRN", JAN)], "IRN"),
            ("merge-refused", "the same, once RUS has refused", merge, [consent(member("RUS"), "refuse", "IRN", JAN)], "IRN"),
            ("merge-stranger", "asked for somebody who is named nowhere", merge, [], "KRG"),
            ("outside", "an outside originator blocks by default (journey 3)", outside, [], "RUS"),
            ("outside-granted", "with consent for RUS alone", outside, [consent(x, "grant", "RUS", JAN)], "SYR"),
            ("outside-lapsed", "with consent that lapsed", outside, [consent(x, "grant", "RUS", JAN, MAR)], "RUS"),
            ("withheld", "a reservation against a member that rel names", merge, [consent(member("IRN"), "withhold", "SYR", JAN)], "SYR"),
            ("one", "one label", merge[:1], [], "IRN"),
            ("policies", "three policies", [label("GUARDED", "IRQ RUS", "IRQ", policy="NORTH"), label("ALPHA", "IRQ RUS", "RUS", policy="SOUTH"), label("RESTRICTED", "IRQ")], [], "RUS")):
        given = {"labels": labels, "at": AT, "consents": cons, "ask": ask}
        case("rollup-" + name, about, "rollup", given, rollup(FULL, given), FULL)
    case("rollup-bad-none", "no labels", "rollup", {"labels": [], "at": AT, "consents": [], "ask": "IRN"}, refused("no portions"), PLAIN)
    case("rollup-bad-alone", "a policy that stands alone among others", "rollup",
         {"labels": [label("OPEN", "IRQ", policy="NORTH"), label("LOW", "IRQ", policy="ALONE")], "at": AT, "consents": [], "ask": "IRN"},
         refused("no equivalence"), FULL)


def plan_cases():
    def portion(n, l, sourced=True):
        p = {"id": f"p{n}", "sourced": sourced}
        if l:
            p["label"] = l
        return p

    def given(portions, cons=(), releaser="IRQ", members="IRN IRQ RUS SYR", observers="KRG", at=AT):
        return {"portions": portions, "members": members.split(), "observers": observers.split(),
                "releaser": releaser, "at": at, "consents": list(cons)}

    wide, narrow = label("RESTRICTED", "IRN IRQ RUS SYR", "IRQ"), label("CONFIDENTIAL", "IRN IRQ RUS", "IRQ")
    merge = [portion(1, label("SECRET", "IRQ RUS", "RUS", "RUS", codes="H2")),
             portion(2, label("CONFIDENTIAL", "IRN IRQ RUS SYR", "IRN", codes="H1")), portion(3, wide)]
    for name, about, g in (
            ("intrep", "four portions, one not for SYR (journey 1)", given([portion(n, wide) for n in (1, 2, 3)] + [portion(4, narrow)])),
            ("merge", "the merge of journey 4", given(merge)),
            ("merge-granted", "the same with RUS's grant to IRN for the one portion", given(merge, [consent(member("RUS"), "grant", "IRN", JAN, portions=["p1"])])),
            ("outside", "material of an outside originator (journey 3)", given([portion(1, wide), portion(2, label("SECRET", "IRN IRQ RUS SYR", "IRQ", ext=[("X", "IRQ")]))])),
            ("observer", "an observer sees what names it (rule 31)", given([portion(1, wide), portion(2, label("RESTRICTED", "IRQ KRG", "IRQ"))])),
            ("historic", "a former member is named and receives nothing", given([portion(1, wide)], members="IRN IRQ RUS", observers="")),
            ("unlabelled", "a portion without label, one without source (rule 7)", given([portion(1, wide), portion(2, None), portion(3, narrow, False), portion(4, None, False)])),
            ("expired", "a portion that expired this second (rule 10)", given([portion(1, wide), portion(2, label("RESTRICTED", "IRQ RUS", "IRQ", expires=AT))])),
            ("review", "personal data past review (rule 21); a review date alone blocks nothing",
             given([portion(1, label("RESTRICTED", "IRQ RUS", "IRQ", personal=True, review=MAR)), portion(2, label("RESTRICTED", "IRQ RUS", "IRQ", review=MAR))])),
            ("releaser", "the releaser may not pass on what is not released to it (rule 7)", given(merge, releaser="SYR")),
            ("own", "a filing for oneself", given([portion(1, label("SECRET", "IRQ"))])),
            ("all-blocked", "nothing is left", given([portion(1, None)]))):
        case("plan-" + name, about, "plan", g, plan(FULL, g), FULL)
    for name, about, g in (("empty", "no portions", given([])), ("twice", "an identifier twice", given([portion(1, wide), portion(1, wide)])),
                           ("id", "an empty identifier", given([dict(portion(1, wide), id="")])),
                           ("releaser", "a releaser who is nobody here", given([portion(1, wide)], releaser="KRG", observers="")),
                           ("both", "a member that is an observer too", given([portion(1, wide)], observers="SYR")),
                           ("class", "an unknown class", given([portion(1, dict(wide, **{"class": "TOP"}))]))):
        case("plan-bad-" + name, about, "plan", g, refused("plan"), FULL)


def random_cases():
    r = random.Random(20150926)
    names = ["IRN", "IRQ", "KRG", "RUS", "SYR"]

    def some(least=0):
        return sorted(r.sample(names, r.randint(least, len(names))))

    def a_label():
        pol = r.choice(["CENTRE", "CENTRE", "NORTH", "SOUTH"])
        orig = sorted(r.sample(names, r.choice([1, 1, 1, 2])))
        rel = some(1)
        if len(orig) == 1:
            rel = sorted(set(rel) | set(orig))
        ext = [(r.choice("XYZ"), r.choice(orig))] if r.random() < .3 else []
        need = some(1)[:2] if r.random() < .3 else []
        codes = {c for c in ("H0", "H1") if r.random() < .3} | ({"H2"} if (need or ext) and r.random() < .5 else set())
        cav = {c for c in ("TLP:GREEN", "PAP:AMBER", "named officers only") if r.random() < .25}
        if r.random() < .3:
            cav = {c for c in cav if c[:3] != "TLP"} | {"TLP:RED"}
        pers = r.random() < .2
        return label(r.choice(policy_of(FULL, pol)["classes"]), " ".join(rel), " ".join(orig), " ".join(need), ext, " ".join(codes), cav, pers,
                     "2027-0%d-01T00:00:00Z" % r.randint(1, 9) if pers or r.random() < .2 else None,
                     "2027-0%d-15T00:00:00Z" % r.randint(1, 9) if r.random() < .2 else None, pol)

    def records(portions):
        out = []
        for _ in range(r.randint(0, 8)):
            by = member(r.choice(names)) if r.random() < .6 else outsider(r.choice("XYZ"), r.choice(names))
            out.append(consent(by, r.choice(["grant"] * 4 + ["refuse", "withhold"]), " ".join(some(1)), r.choice([JAN, MAR, DEC]),
                               r.choice([None, None, "2026-06-01T00:00:00Z", "2027-06-01T00:00:00Z"]),
                               r.choice([None, [r.choice(portions)]]) if portions else None))
        return [c for c in out if c.get("until", LATER) > c["from"]]

    for n in range(40):
        g = {"labels": [a_label() for _ in range(r.randint(1, 6))], "at": AT, "consents": records([]), "ask": r.choice(names)}
        case(f"rollup-random-{n:02}", "drawn at random", "rollup", g, rollup(FULL, g), FULL)
    for n in range(40):
        ps = [{"id": f"p{k}", "label": a_label(), "sourced": r.random() < .95} for k in range(r.randint(1, 6))]
        g = {"portions": ps, "members": ["IRN", "IRQ", "RUS", "SYR"], "observers": r.choice([[], ["KRG"]]),
             "releaser": "IRQ", "at": AT, "consents": records([p["id"] for p in ps])}
        case(f"plan-random-{n:02}", "drawn at random", "plan", g, plan(FULL, g), FULL)
    for n in range(10):
        l = a_label()
        case(f"write-random-{n:02}", "drawn at random", "write", {"label": l}, write(FULL, l), FULL)
        case(f"stanag-random-{n:02}", "drawn at random", "stanag", {"label": l, "created": AT}, {"xml": stanag(FULL, l, AT)}, FULL)


def form_cases():
    plain = label("SECRET", "IRQ RUS", "IRQ RUS", "RUS", codes="H1 H2")
    much = label("CONFIDENTIAL", "IRN IRQ", "IRN IRQ", "IRN IRQ", [("X", "IRQ"), ("Y.2", "IRN")], "H0 H3",
                 ["PAP:GREEN", "TLP:AMBER+STRICT", "a/b", "named officers only (4)"])
    dated = dict(much, personal=True, review_by="2027-01-31T00:00:00Z", expires="2027-02-28T23:59:59Z")
    for name, about, l in (("plain", "the parts of the example", plain), ("much", "every part", dated),
                           ("nobody", "an empty release set", label("SECRET", "", "IRN RUS"))):
        case("write-" + name, about, "write", {"label": l}, write(FULL, l), FULL)
        case("read-full-" + name, about, "read full", {"text": write(FULL, l)["full"]}, {"label": l}, FULL)
    for name, l in (("plain", plain), ("much", much), ("nobody", label("SECRET", "", "IRN RUS"))):
        for op, key in (("read banner", "banner"), ("read mark", "mark")):
            case(f"read-{key}-{name}", "read back", op, {"text": write(FULL, l)[key], "policy": "CENTRE", "originators": l["originators"]}, {"label": l}, FULL)

    def bad(op, name, about, text, kind="syntax"):
        case(f"{op.replace(' ', '-')}-bad-{name}", about, op, {"text": text, "policy": "CENTRE", "originators": ["IRQ"]}, refused(kind), FULL)

    bad("read banner", "all", "REL TO ALL (rule 31)", "SECRET//REL TO ALL", "member")
    bad("read banner", "order", "members out of order", "SECRET//REL TO RUS, IRQ")
    bad("read banner", "parts", "parts out of order", "SECRET//H1//REL TO IRQ")
    bad("read banner", "twice", "a part twice", "SECRET//REL TO IRQ//H1//H1")
    bad("read banner", "rel", "no release set", "SECRET", "invalid")
    bad("read banner", "class", "an unknown class", "TOP//REL TO IRQ", "unknown class")
    bad("read banner", "part", "an unknown part", "SECRET//REL TO IRQ//NOFORN")
    bad("read banner", "personal", "personal data without the review date that a banner has no place for", "SECRET//REL TO IRQ//PERSONAL DATA", "invalid")
    bad("read banner", "end", "strokes at the end", "SECRET//REL TO IRQ//")
    bad("read mark", "bracket", "no brackets", "S//REL IRQ")
    bad("read mark", "comma", "commas as in a banner", "(S//REL IRQ, RUS)", "member")
    bad("read mark", "short", "an unknown short form", "(T//REL IRQ)", "unknown class")
    bad("read full", "origin", "nobody answers for it", "CENTRE:SECRET//REL TO IRQ", "invalid")
    bad("read full", "policy", "no policy", "SECRET//REL TO IRQ//ORIGIN IRQ")
    bad("read full", "date", "a day for a moment", "CENTRE:SECRET//REL TO IRQ//ORIGIN IRQ//EXPIRES 2027-01-31")
    for t in ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED", "PAP:CLEAR", "PAP:GREEN", "PAP:AMBER", "PAP:RED"):
        case("foreign-" + t.replace(":", "-").replace("+", "-").lower(), "a mark", "foreign", {"text": t}, {"mark": t})
    for s in ("TLP", "PAP"):
        case(f"foreign-{s.lower()}-white", "the former name of CLEAR", "foreign", {"text": s + ":WHITE"}, {"mark": s + ":CLEAR"})
    for n, t in (("spaced", "TLP: RED"), ("lower", "tlp:red"), ("strict", "PAP:AMBER+STRICT"), ("scheme", "TLP2:RED"), ("token", "TLP:BLACK"), ("bare", "TLP")):
        case("foreign-bad-" + n, "no mark", "foreign", {"text": t}, refused("syntax"))


def stanag_cases():
    much = label("CLOSED", "IRN IRQ", "IRN IRQ", "IRN", [("X", "IRQ")], "H0 H2", ["TLP:RED", "a <b> & \"c\" 'd'"], True,
                 "2027-01-31T00:00:00Z", "2027-02-28T23:59:59Z", "NORTH")
    for name, about, l, alt in (("much", "every part, with characters that XML escapes", much, None),
                                ("nobody", "an empty release set is NONE", label("SECRET", "", "IRN RUS"), None),
                                ("alternative", "the equivalent in the common policy", much, "CENTRE"),
                                ("alternative-across", "the equivalent in a third policy", much, "SOUTH")):
        given = {"label": l, "created": AT}
        if alt:
            given["alternative"] = alt
        xml = stanag(FULL, l, AT, alt)
        case("stanag-" + name, about, "stanag", given, {"xml": xml}, FULL)
        if not alt:
            case("read-stanag-" + name, about, "read stanag", {"xml": xml, "originators": []}, {"label": l, "created": AT}, FULL)
    case("stanag-bad-alternative", "no equivalent there", "stanag", {"label": label("RESTRICTED", "IRQ"), "created": AT, "alternative": "NORTH"},
         refused("no equivalence"), FULL)

    ns = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
    rel = '<Category Type="PERMISSIVE" TagName="ReleasableTo"><GenericValue>IRQ</GenericValue></Category>'
    body = f"<ConfidentialityInformation><PolicyIdentifier>CENTRE</PolicyIdentifier><Classification>SECRET</Classification>{rel}</ConfidentialityInformation>"
    made = "<CreationDateTime>2026-11-21T12:00:00Z</CreationDateTime>"

    def doc(body=body, made=made, root="originatorConfidentialityLabel", attrs="", before="", after="", ns=ns):
        return f'{before}<{root} xmlns="{ns}"{attrs}>{body}{made}</{root}>{after}'

    want = {"label": label("SECRET", "IRQ"), "created": AT}

    def good(name, about, xml, expect=want):
        case("read-stanag-" + name, about, "read stanag", {"xml": xml, "originators": ["IRQ"]}, expect, FULL)

    good("default-namespace", "the default namespace", doc())
    good("prefix", "another prefix, a declaration, white space, comments between elements",
         f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- a -->\n<slab:originatorConfidentialityLabel xmlns:slab="{ns}">\n <slab:ConfidentialityInformation>\n  <!-- b -->'
         '<slab:PolicyIdentifier> CENTRE\n</slab:PolicyIdentifier><slab:Classification>SECRET</slab:Classification>'
         '<slab:Category TagName="Releasable To" Type="PERMISSIVE"><slab:GenericValue>IRQ</slab:GenericValue></slab:Category>'
         ' </slab:ConfidentialityInformation>\n <slab:CreationDateTime>\n 2026-11-21T12:00:00Z </slab:CreationDateTime>\n</slab:originatorConfidentialityLabel>\n')
    good("legacy", "the old root element", doc(root="ConfidentialityLabel"))
    good("offset", "a moment with an offset and a fraction", doc(made="<CreationDateTime>2026-11-21T15:00:00.9+03:00</CreationDateTime>"))
    good("character", "a character reference and CDATA", doc(body.replace("SECRET", "&#83;E<![CDATA[CRET]]>")))
    good("originator-id", "an originator id", doc(made='<OriginatorID IDType="rfc822Name">duty@example.org</OriginatorID>' + made))
    good("schema-location", "a schema location", doc(attrs=f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{ns} a.xsd" Id="a1"'))
    good("review", "a review date", doc(attrs=' ReviewDateTime="2027-01-31T03:00:00+03:00"'),
         {"label": label("SECRET", "IRQ", review="2027-01-31T00:00:00Z"), "created": AT})

    def bad(name, about, xml, kind="stanag"):
        case("read-stanag-bad-" + name, about, "read stanag", {"xml": xml, "originators": ["IRQ"]}, refused(kind), FULL)

    bad("empty", "nothing", "")
    bad("doctype", "a document type declaration", doc(before="<!DOCTYPE a>"))
    bad("entity", "an entity of one's own", doc(body.replace("SECRET", "&s;"), before='<!DOCTYPE a [<!ENTITY s "SECRET">]>'))
    bad("entity-undeclared", "an entity that is not declared", doc(body.replace("SECRET", "&s;")))
    bad("instruction", "a processing instruction", doc(before="<?a b?>"))
    bad("declaration-late", "an XML declaration that is not at the beginning", doc(before='<!-- a --><?xml version="1.0"?>'))
    bad("declaration-twice", "two XML declarations", doc(before='<?xml version="1.0"?><?xml version="1.0"?>'))
    bad("stylesheet", "a style sheet", doc(before='<?xml-stylesheet href="a"?>'))
    bad("encoding", "another encoding", doc(before='<?xml version="1.0" encoding="ISO-8859-1"?>'))
    bad("namespace", "another namespace", doc(ns="urn:other"))
    bad("undeclared", "a prefix that is not declared", "<s4774:originatorConfidentialityLabel>" + body + made + "</s4774:originatorConfidentialityLabel>")
    bad("root", "another root", doc(root="Label"))
    bad("two", "two labels", doc() + doc())
    bad("text", "text between elements", doc(body + "x"))
    bad("comment", "a comment inside a value, which hides half of it from some readers", doc(body.replace("SECRET", "SEC<!-- -->RET")))
    bad("child", "an element inside a value", doc(body.replace("SECRET", "SECRET<b/>")))
    bad("unknown-element", "an unknown element", doc(body + '<x xmlns="urn:other"/>'))
    bad("unknown-attribute", "an unknown attribute", doc(attrs=' Release="ALL"'))
    bad("attribute-twice", "an attribute twice", doc(attrs=' Id="a" Id="b"'))
    bad("order", "classification before policy", doc(body.replace("<PolicyIdentifier>CENTRE</PolicyIdentifier><Classification>SECRET</Classification>",
                                                                "<Classification>SECRET</Classification><PolicyIdentifier>CENTRE</PolicyIdentifier>")))
    bad("no-date", "no creation date", doc(made=""))
    bad("no-zone", "a moment without time zone", doc(made="<CreationDateTime>2026-11-21T12:00:00</CreationDateTime>"))
    bad("succession", "succession handling (rule 10)", doc(made=made + "<SuccessionHandling/>"))
    bad("integer", "an IntegerValue", doc(body.replace("GenericValue", "IntegerValue")))
    bad("class-uri", "a URI of the classification", doc(body.replace("<Classification>", '<Classification URI="urn:oid:1.2">')))
    bad("policy-uri", "a URI that is not the policy's", doc(body.replace("<PolicyIdentifier>", '<PolicyIdentifier URI="urn:oid:1.2">')))
    bad("type", "a type in lower case", doc(body.replace("PERMISSIVE", "permissive")))
    bad("wrong-type", "ReleasableTo as a restriction", doc(body.replace("PERMISSIVE", "RESTRICTIVE")))
    bad("no-release", "nobody named (rule 31)", doc(body.replace(rel, "")))
    case("read-stanag-bad-no-release-two", "nobody named, and two who answer for it (rule 31)", "read stanag",
         {"xml": doc(body.replace(rel, "")), "originators": ["IRQ", "RUS"]}, refused("stanag"), FULL)
    bad("all", "ReleasableTo ALL (rule 31)", doc(body.replace("<GenericValue>IRQ", "<GenericValue>ALL")), "member")
    bad("category", "a restriction that the centre does not know", doc(body.replace(rel, rel + '<Category Type="RESTRICTIVE" TagName="Special Handling"><GenericValue>A</GenericValue></Category>')))
    bad("category-twice", "a category twice", doc(body.replace(rel, rel + rel.replace("ReleasableTo", "Releasable To"))))
    bad("privacy", "a privacy mark", doc(body.replace(rel, "<PrivacyMark>STAFF</PrivacyMark>" + rel)))
    bad("policy", "an unknown policy", doc(body.replace("CENTRE", "WEST")), "unknown policy")
    bad("open", "not closed", doc()[:-4])
    bad("after", "text after the end", doc(after="x"))
    bad("large", "more than 65,536 bytes", doc(after=" " * 65536), "bound")
    bad("values", "257 values in a category", doc(body.replace(rel, rel.replace("<GenericValue>IRQ</GenericValue>", "<GenericValue>IRQ</GenericValue>" * 257))))


def main():
    for make in (decode_cases, table_cases, join_cases, consent_cases, rollup_cases, plan_cases, form_cases, stanag_cases, random_cases):
        make()
    for f in os.listdir(HERE):
        if f.endswith(".json"):
            os.remove(os.path.join(HERE, f))
    for name, v in written.items():
        with open(os.path.join(HERE, name + ".json"), "w", encoding="utf-8") as f:
            json.dump(v, f, ensure_ascii=True, indent=1)
            f.write("\n")
    print(len(written), "vectors")


if __name__ == "__main__":
    main()
