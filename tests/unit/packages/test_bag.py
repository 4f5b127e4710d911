"""Our bags beside the `bagit` library, both ways."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.files import FILES, laid
from builders.trials import tries
from comity.packages.bag import DECLARATION, INFO, MANIFEST, TAG_MANIFEST, Bag, read_bag, write_tags
from comity.packages.errors import BadBag, NewerFormat
from comity.packages.opening import open_container
from comity.packages.writer import FolderWriter, Written

GIVEN = {
    "Source-Organization": "VN.a05",
    "External-Identifier": "01939f3c-7a2e-7c11-9b52-6d1f0c8e4a77",
    "Bagging-Date": "2026-11-25",
    "Comity-Renderer": "typst 0.15.2",
}
logging.getLogger("bagit").setLevel(logging.CRITICAL)


def bagged(folder: Path, files: dict[str, bytes]) -> str:
    """A bag of ours in a new folder; gives its digest."""
    writer = FolderWriter(folder)
    return write_tags(writer, [writer.add(f"data/{name}", data) for name, data in files.items()], GIVEN)


def opened(folder: Path) -> Bag:
    """The bag in a folder, checked."""
    with open_container(folder) as container:
        return read_bag(container)


@contextmanager
def place() -> Iterator[Path]:
    """A folder for one example."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@settings(max_examples=tries(40), deadline=None)
@given(FILES)
def test_the_library_validates_ours(files: dict[str, bytes]) -> None:
    """A bag that we write is valid to the `bagit` library, with our information and our hashes."""
    with place() as folder:
        digest = bagged(folder / "top", files)
        bag = bagit.Bag(str(folder / "top"))
        bag.validate(processes=1)
        assert bag.info["Payload-Oxum"] == f"{sum(map(len, files.values()))}.{len(files)}"
        assert {name: e["sha256"] for name, e in bag.entries.items() if name.startswith("data/")} == {
            f"data/{name}": hashlib.sha256(data).hexdigest() for name, data in files.items()
        }
        assert digest == hashlib.sha256((folder / "top" / TAG_MANIFEST).read_bytes()).hexdigest()


@settings(max_examples=tries(40), deadline=None)
@given(FILES)
def test_we_accept_the_librarys(files: dict[str, bytes]) -> None:
    """A bag that the `bagit` library made with SHA-256, put in our form of tag files, is valid to us."""
    with place() as folder:
        top = laid(folder / "top", files)
        bagit.make_bag(str(top), dict(GIVEN), processes=1, checksums=["sha256"])
        oxum = bagit.Bag(str(top)).info["Payload-Oxum"]
        rows = {**GIVEN, "Payload-Oxum": oxum, "Comity-Format": "comity-package/1"}
        labels = [*list(GIVEN)[:3], "Payload-Oxum", "Comity-Format", "Comity-Renderer"]
        (top / INFO).write_text("".join(f"{label}: {rows[label]}\n" for label in labels))
        (top / "bagit.txt").write_bytes(DECLARATION)
        in_our_form(top / MANIFEST)
        with chdir(top):
            bagit._make_tagmanifest_file("sha256", ".")
        in_our_form(top / TAG_MANIFEST)
        assert set(opened(top).payload) == {f"data/{name}" for name in files}


def in_our_form(manifest: Path) -> None:
    """Sort a manifest of the library by path, with two spaces."""
    rows = [line.split(maxsplit=1) for line in manifest.read_text("utf-8").splitlines()]
    manifest.write_text("".join(f"{h}  {name}\n" for h, name in sorted(rows, key=lambda row: row[1])), "utf-8")


