"""What proves a fault offline (spec/evidence.md): types 1-6, and roll-backs."""

import hashlib
import json

from . import checkpoint, curve, envelope, forms
from .refusal import Refusal

TYPES = {1: "fork", 2: "slot-mismatch", 3: "unopenable", 4: "portion-conflict", 5: "missing", 6: "broken-signature"}
MAX = 131672
_NEVER_IN_A_LEAF = ("unopenable", "portion-conflict")


class Judged:
    def __init__(self, kind, accused, headers):
        self.type, self.accused, self.headers = kind, accused, headers


class _Reader:
    def __init__(self, raw):
        self.raw, self.at = raw, 0

    def take(self, n):
        if self.at + n > len(self.raw):
            raise Refusal("seal-length", "the evidence ends early")
        self.at += n
        return self.raw[self.at - n:self.at]

    def counted(self, low, high):
        n = int.from_bytes(self.take(4), "big")
        if not low <= n <= high:
            raise Refusal("seal-too-large" if n > high else "seal-length", "%d bytes where %d to %d belong" % (n, low, high))
        return self.take(n)

    def header(self):
        return envelope.Header(self.take(envelope.HEADER))

    def revealed(self):
        header = self.header()
        return header, self.take(32), self.take(header.body_length)

    def end(self):
        if self.at != len(self.raw):
            raise Refusal("seal-length", "something follows the evidence")


class Judge:
    """keys: (originator, incarnation, key id) -> header key. portions(act) ->
    {portion id: digest} of the originator's own portions. lacks(header, note)
    says whether the log that the note stands for does not hold the header."""

    def __init__(self, charter, keys, portions=None, lacks=None):
        self.charter, self.keys, self.portions, self.lacks = charter, keys, portions, lacks

    def key_of(self, header):
        if header.charter != self.charter:
            raise Refusal("seal-charter", "the evidence is of another charter (rule 5)")
        public = self.keys.get((header.originator, header.incarnation, header.key_id))
        if public is None:
            raise Refusal("seal-key-id", "nobody certified that key of %s" % header.originator)
        return public

    def signed(self, header):
        public = self.key_of(header)
        header.check_signature(public)
        return public

    def fork(self, r):
        a, b = r.header(), r.header()
        r.end()
        self.signed(a), self.signed(b)
        place = lambda h: (h.originator, h.incarnation, h.sequence)
        if not a.raw < b.raw:
            raise Refusal("seal-evidence", "the headers are not two in their order")
        if place(a) != place(b):
            raise Refusal("seal-evidence", "the headers stand in two places")
        return a.originator, [a, b]

    def slot_mismatch(self, r):
        header = r.header()
        payload = r.counted(44, 19756)
        recipient, commitment, statement = r.take(32), r.take(32), r.take(64)
        r.end()
        public = self.signed(header)
        if header.kind != envelope.PACKET:
            raise Refusal("seal-kind", "the header is no packet's")
        body = len(payload).to_bytes(4, "big") + payload
        body += bytes(max(0, header.body_length - len(body)))
        if len(body) != header.body_length or hashlib.sha256(body).digest() != header.digest:
            raise Refusal("seal-digest", "the packet is not the one that was signed for")
        packet = envelope.Packet(payload)
        if packet.epoch != header.epoch:
            raise Refusal("seal-place", "the packet is of another epoch than its header")
        bound = envelope.binding(header.charter, header.originator, header.incarnation, packet.epoch,
                                 packet.number, recipient)
        if not envelope.statement_holds(public, bound, commitment, statement):
            raise Refusal("seal-signature", "nobody signed that statement")
        if commitment == packet.commitment:
            raise Refusal("seal-evidence", "the statement commits to the packet's key")
        return header.originator, [header]

    def unopenable(self, r):
        header, k, body = r.revealed()
        r.end()
        self.signed(header)
        try:
            envelope.open_sealed(header, body, k)
        except Refusal as refusal:
            if refusal.code in ("seal-authentication", "seal-padding"):
                return header.originator, [header]
            raise
        raise Refusal("seal-evidence", "the body opens")

    def portion_conflict(self, r):
        portion = r.take(16)
        a, b = r.revealed(), r.revealed()
        r.end()
        self.signed(a[0]), self.signed(b[0])
        if not a[0].raw < b[0].raw or a[0].originator != b[0].originator:
            raise Refusal("seal-evidence", "not two envelopes of one originator, in their order")
        acts = [envelope.open_sealed(h, body, k) for h, k, body in (a, b)]
        if self.portions is None:
            raise Refusal("seal-means", "the judge cannot read acts")
        digests = [self.portions(act).get(portion) for act in acts]
        if None in digests or digests[0] == digests[1]:
            raise Refusal("seal-evidence", "the two acts do not state the portion with two digests")
        return a[0].originator, [a[0], b[0]]

    def missing(self, r):
        header = r.header()
        note = r.counted(1, 16384)
        r.end()
        self.signed(header)
        if self.lacks is None:
            raise Refusal("seal-means", "the judge does not have the log")
        if not self.lacks(header, note):
            raise Refusal("seal-evidence", "the log holds the header")
        return None, [header]

    def broken_signature(self, r):
        a, b = r.header(), r.header()
        r.end()
        public = self.key_of(a)
        self.signed(b)
        follows = (b.originator, b.incarnation, b.sequence) == (a.originator, a.incarnation, a.sequence + 1)
        if not follows or b.previous != a.hash:
            raise Refusal("seal-evidence", "the second header does not follow the first")
        if a.signed_by(public):
            raise Refusal("seal-evidence", "the signature verifies")
        return a.originator, [a, b]

    def judge(self, raw, in_leaf=False):
        if len(raw) > MAX:
            raise Refusal("seal-too-large", "evidence has at most %d bytes" % MAX)
        r = _Reader(raw)
        if r.take(4) != b"ENTV":
            raise Refusal("seal-magic", "it is no evidence")
        version, kind = r.take(2)
        if version != 1 or kind not in TYPES:
            raise Refusal("seal-version", "version %d, type %d of evidence is not known" % (version, kind))
        if any(r.take(2)):
            raise Refusal("seal-reserved", "reserved bytes are not zero")
        name = TYPES[kind]
        if in_leaf and name in _NEVER_IN_A_LEAF:
            raise Refusal("seal-discloses", "evidence that shows an envelope does not go into the log (rule 9)")
        accused, headers = getattr(self, name.replace("-", "_"))(r)
        return Judged(name, accused, headers)


