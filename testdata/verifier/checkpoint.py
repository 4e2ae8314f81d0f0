"""Keys, checkpoints, cosignatures, quorum, proofs in text, evidence of forks (spec/log.md)."""

from . import curve, forms, merkle
from .refusal import Refusal

LOG, COSIGNER = 1, 4
MAX_EVIDENCE = 270336


class Key:
    """A verifier key: a name, a type, a public key (spec/log.md section 2)."""

    def __init__(self, name, kind, public):
        if not 1 <= len(name) <= 255 or any(not "!" <= c <= "~" or c == "+" for c in name):
            raise Refusal("log-key", "%r is no name of a key" % name)
        if kind not in (LOG, COSIGNER):
            raise Refusal("log-key", "key type %d serves nothing here" % kind)
        if not curve.usable(public):
            raise Refusal("log-key", "the key of %s is one that nobody may use" % name)
        self.name, self.kind, self.public = name, kind, public
        self.id = forms.key_id(name, kind, public)


def parse_vkey(text):
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise Refusal("log-malformed", "a verifier key has three parts")
    name, hex_id, raw = parts[0], parts[1], forms.unbase64(parts[2])
    stated = forms.unhex(hex_id, 4)
    if stated is None or raw is None or len(raw) < 1:
        raise Refusal("log-malformed", "a part of the verifier key is not in its form")
    if len(raw) != 33:
        raise Refusal("log-key", "a key has 1 + 32 bytes")
    key = Key(name, raw[0], raw[1:])
    if key.id != stated:
        raise Refusal("log-malformed", "the key id is not that of the key")
    return key


class Checkpoint:
    def __init__(self, origin, size, root, note):
        self.origin, self.size, self.root, self.note = origin, size, root, note


def check_head(origin, size, root, code="log-malformed"):
    if not 1 <= len(origin) <= 255 or any(not "!" <= c <= "~" or c == "+" for c in origin):
        raise Refusal(code, "%r is no origin" % origin)
    if not 0 <= size <= merkle.MAX_SIZE:
        raise Refusal("log-range", "%d is no size of a log" % size)
    if size == 0 and root != merkle.EMPTY_ROOT:
        raise Refusal("log-malformed", "the empty log has another root")


def head_text(origin, size, root):
    return ("%s\n%d\n%s\n" % (origin, size, forms.to_base64(root))).encode()


def parse_checkpoint(raw):
    note = forms.parse_note(raw, "log-malformed", long_code="log-too-large")
    lines = note.text.decode().split("\n")
    if len(lines) != 4 or lines[3]:
        raise Refusal("log-malformed", "a checkpoint has three lines")
    size = forms.decimal(lines[1], 0, 10**100)
    if size is None:
        raise Refusal("log-malformed", "%r is no size" % lines[1])
    root = forms.unbase64(lines[2])
    if root is None or len(root) != 32:
        raise Refusal("log-malformed", "the third line is no root")
    check_head(lines[0], size, root)
    return Checkpoint(lines[0], size, root, note)


def check_signed(cp, log):
    """One valid line of the log is enough."""
    if cp.origin != log.name:
        raise Refusal("log-origin", "the checkpoint is of %s, not of %s" % (cp.origin, log.name))
    for name, key_id, sig, _ in cp.note.lines:
        if name == log.name and key_id == log.id and curve.verify(log.public, cp.note.text, sig):
            return
    raise Refusal("log-signature", "the checkpoint has no valid signature of the log")


def cosign_message(text, time):
    return b"cosignature/v1\ntime %d\n" % time + text


def cosigned_at(cp, key):
    """The earliest time of key's valid cosignatures on cp, or None."""
    best = None
    for name, key_id, sig, _ in cp.note.lines:
        if name != key.name or key_id != key.id or len(sig) != 72:
            continue
        time = int.from_bytes(sig[:8], "big")
        if not 1 <= time <= forms.MAX_TIME or best is not None and time >= best:
            continue
        if curve.verify(key.public, cosign_message(cp.note.text, time), sig[8:]):
            best = time
    return best


def check_list(cosigners, quorum):
    if not 1 <= quorum <= len(cosigners):
        raise Refusal("log-range", "quorum %d of %d cosigners" % (quorum, len(cosigners)))
    if len({c.name for c in cosigners}) < len(cosigners) or len({c.public for c in cosigners}) < len(cosigners):
        raise Refusal("log-key", "a cosigner's name or key stands twice")
    if any(c.kind != COSIGNER for c in cosigners):
        raise Refusal("log-key", "a key of another purpose among the cosigners")


def certify(cp, log, cosigners, quorum):
    """[(name, time)] of the cosigners of a certified checkpoint."""
    check_list(cosigners, quorum)
    if log.kind != LOG:
        raise Refusal("log-key", "a key of another purpose as the log's")
    check_signed(cp, log)
    found = [(c.name, cosigned_at(cp, c)) for c in cosigners]
    missing = [name for name, time in found if time is None]
    if len(found) - len(missing) < quorum:
        raise Refusal("log-quorum", "%d of %d needed members have cosigned; missing: %s (rule 27)"
                      % (len(found) - len(missing), quorum, ", ".join(missing)))
    return [(name, time) for name, time in found if time is not None]


