"""What is due is shown first and destroyed as it was shown; a tombstone keeps the proof."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from builders.custody import ABROAD, LAB, custodian, deed
from builders.evidence import acquired, grown
from builders.logs import NOON, signer
from comity.evidence import statement
from comity.evidence.custody import Custodian
from comity.evidence.errors import EvidenceUnwritable, WrongHand
from comity.evidence.registering import bag_of
from comity.evidence.retention import carry_out, classes, grave, plan, set_class
from comity.evidence.sealing import Seal
from comity.kernel.clock import FixedClock
from comity.kernel.errors import BadInput, ComityError
from comity.store.engine import Store

ITEM = "A-1"


@pytest.fixture
def keeper(store: Store, tmp_path: Path) -> Custodian:
    """A custodian of one signed item that is kept until the day after noon's."""
    made = custodian(store, FixedClock(NOON))
    files: dict[tuple[bytes, ...], bytes] = {(b"private-name.txt",): b"private words"}
    generation = acquired(
        tmp_path / "bag", grown(tmp_path / "src", files), seal=Seal(lambda n: bytes(range(n)), signer())
    )
    made.register(bag_of(generation, tmp_path / "bag", at=NOON), deed("acquired"), deed("sealed"))
    set_class(made, ITEM, "case", deed("noted"), NOON.date() + timedelta(days=1))
    return made


def later(keeper: Custodian, days: int = 2) -> None:
    """Let days pass."""
    assert isinstance(keeper.clock, FixedClock)
    keeper.clock.advance(timedelta(days=days))


def planned(keeper: Custodian) -> tuple[str, str, str]:
    """What the plan says of the item: act, reason and the plan's digest."""
    with keeper.store.write() as unit:
        found = plan(keeper, unit)
    return found.decisions[0].act, found.decisions[0].reason, found.digest


def test_an_item_is_kept_until_its_day_is_over(keeper: Custodian) -> None:
    """On the last day it is kept, on the next one it is due."""
    later(keeper, 1)
    assert planned(keeper)[:2] == ("keep", "its time is not over")
    later(keeper, 1)
    assert planned(keeper)[:2] == ("destroy", "class case, its time is over")


def test_planning_changes_nothing(keeper: Custodian, tmp_path: Path) -> None:
    """A plan made twice is the same, and leaves everything as it is."""
    later(keeper)
    assert planned(keeper) == planned(keeper)
    assert (tmp_path / "bag/data/src/private-name.txt").exists()
    assert len(keeper.look(ITEM).entries) == 3


def test_what_was_planned_is_destroyed(keeper: Custodian, tmp_path: Path) -> None:
    """The bytes go, the chain says so, and the tombstone proves what was there without a name or hash of a file."""
    later(keeper)
    digest = sha256((tmp_path / "bag/tagmanifest-sha256.txt").read_bytes()).hexdigest()
    assert carry_out(keeper, deed("destroyed"), planned(keeper)[2]) == [ITEM]
    tomb = grave(tmp_path / "bag")
    assert not (tmp_path / "bag").exists()
    signed, generation = statement.load((tomb / statement.STATEMENT).read_bytes())
    signed.verify(signed.signatures[0], signer().public)
    assert generation.digest == digest == sha256((tomb / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    checked = keeper.look(ITEM)
    assert (checked.faults, checked.standing.gone) == ((), True)
    assert checked.entries[-1].deed.hashes == {
        "generation 1": sha256((tomb / "tombstone.json").read_bytes()).hexdigest()
    }
    left = b"".join(path.read_bytes() for path in tomb.rglob("*") if path.is_file())
    assert b"private" not in left
    assert sha256(b"private words").hexdigest().encode() not in left
    assert planned(keeper)[:2] == ("keep", "it is gone")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda k, p: k.note(ITEM, deed("hold-set")), "it is on legal hold"),
        (lambda k, p: k.note(ITEM, deed("transferred", to=LAB)), "it is under way"),
        (lambda k, p: [k.note(ITEM, deed("transferred", to=ABROAD)), k.note(ITEM, deed("accepted"))], "it is with another party"),
        (lambda k, p: set_class(k, ITEM, "permanent", deed("noted")), "it is kept for good"),
        (lambda k, p: set_class(k, ITEM, "inquiry", deed("noted")), "its time is not over"),
        (lambda k, p: shutil.rmtree(p / "bag"), "a bag is not where it was registered"),
        (lambda k, p: (p / "bag/tagmanifest-sha256.txt").write_bytes(b"other"), "a bag is not where it was registered"),
    ],
)  # fmt: skip
def test_what_must_be_kept_is_kept(
    keeper: Custodian, tmp_path: Path, change: Callable[[Custodian, Path], object], reason: str
) -> None:
    """A hold, a hand-over, another class, or another folder in its place keeps an item, and the plan says why."""
    later(keeper)
    change(keeper, tmp_path)
    assert planned(keeper)[:2] == ("keep", reason)
    assert carry_out(keeper, deed("destroyed"), planned(keeper)[2]) == []


