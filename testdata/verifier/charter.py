"""The founding file (spec/charter.md, with the tables of spec/label.md) and the genesis (spec/genesis.md)."""

import calendar
import functools
import hashlib
import time
import unicodedata

from . import certificates, curve, forms
from .refusal import Refusal

MAX_TEXT = 65532
SCOPE = ("collection", "processing", "analysis", "movements", "protection")
FIELDS = ("v", "name", "founded", "scope", "members", "leads", "term_days", "epoch_days", "grace_days",
          "window_days", "slots", "merge_delay_s", "coarse_s", "receipt_s", "fill_views", "all_sets",
          "second_person_above", "quotas", "reduction", "policies")
BOUNDS = {"term_days": (1, 366), "epoch_days": (1, 92), "grace_days": (0, 92), "window_days": (1, 366),
          "slots": (2, 16), "merge_delay_s": (1, 86400), "coarse_s": (1, 3600), "receipt_s": (1, 86400),
          "all_sets": (0, 6)}
QUOTAS = {"leaves_per_minute": (60, 10_000_000), "bytes_per_minute": (2**20, 2**40),
          "packets_per_epoch": (64, 65536), "attachment_bytes": (0, 100 * 2**20),
          "attachments_total": (0, 16 * 2**40)}
REDUCTION = {"cell_km": (10, 1000), "delay_h": (24, 8760)}
_TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _bad(why):
    return Refusal("syntax", why)


def _text(value, what):
    if not isinstance(value, str):
        raise _bad("%s is no text" % what)
    return value


def _numbers(value, bounds, what):
    for name, (low, high) in bounds.items():
        n = value[name]
        if type(n) is not int or not low <= n <= high:
            raise _bad("%s%s is not a number from %d to %d" % (what, name, low, high))


def _name(value, what):
    _text(value, what)
    if not 1 <= len(value.encode()) <= 200 or value.strip() != value:
        raise _bad("%s is empty, too long or has a space at its ends" % what)
    if any(unicodedata.category(c) == "Cc" or c in _TURNING + "\ufffd" for c in value):
        raise _bad("%s holds a character that is not to be seen" % what)


def _unique(values, what):
    if len(set(values)) != len(values):
        raise _bad("%s holds something twice" % what)


def moment(text):
    """Unix seconds of a moment (spec/label.md), 2006-01-02T15:04:05Z and after
    1970 began, or None."""
    try:
        parsed = time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
        seconds = calendar.timegm(parsed)
    except (ValueError, TypeError):
        return None
    if seconds <= 0:
        return None
    return seconds if time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)) == text else None


def _label_text(value, longest):
    """A text of spec/label.md."""
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= longest:
        return False
    if value.strip(" ") != value or "  " in value or "//" in value or value[0] == "/" or value[-1] == "/":
        return False
    if unicodedata.normalize("NFC", value) != value:
        return False
    return all(c in " \u200c" or c != "\ufffd" and unicodedata.category(c)[0] in "LMNPS" for c in value)


def _policies(value):
    """The tables of spec/label.md, section Policies; the classes of the common one."""
    forms.exact_fields(value, ("common", "list", "equivalences"), "syntax", "policies")
    if not isinstance(value["list"], list) or not isinstance(value["equivalences"], list):
        raise _bad("policies holds no lists")
    if not 1 <= len(value["list"]) <= 64:
        raise _bad("1 to 64 policies")
    classes = {}
    for policy in value["list"]:
        names = ("id", "uri", "classes", "shorts") if isinstance(policy, dict) and "uri" in policy \
            else ("id", "classes", "shorts")
        forms.exact_fields(policy, names, "syntax", "a policy")
        if not _label_text(policy["id"], 64) or ":" in policy["id"] or policy["id"] in classes:
            raise _bad("a policy has no usable id, or one that stands twice")
        rows = policy["classes"], policy["shorts"]
        for row, longest in zip(rows, (64, 16)):
            if not isinstance(row, list) or not 1 <= len(row) <= 16 or not all(_label_text(c, longest) for c in row):
                raise _bad("policy %s has no usable classes" % policy["id"])
            _unique(row, "policy " + policy["id"])
        if len(rows[0]) != len(rows[1]):
            raise _bad("policy %s: a short form for each class" % policy["id"])
        classes[policy["id"]] = rows[0]
    if value["common"] not in classes:
        raise _bad("the common policy is not in the list")
    _equivalences(classes, value["common"], value["equivalences"])
    return classes[value["common"]]


