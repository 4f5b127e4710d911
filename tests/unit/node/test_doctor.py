"""The doctor looks at everything, and says what to do about what is not in order."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

from builders.custody import bag, deed
from builders.deliveries import line
from builders.nodes import TODAY, Nodes
from comity.node.doctor import Check, examine
from comity.requests.release import reopen
from comity.store import guard


def found(nodes: Nodes, party: str = "VN.a05") -> dict[str, Check]:
    """What the doctor finds at a node."""
    return {check.name: check for check in examine(nodes.home(party))}


def test_a_sound_node(today: Nodes) -> None:
    """Everything is looked at and in order, also at a node that has worked."""
    today.received()
    checks = found(today)
    assert list(checks) == [
        "node",
        "log",
        "directory",
        "keys",
        "files",
        "custody",
        "deliveries",
        "disk",
        "exchange",
        "outbox",
        "sign-in",
        "codes",
    ]
    assert {check.good for check in checks.values()} == {True}, checks
    assert not [check.advice for check in checks.values() if check.advice]
    assert checks["files"].found == "1 packages there"


def test_custody_that_holds(today: Nodes) -> None:
    """Chains that hold are counted, also where the details of an event were erased."""
    keeper = today.node().custodian
    keeper.register(bag(at=today.clock.now()), deed("acquired"), deed("sealed"))
    keeper.register(bag("B", "12" * 32, at=today.clock.now()), deed("acquired"))
    assert found(today)["custody"].found == "2 items with 3 entries, every chain holds"
    with today.node().store.write() as unit:
        today.node().ledger.erase(unit, 1, "order of a court")
    assert found(today)["custody"].found.endswith("1 whose event in the log was erased")


def test_a_broken_custody(today: Nodes) -> None:
    """An altered entry, and one that is missing, are counted, and the first is named with what to do."""
    keeper = today.node().custodian
    keeper.register(bag(at=today.clock.now()), deed("acquired"), deed("sealed"))
    keeper.register(bag("B", "12" * 32, at=today.clock.now()), deed("acquired"))
    with today.node().store.write() as unit:
        guard.drop(unit)
        unit.exec_driver_sql("UPDATE custody_entry SET entry = replace(entry, 'sealed', 'opened') WHERE number = 2")
        unit.exec_driver_sql("DELETE FROM custody_entry WHERE item = 'B'")
        guard.create(unit)
    check = found(today)["custody"]
    assert (check.good, "comity evidence custody E-2026-17" in check.advice) == (False, True)
    assert check.found.startswith("got 2 faults") and "E-2026-17, entry 2" in check.found


def test_what_was_discarded_is_no_fault(today: Nodes) -> None:
    """A sealed file that was reopened leaves nothing that nobody names."""
    request = today.sealed()
    reopen(today.office(), request.id, today.key("release"), "x")
    assert found(today)["files"].found == "0 packages there"


def test_a_missing_package(today: Nodes) -> None:
    """A package that a request names and that is gone is named, with the remedy."""
    request = today.released()
    today.node().blobs.path(request.file).unlink()
    check = found(today)["files"]
    assert (check.good, request.file in check.found, "back-up" in check.advice) == (False, True, True)


def test_what_a_crash_left(today: Nodes) -> None:
    """A package that nothing names is counted, and is no fault."""
    today.released()
    today.node().blobs.path("package-left.zip").write_bytes(b"x")
    check = found(today)["files"]
    assert (check.good, "1 files nothing names" in check.found) == (True, True)


def test_an_expired_directory(tmp_path: Path) -> None:
    """A mirror that has expired is told with its end, and the way to bring it up to date."""
    past = Nodes(tmp_path, TODAY - timedelta(days=10))
    check = found(past)["directory"]
    assert (check.good, "comity node update" in check.advice) == (False, True)


def test_no_node(tmp_path: Path) -> None:
    """Where there is no node, this is the one finding, with how to make one."""
    (check,) = examine(tmp_path)
    assert (check.good, "comity node init" in check.advice) == (False, True)


def test_a_damaged_log(today: Nodes) -> None:
    """A log that was tampered with is found, and the other questions are still asked."""
    today.released()
    today.close()
    with sqlite3.connect(today.home() / "node.db") as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
    database.close()
    (check,) = found(today).values()
    assert (check.name, check.good) == ("node", False)


def test_a_check_as_data() -> None:
    """A check is shown with its name, verdict, finding and advice."""
    assert Check("disk", good=True, found="5 GiB free").plain() == {
        "name": "disk",
        "good": True,
        "found": "5 GiB free",
        "advice": "",
    }


def test_a_delivered_file_that_is_gone_is_missed(today: Nodes) -> None:
    """A file that was acknowledged to a provider and is not there any more is said, with what to do."""
    made = line(today)
    made.take(made.things(made.offer(made.file("a.txt", b"one")))[0])
    assert found(today)["deliveries"].found == "1 delivered files there"
    today.office().blobs.path(made.parts()[0].file).unlink()
    check = found(today)["deliveries"]
    assert (check.good, "back-up" in check.advice) == (False, True)
