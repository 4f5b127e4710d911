"""European Production and Preservation Orders as HI-1 objects: valid by ETSI's schemas, derived alike by both sides."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from lxml import etree

from builders.hi1 import json_schema, xsd
from comity.hi1.codec import read, write
from comity.hi1.epoc import confirmation, extension, impossibility, task_id, things
from comity.hi1.epocorder import Authority, Epoc, EpocPr, Wanted, clocks, table
from comity.hi1.errors import BadMessage
from comity.hi1.globalcase import GlobalCaseId
from comity.hi1.model import Action, Endpoint, Header, Message, Thing, Version

FORM = "3f1c2a44-8b5e-4a7d-9c11-5d2e6f708192"
AT = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
COURT, ORCHID = Endpoint("AT", "court01"), Endpoint("IE", "orchid")
WANTED = (
    Wanted(number=1, format="EmailAddress", value="mallory@example.org", category="subscriber", subtypes=("UserInformation",)),
    Wanted(number=2, format="IPv4Address", value="192.0.2.7", category="traffic", start=AT - timedelta(days=9), end=AT),
)  # fmt: skip
SHARED: dict[str, Any] = {
    "form": FORM,
    "case": GlobalCaseId.parse("EPOC-AT-IE-2026-09-01-0012-1"),
    "sender": COURT,
    "addressee": ORCHID,
    "issuing": Authority(
        name="Court of Exampletown", person="A. Judge", role="judge", email="judge@example.org", at=AT
    ),
    "validating": Authority(name="Prosecutor of Exampletown", person="B. Prosecutor", at=AT),
    "wanted": WANTED,
    "document": b"%PDF-1.7 form",
    "remarks": "An exercise.",
}
PRODUCTION = Epoc(**SHARED, deadline="TenDaysASAP", deliver_to=COURT, delay_informing=True)
EMERGENCY = replace(PRODUCTION, deadline="EightHours", validating=None, notified=True)
PRESERVATION = EpocPr(**SHARED)
FORMS: dict[str, tuple[Action, ...]] = {
    "form 1": tuple(Action(n, "CREATE", thing) for n, thing in enumerate(things(PRODUCTION))),
    "form 1, emergency": tuple(Action(n, "CREATE", thing) for n, thing in enumerate(things(EMERGENCY))),
    "form 2": tuple(Action(n, "CREATE", thing) for n, thing in enumerate(things(PRESERVATION))),
    "form 3": tuple(
        Action(n, "CREATE", thing) for n, thing in enumerate(impossibility(PRODUCTION, {2: "impossible"}, AT, b"%PDF"))
    ),
    "form 5": confirmation(PRESERVATION),
    "form 6": extension(PRESERVATION),
}


@pytest.mark.parametrize("encoding", ["xml", "json"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_valid_by_etsis_schemas(form: str, encoding: Literal["xml", "json"]) -> None:
    """Each form becomes a message that ETSI's own schemas accept, and that reads as it was written."""
    version = Version("V1.23.1", table()["profile"]["owner"], table()["profile"]["version"])
    header = Header(sender=COURT, receiver=ORCHID, transaction=FORM, at=AT, version=version)
    message = Message(header, actions=FORMS[form])
    raw = write(message, encoding)
    if encoding == "xml":
        xsd("v1.23.1").assertValid(etree.fromstring(raw))
    else:
        json_schema("v1.23.1").validate(json.loads(raw))
    assert read(raw) == message


def test_a_production_order_becomes_what_the_mapping_says() -> None:
    """Form 1 gives the authorisation with the form's id, a disclosure task for each identifier, and the form."""
    authorisation, *tasks, document = things(PRODUCTION)
    assert (authorisation.type, authorisation.id) == ("AuthorisationObject", FORM)
    assert authorisation.members["AuthorisationReference"] == "EPOC-AT-IE-2026-09-01-0012-1"
    assert authorisation.members["AuthorisationPriority"] == {
        "Owner": "EU",
        "Name": "EPOCPriority",
        "Value": "TenDaysASAP",
    }
    assert [(task.type, task.id) for task in tasks] == [("LDTaskObject", task_id(FORM, n)) for n in (1, 2)]
    assert {thing.members["AssociatedObjects"]["AssociatedObject"][0] for thing in (*tasks, document)} == {FORM}


def test_the_identifiers_of_tasks_are_known_to_both_sides() -> None:
    """A task's id is the start of the SHA-256 of the form's id and the identifier's number, as a UUID of version 4."""
    assert task_id(FORM, 1) == "67f39593-e7f0-43a4-b325-082cc4dff26f"
    assert task_id(FORM, 1) != task_id(FORM, 2)


