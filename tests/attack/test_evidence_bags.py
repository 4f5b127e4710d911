"""Attacks on bags of evidence: each is refused, with the file named, and nothing outside the bag is touched."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.evidence import PlainBag, acquired, checked, grown
from builders.trials import tries
from comity.evidence import reading
from comity.evidence.errors import BadItem

Change = Callable[[Path], object]


@pytest.fixture
def item(tmp_path: Path) -> Path:
    """A sealed item of three files."""
    source = grown(tmp_path / "src", {(b"a",): b"one", (b"b", b"c"): b"two", (b"d",): b"three"})
    acquired(tmp_path / "item", source)
    return tmp_path / "item"


def listing(path: str) -> PlainBag:
    """A bag whose manifest lists another path for its one file."""
    return PlainBag(payload={"data/a": b"x"}, listed=lambda name: path if name == "data/a" else name)


@pytest.mark.parametrize(
    "path",
    [
        "../outside", "data/../../outside", "/etc/passwd", "~/x", "~root/x", "data/..", "data/./a", "data//a", "./../x",
        "C:/x", "C:\\x", "\\\\host\\x", "data\\..\\..\\x", "data/%2e%2e/x/../..", "data/a\0b", "bagit.txt",
    ],
)  # fmt: skip
def test_a_path_out_of_the_bag(path: str, tmp_path: Path) -> None:
    """A manifest that lists a path elsewhere is refused, and the path is not opened."""
    verdict = checked(listing(path).write(tmp_path / "bag"))
    assert not verdict.sound
    assert any(fault.file == "manifest-sha256.txt" for fault in verdict.faults)


def test_a_path_with_percent_encoded_dots_is_no_way_out(tmp_path: Path) -> None:
    """Only CR, LF and the percent sign are read as encoded: anything else is a name."""
    verdict = checked(listing("data/%2e%2e%2fx").write(tmp_path / "bag"))
    assert any(fault.file == "data/%2e%2e%2fx" and fault.found == "no such file" for fault in verdict.faults)


@pytest.mark.parametrize("name", ["data/a", "data/new", "metadata/tree.json", "seal/x"])
def test_a_link_in_place_of_a_file(name: str, item: Path, tmp_path: Path) -> None:
    """A link is no file, even when it leads to the very same bytes."""
    (tmp_path / "elsewhere").write_bytes(b"one")
    path = item / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(tmp_path / "elsewhere")
    verdict = checked(item)
    assert any(fault.file == name and fault.found == "a link" for fault in verdict.faults)


def test_a_linked_folder(item: Path, tmp_path: Path) -> None:
    """A folder that is a link is not entered."""
    (item / "data/more").symlink_to(tmp_path, target_is_directory=True)
    assert any(fault.file == "data/more" and fault.found == "a link" for fault in checked(item).faults)


def test_a_pipe_in_the_payload_does_not_hang(item: Path) -> None:
    """A pipe is not opened."""
    (item / "data/src/a").unlink()
    os.mkfifo(item / "data/src/a")
    assert any(fault.found == "a special file" for fault in checked(item).faults)


def test_a_name_that_is_no_text(item: Path) -> None:
    """A file whose name is not UTF-8 is told of, in escapes."""
    with open(os.fsencode(item) + b"/data/\xff", "wb"):
        pass
    assert any(fault.found == "a name that is not UTF-8" for fault in checked(item).faults)


def test_fetch_is_never_followed(tmp_path: Path) -> None:
    """Neither an address nor a file URL in fetch.txt is opened; the file counts as missing."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"one")
    bag = PlainBag(tags={"fetch.txt": f"file://{secret} 3 data/a.txt\nhttp://192.0.2.1/x - data/b/c.txt\n".encode()})
    folder = bag.write(tmp_path / "bag")
    (folder / "data/a.txt").unlink()
    verdict = checked(folder)
    assert any("never followed" in fault.found for fault in verdict.faults)
    assert not (folder / "data/a.txt").exists()


@pytest.mark.parametrize("line", [b"x", b"http://example.org/a 3 ../../etc/x", b"http://example.org/a many data/a.txt"])
def test_a_fetch_list_that_lies(line: bytes, tmp_path: Path) -> None:
    """A malformed line, or one that leads out of the bag, is a fault."""
    verdict = checked(PlainBag(tags={"fetch.txt": line + b"\n"}).write(tmp_path / "bag"))
    assert any(fault.file == "fetch.txt" for fault in verdict.faults)


