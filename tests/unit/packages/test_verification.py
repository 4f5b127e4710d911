"""Verification finds the whole of a good package, step by step, and says what did not apply."""

from __future__ import annotations

import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders.directory import build_directory
from builders.packages import TOP, Maker
from comity.packages import verification
from comity.packages.owndirectory import OwnDirectory
from comity.packages.verification import Given, verify

STEPS = [
    "container", "bag", "seal", "statement", "request", "attachments", "document", "directory", "signers", "revocation", "time",
    "ledger", "addressee", "replay",
]  # fmt: skip


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    """A maker of packages."""
    return Maker(build_directory(tmp_path), tmp_path)


def given(maker: Maker, **more: Any) -> Given:
    """What a verifier brings in the maker's world."""
    return Given(root=maker.world.root, at=maker.now, **more)


def statuses(maker: Maker, path: Path, **more: Any) -> dict[str, str]:
    """The status of each step."""
    return {step.name: step.status for step in verify(path, given(maker, **more)).steps}


def test_a_good_package_with_a_root_alone(maker: Maker) -> None:
    """Whoever has only the root gets a verdict; what he did not bring is skipped with the reason."""
    result = verify(maker.good(attachments={"order.txt": b"x"}), given(maker))
    assert result.valid
    assert [step.name for step in result.steps] == STEPS
    assert [step.number for step in result.steps] == list(range(1, 15))
    skipped = {step.name: step.found for step in result.steps if step.status == "skipped"}
    assert list(skipped) == ["revocation", "ledger", "addressee", "replay"]
    assert all(skipped.values())


def test_a_good_package_with_everything(maker: Maker) -> None:
    """With a directory, a party and a record of one's own, these steps apply and hold."""
    own = OwnDirectory(maker.world.mirror, maker.now)
    status = statuses(maker, maker.good(), own=own, acting_for="SG.orchid", known=lambda _: "")
    assert {status[name] for name in ("revocation", "addressee", "replay")} == {"ok"}


def test_the_result_shows_people_and_call_back(maker: Maker) -> None:
    """The result names who signed in which role, and the number to call from the directory."""
    plain = verify(maker.good(), given(maker)).plain()
    assert [(s["role"], s["holder"]) for s in plain["signers"]] == [("draft", "Officer 1"), ("release", "Officer 2")]
    assert plain["callback"] == [{"number": "+1 555 0101", "desk": "Duty desk"}]
    assert (plain["sender"]["id"], plain["document"]["reference"]) == ("VN.a05", TOP)


def test_an_emergency_has_a_third_person(maker: Maker) -> None:
    """An emergency request carries drafter, releaser and confirmer, in this order."""
    result = verify(maker.good(maker.request(measure="disclose_emergency")), given(maker))
    assert [signer.role for signer in result.signers] == ["draft", "release", "emergency"]


def test_a_folder_is_a_package_too(maker: Maker, tmp_path: Path) -> None:
    """The same package unpacked verifies with the same digest."""
    path = maker.good(attachments={"a/đ.txt": b"x"})
    with zipfile.ZipFile(path) as z:
        z.extractall(tmp_path / "out")
    one, other = verify(path, given(maker)), verify(tmp_path / "out" / TOP, given(maker))
    assert (one.valid, one.digest) == (other.valid, other.digest)


@pytest.mark.parametrize(("party", "status"), [("SG.orchid", "ok"), ("PH.cicc", "failed"), ("", "skipped")])
def test_addressee(party: str, status: str, maker: Maker) -> None:
    """A package is for the party one acts for, if one says so."""
    assert statuses(maker, maker.good(), acting_for=party)["addressee"] == status


def test_replay(maker: Maker) -> None:
    """The same package is no replay; the same request under another digest is."""
    path = maker.good()
    digest = verify(path, given(maker)).digest
    for known, status in ((digest, "ok"), ("", "ok"), ("0" * 64, "failed")):
        assert statuses(maker, path, known=lambda _, known=known: known)["replay"] == status


def test_ones_own_record_of_receipt(maker: Maker) -> None:
    """A package that is too old to be believed is valid to whoever recorded when it came."""
    path, came = maker.good(), maker.now
    maker.world.clock.advance(timedelta(days=60))
    maker.world.refresh()
    assert not verify(path, given(maker)).valid
    assert verify(path, given(maker, attested=came)).valid


def test_a_fresh_directory_of_ones_own_spares_the_slice(maker: Maker) -> None:
    """After a long weekend the slice has expired; who has a fresh directory can still verify, who has none cannot."""
    path = maker.good()
    maker.world.clock.advance(timedelta(days=5))
    assert statuses(maker, path)["directory"] == "failed"
    maker.world.refresh()
    assert verify(path, given(maker, own=OwnDirectory(maker.world.mirror, maker.now))).valid


@pytest.mark.parametrize("minutes", [-5, 5])
def test_clocks_may_differ_a_little(minutes: int, maker: Maker) -> None:
    """A seal five minutes off is accepted."""
    assert verify(maker.good(sealed_at=maker.now + timedelta(minutes=minutes)), given(maker)).valid


def test_progress_counts_every_byte_hashed(maker: Maker) -> None:
    """The bytes told while verifying add up to the files that were hashed."""
    told: list[int] = []
    path = maker.good(attachments={"a": bytes(100_000)})
    verify(path, given(maker, advance=told.append))
    parts = maker.parts(path)
    seal = sum(len(data) for name, data in parts.items() if name.startswith(("seal/", "tagmanifest")))
    assert sum(told) == sum(map(len, parts.values())) - seal


@pytest.mark.parametrize("data", [b"", b"x", b"PK\x03\x04", bytes(10_000)])
def test_what_is_no_package_is_refused_at_once(data: bytes, maker: Maker) -> None:
    """A file that is no package fails at the container, and no later step is reached."""
    path = maker.path()
    path.write_bytes(data)
    result = verify(path, given(maker))
    assert [step.status for step in result.steps] == ["failed", *["not reached"] * 13]
    assert result.plain()["package"] is None


def test_a_missing_file_is_a_result_too(maker: Maker) -> None:
    """A path with nothing at it is refused at the container, without an exception."""
    result = verify(maker.folder / "none", given(maker))
    assert result.failed
    assert result.failed.name == "container"


def test_the_steps_are_those_of_the_format() -> None:
    """The steps named at the top of the module are those that run, with the same numbers."""
    listed = re.findall(r"^ ?(\d+) (\w+)  ", verification.__doc__ or "", re.MULTILINE)
    assert listed == [(str(n), name) for n, name in enumerate(STEPS, 1)]
