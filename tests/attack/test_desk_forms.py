"""Attacks with forms and headers: sent from elsewhere, under another name, too large, too slow, malformed."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from builders.desk import Served, Visitor, served
from comity.web.desk.errors import TooLarge
from comity.web.desk.guard import POLICY
from comity.web.desk.pages import ROUTES
from comity.web.desk.routes import FORM


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk at work, shared by these attacks."""
    with served(tmp_path_factory.mktemp("desk")) as made:
        yield made


LANGUAGE = {"language": "vi", "zone": "UTC"}


def sent(visitor: Visitor, headers: dict[str, str], **form: str) -> int:
    """The status of a form for the own account, sent with certain headers."""
    body = {"csrf": visitor.csrf("/account")} | LANGUAGE | form
    return visitor.client.post("/account/language", data=body, headers=headers).status_code


def own(desk: Served) -> dict[str, str]:
    """What a browser says of a form of our own page."""
    return {"origin": desk.origin, "sec-fetch-site": "same-origin"}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://example.org"},
        {"origin": "null"},
        {"origin": "http://localhost"},
        {"origin": "https://example.org", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {},
    ],
    ids=str,
)
def test_a_form_from_elsewhere_is_refused(desk: Served, headers: dict[str, str]) -> None:
    """A form that another site sent, or that does not say from where it comes, changes nothing, whatever it carries."""
    assert sent(desk.client("stays", "drafter"), headers) == 403
    assert desk.person("stays").language == "en"


def test_a_form_of_our_own_page_is_taken(desk: Served) -> None:
    """The same form from our own page is taken."""
    assert sent(desk.client("lan", "drafter"), own(desk)) == 303
    assert desk.person("lan").language == "vi"


@pytest.mark.parametrize("csrf", ["", "0" * 64, "é" * 32, "x" * 1000])
def test_a_form_without_the_word_of_its_page_is_refused(desk: Served, csrf: str) -> None:
    """A form whose word is missing, guessed or odd changes nothing."""
    assert sent(desk.client("lan", "drafter"), own(desk), csrf=csrf) == 403


def test_the_word_of_another_visitor_is_refused(desk: Served) -> None:
    """A form with the word of another person's page changes nothing."""
    other = desk.client("minh", "drafter").csrf("/account")
    assert sent(desk.client("lan", "drafter"), own(desk), csrf=other) == 403


def test_every_form_asks_where_it_comes_from(desk: Served) -> None:
    """No route that changes something takes a form from another site, whoever is signed in."""
    admin = desk.client("boss", "administrator")
    csrf = admin.csrf("/account")
    for route in ROUTES:
        if route.method == "POST":
            path = re.sub(r"\{[^}]+}", "x", route.path)
            answer = admin.client.post(path, data={"csrf": csrf}, headers={"origin": "https://example.org"})
            assert answer.status_code == 403, route.path


@pytest.mark.parametrize("host", ["example.org", "localhost", "localhost:1", "127.0.0.1", "", "localhost@example.org"])
def test_another_host_is_refused(desk: Served, host: str) -> None:
    """A request under another name gets no page, and nothing that leads to that name."""
    answer = desk.visitor().get("/sign-in", host=host or "x")
    assert answer.status_code == 421
    assert (host or "x:") not in answer.text.replace(desk.origin, "")


def test_a_host_in_other_headers_is_not_believed(desk: Served) -> None:
    """What a proxy's headers say of the host changes no address in a page."""
    headers = {"x-forwarded-host": "example.org", "forwarded": "host=example.org", "x-original-url": "/people"}
    answer = desk.visitor().get("/sign-in", **headers)
    assert answer.status_code == 200
    assert "example.org" not in answer.text


def test_two_hosts_are_refused(desk: Served) -> None:
    """A request that names two hosts is refused."""
    host = desk.origin.removeprefix("http://")
    assert b" 4" in raw(desk, f"GET /sign-in HTTP/1.1\r\nHost: {host}\r\nHost: example.org\r\n\r\n")[:13]


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing", "/account", "/people", "/static/0/desk.css"])
def test_every_answer_has_the_headers(desk: Served, path: str) -> None:
    """A page, a refusal, a redirect and a page that is not there carry the same policy, and are kept by nobody."""
    headers = desk.client("lan", "drafter").get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


def test_a_page_has_nothing_inline(desk: Served) -> None:
    """No page has a script, style or handler of its own in it."""
    lan = desk.client("lan", "drafter", "releaser")
    for path in ("/", "/duties", "/account", "/account/keys", "/glass", "/glass/review", "/sign-in", "/join"):
        text = lan.get(path).text
        assert not re.search(r"<style|<script(?! src=)|\sstyle=|\son[a-z]+=|javascript:", text), path