def test_an_oversize_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list beyond the limits is refused and not read to its end."""
    monkeypatch.setattr(reading, "MAX_LINES", 10)
    rows = b"".join(b"%064x  data/%d\n" % (n, n) for n in range(20))
    verdict = checked(PlainBag(tags={"manifest-sha256.txt": rows}).write(tmp_path / "bag"))
    assert any("lines" in fault.expected for fault in verdict.faults)


def test_a_line_without_end(tmp_path: Path) -> None:
    """A line of megabytes is refused."""
    row = b"0" * 64 + b"  data/" + b"a" * (1 << 20) + b"\n"
    verdict = checked(PlainBag(tags={"manifest-sha256.txt": row}).write(tmp_path / "bag"))
    assert any("lines" in fault.expected for fault in verdict.faults)


def test_a_label_on_a_million_lines(tmp_path: Path) -> None:
    """A value spread over a million lines is put together in time that grows with their number alone."""
    rows = b"Description: x\n" + b" y\n" * 1_000_000
    verdict = checked(PlainBag(tags={"bag-info.txt": rows}).write(tmp_path / "bag"))
    assert verdict.sound


def test_an_endless_declaration(tmp_path: Path) -> None:
    """A declaration of megabytes is not read."""
    verdict = checked(PlainBag(tags={"bagit.txt": b"BagIt-Version: 1.0\n" * 100_000}).write(tmp_path / "bag"))
    assert [fault.file for fault in verdict.faults] == ["bagit.txt"]


def test_more_faults_than_anyone_reads(tmp_path: Path) -> None:
    """After a thousand faults it is said that there are more."""
    folder = PlainBag().write(tmp_path / "bag")
    for number in range(1100):
        (folder / f"data/{number}").touch()
    verdict = checked(folder)
    assert len(verdict.faults) == reading.MAX_FAULTS + 1
    assert "not listed" in verdict.faults[-1].found


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "US-ASCII"])
def test_lists_in_another_encoding_than_declared(encoding: str, tmp_path: Path) -> None:
    """A list that is not in the encoding declared is refused."""
    verdict = checked(
        PlainBag(encoding=encoding, tags={"manifest-md5.txt": b"\xff\xfe\xfd\xd8\x00"}).write(tmp_path / "bag")
    )
    assert any(fault.file == "manifest-md5.txt" for fault in verdict.faults)


def test_a_byte_order_mark_in_a_list(tmp_path: Path) -> None:
    """A mark that would hide in the first digest is a fault of its own."""
    verdict = checked(PlainBag(tags={"bag-info.txt": b"\xef\xbb\xbfPayload-Oxum: 6.2\n"}).write(tmp_path / "bag"))
    assert any(fault.expected == "no byte order mark" for fault in verdict.faults)


LIES: dict[str, tuple[str, Change]] = {
    "a name in the list of files": ("metadata/files.jsonl", lambda p: p.write_bytes(p.read_bytes().replace(b"src/a", b"src/z"))),
    "a digest in the list of files": ("metadata/files.jsonl", lambda p: p.write_bytes(p.read_bytes().replace(b'"sha256":"', b'"sha256":"0', 1))),
    "a time in the list of files": ("metadata/files.jsonl", lambda p: p.write_bytes(p.read_bytes().replace(b"2026", b"2025"))),
    "the number of files": ("metadata/acquisition.json", lambda p: p.write_bytes(p.read_bytes().replace(b'"files":3', b'"files":2'))),
    "who took it": ("metadata/acquisition.json", lambda p: p.write_bytes(p.read_bytes().replace(b"Seizing desk", b"Another desk"))),
    "a finding added": ("metadata/findings.jsonl", lambda p: p.write_bytes(b'{"code":"changed","detail":"","name":"src/a"}\n')),
    "a BLAKE3 digest": ("metadata/blake3.txt", lambda p: p.write_bytes(b"0" * 64 + p.read_bytes()[64:])),
    "a BLAKE3 digest twice, another none": (
        "metadata/blake3.txt",
        lambda p: p.write_bytes(b"".join([p.read_bytes().splitlines(keepends=True)[0]] * 3)),
    ),
    "no end of the last line": ("metadata/files.jsonl", lambda p: p.write_bytes(p.read_bytes()[:-1])),
    "the tree": ("metadata/tree.json", lambda p: p.write_bytes(p.read_bytes().replace(b'"root":"', b'"root":"0', 1))),
    "the label": ("bag-info.txt", lambda p: p.write_bytes(p.read_bytes().replace(b": A-1", b": A-2"))),
}  # fmt: skip


def resealed(item: Path) -> None:
    """Make all tag digests true again, as a forger without a key would."""
    import hashlib

    names = sorted(line.split("  ")[1] for line in (item / "tagmanifest-sha256.txt").read_text().splitlines())
    rows = (f"{hashlib.sha256((item / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    (item / "tagmanifest-sha256.txt").write_text("".join(rows))


@pytest.mark.parametrize("name", LIES)
def test_a_tag_file_that_lies(name: str, item: Path) -> None:
    """A tag file that was altered does not have its digest."""
    file, lie = LIES[name]
    lie(item / file)
    assert any(fault.layer == "tag files" and fault.file == file for fault in checked(item).faults)


@pytest.mark.parametrize("name", [n for n in LIES if "time" not in n and "who" not in n])
def test_a_tag_file_that_lies_in_a_bag_whose_digests_were_made_again(name: str, item: Path) -> None:
    """Even when the tag manifest is made anew, the files of an item contradict each other."""
    file, lie = LIES[name]
    lie(item / file)
    resealed(item)
    assert not checked(item).sound


@pytest.mark.parametrize("name", ["metadata/x", "notes.txt", "manifest-md5.txt"])
def test_a_file_smuggled_beside_the_payload(name: str, item: Path) -> None:
    """In an item of ours there is no file that the tag manifest does not list."""
    (item / name).write_bytes(b"")
    assert not checked(item).sound


def test_our_description_in_a_bag_that_denies_it(item: Path) -> None:
    """An item whose label was taken away is still judged as one."""
    text = (item / "bag-info.txt").read_text().replace("Comity-Format: comity-evidence/1\n", "")
    (item / "bag-info.txt").write_text(text)
    resealed(item)
    assert {"description", "tree"} <= {layer.name for layer in checked(item).layers}


@pytest.mark.parametrize(
    "row", [b"{}", b"[]", b"null", b'{"kind":"file"}', b"x", b'{"a":1,"a":2}', b"\xff", b"[" * 5000]
)
def test_a_list_of_files_that_is_no_list(row: bytes, item: Path) -> None:
    """Malformed lines are a fault of the description, not an accident of the program."""
    (item / "metadata/files.jsonl").write_bytes(row + b"\n")
    resealed(item)
    assert any(fault.layer == "description" for fault in checked(item).faults)


@pytest.mark.parametrize("document", [{}, [], 1, {"format": "comity-evidence/1"}, {"format": "comity-evidence/9"}])
def test_a_description_that_describes_nothing(document: object, item: Path) -> None:
    """So with the description of the act."""
    (item / "metadata/acquisition.json").write_text(json.dumps(document))
    resealed(item)
    assert any(fault.layer == "description" for fault in checked(item).faults)


@pytest.mark.parametrize("twins", [("data/a", "data/A"), ("data/\xe9", "data/e\u0301"), ("data/\u212a", "data/k")])
def test_names_that_some_system_takes_for_one(twins: tuple[str, str], tmp_path: Path) -> None:
    """A plain bag with twins is told of; it stays sound where the system can tell them apart."""
    verdict = checked(PlainBag(payload=dict.fromkeys(twins, b"x")).write(tmp_path / "bag"))
    assert verdict.sound
    assert any("only in case" in note for note in verdict.notes)


def test_twins_in_an_item_of_ours(item: Path) -> None:
    """We never write twins, so an item that has them is not ours."""
    for name, made in (("data/src/a", "data/src/A"),):
        (item / made).write_bytes((item / name).read_bytes())
        rows = (
            (item / "manifest-sha256.txt").read_text()
            + (item / "manifest-sha256.txt").read_text().splitlines()[0].replace(name, made)
            + "\n"
        )
        (item / "manifest-sha256.txt").write_text(rows)
    resealed(item)
    assert any(fault.found == "a twin" for fault in checked(item).faults)


def zipped(folder: Path, target: Path, compression: int = zipfile.ZIP_STORED, top: str = "item") -> Path:
    """Zip a bag as a person would."""
    with zipfile.ZipFile(target, "w", compression) as z:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            z.writestr(zipfile.ZipInfo(f"{top}/{path.relative_to(folder)}"), path.read_bytes(), compression)
    return target


def test_a_stored_zip_is_verified_like_the_folder(item: Path, tmp_path: Path) -> None:
    """The digest does not depend on the form."""
    folder, zip_ = checked(item), checked(zipped(item, tmp_path / "z.zip"))
    assert zip_.sound
    assert zip_.generation == folder.generation


def test_a_zip_bomb(tmp_path: Path) -> None:
    """A compressed zip is refused before anything is unpacked."""
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("item/data/zeros", bytes(64 << 20))
    with pytest.raises(BadItem, match="compressed"):
        checked(tmp_path / "bomb.zip")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_one_name_twice(tmp_path: Path) -> None:
    """A zip that readers may read in two ways is refused."""
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as z:
        z.writestr("item/bagit.txt", "a")
        z.writestr("item/bagit.txt", "b")
    with pytest.raises(BadItem, match="twice"):
        checked(tmp_path / "two.zip")


@pytest.mark.parametrize("name", ["../x", "/x", "item/../../x", "item/a\\b", "x"])
def test_a_zip_that_leads_out(name: str, tmp_path: Path) -> None:
    """Names out of the one top folder are refused."""
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as z:
        z.writestr("item/bagit.txt", "a")
        z.writestr(zipfile.ZipInfo(name), "b")
    with pytest.raises(BadItem):
        checked(tmp_path / "out.zip")


def test_a_zip_whose_size_lies(item: Path, tmp_path: Path) -> None:
    """A zip64 record or size that contradicts the file is refused."""
    data = bytearray(zipped(item, tmp_path / "z.zip").read_bytes())
    end = data.rfind(b"PK\x05\x06")
    data[end + 16 : end + 20] = b"\xff\xff\xff\xff"
    (tmp_path / "z.zip").write_bytes(data)
    with pytest.raises(BadItem):
        checked(tmp_path / "z.zip")


def test_a_damaged_zip(item: Path, tmp_path: Path) -> None:
    """A byte turned in a zip is found, with the file named."""
    data = bytearray(zipped(item, tmp_path / "z.zip").read_bytes())
    at = data.find(b"three")
    data[at] ^= 1
    (tmp_path / "z.zip").write_bytes(data)
    assert any(fault.file == "data/src/d" for fault in checked(tmp_path / "z.zip").faults)


def test_what_is_no_bag_at_all(tmp_path: Path) -> None:
    """An empty folder, a text and a missing path are refused plainly."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("x")
    assert not checked(tmp_path / "empty").sound
    for name in ("text", "missing"):
        with pytest.raises(BadItem):
            checked(tmp_path / name)


