"""Identifiers made to deceive the reader, the parser or the provider: each is refused or doubted."""

from __future__ import annotations

import pytest

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import kinds, normalise


@pytest.mark.parametrize("text", ["https://bank.example@evil.example/", "https://bank.example:x@evil.example/"])
def test_host_hidden_behind_a_user_name(text: str) -> None:
    """What looks like the host is a user name: refused, and a password is not repeated."""
    with pytest.raises(InvalidIdentifier, match="name or password before the host") as caught:
        normalise("url", text)
    assert "bank" not in str(caught.value)


def test_host_hidden_behind_a_backslash() -> None:
    """Browsers and parsers disagree on a backslash: refused."""
    with pytest.raises(InvalidIdentifier):
        normalise("url", "https://evil.example\\.bank.example/")


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "①②⑦.0.0.1", "0x7f000001.0x0"])
def test_address_in_another_number_base(host: str) -> None:
    """An IPv4 address in octal, hexadecimal, short or decorated form is refused as a host."""
    with pytest.raises(InvalidIdentifier):
        normalise("url", f"https://{host}/")


def test_cyrillic_twin_of_a_latin_name() -> None:
    """The A-label shows that it is another name, and the doubt says why."""
    found = normalise("url", "https://аррӏе.com/login")
    assert found.value == "https://xn--80ak6aa92e.com/login"
    assert "looks like Latin" in found.doubts[0]


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\u2066", "\u00ad", "\x00", "\n", "\ufeff"])
def test_invisible_character_inside(kind: str, sign: str) -> None:
    """Direction-changing, zero-width and control characters are refused in every kind."""
    example = kinds()[kind].example
    with pytest.raises(InvalidIdentifier, match=r"got U\+"):
        normalise(kind, example[:3] + sign + example[3:], platform=kinds()[kind].platform)


def test_ipv4_address_dressed_as_ipv6() -> None:
    """An IPv4-mapped address is the IPv4 address, so that it is found again and doubted alike."""
    assert normalise("ip", "::ffff:7f00:1").value == "127.0.0.1"
    assert "loopback" in normalise("ip", "::ffff:7f00:1").doubts[0]


def test_dots_that_are_no_dots() -> None:
    """Ideographic full stops separate labels; look-alikes that do not are refused."""
    assert normalise("domain", "bank。evil｡vn").value == "bank.evil.vn"
    with pytest.raises(InvalidIdentifier):
        normalise("domain", "bank․evil.vn")


def test_slash_that_is_no_slash() -> None:
    """A fraction slash in a host would hide where the host ends: refused."""
    with pytest.raises(InvalidIdentifier):
        normalise("url", "https://bank.example⁄login.evil.vn/")


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("unit", ["1", "a.", "%41", "[.]", "é", "xn--", "\u0301", "../", "(", "+", "@", ":"])
def test_flood_of_text(kind: str, unit: str) -> None:
    """Long repetitive text is refused, and no pattern runs away on it."""
    for size in (2000, 200_000):
        with pytest.raises(InvalidIdentifier):
            normalise(kind, unit * (size // len(unit)), platform=kinds()[kind].platform)
