"""Our node and a peer without any code of ours, over mutual TLS, in JSON and in XML."""

from __future__ import annotations

import ast
import base64
import hashlib
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from builders import scriptedmessages, scriptedpeer
from builders.commands import comity
from builders.exchange import SG, VN
from builders.interop import Across, against, facing
from builders.nodes import Nodes
from builders.patience import until
from builders.scriptedmessages import Package, create, delivery, news, notice, order, word
from builders.scriptedpeer import Tree, codes, every, words
from builders.world import ANSWERS, SHEET
from comity.exchange import provider as acts
from comity.exchange.objecttables import OURS, THEIRS
from comity.exchange.part import MAX_BINARY
from comity.exchange.sending import send
from comity.requests import receipts
from comity.requests.drafting import follow
from comity.requests.intake import receive
from comity.requests.release import release, seal_request

in_both = pytest.mark.parametrize("encoding", ["json", "xml"])


@pytest.fixture
def authority(today: Nodes, tmp_path: Path, encoding: str) -> Iterator[Across]:
    """A scripted authority across from our provider's node."""
    with against(today, tmp_path, ours=SG, encoding=encoding) as made:
        yield made


@pytest.fixture
def provider(today: Nodes, tmp_path: Path, encoding: str) -> Iterator[Across]:
    """A scripted provider across from our authority's node."""
    with against(today, tmp_path, ours=VN, encoding=encoding) as made:
        yield made


def accept(across: Across, package: Package, **terms: str) -> None:
    """Our provider's people accept a request, and our node says so."""
    across.nodes.considered(across.request(package.id))
    acts.accept(across.desk, package.id, across.nodes.key("receipt", SG), **terms)
    assert [tried.outcome for tried in across.work()] == ["answered"]


def receipt_in(message: Tree) -> bytes:
    """The receipt that a notice carries, after its checksum was looked at."""
    (body,) = every(message, "DocumentBody")
    data = base64.b64decode(*every(body, "Contents"))
    assert every(body, "Checksum") == [hashlib.sha256(data).hexdigest()]
    return data


@pytest.mark.parametrize("room", [scriptedpeer, scriptedmessages])
def test_the_scripted_peer_has_none_of_our_code(room: object) -> None:
    """It imports the standard library, four public libraries and itself, and nothing of comity."""
    tree = ast.parse(Path(str(getattr(room, "__file__"))).read_text("utf-8"))  # noqa: B009 - a module is an object here
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {name for name in named if name.partition(".")[0] not in sys.stdlib_module_names}
    allowed = {"cryptography", "lxml", "httpx2", "jsonschema", "referencing"}
    assert {name.partition(".")[0] for name in foreign} - allowed <= {"builders"}
    assert {name for name in foreign if name.startswith("builders")} <= {"builders.scriptedpeer"}


@in_both
def test_a_scripted_authority_preserves_and_extends(authority: Across) -> None:
    """Order, receipt, extension, receipt: our node takes what ETSI's examples say, and answers what ETSI's schemas take."""
    peer, nodes = authority.peer, authority.nodes
    first = authority.package("preserve")
    answer = peer.ask(*order(first))
    assert (codes(answer), every(answer, "Identifier")[0]) == ([], first.id)
    assert authority.state(first.id) == "received"
    accept(authority, first, until=nodes.later(days=60))
    assert every(peer.got[-1], "Value").count("Preserved") == 1
    receipts.take(nodes.office(VN), receipt_in(peer.got[-1]))

    second = follow(nodes.office(VN), first.id, relation="extends", sheets=[nodes.sheet(SHEET)])
    seal_request(nodes.office(VN), second.id, nodes.key("draft"))
    longer = authority.packed(release(nodes.office(VN), second.id, nodes.key("release")))
    assert codes(peer.ask(*order(longer, first))) == []
    accept(authority, longer, until=nodes.later(days=120))
    receipts.take(nodes.office(VN), receipt_in(peer.got[-1]))
    assert authority.state(longer.id, VN) == "accepted"

    shown = peer.ask({"GET": {"Identifier": first.task()}})
    assert every(shown, "PreservationExpiration") == [nodes.later(days=120)]
    listed = peer.ask({"LIST": {}})
    assert {first.id, first.task(), longer.id} <= set(every(listed, "Identifier"))


