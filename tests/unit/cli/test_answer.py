"""The commands of the provider's desk and of the authority that receives what is delivered."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.commands import Said, comity
from builders.exchange import SG, VN
from builders.nodes import Nodes
from builders.provider import Provider, provider
from comity.accounts import people
from comity.kernel.clock import SystemClock
from comity.requests.model import Request

NUMBER = "+1 555 0101"


@pytest.fixture
def sg(today: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """SG.orchid, a provider, with VN.a05 as its peer, today; the program speaks English."""
    monkeypatch.setenv("COMITY_LANGUAGE", "en")
    monkeypatch.setenv("COMITY_PASSPHRASE", "")
    with provider(today, tmp_path) as made:
        yield made


def at(sg: Provider, *arguments: str | Path, party: str = SG, key: bool = False) -> Said:
    """One command at a party's desk."""
    keys = ("--key", sg.nodes.key_file("receipt", party)) if key else ()
    return comity(*arguments, "--home", sg.nodes.home(party), *keys)


def done(said: Said) -> Said:
    """A command that left well."""
    assert said.code == 0, said.err
    return said


def carry(sg: Provider) -> None:
    """Carry everything over, at the machine's own time."""
    sg.nodes.clock.moment = SystemClock().now()
    sg.rounds()


def accepted(sg: Provider, measure: str = "disclose_subscriber") -> Request:
    """A request that was accepted by a command."""
    request = sg.received(measure)
    sg.nodes.considered(request)
    done(at(sg, "answer", "accept", request.reference, key=True))
    carry(sg)
    return request


def test_a_day_at_the_desk(sg: Provider, tmp_path: Path) -> None:
    """Queue, look, review, accept, deliver; at the authority list and export, and the sums hold."""
    request = sg.received()
    assert request.reference in done(at(sg, "answer", "queue")).out
    sheet = done(at(sg, "answer", "show", request.reference)).out
    assert "VALID" in sheet
    assert NUMBER in sheet
    assert "safeguards not answered" in sheet
    done(at(sg, "answer", "review", request.reference, "--by", "Lan Tester", "--text", "In order."))
    sg.nodes.considered(request)
    done(at(sg, "answer", "accept", request.reference, key=True))
    file = sg.file("subscriber.json", b'{"name": "n"}')
    first, again = (done(at(sg, "answer", "deliver", request.reference, file, "--json")).data for _ in range(2))
    assert first == again
    carry(sg)
    assert done(at(sg, "answer", "queue", "--json")).data == []
    (row,) = done(at(sg, "delivery", "list", "--json", party=VN)).data
    assert (row["whole"], row["parts"], row["request"]) == (True, 1, request.reference)
    assert done(at(sg, "inbox", "deliveries", "--json", party=VN)).data == [row]
    out = tmp_path / "out"
    exported = done(at(sg, "delivery", "export", request.reference, "--to", out, party=VN)).out
    assert "subscriber.json" in exported
    assert (out / "subscriber.json").read_bytes() == file.read_bytes()
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=out, check=False).returncode == 0
    done(at(sg, "delivery", "export", request.reference, "--to", out, party=VN))
    assert "Received" in done(at(sg, "delivery", "show", row["delivery"][:8], party=VN)).out


def test_a_refusal_takes_two_names(sg: Provider) -> None:
    """The reviewer's own name is turned down; another one releases."""
    request = sg.received()
    refusal = ("answer", "refuse", request.reference, "--code", "too_broad", "--reason", "No period.")
    assert "review" in at(sg, *refusal, "--released-by", "Minh Probe", key=True).err
    done(at(sg, "answer", "review", request.reference, "--by", "Lan Tester", "--text", "Too wide."))
    assert at(sg, *refusal, "--released-by", "Lan Tester", key=True).code == 1
    assert "Minh Probe" in done(at(sg, *refusal, "--released-by", "Minh Probe", key=True)).out


def test_a_refusal_names_people_of_the_node(sg: Provider) -> None:
    """Where the node has accounts, who reviews and who releases are two of them, however their names are written."""
    request, staff = sg.received(), sg.nodes.node(SG).staff
    admin, _code = people.first(staff)
    for name in ("lan", "minh"):
        people.invite(staff, admin, name, name.title(), ["provider"], "for the test")
    refusal = ("answer", "refuse", request.reference, "--code", "too_broad", "--reason", "No period.")
    review = ("answer", "review", request.reference, "--text", "Too wide.")
    said = at(sg, *review, "--by", "Lan Tester", "--json")
    assert (said.code, said.problem["field"]) == (2, "by")
    done(at(sg, *review, "--by", "LAN"))
    said = at(sg, *refusal, "--released-by", "Minh Probe", "--json", key=True)
    assert (said.code, said.problem["field"]) == (2, "released-by")
    assert at(sg, *refusal, "--released-by", " lan", key=True).code == 1
    assert "Minh" in done(at(sg, *refusal, "--released-by", "minh", key=True)).out


