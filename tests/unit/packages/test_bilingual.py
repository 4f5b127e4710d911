"""The printed document in two languages."""

from __future__ import annotations

import hashlib
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from builders.directory import build_directory
from builders.packages import Maker
from builders.requests import SHAPE, example_request
from builders.translations import FACTS, PAIRS, told, translation
from builders.trials import soaking
from comity.kernel.typesetting import PrintError
from comity.packages.document import Block, blocks
from comity.packages.printer import print_pdf
from comity.packages.reprint import check_words
from comity.packages.verification import Given, verify

DIGEST = hashlib.sha256(b"").hexdigest()
LANGUAGES = ("ar", "en", "es", "fr", "ru", "vi", "zh")
LETTERS = {
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤئةى٠١٢٣٤٥،؛؟«»()",
    "zh": "快速保全电子数据请求书犯罪事实，。《》：；",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБЯ«»№",
    "vi": "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẵắặầậếềệìốộớợụứỹ",
    "fr": "aàâçéèêëîïôœùûüÿAÉ« »'’",
    "es": "aáéíñóúü¿¡ABC",
    "en": "abcdefghijklmnopqrstuvwxyz'\"",
}
# A letter of Arabic may carry a vowel, and before it the mark of a doubled letter.
VOWELS = ["", "", "", "\u064e", "\u064f", "\u0650", "\u0652", "\u064b", "\u0651\u064e", "\u0651\u0650"]
VOWELLED = "بتثجحخدذرزسشصضطظعغفقكلمنهوي"
COMMON = "  \n0123456789A-B./:,%@"


def says(request: dict[str, Any]) -> bool:
    """Whether the print of a request, read back, says what its blocks say; a refusal names the difference."""
    return check_words(print_pdf(request, digest=DIGEST), request, digest=DIGEST) > 0


def test_both_columns_stand_in_the_block() -> None:
    """A text stands beside its translation line by line, a code beside its words, and an identifier once."""
    found = blocks(told(example_request(), "en", "fr"), SHAPE)
    own, other = FACTS["en"].split("\n"), FACTS["fr"].split("\n")
    assert Block("field", "Facts", own[0], "Faits", other[0]) in found
    assert Block("field", "", own[1], "", other[1]) in found
    assert Block("field", "Exercise only", "yes", "Exercice uniquement", "oui") in found
    assert Block("field", "Case reference", "VA-2026-338", "Référence de l'affaire") in found
    assert Block("heading", "Target 2", "", "Cible 2") in found


def test_what_is_not_translated_says_so() -> None:
    """Prose without a translation is marked in the second language; a name stands once."""
    found = blocks(told(example_request(), "en", "fr"), SHAPE)
    assert (
        Block(
            "field",
            "Limits of use",
            "For this investigation only.",
            "Limites d'utilisation",
            "Non traduit : voir l'original",
        )
        in found
    )
    assert Block("field", "Name", "Department of Cybersecurity", "Nom") in found


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ("original", ("English (the original)", "anglais (l'original)")),
        ("translation", ("French (the translation)", "français (la traduction)")),
    ],
)
def test_which_version_counts_comes_first(counts: str, said: tuple[str, str]) -> None:
    """Right after the title both languages say which text is authoritative."""
    note = blocks(told(example_request(), "en", "fr", counts=counts), SHAPE)[1]
    assert note == Block("note", "Authoritative text", said[0], "Texte faisant foi", said[1])


def test_other_lines_stand_as_one() -> None:
    """A translation that has other lines than the text stands beside the whole of it."""
    request = told(example_request(), "en", "fr")
    request["translation"]["texts"][0]["text"] = "Une seule ligne."
    assert Block("field", "Facts", FACTS["en"], "Faits", "Une seule ligne.") in blocks(request, SHAPE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_language_says_its_blocks(language: str) -> None:
    """The print in each of the seven languages, read back, is the text of its blocks."""
    assert says(told(example_request(), language))


@pytest.mark.parametrize("counts", ["original", "translation"])
@pytest.mark.parametrize("pair", PAIRS)
def test_two_languages_say_their_blocks(pair: str, counts: str) -> None:
    """The print in two languages, read back, is the text of its blocks in their order."""
    first, second = pair.split("+")
    assert says(told(example_request(), first, second, counts=counts))


@pytest.mark.parametrize("measure", SHAPE.codes["measures"])
@pytest.mark.parametrize("pair", ["en+fr", "ar+en"])
def test_every_measure(measure: str, pair: str) -> None:
    """The document of every measure prints in two languages."""
    assert says(told(example_request(measure=measure), *pair.split("+")))


@pytest.mark.parametrize("lines", [1, 40])
@pytest.mark.parametrize("pair", ["en+ar", "ar+en", "zh+ru"])
def test_long_texts_keep_their_order_over_pages(pair: str, lines: int) -> None:
    """Texts longer than a page, of one paragraph or many, keep the order left, right."""
    request = told(example_request(), *pair.split("+"))
    long = [(FACTS[one].replace("\n", " ") + " ") * 9 for one in pair.split("+")]
    request["case"]["facts"] = "\n".join([long[0][: 3600 // lines]] * lines)
    for other in (lines, lines + 1):
        request["translation"]["texts"][0]["text"] = "\n".join([long[1][: 3600 // lines]] * other)
        assert says(request)


@st.composite
def words(draw: st.DrawFn, language: str) -> str:
    """Texts in a language's letters, with the digits, Latin letters and signs that stand among them."""
    signs = draw(st.lists(st.sampled_from(LETTERS[language] * 3 + COMMON), min_size=1, max_size=120))
    text = "".join(sign + (draw(st.sampled_from(VOWELS)) if sign in VOWELLED else "") for sign in signs)
    made = unicodedata.normalize("NFC", text)
    assume(not SHAPE.faults(example_request(use_limits=made)))
    return made


@pytest.mark.parametrize("pair", ["en+ar", "ar+vi", "zh+ar", "fr+ru", "es+zh"])
@settings(max_examples=50 if soaking() else 5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_text_reads_back(pair: str, data: st.DataObject) -> None:
    """Whatever is written in either script, the print read back equals the blocks."""
    first, second = pair.split("+")
    rows = [{"field": "use_limits", "text": data.draw(words(second))}]
    request = told(example_request(), first) | {
        "use_limits": data.draw(words(first)),
        "translation": translation(second, rows),
    }
    try:
        assert says(request)
    except PrintError:
        pytest.fail("a sign of the seven languages has no font")


@pytest.mark.parametrize("pair", PAIRS)
def test_a_package_in_two_languages_is_valid(pair: str, tmp_path: Path) -> None:
    """The verifier accepts a good package in each pair of languages."""
    maker = Maker(build_directory(tmp_path), tmp_path)
    path = maker.good(told(maker.request(), *pair.split("+")))
    result = verify(path, Given(root=maker.world.root, at=maker.now))
    assert (result.valid, result.error) == (True, None)


@pytest.mark.parametrize("pair", ["en+ar", "ar+en"])
def test_columns_by_direction(pair: str) -> None:
    """Arabic stands at the right margin whether it comes first or second, as another reader sees it."""
    pdf = print_pdf(told(example_request(), *pair.split("+")), digest=DIGEST)
    boxes = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, check=True, capture_output=True).stdout.decode()
    places = [line for line in boxes.splitlines() if "نيتعاس" in line or "ساعتين" in line]
    assert places
    assert float(places[0].split('xMin="')[1].split('"')[0]) > 297
    assert max(float(part.split('"')[0]) for part in boxes.split('xMax="')[1:]) <= 595.28 - 54
