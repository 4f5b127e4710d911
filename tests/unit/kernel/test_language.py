"""Texts come in the person's language, in English where there is no translation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.language import _, counted, language, said, word


@pytest.fixture
def vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the person at the terminal read Vietnamese."""
    monkeypatch.setenv("COMITY_LANGUAGE", "vi")


@pytest.mark.parametrize(
    ("own", "system", "expected"),
    [
        ("vi", "en_US.UTF-8", "vi"), (None, "vi_VN.UTF-8", "vi"), (None, "pt_BR", "pt"), ("", "fr", "fr"), (None, None, "en"),
        (None, "", "en"), ("VI", None, "vi"),
    ],
)  # fmt: skip
def test_language_of_the_person(
    own: str | None, system: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COMITY_LANGUAGE goes before LANG, country and encoding are left off, and English is the last resort."""
    for name, value in (("COMITY_LANGUAGE", own), ("LANG", system)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert language() == expected


@pytest.mark.parametrize("chosen", ["en", "tlh", "../../etc", "C"])
def test_a_language_without_catalogue_speaks_english(chosen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no catalogue, the English source is said."""
    monkeypatch.setenv("COMITY_LANGUAGE", chosen)
    assert _("no requests yet") == "no requests yet"
    assert said("sealed 2026-11-25T14:02:05Z; no time token") == "sealed 2026-11-25T14:02:05Z; no time token"
    assert word("state", "info_needed") == "info_needed"


@pytest.mark.parametrize(("n", "expected"), [(0, "0 days"), (1, "1 day"), (2, "2 days")])
def test_counted(n: int, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thing is said in the singular, none or several in the plural, with the number filled in."""
    monkeypatch.setenv("COMITY_LANGUAGE", "en")
    assert counted("{n} day", "{n} days", n) == expected


@pytest.mark.parametrize("n", [0, 1, 2])
def test_vietnamese_has_one_form(n: int, vietnamese: None) -> None:
    """In Vietnamese one thing and several are said alike."""
    assert counted("{n} day", "{n} days", n) == f"{n} ngày"


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        ("state", "draft", "bản nháp"),
        ("role", "draft", "soạn thảo"),
        ("state", "never heard", "never heard"),
        ("no kind", "draft", "draft"),
        ("state", "", ""),
    ],
)
def test_a_code_as_a_word(kind: str, code: str, expected: str, vietnamese: None) -> None:
    """A code is translated as what it is, and stays as it is where nothing is known of it."""
    assert word(kind, code) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("no time token", "không có dấu thời gian"),
        ("14 files, 56997 bytes", "14 tệp, 56997 byte"),
        ("got nothing, expected an object", "không có gì, cần một đối tượng"),
        ("sealed 2026-11-25; no time token", "niêm phong lúc 2026-11-25; không có dấu thời gian"),
        ("VN is a party to the Hanoi Convention since 2030", "VN là thành viên của Công ước Hà Nội từ 2030"),
        (
            "VN is a party to the Hanoi Convention; since when is not recorded",
            "VN là thành viên của Công ước Hà Nội; chưa ghi nhận từ khi nào",
        ),
        (
            "VN is a party to the Hanoi Convention since 2030; PH is a party to the Hanoi Convention since 2031",
            "VN là thành viên của Công ước Hà Nội từ 2030; PH là thành viên của Công ước Hà Nội từ 2031",
        ),
        (
            "Is VN still bound? The list is of 2026 and is not complete. Is PH still bound? The list is of 2026.",
            (
                "VN còn chịu ràng buộc không? Danh sách tính đến 2026 và chưa đầy đủ. "
                "PH còn chịu ràng buộc không? Danh sách tính đến 2026."
            ),
        ),
        (
            (
                "No provision was found in VN. Is there none, or another one? No provision specific to electronic data was found; "
                "a 2019 study by Luong, Phan and Chu reports computer-related forgery as not properly covered. "
                "General Art. 341 (false seals and documents) should be checked."
            ),
            (
                "Không tìm thấy quy định nào ở VN. Không có, hay là một quy định khác? Không tìm thấy quy định riêng về dữ liệu "
                "điện tử; nghiên cứu năm 2019 của Luong, Phan và Chu cho rằng giả mạo liên quan máy tính chưa được quy định thỏa "
                "đáng. Cần kiểm tra Điều 341 chung (con dấu, tài liệu giả)."
            ),
        ),
        ("demanded by the sender: for {0} and {n}", "bên gửi yêu cầu: for {0} and {n}"),
    ],
)
def test_a_sentence_of_a_room(sentence: str, expected: str, vietnamese: None) -> None:
    """A sentence is known by its fixed pieces, and so are sentences in it; what a person wrote in it is kept."""
    assert said(sentence) == expected


@pytest.mark.parametrize("text", ["", "The holders could move the funds.", "got 3, expected an IBAN", "files, bytes"])
def test_a_sentence_that_is_not_known(text: str, vietnamese: None) -> None:
    """What no room says, and messages of errors, stay as they are."""
    assert said(text) == text


PIECES = st.sampled_from([" is a party to the ", " since ", "; ", "got ", ", expected ", "sealed ", " of ", "{0}", "{", " and is not complete"])  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=5)).map("".join))
def test_any_text_can_be_said(text: str) -> None:
    """Whatever a hostile sender wrote, it is said or kept, without an error; English is never changed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMITY_LANGUAGE", "vi")
        assert bool(said(text)) == bool(text)
        patch.setenv("COMITY_LANGUAGE", "en")
        assert said(text) == text