def log_time(cosigned):
    times = sorted(time for _, time in cosigned)
    return times[(len(times) - 1) // 2]


def merge(notes):
    parsed = [parse_checkpoint(n) for n in notes]
    if not parsed:
        raise Refusal("log-malformed", "nothing to merge")
    lines = []
    for cp in parsed:
        if cp.note.text != parsed[0].note.text:
            raise Refusal("log-text", "the notes are of different checkpoints")
        lines += [line for _, _, _, line in cp.note.lines if line not in lines]
    merged = parsed[0].note.text + b"\n" + "".join(lines).encode()
    if len(lines) > 100 or len(merged) > 131072:
        raise Refusal("log-too-large", "together the notes are too large")
    return merged


def _hash_lines(lines):
    if len(lines) > merkle.MAX_PROOF:
        raise Refusal("log-too-large", "a proof of %d hashes" % len(lines))
    hashes = [forms.unbase64(x) for x in lines]
    if any(h is None or len(h) != 32 for h in hashes):
        raise Refusal("log-malformed", "a line of the proof is no hash")
    return hashes


def _head_and_rest(raw, limit):
    if len(raw) > limit:
        raise Refusal("log-too-large", "more than %d bytes" % limit)
    cut = raw.find(b"\n\n")
    if cut < 0:
        raise Refusal("log-malformed", "no empty line after the proof")
    try:
        return raw[:cut].decode("utf-8").split("\n"), raw[cut + 2:]
    except UnicodeDecodeError:
        raise Refusal("log-malformed", "it is not UTF-8") from None


def check_inclusion_text(raw, leaf, log, cosigners, quorum):
    """An inclusion proof in the form of tlog-proof; (index, size)."""
    lines, rest = _head_and_rest(raw, 131072 + 32768)
    if lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Refusal("log-malformed", "another first line")
    if lines and lines[0].startswith("extra "):
        extra = forms.unbase64(lines.pop(0)[6:])
        if not extra:
            raise Refusal("log-malformed", "the extra data is no base64")
        if len(extra) > 16384:
            raise Refusal("log-too-large", "too much extra data")
    index = forms.decimal(lines.pop(0)[6:]) if lines and lines[0].startswith("index ") else None
    if index is None:
        raise Refusal("log-malformed", "no line with the index")
    proof = _hash_lines(lines)
    cp = parse_checkpoint(rest)
    if index >= cp.size:
        raise Refusal("log-range", "there is no leaf %d in %d leaves" % (index, cp.size))
    certify(cp, log, cosigners, quorum)
    merkle.check_inclusion(proof, index, cp.size, leaf, cp.root)
    return index, cp.size


def fork_text(a, b, log, proof, prefix):
    """Evidence in text of two heads; a and b in their one order."""
    out = b"entente/log-evidence/v1\n"
    if prefix is not None:
        out += ("prefix %s\n" % forms.to_base64(prefix)).encode()
    out += "".join(forms.to_base64(h) + "\n" for h in proof).encode() + b"\n"
    for raw in (a, b):
        out += b"note %d\n" % len(raw) + raw
    return out


def conflict(raw_a, raw_b, log):
    """Evidence that two heads of one size differ, or None. Raises when one is
    not a checkpoint of this log."""
    a, b = parse_checkpoint(raw_a), parse_checkpoint(raw_b)
    check_signed(a, log)
    check_signed(b, log)
    if a.size != b.size or a.root == b.root:
        return None
    if a.root > b.root:
        raw_a, raw_b = raw_b, raw_a
    return fork_text(raw_a, raw_b, log, [], None)


def _take_note(raw):
    cut = raw.find(b"\n")
    length = None
    if raw.startswith(b"note ") and cut > 0:
        length = forms.decimal(raw[5:cut].decode("ascii", "replace"))
    if length is None or cut + 1 + length > len(raw):
        raise Refusal("log-malformed", "a note of the evidence is not in its form")
    return raw[cut + 1:cut + 1 + length], raw[cut + 1 + length:]


def judge_fork(raw, log, cosigners):
    """Evidence of a fork; (sizes, names that cosigned both)."""
    lines, rest = _head_and_rest(raw, MAX_EVIDENCE)
    if lines.pop(0) != "entente/log-evidence/v1":
        raise Refusal("log-malformed", "another first line")
    prefix = None
    if lines and lines[0].startswith("prefix "):
        prefix = _hash_lines([lines.pop(0)[7:]])[0]
    proof = _hash_lines(lines)
    note_a, rest = _take_note(rest)
    note_b, rest = _take_note(rest)
    if rest:
        raise Refusal("log-malformed", "something follows the second note")
    a, b = parse_checkpoint(note_a), parse_checkpoint(note_b)
    if (prefix is None) != (a.size == b.size) or a.size == b.size and proof:
        raise Refusal("log-malformed", "prefix and proof stand where the sizes differ, and only there")
    if (a.size, a.root) > (b.size, b.root):
        raise Refusal("log-malformed", "the checkpoints are not in order")
    check_signed(a, log)
    check_signed(b, log)
    if a.size == b.size:
        if a.root == b.root:
            raise Refusal("log-evidence", "both checkpoints have one root")
    else:
        if prefix == a.root:
            raise Refusal("log-evidence", "the larger head continues the smaller one")
        merkle.check_consistency(proof, a.size, b.size, prefix, b.root)
    both = [c.name for c in cosigners if cosigned_at(a, c) is not None and cosigned_at(b, c) is not None]
    return [a.size, b.size], both
