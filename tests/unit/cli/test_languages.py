"""The program speaks the person's language; what it says to machines is the same in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from builders.commands import Said, comity
from builders.nodes import Nodes
from builders.world import CASE

Line = tuple[str | Path, ...]
# The moment of a question, and the room on a disk that others write to as well.
MOVING = re.compile(r"20\d\d-\d\d-\d\d(T[\d:]+Z)?|\d+ GiB")
VIETNAMESE = {
    "check": (" mục cản trở", "thiếu    basis  không có gì, cần một đối tượng", "→ Nêu", "Công ước Hà Nội Điều 42"),
    "show": ("bản nháp", "gọi lại", "có thể làm ngay: sửa đổi, niêm phong, rút lại"),
    "list": ("bảo quản dữ liệu", "bản nháp"),
    "lookup": ("gọi lại", "Nhà cung cấp dịch vụ", "biên nhận"),
    "verify": ("HỢP LỆ", "vật chứa     đạt", "không có danh bạ riêng để đối chiếu", "không bao giờ dùng số ghi trong gói"),
    "doctor": ("đạt  nhật ký", "tất cả nhất quán", "ổ đĩa", "còn trống"),
    "log": ("Nhật ký nguyên vẹn: ", "Khớp với "),
    "status": ("VN Việt Nam", "Công ước Hà Nội", "chịu ràng buộc: chưa rõ", "nộp lưu chiểu"),
    "gaps": ("Điều 12", "bắt buộc, có lựa chọn, phải", "Mức phạt tối đa"),
    "basis": ("căn cứ từ chối", "bảo quản dữ liệu", "Con người lựa chọn"),
}  # fmt: skip


@pytest.fixture
def lines(today: Nodes, monkeypatch: pytest.MonkeyPatch) -> dict[str, Line]:
    """Give command lines on a node with one draft, and on a package."""
    monkeypatch.setenv("COMITY_LANGUAGE", "en")
    home, root, mirror = today.home(), today.folder / "root.json", today.world.mirror.folder.path
    root.write_bytes(today.world.root)
    at = ("--home", home)
    assert comity("case", "import", today.sheet(CASE), *at).code == 0
    drafted = comity("request", "draft", CASE["reference"], "--measure", "preserve", "--to", "SG.orchid", *at, "--json")
    name = drafted.data["reference"]
    return {
        "check": ("request", "check", name, *at),
        "show": ("request", "show", name, *at),
        "list": ("request", "list", *at),
        "lookup": ("directory", "lookup", "SG.orchid", "--mirror", mirror),
        "verify": ("verify", today.maker.good(), "--root", root),
        "doctor": ("doctor", *at),
        "log": ("log", "verify", *at),
        "status": ("law", "status", "VN"),
        "gaps": ("law", "gaps", "VN"),
        "basis": ("law", "basis", "--from", "VN", "--to", "SG", "--offence", "7", "--measure", "preserve"),
    }


def spoken(line: Line, language: str, *more: str) -> Said:
    """Run a command line for a person of that language."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMITY_LANGUAGE", language)
        return comity(*line, *more)


def test_vietnamese(lines: dict[str, Line]) -> None:
    """A person who reads Vietnamese is told in Vietnamese, with the same exit code as in English."""
    for name, words in VIETNAMESE.items():
        told, english = spoken(lines[name], "vi"), spoken(lines[name], "en")
        assert [text for text in words if text not in told.out or text in english.out] == [], name
        assert told.code == english.code, name


def test_machines_are_told_the_same(lines: dict[str, Line]) -> None:
    """What `--json` prints does not change with the language."""
    for line in lines.values():
        told, english = spoken(line, "vi", "--json"), spoken(line, "en", "--json")
        assert MOVING.sub("", told.out) == MOVING.sub("", english.out)
        assert (told.err, told.code) == (english.err, english.code)


def test_a_problem_for_machines(lines: dict[str, Line], tmp_path: Path) -> None:
    """An error with `--json` does not change with the language; a person reads what to do in his own."""
    line = ("verify", tmp_path / "none.zip", *lines["verify"][2:])
    assert spoken(line, "vi", "--json") == spoken(line, "en", "--json")
    assert "cần làm: Kiểm tra lại đường dẫn." in spoken(line, "vi").err


def test_a_refusal(today: Nodes, lines: dict[str, Line]) -> None:
    """A refused step is marked in the person's language, and what was wrong with it stays word for word."""
    bad = today.maker.pack({**today.maker.parts(), "data/request.pdf": b"%PDF-1.7"})
    line = ("verify", bad, *lines["verify"][2:])
    told, data = spoken(line, "vi"), spoken(line, "en", "--json").data
    assert [step["found"] for step in data["steps"] if step["status"] == "failed" and step["found"] in told.out]
    for text in ("TỪ CHỐI", "Không làm theo. Hãy hỏi bên gửi qua kênh mà bạn biết chắc."):
        assert text in told.out
