"""Runs the language-neutral vectors that can be judged here."""

import base64
import hashlib
import json
import os

from . import aead, certificates, charter, checkpoint, curve, envelope, evidence, forms, kem, merkle, state
from .export import Memory, check_tree
from .refusal import Refusal

KINDS = ("charter", "genesis", "keys", "header", "chain", "body", "packet", "attachment", "log", "evidence")


class Disagreement(Exception):
    """The verifier and a vector do not say the same."""


def _same(found, wanted, what="result"):
    if found != wanted:
        raise Disagreement("%s: %r where the vector has %r" % (what, found, wanted))


def _seed(text):
    return hashlib.sha256(text.encode()).digest()


def _hex(case, name):
    return bytes.fromhex(case.get(name, ""))


def _given(case):
    return base64.b64decode(case["base64"]) if "base64" in case else case["text"].encode()


# charter, genesis, keys: fields "type", "expect", "found"

def _founding(case):
    c = charter.parse_founding(_given(case))
    return {"charter": c.hash.hex(), "epoch of 1780000000": (1780000000 - c.founded) // c.epoch_seconds,
            "fingerprint": charter.fingerprint(c.hash), "leads of terms 1-5": [c.lead(t) for t in range(1, 6)],
            "members": c.members, "origin": c.origin(1), "quorum": c.quorum,
            "root fingerprints": {m: charter.fingerprint(c.roots[m]) for m in c.members}}


def _fold(case):
    c = charter.parse_founding(_given(case))
    s = state.State(c)
    for n, leaf in enumerate(case["leaves"]):
        try:
            got = s.leaf(leaf["index"], leaf["kind"], leaf["originator"], leaf["incarnation"], leaf["sequence"],
                         base64.b64decode(leaf["payload"]))
        except Refusal as r:
            got = r.code
        _same(got, leaf["expect"], "leaf %d of the list" % n)
    return {"lead": s.genesis.lead, "members": s.found(), "next": s.next}


def _genesis(case):
    g = charter.parse_genesis(_given(case), _hex(case, "charter"))
    return {"last": len(g.last), "lead": g.lead, "origin": g.charter.origin(g.term), "term": g.term}


def _certificate(case):
    pinned = _hex(case, "charter") if case.get("charter") not in (None, "founding") else None
    c = certificates.parse_certificate(_given(case), pinned, case["member"], _hex(case, "key"))
    found = {p: c.keys[p].hex() for p in certificates.PURPOSES}
    found.update({"header key id": certificates.header_key_id(c.keys["header"]).hex(),
                  "incarnation": c.incarnation, "serial": c.serial})
    return found


def _epoch_keys(case):
    s = certificates.parse_epoch_keys(_given(case))
    if not s.signed_by(_hex(case, "key")):
        raise Refusal("signature", "not signed by the epoch purpose key")
    return {"charter": s.charter.hex(), "epochs": sorted(s.keys), "incarnation": s.incarnation, "member": s.member}


def _close(case):
    c = certificates.parse_close(_given(case))
    return {"charter": c.charter.hex(), "epoch": c.epoch, "incarnation": c.incarnation, "member": c.member}


def _public_key(case):
    if not curve.usable(_hex(case, "key")):
        raise Refusal("key", "a key that nobody may use")
    return None


def _signature(case):
    _public_key(case)
    if not curve.verify_context(_hex(case, "key"), case["context"], _hex(case, "message"), _hex(case, "signature")):
        raise Refusal("signature", "it does not verify")
    return None


# header, chain, body, packet, attachment, evidence: fields "op", "want"

def _header(case):
    h = envelope.Header(_hex(case, "header"))
    h.check_signature(_hex(case, "public"))
    _same({"kind": h.kind, "class": h.size_class, "charter": h.charter.hex(), "originator": h.originator,
           "incarnation": h.incarnation, "sequence": h.sequence, "previous": h.previous.hex(), "time": h.time,
           "epoch": h.epoch, "digest": h.digest.hex(), "tag": h.tag.hex(), "key_id": h.key_id.hex(),
           "hash": h.hash.hex()}, case["fields"], "fields")


