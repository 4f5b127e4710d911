"""What holds for every kind: hints, limits, idempotence, and no foreign error."""

from __future__ import annotations

from collections.abc import Callable

import base58
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.provisional import domains, urls

from builders.trials import tries
from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import kinds, normalise
from comity.identifiers.model import Identifier
from comity.kernel.shape import load_shape

ALPHABETS = {
    "phone": "+0123456789 ()-./",
    "email": "abAB.+@[]éа1-_ ",
    "ip": "0123456789abcdef:.[]%/",
    "domain": "abA1-_.éßаあ。xn[]",
    "url": "htpsx:/.[]@?#%aé27eE&= \\",
    "iban": "GBDE0123456789 -w",
    "wallet": "0x1bctq59TabcdefABCDEFzZ",
    "handle": "@ab._-#é/а ",
    "hash": "0123456789abcdefABCDEFsh:=-",
}
NATIONAL_NUMBERS = [
    phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    if (number := phonenumbers.example_number(region))
]


def iban(account: str) -> str:
    """Give the German IBAN of an account of 18 digits."""
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def base58check(payload: bytes) -> str:
    """Write a payload in Base58Check by the peer library."""
    return base58.b58encode_check(payload).decode()


def hexadecimal(*sizes: int) -> st.SearchStrategy[str]:
    """Draw hexadecimal texts of as many bytes."""
    return st.sampled_from(sizes).flatmap(lambda n: st.binary(min_size=n, max_size=n)).map(lambda b: b.hex())


KEY = st.binary(min_size=20, max_size=20)
GOOD: dict[str, st.SearchStrategy[str]] = {
    "phone": st.tuples(st.sampled_from(NATIONAL_NUMBERS), st.text("0123456789", max_size=3)).map("".join),
    "email": st.emails(),
    "ip": st.ip_addresses().map(str),
    "domain": domains(),
    "url": urls(),
    "iban": st.text("0123456789", min_size=18, max_size=18).map(iban),
    "wallet": st.one_of(
        KEY.map(lambda key: base58check(b"\x00" + key)),
        KEY.map(lambda key: base58check(b"\x05" + key)),
        KEY.map(lambda key: base58check(b"\x41" + key)),
        KEY.map(lambda key: "0x" + key.hex()),
        st.binary(min_size=32, max_size=32).map(lambda key: base58.b58encode(key).decode()),
    ),
    "handle": st.from_regex(r"@?\w[\w.]{0,30}", fullmatch=True),
    "hash": hexadecimal(16, 20, 32, 64),
}


def attempt(kind: str, text: str) -> Identifier | None:
    """Read *text*, None when it is refused; any other error fails the test."""
    try:
        return normalise(kind, text, platform=kinds()[kind].platform)
    except InvalidIdentifier as e:
        assert e.message.startswith("got ")
        assert e.advice
        return None


@pytest.mark.parametrize("kind", kinds())
@settings(deadline=None, max_examples=tries(60))
@given(data=st.data())
def test_normal_forms_stay_as_they_are(kind: str, data: st.DataObject) -> None:
    """What was normalised once is not changed by a second time, for good and for odd texts alike."""
    found = attempt(kind, data.draw(GOOD[kind] | st.text(ALPHABETS[kind], min_size=1, max_size=60)))
    if found:
        again = normalise(kind, found.value, chain=found.chain, platform=kinds()[kind].platform)
        assert (again.value, again.chain) == (found.value, found.chain)


@pytest.mark.parametrize("kind", kinds())
@settings(deadline=None, max_examples=tries(60))
@given(data=st.data())
def test_no_text_raises_a_foreign_error(kind: str, data: st.DataObject) -> None:
    """Any text is read or refused with a reason and advice; nothing else comes out."""
    attempt(kind, data.draw(st.text() | st.text(ALPHABETS[kind]) | spoilt(kinds()[kind].example)))


def spoilt(text: str) -> st.SearchStrategy[str]:
    """Draw texts that differ from *text* in one place."""
    place = st.integers(0, len(text))
    return st.builds(
        lambda at, cut, new: text[:at] + new + text[at + cut :], place, st.integers(0, 3), st.text(max_size=3)
    )


@pytest.mark.parametrize("kind", kinds())
def test_good_texts_of_each_kind_are_mostly_read(kind: str) -> None:
    """The generators above do produce identifiers, so that the properties are not empty."""
    read: list[Identifier | None] = []

    @settings(deadline=None, max_examples=20, database=None)
    @given(GOOD[kind])
    def collect(text: str) -> None:
        read.append(attempt(kind, text))

    collect()
    assert len([found for found in read if found]) > len(read) / 3


def test_the_kinds_are_those_of_the_request() -> None:
    """Names, order and labels agree with the codes in the request's shape, in the languages that both have."""
    codes = load_shape("comity.packages", "request.yaml").codes["kinds"]
    assert list(kinds()) == list(codes)
    for name, kind in kinds().items():
        assert kind.label == {language: codes[name][language] for language in kind.label}


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_says_how_to_write_it(kind: str) -> None:
    """Each has words for people, a source, and an example that is accepted."""
    one = kinds()[kind]
    assert all((one.description, one.advice, one.source))
    assert normalise(kind, one.example, platform=one.platform).original == one.example


def test_an_unknown_kind_is_refused() -> None:
    """The message lists the kinds."""
    with pytest.raises(InvalidIdentifier, match="expected one of: phone, email") as caught:
        normalise("fax", "1")
    assert (caught.value.field, bool(caught.value.advice)) == ("kind", True)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: normalise("phone", "+12025550143", chain="eip155:1"), "chain"),
        (lambda: normalise("domain", "nic.vn", port=80), "port"),
        (lambda: normalise("email", "a@nic.vn", platform="two words"), "platform"),
        (lambda: normalise("domain", "nic.vn", since="2026-03-01"), "since"),
        (lambda: normalise("domain", "nic.vn", until="yesterday"), "until"),
        (lambda: normalise("domain", "nic.vn", since="2026-03-02T00:00:00Z", until="2026-03-01T00:00:00Z"), "until"),
    ],
)
def test_a_hint_that_does_not_fit_is_refused_by_name(call: Callable[[], Identifier], field: str) -> None:
    """The error's field is the hint at fault, and the advice says what to do."""
    with pytest.raises(InvalidIdentifier) as caught:
        call()
    assert (caught.value.field, bool(caught.value.advice)) == (field, True)


def test_a_single_moment_is_a_span() -> None:
    """Since and until may be the same second."""
    moment = "2026-03-01T00:00:00Z"
    found = normalise("domain", "nic.vn", since=moment, until=moment, platform="Registry")
    assert (found.since, found.until, found.platform) == (moment, moment, "registry")


def test_white_space_around_the_text_is_nothing() -> None:
    """The original is kept without the spaces and newlines around it, in NFC."""
    assert normalise("email", "\n te\u0302n@nic.vn \t").original == "t\u00ean@nic.vn"
