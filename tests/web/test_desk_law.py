"""The law pages of the desk."""

from __future__ import annotations

import pytest

from builders.desk import Served, Visitor

ASKED = "/law/basis?from=VN&to=SG&offence=12&measure=preserve"


@pytest.fixture(scope="module")
def reader(desk: Served) -> Visitor:
    """Somebody with no role at all."""
    return desk.client("reader")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/law", "Who is bound by what"),
        ("/law?instrument=budapest", "Budapest"),
        ("/law/articles", "24/7"),
        ("/law/article/41", "What it asks"),
        ("/law/countries", "Viet Nam"),
        ("/law/country/VN", "Mutual legal assistance"),
        ("/law/gaps/VN?state=gap", "Law as of"),
        ("/law/gaps/VN?article=12", "to be confirmed"),
        ("/law/compare?article=12&with=VN&with=SG", "base"),
        ("/law/compare?article=25&with=VN&with=PH", "Provision"),
        (ASKED, "A person chooses"),
        ("/law/dual?from=VN&to=SG&article=12", "The machine finds nothing here"),
    ],
)
def test_a_law_page_says_what_the_data_say(reader: Visitor, path: str, words: str) -> None:
    """Each page of the law is there for everybody who is signed in."""
    answer = reader.get(path)
    assert (answer.status_code, words in reader.read(path)) == (200, True)


def test_a_map_is_a_picture_in_words(reader: Visitor) -> None:
    """The map is an image of its own with no program in it, and the page says the same in words."""
    drawn = reader.get("/law/map/hanoi")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert "<script" not in drawn.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/law?instrument=nothing", 404),
        ("/law/map/nothing", 404),
        ("/law/article/999", 404),
        ("/law/article/x", 404),
        ("/law/country/XX", 404),
        ("/law/gaps/XX", 404),
        ("/law/compare?article=12", 422),
        ("/law/compare?article=12&with=XX", 404),
        ("/law/compare?article=x&with=VN", 422),
        ("/law/basis?from=VN&to=XX&offence=12&measure=preserve", 404),
        ("/law/basis?from=VN&to=SG&offence=12&measure=<script>", 404),
        ("/law/dual?from=VN&to=SG&article=99999999999", 422),
    ],
)
def test_what_is_not_there_is_said(reader: Visitor, path: str, status: int) -> None:
    """A wrong name, number or code is a page with its own status, never a fault of the program."""
    assert reader.get(path).status_code == status
