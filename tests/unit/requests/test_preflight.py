"""Each rule of the preflight finds what it is there for, and is silent otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.directory import START, World, build_directory
from builders.packages import Maker
from builders.requests import SHAPE, requests_from
from builders.trials import tries
from builders.world import GATES, SHEET
from comity.kernel.clock import stamp
from comity.law.gate import Stage, rules
from comity.law.library import load
from comity.requests import minimums, preflight, safeguards
from comity.requests.model import Finding, Request
from comity.requests.preflight import RULES, Setting, check
from comity.requests.vocabulary import complete

MEASURES = ["preserve", "disclose_subscriber", "disclose_traffic", "disclose_content", "disclose_emergency"]
TARGET = {
    "kind": "wallet",
    "value": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "chain": "eip155:1",
    "since": "2026-11-20T00:00:00Z",
    "until": "2026-11-21T00:00:00Z",
    "relation": "r",
}
DIGEST = "7" * 64
Look = Callable[..., list[Finding]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world in which VN.a05 asks SG.orchid, to be read alone."""
    return build_directory(tmp_path_factory.mktemp("world"))


def document(world: World, measure: str = "preserve", **changes: Any) -> dict[str, Any]:
    """A complete request; *changes* replace whole fields, None takes one out."""
    sheet = {name: value for name, value in SHEET.items() if name not in ("format", "contents")}
    sheet["safeguards"] = [row | {"on": START.date().isoformat()} for row in SHEET["safeguards"]]
    contents = [{"id": "authority", "text": "A05"}, *({"id": k, "text": v} for k, v in SHEET["contents"].items())]
    made = Maker(world, world.folder).request(measure=measure, contents=contents, targets=[TARGET], **sheet) | changes
    return {name: value for name, value in made.items() if value is not None}


def setting(world: World, request: Mapping[str, Any], **more: Any) -> Setting:
    """What the rules look at in the world now."""
    given = Setting(
        request, world.party("VN.a05"), world.party("SG.orchid"), related={}, preserved={}, now=START, law=load
    )
    return replace(given, **more)


@pytest.fixture
def found(world: World) -> Look:
    """Check a complete request with changes; gives field and level of each finding."""

    def look(measure: str = "preserve", more: Mapping[str, Any] | None = None, **changes: Any) -> list[Finding]:
        return check(setting(world, document(world, measure, **changes), **(more or {})))

    return look


def fields(findings: list[Finding]) -> list[tuple[str, str]]:
    """Level and field of findings."""
    return [(finding.level, finding.field) for finding in findings]


@pytest.mark.parametrize("name", MEASURES)
def test_a_complete_request_has_no_finding(name: str, found: Look) -> None:
    """A request with everything that its measure asks for passes every rule."""
    assert found(name) == []


@pytest.mark.parametrize(
    ("change", "level", "field"),
    [({"case": None}, "missing", "case"), ({"language": "E"}, "wrong", "language"), ({"extra": "x"}, "wrong", "extra")],
)
def test_well_formed(change: dict[str, Any], level: str, field: str, found: Look) -> None:
    """A field that is missing, malformed or unknown is found by its name."""
    assert (level, field) in fields(found(**change))


