"""The printed request."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from builders.requests import SHAPE, WALLET, example_request, requests_from
from builders.trials import soaking, tries
from comity.packages.printer import RENDERER, PrintError, print_pdf, print_portable
from comity.packages.reprint import check_words

MARKED = "{'/Marked': True, '/Suspects': False}"
DIGEST = "0123456789abcdef" * 4
VIETNAMESE = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
PRINTABLE = st.sampled_from([chr(c) for c in range(0x20, 0x250) if unicodedata.category(chr(c))[0] != "C"] + ["\n"])


def reader(pdf: bytes) -> PdfReader:
    """Open a print with an outside library."""
    return PdfReader(BytesIO(pdf))


def says(request: dict[str, Any]) -> bool:
    """Whether a request's print, read back, says what its blocks say; a refusal names the difference."""
    return check_words(print_pdf(request, digest=DIGEST), request, digest=DIGEST) > 0


def test_same_bytes_in_another_process(tmp_path: Any) -> None:
    """Another process, time zone, locale and claimed build time give the same bytes."""
    code = (
        "import sys; from builders.requests import example_request; from comity.packages.printer import print_pdf;"
        f"sys.stdout.buffer.write(print_pdf(example_request(), digest='{DIGEST}'))"
    )
    odd = {
        "TZ": "Asia/Ho_Chi_Minh",
        "LANG": "vi_VN.UTF-8",
        "SOURCE_DATE_EPOCH": "1",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    other = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | odd, cwd=tmp_path, check=True, capture_output=True
    )
    assert other.stdout == print_pdf(example_request(), digest=DIGEST)


def test_says_what_it_is() -> None:
    """The file is PDF/A-2b, tagged, with title, language and the time of drafting."""
    found = reader(print_pdf(example_request(language="vi"), digest=DIGEST))
    assert found.xmp_metadata is not None
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B<" in found.xmp_metadata.stream.get_data()
    assert found.metadata is not None
    assert found.metadata.title == SHAPE.source["title"]["preserve"]["vi"]
    assert found.metadata.creation_date == datetime(2026, 11, 25, 3, tzinfo=UTC)
    assert (str(found.root_object["/Lang"]), repr(found.root_object["/MarkInfo"])) == ("vi", MARKED)


def test_renderer_is_named_with_its_version() -> None:
    """What goes into the bag names the program and its version."""
    assert RENDERER.split()[0] == "typst"
    assert RENDERER.split()[1][0].isdigit()


@pytest.mark.parametrize("language", ["en", "vi", "ar", "xx"])
@pytest.mark.parametrize("exercise", [True, False])
def test_text_is_the_text_of_the_blocks(language: str, exercise: bool) -> None:
    """Dress changes nothing that the document says."""
    request = example_request(language=language, exercise=exercise)
    assert says(request)


@pytest.mark.parametrize(
    "text",
    [
        VIETNAMESE + VIETNAMESE.upper(),
        "office affliction Theft fjord -- --- ... << >> 1/2",
        '*bold* _em_ `raw` $x^2$ #panic("!") @ref <label> // comment /* c */ \\u{41} = h\n- item\n+ item\n~ "quoted"',
        "\n\n  leading\n\ntrailing  \n",
        "≠ ≇ ⊬ ½ € №",
        "a\u00adb\ufe0fc\u3164d",
    ],
)
def test_text_is_set_as_it_is(text: str) -> None:
    """No mark-up, ligature, smart quote or composed sign changes the text."""
    request = example_request(use_limits=text)
    assert says(request)


@settings(
    max_examples=tries(40), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(requests_from(SHAPE, PRINTABLE))
def test_any_request_prints_its_blocks(request: dict[str, Any]) -> None:
    """Whatever the shape accepts is printed whole and in order."""
    assert says(request)


def test_long_values_cross_pages_in_order() -> None:
    """Values longer than a page, wherever they start on it, keep the order label, value."""
    for lines in range(0, 60, 4 if soaking() else 12):
        offences = [{"title": "Fraud\n" * 7, "provision": "x " * 400, "convention_article": "13"}]
        request = example_request(offences=offences, use_limits="line\n" * 300)
        request["case"] = request["case"] | {"facts": "word " * 90 * 3 + "\nx" * lines}
        assert says(request)


@pytest.mark.parametrize(
    "token", ["e3b0c44298fc1c14" * 4, "https://pay.example.org/" + "a1" * 900, "ệ" * 1500, "W" * 2000]
)
def test_long_tokens_stay_within_the_margin(token: str) -> None:
    """Nothing reaches over the right margin, as another reader sees it."""
    pdf = print_pdf(example_request(targets=[WALLET | {"value": token}]), digest=DIGEST)
    boxes = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=pdf, check=True, capture_output=True, text=False
    ).stdout.decode()
    right = [float(part.split('"')[0]) for part in boxes.split('xMax="')[1:]]
    assert max(right) <= 595.28 - 56.6


def test_hash_stands_on_one_line() -> None:
    """A SHA-256 is not broken, so that it can be searched and copied."""
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    pdf = print_pdf(example_request(targets=[WALLET | {"kind": "hash", "value": digest}]), digest=DIGEST)
    assert digest in reader(pdf).pages[0].extract_text() + reader(pdf).pages[1].extract_text()


@pytest.mark.parametrize(("sign", "named"), [("\u0378", r"U\+0378"), ("\U000fffff\u0379", r"U\+0379.*U\+FFFFF")])
def test_sign_without_font_is_named(sign: str, named: str) -> None:
    """A sign that no font has is named with a remedy, and nothing is printed."""
    with pytest.raises(PrintError, match=named) as caught:
        print_pdf(example_request(use_limits=f"Only {sign}"), digest=DIGEST)
    assert "Noto" in caught.value.advice


def test_portable_uses_no_font_of_this_machine() -> None:
    """What needs fonts outside the renderer is not printed as portable."""
    with pytest.raises(PrintError, match="鳳"):
        print_portable(example_request(use_limits="鳳"), digest=DIGEST)


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z"])
def test_any_time_of_drafting(time: str) -> None:
    """Every time that the shape accepts can be printed."""
    assert says(example_request(drafted_at=time))
