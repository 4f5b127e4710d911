"""Evidence handed over between two nodes, from the receiver's side; and the signed papers on it, taken in at either.

The rules. An announcement is of a file at the sender's own place. A worker fetches it, and goes on where it broke off. It is
acknowledged only when its bytes are what was stated and, where the node has the party's age identity, when the note in it is
the sender's, for us, and the one that was announced. It is then held until a person accepts or refuses it. A notice on what
is here and has no answer yet is kept with it: it can only be refused from then on. Answers and confirmations are entered by
the node itself, as their signatures prove them; a notice is entered at once and confirmed by a custodian later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from comity.crypto.recipient import open_stream
from comity.evidence.accepting import read_note
from comity.evidence.answering import take_answer
from comity.evidence.custody import NODE
from comity.evidence.custodyentry import Deed, Hand
from comity.evidence.errors import BadPaper, ItemRecalled, NoItem
from comity.evidence.papers import CONFIRMATION, HANDOVER, RECALL, SignedPaper, check_paper, read_paper
from comity.evidence.recall import note_notice, take_confirmation
from comity.evidence.tables import find_papers
from comity.hi1.errors import BadMessage
from comity.hi1.model import Action, Answer
from comity.kernel import canonical
from comity.kernel.clock import moment
from comity.kernel.errors import ComityError
from comity.kernel.shape import load_shape
from comity.requests.office import Office
from comity.store import jobs
from comity.store.engine import Unit
from comity.store.jobs import Job

from .call import Call
from .carriage import contents
from .deliverytables import Parcel, find_parcels, put_parcel
from .desk import Desk
from .errors import LedAway, NotYet, PeerBusy, Undeliverable
from .fetching import LEASE, Source, download, growing, later, put_off
from .handing import EVIDENCE, MEDIA, PAPER, PARCEL, WORD, log, papers_of, say
from .ordering import is_document
from .part import ACKNOWLEDGED, AVAILABLE, ERROR, EXPIRED, IMPROPER
from .receiving import EXISTS, check_address, check_bytes
from .tables import IN, OUT

FETCH = "fetch-evidence"
RECALLED = "Recalled"
MAX_DOCUMENT = 64 * 1024


def is_evidence(actions: Sequence[Action]) -> bool:
    """Tell whether a message is on evidence handed over."""
    return any(is_document(one, EVIDENCE) for one in actions)


def take_evidence(call: Call) -> bytes:
    """Take in an announcement, a word on one, or a signed paper, or refuse it."""
    kind = PAPER
    try:
        if len(call.message.actions) != 1 or call.message.actions[0].thing is None:
            raise BadMessage("got other objects, expected one document alone", code=IMPROPER)
        data, media = contents(call.message.actions[0].thing, tuple(MEDIA))
        kind = MEDIA[media] if MEDIA[media] in (PARCEL, WORD) else PAPER
        if kind == PAPER:
            return _paper(call, read_paper(data, MEDIA[media]))
        document = _read(kind, data)
        with call.desk.office.store.write(durable=True) as unit:
            if known := call.known(unit):
                return known
            (_announced if kind == PARCEL else _followed)(call, unit, document)
            return _answered(call, unit, kind, document["id"])
    except BadMessage as e:
        return call.refused(e, kind=kind)
    except ComityError as e:
        if e.status >= 500:
            raise
        return call.refused(BadMessage(e.message, code=IMPROPER, field=e.field), kind=kind)


def fetch(desk: Desk, source: Source, *, limit: int = 20) -> list[Parcel]:
    """Fetch all evidence that is due, once each and at most *limit*, and say what we think of it; gives it as it is now."""
    done: list[Parcel] = []
    office = desk.office
    while len(done) < limit:
        with office.store.write(durable=True) as unit:
            claimed = jobs.claim(unit, office.clock.now(), limit=1, lease=LEASE, kind=FETCH)
        if not claimed:
            break
        done.append(_fetch(desk, source, claimed[0]))
    return done


def clear(office: Office) -> None:
    """Let go of the files of evidence that was answered, or that nobody fetched in time."""
    with office.store.read() as unit:
        kept = find_parcels(unit, kept=True)
        over = [
            one for one in kept if _answer(unit, one) or (one.direction == OUT and one.expires <= office.clock.now())
        ]
    for parcel in over:
        state = parcel.state if parcel.state != AVAILABLE else EXPIRED
        with office.store.write(durable=True) as unit:
            put_parcel(unit, replace(parcel, file="", state=state))
            office.blobs.discard(parcel.file)  # killed here, the next round does both again


def arrived(office: Office, number: str, *, refusing: bool = False) -> Path:
    """Give the file of evidence that came over the exchange and waits for an answer.

    Raises:
        NoItem: none came under that number, it is not whole yet, or was answered.
        ItemRecalled: its sender called it back; it can only be refused.
    """
    with office.store.read() as unit:
        found = find_parcels(unit, kept=True, direction=IN, id=number)
    if not found:
        advice = "List what came with: comity evidence parcels."
        raise NoItem(f"got {number!r}, expected evidence that came and waits for an answer", advice=advice)
    if found[0].state == RECALLED and not refusing:
        advice = "Refuse it: comity evidence refuse."
        raise ItemRecalled(f"got evidence that was called back ({found[0].reason}), expected another", advice=advice)
    return office.blobs.path(found[0].file)


def _paper(call: Call, paper: SignedPaper) -> bytes:
    """Take a signed paper in; its effect and the answer to the message are kept in one unit."""
    office, raw = call.desk.office, b""
    papers, by = papers_of(office), Deed("noted", Hand(NODE, office.party), tool="comity")
    if paper.document["from"] != call.peer:
        raise BadMessage("got a paper of another party, expected the sender's own", code=IMPROPER)

    def also(unit: Unit, paper: SignedPaper) -> None:
        nonlocal raw
        raw = call.known(unit) or _answered(call, unit, PAPER, f"{paper.kind}-{paper.digest}")

    if paper.kind == CONFIRMATION:
        take_confirmation(papers, paper, by, also=also)
    elif paper.kind == RECALL:
        with office.store.read() as unit:
            came = bool(find_papers(unit, id=paper.document["about"], way=IN, kind=HANDOVER))
        if came:
            note_notice(papers, paper, by, also=also)
        else:
            check_paper(papers, paper)
            with office.store.write(durable=True) as unit:
                _held_back(office, unit, paper)
                also(unit, paper)
    else:
        take_answer(papers, paper, by, also=also)
    return raw


def _held_back(office: Office, unit: Unit, notice: SignedPaper) -> None:
    """Keep a notice on evidence that came, or is coming, and has no answer yet: it is not accepted any more."""
    said = notice.document
    parcel = next(iter(find_parcels(unit, direction=IN, peer=said["from"], id=said["about"])), None)
    if parcel is None:
        raise NotYet("got a notice on evidence that has not come, expected the evidence first")
    if parcel.note != said["paper"]:
        raise BadPaper("got a notice on another hand-over, expected one on what came")
    put_parcel(unit, replace(parcel, state=RECALLED, reason=said["why"], changed_at=office.clock.now()))


def _announced(call: Call, unit: Unit, said: dict[str, Any]) -> None:
    """Keep an announcement, and have it fetched."""
    office, now = call.desk.office, call.desk.now()
    parcel = Parcel(
        direction=IN, peer=call.peer, at=now, changed_at=now,
        **{**{name: value for name, value in said.items() if name != "format"}, "expires": moment(said["expires"])},
    )  # fmt: skip
    check_address(office, call.peer, parcel.part)
    known = next(iter(find_parcels(unit, direction=IN, peer=call.peer, id=parcel.id)), None)
    if known and (known.state not in (ERROR, EXPIRED) or _answer(unit, known)):
        if (known.note, known.sha256) == (parcel.note, parcel.sha256):
            return
        raise BadMessage("got another file under this hand-over, expected a new hand-over", code=EXISTS)
    put_parcel(unit, parcel)
    log(unit, office, "evidence.announced", parcel)
    jobs.add(unit, FETCH, f"{call.peer}/{parcel.id}/{parcel.sha256}", due_at=now)


def _followed(call: Call, unit: Unit, said: dict[str, Any]) -> None:
    """Take the word of the receiver's node on evidence of ours."""
    known = find_parcels(unit, direction=OUT, peer=call.peer, id=said["id"])
    if not known or known[0].sha256 != said["sha256"]:
        raise BadMessage("got a word on something else, expected one on what we handed over", code=3011)
    if known[0].state == AVAILABLE:
        reason = said.get("reason", "")
        put_parcel(unit, replace(known[0], state=said["state"], reason=reason, changed_at=call.desk.now()))


