"""The state that the public leaves fold into (spec/charter.md, spec/keys.md, spec/evidence.md)."""

import hashlib

from . import certificates, charter as charters, envelope, evidence
from .refusal import Refusal

_EPOCHS_UNDER_ONE_CERTIFICATE = 4096


class Member:
    def __init__(self, root, certificate):
        self.root, self.certificate = root, certificate
        self.known = [certificate]
        self.epoch_keys = {}  # epoch -> (key, serial)
        self.stated = 0  # epochs stated under the certificate in force
        self.closed = -1
        self.suspended_from = None


class State:
    """Fed with leaves in log order; leaf() returns "ok" or "no-effect", and
    raises where a leaf makes the log invalid."""

    def __init__(self, charter):
        self.charter = charter
        self.members = {m: Member(charter.roots[m], charter.certificates[m]) for m in charter.members}
        self.ever = set(charter.roots.values())
        for cert in charter.certificates.values():
            self.ever |= set(cert.keys.values())
        self.genesis = None
        self.next = 0

    def leaf(self, index, kind, originator, incarnation, sequence, payload, epoch=0):
        if index < self.next or self.genesis is None and index != 0:
            raise Refusal("order", "leaf %d is out of order" % index)
        done = self._judge(index, kind, originator, incarnation, sequence, payload)
        self.next = index + 1
        return done

    def _judge(self, index, kind, originator, incarnation, sequence, payload):
        member = self.members.get(originator)
        if member is None:
            raise Refusal("invalid-leaf", "%s is no member" % originator)
        if member.suspended_from is not None:
            raise Refusal("invalid-leaf", "%s is suspended from leaf %d on" % (originator, member.suspended_from))
        if (kind == envelope.GENESIS) != (index == 0):
            raise Refusal("invalid-leaf", "leaf 0, and no other, is the genesis")
        if kind > envelope.EVIDENCE:
            raise Refusal("version", "kind %d is not known: mirror, do not cosign" % kind)
        if kind != envelope.KEYS and incarnation != member.certificate.incarnation:
            raise Refusal("invalid-leaf", "%s is at incarnation %d" % (originator, member.certificate.incarnation))
        if kind == envelope.GENESIS:
            return self._take_genesis(originator, incarnation, sequence, payload)
        if kind == envelope.KEYS:
            return self._take_certificate(member, originator, incarnation, sequence, payload)
        try:
            if kind == envelope.EPOCH_KEYS:
                return self._take_epoch_keys(member, originator, incarnation, payload)
            if kind == envelope.CLOSE:
                return self._take_close(member, originator, incarnation, payload)
            if kind == envelope.EVIDENCE:
                return self._take_evidence(index, payload)
        except Refusal:
            return "no-effect"
        return "ok"

    def _take_genesis(self, originator, incarnation, sequence, payload):
        try:
            genesis = charters.parse_genesis(payload, self.charter.hash)
        except Refusal as r:
            raise Refusal("invalid-leaf" if r.code != "version" else "version", "the genesis: " + r.why) from None
        if originator != genesis.lead:
            raise Refusal("invalid-leaf", "the genesis of term %d is not by %s" % (genesis.term, originator))
        if genesis.term == 1 and (incarnation, sequence) != (1, 1):
            raise Refusal("invalid-leaf", "the first genesis is its lead's first leaf")
        self.genesis = genesis
        return "ok"

    def _take_certificate(self, member, originator, incarnation, sequence, payload):
        try:
            cert = certificates.parse_certificate(payload, self.charter.hash, originator, member.root)
        except Refusal as r:
            raise Refusal("version" if r.code == "version" else "invalid-leaf",
                          "the certificate: " + r.why) from None
        old = member.certificate
        if cert.incarnation != incarnation or incarnation < old.incarnation:
            raise Refusal("invalid-leaf", "the certificate is of another incarnation than its leaf, or of an earlier one")
        if incarnation > old.incarnation and sequence != 1:
            raise Refusal("invalid-leaf", "a new incarnation begins with sequence 1")
        if cert.serial != old.serial + 1:
            raise Refusal("invalid-leaf", "serial %d does not follow %d" % (cert.serial, old.serial))
        for purpose, public in cert.keys.items():
            if public != old.keys[purpose] and public in self.ever:
                raise Refusal("invalid-leaf", "the %s key was had before: what has ended stays ended" % purpose)
        self.ever |= set(cert.keys.values())
        member.certificate = cert
        member.known.append(cert)
        member.stated = 0
        return "ok"

    def _own(self, thing, originator, incarnation):
        if (thing.charter, thing.member, thing.incarnation) != (self.charter.hash, originator, incarnation):
            raise Refusal("no-effect", "it contradicts its header")

    def _take_epoch_keys(self, member, originator, incarnation, payload):
        stated = certificates.parse_epoch_keys(payload)
        self._own(stated, originator, incarnation)
        if not stated.signed_by(member.certificate.keys["epoch"]):
            raise Refusal("signature", "not signed by the epoch key in force")
        serial = member.certificate.serial
        for epoch, public in stated.keys.items():
            known = member.epoch_keys.get(epoch)
            if known and known[0] != public and known[1] == serial:
                raise Refusal("no-effect", "epoch %d has another key under this certificate" % epoch)
        fresh = {e: k for e, k in stated.keys.items() if member.epoch_keys.get(e, (None, 0))[0] != k}
        if member.stated + len(fresh) > _EPOCHS_UNDER_ONE_CERTIFICATE:
            raise Refusal("no-effect", "too many epochs under one certificate")
        member.stated += len(fresh)
        for epoch, public in fresh.items():
            member.epoch_keys[epoch] = (public, serial)
        return "ok"

    def _take_close(self, member, originator, incarnation, payload):
        close = certificates.parse_close(payload)
        self._own(close, originator, incarnation)
        if close.epoch <= member.closed:
            raise Refusal("no-effect", "closings rise")
        member.closed = close.epoch
        return "ok"

    def _take_evidence(self, index, payload):
        judged = evidence.judge(payload, self.charter.hash, self.header_keys(), in_leaf=True)
        if judged.type != "fork":
            return "ok"
        member = self.members[judged.accused]
        in_force = certificates.header_key_id(member.certificate.keys["header"])
        if all(h.key_id == in_force and h.incarnation == member.certificate.incarnation for h in judged.headers):
            member.suspended_from = index
        return "ok"

    def header_keys(self):
        """(originator, incarnation, key id) -> header key, whether or not in force."""
        return {(m, c.incarnation, certificates.header_key_id(c.keys["header"])): c.keys["header"]
                for m, member in self.members.items() for c in member.known}

    def found(self):
        """The state in the form of the vectors."""
        return {m: {"closed": list(range(x.closed + 1)), "header": x.certificate.keys["header"].hex(),
                    "incarnation": x.certificate.incarnation, "serial": x.certificate.serial,
                    "sha256 of epoch keys": {str(e): hashlib.sha256(k).hexdigest()
                                             for e, (k, _) in sorted(x.epoch_keys.items())}}
                for m, x in self.members.items()}
