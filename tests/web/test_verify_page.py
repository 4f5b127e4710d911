"""The verify page judges as the command does, and tells people what they need."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from builders.attacks import ATTACKS, proven, with_proof
from builders.browsing import handed, judge, opened
from builders.directory import build_directory
from builders.packages import TOP, Maker
from builders.receipts import RECEIPT_ATTACKS
from comity.kernel.clock import stamp
from comity.packages.owndirectory import OwnDirectory
from comity.packages.receipt import Expected, verify_receipt
from comity.packages.verification import Given, verify
from comity.packages.webpage import build_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
DIGEST = "0" * 64


@pytest.fixture
def maker(tmp_path: Path, shared: Page) -> Iterator[Maker]:
    """A maker of packages, and the page's clock at the world's time."""
    made = Maker(build_directory(tmp_path), tmp_path)
    shared.clock.set_fixed_time(made.now)
    yield made


def judged(page: Page, maker: Maker, path: Path, **given: Any) -> dict[str, Any]:
    """What the page says of a package at the world's time."""
    page.clock.set_fixed_time(maker.now)
    return judge(page, handed(path), root=maker.world.root, **given)


def exported(maker: Maker) -> bytes:
    """The world's directory as one zip."""
    path = maker.path(".zip")
    maker.world.mirror.export(path)
    return path.read_bytes()


def steps(said: dict[str, Any]) -> list[tuple[str, str]]:
    """Each step's name and what became of it."""
    return [(step["name"], step["status"]) for step in said["steps"]]


def test_good_package_says_what_the_command_says(shared: Page, maker: Maker) -> None:
    """Verdict, steps, signers, call-back numbers and document are those of the command."""
    path = maker.good(attachments={"order.pdf": b"%PDF"})
    ours = verify(path, Given(root=maker.world.root, at=maker.now, acting_for="SG.orchid")).plain()
    theirs = judged(shared, maker, path, actingFor="SG.orchid")
    assert steps(theirs) == steps(ours)
    same = ("verdict", "package", "checked_at", "signers", "sender", "callback", "document", "advice")
    assert {name: theirs[name] for name in same} == {name: ours[name] for name in same}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_refused_at_the_same_step(name: str, shared: Page, maker: Maker) -> None:
    """The page refuses each attack at the step at which the command does."""
    attack = ATTACKS[name]
    path = attack.make(maker)
    own = exported(maker) if attack.step == "revocation" else None
    said = judged(shared, maker, path, directory=own)
    assert (said["verdict"], said["step"]) == ("refused", attack.step)


@pytest.mark.parametrize("name", RECEIPT_ATTACKS)
def test_attack_on_a_receipt_is_refused_at_the_same_step(name: str, shared: Page, maker: Maker) -> None:
    """The page refuses each attack on a receipt at the step at which the command does."""
    attack = RECEIPT_ATTACKS[name]
    path = attack.make(maker)
    own = exported(maker) if attack.step == "revocation" else None
    said = judged(shared, maker, path, directory=own)
    assert (said["verdict"], said["step"]) == ("refused", attack.step)


def test_folder_is_judged_like_its_zip(shared: Page, maker: Maker) -> None:
    """The files of a package's folder, as a browser lists them, are valid too."""
    files = {f"{TOP}/{name}": data for name, data in maker.parts().items()}
    assert judge(shared, files, root=maker.world.root)["verdict"] == "valid"


def test_folder_with_a_file_too_many_is_refused(shared: Page, maker: Maker) -> None:
    """A file that belongs to nothing is seen in a folder."""
    files = {f"{TOP}/{name}": data for name, data in maker.parts().items()}
    assert judge(shared, {**files, f"{TOP}/notes.txt": b"x"}, root=maker.world.root)["step"] == "bag"


def test_emergency_shows_three_signers(shared: Page, maker: Maker) -> None:
    """An emergency request is valid with the confirmer's signature."""
    said = judged(shared, maker, maker.good(maker.request(measure="disclose_emergency")))
    assert [signer["role"] for signer in said["signers"]] == ["draft", "release", "emergency"]


def test_ledger_proof_is_checked(shared: Page, maker: Maker) -> None:
    """A proof of the release passes its step and says where it stands."""
    path = with_proof(maker, lambda digest: proven(maker, package=digest))
    ours, theirs = verify(path, Given(root=maker.world.root, at=maker.now)).plain(), judged(shared, maker, path)
    assert theirs["steps"][11] == ours["steps"][11]


def test_time_token_counts_as_absent(shared: Page, maker: Maker) -> None:
    """The page trusts no time authority, and says so."""
    path = maker.pack({**maker.parts(), "seal/timestamp.tsr": b"\x30\x00"})
    said = judged(shared, maker, path)
    assert said["verdict"] == "valid"
    assert "trusts no time authority" in said["steps"][10]["found"]


def test_package_for_somebody_else_is_refused(shared: Page, maker: Maker) -> None:
    """Who acts for another party than the addressee is told so."""
    assert judged(shared, maker, maker.good(), actingFor="PH.cicc")["step"] == "addressee"


def test_own_directory_takes_a_key_back(shared: Page, maker: Maker) -> None:
    """A key revoked since the sealing is refused by who has a newer directory."""
    path = maker.good()
    maker.world.clock.advance(timedelta(hours=1))
    maker.world.revoke("VN.a05", "release", reason="compromised")
    assert judged(shared, maker, path)["verdict"] == "valid"
    assert judged(shared, maker, path, directory=exported(maker))["step"] == "revocation"


