"""Retention on the command line: set, planned, and run as it was planned."""

from __future__ import annotations

from pathlib import Path

from builders.commands import comity
from builders.nodes import Nodes

WHO = ("--person", "Trần Thị Bình", "--post", "evidence room", "--why", "time is over")


def test_what_is_due_is_shown_and_then_destroyed(today: Nodes, tmp_path: Path) -> None:
    """The plan names the item; run with its digest destroys it; run with another one is refused."""
    (tmp_path / "phone").mkdir()
    (tmp_path / "phone/a.jpg").write_bytes(b"one")
    home = ("--home", today.home())
    comity("evidence", "acquire", tmp_path / "phone", "--item", "E-17", "--to", tmp_path / "bag", *home)
    comity("evidence", "register", tmp_path / "bag", *WHO, *home)
    assert "no class was set" in comity("evidence", "retention", "plan", *home).out
    kept = comity("evidence", "retention", "set", "E-17", "inquiry", "--until", "2026-01-01", *WHO, *home)
    assert kept.out == "E-17: inquiry until 2026-01-01\n"
    plan = comity("evidence", "retention", "plan", "--json", *home).data
    assert [(one["item"], one["act"]) for one in plan["items"]] == [("E-17", "destroy")]
    assert comity("evidence", "retention", "run", "--plan", "00", *WHO, *home).code == 1
    done = comity("evidence", "retention", "run", "--plan", plan["plan"], *WHO, *home)
    assert done.out == "E-17 destroyed; its tombstone stands in its place\n"
    assert not (tmp_path / "bag").exists()
    assert "nobody holds it any more" in comity("evidence", "list", *home).out
    again = comity("evidence", "retention", "plan", "--json", *home).data["plan"]
    assert comity("evidence", "retention", "run", "--plan", again, *WHO, *home).out == "nothing was due\n"
    assert comity("evidence", "bundle", "E-17", "--to", tmp_path / "court", *WHO, *home).code == 2
    assert comity("evidence", "retention", "set", "E-17", "never", *WHO, *home).code == 2
