"""The examples of the user's page on the API, run word for word against a served desk."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from builders.api import program, signs_as
from builders.desk import Served, served
from builders.incoming import PASSPHRASE, Desks, desks
from builders.world import SHEET
from comity.requests.drafting import fill
from comity.web.api.catalogue import OPERATIONS

PAGE = Path(__file__).parents[2] / "docs" / "user" / "api.md"
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$|^<!-- (.*?) -->$", re.DOTALL | re.MULTILINE)
REQUEST, CASE = "VN.a05-2026-0001", "VA-2026-338"


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Desks]:
    """A provider's desk, to which a request came, and one of its people with a key."""
    with desks(tmp_path / "provider") as made:
        made.signer("wei", "provider")
        yield made


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Served]:
    """A desk of its own."""
    with served(tmp_path) as made:
        yield made


def shell(text: str, folder: Path, variables: dict[str, str]) -> str:
    """What lines of the page print."""
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text], cwd=folder, env={"PATH": path, "PASSPHRASE": PASSPHRASE} | variables,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def completed(desk: Served) -> None:
    """What people do at the desk between two examples."""
    fill(desk.nodes.office(), REQUEST, [desk.nodes.sheet(SHEET)])
    desk.member("minh", CASE)


def agrees(said: Any, got: Any, place: str = "") -> None:
    """Hold what the page says against what came; `...` stands for anything, and more may come than is said."""
    if isinstance(said, dict):
        assert said.keys() <= got.keys(), place
        for name, one in said.items():
            agrees(one, got[name], f"{place}.{name}")
    elif isinstance(said, list) and said:
        assert got, place
        for i, one in enumerate(said):
            agrees(one, got[i], f"{place}[{i}]")
    elif said != "...":
        assert said == got, place


def test_the_examples_do_what_the_page_says(desk: Served, shared: Desks, tmp_path: Path) -> None:
    """Every command of the page, in its order, answers what stands below it."""
    lan = program(desk, "lan", "drafter", "officer")
    minh, auditor = program(desk, "minh", "releaser"), program(desk, "kim", "auditor")
    signs_as(desk, "minh", "release").save(tmp_path / "release.key", PASSPHRASE)
    (desk.nodes.home() / "keys").mkdir()
    signs_as(desk, "lan", "draft").save(desk.nodes.home() / "keys" / "lan.key", PASSPHRASE)
    here = {"DESK": desk.origin, "TOKEN": lan.word, "RELEASER": minh.word, "AUDITOR": auditor.word}
    wei = program(shared.served, "wei", "provider")
    there = {"DESK": shared.served.origin, "TOKEN": wei.word}
    variables, printed, compared = here, "", 0
    request = shared.taken("wei")
    steps: dict[str, Callable[[], object]] = {
        "the draft is completed": lambda: completed(desk),
        "the safeguards are answered": lambda: shared.street.nodes.considered(request),
    }
    for kind, text, step in BLOCK.findall(PAGE.read_text("utf-8")):
        if step in steps:
            steps.pop(step)()
        elif step:
            variables = there if "provider" in step else here
        elif kind == "sh":
            printed = shell(text, tmp_path, variables)
        else:
            *_, last = re.split(r"(?<=})(?={)", printed.strip())
            agrees(json.loads(text), json.loads(last), text[:80])
            compared += 1
    assert compared > 15
    assert not steps
    assert (tmp_path / "draft.pdf").read_bytes().startswith(b"%PDF")


def test_the_page_names_every_act() -> None:
    """The table of the page names the act of every operation, and the beginning of every path."""
    text = PAGE.read_text("utf-8").partition("## All operations")[2]
    for one in OPERATIONS:
        assert one.act == "door.read" or f"`{one.act}`" in text, one.act
        assert f"/{one.path.split('/')[1]}" in text, one.path


def test_what_disagrees_with_the_page_is_found() -> None:
    """The comparison finds another value, a lacking field and an empty list."""
    for said, got in (({"a": 1}, {"a": 2}), ({"a": "..."}, {}), ([1], [])):
        with pytest.raises(AssertionError):
            agrees(said, got)