def test_own_directory_gives_the_newest_number(shared: Page, maker: Maker) -> None:
    """Call-back numbers come from the directory that is newer."""
    path = maker.good()
    document = maker.world.party("VN.a05").document()
    document["callback"] = [{"number": "+1 555 0177", "desk": "New desk"}]
    maker.world.registry.update(document, vouchers=maker.world.registries["VN"])
    maker.world.refresh()
    said = judged(shared, maker, path, directory=exported(maker))
    assert [row["number"] for row in said["callback"]] == ["+1 555 0177"]


def test_fresh_own_directory_lets_an_older_slice_pass(shared: Page, maker: Maker) -> None:
    """A package opened after its slice expired verifies with a fresh directory of one's own, and not without."""
    path = maker.good()
    maker.world.clock.advance(timedelta(days=12))
    maker.world.refresh()
    given = Given(root=maker.world.root, at=maker.now, own=OwnDirectory(maker.world.mirror, maker.now))
    with_own = judged(shared, maker, path, directory=exported(maker))
    assert (judged(shared, maker, path)["step"], with_own["step"]) == (
        "directory",
        verify(path, given).plain()["refused_at"],
    )


def test_record_of_receipt_counts_as_the_time(shared: Page, maker: Maker) -> None:
    """Who has an own record of when it came may check as of then, though the directory has expired since."""
    path, came = maker.good(), maker.now
    maker.world.clock.advance(timedelta(days=40))
    assert judged(shared, maker, path)["verdict"] == "refused"
    assert judged(shared, maker, path, at=stamp(came))["verdict"] == "valid"


RECEIPTS: dict[str, dict[str, Any]] = {
    "good": {},
    "refusing": {"state": "refused", "code": "wrong_addressee", "reason": "Not ours."},
    "refusing without a code": {"state": "refused"},
    "in an unknown state": {"state": "perhaps"},
    "from the future": {"at": "2026-11-25T09:00:00Z"},
    "too old": {"at": "2026-10-01T09:00:00Z"},
}


@pytest.mark.parametrize("changes", RECEIPTS.values(), ids=RECEIPTS)
def test_receipt_says_what_the_command_says(changes: dict[str, Any], shared: Page, maker: Maker) -> None:
    """Receipts get the command's verdict at the command's step."""
    made = Maker.receipt
    data = made(maker, DIGEST, **changes) if changes.get("state") != "perhaps" else unknown_state(maker)
    ours = verify_receipt(data, Expected(root=maker.world.root, at=maker.now)).plain()
    theirs = judge(shared, data, root=maker.world.root)
    assert (theirs["verdict"], steps(theirs), theirs["signers"]) == (ours["verdict"], steps(ours), ours["signers"])


def unknown_state(maker: Maker) -> bytes:
    """A receipt in a state that does not exist, signed by its desk."""
    from comity.crypto.envelope import Envelope
    from comity.kernel import canonical
    from comity.packages.receipt import PAYLOAD_TYPE

    document = json.loads(maker.receipt(DIGEST))
    payload = {"format": "comity-receipt/1", "state": "perhaps"}
    signed = Envelope(PAYLOAD_TYPE, canonical.dump(payload)).sign(maker.key("receipt", "SG.orchid"))
    return canonical.dump({**document, "envelope": json.loads(signed.dump())})


def test_receipt_signed_by_an_officer_of_another_role_is_refused(shared: Page, maker: Maker) -> None:
    """A receipt counts only from a post that may sign receipts."""
    data = maker.receipt(DIGEST, signer=maker.key("node", "SG.orchid"))
    assert judge(shared, data, root=maker.world.root)["step"] == "signers"


UNJUDGED = {
    "no root": (lambda maker: {"root": None}, "got no root file"),
    "a directory that is none": (lambda maker: {"directory": b"PK not a zip at all, really"}, "expected a package"),
    "a directory of others": (lambda maker: {"directory": exported_elsewhere(maker)}, "expected the pinned one"),
    "a time that is none": (lambda maker: {"at": "yesterday"}, "expected a time"),
}


def exported_elsewhere(maker: Maker) -> bytes:
    """An export of a directory with another root."""
    folder = maker.path("")
    folder.mkdir()
    return exported(Maker(build_directory(folder, name="elsewhere"), folder))


@pytest.mark.parametrize("case", UNJUDGED.values(), ids=UNJUDGED)
def test_no_verdict_without_what_is_needed(case: Any, shared: Page, maker: Maker) -> None:
    """The page says what is missing and gives no verdict."""
    from playwright.sync_api import Error

    change, message = case
    given = {"root": maker.world.root, **change(maker)}
    with pytest.raises(Error, match=message):
        judge(shared, handed(maker.good()), **given)


def test_encrypted_file_is_not_judged(shared: Page, maker: Maker) -> None:
    """An encrypted package is to be opened first."""
    from playwright.sync_api import Error

    with pytest.raises(Error, match="encrypted file"):
        judge(shared, b"age-encryption.org/v1\n-> X25519", root=maker.world.root)


def test_root_may_be_built_in(browser: Browser, maker: Maker, tmp_path: Path) -> None:
    """A page with a root in it needs none from the reader."""
    path = tmp_path / "own.html"
    path.write_bytes(build_page(maker.world.root))
    with opened(browser, path) as page:
        page.clock.set_fixed_time(maker.now)
        assert judge(page, handed(maker.good()), root=None)["verdict"] == "valid"
        assert hashlib.sha256(maker.world.root).hexdigest()[:4] in page.inner_text("#root-print")
