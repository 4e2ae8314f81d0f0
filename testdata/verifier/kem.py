"""HPKE base mode (RFC 9180) with MLKEM768-X25519 (0x647a), HKDF-SHA256 and
ChaCha20-Poly1305, as far as opening a slot of a key packet needs it
(spec/envelope.md). ML-KEM-768 after FIPS 203; the hybrid after
draft-connolly-cfrg-xwing-kem, whose construction 0x647a names. Not in constant
time: only published keys of vectors come here."""

import hashlib

from . import aead, curve, envelope
from .refusal import Refusal

Q, N, K, DU, DV = 3329, 256, 3, 10, 4
_SUITE = b"HPKE" + (0x647A).to_bytes(2, "big") + b"\0\1" + b"\0\3"


def _reversed_bits(i):
    return int("{:07b}".format(i)[::-1], 2)


_ZETA = [pow(17, _reversed_bits(i), Q) for i in range(128)]
_GAMMA = [pow(17, 2 * _reversed_bits(i) + 1, Q) for i in range(128)]


def _ntt(f):
    f, i, length = list(f), 1, 128
    while length >= 2:
        for start in range(0, N, 2 * length):
            z = _ZETA[i]
            i += 1
            for j in range(start, start + length):
                t = z * f[j + length] % Q
                f[j + length], f[j] = (f[j] - t) % Q, (f[j] + t) % Q
        length //= 2
    return f


def _inverse_ntt(f):
    f, i, length = list(f), 127, 2
    while length <= 128:
        for start in range(0, N, 2 * length):
            z = _ZETA[i]
            i -= 1
            for j in range(start, start + length):
                t = f[j]
                f[j] = (t + f[j + length]) % Q
                f[j + length] = z * (f[j + length] - t) % Q
        length *= 2
    return [x * 3303 % Q for x in f]


def _multiply(f, g):
    h = [0] * N
    for i in range(128):
        a, b, c, d = f[2 * i], f[2 * i + 1], g[2 * i], g[2 * i + 1]
        h[2 * i] = (a * c + b * d * _GAMMA[i]) % Q
        h[2 * i + 1] = (a * d + b * c) % Q
    return h


def _sum(polys):
    return [sum(x) % Q for x in zip(*polys)]


