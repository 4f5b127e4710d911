"""Nobody acts beyond his role: each attempt is refused by the node, and leaves the request as it was."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import click
import pytest
import sqlalchemy as sa

from builders.commands import comity
from builders.nodes import Nodes
from builders.packages import PDF, REQUEST
from comity.cli.main import comity as program
from comity.crypto.keys import FileSigner
from comity.directory.errors import Expired
from comity.kernel.errors import ComityError, Refused
from comity.packages.errors import BadBag
from comity.requests import tables
from comity.requests.drafting import fill
from comity.requests.errors import Incomplete, NoRequest, NotYours, WrongState
from comity.requests.intake import receive
from comity.requests.model import Request
from comity.requests.receipts import Word, answer
from comity.requests.register import show_request
from comity.requests.release import confirm, export, release, reopen, seal_request, withdraw

PH, SG = "PH.cicc", "SG.orchid"


def state(nodes: Nodes, request: Request) -> str:
    """The state of a request of VN.a05 now."""
    return show_request(nodes.office(), request.id).request.state


def second_key(nodes: Nodes, holder: str, role: str) -> FileSigner:
    """One more key of VN.a05, which its node knows of."""
    key = nodes.maker.new_key("VN.a05", holder, role)
    nodes.update()
    return key


def test_drafter_releases_his_own_request(nodes: Nodes) -> None:
    """The drafter's key may not release."""
    request = nodes.sealed()
    with pytest.raises(NotYours, match="does not have the role release"):
        release(nodes.office(), request.id, nodes.key("draft"))
    assert state(nodes, request) == "sealed"


def test_drafter_releases_with_a_second_key(nodes: Nodes) -> None:
    """The drafter may not release with another key that he holds, though that key may release."""
    request = nodes.sealed()
    with pytest.raises(NotYours, match="who drafted it, expected another person"):
        release(nodes.office(), request.id, second_key(nodes, "Officer 1", "release"))
    assert state(nodes, request) == "sealed"


@pytest.mark.parametrize("role", ["receipt", "node", "release", "emergency"])
def test_other_post_seals(role: str, nodes: Nodes) -> None:
    """The receipt desk, the machine, the releaser and the confirmer may not seal."""
    request = nodes.draft()
    with pytest.raises(NotYours, match="does not have the role draft"):
        seal_request(nodes.office(), request.id, nodes.key(role))
    assert state(nodes, request) == "draft"


@pytest.mark.parametrize("role", ["receipt", "node", "draft", "emergency"])
def test_other_post_releases(role: str, nodes: Nodes) -> None:
    """The receipt desk, the machine, the drafter and the confirmer may not release, and not reopen either."""
    request = nodes.sealed()
    with pytest.raises(NotYours):
        release(nodes.office(), request.id, nodes.key(role))
    with pytest.raises(NotYours):
        reopen(nodes.office(), request.id, nodes.key(role), "why not")
    assert state(nodes, request) == "sealed"


def test_officer_of_another_party_acts(nodes: Nodes) -> None:
    """Officers of another party may neither seal nor release here, whatever their roles there."""
    draft, sealed = nodes.draft(), nodes.sealed()
    with pytest.raises(NotYours, match=r"no key of VN\.a05"):
        seal_request(nodes.office(), draft.id, nodes.key("draft", PH))
    with pytest.raises(NotYours, match=r"no key of VN\.a05"):
        release(nodes.office(), sealed.id, nodes.key("release", PH))


def test_administrator_without_an_officers_key_releases(nodes: Nodes) -> None:
    """Who runs the machine has the node's key and can make new ones, and can release with none of them."""
    request = nodes.sealed()
    for key in (FileSigner.open(nodes.home() / "node.key", ""), FileSigner.generate()):
        with pytest.raises(NotYours):
            release(nodes.office(), request.id, key)
    assert "request.released" not in nodes.events()


def test_emergency_released_without_confirmer(nodes: Nodes) -> None:
    """An emergency request that nobody confirmed is not released."""
    request = seal_request(nodes.office(), nodes.draft("disclose_emergency").id, nodes.key("draft"))
    with pytest.raises(WrongState, match="nobody confirmed"):
        release(nodes.office(), request.id, nodes.key("release"))
    assert state(nodes, request) == "sealed"


def test_drafter_confirms_his_own_emergency(nodes: Nodes) -> None:
    """The drafter may not confirm with another key that he holds."""
    request = seal_request(nodes.office(), nodes.draft("disclose_emergency").id, nodes.key("draft"))
    with pytest.raises(NotYours, match="signed already"):
        confirm(nodes.office(), request.id, second_key(nodes, "Officer 1", "emergency"))


def test_confirmer_releases_what_he_confirmed(nodes: Nodes) -> None:
    """The confirmer may not release with another key that he holds."""
    request = nodes.sealed("disclose_emergency")
    with pytest.raises(NotYours, match="signed already"):
        release(nodes.office(), request.id, second_key(nodes, "Officer 3", "release"))


