"""Sealing makes a whole bag of a complete request, or nothing that could be signed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from builders.directory import START
from builders.requests import example_request
from comity.crypto.envelope import Envelope
from comity.kernel import canonical
from comity.kernel.errors import BadInput, ComityError
from comity.packages.bag import read_bag
from comity.packages.errors import BadBag
from comity.packages.opening import open_container
from comity.packages.sealing import seal, seal_files
from comity.packages.statement import Statement
from comity.packages.writer import FolderWriter

ORDER = b"The court orders ..."


def row(name: str, data: bytes = ORDER) -> dict[str, Any]:
    """How a request describes an attachment."""
    return {"path": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def sealed(place: Path, request: dict[str, Any], files: dict[str, bytes]) -> Statement:
    """Seal a request with files from disk into a folder."""
    paths = {}
    for n, (name, data) in enumerate(files.items()):
        paths[name] = place / f"source-{n}"
        paths[name].write_bytes(data)
    return seal(FolderWriter(place / "top"), request, paths, sealed_at=START)


def test_a_sealed_bag_is_what_was_asked(tmp_path: Path) -> None:
    """The bag holds the canonical request, its print and the attachments, and the statement names all of it."""
    request = example_request(attachments=[row("order.txt")])
    stated = sealed(tmp_path, request, {"order.txt": ORDER})
    with open_container(tmp_path / "top") as container:
        bag = read_bag(container)
        assert container.read("data/request.json", 1 << 20) == canonical.dump(request)
    assert set(bag.payload) == {"data/attachments/order.txt", "data/request.json", "data/request.pdf"}
    assert (stated.package, stated.request_sha256) == (bag.digest, bag.payload["data/request.json"])
    assert stated.agrees(request) == ""
    assert bag.info["Bagging-Date"] == "2026-11-25"


def test_the_same_request_gives_the_same_package(tmp_path: Path) -> None:
    """Sealing twice at one time gives one digest: nothing of the machine is in it."""
    digests = set()
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        digests.add(sealed(tmp_path / name, example_request(), {}).package)
    assert len(digests) == 1


WRONG = {
    "not there": ([row("order.txt")], {}), "not described": ([], {"order.txt": ORDER}), "another file": ([row("order.txt", b"x")], {"order.txt": ORDER}),
    "another name": ([row("order.txt")], {"Order.txt": ORDER}),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "files"), WRONG.values(), ids=WRONG.keys())
def test_attachments_are_those_described(rows: list[dict[str, Any]], files: dict[str, bytes], tmp_path: Path) -> None:
    """A request is not sealed with other attachments than it describes."""
    request = example_request(attachments=rows) if rows else example_request()
    with pytest.raises(BadBag, match="attachments"):
        sealed(tmp_path, request, files)


def test_names_that_no_reader_takes_are_not_sealed(tmp_path: Path) -> None:
    """Attachments whose names a reader would refuse are refused by the sealer first."""
    for n, names in enumerate((["a.txt", "A.txt"], ["x" * 230], ["a:b"], ["../a"])):
        (tmp_path / str(n)).mkdir()
        with pytest.raises(ComityError):
            sealed(tmp_path / str(n), example_request(attachments=[row(a) for a in names]), dict.fromkeys(names, ORDER))


def test_a_request_out_of_shape_is_not_sealed(tmp_path: Path) -> None:
    """A request with a fault is refused by its field, and no statement comes out."""
    with pytest.raises(BadInput) as caught:
        sealed(tmp_path, example_request(measure="arrest"), {})
    assert caught.value.field == "measure"


def test_the_seal_holds_what_attests() -> None:
    """The files of `seal/` are the statement, the role proof, and the proof and time token where there are such."""
    envelope = Envelope("t", b"")
    plain = seal_files(envelope, {"1.root.json": b"r"})
    assert plain == {"seal/statement.dsse.json": envelope.dump(), "seal/role/1.root.json": b"r"}
    more = seal_files(envelope, {}, proof=b"p", timestamp=b"t")
    assert (more["seal/tlog-proof"], more["seal/timestamp.tsr"]) == (b"p", b"t")
