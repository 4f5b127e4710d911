"""Attacks by a provider on what it delivers, over real TLS, with messages of its own make: each answered by its code."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from builders.exchange import PH, SG, VN
from builders.interop import Across, against, beside
from builders.nodes import opened
from builders.scriptedmessages import Package, create, delivery, news, notice
from builders.scriptedpeer import Tree, codes, every, example, words
from comity.exchange.deliverytables import Kept, find_parts
from comity.exchange.sending import send
from comity.requests.intake import receive

DATA = b"name\nA Tester\n"


@dataclass
class Line:
    """Our authority's node with a disclosure that a scripted provider took, and the package in it."""

    across: Across
    package: Package

    def part(self, data: bytes = DATA, **more: Any) -> Tree:
        """A good part of a delivery of its own."""
        return delivery(self.package.task(), data, **{"of": str(uuid.uuid4()), **more})

    def address(self, url: str, data: bytes = DATA, **more: Any) -> Tree:
        """A part at an address."""
        at = (self.across.nodes.clock.now() + timedelta(days=1)).isoformat(timespec="microseconds")
        return self.part(data, url=url, expiry=at, **more)

    def said(self, *actions: Tree) -> Tree:
        """Our node's answer, whatever the schemas say of the message."""
        peer = self.across.peer
        return peer.asked(peer.unchecked(peer.request(*actions)))

    def kept(self, part: Tree) -> Kept | None:
        """The part as our node has it."""
        with self.across.nodes.office(VN).store.read() as unit:
            return next(iter(find_parts(unit, id=part["DELIVER"]["Identifier"])), None)


