"""Plain bags of any make, after the public conformance cases: the sound are sound, the others refused for the right reason.

The cases are those of the Library of Congress' conformance suite, built anew from their descriptions.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from builders.evidence import PlainBag, checked

Change = Callable[[Path], object]
TWO = {"data/a.txt": b"one", "data/b.txt": b"two"}
SOUND = {
    **{f"{name} in {version}": PlainBag(version, algorithms=(name,)) for name in ("md5", "sha1", "sha224", "sha256", "sha512") for version in ("0.97", "1.0")},
    **{f"version {version}": PlainBag(version, algorithms=("md5",)) for version in ("0.93", "0.94", "0.95", "0.96")},
    "two manifests": PlainBag(algorithms=("md5", "sha512")),
    "no tag manifest": PlainBag(tagged=False),
    "an empty payload": PlainBag(payload={}),
    "an empty file": PlainBag(payload={"data/empty": b""}),
    "UTF-16 tag files": PlainBag("0.97", encoding="UTF-16"),
    "ISO-8859-1 tag files": PlainBag("0.97", payload={"data/\xe9.txt": b"e"}, encoding="ISO-8859-1"),
    "names in many scripts": PlainBag(payload={"data/\u0416\u4e2d\u6587\u0639.txt": b"x"}),
    "a name with a line feed": PlainBag(payload={"data/a\nb": b"x"}, listed=lambda path: path.replace("\n", "%0A")),
    "a name with a carriage return": PlainBag(payload={"data/a\rb": b"x"}, listed=lambda path: path.replace("\r", "%0d")),
    "a percent sign spelt as the standard says": PlainBag(payload={"data/a%b": b"x"}, listed=lambda path: path.replace("%", "%25")),
    "a percent sign left as it is": PlainBag(payload={"data/100%25.txt": b"x"}),
    "blanks in names": PlainBag(payload={"data/a b  c.txt": b"x"}),
    "a star before the path": PlainBag("0.97", listed=lambda path: f"*{path}"),
    "a dot before the path": PlainBag("0.97", listed=lambda path: f"./{path}"),
    "labels twice": PlainBag(tags={"bag-info.txt": b"Contact-Name: One\nContact-Name: Two\n"}),
    "labels in lower case": PlainBag(tags={"bag-info.txt": b"payload-oxum: 6.2\n"}),
    "a label on two lines": PlainBag(tags={"bag-info.txt": b"Description: one\n  two\n"}),
    "more tag files": PlainBag(tags={"notes/x.txt": b"x", "extra.xml": b"<x/>"}),
    "an unknown manifest beside": PlainBag(tags={"manifest-whirlpool.txt": b"00  data/a.txt\n"}),
    "local fetch": PlainBag("0.97", tags={"fetch.txt": b"http://example.org/a.txt 3 data/a.txt\n"}),
}  # fmt: skip
REFUSED: dict[str, tuple[PlainBag, Change | None, str, str]] = {
    "no declaration": (PlainBag(), lambda bag: (bag / "bagit.txt").unlink(), "bagit.txt", "no such file"),
    "a byte order mark in the declaration": (PlainBag(tags={"bagit.txt": b"\xef\xbb\xbfBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"}), None, "bagit.txt", "xef"),
    "blanks in the declaration": (PlainBag(tags={"bagit.txt": b"BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n"}), None, "bagit.txt", "Version :"),
    "no encoding": (PlainBag(tags={"bagit.txt": b"BagIt-Version: 1.0\n"}), None, "bagit.txt", "BagIt"),
    "no version": (PlainBag(tags={"bagit.txt": b"Tag-File-Character-Encoding: UTF-8\n"}), None, "bagit.txt", "Tag"),
    "an unknown version": (PlainBag("2.0"), None, "bagit.txt", "2.0"),
    "an encoding that is none": (PlainBag(tags={"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: WTF-8\n"}), None, "bagit.txt", "WTF-8"),
    "an encoding that is no text": (PlainBag(tags={"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: zlib\n"}), None, "bagit.txt", "zlib"),
    "no payload folder": (PlainBag(payload={}), lambda bag: (bag / "data").rmdir(), "data", "none"),
    "no manifest": (PlainBag(algorithms=()), None, "", "none"),
    "a file is missing": (PlainBag(), lambda bag: (bag / "data/a.txt").unlink(), "data/a.txt", "no such file"),
    "a file too many": (PlainBag(), lambda bag: (bag / "data/new").write_bytes(b""), "data/new", "none lists"),
    "a file altered": (PlainBag(), lambda bag: (bag / "data/a.txt").write_bytes(b"ONE"), "data/a.txt", "sha256 "),
    "a tag file altered": (PlainBag(), lambda bag: (bag / "bag-info.txt").write_bytes(b"Payload-Oxum: 6.2\nX: y\n"), "bag-info.txt", "sha256 "),
    "a tag file missing": (PlainBag(), lambda bag: (bag / "bag-info.txt").unlink(), "bag-info.txt", "no such file"),
    "a wrong Oxum": (PlainBag(tags={"bag-info.txt": b"Payload-Oxum: 7.2\n"}), None, "bag-info.txt", "7.2"),
    "two Oxums": (PlainBag(tags={"bag-info.txt": b"Payload-Oxum: 6.2\nPayload-Oxum: 6.2\n"}), None, "bag-info.txt", "2"),
    "a line that is no label": (PlainBag(tags={"bag-info.txt": b"just words\n"}), None, "bag-info.txt", "just words"),
    "one manifest lists less": (PlainBag(algorithms=("md5", "sha1"), tags={"manifest-sha256.txt": b""}), None, "data/a.txt", "only"),
    "the same path twice": (PlainBag(listed=lambda path: "data/a.txt" if path.startswith("data") else path), None, "manifest-sha256.txt", "twice"),
    "fetch without the file": (PlainBag(tags={"fetch.txt": b"http://example.org/x 3 data/a.txt\n"}), lambda bag: (bag / "data/a.txt").unlink(), "data/a.txt", "never followed"),
    "a short digest": (PlainBag(tags={"manifest-sha256.txt": b"abcd  data/a.txt\n"}), None, "manifest-sha256.txt", "line 1"),
    "a payload file in the tag manifest": (PlainBag(tags={"tagmanifest-md5.txt": b"d41d8cd98f00b204e9800998ecf8427e  data/a.txt\n"}), None, "tagmanifest-md5.txt", "data/a.txt"),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_bag_of_any_make_is_sound(name: str, tmp_path: Path) -> None:
    """Nothing is found wrong with it, and its layers are proved or not there."""
    verdict = checked(SOUND[name].write(tmp_path / "bag"))
    assert verdict.faults == ()
    assert verdict.sound


@pytest.mark.parametrize("name", REFUSED)
def test_an_unsound_bag_is_refused_with_file_and_reason(name: str, tmp_path: Path) -> None:
    """The fault names the file, and says what was found."""
    bag, change, file, found = REFUSED[name]
    folder = bag.write(tmp_path / "bag")
    if change:
        change(folder)
    verdict = checked(folder)
    assert not verdict.sound
    assert any(fault.file == file and found in fault.found for fault in verdict.faults), verdict.faults


@pytest.mark.parametrize("name", [n for n in SOUND if "percent" not in n and "return" not in n and "ISO" not in n])
def test_the_reference_library_agrees_on_sound_bags(name: str, tmp_path: Path) -> None:
    """What is sound here is valid for bagit, too, where it knows the case."""
    logging.disable(logging.CRITICAL)
    try:
        bag = bagit.Bag(str(SOUND[name].write(tmp_path / "bag")))
        assert bag.is_valid() or name in {"an unknown manifest beside", "a name with a line feed"}
    finally:
        logging.disable(logging.NOTSET)


def test_a_name_in_another_normal_form_is_found_and_noted(tmp_path: Path) -> None:
    """A manifest in NFC and a file in NFD are the same file, which is said."""
    bag = PlainBag(payload={"data/e\u0301": b"x"}, listed=lambda path: path.replace("e\u0301", "\xe9")).write(
        tmp_path / "bag"
    )
    verdict = checked(bag)
    assert verdict.sound
    assert any("another spelling" in note for note in verdict.notes)


def test_weak_digests_are_said_to_be_weak(tmp_path: Path) -> None:
    """A bag with MD5 alone is sound, with a note that this helps against accidents only."""
    verdict = checked(PlainBag(algorithms=("md5",)).write(tmp_path / "bag"))
    assert any("against accidents" in note for note in verdict.notes)
