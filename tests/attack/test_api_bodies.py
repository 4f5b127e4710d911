"""Attacks with what is sent to the API: bombs, other kinds, other methods, headers, odd words, the same twice."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from builders.api import Program, program
from builders.desk import Served, served
from builders.world import CASE
from comity.accounts import once
from comity.store import jobs

DRAFT = {"measure": "preserve", "to": "SG.orchid"}
KEY = "a-key-of-this-test-"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk at work, shared by these attacks."""
    with served(tmp_path_factory.mktemp("desk"), token_calls=1000) as made:
        yield made


@pytest.fixture(scope="module")
def lan(desk: Served) -> Program:
    """A program of a drafter who has a case."""
    made = program(desk, "lan", "drafter", "officer")
    assert made.post("/cases", CASE).status_code == 201
    return made


def sent(calls: Program, body: bytes, kind: str = "application/json", **headers: str) -> int:
    """The status of a body sent as a case."""
    return calls.call("POST", "/cases", content=body, headers={"content-type": kind} | headers).status_code


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"[" * 100_000, b'{"a":' * 50_000, b'{"a":1,"a":2}',
        b'{"format":"comity-case/1","format":"comity-case/1"}', b'{"a":1e400}', b'{"a":NaN}', b'{"a":-Infinity}',
        b'{"a":' + b"9" * 5000 + b"}", b'{"a":12345678901234567890}', b'{"a":"\\ud800"}', b'{"a":"\xff"}',
        b"\xef\xbb\xbf{}", "{}".encode("utf-16"), b'{"a":"\\u0000"}', b"a: 1", b"{} {}", b'{"a":1,}',
    ],
    ids=range(22),
)  # fmt: skip
def test_a_body_that_is_no_plain_json_is_refused(lan: Program, body: bytes) -> None:
    """Depth, names that stand twice, numbers that others would round, odd text: refused before anything is done."""
    assert sent(lan, body) == 422


def test_a_body_that_is_too_large_is_refused(desk: Served, lan: Program) -> None:
    """More bytes than an operation takes are refused, whether their number is told, told falsely, or not at all."""
    assert sent(lan, b" " * ((1 << 20) + 1)) == 413

    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 65536

    assert sent(lan, pieces()) == 413  # type: ignore[arg-type]  # sent in chunks, without a length
    host = desk.origin.removeprefix("http://")
    head = f"POST /api/v1/cases HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {lan.word}\r\n"
    assert b" 413 " in raw(desk, f"{head}Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n")[:20]


@pytest.mark.parametrize(
    "kind",
    [
        "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx",
        "application/json; charset=utf-16", "text/json", "application/xml", "application/vnd.x+json",
        "application/json, text/html",
    ],
)  # fmt: skip
def test_another_kind_of_content_is_refused(lan: Program, kind: str) -> None:
    """JSON that is called something else, as a page elsewhere could send it, is not looked at."""
    assert sent(lan, json.dumps(CASE).encode(), kind) == 415


def test_a_compressed_body_is_refused(lan: Program) -> None:
    """A body that would grow when it is opened is refused."""
    assert sent(lan, b"\x1f\x8b", **{"content-encoding": "gzip"}) == 415


def test_two_kinds_of_content_are_refused(desk: Served, lan: Program) -> None:
    """A call that names two kinds of content is refused."""
    host = desk.origin.removeprefix("http://")
    head = f"POST /api/v1/cases HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {lan.word}\r\nContent-Length: 2\r\n"
    answer = raw(desk, f"{head}Content-Type: application/json\r\nContent-Type: text/plain\r\n\r\n{{}}")
    assert b" 415 " in answer[:20]


@pytest.mark.parametrize("header", ["x-http-method-override", "x-method-override", "x-http-method", "_method"])
def test_a_method_cannot_be_overridden(lan: Program, header: str) -> None:
    """A look does not become a change, nor a change another one, by what a header says."""
    answer = lan.call("GET", "/cases", headers={header: "POST"})
    assert answer.json()["total"] == 1
    assert lan.call("GET", "/cases", params={"_method": "POST"}).status_code == 422
    for method in ("DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND"):
        assert lan.call(method, "/cases").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/cases?limit=100000000", "/cases?limit=-1", "/cases?limit=1&limit=2", "/cases?skip=9999999999999999999999",
        "/cases?limit=1e3", "/cases?x=1", "/requests?state=nothing", "/requests?case=%00", "/cases/%E2%80%AE",
        "/law/articles/999999999999999999999999", "/law/countries/vn", "/law/countries/../VN", "/directory/%2e%2e%2f",
        "/directory/VN.a05%0d%0aSet-Cookie:x=1", "/requests/%F0%9F%91%8D%00", "/law/instruments/" + "a" * 3000,
        "/analysis/timeline?case=X&since=yesterday", "/log/proofs/-1",
    ],
)  # fmt: skip
def test_an_odd_parameter_is_refused(desk: Served, lan: Program, path: str) -> None:
    """Numbers out of range, parameters twice or unknown, odd characters and ways upward are refused and echoed nowhere."""
    answer = lan.call("GET", path)
    assert answer.status_code in (403, 404, 422), answer.text
    assert "x=1" not in answer.headers.get("set-cookie", "")


