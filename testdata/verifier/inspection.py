"""The report of a member's inspector (spec/inspection.md), held against a copy of the log."""

import hashlib
import re
import time

from . import charter as charters, envelope, evidence, forms
from .refusal import Refusal

REPORT, TEXT, CUSTODY = "report.jsonl", "report.txt", "custody.json"
MAX_LINE = 1 << 20
MAX_CUSTODY = 64 << 10

_HEAD = {"inspection": int, "charter": str, "member": str, "from": int, "to": int, "at": str, "evidence": bool}
_ENTRY = {"index": int, "header": str, "what": str, "originator": str, "logged": str, "type": str, "step": str,
          "truth": str, "about": str, "id": str, "written": str, "to": list, "title": str, "mark": str,
          "portions": list, "ended": bool, "doubt": str, "review_by": str, "due": str, "overdue": bool, "code": str,
          "by": str, "basis": str, "act_sha256": str, "evidence": dict, "withheld": str}
_END = {"end": bool, "entries": int, "overdue": int, "counts": dict, "sha256": str}
_AUDIT = {"seq": int, "at": str, "login": str, "op": str, "object": str, "outcome": str, "detail": str, "hash": str}
_WHAT = ("originated", "received", "asked", "answered", "refused", "quarantined", "erased")
_TOLD = ("what", "type", "step", "about", "id", "written", "to", "title", "mark", "portions", "review_by", "due")
_MINUTE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}Z\Z")
_FOREIGN = ("TLP:", "PAP:")


def _bad(why, index=None):
    return Refusal("inspection", why, index)


def _object(raw, fields, needed, what):
    """A JSON object with fields of these types, of which needed must stand."""
    try:
        value = forms.strict_json(raw)
    except forms.BadJSON as e:
        raise _bad("%s: %s" % (what, e)) from None
    return _typed(value, fields, needed, what)


def _typed(value, fields, needed, what):
    if not isinstance(value, dict):
        raise _bad("%s is no object" % what)
    for name, x in value.items():
        if name not in fields:
            raise _bad("%s has a field %r that the format does not have" % (what, name))
        if type(x) is not fields[name]:
            raise _bad("%s: %s is not of its form" % (what, name))
    for name in needed:
        if name not in value:
            raise _bad("%s lacks the field %s" % (what, name))
    return value


def _minute(text):
    """A log time to the minute, or None; of those the texts compare as the times do."""
    return text if _MINUTE.match(text) and charters.moment(text[:-1] + ":00Z") is not None else None


def read(raw):
    """(head, entries, end) of a report that is whole."""
    if not raw.endswith(b"\n"):
        raise _bad("the report breaks off")
    lines = raw[:-1].split(b"\n")
    if any(len(line) + 1 > MAX_LINE for line in lines):
        raise _bad("a line has more than %d bytes" % MAX_LINE)
    if len(lines) < 2:
        raise _bad("the report has neither a head nor an end")
    head = _object(lines[0], _HEAD, [x for x in _HEAD if x != "evidence"], "the head")
    if head["inspection"] != 1:
        raise _bad("version %d of a report is not known" % head["inspection"])
    if not forms.is_member_id(head["member"]) or _minute(head["at"]) is None or not head["from"] < head["to"]:
        raise _bad("the head names no member, log time or range")
    end = _object(lines[-1], _END, _END, "the last line")
    if not end["end"] or end["sha256"] != hashlib.sha256(raw[:-len(lines[-1]) - 1]).hexdigest():
        raise _bad("the lines are not those of which the last one tells")
    entries = [_entry(line, head) for line in lines[1:-1]]
    counts, index, logged, overdue = {}, -1, "", 0
    for e in entries:
        if not max(index + 1, head["from"]) <= e["index"] < head["to"]:
            raise _bad("leaf %d is out of order, or outside of the range" % e["index"])
        if not logged <= e["logged"] <= head["at"]:
            raise _bad("it was logged before an earlier one, or after the report's end", e["index"])
        index, logged = e["index"], e["logged"]
        counts[e["what"]] = counts.get(e["what"], 0) + 1
        overdue += e.get("overdue", False)
    if (end["entries"], end["overdue"], end["counts"]) != (len(entries), overdue, counts):
        raise _bad("the last line counts other entries than there are")
    return head, entries, end