@pytest.mark.parametrize("name", [*MEASURES, "extend_preservation"])
def test_items(name: str, world: World) -> None:
    """Each item that the measure's set names is missed when it is not stated; only those needed always block."""
    everything = document(world, name)["contents"]
    for item in complete(name)["items"]:
        rest = [row for row in everything if row["id"] != item["id"]]
        (finding,) = preflight.items(setting(world, document(world, name, contents=rest)))
        assert finding.field == f"contents.{item['id']}"
        assert finding.blocks == item["need"].startswith("always")
        assert (finding.verified, "lead" in finding.source) == (False, True)
        assert finding.remedy


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        ({"kind": "reciprocity", "text": "t"}, []),
        ({"kind": "treaty", "instrument": "Bilateral treaty of 2004", "article": "3", "text": "t"}, [("doubtful", "basis.instrument")]),
        ({"kind": "treaty", "instrument": "Convention on Cybercrime", "article": "31", "text": "t"}, [("wrong", "basis.instrument")]),
        ({"kind": "treaty", "instrument": "UNTOC", "article": "18", "text": "t"}, [("wrong", "basis.instrument")]),
        ({"kind": "treaty", "text": "t"}, [("missing", "basis.instrument"), ("missing", "basis.article")]),
        ({"kind": "treaty", "instrument": "the hanoi convention (2025)", "article": "42", "text": "t"}, [("wrong", "basis.instrument")]),
        ({"kind": "voluntary", "instrument": "UN Convention against Cybercrime", "text": "t"}, [("wrong", "basis.instrument")]),
        ({"kind": "domestic_order", "text": "t"}, [("doubtful", "attachments")]),
    ],
)  # fmt: skip
def test_basis(basis: dict[str, str], expected: list[tuple[str, str]], world: World) -> None:
    """A treaty is named whole, none that does not bind both or does not reach a provider, and an order is attached."""
    assert fields(list(preflight.basis(setting(world, document(world, basis=basis))))) == expected


def test_an_order_that_is_attached_is_no_doubt(world: World) -> None:
    """A domestic order with an attachment leaves no finding."""
    attached = [{"path": "order.pdf", "size": 1, "sha256": DIGEST}]
    request = document(world, basis={"kind": "domestic_order", "text": "t"}, attachments=attached)
    assert list(preflight.basis(setting(world, request))) == []


@pytest.mark.parametrize(
    ("target", "name", "expected"),
    [
        ({"value": "no address"}, "preserve", [("wrong", "targets[0].value")]),
        ({"value": TARGET["value"].lower()}, "preserve", [("doubtful", "targets[0]"), ("wrong", "targets[0].value")]),
        ({"since": None}, "disclose_traffic", [("missing", "targets[0].since")]),
        ({"until": None}, "disclose_content", [("missing", "targets[0].since")]),
        ({"since": None, "until": None}, "preserve", []),
        ({"kind": "ip", "value": "192.0.2.44", "chain": None}, "preserve", [("doubtful", "targets[0]")]),
    ],
)  # fmt: skip
def test_targets(target: dict[str, Any], name: str, expected: list[tuple[str, str]], world: World) -> None:
    """A target is valid, in normal form, dated where the measure needs it; what is odd about it is a doubt."""
    row = {k: v for k, v in (TARGET | target).items() if v is not None}
    assert (
        sorted(set(fields(list(preflight.targets(setting(world, document(world, name, targets=[row]))))))) == expected
    )


def addressed(world: World, **changes: Any) -> list[tuple[str, str]]:
    """What the rule on the addressee finds when the exchange's party file says something else."""
    party = replace(world.party("SG.orchid"), **changes)
    return fields(list(preflight.addressee(setting(world, document(world), addressee=party))))


def test_addressee(world: World) -> None:
    """The addressee is in the directory, is not the sender, and takes such a request, identifier and language."""
    assert addressed(world) == []
    assert addressed(world, accepts_measures=("preserve", "disclose_content"), accepts_identifiers=()) == []
    assert addressed(world, accepts_measures=("disclose_content",)) == [("wrong", "measure")]
    assert addressed(world, accepts_identifiers=("email",)) == [("wrong", "targets[0].kind")]
    assert addressed(world, languages=("fr", "vi")) == [("wrong", "language")]
    assert addressed(world, id="VN.a05") == [("wrong", "to.party")]


def test_an_unknown_addressee(world: World) -> None:
    """A party that is not in the directory is found, and nothing is said about what it takes."""
    assert fields(list(preflight.addressee(setting(world, document(world), addressee=None)))) == [("wrong", "to.party")]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (1, []),
        (366, []),
        (368, [("doubtful", "secrecy.until")]),
        (0, [("missing", "secrecy.until")]),
        (-9, [("missing", "secrecy.until")]),
    ],
)
def test_secrecy(days: int, expected: list[tuple[str, str]], found: Look) -> None:
    """Secrecy ends on a day to come, said once, and is doubted when that is more than a year away."""
    until = (START + timedelta(days=days)).date().isoformat()
    assert fields(found(secrecy={"reason": "r", "until": until})) == expected


