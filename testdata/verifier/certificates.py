"""Key certificates, epoch keys and closings (spec/keys.md)."""

import hashlib

from . import curve, forms
from .refusal import Refusal

PURPOSES = ("header", "checkpoint", "cosignature", "tls", "epoch")
_ROOT = 1  # signed-note's type of Ed25519


class Certificate:
    def __init__(self, charter, member, incarnation, serial, keys):
        self.charter, self.member = charter, member
        self.incarnation, self.serial, self.keys = incarnation, serial, keys


def header_key_id(public):
    return hashlib.sha256(public).digest()[:8]


def root_line(line, member, root, text):
    """Whether a signature line is member's root's, over text."""
    name, key_id, sig, _ = line
    expected = member + "/root"
    return name == expected and key_id == forms.key_id(expected, _ROOT, root) and curve.verify(root, text, sig)


def _version(first, name):
    """Tells a newer format from what is no such format."""
    if first == "entente/v1/" + name:
        return
    parts = first.split("/")
    if len(parts) == 3 and parts[0] == "entente" and parts[2] == name and parts[1][:1] == "v" \
            and forms.decimal(parts[1][1:], 2) is not None:
        raise Refusal("version", "%s is of a newer format" % first)
    raise Refusal("syntax", "the first line is not entente/v1/%s" % name)


def _lines(raw, name, least, most):
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal("syntax", "it is not UTF-8") from None
    if not text.endswith("\n"):
        raise Refusal("syntax", "the last line is not ended")
    lines = text[:-1].split("\n")
    _version(lines[0], name)
    if not least <= len(lines) <= most:
        raise Refusal("syntax", "it has %d lines" % len(lines))
    return lines


def _member(text):
    if not forms.is_member_id(text):
        raise Refusal("syntax", "%r is no member id" % text)
    return text


def _charter(text):
    raw = forms.unhex(text, 32)
    if raw is None or raw == bytes(32):
        raise Refusal("syntax", "%r is no charter hash" % text)
    return raw


def _number(text, low, high, what):
    n = forms.decimal(text, low, high)
    if n is None:
        raise Refusal("syntax", "%r is no %s" % (text, what))
    return n


def parse_certificate(raw, charter, member, root):
    """A certificate signed by root; charter is None inside the founding file."""
    if len(raw) > 2048:
        raise Refusal("syntax", "a certificate has at most 2,048 bytes")
    cut = raw.rfind(b"\n\n")
    lines = _lines(raw if cut < 0 else raw[:cut + 1], "keys", 10, 10)
    if (lines[1] == "founding") != (charter is None):
        raise Refusal("syntax", "the word founding counts inside the founding file, and only there")
    stated = None if charter is None else _charter(lines[1])
    _member(lines[2])
    incarnation = _number(lines[3], 1, 2**32 - 1, "incarnation")
    serial = _number(lines[4], 1, 4096, "serial")
    keys = {}
    for purpose, line in zip(PURPOSES, lines[5:]):
        public = forms.unbase64(line[len(purpose) + 1:]) if line.startswith(purpose + " ") else None
        if public is None or len(public) != 32:
            raise Refusal("syntax", "the line of the %s key is not in its form" % purpose)
        keys[purpose] = public
    note = None if cut < 0 else forms.parse_note(raw, "signature")
    if stated != charter:
        raise Refusal("other-charter", "the certificate names another charter (rule 5)")
    for purpose, public in keys.items():
        if not curve.usable(public):
            raise Refusal("key", "the %s key is one that nobody may use" % purpose)
    if len(set(keys.values()) | {root}) != 6:
        raise Refusal("key", "a key serves two purposes, or is the root")
    if lines[2] != member:
        raise Refusal("signature", "the certificate is of %s, not of %s" % (lines[2], member))
    if note is None or len(note.lines) != 1 or not root_line(note.lines[0], member, root, note.text):
        raise Refusal("signature", "the certificate is not signed by %s's root, once" % member)
    return Certificate(charter, member, incarnation, serial, keys)


def check_epoch_key(public):
    """MLKEM768-X25519: the ML-KEM key (1,184 bytes), then the X25519 key (32)."""
    lattice = public[:1152]
    for i in range(0, 1152, 3):
        a = lattice[i] | (lattice[i + 1] & 15) << 8
        b = lattice[i + 1] >> 4 | lattice[i + 2] << 4
        if a >= 3329 or b >= 3329:
            raise Refusal("key", "the ML-KEM key is out of range (FIPS 203, section 7.2)")
    if curve.small_order_u(public[1184:]):
        raise Refusal("key", "the X25519 key is of small order: nobody could seal to it")


class EpochKeys:
    def __init__(self, charter, member, incarnation, keys, text, signature):
        self.charter, self.member, self.incarnation = charter, member, incarnation
        self.keys, self.text, self.signature = keys, text, signature

    def signed_by(self, public):
        return curve.verify_context(public, "entente/v1/epoch-keys", self.text, self.signature)


def parse_epoch_keys(raw):
    lines = _lines(raw, "epoch-keys", 6, 13)
    charter, member = _charter(lines[1]), _member(lines[2])
    incarnation = _number(lines[3], 1, 2**32 - 1, "incarnation")
    keys, last = {}, -1
    for line in lines[4:-1]:
        parts = line.split(" ")
        public = forms.unbase64(parts[1]) if len(parts) == 2 else None
        if public is None or len(public) != 1216:
            raise Refusal("syntax", "a line is not of the form: epoch, key of 1,216 bytes")
        epoch = _number(parts[0], 0, 2**32 - 1, "epoch")
        if epoch <= last:
            raise Refusal("syntax", "the epochs do not rise")
        keys[epoch], last = public, epoch
    signature = forms.unbase64(lines[-1])
    if signature is None or len(signature) != 64:
        raise Refusal("syntax", "the last line is no signature")
    for public in keys.values():
        check_epoch_key(public)
    return EpochKeys(charter, member, incarnation, keys, raw[:raw.rindex(b"\n", 0, -1) + 1], signature)


class Close:
    def __init__(self, charter, member, incarnation, epoch):
        self.charter, self.member, self.incarnation, self.epoch = charter, member, incarnation, epoch


def parse_close(raw):
    lines = _lines(raw, "close", 5, 5)
    return Close(_charter(lines[1]), _member(lines[2]), _number(lines[3], 1, 2**32 - 1, "incarnation"),
                 _number(lines[4], 0, 2**32 - 1, "epoch"))
