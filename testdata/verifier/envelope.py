"""Headers, chains, bodies, key packets, attachments (spec/envelope.md)."""

import hashlib
import hmac

from . import aead, certificates, curve, forms
from .refusal import Refusal

SEALED, GENESIS, KEYS, PACKET, EPOCH_KEYS, CLOSE, EVIDENCE = range(7)
CLASSES = (1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384, 24576, 32768, 49152, 65536)
HEADER = 256
SLOT = 1232
ZERO = bytes(32)


class Header:
    """The fields of a header that parses. hash is SHA-256 of all its bytes."""

    def __init__(self, raw):
        if len(raw) != HEADER:
            raise Refusal("seal-length", "a header has 256 bytes, not %d" % len(raw))
        if raw[:4] != b"ENTH":
            raise Refusal("seal-magic", "it is no header")
        if raw[4] != 1:
            raise Refusal("seal-version", "version %d is not known: mirror, do not cosign" % raw[4])
        self.raw, self.kind, self.size_class = raw, raw[5], raw[6]
        if self.kind > EVIDENCE:
            raise Refusal("seal-kind", "kind %d is not known: mirror, do not cosign" % self.kind)
        if self.size_class >= len(CLASSES):
            raise Refusal("seal-class", "there is no size class %d" % self.size_class)
        if raw[7] or raw[43] or any(raw[100:104]) or any(raw[176:192]):
            raise Refusal("seal-reserved", "reserved bytes are not zero")
        self.charter = raw[8:40]
        self.originator = raw[40:43].decode("latin-1")
        if not forms.is_member_id(self.originator):
            raise Refusal("seal-originator", "%r is no member id" % self.originator)
        self.incarnation = int.from_bytes(raw[44:48], "big")
        self.sequence = int.from_bytes(raw[48:56], "big")
        self.previous = raw[56:88]
        self.time = int.from_bytes(raw[88:96], "big")
        self.epoch = int.from_bytes(raw[96:100], "big")
        self.digest, self.tag, self.key_id = raw[104:136], raw[136:168], raw[168:176]
        if self.incarnation == 0:
            raise Refusal("seal-incarnation", "incarnations count from 1")
        if self.sequence == 0:
            raise Refusal("seal-sequence", "sequences count from 1")
        if self.sequence == 1 and self.previous != ZERO:
            raise Refusal("seal-previous", "the first header names a predecessor")
        if self.time > forms.MAX_TIME:
            raise Refusal("seal-time", "the time claim is beyond the year 9999")
        if self.kind != SEALED and self.tag != ZERO:
            raise Refusal("seal-reserved", "a public header has no tag")

    @property
    def hash(self):
        return hashlib.sha256(self.raw).digest()

    @property
    def body_length(self):
        return CLASSES[self.size_class]

    def check_key(self, public):
        if self.key_id != certificates.header_key_id(public):
            raise Refusal("seal-key-id", "the header names another key")

    def signed_by(self, public):
        return curve.verify_context(public, "entente/v1/header", self.raw[:192], self.raw[192:])

    def check_signature(self, public):
        self.check_key(public)
        if not curve.usable(public):
            raise Refusal("seal-key", "a key that no member may use")
        if not self.signed_by(public):
            raise Refusal("seal-signature", "the signature does not verify")


class Chain:
    """Where an originator stands: its incarnation, sequence and last header's hash."""

    def __init__(self, incarnation=0, sequence=0, last=ZERO):
        self.incarnation, self.sequence, self.last = incarnation, sequence, last