def _header_key(case):
    if not curve.usable(_hex(case, "public")):
        raise Refusal("seal-key", "a key that no member may use")


def _run(case):
    chains = {m: envelope.Chain(c["incarnation"], c["sequence"], bytes.fromhex(c["last"]))
              for m, c in case.get("chains", {}).items()}
    run = envelope.Run(_hex(case, "charter"), chains)
    try:
        for i, raw in enumerate(case["headers"]):
            header, key = envelope.Header(bytes.fromhex(raw)), None
            for k in case["keys"]:
                if k["originator"] == header.originator and k.get("from", 0) <= i:
                    key = bytes.fromhex(k["public"])
            run.add(i, header, key)
        run.finish()
    except Refusal as r:
        _same(r.index, case.get("index"), "index")
        raise
    _same({m: {"incarnation": c.incarnation, "sequence": c.sequence, "last": c.last.hex()}
           for m, c in run.chains.items()}, case["after"], "after")


def _seal(case):
    header, body, k = envelope.seal(_seed(case["seed"]), case["place"], _hex(case, "set_key"), _hex(case, "nonce"),
                                    _hex(case, "act"), case["least"])
    _same([header.hex(), body.hex(), k.hex()], [case["header"], case["body"], case["key"]])


def _seal_public(case):
    header, body = envelope.seal_public(_seed(case["seed"]), case["place"], case["kind"], _hex(case, "payload"))
    _same([header.hex(), body.hex()], [case["header"], case["body"]])


def _derive(case):
    header = envelope.Header(_hex(case, "header"))
    key = envelope.envelope_key(header, _hex(case, "set_key"))
    _same(key.hex(), case["key"], "key")
    if not envelope.fits_tag(header, key):
        raise Refusal("seal-tag", "sealed under another key")


def _open(case):
    act = envelope.open_sealed(envelope.Header(_hex(case, "header")), _hex(case, "body"), _hex(case, "key"))
    _same(act.hex(), case["act"], "act")


def _payload(case):
    _same(envelope.public_payload(envelope.Header(_hex(case, "header")), _hex(case, "body")).hex(), case["payload"])


def _packet(case):
    p = envelope.Packet(_hex(case, "payload"))
    _same([p.number, p.epoch, len(p.slots), p.commitment.hex()],
          [case["number"], case["epoch"], case["slots"], case["commitment"]])


def _open_packet(case):
    place = case["packet"]
    found, mismatch = kem.open_packet(_hex(case, "payload"), bytes.fromhex(place["charter"]), place["originator"],
                                      place["incarnation"], place["epoch"], place["number"],
                                      _hex(case, "private"), _hex(case, "public"))
    _same(found is not None, case["found"], "found")
    if found is not None:
        _same(found.hex(), case["set_key"], "set_key")
    wanted = case.get("mismatch")
    _same(mismatch and {"recipient": mismatch[0].hex(), "commitment": mismatch[1].hex(),
                        "signature": mismatch[2].hex()}, wanted, "mismatch")


