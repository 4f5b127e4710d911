"""Where cases and requests are kept, and the few queries on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from comity.store.engine import Unit
from comity.store.schema import Big, Json, UtcDateTime, append_only, metadata

from . import searching
from .dockettables import BEGUN, docket, settle
from .model import Answer, CaseFile, Deadline, Entry, Request
from .states import DRAFT, REFUSED, SEALED, WITHDRAWN

OPENED = ("open", "take up", "received", "legal review", "propose a refusal", "call back")
_cases = sa.Table(
    "case_file",
    metadata,
    sa.Column("reference", sa.Text, primary_key=True),
    sa.Column("document", Json, nullable=False),
    sa.Column("imported_at", UtcDateTime, nullable=False),
)
_requests = sa.Table(
    "request",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("direction", sa.Text, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("case", sa.Text, nullable=False),
    sa.Column("peer", sa.Text, nullable=False),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("document", Json, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("package", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("envelope", sa.Text, nullable=False),
    sa.UniqueConstraint("direction", "peer", "reference"),
    sa.Index(None, "package"),
    sa.Index(None, "reference"),
    sa.Index(None, "measure"),
    sa.Index(None, "case", "direction", "state", "changed_at", "id"),
    sa.Index(None, "direction", "state", "peer", "case"),
)
_related = sa.Table(
    "request_related",
    metadata,
    sa.Column("request", sa.Text, sa.ForeignKey("request.id"), primary_key=True),
    sa.Column("package", sa.Text, primary_key=True),
    sa.Index(None, "package"),
)
_clocks = sa.Table(
    "request_clock",
    metadata,
    sa.Column("request", sa.Text, sa.ForeignKey("request.id"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Index(None, "open", "due_at"),
)
_history = append_only(
    sa.Table(
        "request_history",
        metadata,
        sa.Column("number", Big, primary_key=True, autoincrement=True),
        sa.Column("request", sa.Text, sa.ForeignKey("request.id"), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Index(None, "request"),
    )
)
_answers = append_only(
    sa.Table(
        "receipt",
        metadata,
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("request", sa.Text, sa.ForeignKey("request.id"), nullable=False),
        sa.Column("package", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("signed", sa.Boolean, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("preserved_until", sa.Text, nullable=False),
        sa.Column("reply_by", sa.Text, nullable=False),
        sa.Column("raw", sa.Text, nullable=False),
        sa.Index(None, "request"),
    )
)
_gate_records = append_only(
    sa.Table(
        "gate_record",
        metadata,
        sa.Column("number", Big, primary_key=True, autoincrement=True),
        sa.Column("request", sa.Text, sa.ForeignKey("request.id"), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Index(None, "request"),
    )
)

_BRIEF = [c for c in _requests.c if c.name != "document"]
Cases = Iterable[str] | sa.Select[Any]  # by their references, or what another room selects


def add_case(unit: Unit, case: CaseFile) -> None:
    """Keep a new case."""
    unit.execute(
        sa.insert(_cases).values(reference=case.reference, document=case.document, imported_at=case.imported_at)
    )
    searching.keep(unit, case)


def change_case(unit: Unit, case: CaseFile) -> None:
    """Keep a case's newer file."""
    rows = {"document": case.document, "imported_at": case.imported_at}
    searching.keep(unit, case, find_case(unit, case.reference))
    unit.execute(sa.update(_cases).where(_cases.c.reference == case.reference).values(**rows))


def find_case(unit: Unit, reference: str) -> CaseFile | None:
    """Find a case by its reference."""
    row = unit.execute(sa.select(_cases).where(_cases.c.reference == reference)).mappings().one_or_none()
    return CaseFile(**row) if row else None


def all_cases(unit: Unit) -> list[CaseFile]:
    """List all cases by reference."""
    return [CaseFile(**row) for row in unit.execute(sa.select(_cases).order_by(_cases.c.reference)).mappings()]


def add_request(unit: Unit, request: Request) -> None:
    """Keep a new request."""
    unit.execute(sa.insert(_requests).values(**vars(request)))
    _relate(unit, request)
    searching.keep(unit, request)
    settle(unit, request.id)


