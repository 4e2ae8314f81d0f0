"""Ed25519 after RFC 8032, with the one rule of spec/README.md ("Signatures").

Cofactorless: S must be below L, and the R that is computed is compared with the
one that was sent as bytes. Public keys must be canonical encodings of points
that are not of small order. X25519 after RFC 7748 is here too, for the check of
epoch keys.
"""

import functools
import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
D2 = 2 * D % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def _add(p, q):
    x1, y1, z1, t1 = p
    x2, y2, z2, t2 = q
    a = (y1 - x1) * (y2 - x2) % P
    b = (y1 + x1) * (y2 + x2) % P
    c = t1 * D2 * t2 % P
    d = 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _double(p):
    x, y, z, _ = p
    a, b, c = x * x % P, y * y % P, 2 * z * z % P
    h = a + b
    e = h - (x + y) * (x + y) % P
    g = a - b
    f = c + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _recover_x(y, sign):
    """The x of a point with this y and parity, or None when there is none."""
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P) % P, (P - 5) // 8, P) % P
    if v * x * x % P == u:
        pass
    elif v * x * x % P == -u % P:
        x = x * ROOT_OF_MINUS_ONE % P
    else:
        return None
    if x == 0 and sign:
        return None  # -0: no canonical encoding
    return P - x if x & 1 != sign else x


def _decode(encoded):
    n = int.from_bytes(encoded, "little")
    y, sign = n & (1 << 255) - 1, n >> 255
    if y >= P:
        return None
    x = _recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _encode(p):
    x, y, z, _ = p
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _multiples(p):
    """0*p .. 15*p, for windows of four bits."""
    row = [NEUTRAL, p]
    for _ in range(14):
        row.append(_add(row[-1], p))
    return row


def _times(row, n):
    result = NEUTRAL
    for shift in range(252, -1, -4):
        result = _double(_double(_double(_double(result))))
        digit = n >> shift & 15
        if digit:
            result = _add(result, row[digit])
    return result


_BASE_Y = 4 * pow(5, P - 2, P) % P
_BASE = (_recover_x(_BASE_Y, 0), _BASE_Y, 1, _recover_x(_BASE_Y, 0) * _BASE_Y % P)


def _base_rows():
    rows, p = [], _BASE
    for _ in range(64):
        rows.append(_multiples(p))
        p = _double(_double(_double(_double(p))))
    return rows


_BASE_ROWS = _base_rows()


def _times_base(n):
    result = NEUTRAL
    for i in range(64):
        digit = n >> 4 * i & 15
        if digit:
            result = _add(result, _BASE_ROWS[i][digit])
    return result


@functools.lru_cache(maxsize=4096)
def _key(public):
    """Multiples of -A for a key that members may use, or None."""
    if len(public) != 32:
        return None
    point = _decode(public)
    if point is None:
        return None
    eight = _double(_double(_double(point)))
    if eight[0] % P == 0 and (eight[1] - eight[2]) % P == 0:
        return None  # of small order: under it anything could be "signed"
    x, y, z, t = point
    return _multiples((P - x, y, z, P - t))


def usable(public):
    """Whether a member may use this public key (spec/README.md)."""
    return _key(bytes(public)) is not None


def verify(public, message, signature):
    """Whether signature is one of message under a usable public key."""
    row = _key(bytes(public))
    if row is None or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    digest = hashlib.sha512(bytes(signature[:32]) + bytes(public) + message).digest()
    h = int.from_bytes(digest, "little") % L
    return _encode(_add(_times_base(s), _times(row, h))) == bytes(signature[:32])


def verify_context(public, context, message, signature):
    """The same over context || 0x00 || message (spec/README.md)."""
    return verify(public, context.encode("ascii") + b"\0" + message, signature)


def _expand(seed):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little") & (1 << 254) - 8 | 1 << 254
    return a, h[32:]


def public_of(seed):
    """The public key of a private seed. The vectors use it; nothing else does."""
    return _encode(_times_base(_expand(seed)[0]))


def sign(seed, message):
    """RFC 8032 section 5.1.6. Not in constant time: only seeds of vectors come here."""
    a, prefix = _expand(seed)
    public = _encode(_times_base(a))
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L
    big_r = _encode(_times_base(r))
    h = int.from_bytes(hashlib.sha512(big_r + public + message).digest(), "little") % L
    return big_r + ((r + h * a) % L).to_bytes(32, "little")


def x25519(scalar, u):
    """RFC 7748 section 5, the Montgomery ladder."""
    k = bytearray(scalar)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    n = int.from_bytes(k, "little")
    x1 = int.from_bytes(u, "little") & (1 << 255) - 1
    x2, z2, x3, z3 = 1, 0, x1, 1
    for t in range(254, -1, -1):
        bit = n >> t & 1
        if bit:
            x2, z2, x3, z3 = x3, z3, x2, z2
        a, b = x2 + z2, x2 - z2
        aa, bb = a * a % P, b * b % P
        e = aa - bb
        da, cb = (x3 - z3) * a % P, (x3 + z3) * b % P
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
        if bit:
            x2, z2, x3, z3 = x3, z3, x2, z2
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def small_order_u(u):
    """Whether an X25519 public key is one to which every secret gives zero."""
    return x25519(b"\1" * 32, u) == bytes(32)