def _parts(parts):
    return b"".join((_hex(p, "repeat") * (p["size"] // max(1, len(_hex(p, "repeat"))) + 1))[:p["size"]] for p in parts)


def _encrypt(case):
    content = _parts(case.get("content", ()))
    sealed = envelope.encrypt_attachment(content, _hex(case, "key"))
    _same([len(content), len(sealed), hashlib.sha256(sealed).hexdigest(), hashlib.sha256(content).hexdigest()],
          [case["size"], case["sealed_size"], case["digest"], case["plain"]])


def _decrypt(case):
    sealed = b"".join(aead.xchacha_seal(_hex(case, "key"), envelope.chunk_nonce(c.get("number", 0), c.get("last", False)),
                                        _parts(c["parts"]), b"") for c in case["chunks"])
    content = envelope.decrypt_attachment(sealed, _hex(case, "key"), _hex(case, "digest"), _hex(case, "plain"),
                                          case["size"], case["sealed_size"])
    _same(content, _parts(case.get("content", ())), "content")


def _evidence(case):
    keys = {}
    for k in case["keys"]:
        public = bytes.fromhex(k["public"])
        keys[k["originator"], k["incarnation"], certificates.header_key_id(public)] = public
    portions = {}
    for p in case.get("portions", ()):
        portions.setdefault(p["act"], {})[bytes.fromhex(p["portion"])] = bytes.fromhex(p["digest"])
    judged = evidence.judge(_hex(case, "evidence"), _hex(case, "charter"), keys, case.get("leaf", False),
                            lambda act: portions.get(act.hex(), {}), lambda h, n: case.get("missing", False))
    _same([judged.type, judged.accused], [case["type"], case.get("accused")])


# log: fields "op", "want", "result"

def _log(case):
    return checkpoint.parse_vkey(case["log"]["vkey"])


def _cosigners(case):
    return [checkpoint.parse_vkey(k["vkey"]) for k in case["cosigners"]]


def _hash(text):
    raw = forms.unbase64(text)
    if raw is None or len(raw) != 32:
        raise Refusal("log-malformed", "no hash")
    return raw


def _log_sign(case):
    root = _hash(case["root"])
    checkpoint.check_head(case["origin"], case["size"], root, "log-key")
    key = checkpoint.Key(case["origin"], checkpoint.LOG, curve.public_of(_seed(case["seed"])))
    text = checkpoint.head_text(case["origin"], case["size"], root)
    line = "\u2014 %s %s\n" % (key.name, forms.to_base64(key.id + curve.sign(_seed(case["seed"]), text)))
    return {"note": (text + b"\n").decode() + line}


def _log_vkey(case):
    k = checkpoint.parse_vkey(case["vkey"])
    return {"name": k.name, "id": k.id.hex(), "type": k.kind}


def _log_checkpoint(case):
    log = _log(case)
    cp = checkpoint.parse_checkpoint(case["note"].encode())
    checkpoint.check_signed(cp, log)
    return {"origin": cp.origin, "size": cp.size, "root": forms.to_base64(cp.root)}


def _log_cosign(case):
    cp = checkpoint.parse_checkpoint(case["note"].encode())
    seed = _seed(case["seed"])
    key = checkpoint.Key(case["name"], checkpoint.COSIGNER, curve.public_of(seed))
    if not 1 <= case["time"] <= forms.MAX_TIME:
        raise Refusal("log-range", "no time of a cosignature")
    sig = curve.sign(seed, checkpoint.cosign_message(cp.note.text, case["time"]))
    return {"line": "\u2014 %s %s\n" % (key.name, forms.to_base64(key.id + case["time"].to_bytes(8, "big") + sig))}


def _log_cosignature(case):
    cp = checkpoint.parse_checkpoint(case["note"].encode())
    time = checkpoint.cosigned_at(cp, checkpoint.parse_vkey(case["cosigner"]["vkey"]))
    if time is None:
        raise Refusal("log-cosignature", "not cosigned by that member")
    return {"time": time}


def _log_certified(case):
    cp = checkpoint.parse_checkpoint(case["note"].encode())
    cosigned = checkpoint.certify(cp, _log(case), _cosigners(case), case["quorum"])
    return {"size": cp.size, "cosigned": [{"name": n, "time": t} for n, t in cosigned],
            "log_time": checkpoint.log_time(cosigned)}


def _log_merge(case):
    return {"note": checkpoint.merge([n.encode() for n in case["notes"]]).decode()}


def _log_inclusion(case):
    merkle.check_inclusion([_hash(h) for h in case["proof"] or ()], case["index"], case["size"], _hash(case["leaf"]),
                           _hash(case["root"]))


def _log_consistency(case):
    merkle.check_consistency([_hash(h) for h in case["proof"] or ()], case["old"], case["size"],
                             _hash(case["old_root"]), _hash(case["root"]))


def _log_proof_text(case):
    index, size = checkpoint.check_inclusion_text(case["text"].encode(), _hash(case["leaf"]), _log(case),
                                                  _cosigners(case), case["quorum"])
    return {"index": index, "size": size}


def _log_conflict(case):
    proof = checkpoint.conflict(case["a"].encode(), case["b"].encode(), _log(case))
    return {"conflict": False} if proof is None else {"conflict": True, "evidence": proof.decode()}


def _log_evidence(case):
    sizes, both = checkpoint.judge_fork(case["text"].encode(), _log(case), _cosigners(case))
    return dict({"sizes": sizes}, **({"double_cosigned": both} if both else {}))


def _log_bundle(case):
    leaves = merkle.parse_bundle(_hex(case, "hex"), case["width"])
    return {"leaf_hashes": [forms.to_base64(merkle.leaf_hash(x)) for x in leaves]}


def _log_export(case):
    files = Memory({name: bytes.fromhex(data) for name, data in case["files"].items()})
    cp, _, _ = check_tree(files)
    checkpoint.certify(cp, _log(case), _cosigners(case), case["quorum"])
    return {"size": cp.size, "root": forms.to_base64(cp.root)}


def _log_root(case):
    leaves = (merkle.leaf_hash(b"leaf %d" % i) for i in range(case["leaves"]))
    return {"root": forms.to_base64(merkle.root_of(leaves))}


BY_TYPE = {"founding": _founding, "fold": _fold, "genesis": _genesis, "certificate": _certificate,
           "epoch-keys": _epoch_keys, "close": _close, "public-key": _public_key, "signature": _signature}
BY_OP = {"header": _header, "public-key": _header_key, "run": _run, "seal": _seal, "seal-public": _seal_public,
         "derive": _derive, "open": _open, "payload": _payload, "packet": _packet, "open-packet": _open_packet,
         "attachment-size": lambda c: _same(envelope.sealed_size(c["size"]), c["sealed_size"]),
         "encrypt": _encrypt, "decrypt": _decrypt, "evidence": _evidence}
BY_LOG_OP = {"root": _log_root, "vkey": _log_vkey, "sign": _log_sign, "checkpoint": _log_checkpoint,
             "cosign": _log_cosign, "cosignature": _log_cosignature, "certified": _log_certified,
             "merge": _log_merge, "inclusion": _log_inclusion, "consistency": _log_consistency,
             "tlog-proof": _log_proof_text, "conflict": _log_conflict, "evidence": _log_evidence,
             "bundle": _log_bundle, "export": _log_export}


def judge(kind, case):
    """Raises Disagreement where the verifier and the vector differ. A case that
    wants "refused" takes any code."""
    wanted = case.get("expect", case.get("want"))
    if kind == "log":
        operation = BY_LOG_OP[case["op"]]
    else:
        operation = BY_TYPE[case["type"]] if "type" in case and "op" not in case else BY_OP[case["op"]]
    try:
        found, got, why = operation(case), "ok", ""
    except Refusal as r:
        found, got, why = None, r.code, ": " + r.why
    if got != wanted and (wanted != "refused" or got == "ok"):
        raise Disagreement("%s%s, where the vector has %s" % (got, why, wanted))
    name = "result" if kind == "log" else "found"
    if got == "ok" and "op" in case and kind != "log":
        return  # these have compared every value themselves
    if got == "ok" and name in case:
        _same(found, case[name], name)


def run(directory, only=KINDS):
    """(number of vectors that agree, [(file, why it does not)])."""
    agreed, differing = 0, []
    for kind in only:
        folder = os.path.join(directory, kind)
        if not os.path.isdir(folder):
            continue
        for name in sorted(n for n in os.listdir(folder) if n.endswith(".json")):
            with open(os.path.join(folder, name), "rb") as f:
                case = json.load(f)
            try:
                judge(kind, case)
                agreed += 1
            except Disagreement as d:
                differing.append((kind + "/" + name, str(d)))
            except Exception as e:  # a fault of the verifier: say where, and go on
                differing.append((kind + "/" + name, "%s: %s" % (type(e).__name__, e)))
    return agreed, differing
