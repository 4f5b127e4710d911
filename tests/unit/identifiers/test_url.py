"""Web addresses: the normal form of RFC 3986, from plain and defanged text."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis.provisional import urls

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import normalise


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("http://example.org:80/", "http://example.org/"),
        ("https://example.org:443", "https://example.org/"),
        ("https://example.org:/", "https://example.org/"),
        ("https://example.org:80/", "https://example.org:80/"),
        ("https://example.org:08443/", "https://example.org:8443/"),
        ("https://example.org./", "https://example.org/"),
        ("hxxp://example[.]org/a", "http://example.org/a"),
        ("hXXps[:]//example[.]org/a", "https://example.org/a"),
        ("hxxps[://]example(.)org/a", "https://example.org/a"),
        ("h**ps://example[dot]org/a", "https://example.org/a"),
        (
            "https://ví-dụ.example/đường?câu=hỏi#đoạn",
            "https://xn--v-d-rma6749a.example/%C4%91%C6%B0%E1%BB%9Dng?c%C3%A2u=h%E1%BB%8Fi#%C4%91o%E1%BA%A1n",
        ),
        ("https://example.org/%7euser/%2f%3a", "https://example.org/~user/%2F%3A"),
        ("https://example.org/%41%252e", "https://example.org/A%252e"),
        ("https://example.org/a/./b/../../c/..", "https://example.org/"),
        ("https://example.org/../a/%2e%2e/b/.", "https://example.org/b/"),
        ("https://example.org//a//..//b", "https://example.org//a//b"),
        ("https://example.org?q=a/b?c", "https://example.org/?q=a/b?c"),
        ("https://example.org/?", "https://example.org/?"),
        ("https://example.org/#", "https://example.org/#"),
        ("https://example.org/?a[]=1&b={x}|y", "https://example.org/?a%5B%5D=1&b=%7Bx%7D%7Cy"),
        ("https://example.org/a[.]b", "https://example.org/a%5B.%5Db"),
        ("http://192.0.2.1:8080/a", "http://192.0.2.1:8080/a"),
        ("http://[2001:DB8::0:1]/", "http://[2001:db8::1]/"),
        ("http://[::ffff:192.0.2.1]/", "http://192.0.2.1/"),
        ("https://example.org/a@b:c", "https://example.org/a@b:c"),
    ],
)
def test_addresses_are_normalised(text: str, value: str) -> None:
    """Scheme, host, default port, percent signs and dots have one writing; query and fragment stay."""
    assert normalise("url", text).value == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("example.org/a", "expected a web address"),
        ("ftp://example.org", "expected a web address"),
        ("javascript:alert(1)", "expected a web address"),
        ("https:/example.org", "expected a web address"),
        ("https:///a", "the host"),
        ("https://:443/", "the host"),
        ("https://example.org:0/", "expected 1 to 65535"),
        ("https://example.org:99999/", "expected 1 to 65535"),
        ("https://example.org:8x/", "the host"),
        ("https://localhost/", "a dot in it"),
        ("https://0x7f.0.0.1/", "expected an IPv4|ends in a number"),
        ("https://2130706433/", "expected an IPv4"),
        ("https://0177.0.0.1/", "expected an IPv4"),
        ("https://0x7f000001/", "a dot in it"),
        ("https://a.0x1/", "ends in a number"),
        ("https://[fe80::1%25eth0]/", "with a zone"),
        ("https://[192.0.2.1]/", "without brackets"),
        ("https://ex%61mple.org/", "inner hyphens"),
        ("https://example.org/a b", "no spaces"),
        ("https://example.org/a\\b", "no backslashes"),
        ("https://example.org/100%", "without two hexadecimal digits"),
        ("https://example.org/%zz", "without two hexadecimal digits"),
        ("https://example.org/" + "é" * 1900, "normal form of"),
    ],
)
def test_what_is_no_web_address_is_refused_with_the_reason(text: str, reason: str) -> None:
    """Nothing is guessed: no scheme, an odd host or a stray percent sign is refused."""
    with pytest.raises(InvalidIdentifier, match=reason) as caught:
        normalise("url", text)
    assert caught.value.advice


def test_reserved_hosts_are_doubted() -> None:
    """The doubts about a host are those about the domain or the address."""
    assert "loopback" in normalise("url", "http://[::1]/").doubts[0]
    assert "looks like Latin" in normalise("url", "https://аррӏе.com/").doubts[0]
    assert normalise("url", "https://nic.vn/").doubts == ()


@settings(deadline=None)
@given(urls())
def test_generated_addresses_keep_host_query_and_fragment(text: str) -> None:
    """For any generated address, the standard library finds the same host in the normal form."""
    try:
        value = normalise("url", text).value
    except InvalidIdentifier:
        return
    before, after = urlsplit(text), urlsplit(value)
    assert before.hostname is not None
    assert (after.scheme, after.hostname) == (before.scheme.lower(), before.hostname.lower())
    assert bool(after.fragment) == bool(before.fragment)
