"""HKDF-SHA256 (RFC 5869) and (X)ChaCha20-Poly1305 (RFC 8439, draft-irtf-cfrg-xchacha-03)."""

import hashlib
import hmac
import struct

_MASK = 0xFFFFFFFF
_SIGMA = struct.unpack("<4I", b"expand 32-byte k")
_QUARTERS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
             (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))


def hmac256(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def hkdf256(secret, salt, info, length):
    key, out, block, i = hmac256(salt, secret), b"", b"", 1
    while len(out) < length:
        block = hmac256(key, block + info + bytes([i]))
        out += block
        i += 1
    return out[:length]


def _rounds(x):
    for _ in range(10):
        for a, b, c, d in _QUARTERS:
            xa, xb, xc, xd = x[a], x[b], x[c], x[d]
            xa = xa + xb & _MASK
            xd ^= xa
            xd = (xd << 16 | xd >> 16) & _MASK
            xc = xc + xd & _MASK
            xb ^= xc
            xb = (xb << 12 | xb >> 20) & _MASK
            xa = xa + xb & _MASK
            xd ^= xa
            xd = (xd << 8 | xd >> 24) & _MASK
            xc = xc + xd & _MASK
            xb ^= xc
            xb = (xb << 7 | xb >> 25) & _MASK
            x[a], x[b], x[c], x[d] = xa, xb, xc, xd
    return x


def _stream(key, nonce, counter, length):
    """length bytes of the ChaCha20 key stream from block counter on."""
    head = list(_SIGMA) + list(struct.unpack("<8I", key))
    tail = list(struct.unpack("<3I", nonce))
    out = []
    for i in range(counter, counter + (length + 63) // 64):
        start = head + [i] + tail
        x = _rounds(start[:])
        out.append(struct.pack("<16I", *[a + b & _MASK for a, b in zip(x, start)]))
    return b"".join(out)[:length]


def _hchacha(key, nonce16):
    x = _rounds(list(_SIGMA) + list(struct.unpack("<8I", key)) + list(struct.unpack("<4I", nonce16)))
    return struct.pack("<8I", *(x[:4] + x[12:]))


def _poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    a, p = 0, (1 << 130) - 5
    for i in range(0, len(message), 16):
        a = (a + int.from_bytes(message[i:i + 16] + b"\1", "little")) * r % p
    return (a + int.from_bytes(key[16:], "little") & (1 << 128) - 1).to_bytes(16, "little")


def _pad16(data):
    return data + bytes(-len(data) % 16)


def _xor(a, b):
    return (int.from_bytes(a, "little") ^ int.from_bytes(b, "little")).to_bytes(len(a), "little")


def _mac(key, nonce, sealed, ad):
    data = _pad16(ad) + _pad16(sealed) + struct.pack("<QQ", len(ad), len(sealed))
    return _poly1305(_stream(key, nonce, 0, 32), data)


def chacha_open(key, nonce, sealed, ad):
    """ChaCha20-Poly1305: the plain text, or None when it does not authenticate."""
    if len(sealed) < 16:
        return None
    text, tag = sealed[:-16], sealed[-16:]
    if not hmac.compare_digest(_mac(key, nonce, text, ad), tag):
        return None
    return _xor(text, _stream(key, nonce, 1, len(text)))


def chacha_seal(key, nonce, plain, ad):
    text = _xor(plain, _stream(key, nonce, 1, len(plain)))
    return text + _mac(key, nonce, text, ad)


def _subkey(key, nonce):
    return _hchacha(key, nonce[:16]), bytes(4) + nonce[16:]


def xchacha_open(key, nonce, sealed, ad):
    """XChaCha20-Poly1305 with a nonce of 24 bytes; None as above."""
    return chacha_open(*_subkey(key, nonce), sealed, ad)


def xchacha_seal(key, nonce, plain, ad):
    return chacha_seal(*_subkey(key, nonce), plain, ad)
