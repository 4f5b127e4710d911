"""The commands on the desk: its first administrator, who works there, and serving it."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import httpx2
import pytest

from builders.commands import comity
from builders.nodes import Nodes
from builders.pair import PROGRAM
from builders.patience import free_port
from builders.staff import PASSWORD, SECRET
from comity.accounts import entering, totp
from comity.accounts.sessions import Caller
from comity.node.errors import BadSettings
from comity.node.service import open_node
from comity.node.settings import NAME
from comity.web.desk.site import site


def with_desk(home: Path, **settings: str) -> None:
    """Let a node have a desk."""
    path, text = home / NAME, (home / NAME).read_text("utf-8")
    for name, value in settings.items():
        lines = [line for line in text.splitlines() if not line.startswith(f"{name} =")]
        text = "\n".join([*lines, f'{name} = "{value}"']) + "\n"
    path.write_text(text, "utf-8")


def test_the_first_administrator_gets_a_code_until_he_is_there(today: Nodes) -> None:
    """The command makes a code as often as it is asked, until an administrator can sign in; then it refuses."""
    home = today.home()
    assert comity("desk", "first", "--home", home).out.strip().startswith("Run `comity serve`")
    code = comity("desk", "first", "--home", home, "--json").data["code"]
    with open_node(home) as node:
        opened = entering.by_code(node.staff, code, Caller())
        digits = totp.code(SECRET, totp.step_of(node.clock.now()))
        entering.set_password(node.staff, opened.session, PASSWORD, SECRET, digits)
    refused = comity("desk", "first", "--home", home, "--json")
    assert (refused.code, refused.problem["advice"]) == (1, "Let an administrator invite you.")
    listed = comity("desk", "people", "--home", home, "--json").data
    assert listed == [{"name": "admin", "label": "admin", "state": "active", "roles": ["administrator"]}]
    assert "administrator" in comity("desk", "people", "--home", home).out


def test_a_node_without_an_address_in_the_directory_serves_its_desk_alone(today: Nodes) -> None:
    """`comity serve` serves the desk of a node that no peer can reach yet, says where, and ends in order."""
    home, port = today.home(), free_port()
    with_desk(home, desk=f"127.0.0.1:{port}", desk_url=f"http://localhost:{port}")
    line = [*PROGRAM, "serve", "--home", str(home), "--json"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        said = json.loads("".join(running.stdout.readline() for _ in range(4)))
        assert said == {"party": "VN.a05", "desk": f"http://localhost:{port}"}
        answer = httpx2.get(f"http://localhost:{port}/sign-in", timeout=60)
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=90)
    assert (answer.status_code, running.returncode) == (200, 0)


@pytest.mark.parametrize(
    ("url", "listen", "tls"),
    [
        ("http://localhost:8480", "0.0.0.0:8480", ""),
        ("http://desk.example.org", "127.0.0.1:8480", ""),
        ("https://desk.example.org/desk", "127.0.0.1:8480", ""),
        ("https://desk.example.org", "[::]:8480", ""),
        ("http://localhost:8480", "127.0.0.1:8480", "desk.pem"),
        ("desk.example.org", "127.0.0.1:8480", ""),
        ("https://user@desk.example.org", "127.0.0.1:8480", ""),
    ],
)
def test_nobody_comes_by_plain_http_from_elsewhere(url: str, listen: str, tls: str) -> None:
    """Plain HTTP on another address than this machine's, or under another name, is refused at the start."""
    with pytest.raises(BadSettings):
        site(url, listen, tls)


def test_a_desk_behind_a_proxy_or_with_its_own_certificate() -> None:
    """HTTPS is served by the desk itself on any address, or by a proxy on this machine."""
    assert site("https://desk.example.org", "127.0.0.1:8480", "").host == "desk.example.org"
    assert site("https://desk.example.org:8443/", "0.0.0.0:8443", "desk.pem").host == "desk.example.org:8443"