def _answered(call: Call, unit: Unit, kind: str, about: str) -> bytes:
    answers = tuple(Answer(one.n, one.verb, one.thing.id if one.thing else "") for one in call.message.actions)
    return call.answered(unit, answers, kind=kind, about=about)


def _answer(unit: Unit, parcel: Parcel) -> bool:
    """Tell whether a hand-over was answered by a person."""
    return any(one.answer for one in find_papers(unit, id=parcel.id, way=parcel.direction, kind=HANDOVER))


def _read(kind: str, data: bytes) -> dict[str, Any]:
    shape = load_shape("comity.exchange", f"{kind}.yaml")
    return dict(shape.require(canonical.load_canonical(data, limit=MAX_DOCUMENT)))


def _fetch(desk: Desk, source: Source, job: Job) -> Parcel:
    office = desk.office
    peer, number, sha256 = job.subject.split("/")
    with office.store.read() as unit:
        parcel = find_parcels(unit, direction=IN, peer=peer, id=number)[0]
    wanted = parcel.state in (AVAILABLE, RECALLED) and not parcel.file and parcel.sha256 == sha256
    if not wanted or parcel.expires <= office.clock.now():
        return _end(desk, job, parcel, "got no answer before it expired", EXPIRED)
    try:
        check_address(office, peer, parcel.part)
        with office.blobs.partial(growing(peer, number)) as path:
            body = download(source, peer, parcel.part, path)
            check_bytes(parcel.part, body.size, body.sha256)
            _check_note(desk, path, parcel)
            return _keep(desk, job, parcel, path)
    except (BadMessage, Undeliverable, LedAway) as e:
        return _end(desk, job, parcel, str(e), ERROR)
    except PeerBusy as e:
        put_off(office, job, e)
    except ComityError as e:
        if e.status < 500 and isinstance(e, BadPaper | NoItem):
            return _end(desk, job, parcel, str(e), ERROR)
        later(office, job, str(e))
    return parcel