class Run:
    """Checks consecutive leaves (spec/envelope.md, "Chunks"): every hash, the
    signature of every public leaf, and of the sealed ones the last of each
    originator under each key. finish() checks what no later leaf has covered."""

    def __init__(self, charter, chains):
        self.charter, self.chains = charter, chains
        self.open = {}  # originator -> (position, header, key): signed by nobody yet
        self.verified = 0

    def add(self, position, header, public):
        try:
            self._follow(header)
            header.check_key(public)
            covered = self.open.pop(header.originator, None)
            if covered and covered[2] != public:
                self._verify(*covered)
            if header.kind == SEALED:
                self.open[header.originator] = (position, header, public)
            else:
                self._verify(position, header, public)
        except Refusal as r:
            if r.index is None:
                r.index = position
            raise

    def _follow(self, header):
        who = header.originator
        if header.charter != self.charter:
            raise Refusal("seal-charter", "the header is of another charter (rule 5)")
        chain = self.chains.setdefault(who, Chain())
        if header.incarnation != chain.incarnation:
            first = chain.incarnation == 0 and header.incarnation == 1
            if header.incarnation < chain.incarnation or not first and header.kind != KEYS:
                raise Refusal("seal-incarnation", "%s was at incarnation %d, and goes on with %d"
                              % (who, chain.incarnation, header.incarnation))
            expected, previous = 1, ZERO
        else:
            expected, previous = chain.sequence + 1, chain.last
        if header.sequence != expected:
            raise Refusal("seal-sequence", "%s goes on with sequence %d, not %d" % (who, header.sequence, expected))
        if header.previous != previous:
            raise Refusal("seal-previous", "%s's header %d follows another one than the one before it"
                          % (who, header.sequence))
        self.chains[who] = Chain(header.incarnation, header.sequence, header.hash)

    def _verify(self, position, header, public):
        self.verified += 1
        try:
            header.check_signature(public)
        except Refusal as r:
            r.index = position
            raise

    def finish(self):
        for position, header, public in sorted(self.open.values(), key=lambda x: x[0]):
            self._verify(position, header, public)
        self.open = {}


def _check_body(header, body):
    if len(body) != header.body_length:
        raise Refusal("seal-length", "the body has %d bytes, its class %d" % (len(body), header.body_length))
    if hashlib.sha256(body).digest() != header.digest:
        raise Refusal("seal-digest", "the body is not the one that was signed for")


def _inside(plain):
    length = int.from_bytes(plain[:4], "big")
    if length > len(plain) - 4 or any(plain[4 + length:]):
        raise Refusal("seal-padding", "the length inside is too large, or the padding is not zeros")
    return plain[4:4 + length]


def public_payload(header, body):
    if header.kind == SEALED:
        raise Refusal("seal-kind", "a sealed body has no payload")
    _check_body(header, body)
    return _inside(body)


def envelope_key(header, set_key):
    info = (b"entente/v1/envelope\0" + header.originator.encode()
            + header.incarnation.to_bytes(4, "big") + header.sequence.to_bytes(8, "big"))
    return aead.hkdf256(set_key, header.charter, info, 32)


def fits_tag(header, key):
    return hmac.compare_digest(aead.hmac256(key, b"tag"), header.tag)


def _associated(raw):
    return raw[:104] + raw[136:192]


def open_sealed(header, body, key):
    """The act, under the envelope's key k."""
    if header.kind != SEALED:
        raise Refusal("seal-kind", "a public body is not opened")
    _check_body(header, body)
    if not fits_tag(header, key):
        raise Refusal("seal-tag", "the tag commits to another key")
    plain = aead.xchacha_open(aead.hmac256(key, b"body"), body[:24], body[24:], _associated(header.raw))
    if plain is None:
        raise Refusal("seal-authentication", "the body does not open under the key to which its tag commits")
    return _inside(plain)


def smallest_class(length, least=0):
    for c in range(least, len(CLASSES)):
        if length <= CLASSES[c]:
            return c
    raise Refusal("seal-too-large", "%d bytes fit no class" % length)


def make_header(kind, size_class, place, tag, key_id):
    """Bytes 0-191 without the digest, which is written in afterwards."""
    number = lambda n, size: n.to_bytes(size, "big")
    return (b"ENTH\1" + bytes([kind, size_class, 0]) + bytes.fromhex(place["charter"])
            + place["originator"].encode() + b"\0" + number(place["incarnation"], 4)
            + number(place["sequence"], 8) + bytes.fromhex(place["previous"]) + number(place["time"], 8)
            + number(place["epoch"], 4) + bytes(4) + ZERO + tag + key_id + bytes(16))


def _finish(unsigned, body, seed):
    raw = unsigned[:104] + hashlib.sha256(body).digest() + unsigned[136:]
    return raw + curve.sign(seed, b"entente/v1/header\0" + raw), body