@pytest.fixture(scope="module", params=["json", "xml"])
def line(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """Our authority's node, and a scripted provider that turns bad."""
    folder = tmp_path_factory.mktemp("line")
    with opened(folder, today=True) as nodes, against(nodes, folder, ours=VN, encoding=request.param) as made:
        asked = nodes.released("disclose_subscriber")
        send(made.desk, asked.id)
        assert [tried.outcome for tried in made.work()] == ["answered"]
        yield Line(made, made.packed(asked))


def body(part: Tree) -> Tree:
    """What a part says of its bytes."""
    found: Tree = next(iter(every(part, "Delivery")[0].values()))
    return found


def with_another_checksum(line: Line) -> Tree:
    """The digest is that of other bytes."""
    part = line.part()
    body(part)["delivery:Checksum"] = "0" * 64
    return part


def with_another_length(line: Line) -> Tree:
    """The length is not that of the bytes."""
    part = line.part()
    body(part)["delivery:ContentLength"] = 5
    return part


def with_md5_alone(line: Line) -> Tree:
    """The digest is of a kind that proves nothing."""
    part = line.part()
    body(part).update({"delivery:ChecksumType": "MD5", "delivery:Checksum": "0" * 32})
    return part


def with_a_path(line: Line) -> Tree:
    """The name of the file leads out of the folder."""
    return line.part(name="../../etc/cron.d/x")


def on_no_task(line: Line) -> Tree:
    """The task is one that nobody sent."""
    return delivery(str(uuid.uuid4()), DATA)


def without_a_delivery(line: Line) -> Tree:
    """Which delivery it is part of is not said, as in ETSI's own example."""
    part = line.part()
    del part["DELIVER"]["HI1Object"]["delivery:DeliveryID"]
    return part


def too_large(line: Line) -> Tree:
    """A part in a message that is larger than one may be."""
    return line.part(b"x" * ((1 << 20) + 1))


BAD: list[tuple[Callable[[Line], Tree], int]] = [
    (with_another_checksum, 3007), (with_another_length, 3007), (with_md5_alone, 3005), (with_a_path, 3007),
    (on_no_task, 3016), (without_a_delivery, 3005), (too_large, 3022),
]  # fmt: skip


@pytest.mark.parametrize(("make", "code"), BAD, ids=[make.__name__ for make, _ in BAD])
def test_a_part_that_is_not_as_it_should_be(make: Callable[[Line], Tree], code: int, line: Line) -> None:
    """A bad part is refused by its code, nothing of it is kept, and the refusal stands in the log."""
    part = make(line)
    answer = line.said(part)
    assert codes(answer) == [code], words(answer)
    assert line.kept(part) is None
    assert line.across.nodes.events(VN)[-2:] == ["delivery.refused", "message.refused"]


def test_data_of_a_schema_of_their_own(line: Line) -> None:
    """ETSI's own example, with data that is JSON of another schema: not supported, and said so."""
    if line.across.peer.encoding == "json":
        found = every(example("request5-JSON-Delivery.json"), "DELIVER")[0]
        thing = found["HI1Object"] | {"AssociatedObjects": {"AssociatedObject": [line.package.task()]}}
        thing["delivery:DeliveryID"] = str(uuid.uuid4())
        assert codes(line.said({"DELIVER": found | {"HI1Object": thing}})) == [3001]


@pytest.mark.parametrize(
    "url",
    [
        "https://192.0.2.7/hi1/files/abcdefghijklmnopqrst", "http://127.0.0.1:{port}/hi1/files/abcdefghijklmnopqrst",
        "https://127.0.0.1:{port}/hi1/files/../../secret", "https://127.0.0.1:{port}/other/abcdefghijklmnopqrst",
        "https://127.0.0.1:{port}@192.0.2.7/hi1/files/abcdefghijklmnopqrst", "ftp://127.0.0.1/hi1/files/abcdefghijklmnop",
        "https://127.0.0.1:{port}/hi1/files/abcdefghijklmnopqrst?x=1", "https://localhost:{port}/hi1/files/abcdefghijklm",
    ],
)  # fmt: skip
def test_an_address_anywhere_else(url: str, line: Line) -> None:
    """Only the provider's own place in the directory is ever called; another address is refused when it is named."""
    part = line.address(url.format(port=line.across.link.ports[SG]))
    answer = line.said(part)
    assert codes(answer) == [3007], words(answer)
    assert line.kept(part) is None


def test_parts_that_contradict_each_other(line: Line) -> None:
    """A number twice, a part after the last, a known object with other bytes, another task: each is refused, what came stays."""
    of = str(uuid.uuid4())
    second = line.part(of=of, number=2, last=True)
    assert codes(line.said(second)) == []
    assert codes(line.said(line.part(of=of, number=2, last=True))) == [3010]
    assert codes(line.said(line.part(of=of, number=3, last=True))) == [3007]
    changed = line.part(b"other", of=of, number=2, last=True)
    changed["DELIVER"]["Identifier"] = changed["DELIVER"]["HI1Object"]["ObjectIdentifier"] = second["DELIVER"][
        "Identifier"
    ]
    assert codes(line.said(changed)) == [3010]
    kept = line.kept(second)
    assert kept is not None and kept.state == "Acknowledged"
    assert codes(line.said(line.part(of=of, number=1, last=False))) == []
    after = line.kept(second)
    assert after is not None and after.state == "Received"


def test_the_same_part_twice(line: Line) -> None:
    """A part that comes again, in a message of its own, has no second effect."""
    part = line.part()
    assert codes(line.said(part)) == codes(line.said(part)) == []
    assert line.across.nodes.events(VN).count("delivery.verified") >= 1
    line.across.work()
    words_on_it = [m for m in line.across.peer.got if part["DELIVER"]["Identifier"] in every(m, "ObjectIdentifier")]
    assert len(words_on_it) == 1


def fetched(line: Line, served: bytes, stated: bytes = DATA) -> Kept:
    """What becomes of a part whose address serves other bytes than were stated."""
    token = f"token-{uuid.uuid4()}"
    line.across.peer.files[token] = served
    part = line.address(f"{line.across.link.url(SG)}/files/{token}", stated)
    assert codes(line.said(part)) == []
    line.across.work()
    kept = line.kept(part)
    assert kept is not None
    return kept


def word_on(line: Line, kept: Kept) -> list[str]:
    """What our node said last on a part."""
    line.across.work()
    said = [message for message in line.across.peer.got if kept.part.id in every(message, "ObjectIdentifier")]
    return every(said[-1], "Value")


@pytest.mark.parametrize(
    "served", [DATA[:-1] + b"?", DATA + b"x" * 100_000, DATA[:3]], ids=["other", "longer", "shorter"]
)
def test_an_address_with_other_bytes(served: bytes, line: Line) -> None:
    """Other bytes than were stated are never acknowledged, and the provider is told."""
    kept = fetched(line, served)
    assert kept.state == "Error"
    assert word_on(line, kept) == ["Error"]


def test_an_address_that_leads_on(line: Line) -> None:
    """A redirect is not followed, to a place inside our own network least of all; the part is refused and its sender told."""
    visited: list[str] = []

    class Inside(BaseHTTPRequestHandler):
        """A service of our own network that trusts whoever reaches it."""

        def do_GET(self) -> None:
            """Note the visit."""
            visited.append(self.path)

    with HTTPServer(("127.0.0.1", 0), Inside) as inside:
        thread = threading.Thread(target=inside.serve_forever, args=(0.05,))
        thread.start()
        token = f"token-{uuid.uuid4()}"
        line.across.peer.leads[token] = f"http://127.0.0.1:{inside.server_port}/secret"
        part = line.address(f"{line.across.link.url(SG)}/files/{token}")
        assert codes(line.said(part)) == []
        line.across.work()
        inside.shutdown()
        thread.join()
    kept = line.kept(part)
    assert kept is not None and kept.state == "Error"
    assert word_on(line, kept) == ["Error"]
    assert visited == []


def test_a_third_party_delivers(line: Line) -> None:
    """PH delivers on, and speaks of, a task that VN sent to SG: for PH there is no such task."""
    done = news(PH, {line.package.task(): ("LDTaskStatus", "Disclosed")})
    with beside(line.across, PH) as other:
        assert codes(other.ask(line.part())) == [3016]
        assert codes(other.ask(create(done))) == [3016]
    assert "Disclosed" not in line.across.statuses(line.package.id, "ours").values()


def test_a_receipt_that_says_less_than_the_notification(line: Line) -> None:
    """The statuses must be those that the signed receipt means: a notification cannot say more than people signed."""
    path = line.across.nodes.maker.path()
    path.write_bytes(line.package.raw)
    receive(line.across.nodes.office(SG), path)
    receipt = line.across.nodes.answered(line.across.request(line.package.id), "received")
    said = notice(line.package, SG, receipt, {line.package.task(): ("LDTaskStatus", "Disclosed")})
    before = line.across.state(line.package.id)
    answer = line.said(*said)
    assert codes(answer) == [3007, 3000]
    assert "expected a status that the receipt means" in words(answer)
    assert line.across.state(line.package.id) == before