def _equivalences(classes, common, pairs):
    parent = {(p, c): (p, c) for p, row in classes.items() for c in row}

    def find(x):
        while parent[x] != x:
            x = parent[x]
        return x

    seen, named = set(), set()
    for pair in pairs:
        forms.exact_fields(pair, ("a", "b"), "syntax", "an equivalence")
        ends = []
        for side in ("a", "b"):
            forms.exact_fields(pair[side], ("policy", "class"), "syntax", "an equivalence")
            end = (pair[side]["policy"], pair[side]["class"])
            if not all(isinstance(x, str) for x in end) or end not in parent:
                raise _bad("an equivalence names an unknown policy or class")
            ends.append(end)
        if ends[0][0] == ends[1][0] or frozenset(ends) in seen:
            raise _bad("an equivalence within one policy, or one that stands twice")
        seen.add(frozenset(ends))
        named |= {ends[0][0], ends[1][0]}
        parent[find(ends[0])] = find(ends[1])
    edges = {}
    for p, row in classes.items():
        for a, b in zip(row, row[1:]):
            edges.setdefault(find((p, a)), set()).add(find((p, b)))
    state = {}

    def walk(node):
        if state.get(node) == 1:
            raise _bad("the equivalences are cyclic or break an order")
        if node not in state:
            state[node] = 1
            for following in edges.get(node, ()):
                walk(following)
            state[node] = 2

    for node in list(edges):
        walk(node)
    ups = {find((common, c)) for c in classes[common]}
    for p in named - {common}:
        if any(find((p, c)) not in ups for c in classes[p]):
            raise _bad("policy %s has a class without an equal in the common policy" % p)


class Charter:
    """A founding file that stood every check."""

    def __init__(self, value, text, certs, founded):
        self.value, self.text, self.founded = value, text, founded
        self.hash = hashlib.sha256(text).digest()
        self.members = [m["id"] for m in value["members"]]
        self.roots = {m["id"]: forms.unbase64(m["root"]) for m in value["members"]}
        self.certificates = certs
        self.quorum = 2 * len(self.members) // 3 + 1
        self.epoch_seconds = value["epoch_days"] * 86400

    def lead(self, term):
        return self.value["leads"][(term - 1) % len(self.members)]

    def origin(self, term):
        return "entente/%s/%d" % (self.hash.hex()[:16], term)


def fingerprint(raw):
    """Twenty bytes as ten groups of four hex digits."""
    digits = hashlib.sha256(b"entente/v1/fingerprint\0" + raw).hexdigest()[:40]
    return " ".join(digits[i:i + 4] for i in range(0, 40, 4))


def _check_object(value):
    if not isinstance(value, dict):
        raise _bad("the text is no object")
    if type(value.get("v")) is not int or value["v"] < 1:
        raise _bad("v is no version")
    if value["v"] != 1:
        raise Refusal("version", "version %d is not known" % value["v"])
    forms.exact_fields(value, FIELDS, "syntax", "the founding file")
    _name(value["name"], "name")
    founded = moment(value["founded"])
    if founded is None:
        raise _bad("founded is no time of the form 2006-01-02T15:04:05Z")
    if not isinstance(value["scope"], list) or not value["scope"]:
        raise Refusal("scope", "the scope names no purpose (rules 1 and 5)")
    for purpose in value["scope"]:
        if purpose not in SCOPE:
            raise Refusal("scope", "%r is no purpose of the closed list (rules 1 and 5)" % purpose)
    _unique(value["scope"], "scope")
    _numbers(value, BOUNDS, "")
    for name, bounds in (("quotas", QUOTAS), ("reduction", REDUCTION)):
        forms.exact_fields(value[name], tuple(bounds), "syntax", name)
        _numbers(value[name], bounds, name + ".")
    if type(value["fill_views"]) is not bool:
        raise _bad("fill_views is neither true nor false")
    if value["second_person_above"] not in _policies(value["policies"]):
        raise _bad("second_person_above is no class of the common policy")
    return founded


def _check_members(value):
    members = value["members"]
    if not isinstance(members, list) or not 2 <= len(members) <= 16:
        raise _bad("2 to 16 members")
    ids = []
    for m in members:
        forms.exact_fields(m, ("id", "name", "root", "keys"), "syntax", "a member")
        if not forms.is_member_id(m["id"]) or ids and m["id"] <= ids[-1]:
            raise _bad("ids of members are not three letters each, in order and once")
        ids.append(m["id"])
        _name(m["name"], "the name of " + m["id"])
        root = forms.unbase64(_text(m["root"], "root"))
        if root is None or len(root) != 32:
            raise _bad("the root of %s is no key" % m["id"])
        _text(m["keys"], "keys")
    if not isinstance(value["leads"], list) or sorted(map(str, value["leads"])) != ids:
        raise _bad("leads does not name each member once")
    if value["slots"] < len(ids):
        raise _bad("fewer slots than members")