@pytest.mark.parametrize("lacks", ["reason", "until"])
def test_secrecy_without_reason_or_end_is_found_once(lacks: str, found: Look) -> None:
    """What the shape misses the gate does not say again."""
    given = {"reason": "r", "until": "2026-12-24"}
    given.pop(lacks)
    assert fields(found(secrecy=given)) == [("missing", f"secrecy.{lacks}")]


def test_a_concern_opens_its_prompt(found: Look) -> None:
    """A concern that two people looked at does not block, and the prompt is put to the person who releases."""
    raised = {"id": "gate-penalty", "answer": "Assured.", "concern": "raised", "by": "Officer 1", "second": "Officer 2"}
    rows = [{"id": gate, "answer": "a", "concern": "none", "by": "b", "on": "2026-11-25"} for gate in GATES[:-1]]
    (finding,) = found("disclose_content", safeguards=[*rows, raised | {"on": "2026-11-25"}])
    assert (finding.level, finding.field) == ("doubtful", "safeguards.gate-penalty")
    assert "heaviest penalty" in finding.reason


@pytest.mark.parametrize(
    ("by", "expected"), [("2026-11-25T03:00:01Z", []), ("2026-11-25T03:00:00Z", [("wrong", "reply.by")]), ("soon", [])]
)
def test_reply(by: str, expected: list[tuple[str, str]], world: World) -> None:
    """The time asked for an answer is still to come; what is no time is another rule's finding."""
    assert fields(list(preflight.reply(setting(world, document(world, reply={"by": by, "reason": "r"}))))) == expected


@pytest.mark.parametrize("name", MEASURES)
def test_safeguards(name: str, found: Look) -> None:
    """Each question that the measure asks is missed when nobody answered it, and it blocks."""
    gates = [f"safeguards.{gate}" for gate in rules().needed(name, Stage.SENDING)]
    assert fields(found(name, safeguards=None)) == [("missing", gate) for gate in gates]


@settings(max_examples=tries(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from([*MEASURES, "mutual_assistance"]), data=st.data())
def test_what_the_gate_misses_is_what_the_preflight_finds(name: str, data: st.DataObject, world: World) -> None:
    """For any answers, whole or not, and any words on need and measure, the two say the same."""
    rows = st.fixed_dictionaries({}, optional={"concern": st.sampled_from(["none", "raised"])})
    given = data.draw(st.dictionaries(st.sampled_from(GATES), rows))
    second = data.draw(st.sampled_from([{}, {"second": "Officer 2"}, {"second": " officer  1"}]))
    base = {"answer": "Considered.", "by": "Officer 1", "on": data.draw(st.sampled_from(["2026-11-25", "2026-11-26"]))}
    words = data.draw(st.sampled_from([{}, {"necessity": None}, {"proportionality": None}]))
    kinds = data.draw(st.lists(st.sampled_from(["subscriber", "traffic", "content"]), unique=True, min_size=1))
    asked = {"data": [{"kind": kind} for kind in kinds]} if name == "mutual_assistance" else {}
    answers = [{"id": gate, **base, **row, **second} for gate, row in given.items()]
    request = document(world, name, safeguards=answers or None, **words, **asked)
    missing = [one.field for one in safeguards.lacking(load(), request, Stage.SENDING, START.date())]
    findings = [f.field.removeprefix("safeguards.") for f in check(setting(world, request)) if f.blocks]
    assert sorted(findings) == sorted(missing)


def before(**changes: Any) -> Request:
    """An accepted preservation."""
    row = {
        "id": "r",
        "direction": "out",
        "reference": "VN.a05-2026-0001",
        "case": "c",
        "peer": "SG.orchid",
        "measure": "preserve",
    }
    return Request(**{**row, "state": "accepted", "document": {}, "changed_at": START, "package": DIGEST, **changes})


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        (before(), []), (before(measure="extend_preservation"), []), (None, [("missing", "related")]),
        (before(state="received"), [("wrong", "related")]), (before(state="refused"), [("wrong", "related")]),
        (before(measure="disclose_content"), [("wrong", "related")]), (before(peer="PH.cicc"), [("wrong", "to.party")]),
    ],
)  # fmt: skip
def test_earlier(earlier: Request | None, expected: list[tuple[str, str]], world: World) -> None:
    """An extension names a preservation of the same party that was accepted."""
    related = [{"relation": "extends", "reference": "VN.a05-2026-0001", "package": DIGEST}]
    request = document(world, "extend_preservation", related=related)
    known = {DIGEST: earlier} if earlier else {}
    assert fields(list(preflight.earlier(setting(world, request, related=known)))) == expected


