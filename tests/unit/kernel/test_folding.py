"""Text as it is searched: what differs only in marks, digits or form is the same; pairs of signs stand for words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.folding import LONGEST, asked, fold, texts, whole, words


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Đảo Phú Quốc", "dao phu quoc"),
        ("Lừa đảo qua mạng", "lua dao"),
        ("lua dao", "Lừa đảo"),
        ("Nguyễn Thị Bình", "nguyễn"),
        ("مُحَمَّد الأحمر", "محمد الاحمر"),
        ("٣٤٥", "345"),
        ("مستشفى", "مستشفي"),
        ("کریم", "كريم"),
        ("北京公安局", "公安"),
        ("北京公安局网络安全", "安局"),
        ("東京タワー", "タワー"),
        ("กรุงเทพ", "เทพ"),
        ("Ёлка Łódź Straße Ørsted", "елка lodz strasse orsted"),
        ("한국 경찰", "경찰"),
        ("हिन्दी में", "हिन्दी"),
        ("ＡＢＣ１２", "abc12"),
        ("Mule@example.org", "mule"),
        ("VN.a05-2026-0001", "2026"),
    ],
)
def test_what_is_asked_is_among_the_words(text: str, question: str) -> None:
    """Every word of a question in another spelling is among the words of the text."""
    assert set(asked(question)) <= words(text)


@pytest.mark.parametrize(
    ("text", "question"),
    [("北京", "京北"), ("हिन्दी", "हिन्दु"), ("か", "が"), ("192.0.2.7", "192.0.2.8"), ("lua", "luat")],
)
def test_what_is_another_word_is_not_found(text: str, question: str) -> None:
    """Another order of signs, another vowel sign and another number are other words."""
    assert not set(asked(question)) <= words(text)


def test_an_identifier_is_one_word_too() -> None:
    """An address, a number and a reference are kept whole beside their parts."""
    kept = words("from +84912345678, to nova@example.org at 192.0.2.7 in VN.a05-2026-0001.")
    for one in ("+84912345678", "nova@example.org", "192.0.2.7", "VN.A05-2026-0001"):
        assert whole(one) in kept, one


def test_every_text_of_a_document_counts() -> None:
    """Texts are found at any depth, names of fields and numbers are not."""
    assert list(texts({"a": ["x", {"b": "y"}], "c": 3, "d": None})) == ["x", "y"]


@given(st.text(max_size=300))
def test_folding_is_done_once(text: str) -> None:
    """Any text folds, and what is folded stays as it is; no word is longer than it may be."""
    assert all(0 < len(one) <= LONGEST for one in (*words(text), *asked(text)))
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=100))
def test_a_text_is_found_by_itself(text: str) -> None:
    """What is asked in the words of the text is among its words, whatever they are."""
    assert set(asked(text)) <= words(text)
