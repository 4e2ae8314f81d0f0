"""A whole log, as exported: tiles, bundles, checkpoint, headers, public bodies (spec/log.md section 8)."""

import os
import re

from . import checkpoint, envelope, forms, merkle, state
from .refusal import Refusal

_NARROW = re.compile(r"(.*)\.p/([1-9][0-9]{0,2})\Z")
_MAX_DEPTH = 7


class Memory:
    """Files by name, for the vectors."""

    def __init__(self, files):
        self.files = files

    def names(self):
        return sorted(self.files)

    def read(self, name):
        return self.files.get(name)


class Directory:
    """Files below a directory; names with "/"."""

    def __init__(self, path):
        self.path = path

    def names(self):
        found = []
        for root, dirs, files in os.walk(self.path):
            below = os.path.relpath(root, self.path)
            parts = [] if below == "." else below.split(os.sep)
            for d in dirs:
                if os.path.islink(os.path.join(root, d)) or len(parts) + 1 > _MAX_DEPTH:
                    raise Refusal("log-export", "%s is no directory of an export" % "/".join(parts + [d]))
            for f in files:
                if os.path.islink(os.path.join(root, f)):
                    raise Refusal("log-export", "%s is a link" % "/".join(parts + [f]))
                found.append("/".join(parts + [f]))
        return sorted(found)

    def read(self, name):
        try:
            with open(os.path.join(self.path, *name.split("/")), "rb") as f:
                return f.read()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None


def _needed(files, name, width):
    data = files.read(merkle.file_name(name, width))
    if data is None:
        raise Refusal("log-export", "the file %s is missing" % merkle.file_name(name, width))
    return data