def test_nothing_of_a_body_comes_back_in_a_refusal(lan: Program) -> None:
    """A refusal names the field at fault and never what stood in it."""
    answer = lan.post("/identifiers/recognise", {"text": "x", "region": "<script>secret</script>"})
    assert (answer.status_code, answer.json()["field"]) == (422, "region")
    assert "secret" not in answer.text
    more = lan.post(f"/requests?case={CASE['reference']}", DRAFT | {"admin": True})
    assert (more.status_code, more.json()["field"]) == (422, "admin")


def test_headers_of_an_answer_cannot_be_written(lan: Program, desk: Served) -> None:
    """Every answer has the headers of the desk, and none that a caller wrote."""
    for path in ("/cases", "/nothing", f"/cases/{CASE['reference']}"):
        headers = lan.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("host", ["example.org", "localhost", "127.0.0.1:1"])
def test_another_host_is_refused(lan: Program, host: str) -> None:
    """A call under another name is refused before its token is looked at."""
    assert lan.call("GET", "/cases", headers={"host": host}).status_code == 421


def test_what_is_no_package_is_refused(lan: Program) -> None:
    """A file that is no package gets its steps from verification, and is not taken in."""
    for data in (b"", b"PK\x03\x04" + b"\x00" * 100, b"\x00" * 70_000, b"age-encryption.org/v1\n", b"{}"):
        assert lan.post("/verify", data).status_code in (200, 422)
        assert lan.post("/incoming", data).status_code in (409, 422)
        assert lan.post("/receipts", data).status_code in (409, 422)


def test_what_was_refused_leaves_no_file_behind(desk: Served, lan: Program) -> None:
    """A file that is too large, breaks off, or is none takes no room afterwards, so that nobody fills the disk."""

    def pieces() -> Iterator[bytes]:
        for _ in range(65):
            yield bytes(1 << 20)

    headers = {"content-type": "application/octet-stream"}
    assert lan.call("POST", "/verify", content=pieces(), headers=headers).status_code == 413
    host = desk.origin.removeprefix("http://")
    head = f"POST /api/v1/verify HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {lan.word}\r\n"
    raw(desk, f"{head}Content-Type: application/octet-stream\r\nContent-Length: 70000000\r\n\r\n")
    lan.post("/verify", bytes(100_000))
    staging = desk.nodes.node().settings.files / "staging"
    assert [
        one for one in staging.rglob("file") if one.stat().st_size in (0, 100_000) or one.stat().st_size > 1 << 20
    ] == []


def test_the_same_call_twice_under_one_key_has_one_effect(desk: Served, lan: Program) -> None:
    """A draft that is asked for again under its key is told again and begun once, also when both come at once."""
    path = f"/requests?case={CASE['reference']}"
    before = lan.get("/requests", case=CASE["reference"]).json()["total"]
    first, again = (lan.post(path, DRAFT, key=f"{KEY}1") for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["idempotent-replay"] == "true"
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: lan.post(path, DRAFT, key=f"{KEY}2").status_code, range(4)))
    assert set(answers) <= {201, 409}
    assert lan.get("/requests", case=CASE["reference"]).json()["total"] == before + 2


def test_a_key_stands_for_one_call_of_one_token(desk: Served, lan: Program) -> None:
    """The same key at another call is refused; under another token it is another key."""
    path = f"/requests?case={CASE['reference']}"
    assert lan.post(path, DRAFT, key=f"{KEY}3").status_code == 201
    assert lan.post(path, DRAFT | {"exercise": True}, key=f"{KEY}3").status_code == 409
    other = program(desk, "lan", "drafter")
    assert "idempotent-replay" not in other.post(path, DRAFT, key=f"{KEY}3").headers


def test_a_call_that_was_refused_gives_its_key_back(lan: Program) -> None:
    """After a refusal the mended call may come under the same key."""
    path = f"/requests?case={CASE['reference']}"
    assert lan.post(path, DRAFT | {"to": "nowhere"}, key=f"{KEY}4").status_code == 422
    assert lan.post(path, DRAFT, key=f"{KEY}4").status_code == 201


def test_a_call_whose_end_is_not_known_is_not_done_again(desk: Served, lan: Program) -> None:
    """A key that a killed process had taken is refused from then on, and says that one has to look."""
    subject = f"{lan.token.id}:{KEY}5"
    path, now = f"/requests?case={CASE['reference']}", desk.crew.staff.now
    assert lan.post(path, DRAFT, key=f"{KEY}6").status_code == 201
    with desk.crew.staff.store.write() as unit:
        like = jobs.find(unit, once.KIND, f"{lan.token.id}:{KEY}6")
        assert like is not None
        jobs.add(unit, once.KIND, subject, due_at=now, payload={"asked": like.payload["asked"]})
    answer = lan.post(path, DRAFT, key=f"{KEY}5")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:x-comity:key-used")


@pytest.mark.parametrize("key", ["short", "x" * 81, "with space in", "a\tb\tc\td\te", "ключ-ключ-ключ"])
def test_a_malformed_key_is_refused(lan: Program, key: str) -> None:
    """A key that is too short to be one's own, too long, or of other signs is refused."""
    headers: Any = {"idempotency-key": key.encode()}
    assert lan.call("POST", "/cases", json=CASE, headers=headers).status_code == 422
    assert lan.call("GET", "/cases", headers={"idempotency-key": f"{KEY}7"}).status_code == 422


def raw(desk: Served, text: str) -> bytes:
    """What the server answers to bytes that no client would send."""
    host, port = desk.origin.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as made:
        made.sendall(text.encode())
        return made.recv(4096)
