"""Where cases and requests are kept, and the few queries on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from comity.store.engine import Unit
from comity.store.schema import Big, Json, UtcDateTime, append_only, metadata

from . import searching
from .dockettables import docket, settle
from .model import Answer, CaseFile, Deadline, Entry, Request
from .states import DRAFT, SEALED, WITHDRAWN

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
    sa.Index(None, "case"),
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
    query = sa.select(_requests).filter_by(**wanted).order_by(_requests.c.changed_at.desc(), _requests.c.id.desc())
    return [Request(**row) for row in unit.execute(query).mappings()]


def requests_of(
    unit: Unit, cases: Iterable[str], direction: str, states: Iterable[str] = (), *, since: datetime | None = None,
    most: int | None = None,
) -> list[Request]:  # fmt: skip
    """List the requests of some cases, in some states or in any, changed *since* then, the latest first; at most so many."""
    query = sa.select(_requests).where(_requests.c.direction == direction, _requests.c.case.in_(sorted(cases)))
    if wanted := sorted(states):
        query = query.where(_requests.c.state.in_(wanted))
    query = query.where(_requests.c.changed_at >= since) if since else query
    query = query.order_by(_requests.c.changed_at.desc(), _requests.c.id.desc()).limit(most)
    return [Request(**row) for row in unit.execute(query).mappings()]


def due_of(
    unit: Unit, cases: Iterable[str], direction: str, until: datetime, *, most: int | None = None
) -> list[tuple[Deadline, Request]]:
    """List the running clocks of some cases' requests that end before a moment, by date, each with its request."""
    query = sa.select(_clocks, *(one.label(f"request_{one.name}") for one in _requests.c)).join_from(_clocks, _requests)
    query = query.where(
        _clocks.c.open.is_(True), _clocks.c.due_at < until, _requests.c.direction == direction,
        _requests.c.case.in_(sorted(cases)),
    ).order_by(_clocks.c.due_at, _clocks.c.request).limit(most)  # fmt: skip
    found = []
    for row in unit.execute(query).mappings():
        clock = Deadline(**{one.name: row[one] for one in _clocks.c})
        found.append((clock, Request(**{one.name: row[f"request_{one.name}"] for one in _requests.c})))
    return found


def cases_named(unit: Unit, references: Iterable[str], *, after: str = "", most: int | None = None) -> list[CaseFile]:
    """List the cases among some references, by reference; at most so many, those that come *after* one."""
    query = sa.select(_cases).where(_cases.c.reference.in_(sorted(references))).order_by(_cases.c.reference)
    query = query.where(_cases.c.reference > after).limit(most)
    return [CaseFile(**row) for row in unit.execute(query).mappings()]


def requests_named(unit: Unit, ids: Iterable[str]) -> list[Request]:
    """List the requests of some ids."""
    query = sa.select(_requests).where(_requests.c.id.in_(sorted(ids)))
    return [Request(**row) for row in unit.execute(query).mappings()]


def arrived(unit: Unit, states: Iterable[str], cases: Iterable[str] | None = None) -> list[Request]:
    """List the requests that came in, in some states, of all cases or of those named `PEER:CASE`; the latest change first."""
    query = sa.select(_requests).where(_requests.c.direction == "in", _requests.c.state.in_(sorted(states)))
    if cases is not None:
        named = sorted(cases)
        query = query.where(
            _requests.c.case.in_(sorted({one.partition(":")[2] for one in named})),
            (_requests.c.peer + ":" + _requests.c.case).in_(named),
        )
    query = query.order_by(_requests.c.changed_at.desc(), _requests.c.id.desc())
    return [Request(**row) for row in unit.execute(query).mappings()]


def arrived_cases(unit: Unit, states: Iterable[str], but: sa.Select[Any]) -> list[str]:
    """Name the cases, as `PEER:CASE`, of which there are requests that came in, in some states; not those that *but* selects."""
    name = _requests.c.peer + ":" + _requests.c.case
    query = sa.select(name).distinct().where(_requests.c.direction == "in", _requests.c.state.in_(sorted(states)))
    return sorted(unit.scalars(query.where(name.not_in(but))))


def came(unit: Unit, ids: Iterable[str]) -> dict[str, datetime]:
    """Tell when requests came in, by their ids."""
    query = sa.select(_history.c.request, _history.c.at).where(_history.c.request.in_(sorted(ids)))
    query = query.where(_history.c.act == "receive").order_by(_history.c.number.desc())
    return {row.request: row.at for row in unit.execute(query)}


def next_due(unit: Unit, ids: Iterable[str]) -> dict[str, datetime]:
    """Tell what is due next of requests with running clocks, by their ids."""
    query = sa.select(_clocks.c.request, _clocks.c.due_at).where(_clocks.c.request.in_(sorted(ids)))
    query = query.where(_clocks.c.open.is_(True)).order_by(_clocks.c.due_at.desc())
    return {row.request: row.due_at for row in unit.execute(query)}


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


def naming(unit: Unit, package: str) -> list[Request]:
    """List the requests that name a package as one that they are related to."""
    query = sa.select(_requests).join_from(_related, _requests).where(_related.c.package == package)
    return [Request(**row) for row in unit.execute(query.order_by(_requests.c.id)).mappings()]


def late(unit: Unit, kind: str, now: datetime, **wanted: str) -> list[Request]:
    """List the requests with the *wanted* values that have a clock of a kind that ended, running or stopped."""
    ended = sa.exists().where(_clocks.c.request == _requests.c.id, _clocks.c.kind == kind, _clocks.c.due_at < now)
    return _by_id(unit, sa.select(_requests).filter_by(**wanted).where(ended))


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
    if entry.act == "receive":
        settle(unit, entry.request)


def history_of(unit: Unit, request: str) -> list[Entry]:
    """Read a request's history in order."""
    columns = [c for c in _history.c if c.name != "number"]
    query = sa.select(*columns).where(_history.c.request == request).order_by(_history.c.number)
    return [Entry(**row) for row in unit.execute(query).mappings()]


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


def answers_among(unit: Unit, ids: Iterable[str]) -> dict[str, list[Answer]]:
    """List the receipts of some requests, by request, in the order in which they were given."""
    query = sa.select(_answers).where(_answers.c.request.in_(sorted(ids)))
    found: dict[str, list[Answer]] = {}
    for row in unit.execute(query.order_by(_answers.c.at, _answers.c.signed, _answers.c.id)).mappings():
        found.setdefault(row["request"], []).append(Answer(**row))
    return found


def add_gate_record(unit: Unit, request: str, at: datetime, document: Mapping[str, Any]) -> None:
    """Keep what was answered to the safeguards questions before a request is executed; earlier records stay."""
    unit.execute(sa.insert(_gate_records).values(request=request, at=at, document=dict(document)))


def gate_record_of(unit: Unit, request: str) -> dict[str, Any]:
    """Give the latest record of a request; empty if there is none."""
    query = sa.select(_gate_records.c.document).where(_gate_records.c.request == request)
    found: dict[str, Any] | None = unit.execute(query.order_by(_gate_records.c.number.desc()).limit(1)).scalar()
    return dict(found or {})


def _by_id(unit: Unit, query: sa.Select[Any]) -> list[Request]:
    """List by id, sorted here: asked for in that order, an engine may walk the whole table to spare itself the sorting."""
    return sorted((Request(**row) for row in unit.execute(query).mappings()), key=lambda one: one.id)


def _relate(unit: Unit, request: Request) -> None:
    named = sorted({str(row["package"]) for row in request.document.get("related", [])})
    if named:
        unit.execute(sa.insert(_related), [{"request": request.id, "package": one} for one in named])
