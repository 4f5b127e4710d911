"""The documents that operations answer with, as the description of the API names them."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")


class Answer(BaseModel):
    """An answer; later versions may add fields."""

    model_config = ConfigDict(extra="allow")


class Fault(BaseModel):
    """One field that is not what it should be."""

    field: str
    fault: str


class Problem(Answer):
    """What is wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    field: str = Field(default="", description="The field or parameter at fault, if one is.")
    advice: str = Field(default="", description="What a person can do about it.")
    faults: list[Fault] = Field(default_factory=list)


class Listed(BaseModel, Generic[T]):
    """A piece of a list; *next* is what to skip for the next piece."""

    items: list[T]
    total: int
    next: int | None


class CaseRow(Answer):
    """A case in a list."""

    reference: str
    title: str


class CaseRead(CaseRow):
    """A case with its document; *seen* is the digest that a change names."""

    seen: str
    document: dict[str, Any]
    targets: list[dict[str, Any]]


class CaseKept(Answer):
    """What became of a case."""

    reference: str
    new: bool
    seen: str


class RequestRow(Answer):
    """A request in a list."""

    id: str
    direction: Literal["out", "in"]
    reference: str
    case: str
    peer: str
    measure: str
    state: str
    package: str
    changed_at: str


class RequestKept(RequestRow):
    """A request after an act; *seen* is the digest that the next change names."""

    seen: str


class RequestRead(RequestKept):
    """A request whole: what may be done next, history, receipts, clocks, document."""

    acts: list[str]
    read_back_code: str | None
    history: list[dict[str, Any]]
    receipts: list[dict[str, Any]]
    clocks: list[dict[str, Any]]
    document: dict[str, Any]


class FindingRow(Answer):
    """One thing that is missing, wrong or doubtful; *blocks* keeps the request from being released."""

    level: Literal["missing", "wrong", "doubtful"]
    field: str
    reason: str
    remedy: str
    source: str
    verified: bool | None
    blocks: bool


class Checked(Answer):
    """What the preflight found."""

    reference: str
    complete: bool
    findings: list[FindingRow]


class Prepared(Answer):
    """The exact bytes to be signed with the person's own key: Ed25519 over *message*."""

    package: str
    message: str = Field(description="The bytes in base64: the pre-authentication encoding of the DSSE envelope.")
    payload_type: str
    payload: dict[str, Any] = Field(description="What the bytes say, to be looked at before signing.")
    signers: list[str] = Field(description="Who signed already.")


class MemberRow(Answer):
    """A person who knows of a case since a time, or could be brought in."""

    person: str
    since: str


class ReceiptRow(Answer):
    """A receipt, without its reason."""

    id: str
    state: str
    code: str
    at: str


class ReceiptGiven(Answer):
    """What came of an answer that was signed: the receipt can be had as a file under its id."""

    new: bool
    request: RequestRow
    receipt: ReceiptRow


class NoteKept(Answer):
    """A word that a person gave for himself: of which kind, by whom, when."""

    kind: str
    who: str
    at: str


class Gate(Answer):
    """The safeguards questions on a request: asked, answered, missing."""

    reference: str
    measure: str
    stage: str
    questions: list[dict[str, Any]]
    missing: list[dict[str, Any]]


class GateKept(Answer):
    """Which safeguards questions are still not answered, or not as they have to be."""

    reference: str
    stage: str
    missing: list[str]


class PartRow(Answer):
    """One file, or piece of one, of a delivery."""

    object: str
    delivery: str
    part: int
    request: str
    direction: Literal["out", "in"]
    way: str
    state: str


class Delivered(Answer):
    """What was put on offer for the sender's node."""

    parts: list[PartRow]


class MessageRow(Answer):
    """A message to a peer: where it stands, and why it was refused or given up."""

    transaction: str
    kind: str
    peer: str
    state: str
    reason: str


class Step(Answer):
    """One numbered step of a verification."""

    number: int
    name: str
    status: Literal["ok", "failed", "skipped", "not reached"]
    found: str


class Verified(Answer):
    """The outcome of a verification."""

    verdict: Literal["valid", "refused"]
    refused_at: str | None
    package: str | None
    checked_at: str | None
    steps: list[Step]
    signers: list[dict[str, Any]]
    sender: dict[str, Any] | None
    callback: list[dict[str, Any]]
    document: dict[str, Any] | None
    advice: str


class TakenIn(Answer):
    """What came of a package: its request, whether it was new, how it verified."""

    request: RequestRow | None = Field(description="Nothing, if its case is not yours to know of.")
    new: bool
    verdict: str
    steps: list[Step]


class ReceiptTaken(Answer):
    """What came of a receipt."""

    new: bool
    request: RequestRow | None = Field(description="What it is about; nothing, if its case is not yours to know of.")
    receipt: ReceiptRow | None


class IdentifierRead(Answer):
    """An identifier in its normal form."""

    kind: str
    value: str
    original: str
    doubts: list[str]


class PastedLine(Answer):
    """What one pasted line was read as; a person confirms what is doubtful."""

    line: int
    text: str
    found: IdentifierRead | None
    others: list[str]
    relation: str
    doubtful: bool
    fault: str
    advice: str


class Hit(Answer):
    """In which of the person's cases an identifier stands; *common* if in so many that it says little."""

    kind: str
    value: str
    cases: list[str]
    count: int
    common: bool


class RelatedCase(Answer):
    """A case that shares identifiers, and what it shares."""

    case: str
    score: float
    shared: list[dict[str, Any]]