def _entry(line, head):
    e = _object(line, _ENTRY, ("index", "header", "what", "originator", "logged"), "an entry")
    at = e["index"]
    if e["what"] not in _WHAT:
        raise _bad("%r is nothing that an entry can be" % e["what"], at)
    if _minute(e["logged"]) is None:
        raise _bad("%r is no log time" % e["logged"], at)
    for m in e.get("to", ()):
        if not forms.is_member_id(m):
            raise _bad("%r is no member" % (m,), at)
    for p in e.get("portions", ()):
        _typed(p, {"id": str, "digest": str}, ("id", "digest"), "a portion of leaf %d" % at)
        if forms.unhex(p["id"], 16) is None or forms.unhex(p["digest"], 32) is None:
            raise _bad("a portion has no id or digest", at)
    if "evidence" in e:
        parts = {"act": str, "body": str, "key": str}
        _typed(e["evidence"], parts, parts, "the evidence of leaf %d" % at)
    return e


def custody(files, head, end):
    """What custody.json says of the files and of the report."""
    raw = files.read(CUSTODY)
    if raw is None or len(raw) > MAX_CUSTODY:
        raise _bad("%s is missing, or longer than %d bytes" % (CUSTODY, MAX_CUSTODY))
    c = _object(raw, {"member": str, "audit": dict, "sha256": dict}, ("member", "audit", "sha256"), CUSTODY)
    row = _typed(c["audit"], _AUDIT, _AUDIT, "the row of the audit log")
    detail = "entries=%d sha256=%s evidence=%s" % (end["entries"], end["sha256"],
                                                   "true" if head.get("evidence") else "false")
    if (c["member"], row["op"], row["outcome"], row["object"], row["detail"]) != (
            head["member"], "inspect", "done", "leaves/%d-%d" % (head["from"], head["to"]), detail):
        raise _bad("%s is of another report" % CUSTODY)
    if set(c["sha256"]) != {REPORT, TEXT}:
        raise _bad("%s names other files than %s and %s" % (CUSTODY, REPORT, TEXT))
    for name in (REPORT, TEXT):
        data = files.read(name)
        if data is None or hashlib.sha256(data).hexdigest() != c["sha256"][name]:
            raise _bad("%s is not the file that %s names" % (name, CUSTODY))


def full_line(label):
    """The full line of a label in JSON (spec/label.md, "Written forms")."""
    joined = lambda x: ", ".join(label.get(x, ()))
    caveats = label.get("caveats", [])
    parts = ["%s:%s" % (label["policy"], label["class"]), "REL TO " + joined("rel") if label["rel"] else "NOT RELEASABLE",
             " ".join(label.get("use_codes", ()))]
    if label.get("consent_needed"):
        parts.append("ORCON " + joined("consent_needed"))
    if label.get("external"):
        parts.append("FGI " + ", ".join("%s VIA %s" % (x["id"], x["holder"]) for x in label["external"]))
    if label.get("personal"):
        parts.append("PERSONAL DATA")
    parts += [c for scheme in _FOREIGN for c in caveats if c.startswith(scheme)]
    parts += ["CAVEAT " + c for c in caveats if not c.startswith(_FOREIGN)]
    parts.append("ORIGIN " + joined("originators"))
    for name, words in (("review_by", "REVIEW BY "), ("expires", "EXPIRES ")):
        if name in label:
            parts.append(words + label[name])
    return "//".join(p for p in parts if p)


def _refs(references):
    return [{"id": r["portion"], "digest": r["digest"]} for r in references]