def check_tree(files):
    """The checkpoint, the leaves and the leaf hashes of an export that is whole
    but for the signatures on its checkpoint."""
    raw = files.read("checkpoint")
    if raw is None:
        raise Refusal("log-export", "there is no checkpoint")
    cp = checkpoint.parse_checkpoint(raw)
    names = files.names()
    if cp.size > 256 * len(names):
        raise Refusal("log-export", "a log of %d leaves has more files than there are here" % cp.size)
    leaves = []
    for first in range(0, cp.size, 256):
        width = min(256, cp.size - first)
        name = "tile/entries/" + merkle.number_path(first // 256)
        try:
            leaves += merkle.parse_bundle(_needed(files, name, width), width)
        except Refusal as r:
            raise Refusal("log-export", "%s: %s" % (merkle.file_name(name, width), r.why)) from None
    hashes = [merkle.leaf_hash(x) for x in leaves]
    whole = merkle.export_files(leaves, hashes)
    for name, parts in whole.items():
        if _needed(files, name, len(parts)) != b"".join(parts):
            raise Refusal("log-export", "%s is not what the leaves give" % merkle.file_name(name, len(parts)))
    if merkle.root_of(hashes) != cp.root:
        raise Refusal("log-export", "the leaves give another root than the checkpoint's (rule 27)")
    for name in names:
        _no_stranger(files, whole, name)
    return cp, leaves, hashes


def _no_stranger(files, whole, name):
    if name == "checkpoint":
        return
    narrow = _NARROW.match(name)
    base, width = (narrow.group(1), int(narrow.group(2))) if narrow else (name, 256)
    parts = whole.get(base)
    if parts is None or width > len(parts):
        raise Refusal("log-export", "%s does not belong to a log of this size" % name)
    if width < len(parts) and files.read(name) != b"".join(parts[:width]):
        raise Refusal("log-export", "%s is not the beginning of its wider form" % name)


class Report:
    """What was found."""

    def __init__(self):
        self.checked, self.facts = [], {}

    def say(self, text):
        self.checked.append(text)


def public_bodies(raw):
    """index -> body, of the file `public` of a copy: u64(index) || u32(length)
    || body, indices rising."""
    found, at, last = {}, 0, -1
    while at < len(raw):
        index = int.from_bytes(raw[at:at + 8], "big")
        end = at + 12 + int.from_bytes(raw[at + 8:at + 12], "big")
        if at + 12 > len(raw) or end > len(raw):
            raise Refusal("log-export", "the file public ends inside a body")
        if index <= last:
            raise Refusal("log-export", "the indices in the file public do not rise")
        found[index] = raw[at + 12:end]
        at, last = end, index
    return found


def _judge_leaves(charter, leaves, public, report):
    """Every leaf in order: header, chain, public body, fold. Returns the state
    after the last leaf, and the headers."""
    folded, headers, run, counts = state.State(charter), [], None, {}
    for index, leaf in enumerate(leaves):
        try:
            header = envelope.Header(leaf)
            payload = b""
            if header.kind != envelope.SEALED:
                body = public.get(index)
                if body is None:
                    raise Refusal("log-export", "its public body is missing")
                payload = envelope.public_payload(header, body)
            before = {m: x.certificate for m, x in folded.members.items()}
            if header.charter != charter.hash:
                raise Refusal("seal-charter", "the header is of another charter (rule 5)")
            done = folded.leaf(index, header.kind, header.originator, header.incarnation, header.sequence, payload)
            if run is None:
                last = {m: envelope.Chain(*x) for m, x in folded.genesis.last.items()}
                run = envelope.Run(charter.hash, last)
            in_force = folded.members[header.originator].certificate
            run.add(index, header, in_force.keys["header"])
            if in_force is not before[header.originator]:
                report.say("leaf %d: %s has certificate %d, incarnation %d, in force"
                           % (index, header.originator, in_force.serial, in_force.incarnation))
            if done == "no-effect":
                report.say("leaf %d (%s, kind %d) has no effect" % (index, header.originator, header.kind))
        except Refusal as r:
            if r.index is None:
                r.index = index
            raise
        headers.append(header)
        counts[header.originator] = counts.get(header.originator, 0) + 1
    if run is not None:
        run.finish()
        report.say("%d headers: every place in every originator's chain, %d signatures (the rest are covered by a "
                   "later one)" % (len(headers), run.verified))
    report.facts["leaves_of"] = counts
    return folded, headers


def _no_strange_bodies(public, headers):
    for index in public:
        if index >= len(headers) or headers[index].kind == envelope.SEALED:
            raise Refusal("log-export", "the file public holds a body for leaf %d, which is no public leaf" % index)


def verify(charter, files, public, report, seen=None):
    """Everything about one copy of a log. Raises Refusal at the first fault;
    returns (certified checkpoint, state, headers)."""
    cp, leaves, hashes = check_tree(files)
    report.say("%d leaves, %d tiles and bundles, root %s" % (cp.size, len(merkle.export_files(leaves, hashes)),
                                                             forms.to_base64(cp.root)))
    if not leaves:
        raise Refusal("log-range", "an empty log has no genesis")
    folded, headers = _judge_leaves(charter, leaves, public, report)
    _no_strange_bodies(public, headers)
    term = folded.genesis.term
    report.say("genesis of term %d, led by %s" % (term, folded.genesis.lead))
    log = checkpoint.Key(charter.origin(term), checkpoint.LOG,
                         folded.members[folded.genesis.lead].certificate.keys["checkpoint"])
    cosigners = [checkpoint.Key(m + "/cosignature", checkpoint.COSIGNER, folded.members[m].certificate.keys["cosignature"])
                 for m in charter.members]
    cosigned = checkpoint.certify(cp, log, cosigners, charter.quorum)
    report.say("signed by %s, cosigned by %s: %d of %d, %d needed" % (
        folded.genesis.lead, ", ".join(n.split("/")[0] for n, _ in cosigned), len(cosigned), len(cosigners),
        charter.quorum))
    if seen is not None:
        _goes_on(cp, hashes, log, checkpoint.parse_checkpoint(seen))
        report.say("goes on from the head that was seen before")
    report.facts.update({
        "charter": charter.hash.hex(), "term": term, "lead": folded.genesis.lead, "size": cp.size,
        "root": forms.to_base64(cp.root), "cosigned": {n.split("/")[0]: t for n, t in cosigned},
        "log_time": checkpoint.log_time(cosigned), "suspended": sorted(
            m for m, x in folded.members.items() if x.suspended_from is not None)})
    return cp, folded, headers, log, cosigners


def _goes_on(cp, hashes, log, seen):
    checkpoint.check_signed(seen, log)
    if seen.size > cp.size:
        raise Refusal("log-fork", "a head of %d leaves was seen before; this one has %d (rule 27)" % (seen.size, cp.size))
    if merkle.root_of(hashes[:seen.size]) != seen.root:
        raise Refusal("log-fork", "the head that was seen before is of another history: both convict the lead (rule 27)")


def lacks(charter, headers, hashes, log, cosigners):
    """For evidence of type 5: whether a certified head of this log lacks a header."""
    raws = [h.raw for h in headers]

    def judge(header, note):
        cp = checkpoint.parse_checkpoint(note)
        checkpoint.certify(cp, log, cosigners, charter.quorum)
        if cp.size > len(raws):
            raise Refusal("seal-means", "the head is beyond this copy of the log")
        if merkle.root_of(hashes[:cp.size]) != cp.root:
            raise Refusal("log-fork", "the head is of another history (rule 27)")
        return header.raw not in raws[:cp.size]

    return judge