@in_both
def test_a_scripted_authority_gets_what_it_asked_for(authority: Across) -> None:
    """Disclosure: a part in a message and one at an address arrive whole, and our node hears that they were received."""
    peer, nodes = authority.peer, authority.nodes
    package = authority.package("disclose_subscriber")
    assert codes(peer.ask(*order(package))) == []
    accept(authority, package)
    small, large = nodes.folder / "account.csv", nodes.folder / "log.csv"
    small.write_bytes(b"name,since\nA Tester,2026\n")
    large.write_bytes(b"x" * (MAX_BINARY + 1))
    acts.deliver(authority.desk, package.id, [small, large])
    authority.work()

    delivered = [one for message in peer.got for one in every(message, "DELIVER")]
    parts = sorted((one["HI1Object"] for one in delivered), key=lambda one: str(every(one, "SequenceNumber")[0]))
    assert [every(part, "AssociatedObject") for part in parts] == [[package.task()]] * 2
    (data,), (url,) = every(parts[0], "Data"), every(every(parts[1], "Delivery"), "URL")
    got = [base64.b64decode(data), peer.fetched(url["delivery:URL"])]
    assert got == [small.read_bytes(), large.read_bytes()]
    assert [every(p, "Checksum")[0] for p in (parts[0], url)] == [hashlib.sha256(one).hexdigest() for one in got]
    for status in ("Acknowledged", "Received"):
        assert codes(peer.ask(*(word(part["ObjectIdentifier"], status) for part in parts))) == []
    assert authority.parts(package.id) == ["Received", "Received"]
    assert authority.statuses(package.id, THEIRS)["LDTaskObject"] == "Disclosed"
    assert "Disclosed" in every(peer.got, "Value")


@in_both
def test_a_process_and_the_command_line_alone(today: Nodes, tmp_path: Path, encoding: str) -> None:
    """Our node is `comity serve`, its people use commands: a stranger's order comes in, and the signed answer goes out."""
    across = facing(today, tmp_path, ours=SG, encoding=encoding)
    peer, home, package = across.peer, today.home(SG), across.package()
    sheet, key = today.sheet(ANSWERS), today.key_file("receipt", SG)
    with across.up_as_process():
        assert codes(peer.ask(*order(package))) == []
        assert comity("request", "safeguards", package.id, "--with", sheet, "--home", home).code == 0
        done = comity("answer", "accept", package.id, "--key", key, "--until", today.later(days=60), "--home", home)
        assert done.code == 0, done.err
        until(lambda: peer.got)
    assert receipts.take(today.office(VN), receipt_in(peer.got[-1])).request.state == "accepted"


@in_both
def test_a_scripted_authority_sends_the_same_twice(authority: Across) -> None:
    """The same bytes again get the same answer; the same order in a new message is refused, and has no second effect."""
    peer, package = authority.peer, authority.package()
    raw = peer.signed(peer.request(*order(package)))
    assert peer.post(raw).content == peer.post(raw).content
    assert codes(peer.ask(*order(package)))[0] == 3010
    assert authority.nodes.events(SG).count("package.received") == 1


@in_both
@pytest.mark.parametrize("version", ["V1.17.1", "V1.23.1"])
def test_habits_of_others_change_nothing(version: str, authority: Across) -> None:
    """Another version, zone and layout, times said in that zone, base64 in lines: the same order."""
    peer, package = authority.peer, authority.package()
    peer.version = version
    actions = _at_seven(order(package))
    if peer.encoding == "xml":
        (body,) = every(actions, "DocumentBody")
        body["doc:Contents"] = "\n" + base64.encodebytes(package.raw).decode() + "    "
    answer = peer.ask(*actions)
    assert codes(answer) == [], words(answer)
    assert every(answer, "ETSIVersion") == [version]
    assert authority.state(package.id) == "received"


def _at_seven(actions: list[Tree]) -> list[Tree]:
    """Say when the authorisation was made as a clock in Bangkok shows it."""
    (thing,) = [one for one in every(actions, "HI1Object") if "auth:AuthorisationCreationTimestamp" in one]
    made = datetime.fromisoformat(thing["auth:AuthorisationCreationTimestamp"])
    thing["auth:AuthorisationCreationTimestamp"] = made.astimezone(scriptedpeer.BANGKOK).isoformat()
    return actions


@in_both
def test_an_order_without_a_sealed_package_is_refused(authority: Across) -> None:
    """A bare order, or one whose document is a warrant, is refused with 3001 and says what is needed; nothing is kept."""
    peer, package = authority.peer, authority.package()
    bare = [one for one in order(package) if "doc:DocumentBody" not in one["CREATE"]["HI1Object"]]
    warrant = order(package)
    thing = warrant[1]["CREATE"]["HI1Object"]
    thing["doc:DocumentType"] = scriptedpeer.entry("DocumentType", "Warrant")
    for actions in (bare, warrant):
        answer = peer.ask(*actions)
        assert set(codes(answer)) == {3001, 3000}
        assert "sealed package" in words(answer)
        assert "DocumentType is Package of comity" in words(answer)
    assert every(peer.ask({"LIST": {}}), "Identifier") == []
    assert "package.received" not in authority.nodes.events(SG)