def _bits_to_ints(data, d):
    n = int.from_bytes(data, "little")
    return [n >> d * i & (1 << d) - 1 for i in range(len(data) * 8 // d)]


def _ints_to_bytes(values, d):
    n = 0
    for i, v in enumerate(values):
        n |= v << d * i
    return n.to_bytes(len(values) * d // 8, "little")


def _compress(f, d):
    return [((x << d + 1) + Q) // (2 * Q) % (1 << d) for x in f]


def _decompress(f, d):
    return [(x * Q + (1 << d - 1)) >> d for x in f]


def _uniform(rho, j, i):
    out, stream, at = [], hashlib.shake_128(rho + bytes([j, i])).digest(1344), 0
    while len(out) < N:
        a, b, c = stream[at:at + 3]
        at += 3
        for d in (a | (b & 15) << 8, b >> 4 | c << 4):
            if d < Q and len(out) < N:
                out.append(d)
    return out


def _noise(seed, n):
    bits = int.from_bytes(hashlib.shake_256(seed + bytes([n])).digest(128), "little")
    return [((bits >> 4 * i & 1) + (bits >> 4 * i + 1 & 1) - (bits >> 4 * i + 2 & 1) - (bits >> 4 * i + 3 & 1)) % Q
            for i in range(N)]


class Lattice:
    """An ML-KEM-768 key pair from d || z (FIPS 203, algorithms 13 and 16)."""

    def __init__(self, d, z):
        g = hashlib.sha3_512(d + bytes([K])).digest()
        rho, sigma = g[:32], g[32:]
        self.z = z
        self.matrix = [[_uniform(rho, j, i) for j in range(K)] for i in range(K)]
        self.s = [_ntt(_noise(sigma, i)) for i in range(K)]
        e = [_ntt(_noise(sigma, K + i)) for i in range(K)]
        self.t = [_sum([_multiply(self.matrix[i][j], self.s[j]) for j in range(K)] + [e[i]]) for i in range(K)]
        self.public = b"".join(_ints_to_bytes(x, 12) for x in self.t) + rho

    def _encrypt(self, message, coins):
        y = [_ntt(_noise(coins, i)) for i in range(K)]
        u = [_sum([_inverse_ntt(_sum([_multiply(self.matrix[j][i], y[j]) for j in range(K)])), _noise(coins, K + i)])
             for i in range(K)]
        v = _sum([_inverse_ntt(_sum([_multiply(self.t[i], y[i]) for i in range(K)])), _noise(coins, 2 * K),
                  _decompress(_bits_to_ints(message, 1), 1)])
        return b"".join(_ints_to_bytes(_compress(x, DU), DU) for x in u) + _ints_to_bytes(_compress(v, DV), DV)

    def decapsulate(self, sealed):
        """FIPS 203, algorithm 18, with its implicit rejection."""
        rows = [_decompress(_bits_to_ints(sealed[320 * i:320 * i + 320], DU), DU) for i in range(K)]
        v = _decompress(_bits_to_ints(sealed[960:], DV), DV)
        w = _inverse_ntt(_sum([_multiply(self.s[i], _ntt(rows[i])) for i in range(K)]))
        message = _ints_to_bytes(_compress([(a - b) % Q for a, b in zip(v, w)], 1), 1)
        g = hashlib.sha3_512(message + hashlib.sha3_256(self.public).digest()).digest()
        if self._encrypt(message, g[32:]) != sealed:
            return hashlib.shake_256(self.z + sealed).digest(32)
        return g[:32]


class Private:
    """The hybrid key of a 32-byte seed, as RFC 9180's SerializePrivateKey gives it."""

    def __init__(self, seed):
        expanded = hashlib.shake_256(seed).digest(96)
        self.lattice = Lattice(expanded[:32], expanded[32:64])
        self.x = expanded[64:]
        self.x_public = curve.x25519(self.x, (9).to_bytes(32, "little"))
        self.public = self.lattice.public + self.x_public

    def decapsulate(self, enc):
        shared = self.lattice.decapsulate(enc[:1088])
        ephemeral = enc[1088:]
        x_shared = curve.x25519(self.x, ephemeral)
        if x_shared == bytes(32):
            return None
        return hashlib.sha3_256(shared + x_shared + ephemeral + self.x_public + b"\\.//^\\").digest()


def _extract(salt, label, ikm):
    return aead.hmac256(salt or bytes(32), b"HPKE-v1" + _SUITE + label + ikm)


def _expand(prk, label, info, length):
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + _SUITE + label + info
    out, block, i = b"", b"", 1
    while len(out) < length:
        block = aead.hmac256(prk, block + labelled + bytes([i]))
        out += block
        i += 1
    return out[:length]


def hpke_open(private, message, info):
    """The plain text of enc || ciphertext in base mode, or None."""
    shared = private.decapsulate(message[:1120])
    if shared is None:
        return None
    context = b"\0" + _extract(b"", b"psk_id_hash", b"") + _extract(b"", b"info_hash", info)
    secret = _extract(shared, b"secret", b"")
    return aead.chacha_open(_expand(secret, b"key", context, 32), _expand(secret, b"base_nonce", context, 12),
                            message[1120:], b"")


def open_packet(payload, charter, originator, incarnation, epoch, number, private, public):
    """(set key or None, (recipient, commitment, statement) of a mismatch or None)."""
    packet = envelope.Packet(payload)
    if (packet.epoch, packet.number) != (epoch, number):
        raise Refusal("seal-place", "the packet stands in another place")
    key = Private(private)
    recipient = hashlib.sha256(key.public).digest()
    bound = envelope.binding(charter, originator, incarnation, epoch, number, recipient)
    found = mismatch = None
    for slot in packet.slots:
        plain = hpke_open(key, slot, b"entente/v1/packet\0" + bound)
        if plain is None or len(plain) != 96:
            continue
        set_key, statement = plain[:32], plain[32:]
        commitment = aead.hmac256(set_key, b"commit")
        if not envelope.statement_holds(public, bound, commitment, statement):
            continue
        if commitment == packet.commitment:
            found = set_key
        else:
            mismatch = (recipient, commitment, statement)
    return found, mismatch
