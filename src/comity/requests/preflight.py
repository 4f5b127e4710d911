"""The preflight: every missing or doubtful item of a request, with field, reason, remedy and source.

Each rule asks one question and finds what it finds; the request can be sealed and released when no finding blocks. The
rules ask for completeness on the form's own account. Law that was not compared with its certified text is shown as a
lead; it never decides, and nothing here says that a request is lawful, only that it is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from comity.directory.model import Party
from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import normalise
from comity.kernel.clock import moment, stamp
from comity.kernel.errors import BadInput
from comity.law.errors import NoSuchLaw
from comity.law.library import Library
from comity.packages.sealing import request_shape
from comity.packages.translation import translation_faults

from . import choosing, minimums
from .bases import OTHER, judge, question
from .model import DOUBTFUL, MISSING, WRONG, Finding, Request
from .safeguards import FORM, find
from .vocabulary import complete, measure, needs_period

HINTS = ("chain", "platform", "port", "since", "until")
LONG_SECRECY = timedelta(days=366)


@dataclass(frozen=True)
class Setting:
    """What the rules look at: the request so far, sender, addressee, the requests it relates to, and the time.

    *preserved* are those related packages of which the receiver said until when data are preserved, each with that time;
    *begun* are those that it accepted, each with when. *known* finds a party in the directory.
    """

    document: Mapping[str, Any]
    sender: Party
    addressee: Party | None
    related: Mapping[str, Request]
    preserved: Mapping[str, datetime]
    now: datetime
    law: Callable[[], Library]
    begun: Mapping[str, datetime] = field(default_factory=dict)
    known: Callable[[str], Party | None] = lambda _party: None


Rule = Callable[[Setting], Iterator[Finding]]


def check(setting: Setting) -> list[Finding]:
    """Apply every rule; blocking findings come first."""
    found = [finding for rule in RULES for finding in rule(setting)]
    return sorted(found, key=lambda finding: not finding.blocks)


def well_formed(s: Setting) -> Iterator[Finding]:
    """Does the request have every field that a package needs, each in its form?"""
    for fault in request_shape().faults(s.document):
        level = MISSING if fault.message.startswith("got nothing") else WRONG
        yield Finding(level, fault.path, fault.message, "Give the field in the form expected.", FORM)


def kinds(s: Setting) -> Iterator[Finding]:
    """Does a request for mutual legal assistance say which kinds of data it asks for, and no other one so?"""
    known, asked = measure(s.document["measure"]).get("data"), s.document.get("data")
    if known and not asked:
        yield Finding(MISSING, "data", "no kind of data is named", f"Name some of: {', '.join(known)}.", FORM)
    elif asked and not known:
        reason = f"{s.document['measure']} says itself which data it asks for"
        yield Finding(WRONG, "data", reason, "Leave it out.", FORM)


def items(s: Setting) -> Iterator[Finding]:
    """Does it state every item that a request of this kind states? (hanoi-convention: cooperation.request_types)."""
    rules = complete(s.document["measure"])
    stated = {item.get("id") for item in s.document.get("contents", []) if isinstance(item, dict)}
    source = f"{FORM}; lead: Hanoi Convention Art. {rules['article']}"
    for item in rules["items"]:
        if item["id"] in stated:
            continue
        always = item["need"].startswith("always")
        reason = f"{item['text']}: not stated ({item['need']})"
        level = MISSING if always else DOUBTFUL
        yield Finding(level, f"contents.{item['id']}", reason, item["remedy"], source, rules["verified"])


def basis(s: Setting) -> Iterator[Finding]:
    """Does it name a basis that can be named today?"""
    given = s.document.get("basis")
    if not isinstance(given, dict):
        return
    if given.get("kind") == "treaty":
        for field in ("instrument", "article"):
            if not given.get(field):
                yield Finding(MISSING, f"basis.{field}", f"a treaty basis without {field}", f"Name the {field}.", FORM)
    if s.addressee and (given.get("candidate") or given.get("instrument")):
        yield from _judged(s, given)
    if given.get("kind") == "domestic_order" and not s.document.get("attachments"):
        remedy = "Attach the order, or say in the reasons why none exists."
        yield Finding(DOUBTFUL, "attachments", "an order is named and not attached", remedy, FORM)


def _judged(s: Setting, given: Mapping[str, Any]) -> list[Finding]:
    asked = question(s.document, s.addressee, s.now.date())
    try:
        if given.get("candidate"):
            return list(choosing.judge(asked, s.law(), s.document))
        return list(judge(asked, s.law(), given["instrument"]))
    except NoSuchLaw as e:
        return [Finding(WRONG, "basis", e.message, OTHER, "law data")]


def targets(s: Setting) -> Iterator[Finding]:
    """Is every target an identifier that the addressee can look up?"""
    dated = needs_period(s.document)
    for i, target in enumerate(s.document.get("targets", [])):
        at = f"targets[{i}]"
        try:
            hints = {name: target[name] for name in HINTS if name in target}
            found = normalise(target["kind"], target["value"], **hints)
        except InvalidIdentifier as e:
            yield Finding(WRONG, f"{at}.{e.field or 'value'}", e.message, e.advice, FORM)
            continue
        except (KeyError, TypeError):
            continue
        if found.value != target["value"]:
            yield Finding(WRONG, f"{at}.value", f"not in normal form: {found.value}", "Use the normal form.", FORM)
        for doubt in found.doubts:
            yield Finding(DOUBTFUL, at, doubt, "Check it, or add what is missing.", FORM)
        if dated and not (target.get("since") and target.get("until")):
            reason = "no span of time for traffic or content data"
            yield Finding(MISSING, f"{at}.since", reason, "Give since and until in UTC.", FORM)


def addressee(s: Setting) -> Iterator[Finding]:
    """Does the addressee take such a request, such identifiers, in such a language?"""
    to = s.addressee
    if to is None:
        yield Finding(WRONG, "to.party", "not in the directory", "Look the party up: comity directory list.", FORM)
        return
    if to.id == s.sender.id:
        yield Finding(WRONG, "to.party", "the sender itself", "Name another party.", FORM)
    if to.accepts_measures and s.document["measure"] not in to.accepts_measures:
        reason = f"{to.id} takes only: {', '.join(to.accepts_measures)}"
        yield Finding(WRONG, "measure", reason, "Ask for a measure it takes, or ask another party.", "directory")
    for i, target in enumerate(s.document.get("targets", [])):
        kind = target.get("kind") if isinstance(target, dict) else None
        if to.accepts_identifiers and kind not in to.accepts_identifiers:
            reason = f"{to.id} looks up only: {', '.join(to.accepts_identifiers)}"
            yield Finding(WRONG, f"targets[{i}].kind", reason, "Use an identifier it looks up.", "directory")
    translated = s.document.get("translation")
    written = {s.document.get("language"), translated.get("language") if isinstance(translated, dict) else None}
    if not written & set(to.languages):
        reason = f"{to.id} reads: {', '.join(to.languages)}"
        yield Finding(WRONG, "language", reason, "Write the request in one of these.", "directory")


def secrecy(s: Setting) -> Iterator[Finding]:
    """Does a demand for secrecy end not too far away? That it ends at all is asked by the safeguards gate."""
    until = s.document.get("secrecy", {}).get("until", "")
    try:
        end = moment(f"{until}T00:00:00Z") if until else None
    except BadInput:
        return
    if end and end > s.now + LONG_SECRECY:
        yield Finding(
            DOUBTFUL, "secrecy.until", "secrecy for more than a year", "Shorten it; it can be asked again.", FORM
        )


def reply(s: Setting) -> Iterator[Finding]:
    """Is the time asked for an answer still to come?"""
    by = s.document.get("reply", {}).get("by")
    try:
        late = by is not None and moment(str(by)) <= s.now
    except BadInput:
        return
    if late:
        yield Finding(WRONG, "reply.by", f"{by} is past", "Give a time to come, with the reason for it.", FORM)


def safeguards(s: Setting) -> Iterator[Finding]:
    """Has a named person answered the questions that this measure asks, and does a demand for secrecy end?"""
    yield from find(s.law(), s.document, s.now.date())


def translation(s: Setting) -> Iterator[Finding]:
    """Does a translation translate texts that are in the request, each once, into another language?"""
    if s.document.get("translation") and not request_shape().faults(s.document):
        for fault in translation_faults(s.document, request_shape()):
            remedy = "Translate the request as it is now: a text that moved has another place."
            yield Finding(WRONG, fault.path, fault.message, remedy, FORM)


def earlier(s: Setting) -> Iterator[Finding]:
    """Does an extension name an accepted preservation that still runs?"""
    wanted = measure(s.document["measure"]).get("related")
    if wanted is None:
        return
    named = [row for row in s.document.get("related", []) if row.get("relation") == wanted]
    before = [s.related[row["package"]] for row in named if row["package"] in s.related]
    if not before:
        remedy = "Draft it with: comity request extend REQUEST."
        yield Finding(MISSING, "related", "no earlier preservation of this node is named", remedy, FORM)
    elif before[0].state != "accepted":
        reason = f"{before[0].reference} is {before[0].state}, not accepted"
        yield Finding(WRONG, "related", reason, "Extend a preservation that was accepted.", FORM)
    elif not measure(before[0].measure).get("accepted_needs"):
        reason = f"{before[0].reference} asked for {before[0].measure}, not for preservation"
        yield Finding(WRONG, "related", reason, "Extend a preservation.", FORM)
    elif before[0].peer != s.document["to"]["party"]:
        reason = f"{before[0].reference} was sent to {before[0].peer}"
        yield Finding(WRONG, "to.party", reason, "Ask the party that preserves the data.", FORM)
    elif (end := s.preserved.get(before[0].package)) and end <= s.now:
        reason = f"the preservation of {before[0].reference} ran out at {stamp(end)}; the data may be gone"
        yield Finding(DOUBTFUL, "related", reason, "Call the addressee; ask for preservation anew.", FORM)


def preserved(s: Setting) -> Iterator[Finding]:
    """Do the data that an earlier request preserves stay until the answer is asked for?"""
    try:
        asked = moment(str(s.document["reply"]["by"]))
    except (KeyError, TypeError, BadInput):
        asked = s.now
    for i, row in enumerate(s.document.get("related", [])):
        if row.get("relation") != "follows" or row.get("package") not in s.related:
            continue
        before, end, said = s.related[row["package"]], s.preserved.get(row["package"]), row.get("preserved_until")
        if measure(before.measure).get("accepted_needs") and end is None and before.state != "accepted":
            reason = f"{before.reference} is {before.state}: nobody said that the data are preserved"
            yield Finding(DOUBTFUL, f"related[{i}]", reason, "Call the addressee of the preservation.", FORM)
        elif end and end <= asked:
            reason = f"the preservation of {before.reference} runs out at {stamp(end)}, before an answer is asked for"
            yield Finding(
                DOUBTFUL, f"related[{i}]", reason, f"Extend it: comity request extend {before.reference}.", FORM
            )
        if said and end and said != stamp(end):
            reason = f"the request says that data are preserved until {said}, the receiver last said {stamp(end)}"
            level = WRONG if str(said) > stamp(end) else DOUBTFUL
            yield Finding(level, f"related[{i}].preserved_until", reason, "State what was said last.", FORM)


def minimum(s: Setting) -> Iterator[Finding]:
    """Does a preservation that is named last as long as its instrument has data preserved at the least?"""
    for i, row in enumerate(s.document.get("related", [])):
        package = row.get("package")
        before, end, begun = s.related.get(package), s.preserved.get(package), s.begun.get(package)
        if not (before and end and begun and before.document.get("basis")):
            continue
        try:
            limits = list(minimums.least(before.document, s.known(before.peer), s.law(), begun))
        except NoSuchLaw:
            continue
        for until, clock in limits:
            if end.date() < until:
                line = clock.line
                reason = f"the preservation of {before.reference} ends at {stamp(end)}, before {until}: {line.text}"
                remedy = f"Call the addressee, and extend it: comity request extend {before.reference}."
                source = f"{line.article}; {line.source}"
                yield Finding(DOUBTFUL, f"related[{i}]", reason, remedy, source, not line.lead)


def people(s: Setting) -> Iterator[Finding]:
    """Does the sender have the people that must sign?"""
    roles = ["draft", "release", *(["emergency"] if s.document["measure"] == "disclose_emergency" else [])]
    for role in roles:
        if not s.sender.able(role, s.now):
            reason = f"nobody at {s.sender.id} may {role} now"
            yield Finding(MISSING, f"from.{role}", reason, "Enrol a key with this role in the directory.", "directory")


RULES: tuple[Rule, ...] = (
    well_formed, kinds, items, basis, targets, addressee, secrecy, reply, safeguards, translation, earlier, preserved,
    minimum, people,
)  # fmt: skip
