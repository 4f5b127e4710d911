"""Where the verify page does again in JavaScript what the node does in Python, both give the same."""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.altered import ALTERATIONS, altered
from builders.altered import DIGEST as ALTERED_DIGEST
from builders.directory import POINT, party_document, signers
from builders.requests import example_request, requests_from
from comity.kernel import canonical
from comity.kernel.errors import BadInput
from comity.kernel.shape import Shape, load_shape
from comity.packages.document import blocks, squeezed
from comity.packages.printer import print_pdf

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
CALM = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
REQUEST = load_shape("comity.packages", "request.yaml")
PARTY = load_shape("comity.directory", "party.yaml")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def reads_canonical(page: Page, data: list[bytes]) -> list[bool]:
    """Whether the page reads each as canonical JSON."""
    script = """all => all.map((text) => {
        try { comityInternals.parseCanonical(Uint8Array.from(atob(text), (c) => c.charCodeAt(0))); return true; } catch { return false; }
    })"""
    found: list[bool] = page.evaluate(script, [base64.b64encode(one).decode() for one in data])
    return found


def is_canonical(data: bytes) -> bool:
    """Whether Python reads it as canonical JSON."""
    try:
        canonical.load_canonical(data)
    except BadInput:
        return False
    return True


@CALM
@given(st.lists(JSON, min_size=20, max_size=40))
def test_canonical_json(shared: Page, values: list[Any]) -> None:
    """Both accept and refuse the same bytes as canonical JSON."""
    data = []
    for value in values:
        spellings = {json.dumps(value), json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)}
        data += [text.encode() for text in sorted(spellings)]
        try:
            data.append(canonical.dump(value))
        except BadInput:
            continue
    assert reads_canonical(shared, data) == [is_canonical(one) for one in data]


ODD_JSON = [
    b'{"a":1,"a":1}', b'{"b":1,"a":1}', b"9007199254740991", b"9007199254740992", b"9007199254740993", b"1e+21", b"1e21", b"-0",
    b"1.0", b"0.1", b'"\\u0061"', b'"\\ud800"', b"\xef\xbb\xbf1", b"\xff", b"NaN", b"1 ", b"", b"[" * 33 + b"]" * 33, b"[" * 34 + b"]" * 34,
    b'{"__proto__":{"a":1}}', '{"\U0001f600":1,"\ufb33":2}'.encode(), '{"\ufb33":2,"\U0001f600":1}'.encode(),
]  # fmt: skip


def test_odd_json(shared: Page) -> None:
    """Both agree on JSON at the edges: doubled and foreign names, numbers out of range, depth, marks."""
    assert reads_canonical(shared, ODD_JSON) == [is_canonical(one) for one in ODD_JSON]


ODD_VALUES: list[Any] = [
    "", " ", "\n", "x", "x" * 9000, "a\u202eb", "a\u00adb", "e\u0301", "a\x00", "\ufeff", "\x1f", "\x85", "😀" * 30, "2026-02-30", "2026-11-25",
    "2026-11-25T24:00:00Z", "2026-11-25T03:00:60Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0" * 64, "VN.a05", "+1 555 0101\n", "toString",
    None, True, 0, -1, 1.5, 2**53, 65536, [], {}, [1], ["x"], [{}], ["x"] * 5001, {"other": 1}, {"__proto__": 1},
]  # fmt: skip


def spoiled(document: Any) -> list[Any]:
    """The document with each value in turn replaced by every odd one, taken away, or given an unknown neighbour."""
    text = json.dumps(document)
    made = []
    for path in _paths(document):
        for odd in [*ODD_VALUES, ...]:
            copy = json.loads(text)
            holder = copy
            for step in path[:-1]:
                holder = holder[step]
            if odd is ...:
                del holder[path[-1]]
            else:
                holder[path[-1]] = odd
            made.append(copy)
    return made


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (key,)
        yield from ((key, *rest) for rest in _paths(inner))


PARTY_DOCUMENT = party_document("VN.a05", "Department", "authority", dict(zip(POINT, signers(len(POINT)), strict=True)))


@pytest.mark.parametrize(
    ("name", "shape", "document"),
    [("request", REQUEST, example_request()), ("party", PARTY, PARTY_DOCUMENT)],
    ids=["request", "party"],
)
def test_faults_of_a_document(name: str, shape: Shape, document: dict[str, Any], shared: Page) -> None:
    """Both find faults in the same places, whatever stands anywhere."""
    script = "([name, all]) => JSON.parse(all).map((one) => comityInternals.faults(comityInternals.SHAPES[name], one).map((f) => f.path))"
    documents = spoiled(document)
    theirs: list[list[str]] = shared.evaluate(script, [name, json.dumps(documents)])
    ours = [[fault.path for fault in shape.faults(one)] for one in documents]
    assert [sorted(paths) for paths in theirs] == [sorted(paths) for paths in ours]


@CALM
@given(st.lists(requests_from(REQUEST), min_size=2, max_size=4))
def test_blocks_of_a_request(shared: Page, requests: list[dict[str, Any]]) -> None:
    """Both lay a request out in the same words."""
    script = """all => all.map((text) => {
        const { requestBlocks, squeezeBlocks, SHAPES } = comityInternals;
        return squeezeBlocks(requestBlocks(JSON.parse(text), SHAPES.request));
    })"""
    theirs: list[str] = shared.evaluate(script, [json.dumps(one) for one in requests])
    assert theirs == [squeezed(blocks(one, REQUEST)) for one in requests]