def ordered(across: Across, measure: str) -> tuple[str, Package]:
    """An order of our node that the scripted provider took: the request, and the package out of its document."""
    request = across.nodes.released(measure)
    send(across.desk, request.id)
    assert [(tried.outcome, tried.reason) for tried in across.work()] == [("answered", "")]
    (contents,) = every(across.peer.got[-1], "Contents")
    return request.id, Package(base64.b64decode(contents))


def accepted(across: Across, package: Package, **terms: str) -> bytes:
    """The receipt of the provider's people, made by the command line from the package that came."""
    path = across.nodes.maker.path()
    path.write_bytes(package.raw)
    received = receive(across.nodes.office(SG), path)
    return across.nodes.answered(received.request, "accepted", **terms)


@in_both
def test_a_scripted_provider_answers_our_preservation(provider: Across) -> None:
    """Our order holds before ETSI's schemas and a stranger's verifier; its notice and receipt move our request."""
    peer, nodes = provider.peer, provider.nodes
    request, package = ordered(provider, "preserve")
    assert [max(one) for one in every(peer.got[-1], "ActionRequest")] == ["CREATE"] * 3
    assert package.id == request
    until = nodes.later(days=60)
    statuses = {
        request: ("AuthorisationStatus", "Approved"),
        package.task(): ("LPTaskStatus", "Preserved"),
    }
    answer = peer.ask(*notice(package, SG, accepted(provider, package, preserved_until=until), statuses))
    assert codes(answer) == [], words(answer)
    assert provider.state(request) == "accepted"
    assert provider.statuses(request, OURS)["LPTaskObject"] == "Preserved"


@in_both
def test_a_preservation_is_not_answered_by_a_bare_notification(provider: Across) -> None:
    """A plain provider's `Preserved` without a receipt is refused and says what is needed; the request waits on."""
    request, package = ordered(provider, "preserve")
    said = news(SG, {package.task(): ("LPTaskStatus", "Preserved")})
    answer = provider.peer.ask(create(said))
    assert codes(answer) == [3007]
    assert "signed receipt" in words(answer)
    assert provider.state(request) == "released"
    assert provider.statuses(request, OURS)["LPTaskObject"] != "Preserved"


@in_both
def test_a_scripted_provider_delivers_to_us(provider: Across) -> None:
    """Two parts in the wrong order, one at an address: verified, acknowledged, received, and told so; then the outcome."""
    peer, nodes = provider.peer, provider.nodes
    request, package = ordered(provider, "disclose_subscriber")
    taken = peer.ask(*notice(package, SG, accepted(provider, package), {request: ("AuthorisationStatus", "Approved")}))
    assert codes(taken) == [], words(taken)
    small, large = b"name\nA Tester\n", b"y" * 300_000
    peer.files["a-token-that-nobody-guesses"] = large
    url = f"{provider.link.url(SG)}/files/a-token-that-nobody-guesses"
    expiry = (nodes.clock.now() + timedelta(days=1)).astimezone(peer.zone).isoformat(timespec="microseconds")
    second = delivery(package.task(), large, number=2, name="log.csv", url=url, expiry=expiry)
    first = delivery(package.task(), small, number=1, last=False)
    for part in (second, first):
        answer = peer.ask(part)
        assert codes(answer) == [], words(answer)
    provider.work()
    assert provider.parts(request) == ["Received", "Received"]
    said = [(every(m, "ObjectIdentifier"), every(m, "Value")) for m in peer.got[1:]]
    assert {one for _, values in said for one in values} == {"Acknowledged", "Received"}
    ids = {part["DELIVER"]["Identifier"] for part in (first, second)}
    assert {one for [one], values in said if values == ["Received"]} == ids

    done = news(SG, {package.task(): ("LDTaskStatus", "Disclosed")})
    assert codes(peer.ask({"CREATE": {"HI1Object": done}})) == []
    assert provider.statuses(request, OURS)["LDTaskObject"] == "Disclosed"
    assert provider.state(request) == "accepted"
    kept = sorted(path.read_bytes() for path in nodes.home(VN).glob("files/*") if path.is_file())
    assert small in kept and large in kept


@in_both
@pytest.mark.parametrize("code", [3019, 3021])
def test_a_provider_that_refuses_leaves_the_request_released(code: int, provider: Across) -> None:
    """A refusal of the whole message by its node is written on our request, which stays in its state."""

    def refuse(asked: Tree) -> Tree:
        fault = {"ErrorCode": code, "ErrorDescription": "Not so."}
        return {"ResponsePayload": {"ErrorInformation": fault}}

    provider.peer.script = refuse
    request = provider.nodes.released("preserve")
    send(provider.desk, request.id)
    (tried,) = provider.work()
    assert tried.outcome == "answered"
    assert provider.state(request.id) == "released"
