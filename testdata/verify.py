#!/usr/bin/env python3
"""Checks, offline and without any program of a member, what a centre's log says.

    python3 verify.py FOUNDING COPY [--seen CHECKPOINT] [--evidence FILE ...] [--json]
    python3 verify.py --vectors DIRECTORY [--json]

FOUNDING is the founding file whose fingerprint was compared out of band. COPY is
a copy of the log: founding.note, public (the bodies of the public leaves), and
log/ (the static export), spec/log.md section 8. Where it is the directory of an
inspection (spec/inspection.md), with the copy in copy/, the report is held against
the copy as well. --seen is a checkpoint of an earlier visit, which
the log must go on from. --evidence judges proofs of faults by what the log says.

Exit codes: 0 all holds, 1 something is refused, 2 wrong usage.
"""

import argparse
import json
import os
import sys

sys.dont_write_bytecode = True

from verifier import charter, checkpoint, evidence, export, inspection, merkle, vectors
from verifier.refusal import Refusal


def read(path):
    with open(path, "rb") as f:
        return f.read()


def judge_evidence(raw, pinned, folded, headers, hashes, log, cosigners):
    """One proof, whatever its form (spec/evidence.md); what it shows, in words."""
    if raw.startswith(b"entente/log-evidence/v1"):
        sizes, both = checkpoint.judge_fork(raw, log, cosigners)
        return "the lead signed conflicting heads of sizes %d and %d%s" % (
            sizes[0], sizes[1], "; cosigned both: " + ", ".join(both) if both else "")
    if raw.startswith(b"{"):
        return "%s rolled back" % evidence.judge_rollback(raw, log.name, {c.name: c for c in cosigners})
    judged = evidence.judge(raw, pinned.hash, folded.header_keys(), portions=evidence.own_portions,
                            lacks=export.lacks(pinned, headers, hashes, log, cosigners))
    return "%s, accuses %s" % (judged.type, judged.accused or "nobody")


def verify(args, report):
    pinned = charter.parse_founding(read(args.founding))
    report.say("founding file: %d members, all have signed; charter %s" % (len(pinned.members), pinned.hash.hex()))
    report.facts["fingerprint"] = charter.fingerprint(pinned.hash)
    inspected = os.path.isdir(os.path.join(args.copy, "copy"))
    copy = os.path.join(args.copy, "copy") if inspected else args.copy
    files = export.Directory(os.path.join(copy, "log"))
    whole = export.Directory(copy)
    for name in whole.names():
        if name not in ("founding.note", "public") and not name.startswith("log/"):
            raise Refusal("log-export", "%s does not belong to a copy of a log" % name)
    own, public = whole.read("founding.note"), whole.read("public")
    if own is None or public is None:
        raise Refusal("log-export", "founding.note or public is missing")
    if charter.parse_founding(own).hash != pinned.hash:
        raise Refusal("other-charter", "the copy is of another centre's log than the founding file (rule 5)")
    seen = read(args.seen) if args.seen else None
    _, folded, headers, log, cosigners = export.verify(pinned, files, export.public_bodies(public), report, seen)
    hashes = [merkle.leaf_hash(h.raw) for h in headers]
    for path in args.evidence:
        report.say("%s: %s" % (path, judge_evidence(read(path), pinned, folded, headers, hashes, log, cosigners)))
    if inspected:
        inspection.verify(export.Directory(args.copy), pinned, headers, report.facts["log_time"], report)


def run_vectors(args):
    agreed, differing = vectors.run(args.vectors)
    if args.json:
        print(json.dumps({"agreed": agreed, "differing": [{"file": f, "why": w} for f, w in differing]}))
    else:
        for name, why in differing:
            print("%s: %s" % (name, why))
        print("%d vectors agree, %d do not" % (agreed, len(differing)))
    return 1 if differing or not agreed else 0


def main():
    parser = argparse.ArgumentParser(description="checks a copy of a centre's log offline")
    parser.add_argument("founding", nargs="?", help="the founding file")
    parser.add_argument("copy", nargs="?", help="a copy of the log (entente export), or an inspection (entente inspect report)")
    parser.add_argument("--seen", help="a checkpoint from which the log must go on")
    parser.add_argument("--evidence", action="append", default=[], help="a proof of a fault to judge")
    parser.add_argument("--vectors", help="run the protocol's vectors in this directory instead")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    args = parser.parse_args()
    if args.vectors:
        return run_vectors(args)
    if not args.founding or not args.copy:
        parser.error("a founding file and a copy of the log are needed")
    report, refused = export.Report(), None
    try:
        verify(args, report)
    except Refusal as r:
        refused = r
    except OSError as e:
        refused = Refusal("log-export", str(e))
    if args.json:
        print(json.dumps({"ok": refused is None, "checked": report.checked, "facts": report.facts,
                          "refused": refused and {"code": refused.code, "why": refused.why, "leaf": refused.index}},
                         sort_keys=True))
    else:
        for line in report.checked:
            print("checked: " + line)
        for name, value in sorted(report.facts.items()):
            print("%s: %s" % (name, value))
        print("refused: %s" % refused if refused else "all holds")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