def test_an_emergency_by_commands(sg: Provider) -> None:
    """Nothing leaves before the call; the directory's number alone is taken; the counts say how it went."""
    request = accepted(sg, "disclose_emergency")
    file = sg.file("a.txt", b"one")
    assert "called back" in at(sg, "answer", "deliver", request.reference, file).err
    assert "not called back" in done(at(sg, "answer", "show", request.reference)).out
    call = ("answer", "callback", request.reference, "--by", "Lan Tester", "--reached", "Officer 3", "--confirmed")
    assert at(sg, *call, "--number", "+1 555 0199").code == 2
    assert "confirmed" in done(at(sg, *call, "--number", NUMBER)).out
    done(at(sg, "answer", "deliver", request.reference, file))
    assert "called back" in done(at(sg, "answer", "emergencies")).out


def test_going_on_without_a_call_by_command(sg: Provider) -> None:
    """Both the reason and the name are needed."""
    request = accepted(sg, "disclose_emergency")
    file = sg.file("a.txt", b"one")
    alone = at(sg, "answer", "deliver", request.reference, file, "--override", "No line.")
    assert (alone.code, "override-by" in alone.err) == (2, True)
    done(at(sg, "answer", "deliver", request.reference, file, "--override", "No line.", "--override-by", "Minh Probe"))


def test_other_answers_by_command(sg: Provider) -> None:
    """A question, the word whether data exist, an answer in part."""
    request = sg.received()
    asked = ("answer", "ask", request.reference, "--code", "clarify_period", "--reason", "Which days?")
    assert "Which days?" in done(at(sg, *asked, key=True)).out
    sg.nodes.considered(request)
    part = ("answer", "partial", request.reference, "--target", "1=not_available")
    done(at(sg, *part, key=True))
    assert "no data exist" in done(at(sg, "answer", "exist", request.reference, "no")).out


def test_a_preservation_is_extended_by_command(sg: Provider) -> None:
    """Accepted until one day, then until a later one."""
    request = sg.received("preserve")
    sg.nodes.considered(request)
    first, second = sg.nodes.later(days=60), sg.nodes.later(days=90)
    done(at(sg, "answer", "accept", request.reference, "--until", first, key=True))
    assert second in done(at(sg, "answer", "extend", request.reference, "--until", second, key=True)).out


def test_a_malformed_outcome_is_said(sg: Provider) -> None:
    """The form of an outcome is named."""
    request = sg.received()
    for text in ("disclosed", "x=disclosed", "=disclosed", "1", "99999=disclosed"):
        assert at(sg, "answer", "partial", request.reference, "--target", text, key=True).code == 2, text


def test_the_capability_file_is_checked_and_used(sg: Provider, tmp_path: Path) -> None:
    """A mistake is named; a good file, named in the settings, makes remarks on what it does not offer."""
    file = tmp_path / "accepts.yaml"
    file.write_text(
        "format: comity-capability/1\nprovider: SG.orchid\nchanged: 2026-11-01\nlanguages: [en]\nhours: 24/7\n"
        "accepts:\n- {kind: wallet, preserve: [subscriber], disclose: [subscriber]}\n"
    )
    assert "wallet" in done(comity("answer", "capability", "check", file)).out
    request = sg.received()
    settings = sg.nodes.home(SG) / "comity.toml"
    settings.write_text(settings.read_text().replace('capability = ""', f'capability = "{file}"'))
    (remark,) = done(at(sg, "answer", "show", request.reference, "--json")).data["remarks"]
    assert "does not accept" in remark["text"]


def test_an_agency_that_owes_a_formal_request_is_seen_among_the_peers(sg: Provider) -> None:
    """The list of peers has what is overdue, empty as long as nothing is."""
    sg.received("disclose_emergency")
    rows = done(at(sg, "peer", "list", "--json")).data
    assert [row["formal_requests_overdue"] for row in rows if row["party"] == VN] == [[]]