def test_what_people_wrote_is_shown_as_text(desk: Served) -> None:
    """Markup in a name, a reason, a case, an address and a query is shown, not obeyed."""
    evil = "<script>alert(1)</script>\"'"
    lan = desk.client("lan", "drafter", "releaser")
    assert lan.post("/glass", {"case": evil, "reason": evil}, page="/glass").status_code == 303
    for path in ("/glass", "/glass/review", "/", f"/glass?case={evil}", f"/join?code={evil}", f"/sign-in?next=/{evil}"):
        assert "<script>alert" not in lan.get(path).text, path


@pytest.mark.parametrize("size", [FORM + 1, 10 * FORM])
def test_a_form_that_is_too_large_is_refused(desk: Served, size: int) -> None:
    """A form of more bytes than the page takes is refused with 413."""
    lan = desk.client("lan", "drafter")
    answer = lan.client.post("/account/language", data={"zone": "x" * size}, headers=own(desk))
    assert answer.status_code == TooLarge.status


def test_a_form_of_unknown_length_is_cut(desk: Served) -> None:
    """A form that does not say its length is read up to the limit, and no further."""
    lan = desk.client("lan", "drafter")

    def pieces() -> Any:
        for _ in range(1000):
            yield b"x" * 1024

    headers = own(desk) | {"content-type": "application/x-www-form-urlencoded"}
    assert lan.client.post("/account/language", content=pieces(), headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("text/plain", b"csrf=1", 415),
        ("application/x-www-form-urlencoded", b"a=%ff%fe", 415),
        ("application/x-www-form-urlencoded", b"\xff", 415),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(500)), 415),
        ("application/x-www-form-urlencoded", b"", 403),
        ("application/x-www-form-urlencoded", b"csrf=%00&csrf=1&=&&&;", 403),
    ],
)
def test_what_is_no_form_is_refused(desk: Served, kind: str, body: bytes, status: int) -> None:
    """Another kind of body, broken letters and too many fields are refused, and nothing breaks."""
    lan = desk.client("lan", "drafter")
    headers = own(desk) | {"content-type": kind}
    assert lan.client.post("/account/language", content=body, headers=headers).status_code == status


@pytest.mark.parametrize(
    "path",
    ["/../../etc/passwd", "/static/../../desk.py", "/static/x/..%2f..%2fapp.py", "/static/x/%00.css", "/static//desk.css",
     "/people/../account", "/people/%2e%2e", "/people/x%0d%0aset-cookie:a=b", "/%ff%fe", "/static/x/templates"],
)  # fmt: skip
def test_odd_paths_lead_nowhere(desk: Served, path: str) -> None:
    """A path that climbs, hides a file or breaks a line gives no file and breaks nothing."""
    host = desk.origin.removeprefix("http://")
    answer = raw(desk, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
    assert answer.split(b" ")[1] in (b"404", b"303", b"400")
    assert b"root:" not in answer
    assert b"\r\nset-cookie: a=b" not in answer.lower()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(desk: Served, method: str) -> None:
    """A page is asked with GET, a form is sent with POST, and nothing else is known."""
    assert desk.client("lan", "drafter").client.request(method, "/account").status_code == 405


def test_a_connection_that_says_nothing_is_cut(desk: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection on which no request arrives is ended."""
    monkeypatch.setattr("comity.web.desk.serving.HEAD", 0.3)
    with socket.create_connection(("127.0.0.1", desk.server.port), timeout=30) as quiet:
        quiet.sendall(b"GET / HT")
        assert quiet.recv(10) == b""


def test_many_cookies_and_odd_ones_break_nothing(desk: Served) -> None:
    """A cookie with odd signs, or longer than any of ours, is a stranger's."""
    for value in ("x" * 5000, "\"';--", "../../x", "a=b=c", "é".encode().decode("latin-1")):
        headers = {"cookie": f"{desk.desk.site.cookie('visit')}={value}".encode("latin-1")}
        answer = desk.visitor().client.get("/account", headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == 303


def test_a_fault_of_the_program_tells_nothing(desk: Served, caplog: pytest.LogCaptureFixture) -> None:
    """When a page breaks off, the visitor gets a page without a trace, and the trace is in the program's log."""
    from comity.web.desk.app import make_app
    from comity.web.desk.routes import Route

    def broken(visit: object) -> Any:
        raise RuntimeError("a secret of the program")

    app = make_app(desk.desk, [Route("GET", "/broken", "door.read", broken)])
    from starlette.testclient import TestClient

    with TestClient(app, base_url=desk.origin) as client:
        answer = client.get("/broken")
    assert (answer.status_code, "secret" in answer.text, "Traceback" in answer.text) == (500, False, False)
    assert "a secret of the program" in caplog.text
    assert answer.headers["content-security-policy"] == POLICY


def raw(desk: Served, request: str) -> bytes:
    """The answer to a request, byte for byte as it is written here."""
    with socket.create_connection(("127.0.0.1", desk.server.port), timeout=30) as line:
        line.sendall(request.encode("latin-1"))
        parts = []
        while part := line.recv(65536):
            parts.append(part)
            if b"\r\n\r\n" in part and b"onnection: close" not in request.encode():
                break
        return b"".join(parts)