def _check_note(desk: Desk, path: Path, parcel: Parcel) -> None:
    """See that what came begins with the note that was announced, of its sender, for us; not seen without an identity."""
    if desk.identity is None:
        return
    papers = papers_of(desk.office)
    try:
        note = open_stream(path, lambda stream: read_note(papers, stream), desk.identity)
    except ComityError as e:
        if e.status >= 500:
            raise
        raise BadPaper(e.message, field=e.field, advice=e.advice) from e
    said = note.document
    if (note.digest, said["id"], said["from"]) != (parcel.note, parcel.id, parcel.peer):
        raise BadPaper("got another hand-over than was announced, expected that one")


def _keep(desk: Desk, job: Job, parcel: Parcel, path: Path) -> Parcel:
    """Keep what came, and acknowledge it."""
    office, now = desk.office, desk.now()
    with office.store.write(durable=True) as unit:
        current = find_parcels(unit, direction=IN, peer=parcel.peer, id=parcel.id)[0]
        jobs.finish(unit, job)
        if current.file or current.sha256 != parcel.sha256:
            path.unlink()
            return current
        state = ACKNOWLEDGED if current.state == AVAILABLE else current.state
        held = replace(current, state=state, file=f"handover-{office.new_id(now)}", changed_at=now)
        put_parcel(unit, held)
        log(unit, office, "evidence.fetched", held)
        say(desk, unit, replace(held, state=ACKNOWLEDGED))
        office.blobs.keep(path, held.file)
    return held


def _end(desk: Desk, job: Job, parcel: Parcel, reason: str, state: str) -> Parcel:
    """Give up what cannot be had; what is done, or was called back meanwhile, is left as it is."""
    office, subject = desk.office, job.subject.split("/")
    with office.store.write(durable=True) as unit:
        jobs.finish(unit, job)
        current = find_parcels(unit, direction=IN, peer=subject[0], id=subject[1])[0]
        if current.state != AVAILABLE or current.sha256 != subject[2]:
            return current
        ended = replace(current, state=state, reason=reason[:1000], changed_at=office.clock.now())
        put_parcel(unit, ended)
        log(unit, office, "evidence.refused", ended)
        say(desk, unit, ended)
    office.blobs.drop(growing(parcel.peer, parcel.id))
    return ended