def judge(raw, charter, keys, in_leaf=False, portions=None, lacks=None):
    return Judge(charter, keys, portions, lacks).judge(raw, in_leaf)


def own_portions(act):
    """{id: digest} of the portions of a report, over their exact bytes (spec/act.md)."""
    try:
        value = forms.strict_json(act)
        text = act.decode("utf-8")
    except (forms.BadJSON, UnicodeDecodeError):
        return {}
    if not isinstance(value, dict) or value.get("type") != "report":
        return {}
    found = {}
    for start, end, portion in _elements(text):
        exact = text[start:end].encode()
        if isinstance(portion, dict) and forms.unhex(str(portion.get("id")), 16):
            found[bytes.fromhex(portion["id"])] = hashlib.sha256(b"entente/v1/portion\0" + exact).digest()
    return found


def _blanks(text, at):
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _elements(text):
    """(start, end, value) of the elements of the top object's list "portions"."""
    decoder = json.JSONDecoder()
    at = _blanks(text, _blanks(text, 0) + 1)
    while text[at] != "}":
        name, at = decoder.raw_decode(text, at)
        at = _blanks(text, _blanks(text, at) + 1)
        if name != "portions":
            _, at = decoder.raw_decode(text, at)
        elif text[at] == "[":
            at = _blanks(text, at + 1)
            while text[at] != "]":
                value, end = decoder.raw_decode(text, at)
                yield at, end, value
                at = _blanks(text, end)
                if text[at] == ",":
                    at = _blanks(text, at + 1)
            at += 1
        else:
            return
        at = _blanks(text, at)
        if text[at] == ",":
            at = _blanks(text, at + 1)


def judge_rollback(raw, origin, cosigners):
    """The convicted member's key name: it cosigned a smaller head after a larger one."""
    try:
        value = forms.strict_json(raw)
    except forms.BadJSON as e:
        raise Refusal("log-malformed", str(e)) from None
    forms.exact_fields(value, ("member", "small", "large"), "log-malformed", "the evidence")
    key = cosigners.get(value["member"])
    if key is None:
        raise Refusal("log-key", "%s is no cosigner" % value["member"])
    small, large = (checkpoint.parse_checkpoint(str(value[x]).encode()) for x in ("small", "large"))
    if small.origin != large.origin or small.origin != origin:
        raise Refusal("log-origin", "the heads are of another log")
    times = checkpoint.cosigned_at(small, key), checkpoint.cosigned_at(large, key)
    if None in times:
        raise Refusal("log-cosignature", "%s did not cosign both heads" % value["member"])
    if not (small.size < large.size and times[0] > times[1]):
        raise Refusal("log-evidence", "the smaller head was not cosigned after the larger one")
    return value["member"]