@settings(max_examples=tries(60), deadline=None)
@given(FILES, st.data())
def test_any_change_of_a_file_is_seen_by_both(files: dict[str, bytes], data: st.DataObject) -> None:
    """A file altered, added or taken away is refused by us and by the library alike."""
    with place() as folder:
        bagged(folder / "top", files)
        name = data.draw(st.sampled_from(sorted(files)))
        path = folder / "top" / "data" / name
        match data.draw(st.sampled_from(["alter", "add", "remove"])):
            case "alter":
                path.write_bytes(files[name] + b"x")
            case "add":
                path.with_name("new file").write_bytes(b"x")
            case "remove":
                path.unlink()
                path.with_name("another").write_bytes(files[name])
        with pytest.raises(BadBag):
            opened(folder / "top")
        with pytest.raises(bagit.BagValidationError):
            bagit.Bag(str(folder / "top")).validate(processes=1)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A small bag."""
    bagged(tmp_path / "top", {"a": b"one", "b/c": b"two"})
    return tmp_path / "top"


def test_a_bag_says_what_it_holds(top: Path) -> None:
    """A good bag gives its digest, its information and the hash of each file in `data/`."""
    bag = opened(top)
    assert bag.digest == hashlib.sha256((top / TAG_MANIFEST).read_bytes()).hexdigest()
    assert bag.info == GIVEN | {"Payload-Oxum": "6.2", "Comity-Format": "comity-package/1"}
    assert bag.payload["data/a"] == hashlib.sha256(b"one").hexdigest()


TAGS = {
    "declaration of 0.97": ("bagit.txt", DECLARATION.replace(b"1.0", b"0.97")), "mark before it": ("bagit.txt", b"\xef\xbb\xbf" + DECLARATION),
    "information in another order": (INFO, b"Bagging-Date: 2026-11-25\nSource-Organization: VN.a05\n"), "no information": (INFO, b"\n"),
    "information not UTF-8": (INFO, b"Source-Organization: \xff\n"), "information without end": (INFO, b"Source-Organization: VN.a05"),
    "manifest with carriage returns": (MANIFEST, b"0" * 64 + b"  data/a\r\n"), "manifest with one space": (MANIFEST, b"0" * 64 + b" data/a\n"),
    "manifest in capitals": (MANIFEST, b"A" * 64 + b"  data/a\n"), "manifest with a short hash": (MANIFEST, b"0" * 63 + b"  data/a\n"),
    "manifest empty": (MANIFEST, b"\n"), "manifest with a path twice": (MANIFEST, (b"0" * 64 + b"  data/a\n") * 2),
    "manifest not sorted": (MANIFEST, b"0" * 64 + b"  data/b\n" + b"0" * 64 + b"  data/a\n"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "data"), TAGS.values(), ids=TAGS.keys())
def test_a_malformed_tag_file_is_refused(name: str, data: bytes, top: Path) -> None:
    """A tag file in another form is refused by its name, before any hash is looked at."""
    (top / name).write_bytes(data)
    with pytest.raises(BadBag) as caught:
        opened(top)
    assert caught.value.file in (name, "bag-info.txt", "data/a", "data/b")


@pytest.mark.parametrize(
    ("stated", "kind"), [("comity-package/2", NewerFormat), ("comity-package/0", BadBag), ("other/1", BadBag)]
)
def test_a_newer_format_is_told_from_a_wrong_one(stated: str, kind: type[Exception], top: Path) -> None:
    """A package of a newer format is refused with the advice to get a newer version; another one as malformed."""
    info = (top / INFO).read_text().replace("comity-package/1", stated)
    (top / INFO).write_text(info)
    with pytest.raises(kind):
        opened(top)


def test_a_file_beside_the_bag_is_refused(top: Path) -> None:
    """A file that belongs neither to the bag nor to `seal/` is refused; one in `seal/` is not the bag's concern."""
    laid(top, {"seal/x": b""})
    assert len(opened(top).payload) == 2
    laid(top, {"fetch.txt": b"http://192.0.2.1/a 3 data/z\n"})
    with pytest.raises(BadBag, match="belongs to no part") as caught:
        opened(top)
    assert caught.value.file == "fetch.txt"


def test_a_wrong_count_of_bytes_is_refused(tmp_path: Path) -> None:
    """A bag whose Payload-Oxum does not say what is there is refused, though every hash agrees."""
    writer = FolderWriter(tmp_path / "top")
    payload = [writer.add("data/a", b"one")]
    writer.add("data/b", b"")
    write_tags(writer, [*payload, Written("data/b", 5, hashlib.sha256(b"").hexdigest())], GIVEN)
    with pytest.raises(BadBag) as caught:
        opened(tmp_path / "top")
    assert caught.value.field == "Payload-Oxum"