@CALM
@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=4))
def test_running_hashes(shared: Page, data: bytes, cuts: list[int]) -> None:
    """SHA-256 and CRC-32 taken piece by piece are those of the whole."""
    script = """([text, cuts]) => {
        const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        const hash = new comityInternals.Sha256();
        let crc = 0;
        [0, ...cuts].forEach((cut, i, all) => {
            const piece = bytes.subarray(cut, all[i + 1] ?? bytes.length);
            hash.update(piece);
            crc = comityInternals.crc32(crc, piece);
        });
        return [hash.digest(), crc];
    }"""
    places = sorted(min(cut, len(data)) for cut in cuts)
    theirs = shared.evaluate(script, [base64.b64encode(data).decode(), places])
    assert theirs == [hashlib.sha256(data).hexdigest(), zlib.crc32(data)]


def test_case_folding(shared: Page) -> None:
    """Two signs that Python takes for the same in another case are the same to the page, and no others (none beyond U+1FFFF)."""
    signs = [chr(n) for n in range(0x20000) if unicodedata.category(chr(n)) not in ("Cn", "Cs", "Co", "Cc")]
    signs = [sign for sign in signs if unicodedata.normalize("NFC", sign) == sign]
    theirs: list[str] = shared.evaluate("all => Array.from(all, comityInternals.fold)", "".join(signs))
    ours = [unicodedata.normalize("NFC", sign.casefold()) for sign in signs]
    assert len(set(zip(ours, theirs, strict=True))) == len(set(ours)) == len(set(theirs))


def says(page: Page, pdf: bytes, request: dict[str, Any], digest: str) -> str:
    """What the page finds in a print of a request; empty if it refuses."""
    script = """async ([pdf, request, digest]) => {
        const bytes = Uint8Array.from(atob(pdf), (c) => c.charCodeAt(0));
        try { return await comityInternals.checkSays(bytes, JSON.parse(request), digest, comityInternals.SHAPES.request); }
        catch (e) { if (e.name !== "Refusal") throw e; return ""; }
    }"""
    found: str = page.evaluate(script, [base64.b64encode(pdf).decode(), json.dumps(request), digest])
    return found


PRINTED = {
    "English": {},
    "Vietnamese": {"language": "vi"},
    "a language without labels": {"language": "fr"},
    "no exercise": {"exercise": False},
    "Arabic beside Latin": {"use_limits": "مرحبا بالعالم 123 abc (x) مرحبا"},
    "Arabic over lines": {"use_limits": "طلب حفظ البيانات الإلكترونية المخزنة " * 12},
    "Arabic with brackets": {"use_limits": "مر (حبا) «x» <y> {z} ر(ב[\\"},
    "Hebrew": {"use_limits": "שלום עולם, 2 של 3"},
    "letters with two marks": {"use_limits": "ẹ́ ọ̀ q̣̃q̣̃ x̂x̂ ệ"},
    "Cyrillic and Greek": {"use_limits": "Русский текст, Ελληνικά"},
    "ligatures": {"use_limits": "office waffle ffi fl -- 'x' \"y\" ... https://example.org/" + "a" * 150},
    "many pages": {"contents": [{"id": "facts", "text": "A long story.\n" * 300}]},
}


@pytest.mark.parametrize("changes", PRINTED.values(), ids=PRINTED)
def test_our_prints_say_what_the_data_say(changes: dict[str, Any], shared: Page) -> None:
    """What the printer makes of a request, the page reads back."""
    request = example_request(**changes)
    digest = hashlib.sha256(canonical.dump(request)).hexdigest()
    assert "in the same words" in says(shared, print_pdf(request, digest=digest), request, digest)


SIGNS = st.sampled_from("abcXYZ 0129 .,;:()[]<>/\\'\"&%$#@!?=+-–—…éüßñŁőşğ€đơưàảạệĐжщЯЇαΩήمرحباشكراטוב\n")


@CALM
@given(requests_from(REQUEST, SIGNS))
def test_any_print_says_what_its_data_say(shared: Page, request_: dict[str, Any]) -> None:
    """Whatever a request holds, its print is read back in the same words."""
    request = {**request_, "drafted_at": "2026-11-25T03:00:00Z"}
    digest = hashlib.sha256(canonical.dump(request)).hexdigest()
    assert "in the same words" in says(shared, print_pdf(request, digest=digest), request, digest)


@pytest.mark.parametrize("name", ALTERATIONS)
def test_altered_print_is_refused(name: str, shared: Page) -> None:
    """The page refuses every altered print."""
    assert says(shared, altered(ALTERATIONS[name]), example_request(), ALTERED_DIGEST) == ""


WORDS = {
    "another word": {"use_limits": "For that investigation only."},
    "a word more": {"use_limits": "For this investigation only. Or not."},
    "a word less": {"use_limits": "For this investigation."},
    "a field more": {"related": [{"relation": "follows", "reference": "X", "package": "0" * 64}]},
}


@pytest.mark.parametrize("changes", WORDS.values(), ids=WORDS)
def test_print_of_another_request_is_refused(changes: dict[str, Any], shared: Page) -> None:
    """A print in other words than the data is refused."""
    pdf = print_pdf(example_request(**changes), digest=ALTERED_DIGEST)
    assert says(shared, pdf, example_request(), ALTERED_DIGEST) == ""
