"""The conventions of spec/README.md: base64, numbers, member ids, JSON; signed notes."""

import base64
import hashlib
import json
import re

from .refusal import Refusal

MAX_TIME = 253402300799  # the last second of the year 9999
MAX_INT = 2**63 - 1
_DEPTH = 32
_ID = re.compile(r"[A-Z]{3}\Z")
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,99})\Z")
_HEX = re.compile(r"([0-9a-f]{2})*\Z")


def unbase64(text):
    """The bytes, or None when the text is not their one base64 spelling."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, UnicodeEncodeError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


def to_base64(raw):
    return base64.b64encode(raw).decode()


def unhex(text, length):
    """Lower-case hex of exactly length bytes, or None."""
    if len(text) != 2 * length or not _HEX.match(text):
        return None
    return bytes.fromhex(text)


def decimal(text, low=0, high=MAX_INT):
    """A number without sign and leading zeros, within bounds, or None."""
    if not _DECIMAL.match(text):
        return None
    n = int(text)
    return n if low <= n <= high else None


def is_member_id(text):
    return isinstance(text, str) and bool(_ID.match(text)) and text != "ALL"


class BadJSON(ValueError):
    """Not JSON of the strict form."""


def _pairs(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJSON("a field stands twice in one object")
    return found


def _no_fraction(text):
    raise BadJSON("the number %s is not whole and in plain digits" % text)


def _whole(text):
    if not _DECIMAL.match(text) or int(text) > MAX_INT:
        raise BadJSON("the number %s is not whole, in plain digits and within 63 bits" % text)
    return int(text)


def _depth(text):
    depth = deepest = 0
    inside = escaped = False
    for c in text:
        if inside:
            if escaped:
                escaped = False
            elif c == "\\":
                escaped = True
            elif c == '"':
                inside = False
        elif c == '"':
            inside = True
        elif c in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif c in "}]":
            depth -= 1
    return deepest


def strict_json(raw):
    """The value of JSON text: UTF-8, no repeated field, whole numbers that
    are not negative, no half surrogate, at most 32 deep, nothing after it but
    blanks. Raises BadJSON."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as e:
        raise BadJSON("it is not UTF-8") from e
    if _depth(text) > _DEPTH:
        raise BadJSON("it is nested deeper than %d" % _DEPTH)
    try:
        value = json.loads(text, object_pairs_hook=_pairs, parse_float=_no_fraction,
                           parse_int=_whole, parse_constant=_no_fraction)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as e:
        raise BadJSON("an escape is half a surrogate pair") from e
    except BadJSON:
        raise
    except ValueError as e:
        raise BadJSON("it is not JSON: %s" % e) from e
    return value


def exact_fields(value, names, code, what):
    """Refuses an object that has not just these fields, or a null among them."""
    if not isinstance(value, dict):
        raise Refusal(code, "%s is no object" % what)
    for name in value:
        if name not in names:
            raise Refusal(code, "%s has a field %r that the format does not have" % (what, name))
    for name in names:
        if value.get(name) is None:
            raise Refusal(code, "%s lacks the field %s" % (what, name))


def key_id(name, kind, public):
    """The key id of signed-note: 4 bytes (spec/log.md section 2)."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


class Note:
    """A signed note: its text, and its lines as (name, key id, signature, line)."""

    def __init__(self, text, lines):
        self.text, self.lines = text, lines


def parse_note(raw, code, limit=131072, long_code=None):
    """A note in the form of spec/log.md section 3, whatever its text says."""
    long_code = long_code or code
    if len(raw) > limit:
        raise Refusal(long_code, "the note has more than %d bytes" % limit)
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(code, "the note is not UTF-8") from None
    if any(c < " " and c != "\n" for c in whole):
        raise Refusal(code, "the note holds a control character")
    if not whole.endswith("\n"):
        raise Refusal(code, "the last line of the note is not ended")
    cut = whole.rfind("\n\n")
    if cut < 0:
        raise Refusal(code, "no empty line parts text and signatures")
    text, rest = whole[:cut + 1], whole[cut + 2:]
    if not rest:
        raise Refusal(code, "the note has no signature line")
    lines = rest[:-1].split("\n")
    if len(lines) > 100:
        raise Refusal(long_code, "the note has more than 100 signature lines")
    return Note(text.encode(), [parse_line(x + "\n", code, long_code) for x in lines])


def parse_line(line, code, long_code=None):
    """One signature line with its newline."""
    if len(line.encode()) > 8193:
        raise Refusal(long_code or code, "a signature line is too long")
    parts = line[:-1].split(" ")
    if not line.endswith("\n") or len(parts) != 3 or parts[0] != "\u2014":
        raise Refusal(code, "a signature line is not of the form: dash, name, base64")
    name, raw = parts[1], unbase64(parts[2])
    if not 1 <= len(name.encode()) <= 255 or "+" in name or any(c.isspace() for c in name):
        raise Refusal(code, "a signature line names no key")
    if raw is None or len(raw) < 5:
        raise Refusal(code, "a signature line holds no canonical base64 of a signature")
    return (name, raw[:4], raw[4:], line)