def seal(seed, place, set_key, nonce, act, least):
    """An envelope and its k, byte for byte (for the vectors)."""
    c = smallest_class(len(act) + 44, least)
    fields = Header(make_header(1, c, place, ZERO, bytes(8)) + bytes(64))
    k = envelope_key(fields, set_key)
    raw = make_header(SEALED, c, place, aead.hmac256(k, b"tag"), certificates.header_key_id(curve.public_of(seed)))
    plain = len(act).to_bytes(4, "big") + act + bytes(CLASSES[c] - 44 - len(act))
    body = nonce + aead.xchacha_seal(aead.hmac256(k, b"body"), nonce, plain, _associated(raw))
    return _finish(raw, body, seed) + (k,)


def seal_public(seed, place, kind, payload):
    c = smallest_class(len(payload) + 4)
    raw = make_header(kind, c, place, ZERO, certificates.header_key_id(curve.public_of(seed)))
    return _finish(raw, len(payload).to_bytes(4, "big") + payload + bytes(CLASSES[c] - 4 - len(payload)), seed)


class Packet:
    """A key packet that parses."""

    def __init__(self, payload):
        if len(payload) < 44:
            raise Refusal("seal-length", "a packet is longer than %d bytes" % len(payload))
        if payload[:4] != b"ENTP":
            raise Refusal("seal-magic", "it is no packet")
        if payload[4] != 1:
            raise Refusal("seal-version", "version %d of a packet is not known" % payload[4])
        if not 2 <= payload[5] <= 16:
            raise Refusal("seal-slots", "a packet has 2 to 16 slots, not %d" % payload[5])
        if len(payload) != 44 + payload[5] * SLOT:
            raise Refusal("seal-length", "%d slots do not make %d bytes" % (payload[5], len(payload)))
        self.number = int.from_bytes(payload[6:8], "big")
        self.epoch = int.from_bytes(payload[8:12], "big")
        self.commitment = payload[12:44]
        self.slots = [payload[i:i + SLOT] for i in range(44, len(payload), SLOT)]


def binding(charter, originator, incarnation, epoch, number, recipient):
    return (charter + originator.encode() + incarnation.to_bytes(4, "big") + epoch.to_bytes(4, "big")
            + number.to_bytes(2, "big") + recipient)


def statement_holds(public, bound, commitment, signature):
    return curve.verify_context(public, "entente/v1/slot", bound + commitment, signature)


MAX_ATTACHMENT = 100 * 2**20
CHUNK = 65536


def padded_size(size):
    if not 0 <= size <= MAX_ATTACHMENT:
        raise Refusal("seal-too-large", "%d is no size of an attachment" % size)
    if size <= CHUNK:
        return CHUNK
    step = 1 << (size - 1).bit_length() - 4
    return -(-size // step) * step


def sealed_size(size):
    padded = padded_size(size)
    return padded + 16 * -(-padded // CHUNK)


def chunk_nonce(number, last):
    return bytes(15) + number.to_bytes(8, "big") + bytes([1 if last else 0])


def encrypt_attachment(content, key):
    padded = content + bytes(padded_size(len(content)) - len(content))
    starts = range(0, len(padded), CHUNK)
    return b"".join(aead.xchacha_seal(key, chunk_nonce(i, at + CHUNK >= len(padded)), padded[at:at + CHUNK], b"")
                    for i, at in enumerate(starts))


def decrypt_attachment(sealed, key, digest, plain_digest, size, stated):
    if stated != sealed_size(size):
        raise Refusal("seal-attachment", "the reference's sizes do not belong together")
    if len(sealed) != stated:
        raise Refusal("seal-length", "the attachment has %d bytes, not %d" % (len(sealed), stated))
    if hashlib.sha256(sealed).digest() != digest:
        raise Refusal("seal-digest", "the attachment is not the one that was signed for")
    out, step = [], CHUNK + 16
    for i, at in enumerate(range(0, len(sealed), step)):
        part = aead.xchacha_open(key, chunk_nonce(i, at + step >= len(sealed)), sealed[at:at + step], b"")
        if part is None:
            raise Refusal("seal-authentication", "chunk %d does not open" % i)
        out.append(part)
    plain = b"".join(out)
    if any(plain[size:]):
        raise Refusal("seal-padding", "the padding is not zeros")
    if hashlib.sha256(plain[:size]).digest() != plain_digest:
        raise Refusal("seal-digest", "the content is another one")
    return plain[:size]