def test_another_plan_is_not_carried_out(keeper: Custodian, tmp_path: Path) -> None:
    """When anything was entered since the plan was looked at, nothing is destroyed."""
    later(keeper)
    seen = planned(keeper)[2]
    keeper.note(ITEM, deed("opened"))
    with pytest.raises(WrongHand, match="plan"):
        carry_out(keeper, deed("destroyed"), seen)
    assert (tmp_path / "bag").exists()


@pytest.mark.parametrize("wrong", [deed("destroyed", LAB), deed("destroyed", why="")])
def test_only_who_holds_it_destroys_it(keeper: Custodian, tmp_path: Path, wrong: object) -> None:
    """Another post, or nobody's reason, destroys nothing."""
    later(keeper)
    with pytest.raises(ComityError):
        carry_out(keeper, wrong, planned(keeper)[2])  # type: ignore[arg-type]  # the parameters are of one kind
    assert (tmp_path / "bag").exists()


@pytest.mark.parametrize("at", [".bag.tombstone.new", "bag", "bag.destroying"])
def test_a_run_that_broke_off_goes_on(
    keeper: Custodian, tmp_path: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the disk stops a run, the same plan carried out again ends it, and the item is destroyed once."""
    later(keeper)
    seen = planned(keeper)[2]
    rename, remove = Path.rename, shutil.rmtree

    def failing(path: Path, *rest: object, **more: object) -> object:
        if path.name == at:
            raise OSError(5, "the disk stopped")
        return (remove if path.name == "bag.destroying" else rename)(path, *rest, **more)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(Path, "rename", failing)
    monkeypatch.setattr(shutil, "rmtree", lambda path, **more: failing(path, **more) if path.name == at else None)
    with pytest.raises(EvidenceUnwritable):
        carry_out(keeper, deed("destroyed"), seen)
    monkeypatch.undo()
    assert not keeper.look(ITEM).standing.gone
    assert carry_out(keeper, deed("destroyed"), seen) == [ITEM]
    assert {path.name for path in tmp_path.iterdir() if not path.name.startswith("node.db")} == {"bag.tombstone", "src"}
    assert [entry.deed.act for entry in keeper.look(ITEM).entries].count("destroyed") == 1


def test_an_unknown_class_is_refused(keeper: Custodian) -> None:
    """Only the classes that are described can be set."""
    with pytest.raises(BadInput):
        set_class(keeper, ITEM, "forever", deed("noted"))


def test_each_class_has_its_days(keeper: Custodian) -> None:
    """A class sets its own last day where none is given."""
    for name, row in classes().items():
        made = set_class(keeper, ITEM, name, deed("noted"))
        day = NOON.date() + timedelta(days=row["days"])
        assert made.deed.result == (f"{name} until {day}" if row["days"] else name)


def test_a_tombstone_of_another_bag_is_no_proof(keeper: Custodian, tmp_path: Path) -> None:
    """A false tombstone beside the place of a missing bag does not make the item count as destroyed."""
    later(keeper)
    shutil.rmtree(tmp_path / "bag")
    grave(tmp_path / "bag").mkdir()
    (grave(tmp_path / "bag") / "tombstone.json").write_text(json.dumps({"digest": "00" * 32}))
    assert planned(keeper)[1] == "a bag is not where it was registered"


def test_a_link_in_its_place_is_not_followed(keeper: Custodian, tmp_path: Path) -> None:
    """A link where the bag stood leads to nothing that is destroyed."""
    later(keeper)
    (tmp_path / "bag").rename(tmp_path / "elsewhere")
    (tmp_path / "bag").symlink_to(tmp_path / "elsewhere")
    assert planned(keeper)[1] == "a bag is not where it was registered"