def test_a_preservation_that_ran_out_is_doubted(world: World) -> None:
    """An extension of a preservation whose time is over does not block, and says so."""
    related = [{"relation": "extends", "reference": "VN.a05-2026-0001", "package": DIGEST}]
    request = document(world, "extend_preservation", related=related)
    known = {"related": {DIGEST: before()}, "preserved": {DIGEST: START}}
    assert fields(list(preflight.earlier(setting(world, request, **known)))) == [("doubtful", "related")]


@pytest.mark.parametrize(
    ("end", "said", "by", "expected"),
    [
        (10, 10, 9, []), (10, None, None, []), (None, None, None, []),
        (10, 10, 11, [("doubtful", "related[0]")]), (0, 0, None, [("doubtful", "related[0]")]),
        (20, 10, 9, [("doubtful", "related[0].preserved_until")]), (10, 20, 9, [("wrong", "related[0].preserved_until")]),
    ],
)  # fmt: skip
def test_preserved(
    end: int | None, said: int | None, by: int | None, expected: list[tuple[str, str]], world: World
) -> None:
    """Data that are gone before the answer is asked for are a doubt; nothing is stated that the receiver did not say."""
    row = {"relation": "follows", "reference": "VN.a05-2026-0001", "package": DIGEST}
    row |= {} if said is None else {"preserved_until": stamp(START + timedelta(days=said))}
    reply = None if by is None else {"by": stamp(START + timedelta(days=by)), "reason": "r"}
    request = document(world, "disclose_content", related=[row], reply=reply)
    known = {} if end is None else {DIGEST: START + timedelta(days=end)}
    found = preflight.preserved(setting(world, request, related={DIGEST: before()}, preserved=known))
    assert fields(list(found)) == expected


def test_nobody_said_that_data_are_preserved(world: World) -> None:
    """A preservation without an answer is a doubt for what follows it."""
    row = {"relation": "follows", "reference": "VN.a05-2026-0001", "package": DIGEST}
    related = {DIGEST: before(state="received")}
    request = setting(world, document(world, "disclose_content", related=[row]), related=related)
    assert fields(list(preflight.preserved(request))) == [("doubtful", "related[0]")]


def test_kinds(world: World) -> None:
    """Mutual legal assistance names the kinds of data; another measure says itself which it asks for."""
    asked = [{"kind": "content"}]
    whole, less = document(world, "mutual_assistance", data=asked), document(world, "mutual_assistance")
    assert fields(list(preflight.kinds(setting(world, whole)))) == []
    assert fields(list(preflight.kinds(setting(world, less)))) == [("missing", "data")]
    other = document(world, "preserve", data=asked)
    assert fields(list(preflight.kinds(setting(world, other)))) == [("wrong", "data")]


@pytest.mark.parametrize("relation", ["follows", "corrects"])
def test_another_relation_is_no_extension(relation: str, world: World) -> None:
    """An extension that names its preservation in another relation names none; other measures need none."""
    related = [{"relation": relation, "reference": "VN.a05-2026-0001", "package": DIGEST}]
    known = {"related": {DIGEST: before()}}
    extension = setting(world, document(world, "extend_preservation", related=related), **known)
    assert fields(list(preflight.earlier(extension))) == [("missing", "related")]
    assert list(preflight.earlier(setting(world, document(world)))) == []


