"""What the log holds: events of known types, each hidden in its leaf behind a salt.

A leaf is `SHA-256(0x00 ‖ SHA-256(salt ‖ event))` with the event in canonical JSON. Erasing removes salt and event;
the leaf stays, and without the salt nobody can try out what it may have said.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from .merkle import leaf_hash

SALT_BYTES = 32
MAX_EVENT = 64 * 1024

ERASED = "log.erased"
CLOCK = "log.clock"

TYPES = {
    "return.kept": "A return that was read is kept for a case; in numbers only.",
    "matching.posted": "Identifiers of a return or a case were posted for matching; in numbers only.",
    "matching.decided": "A person decided what two linked cases have to do with each other.",
    "case.imported": "A case file was read in.",
    "request.drafted": "A request was drafted.",
    "request.checked": "A request was checked for completeness.",
    "request.changed": "A draft was changed.",
    "request.reopened": "A sealed request was given back to its drafter.",
    "request.sealed": "A drafter sealed a request.",
    "request.confirmed": "An emergency was confirmed by a second officer.",
    "request.released": "A releaser released a request.",
    "request.withdrawn": "A request was withdrawn.",
    "request.safeguards": "The safeguards questions on a request were answered before it is executed; in numbers only.",
    "request.extended": "A preservation was extended.",
    "request.closed": "A request came to its end.",
    "package.received": "A package was received and verified.",
    "package.refused": "A package was refused.",
    "package.read": "A package was read.",
    "receipt.issued": "A receipt was signed for a package.",
    "receipt.received": "A receipt for a package of ours came back.",
    "receipt.readback": "A receipt was read back over the telephone, unsigned.",
    "receipt.refused": "A receipt was refused.",
    "message.queued": "A message to a peer was put into the outbox.",
    "message.answered": "A peer answered a message of ours.",
    "message.stuck": "A message to a peer was given up; a person has to look at it.",
    "message.taken": "A message of a peer was taken in and answered.",
    "message.refused": "A message of a peer was refused.",
    "request.queued": "A request was put into the outbox for its addressee's node.",
    "peer.paused": "Messages to a peer were held back.",
    "peer.resumed": "Messages to a peer go out again.",
    "peer.checked": "The way to a peer's node was tried from the desk, step by step.",
    "delivery.offered": "A part of a delivery was made ready for its addressee.",
    "delivery.announced": "A peer delivered a part, or said where it can be fetched.",
    "delivery.fetched": "The bytes of a part were fetched.",
    "delivery.verified": "Length and digest of a part were found as its sender stated.",
    "delivery.acknowledged": "A part was acknowledged as whole.",
    "delivery.received": "A part was acknowledged together with all others of its delivery.",
    "delivery.refused": "A part was refused: it was not what was stated, or not for us.",
    "delivery.exported": "A delivery was written out of the node.",
    "delivery.wanted": "A person had what a peer delivered fetched at once.",
    "delivery.copied": "A person took a copy of a file that a peer delivered.",
    "delivery.acquired": "A delivery became an item of evidence.",
    "desk.reviewed": "A named person recorded the legal review of a request.",
    "desk.calledback": "A desk called the sender of a request back under its number in the directory.",
    "desk.overridden": "A named person went on with an emergency although nobody had called back.",
    "desk.refusal": "A second named person released a refusal.",
    "desk.proposed": "A person proposed a refusal, for another one to release.",
    "desk.declined": "A second person declined to release a refusal.",
    "desk.superseded": "A proposed refusal ended by itself, because the request was decided otherwise.",
    "desk.drilled": "A person tried a call-back number of the directory.",
    "desk.followup": "A formal request followed an emergency.",
    "evidence.sealed": "An item of evidence was sealed.",
    "evidence.offered": "Evidence handed over was put on offer for its receiver's node.",
    "evidence.announced": "A peer's node said where evidence handed over can be fetched.",
    "evidence.fetched": "Evidence handed over was fetched, and is what its sender stated.",
    "evidence.refused": "Evidence handed over was refused, by the node or by a person.",
    "custody.entered": "An entry was added to the custody of an item of evidence.",
    "custody.timed": "A time authority attested the custody of an item of evidence up to an entry.",
    "custody.read": "The custody of an item of evidence was read or printed.",
    "account.invited": "A person was made known to the node.",
    "account.coded": "A code was made that lets a person in once, to set up their account.",
    "account.entered": "A person signed in.",
    "account.failed": "Somebody failed to sign in as a person.",
    "account.proved": "A person who is signed in proved anew who they are.",
    "account.left": "A person was signed out.",
    "account.keyed": "A person made a key to their door: a passkey, or a password with one-time codes.",
    "account.unkeyed": "A person ended a passkey.",
    "account.cloned": "A passkey was ended, because its counter went back.",
    "account.bound": "It was said with which key file a person signs.",
    "account.granted": "A person was given a role.",
    "account.withdrawn": "A role was taken back.",
    "account.deactivated": "A person is let in no more.",
    "account.reactivated": "A person is let in again.",
    "account.deputed": "A person stands in for another one who is away.",
    "account.undeputed": "A standing in was ended before its time.",
    "account.recovering": "An administrator said that a person lost their keys.",
    "account.recovered": "A second administrator agreed; the person's keys ended.",
    "account.unrecovered": "A recovery was ended without effect.",
    "account.membered": "A person was let know of a case.",
    "account.unmembered": "A person's knowing of a case was ended.",
    "account.read": "A person looked at something of a case.",
    "account.broke": "A person broke the glass: went into a case without being a member of it.",
    "account.reviewed": "Another person reviewed a broken glass.",
    "account.tokened": "A person made a token for a program.",
    "account.untokened": "A person ended a token.",
    "account.linked": "A person was linked with whom the organisation's identity provider means.",
    "account.unlinked": "Such a link ended.",
    "account.tokenused": "A program used a token: how often for an act since it was last written, and how often in vain.",
    "account.notoken": "Programs came without a token that counts: how often since it was last written.",
    "desk.verified": "Strangers verified files on the public page within an hour; in counts only.",
    "audit.read": "An auditor looked through the log, by what is named.",
    "audit.checked": "Somebody had the log checked from the desk.",
    "directory.updated": "The directory was brought up to date.",
    "node.created": "The node was set up.",
    "node.started": "The node was started.",
    "node.migrated": "The database was brought to a newer program.",
    "log.exported": "The log was written to a file.",
    ERASED: "The details of an entry were erased.",
    CLOCK: "The clock was set back; time counts from here.",
}


@dataclass(frozen=True)
class Entry:
    """One entry of the log; salt and event are empty when they were erased, its time stays where it is known."""

    index: int
    leaf: bytes
    at: datetime | None = None
    salt: bytes = b""
    event: bytes = b""


@dataclass(frozen=True)
class Report:
    """What a verification went through: so many entries, of which so many erased, and so many checkpoints."""

    size: int
    root: bytes
    erased: int
    checkpoints: int


def commitment(salt: bytes, event: bytes) -> bytes:
    """Give the leaf that commits to *event*, canonical JSON, behind *salt*."""
    return leaf_hash(hashlib.sha256(salt + event).digest())