class ReturnRow(Answer):
    """A return that the node keeps for a case."""

    id: str
    case: str
    request: str
    item: str
    records: dict[str, Any]
    states: dict[str, Any]
    by: str
    at: str


class PartyRow(Answer):
    """A party in a list."""

    id: str
    name: str
    kind: str


class PartyRead(Answer):
    """A party as the directory has it, and which key may act now."""

    party: dict[str, Any]
    may_act: dict[str, list[str]]
    at: str
    stale: bool


class PeerRow(Answer):
    """Whether a peer can be reached, and what waits for it."""

    party: str
    url: str
    paused: bool
    seen_at: str
    failed_at: str
    failures: int
    error: str
    waiting: int
    stuck: int


class Checkpoint(Answer):
    """What the log is now, signed (C2SP tlog-checkpoint)."""

    checkpoint: str
    key: str


class Proof(Answer):
    """That an entry stands in the log (C2SP tlog-proof)."""

    index: int
    proof: str
    key: str


class LogEntry(Answer):
    """An entry of the log; one whose details were erased has no event."""

    index: int
    at: str
    leaf: str
    event: dict[str, Any] | None


class LogPage(Answer):
    """Entries found, the newest first; everything between the two places was looked at, *whole* if nothing is left."""

    items: list[LogEntry]
    looked_from: int
    looked_to: int
    whole: bool


class LogChecked(Answer):
    """What a check of the whole log came to."""

    sound: bool
    fault: str


class QueueRow(RequestRow):
    """A request that waits, with what is due and what is unusual."""

    came_at: str
    due_at: str | None
    overdue: bool


class QueuePage(Answer):
    """A page of what waits; *after* is the place after which the next one begins, empty where nothing follows."""

    items: list[QueueRow]
    after: str


class QueueCount(Answer):
    """How much waits: of one's own, and of what nobody knows of yet; *urgent* if an emergency is among that.

    Of one's own, *unopened* are those that nobody has opened yet.
    """

    mine: int
    new: int
    urgent: bool
    unopened: int


class NewRow(Answer):
    """What arrived and nobody knows of yet: from whom, which measure, when."""

    id: str
    peer: str
    measure: str
    came_at: str


class NewPage(Answer):
    """A page of what nobody knows of yet; *after* is the place after which the next one begins."""

    items: list[NewRow]
    after: str


class FigureSheet(Answer):
    """Counts of what came in between two moments."""

    since: str
    until: str
    requests: int
    rows: list[dict[str, Any]]


class FoundRow(Answer):
    """A case or a request that was found."""

    kind: Literal["case", "request"]
    ref: str
    case: str


class Found(Answer):
    """What a question finds, and as which identifiers it was read."""

    items: list[FoundRow]
    identifiers: list[dict[str, Any]]


class CheckRow(Answer):
    """One thing of the node that was looked at: whether it is in order, what was found, what to do."""

    name: str
    good: bool
    found: str
    advice: str


class LinkRow(Answer):
    """Two cases that share enough to be looked at, and what a person said of it."""

    id: str
    case_a: str
    case_b: str
    score: float
    state: str


class DrillRow(Answer):
    """A number that was tried: when, by whom, and who answered."""

    party: str
    at: str
    by: str
    number: str
    answered_by: str
    note: str


class DrillKept(Answer):
    """A number that was tried, when and by whom."""

    party: str
    at: str
    by: str
    number: str


class PeerHeld(Answer):
    """Whether messages to a peer are held back."""

    party: str
    paused: bool


class ItemRow(Answer):
    """An item of evidence: the hand that holds it, how many entries it has, what must be seen with it."""

    item: str
    case: str
    digest: str
    holder: dict[str, Any] | None
    entries: int
    use_limits: list[dict[str, Any]]
    notice: dict[str, Any] | None


class ItemRead(Answer):
    """An item with its whole chain of custody, checked against the log."""

    item: str
    whole: bool
    holder: dict[str, Any] | None
    faults: list[dict[str, Any]]
    bags: list[dict[str, Any]]
    entries: list[dict[str, Any]]


class ItemChecked(Answer):
    """What a verification of an item's newest bag found, layer by layer."""

    verdict: Literal["sound", "refused"]
    layers: list[dict[str, Any]]
    faults: list[dict[str, Any]]


class EntryKept(Answer):
    """An entry of custody that was made."""

    item: str
    number: int
    sha256: str


class ParcelRow(Answer):
    """Evidence handed over between two nodes."""

    hand_over: str
    direction: Literal["out", "in"]
    peer: str
    state: str
    sha256: str


class HandedOver(Answer):
    """A hand-over that is on offer; it is complete with the other party's signed acceptance alone."""

    hand_over: str
    note: str
    item: str
    to: str
    parcel: ParcelRow


class TakenOver(Answer):
    """What became of evidence that came: under which item it is here, or that it was refused."""

    hand_over: str
    item: str
    sender: str
    again: bool
    state: Literal["accepted", "refused"]


class DeliveryRow(Answer):
    """A delivery on a request of ours, and how far it has come."""

    delivery: str
    whole: bool
    exists: bool | None
    item: str
    files: list[dict[str, Any]]


class Wanted(Answer):
    """How many parts are fetched now."""

    parts: int


class ItemMade(Answer):
    """The item of evidence that a delivery became."""

    item: str


class PeerTried(Answer):
    """What the way to a peer was found to be, step by step."""

    party: str
    at: str
    good: bool
    steps: list[dict[str, Any]]


class Free(Answer):
    """A document of the law data: its fields are those that the commands print."""


Free.model_rebuild()
Record = dict[str, Any]