def test_emergency_confirmed_twice(nodes: Nodes) -> None:
    """A second confirmation, which would make the package one that nobody accepts, is refused."""
    request = nodes.sealed("disclose_emergency")
    with pytest.raises(WrongState, match="confirmed already"):
        confirm(nodes.office(), request.id, second_key(nodes, "Officer 9", "emergency"))
    assert release(nodes.office(), request.id, nodes.key("release")).state == "released"


def test_confirmation_nobody_needs(nodes: Nodes) -> None:
    """A request that is no emergency cannot be given a third signature."""
    request = nodes.sealed()
    with pytest.raises(ComityError, match="only that needs a confirmation"):
        confirm(nodes.office(), request.id, nodes.key("emergency"))


@pytest.mark.parametrize("hours", [73, -1])
def test_release_beside_its_time(hours: int, nodes: Nodes) -> None:
    """A seal older than 72 hours, or from the future, is not released."""
    request = nodes.sealed()
    nodes.clock.advance(timedelta(hours=hours))
    if hours > 0:
        nodes.update()
    with pytest.raises(Refused, match="expected one of the last 72 hours"):
        release(nodes.office(), request.id, nodes.key("release"))
    assert state(nodes, request) == "sealed"


def test_release_after_the_drafters_key_was_taken_back(nodes: Nodes) -> None:
    """A request whose drafter's key was revoked as compromised since is not released: nobody would accept it."""
    second_key(nodes, "Officer 8", "draft")
    request = nodes.sealed()
    nodes.world.revoke("VN.a05", "draft", reason="compromised")
    nodes.update()
    with pytest.raises(NotYours, match="compromised"):
        release(nodes.office(), request.id, nodes.key("release"))


def test_release_on_an_expired_directory(nodes: Nodes) -> None:
    """A node whose directory has expired cannot tell whose keys count, and does not release."""
    nodes.clock.advance(timedelta(days=2))
    request = nodes.sealed()
    nodes.clock.advance(timedelta(days=1))
    with pytest.raises(Expired):
        release(nodes.office(), request.id, nodes.key("release"))


def test_release_of_a_draft(nodes: Nodes) -> None:
    """A draft cannot be released without being sealed, nor after it was reopened."""
    request = nodes.sealed()
    reopen(nodes.office(), request.id, nodes.key("release"), "The period is missing.")
    with pytest.raises(WrongState, match="which is draft"):
        release(nodes.office(), request.id, nodes.key("release"))


def test_sealed_request_is_changed(nodes: Nodes) -> None:
    """What is sealed stands still: it is neither filled nor sealed again."""
    request = nodes.sealed()
    with pytest.raises(WrongState):
        fill(nodes.office(), request.id, [nodes.sheet({"use_limits": "None."})])
    with pytest.raises(WrongState):
        seal_request(nodes.office(), request.id, nodes.key("draft"))


def test_draft_changed_while_it_is_sealed(nodes: Nodes) -> None:
    """A draft that somebody changes while the drafter seals it is not sealed."""
    request = nodes.draft()
    order = nodes.maker.path(".txt")
    order.write_text("The court orders ...")
    fill(nodes.office(), request.id, [], [order])
    changed: list[Request] = []

    def meanwhile(done: int) -> None:
        if not changed:
            changed.append(fill(nodes.office(), request.id, [nodes.sheet({"use_limits": "None."})]))

    with pytest.raises(WrongState, match="changed while it was sealed"):
        seal_request(nodes.office(), request.id, nodes.key("draft"), meanwhile)
    assert state(nodes, request) == "draft"


def test_administrator_changes_the_request_shown_to_the_releaser(nodes: Nodes) -> None:
    """A request changed in the database after it was sealed, so that the releaser sees other words, is not released."""
    request = nodes.sealed()
    harmless = {**request.document, "use_limits": "For training only."}
    with nodes.node().store.write() as unit:
        unit.execute(sa.update(tables._requests).values(document=harmless))
    with pytest.raises(BadBag, match="than was sealed"):
        release(nodes.office(), request.id, nodes.key("release"))
    assert state(nodes, request) == "sealed"


def test_administrator_swaps_the_sealed_package(nodes: Nodes) -> None:
    """A sealed package swapped on the disk for another whole one, or altered, is not released."""
    request, other = nodes.sealed(), nodes.sealed()
    blobs = nodes.node().blobs
    kept = blobs.path(request.file)
    kept.unlink()
    kept.write_bytes(blobs.path(other.file).read_bytes())
    with pytest.raises(BadBag, match="than was sealed"):
        release(nodes.office(), request.id, nodes.key("release"))
    with zipfile.ZipFile(kept, "a") as z:
        z.writestr(f"{other.reference}/data/{PDF}", REQUEST)
    with pytest.raises(BadBag):
        release(nodes.office(), request.id, nodes.key("release"))


