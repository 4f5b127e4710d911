"""Attacks through the public verify page: bombs, floods, slow senders, programs in texts, questions about our own affairs."""

from __future__ import annotations

import io
import socket
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from builders.desk import Served, Visitor, served
from builders.patience import until
from comity.accounts.errors import TooSoon
from comity.packages.names import MAX_TOTAL
from comity.web.desk.errors import Busy
from comity.web.desk.strangers import Strangers
from comity.web.desk.verify import FORM, MOST, tame


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk at work."""
    with served(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture(autouse=True)
def _calm(desk: Served) -> None:
    """Forget who came before, so that no test has to wait."""
    desk.desk.strangers._came.clear()


def dropped(visitor: Visitor, data: bytes, name: str = "package.zip") -> httpx2.Response:
    """The answer to a file."""
    return visitor.post("/verify", page="/verify", files={"file": (name, data)})


def sent(desk: Served, length: int) -> bytes:
    """The answer to the beginning of a form that says it is so long."""
    host = desk.origin.removeprefix("http://")
    with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), timeout=60) as slow:
        lines = (
            "POST /verify HTTP/1.1", f"Host: {host}", f"Origin: {desk.origin}", f"Content-Length: {length}",
            "Content-Type: multipart/form-data; boundary=x", "", "--x",
        )  # fmt: skip
        slow.sendall("\r\n".join(lines).encode())
        return slow.recv(1000)[:20]


def test_a_zip_bomb_is_refused(desk: Served) -> None:
    """A zip that would grow is refused by its first step, before anything of it is unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("x/data/request.json", b"\0" * (100 << 20))
    answer = dropped(desk.visitor(), out.getvalue())
    assert "Refused" in answer.text
    assert answer.text.count('class="not-reached"') == 13
    assert MAX_TOTAL > MOST


def test_a_file_that_says_how_large_it_is_is_refused_unread(desk: Served) -> None:
    """A form that is larger than the page takes is refused by its length alone."""
    assert b" 413 " in sent(desk, FORM + 1)


def test_many_files_from_one_address_have_to_wait(desk: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The eleventh file of an address within a minute is refused with the time to wait."""
    monkeypatch.setattr(desk.desk.strangers, "_clock", lambda: 0.0)  # a slow machine may take longer than the minute
    visitor = desk.visitor()
    csrf = visitor.csrf("/verify")
    own = {"origin": desk.origin, "sec-fetch-site": "same-origin"}
    answers = [
        visitor.client.post("/verify", data={"csrf": csrf}, files={"file": ("a", b"x")}, headers=own) for _ in range(11)
    ]
    assert [one.status_code for one in answers] == [200] * 10 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 61


def test_a_slow_sender_is_cut_off(tmp_path: Path) -> None:
    """Who sends a form byte by byte is refused when his time is over, and leaves his place."""
    with served(tmp_path, stranger_time=0.5) as hasty:
        assert b" 408 " in sent(hasty, 1000)
        until(lambda: hasty.desk.strangers._inside.total() == 0)


def test_a_form_from_elsewhere_is_refused(desk: Served) -> None:
    """Another site cannot have its visitors send files here."""
    assert desk.visitor().client.post("/verify", files={"file": ("a", b"x")}).status_code == 403


def test_a_program_in_a_name_is_text(desk: Served) -> None:
    """Markup, paths and turning marks in a file's name or in bytes are shown as text or not at all."""
    name = "../../<script>alert(1)</script>\u202egpj.zip"
    answer = dropped(desk.visitor(), b'{"format": "<script>alert(2)</script>"}', name)
    assert "<script>alert" not in answer.text
    assert "\u202e" not in answer.text
    assert ".." not in answer.text


def test_turning_marks_are_shown_as_boxes() -> None:
    """What nobody sees stands as a box."""
    assert tame("a\u202eb\u200b") == "a□b□"


def test_nobody_learns_here_what_is_known(desk: Served) -> None:
    """A package that this node has taken in, and one that it has not, get the same verdict on the page."""
    from comity.requests.intake import receive

    nodes = desk.nodes
    package = nodes.carried(nodes.released())
    before = dropped(desk.visitor(), package.read_bytes()).text
    receive(nodes.office("SG.orchid"), package)
    after = dropped(desk.visitor(), package.read_bytes()).text
    assert "no record of earlier packages at hand" in before
    assert "no record of earlier packages at hand" in after


def test_nothing_is_left_behind(desk: Served) -> None:
    """Nothing that was dropped lies on the node's disk after the answer."""
    home = desk.desk.node.settings.home
    dropped(desk.visitor(), b"PK")  # the first file of all makes the folder where files are set aside
    before = {one for one in home.rglob("*") if not one.name.startswith("node.db")}
    dropped(desk.visitor(), b"PK" + b"\0" * (3 << 20))
    until(lambda: {one for one in home.rglob("*") if not one.name.startswith("node.db")} <= before)


def test_places_are_few_and_each_address_has_one() -> None:
    """An address has one file inside at a time, an IPv6 network counts as one, and all together have eight."""
    now = [0.0]
    crowd = Strangers(most=3, clock=lambda: now[0])
    with crowd.inside("2001:db8::1"):
        with pytest.raises(TooSoon), crowd.inside("2001:db8::ffff"):
            pass
        with crowd.inside("192.0.2.1"), crowd.inside("192.0.2.2"), pytest.raises(Busy), crowd.inside("192.0.2.3"):
            pass
    assert crowd._inside.total() == 0
    now[0] = 61.0
    with crowd.inside("192.0.2.9"):
        assert list(crowd._came) == ["192.0.2.9"]


def test_two_are_looked_at_at_once() -> None:
    """A third file waits, and is told to come again when it waited too long."""
    crowd, started = Strangers(), threading.Barrier(3)
    ended = threading.Event()

    def work() -> None:
        with crowd.looking():
            started.wait(60)
            ended.wait(60)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    started.wait(60)
    with pytest.raises(Busy), crowd.looking(patience=0.05):
        pass
    ended.set()
    for one in workers:
        one.join()
    with crowd.looking(patience=0.05):
        pass
