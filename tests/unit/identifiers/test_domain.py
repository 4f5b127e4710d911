"""Domain names: one form whatever the script, and a word of warning for disguises."""

from __future__ import annotations

import pytest

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import normalise


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Example.ORG", "example.org"),
        ("example.org.", "example.org"),
        ("www[.]example[dot]org", "www.example.org"),
        ("công-an.vn", "xn--cng-an-ixa.vn"),
        ("CÔNG-AN.vn", "xn--cng-an-ixa.vn"),
        ("faß.example", "xn--fa-hia.example"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("ＥＸＡＭＰＬＥ．org", "example.org"),
        ("xn--r8jz45g.xn--zckzah", "xn--r8jz45g.xn--zckzah"),
        ("r3---sn-abc.example.org", "r3---sn-abc.example.org"),
        ("a" * 63 + ".org", "a" * 63 + ".org"),
        (".".join(["a" * 61] * 4), ".".join(["a" * 61] * 4)),
    ],
)
def test_names_are_read(text: str, value: str) -> None:
    """Case, width, script and the final dot make no difference."""
    assert normalise("domain", text).value == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("localhost", "a dot in it"),
        ("a..org", "empty part"),
        (".org", "empty part"),
        ("example.org..", "empty part"),
        ("-a.org", "inner hyphens"),
        ("a-.org", "inner hyphens"),
        ("a b.org", "inner hyphens"),
        ("a" * 64 + ".org", "64 characters"),
        ("ü" * 63 + ".org", "IDNA"),
        (".".join(["a" * 61] * 4 + ["aaaaaa"]), "254 characters"),
        ("example.123", "ends in a number"),
        ("example.0x7f", "ends in a number"),
        ("192.0.2.1", "IP address"),
        ("[2001:db8::1]", "IP address"),
        ("https://example.org", "more than a name"),
        ("example.org/a", "more than a name"),
        ("example.org\\a", "more than a name"),
        ("name@example.org", "an @"),
        ("*.example.org", "pattern"),
        ("example.org:80", "inner hyphens"),
        ("i❤.example", "IDNA 2008"),
        ("xn--zzzz.org", "IDNA 2008"),
        ("xn--a-.org", "IDNA 2008"),
        ("xn--example.org", "IDNA 2008"),
        ("%65xample.org", "inner hyphens"),
    ],
)
def test_what_is_no_name_is_refused_with_the_reason(text: str, reason: str) -> None:
    """The message names the part that fails; other kinds of identifier are told so."""
    with pytest.raises(InvalidIdentifier, match=reason) as caught:
        normalise("domain", text)
    assert caught.value.advice


@pytest.mark.parametrize(
    "text", ["công-an.vn", "東京とトウキョウ.jp", "한국漢字.kr", "почта.рф", "правительство.рф", "xyz.com"]
)
def test_honest_names_are_not_doubted(text: str) -> None:
    """Scripts that are written together, and words that are plainly of one script, raise no doubt."""
    assert normalise("domain", text).doubts == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("раypal.com", "mixes letters of CYRILLIC and LATIN"),
        ("xn--ypal-43d9g.com", "mixes letters of CYRILLIC and LATIN"),
        ("аррӏе.com", "looks like Latin"),
        ("www.example.org", "kept for documentation"),
        ("shop.test", "kept for tests"),
        ("abcdefghij234567.onion", "a Tor service"),
        ("my_host.vn", "underscore"),
    ],
)
def test_disguises_and_reserved_names_are_doubted(text: str, reason: str) -> None:
    """What is well formed and still deserves a second look is said."""
    assert reason in normalise("domain", text).doubts[0]