def test_an_emergency_without_validation_says_so() -> None:
    """An emergency order is flagged, and approved as an emergency while nobody has validated it."""
    members = things(EMERGENCY)[0].members
    assert [row["ApprovalIsEmergency"] for row in members["AuthorisationApprovalDetails"]] == [True]
    flags = [flag["Value"] for flag in members["AuthorisationFlags"]["AuthorisationFlag"]]
    assert flags == ["IsEmergency", "DelayInformingUser", "EnforcingAuthorityNotified"]


def test_form_2_and_form_6_ask_for_sixty_and_for_thirty_days_more() -> None:
    """A preservation is asked for sixty days from the order, its extension for thirty days beyond."""

    def until(thing: Thing | None) -> str:
        assert thing
        return str(thing.members["DesiredPreservationExpiration"])

    assert {until(task) for task in things(PRESERVATION)[1:-1]} == {"2026-10-31T08:00:00Z"}
    assert {until(action.thing) for action in extension(PRESERVATION)} == {"2026-11-30T08:00:00Z"}


def test_form_5_and_form_6_update_the_tasks_of_form_2() -> None:
    """Both name the preservation tasks by their derived ids and create nothing."""
    for actions in (confirmation(PRESERVATION), extension(PRESERVATION)):
        assert {action.verb for action in actions} == {"UPDATE"}
        assert [action.thing and action.thing.id for action in actions] == [task_id(FORM, 1), task_id(FORM, 2)]


def test_form_3_names_what_cannot_be_done_and_why() -> None:
    """The provider's notification makes the authorisation and the named task invalid, with the reason in words."""
    notification, document = impossibility(PRODUCTION, {2: "impossible"}, AT, b"%PDF")
    rows = notification.members["StatusOfAssociatedObjects"]["AssociatedObjectStatus"]
    assert [(row["AssociatedObject"], row["Status"]["Value"]) for row in rows] == [
        (FORM, "Invalid"),
        (task_id(FORM, 2), "Invalid"),
    ]
    assert rows[1]["Details"].startswith("Impossible in fact")
    assert document.members["OwnerIdentifier"] == notification.members["OwnerIdentifier"] == "orchid"


@pytest.mark.parametrize(
    ("order", "hours"),
    [
        (PRODUCTION, [("preserve", 0), ("answer", 240)]),
        (
            replace(PRODUCTION, deadline="TenDaysSubjectToEA", notified=True),
            [("preserve", 0), ("objection", 240), ("answer_after_objection", 240)],
        ),
        (EMERGENCY, [("preserve", 0), ("emergency_answer", 8), ("emergency_objection", 96)]),
        (replace(EMERGENCY, notified=False), [("preserve", 0), ("emergency_answer", 8)]),
        (PRESERVATION, [("preserve", 0), ("preservation", 1440)]),
    ],
)
def test_the_clocks_of_an_order(order: Epoc | EpocPr, hours: list[tuple[str, int]]) -> None:
    """Each order has its clocks, from receipt, with their articles."""
    found = clocks(order, AT)
    assert [(due.name, (due.at - AT) / timedelta(hours=1)) for due in found] == hours
    assert all(due.article in {"10", "11", "12"} and due.verified for due in found)


@pytest.mark.parametrize(
    "changes",
    [
        {"form": FORM.upper()},
        {"form": "x"},
        {"wanted": ()},
        {"wanted": (WANTED[0], WANTED[0])},
        {"wanted": (replace(WANTED[0], number=0),)},
        {"wanted": (replace(WANTED[0], category="everything"),)},
        {"wanted": (replace(WANTED[0], subtypes=("Everything",)),)},
        {"deadline": "Whenever"},
        {"deadline": "TenDaysSubjectToEA"},
        {"notified": True},
        {"delivery": "Anybody"},
    ],
    ids=str,
)
def test_what_cannot_be_mapped_is_refused(changes: dict[str, Any]) -> None:
    """An order that the mapping does not cover is refused when it is made."""
    with pytest.raises(BadMessage):
        replace(PRODUCTION, **changes)


@pytest.mark.parametrize("reasons", [{}, {3: "impossible"}, {1: "no desire"}], ids=str)
def test_form_3_refuses_unknown_reasons(reasons: dict[int, str]) -> None:
    """A reason that is unknown, or for an identifier that the order has not, is refused."""
    with pytest.raises(BadMessage):
        impossibility(PRODUCTION, reasons, AT, b"")


def test_the_table_says_that_it_is_no_conformant_mapping() -> None:
    """The data say what they are, and of every row with an article how well it is known."""
    assert "mapped, not conformant" in table()["label"]["en"]
    rows = [
        row
        for kind in ("deadlines", "clocks", "forms", "categories", "grounds", "reasons")
        for row in table()[kind].values()
    ]
    assert {row["verified"] for row in rows} <= {"text", "secondary", "converter", "no"}