def tell(raw, own):
    """What an entry says of an act by the act alone; own: it is this member's."""
    act = forms.strict_json(raw)
    kind = act["type"]
    said = {"what": "originated" if own else "received", "type": kind, "id": act["id"], "written": act["written"],
            "to": act.get("to", []), "title": act.get("title", ""), "portions": []}
    turns = {"asked": kind in ("request", "redress"), "answered": kind in ("answer", "redress-answer")}
    if kind == "report":
        said["type"] = act["report_type"]
        said["portions"] = [{"id": i.hex(), "digest": d.hex()} for i, d in evidence.own_portions(raw).items()]
        if act["label"].get("personal"):
            said["review_by"] = act["label"].get("review_by", "")
    elif kind == "consent":
        said.update(step=act["step"], about=act.get("answers", ""), portions=_refs(act["portions"]))
        turns.update(asked=act["step"] == "ask", refused=act["step"] in ("refuse", "withdraw"))
    elif kind == "recall":
        said.update(step=act["kind"], portions=_refs(act["portions"]))
    elif kind == "acknowledgement":
        said.update(step=act["state"], about=act.get("recall", ""))
    elif kind == "request":
        said.update(about=act.get("joins", ""))
    elif kind == "answer":
        states = [p["state"] for p in act["parts"]]
        said.update(step=", ".join(states), about=act["request"],
                    portions=[r for p in act["parts"] for r in _refs(p.get("portions", ()))])
        turns.update(refused="declined" in states)
    elif kind == "closing":
        said.update(step=act["outcome"], about=act["request"])
    elif kind == "redress":
        said.update(step=act["ask"], due=act["due"])
    elif kind == "redress-answer":
        said.update(step=act["outcome"])
        turns.update(refused=act["outcome"] == "refused")
    elif kind in ("requirement", "coverage"):
        said.update(step=act["state"], title=act.get("title") or act.get("subject", ""))
    else:
        raise _bad("an act of type %r is in no report" % kind)
    if kind in ("report", "request"):
        said["mark"] = full_line(act["label"])
    if own:
        said["what"] = ([said["what"]] + [w for w in ("asked", "answered", "refused") if turns.get(w)])[-1]
    return said


def _drafted(e, said, own):
    """What an own answer was drafted as: it may have left as nothing to give."""
    was, left = e["truth"].split(", "), said.get("step", "").split(", ")
    fits = own and said["type"] == "answer" and len(was) == len(left) and all(
        a == b or b == "nothing to give" and a in ("declined", "no holding") for a, b in zip(was, left))
    if not fits:
        raise _bad("it was drafted otherwise than it could leave", e["index"])
    if "declined" in was:
        said["what"] = "refused"


def _prove(e, header, head):
    """Evidence: body, key and act belong to the leaf, and the entry to the act."""
    parts = {name: forms.unbase64(text) for name, text in e["evidence"].items()}
    if None in parts.values() or len(parts["key"]) != 32:
        raise _bad("its evidence is no base64, or its key has not 32 bytes", e["index"])
    try:
        raw = envelope.open_sealed(header, parts["body"], parts["key"])
    except Refusal as r:
        r.index = e["index"]
        raise
    if raw != parts["act"] or hashlib.sha256(raw).hexdigest() != e.get("act_sha256"):
        raise _bad("its envelope holds another act than the report says", e["index"])
    own = e["originator"] == head["member"]
    try:
        said = tell(raw, own)
    except (forms.BadJSON, KeyError, TypeError, AttributeError):
        raise _bad("its act is not of the form of an act", e["index"]) from None
    if e.get("truth"):
        _drafted(e, said, own)
    for name in _TOLD:
        if (e.get(name) or None) != (said.get(name) or None):
            raise _bad("it says another %r than the act" % name, e["index"])


def verify(files, pinned, headers, log_time, report):
    """A report beside a copy of the log that holds. headers are the copy's,
    log_time that of its head. Raises Refusal at the first fault."""
    raw = files.read(REPORT)
    if raw is None:
        raise _bad("there is no %s" % REPORT)
    head, entries, end = read(raw)
    if head["charter"] != pinned.hash.hex():
        raise Refusal("other-charter", "the report is of another centre than the founding file (rule 5)")
    if head["member"] not in pinned.members:
        raise _bad("%s is no member" % head["member"])
    if head["to"] > len(headers):
        raise _bad("the report goes to leaf %d, the copy of the log to %d" % (head["to"], len(headers)))
    if head["at"] > time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(log_time)):
        raise _bad("it tells states as of %s, after the log time of the copy" % head["at"])
    proven = 0
    for e in entries:
        header = headers[e["index"]]
        if (e["header"], e["originator"]) != (header.hash.hex(), header.originator):
            raise _bad("the leaf is another than the report says", e["index"])
        if "evidence" in e:
            _prove(e, header, head)
            proven += 1
    custody(files, head, end)
    report.say("the report of %s of leaves %d to %d: %d entries, each at its leaf, %d opened from their evidence"
               % (head["member"], head["from"], head["to"], len(entries), proven))
    report.facts["inspection"] = {"member": head["member"], "from": head["from"], "to": head["to"],
                                  "entries": len(entries), "overdue": end["overdue"], "counts": end["counts"],
                                  "proven": proven}