@given(
    name=st.sampled_from(["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "fetch.txt"]),
    data=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.lists(
            st.sampled_from(
                [b"data/a.txt", b"..", b"/", b"%0A", b"  ", b"\n", b"\r", b":", b"0" * 64, b"\xff", b"\xef\xbb\xbf"]
            )
        ).map(b"".join),
    ),
    encoding=st.sampled_from(["UTF-8", "UTF-16", "UTF-32", "ISO-8859-1", "US-ASCII", "windows-1252"]),
)
@settings(max_examples=tries(150), deadline=None)
def test_any_bytes_in_a_tag_file_give_a_verdict(
    name: str, data: bytes, encoding: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever stands in a tag file, the answer is a verdict and never an accident."""
    bag = PlainBag("0.97", encoding=encoding, tags={name: data}).write(tmp_path_factory.mktemp("any") / "bag")
    verdict = checked(bag)
    assert all(fault.expected and fault.found for fault in verdict.faults)
    json.dumps(verdict.plain()).encode("utf-8")


@given(
    name=st.sampled_from(
        ["files.jsonl", "findings.jsonl", "acquisition.json", "tree.json", "blake3.txt", "case.jsonld"]
    ),
    at=st.integers(0, 10_000),
    new=st.one_of(
        st.binary(max_size=4), st.sampled_from([b"null", b"[]", b"{}", b"-1", b"1e999", b'"', b"\\ud800", b"[" * 3000])
    ),
    cut=st.integers(0, 40),
)
@settings(max_examples=tries(150), deadline=None)
def test_any_bytes_in_our_own_files_give_a_verdict(
    name: str, at: int, new: bytes, cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """So in our own description, with every digest made to fit."""
    folder = tmp_path_factory.mktemp("any")
    acquired(folder / "item", grown(folder / "src", {(b"a",): b"one", (b"b",): b"two"}))
    path = folder / "item/metadata" / name
    data = path.read_bytes()
    at %= len(data) + 1
    path.write_bytes(data[:at] + new + data[at + cut :])
    resealed(folder / "item")
    verdict = checked(folder / "item")
    assert verdict.sound == (path.read_bytes() == data) or name in (
        "acquisition.json",
        "files.jsonl",
        "findings.jsonl",
        "case.jsonld",
        "tree.json",
    )
    json.dumps(verdict.plain()).encode("utf-8")
