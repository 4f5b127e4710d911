"""The verify page and documents in two languages: it judges them as the command does."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from builders.browsing import handed, judge
from builders.directory import build_directory
from builders.packages import Maker
from builders.requests import SHAPE, example_request
from builders.translations import FACTS, PAIRS, told
from comity.packages.document import blocks, squeezed
from comity.packages.printer import print_pdf
from comity.packages.webpage import build_page

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
LANGUAGES = ("ar", "en", "es", "fr", "ru", "vi", "zh")
DIGEST = hashlib.sha256(b"").hexdigest()
VOWELLED = "الحِسَابُ المُحَوَّلُ إِلَى ٱلْمَصْرِفِ (١٢٣٫٤٥) ﷼ ٢٠٢٦/١١/٢٠؟ قال: «نعم»؛ أأنت؟ 50% و ١٠٪ — لا"


def found(page: Page, request: dict[str, Any]) -> str:
    """What the page finds in the print of a request; a refusal fails the test."""
    script = """async ([pdf, request, digest]) => {
        const bytes = Uint8Array.from(atob(pdf), (c) => c.charCodeAt(0));
        return await comityInternals.checkSays(bytes, JSON.parse(request), digest, comityInternals.SHAPES.request);
    }"""
    pdf = print_pdf(request, digest=DIGEST)
    said: str = page.evaluate(script, [base64.b64encode(pdf).decode(), json.dumps(request), DIGEST])
    return said


@pytest.mark.parametrize("pair", [*LANGUAGES, *PAIRS])
def test_prints_say_what_the_data_say(pair: str, shared: Page) -> None:
    """The page reads our prints in every language and pair."""
    first, _, second = pair.partition("+")
    assert "in the same words as the data" in found(shared, told(example_request(), first, second))


@pytest.mark.parametrize("pair", ["en+ar", "ar+en"])
def test_vowelled_arabic(pair: str, shared: Page) -> None:
    """Arabic with all its marks, its own digits and brackets is read as it is written."""
    request = told(example_request(), *pair.split("+"))
    request["translation"]["texts"][0]["text"] = request["case"]["facts"] = VOWELLED
    assert "in the same words as the data" in found(shared, request)


@pytest.mark.parametrize("counts", ["original", "translation"])
@pytest.mark.parametrize("pair", PAIRS)
def test_both_lay_out_the_same_blocks(pair: str, counts: str, shared: Page) -> None:
    """The page has the words of all seven languages, and lays both columns out as Python does."""
    request = told(example_request(), *pair.split("+"), counts=counts)
    script = """(text) => {
        const { requestBlocks, squeezeBlocks, SHAPES } = comityInternals;
        return squeezeBlocks(requestBlocks(JSON.parse(text), SHAPES.request));
    }"""
    assert shared.evaluate(script, json.dumps(request)) == squeezed(blocks(request, SHAPE))


@pytest.mark.parametrize("pair", ["en+fr", "en+ar", "ar+en", "zh+ru"])
def test_a_package_in_two_languages_is_valid(pair: str, shared: Page, tmp_path: Path) -> None:
    """A good package in two languages passes every step."""
    maker = Maker(build_directory(tmp_path), tmp_path)
    shared.clock.set_fixed_time(maker.now)
    said = judge(shared, handed(maker.good(told(maker.request(), *pair.split("+")))), root=maker.world.root)
    assert (said["verdict"], said["step"]) == ("valid", None)


def test_people_see_both_columns(page: Page, tmp_path: Path) -> None:
    """The report shows each text with its translation, in its own direction, and which version counts."""
    maker = Maker(build_directory(tmp_path), tmp_path)
    page.clock.set_fixed_time(maker.now)
    file, root = maker.good(told(maker.request(), "en", "ar")), tmp_path / "root.json"
    root.write_bytes(maker.world.root)
    page.set_input_files("#root", root)
    page.set_input_files("#file", file)
    shown = page.locator(".document")
    shown.wait_for()
    text = shown.inner_text()
    assert "Authoritative text" in text
    assert "النص ذو الحجية" in text
    assert FACTS["ar"].split("\n")[1] in text
    assert shown.locator(".second[lang=ar]").first.get_attribute("dir") == "auto"


def test_words_stand_in_the_page() -> None:
    """Every language's words are in the page itself: it needs nothing else."""
    page = build_page().decode()
    for words in ("Texte faisant foi", "Аутентичный текст", "作准文本", "النص ذو الحجية", "Texto auténtico"):
        assert json.dumps(words)[1:-1] in page