def _check_keys(value):
    certs, known = {}, set()
    for m in value["members"]:
        root = forms.unbase64(m["root"])
        if not curve.usable(root):
            raise Refusal("key", "the root of %s is a key that nobody may use" % m["id"])
        cert = certificates.parse_certificate(m["keys"].encode(), None, m["id"], root)
        if (cert.incarnation, cert.serial) != (1, 1):
            raise _bad("the certificate in the founding file has incarnation 1 and serial 1")
        certs[m["id"]] = cert
        keys = set(cert.keys.values()) | {root}
        if known & keys:
            raise Refusal("key", "a key of %s is also another member's" % m["id"])
        known |= keys
    return certs


@functools.lru_cache(maxsize=8)
def parse_founding(raw):
    """The charter of a founding file; every check of spec/charter.md."""
    cut = raw.rfind(b"\n\n")
    if cut < 0:
        raise _bad("nobody has signed: no empty line parts text and signatures")
    text = raw[:cut + 1]
    if len(text) > MAX_TEXT:
        raise _bad("the text has more than %d bytes" % MAX_TEXT)
    if not text.startswith(b"{") or not text.endswith(b"}\n"):
        raise _bad("the text is not one object and one newline")
    try:
        value = forms.strict_json(text)
    except forms.BadJSON as e:
        raise _bad(str(e)) from None
    founded = _check_object(value)
    _check_members(value)
    certs = _check_keys(value)
    note = forms.parse_note(raw, "signature")
    roots = {m["id"]: forms.unbase64(m["root"]) for m in value["members"]}
    signed = set()
    for line in note.lines:
        who = line[0][:3]
        if who not in roots or who in signed or not certificates.root_line(line, who, roots[who], text):
            raise Refusal("signature", "the line of %s is not the one signature of a founding member's root" % line[0])
        signed.add(who)
    if signed != set(roots):
        raise Refusal("signature", "not signed by %s" % ", ".join(sorted(set(roots) - signed)))
    return Charter(value, text, certs, founded)


class Genesis:
    def __init__(self, charter, term, lead, last, predecessor):
        self.charter, self.term, self.lead = charter, term, lead
        self.last, self.predecessor = last, predecessor


def parse_genesis(raw, pinned):
    """The payload of leaf 0, under the charter hash that is pinned."""
    try:
        value = forms.strict_json(raw)
    except forms.BadJSON as e:
        raise _bad(str(e)) from None
    if not isinstance(value, dict) or type(value.get("v")) is not int or value["v"] < 1:
        raise _bad("v is no version")
    if value["v"] != 1:
        raise Refusal("version", "version %d is not known" % value["v"])
    names = ("v", "term", "lead", "founding", "last", "promises")
    forms.exact_fields({k: x for k, x in value.items() if k != "predecessor"}, names, "syntax", "the genesis")
    if "predecessor" not in value:
        raise _bad("the genesis lacks the field predecessor")
    term = value["term"]
    if type(term) is not int or not 1 <= term <= 2**32 - 1:
        raise _bad("term is no number of a term")
    if not forms.is_member_id(value["lead"]):
        raise _bad("lead is no member id")
    last, promises = value["last"], value["promises"]
    if not isinstance(last, dict) or not isinstance(promises, list) or len(promises) > 16:
        raise _bad("last or promises is not in its form")
    if any(not isinstance(p, str) for p in promises):
        raise _bad("a promise is no text")
    if (value["predecessor"] is None) != (term == 1) or term == 1 and (last or promises):
        raise _bad("the first term has no predecessor, last headers and promises, every later one has a predecessor")
    if term > 1 and not isinstance(value["predecessor"], str):
        raise _bad("predecessor is no note")
    heads = {}
    for member, head in last.items():
        if not forms.is_member_id(member):
            raise _bad("last names %r" % member)
        forms.exact_fields(head, ("incarnation", "sequence", "hash"), "syntax", "a last header")
        _numbers(head, {"incarnation": (1, 2**32 - 1), "sequence": (1, forms.MAX_INT)}, "last.")
        raw_hash = forms.unhex(_text(head["hash"], "hash"), 32)
        if raw_hash is None:
            raise _bad("the hash of a last header is not in its form")
        heads[member] = (head["incarnation"], head["sequence"], raw_hash)
    charter = parse_founding(_text(value["founding"], "founding").encode())
    if charter.hash != pinned:
        raise Refusal("other-charter", "the genesis is of another charter than the one that is pinned (rule 5)")
    for member in heads:
        if member not in charter.members:
            raise Refusal("unknown-member", "last names %s, who is no member" % member)
    if charter.lead(term) != value["lead"]:
        raise _bad("term %d is led by %s" % (term, charter.lead(term)))
    return Genesis(charter, term, value["lead"], heads, value["predecessor"])