def change_request(unit: Unit, request: Request) -> None:
    """Keep a request's new state."""
    former = next(iter(find_requests(unit, id=request.id)), None)
    searching.keep(unit, request, former)
    unit.execute(sa.update(_requests).where(_requests.c.id == request.id).values(**vars(request)))
    if former is None or former.document.get("related") != request.document.get("related"):
        unit.execute(sa.delete(_related).where(_related.c.request == request.id))
        _relate(unit, request)
    settle(unit, request.id)


def find_requests(unit: Unit, **wanted: str) -> list[Request]:
    """List requests whose columns have the *wanted* values, the latest change first."""
    return _found(unit, sa.select(_requests), wanted)


def find_brief(unit: Unit, **wanted: str) -> list[Request]:
    """List such requests without their documents."""
    return _found(unit, sa.select(*_BRIEF), wanted)


def requests_of(
    unit: Unit, cases: Cases, direction: str, states: Iterable[str] = (), *, since: datetime | None = None,
    most: int | None = None, brief: bool = False,
) -> list[Request]:  # fmt: skip
    """List the requests of some cases, in some states or in any, changed *since* then, the latest first; at most so many.

    *brief* ones are without their documents. Which they are is found in an index alone, and only they are read.
    """
    c, latest = _requests.c, (_requests.c.changed_at.desc(), _requests.c.id.desc())
    found = sa.select(c.id).where(c.direction == direction, _in(c.case, cases))
    if wanted := sorted(states):
        found = found.where(c.state.in_(wanted))
    found = found.where(c.changed_at >= since) if since else found
    found = found.order_by(*latest).limit(most) if most is not None else found
    query = sa.select(*(_BRIEF if brief else c)).where(c.id.in_(found)).order_by(*latest)
    return [_request(row) for row in unit.execute(query).mappings()]


def listed(
    unit: Unit, cases: Cases, direction: str, *, state: str = "", skip: int = 0, limit: int
) -> tuple[list[Request], int]:
    """List a piece of the requests of some cases, named as need-to-know does, the latest change first, and count all of them.

    They are without their documents.
    """
    d = docket.c
    here = [d.direction == direction, _in(d.case, cases), *([d.state == state] if state else [])]
    found = sa.select(d.request).where(*here).order_by(d.changed_at.desc(), d.request.desc()).offset(skip).limit(limit)
    query = sa.select(*_BRIEF).where(_requests.c.id.in_(found))
    rows = unit.execute(query.order_by(_requests.c.changed_at.desc(), _requests.c.id.desc())).mappings()
    return [_request(row) for row in rows], unit.scalar(sa.select(sa.func.count()).where(*here)) or 0


def latest_of(unit: Unit, cases: Cases, direction: str, most: int) -> dict[str, tuple[list[Request], int]]:
    """Give the latest requests of each of some cases, at most so many, without their documents, and how many there are."""
    c = _requests.c
    number = sa.func.row_number().over(partition_by=c.case, order_by=(c.changed_at.desc(), c.id.desc()))
    total = sa.func.count().over(partition_by=c.case)
    ranked = sa.select(c.id, number.label("number"), total.label("total"))
    one = ranked.where(c.direction == direction, _in(c.case, cases)).cte("ranked").c
    query = sa.select(*_BRIEF, one.total).where(c.id == one.id, one.number <= most).order_by(c.case, one.number)
    found: dict[str, tuple[list[Request], int]] = {}
    for row in unit.execute(query).mappings():
        values = dict(row)
        total_of = values.pop("total")
        found.setdefault(row["case"], ([], total_of))[0].append(_request(values))
    return found


def due_of(
    unit: Unit, cases: Cases, direction: str, until: datetime, *, most: int | None = None
) -> list[tuple[Deadline, Request]]:
    """List the running clocks of some cases' requests that end before a moment, by date, each with its request; without documents."""
    d = docket.c  # what is due next of each request is in the docket: the first clocks are of the first requests
    first = sa.select(d.request).where(d.direction == direction, d.due_at < until, _in(d.case, cases))
    first = first.order_by(d.due_at, d.request).limit(most) if most is not None else first
    query = sa.select(_clocks).where(
        _clocks.c.open.is_(True), _clocks.c.due_at < until, _clocks.c.request.in_(first)
    ).order_by(_clocks.c.due_at, _clocks.c.request, _clocks.c.kind).limit(most)  # fmt: skip
    clocks = [Deadline(**row) for row in unit.execute(query).mappings()]
    wanted = sa.select(*_BRIEF).where(_requests.c.id.in_({clock.request for clock in clocks}))
    requests = {row["id"]: _request(row) for row in unit.execute(wanted).mappings()}
    return [(clock, requests[clock.request]) for clock in clocks]