def test_incomplete_request_is_sealed(nodes: Nodes) -> None:
    """A draft that lacks an item cannot be sealed; the refusal carries every finding."""
    request = nodes.draft(
        contents={"data": "The account."},
        safeguards=[{"id": "gate-data", "answer": "Yes.", "concern": "none", "by": "Officer 1"}],
    )
    with pytest.raises(Incomplete) as caught:
        seal_request(nodes.office(), request.id, nodes.key("draft"))
    missing = ["contents.offence_facts", "contents.necessity", "contents.followup"]
    missing += [f"safeguards.{gate}" for gate in ("gate-purpose", "gate-person", "gate-specific")]
    assert [finding.field for finding in caught.value.findings] == missing
    assert state(nodes, request) == "draft"


def test_incoming_request_is_passed_on_as_ours(nodes: Nodes) -> None:
    """A request that we received can be neither sealed, released, reopened, filled nor withdrawn by us."""
    request = nodes.released(to=PH)
    receive(nodes.office(PH), nodes.carried(request))
    office, key = nodes.office(PH), nodes.key("release", PH)
    acts: list[Callable[[], object]] = [
        lambda: seal_request(office, request.id, nodes.key("draft", PH)),
        lambda: release(office, request.id, key),
        lambda: reopen(office, request.id, key, "x"),
        lambda: fill(office, request.id, []),
        lambda: withdraw(office, request.id, "x"),
    ]
    for act in acts:
        with pytest.raises(NoRequest):
            act()


def test_request_of_ours_is_answered_by_us(nodes: Nodes) -> None:
    """Our own desk cannot sign a receipt on our own request."""
    request = nodes.released()
    with pytest.raises(NoRequest):
        answer(nodes.office(), request.id, Word("received"), nodes.key("receipt"))


@pytest.mark.parametrize("role", ["draft", "release", "emergency", "node"])
def test_other_post_signs_a_receipt(role: str, nodes: Nodes) -> None:
    """A key that may do anything but sign receipts does not answer."""
    request = nodes.released(to=PH)
    receive(nodes.office(PH), nodes.carried(request))
    with pytest.raises(NotYours, match="does not have the role receipt"):
        answer(nodes.office(PH), request.id, Word("received"), nodes.key(role, PH))


def test_unreleased_package_is_carried_out(nodes: Nodes) -> None:
    """What is not released cannot be written out: not a draft, not a sealed request, not one withdrawn before."""
    draft, sealed, withdrawn = nodes.draft(), nodes.sealed(), nodes.sealed()
    withdraw(nodes.office(), withdrawn.id, "Not needed.")
    for request in (draft, sealed, withdrawn):
        with pytest.raises(WrongState, match="expected a released request"):
            export(nodes.office(), request.id, nodes.maker.path())


@pytest.mark.parametrize("command", [["show"], ["export", "--out"]])
def test_reading_an_incoming_request_goes_unseen(command: list[str], today: Nodes) -> None:
    """Each read of a request that we received is in our log, with the package that was read."""
    request = today.received()
    arguments = [request.id, str(today.maker.path())] if command[0] == "export" else [request.id]
    for _ in range(2):
        assert comity("request", command[0], *arguments, "--home", today.home(SG)).code == 0
    assert today.events(SG)[-2:] == ["package.read"] * 2
    node = today.node(SG)
    with node.store.read() as unit:
        event = json.loads(node.ledger.entry(unit, node.ledger.size(unit) - 1).event)
    assert (event["package"], event["request"]) == (request.package, request.id)


def commands(group: click.Command, name: str = "comity") -> Iterator[tuple[str, click.Command]]:
    """Every command of the program, with its full name."""
    yield name, group
    if isinstance(group, click.Group):
        with click.Context(group) as context:
            for one in group.list_commands(context):
                command = group.get_command(context, one)
                assert command is not None
                yield from commands(command, f"{name} {one}")


def test_a_flag_forces_it() -> None:
    """No command has an option to go around a rule, but for an emergency's call-back: by name, with a reason, and counted."""
    emergency = {
        (f"comity answer {act}", option) for act in ("deliver", "exist") for option in ("--override", "--override-by")
    }
    ways_around = ("force", "yes", "skip", "ignore", "insecure", "override", "unsafe", "no-verify", "no-check", "trust")
    found = dict(commands(program))
    options = [(name, option) for name, command in found.items() for one in command.params for option in one.opts]
    assert len(found) > 30
    found_around = {o for o in options if any(word in o[1] for word in ways_around) or o[1] in ("-f", "-y")}
    assert found_around == emergency | {
        ("comity evidence capture", "--trust")
    }  # names a root certificate beside the system's


def test_the_role_is_asked_before_anything_is_read(nodes: Nodes, tmp_path: Path) -> None:
    """A key that may not act learns nothing of a request, not even whether it exists."""
    for act in (seal_request, release, confirm):
        with pytest.raises(NotYours):
            act(nodes.office(), "no such request", nodes.key("node"))
