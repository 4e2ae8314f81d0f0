"""The Merkle tree: hashes, proofs, tiles and their names (spec/log.md sections 1, 6, 7, 8)."""

import hashlib

from .refusal import Refusal

MAX_SIZE = 2**48 - 1
MAX_PROOF = 49
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes):
    """MTH over leaf hashes, by a stack of full subtrees."""
    stack = []
    for h in hashes:
        size = 1
        while stack and stack[-1][0] == size:
            h = node_hash(stack.pop()[1], h)
            size *= 2
        stack.append((size, h))
    if not stack:
        return EMPTY_ROOT
    root = stack.pop()[1]
    while stack:
        root = node_hash(stack.pop()[1], root)
    return root


def _check_range(*numbers):
    for n in numbers:
        if not 0 <= n <= MAX_SIZE:
            raise Refusal("log-range", "%d is no size or index of a log" % n)


def check_inclusion(proof, index, size, leaf, root):
    """RFC 9162 section 2.1.3.2."""
    _check_range(index, size)
    if index >= size:
        raise Refusal("log-range", "there is no leaf %d in %d leaves" % (index, size))
    if len(proof) > MAX_PROOF:
        raise Refusal("log-too-large", "the proof has %d hashes" % len(proof))
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            raise Refusal("log-proof", "the proof has too many hashes")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Refusal("log-proof", "the proof has too few hashes")
    if r != root:
        raise Refusal("log-proof", "the proof leads to another root")


def check_consistency(proof, old, size, old_root, root):
    """RFC 9162 section 2.1.4.2."""
    _check_range(old, size)
    if old > size:
        raise Refusal("log-range", "the older size %d is above %d" % (old, size))
    if len(proof) > MAX_PROOF:
        raise Refusal("log-too-large", "the proof has %d hashes" % len(proof))
    if old == 0 or old == size:
        if proof:
            raise Refusal("log-proof", "the proof should be empty")
        if old_root != (EMPTY_ROOT if old == 0 else root):
            raise Refusal("log-proof", "the two roots of one size differ")
        if size == 0 and root != EMPTY_ROOT:
            raise Refusal("log-proof", "the empty log has another root")
        return
    path = list(proof)
    if old & old - 1 == 0:
        path.insert(0, old_root)
    if not path:
        raise Refusal("log-proof", "the proof has too few hashes")
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            raise Refusal("log-proof", "the proof has too many hashes")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Refusal("log-proof", "the proof has too few hashes")
    if fr != old_root:
        raise Refusal("log-proof", "the proof leads to another older root")
    if sr != root:
        raise Refusal("log-proof", "the proof leads to another newer root")


def consistency_proof(old, hashes):
    """PROOF(old, D) of RFC 6962 section 2.1.2 over leaf hashes."""
    if old in (0, len(hashes)):
        return []

    def sub(m, d, whole):
        if m == len(d):
            return [] if whole else [root_of(d)]
        k = 1 << (len(d) - 1).bit_length() - 1
        if m <= k:
            return sub(m, d[:k], whole) + [root_of(d[k:])]
        return sub(m - k, d[k:], False) + [root_of(d[:k])]

    return sub(old, hashes, True)


def number_path(n):
    """An index in groups of three digits: 1234067 is x001/x234/067."""
    groups = ["%03d" % (n % 1000)]
    n //= 1000
    while n:
        groups.append("x%03d" % (n % 1000))
        n //= 1000
    return "/".join(reversed(groups))


def parse_bundle(data, width):
    """The leaves of an entry bundle of that width."""
    if not 1 <= width <= 256:
        raise Refusal("log-range", "a bundle holds 1 to 256 leaves, not %d" % width)
    leaves, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at:at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise Refusal("log-malformed", "the bundle ends inside a leaf")
        leaves.append(data[at + 2:end])
        at = end
    if len(leaves) != width:
        raise Refusal("log-malformed", "the bundle holds %d leaves, not %d" % (len(leaves), width))
    return leaves


def tile_levels(hashes):
    """The hashes of each level of tiles, leaf hashes first."""
    level = list(hashes)
    while level:
        yield level
        level = [root_of(level[i:i + 256]) for i in range(0, len(level) - 255, 256)]


def export_files(leaves, hashes):
    """What an export of these leaves needs: the name of each tile and bundle
    without its width -> the parts of which the file is the sequence."""
    files = {}
    for n, level in enumerate(tile_levels(hashes)):
        for first in range(0, len(level), 256):
            files["tile/%d/%s" % (n, number_path(first // 256))] = level[first:first + 256]
    for first in range(0, len(leaves), 256):
        parts = [len(x).to_bytes(2, "big") + x for x in leaves[first:first + 256]]
        files["tile/entries/" + number_path(first // 256)] = parts
    return files


def file_name(name, width):
    return name if width == 256 else "%s.p/%d" % (name, width)