def named_by(unit: Unit, ids: Iterable[str]) -> set[str]:
    """Name the packages that some requests say they are related to."""
    return set(unit.scalars(sa.select(_related.c.package).where(_related.c.request.in_(sorted(ids)))))


def done_by(unit: Unit, ids: Iterable[str], acts: Iterable[str]) -> dict[str, set[str]]:
    """Tell who did one of some acts on some requests, by request, as far as they said who they are."""
    c = _history.c
    query = sa.select(c.request, c.who).where(c.request.in_(sorted(ids)), c.act.in_(sorted(acts)), c.who != "")
    found: dict[str, set[str]] = {}
    for request, who in unit.execute(query):
        found.setdefault(request, set()).add(who)
    return found


def opened(unit: Unit, ids: Iterable[str]) -> set[str]:
    """Pick those of some requests that came in which somebody opened, took up or did something about."""
    c = _history.c
    return set(unit.scalars(sa.select(c.request).where(c.request.in_(sorted(ids)), c.act.in_(OPENED)).distinct()))


def unopened(request: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Say in SQL that nobody opened a request that came in, took it up or did something about it."""
    return ~sa.select(_history.c.number).where(_history.c.request == request, _history.c.act.in_(OPENED)).exists()


def cases_named(unit: Unit, references: Cases, *, after: str = "", most: int | None = None) -> list[CaseFile]:
    """List the cases among some references, by reference; at most so many, those that come *after* one."""
    query = sa.select(_cases).where(_in(_cases.c.reference, references)).order_by(_cases.c.reference)
    query = query.where(_cases.c.reference > after).limit(most)
    return [CaseFile(**row) for row in unit.execute(query).mappings()]


def requests_named(unit: Unit, ids: Iterable[str]) -> list[Request]:
    """List the requests of some ids."""
    query = sa.select(_requests).where(_requests.c.id.in_(sorted(ids)))
    return [Request(**row) for row in unit.execute(query).mappings()]


def acted(unit: Unit, ids: Iterable[str], act: str) -> dict[str, datetime]:
    """Tell when an act was first done on some requests, by their ids."""
    query = sa.select(_history.c.request, _history.c.at).where(_history.c.request.in_(sorted(ids)))
    query = query.where(_history.c.act == act).order_by(_history.c.number.desc())
    return {row.request: row.at for row in unit.execute(query)}


def clocks_among(unit: Unit, ids: Iterable[str]) -> dict[str, dict[str, Deadline]]:
    """Give the clocks of some requests, by request and kind."""
    found: dict[str, dict[str, Deadline]] = {}
    for row in unit.execute(sa.select(_clocks).where(_clocks.c.request.in_(sorted(ids)))).mappings():
        found.setdefault(row["request"], {})[row["kind"]] = Deadline(**row)
    return found


def followed(unit: Unit, ids: Iterable[str], measure: str) -> set[str]:
    """Pick those of some requests of a *measure* that a request of another one follows, as `unfollowed` understands it."""
    query = sa.select(_requests.c.id).where(_requests.c.id.in_(sorted(ids)), _followed(measure))
    return set(unit.scalars(query))


def unfollowed(unit: Unit, kind: str, now: datetime, *, measure: str, direction: str) -> list[tuple[str, str]]:
    """List the requests of a *measure* that stand, whose clock of a kind ended and which no request of another one follows.

    A request follows that names its package, goes between the same two parties, was released, and was not withdrawn. Each is given by
    peer and reference, sorted by its id.
    """
    c = _requests.c
    ended = sa.exists().where(_clocks.c.request == c.id, _clocks.c.kind == kind, _clocks.c.due_at < now)
    query = sa.select(c.id, c.peer, c.reference).where(
        c.measure == measure, c.direction == direction, c.state.not_in([REFUSED, WITHDRAWN]), ended, ~_followed(measure)
    )
    return [(peer, reference) for _, peer, reference in sorted(tuple(row) for row in unit.execute(query))]


def _followed(measure: str) -> sa.ColumnElement[bool]:
    first, other = _requests.c, _requests.alias("other")
    return sa.exists().where(
        _related.c.package == first.package, other.c.id == _related.c.request, other.c.direction == first.direction,
        other.c.peer == first.peer, other.c.measure != measure, other.c.state.not_in([DRAFT, SEALED, WITHDRAWN]),
    ).correlate(_requests)  # fmt: skip


def running(unit: Unit, measure: str, kinds: Iterable[str]) -> list[Request]:
    """List the requests of a measure that are out or came in and on which not each of the *kinds* of clock was stopped."""
    wanted = list(kinds)
    stopped = sa.select(sa.func.count()).where(
        _clocks.c.request == _requests.c.id, _clocks.c.kind.in_(wanted), _clocks.c.open.is_(False)
    )
    query = sa.select(_requests).where(
        _requests.c.measure == measure,
        _requests.c.state.not_in([DRAFT, SEALED, WITHDRAWN]),
        stopped.scalar_subquery() < len(wanted),
    )
    return _by_id(unit, query)


def known_files(unit: Unit) -> set[str]:
    """Name every kept file that a request refers to."""
    return {str(row.file) for row in unit.execute(sa.select(_requests.c.file).where(_requests.c.file != ""))}


def count_references(unit: Unit, prefix: str) -> int:
    """Count outgoing requests whose reference begins with *prefix*."""
    query = sa.select(sa.func.count()).select_from(_requests)
    query = query.where(_requests.c.direction == "out", _requests.c.reference.startswith(prefix, autoescape=True))
    return int(unit.execute(query).scalar_one())


def exercises(unit: Unit, ids: Iterable[str]) -> set[str]:
    """Pick those of some requests that are exercises."""
    marked = _requests.c.document["exercise"].as_boolean()
    return set(unit.scalars(sa.select(_requests.c.id).where(_requests.c.id.in_(sorted(ids)), marked.is_(True))))


def linked(unit: Unit, request: Request) -> list[tuple[Request, str, bool]]:
    """Give the requests to which one belongs, each with the relation: those that it names, then, as *later*, those that name it.

    They go the same way, and those that came in are of the same sender.
    """
    same = {"direction": request.direction} | ({"peer": request.peer} if request.direction == "in" else {})
    named = {str(row["package"]): str(row["relation"]) for row in request.document.get("related", [])}
    query = sa.select(_requests).filter_by(**same).order_by(_requests.c.id)
    before = [Request(**row) for row in unit.execute(query.where(_requests.c.package.in_(named))).mappings()]
    found = [(one, named[one.package], False) for one in before]
    if not request.package:
        return found
    query = query.where(_requests.c.id == _related.c.request, _related.c.package == request.package)
    for one in (Request(**row) for row in unit.execute(query).mappings()):
        relations = [str(row["relation"]) for row in one.document["related"] if row["package"] == request.package]
        found.append((one, relations[0], True))
    return found


def put_clocks(unit: Unit, request: str, clocks: Iterable[Deadline], *, instead: Iterable[str] = ()) -> None:
    """Start clocks of a request, or set them anew; those of the kinds *instead* that are not among them go."""
    new = list(clocks)
    kinds = {clock.kind for clock in new} | set(instead)
    unit.execute(sa.delete(_clocks).where((_clocks.c.request == request) & _clocks.c.kind.in_(sorted(kinds))))
    if new:
        unit.execute(sa.insert(_clocks), [vars(clock) for clock in new])
    settle(unit, request)


def stop_clocks(unit: Unit, request: str, kinds: Iterable[str]) -> None:
    """Stop clocks of a request; their dates stay to be read."""
    here = (_clocks.c.request == request) & _clocks.c.kind.in_(list(kinds))
    unit.execute(sa.update(_clocks).where(here).values(open=False))
    settle(unit, request)


def clocks_of(unit: Unit, request: str) -> list[Deadline]:
    """List a request's clocks by date."""
    query = sa.select(_clocks).where(_clocks.c.request == request).order_by(_clocks.c.due_at)
    return [Deadline(**row) for row in unit.execute(query).mappings()]


def open_clocks(unit: Unit) -> list[tuple[Deadline, Request]]:
    """List all running clocks by date, each with its request."""
    query = sa.select(_clocks).where(_clocks.c.open.is_(True)).order_by(_clocks.c.due_at, _clocks.c.request)
    clocks = [Deadline(**row) for row in unit.execute(query).mappings()]
    wanted = sa.select(_requests).where(
        _requests.c.id.in_(sa.select(_clocks.c.request).where(_clocks.c.open.is_(True)))
    )
    requests = {row["id"]: Request(**row) for row in unit.execute(wanted).mappings()}
    return [(clock, requests[clock.request]) for clock in clocks]


def add_entry(unit: Unit, entry: Entry) -> None:
    """Write a line of history."""
    unit.execute(sa.insert(_history).values(**vars(entry)))
    if entry.act in BEGUN:
        settle(unit, entry.request)


def history_of(unit: Unit, request: str) -> list[Entry]:
    """Read a request's history in order."""
    columns = [c for c in _history.c if c.name != "number"]
    query = sa.select(*columns).where(_history.c.request == request).order_by(_history.c.number)
    return [Entry(**row) for row in unit.execute(query).mappings()]


def trail_of(unit: Unit, ids: Iterable[str], most: int) -> list[Entry]:
    """Read what was last done to some requests, the newest first; at most so many lines."""
    columns = [c for c in _history.c if c.name != "number"]
    query = sa.select(*columns).where(_history.c.request.in_(sorted(ids))).order_by(_history.c.number.desc())
    return [Entry(**row) for row in unit.execute(query.limit(most)).mappings()]


def add_answer(unit: Unit, answer: Answer) -> None:
    """Keep a receipt."""
    unit.execute(sa.insert(_answers).values(**vars(answer)))
    settle(unit, answer.request)


def find_answer(unit: Unit, answer_id: str) -> Answer | None:
    """Find a receipt by its id."""
    row: Any = unit.execute(sa.select(_answers).where(_answers.c.id == answer_id)).mappings().one_or_none()
    return Answer(**row) if row else None


def answers_of(unit: Unit, request: str) -> list[Answer]:
    """List a request's receipts in the order in which they were given."""
    query = (
        sa.select(_answers)
        .where(_answers.c.request == request)
        .order_by(_answers.c.at, _answers.c.signed, _answers.c.id)
    )
    return [Answer(**row) for row in unit.execute(query).mappings()]


def add_gate_record(unit: Unit, request: str, at: datetime, document: Mapping[str, Any]) -> None:
    """Keep what was answered to the safeguards questions before a request is executed; earlier records stay."""
    unit.execute(sa.insert(_gate_records).values(request=request, at=at, document=dict(document)))


def gate_record_of(unit: Unit, request: str) -> dict[str, Any]:
    """Give the latest record of a request; empty if there is none."""
    query = sa.select(_gate_records.c.document).where(_gate_records.c.request == request)
    found: dict[str, Any] | None = unit.execute(query.order_by(_gate_records.c.number.desc()).limit(1)).scalar()
    return dict(found or {})


def _found(unit: Unit, query: sa.Select[Any], wanted: Mapping[str, str]) -> list[Request]:
    c = _requests.c
    query = query.where(*(c[name] == value for name, value in wanted.items()))
    return [_request(row) for row in unit.execute(query.order_by(c.changed_at.desc(), c.id.desc())).mappings()]


def _in(column: sa.Column[Any], wanted: Cases) -> sa.ColumnElement[bool]:
    return column.in_(wanted if isinstance(wanted, sa.Select) else sorted(wanted))


def _request(row: Mapping[Any, Any]) -> Request:
    return Request(**{"document": {}, **row})


def _by_id(unit: Unit, query: sa.Select[Any]) -> list[Request]:
    """List by id, sorted here: asked for in that order, an engine may walk the whole table to spare itself the sorting."""
    return sorted((Request(**row) for row in unit.execute(query).mappings()), key=lambda one: one.id)


def _relate(unit: Unit, request: Request) -> None:
    named = sorted({str(row["package"]) for row in request.document.get("related", [])})
    if named:
        unit.execute(sa.insert(_related), [{"request": request.id, "package": one} for one in named])