def test_people(world: World) -> None:
    """The sender has a drafter and a releaser now, and a confirmer where the measure asks for one."""
    later = START + timedelta(days=400)
    for name, roles in (("preserve", ["draft", "release"]), ("disclose_emergency", ["draft", "release", "emergency"])):
        assert list(preflight.people(setting(world, document(world, name)))) == []
        missing = preflight.people(setting(world, document(world, name), now=later))
        assert fields(list(missing)) == [("missing", f"from.{role}") for role in roles]


def test_what_blocks_comes_first(found: Look) -> None:
    """Findings that block stand before those that do not."""
    findings = found(basis={"kind": "domestic_order", "text": "t"}, safeguards=None)
    assert [finding.blocks for finding in findings] == [True, True, True, False]


def test_every_finding_helps(found: Look) -> None:
    """Each finding has a field, a reason, a remedy and a source."""
    broken = {
        "basis": {"kind": "treaty", "text": "t"},
        "contents": None,
        "safeguards": None,
        "language": "xx",
        "targets": [TARGET | {"value": "x"}],
    }
    findings = found("disclose_content", **broken)
    assert len(findings) > 12
    assert all(f.field and f.reason and f.remedy and f.source for f in findings)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(requests_from(SHAPE))
def test_any_request_of_the_shape_is_judged(world: World, request: dict[str, Any]) -> None:
    """A request with anything in it is judged by every rule without an error of another kind."""
    assert len(RULES) == 14
    assert all(isinstance(finding, Finding) for finding in check(setting(world, request)))


def test_translation(world: World) -> None:
    """A translation is of texts that are there, into another language; an addressee may read either language."""
    texts = [{"field": "case.facts", "text": "Faits."}]
    given = {"language": "fr", "authoritative": "original", "by": "Translator 1", "texts": texts}
    found = check(setting(world, document(world, language="vi", translation=given | {"language": "en"})))
    assert fields(found) == []
    bad = given | {"texts": [{"field": "case.nothing", "text": "x"}]}
    found = check(setting(world, document(world, language="vi", translation=bad)))
    assert sorted(fields(found)) == [("wrong", "language"), ("wrong", "translation.texts[0].field")]


@pytest.mark.parametrize("relation", ["extends", "follows"])
@pytest.mark.parametrize(
    ("candidate", "days", "expected"),
    [
        ("budapest", 59, [("doubtful", True)]),
        ("budapest", 60, []),
        ("hanoi", 59, [("doubtful", False)]),
        ("untoc", 1, []),
        ("", 1, []),
    ],
)
def test_a_preservation_that_ends_before_the_least_time(
    relation: str, candidate: str, days: int, expected: list[tuple[str, bool]], world: World
) -> None:
    """A preservation shorter than its instrument has it is found, as law where the text was compared and else as a lead."""
    row = {"relation": relation, "reference": "VN.a05-2026-0001", "package": DIGEST}
    basis = (
        {"kind": "treaty", "candidate": candidate, "text": "t"} if candidate else {"kind": "reciprocity", "text": "t"}
    )
    asked = document(world, "preserve", basis=basis, to={"party": "PH.cicc", "name": "Center"})
    known: dict[str, Any] = {
        "related": {DIGEST: before(peer="PH.cicc", document=asked)},
        "begun": {DIGEST: START},
        "preserved": {DIGEST: START + timedelta(days=days)},
        "known": world.party,
    }
    found = list(preflight.minimum(setting(world, document(world, "extend_preservation", related=[row]), **known)))
    assert [(one.level, one.verified) for one in found] == expected
    assert all("Sixty days at least" in one.reason or "ends at" in one.reason for one in found)


def test_an_instrument_that_is_named_by_hand_has_its_least_time_too(world: World) -> None:
    """The minimum is found by the name of the instrument, where nobody chose a candidate."""
    basis = {"kind": "treaty", "instrument": "Budapest Convention", "article": "29", "text": "t"}
    asked = document(world, "preserve", basis=basis, to={"party": "PH.cicc", "name": "Center"})
    ((until, clock),) = minimums.least(asked, world.party("PH.cicc"), load(), START)
    assert (until, clock.id) == (START.date() + timedelta(days=60), "preserve_min")
