"""Account names: with their platform, without signs that no platform allows."""

from __future__ import annotations

import pytest

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import normalise


@pytest.mark.parametrize(
    ("text", "platform", "value"),
    [
        ("@Some_Name", "telegram", "Some_Name"),
        ("some.name", "Instagram", "some.name"),
        ("@name@social.example", "mastodon", "name@social.example"),
        ("@name:matrix.example", "matrix", "name:matrix.example"),
        ("name#1234", "discord", "name#1234"),
        ("100000000000001", "facebook", "100000000000001"),
        ("tên.đẹp", "x.com", "tên.đẹp"),
    ],
)
def test_account_names_are_read(text: str, platform: str, value: str) -> None:
    """The leading @ goes, the case stays, the platform is in small letters."""
    found = normalise("handle", text, platform=platform)
    assert (found.value, found.platform, found.original) == (value, platform.lower(), text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("@", "got 0 characters"),
        ("a" * 129, "got 129 characters"),
        ("some name", "the character ' '"),
        ("name<script>", "the character '<'"),
        ("name😀", "the character"),
        ("https://t.me/name", "expected an account name"),
    ],
)
def test_other_texts_are_refused_with_the_reason(text: str, reason: str) -> None:
    """Spaces, signs and addresses of pages are no account name."""
    with pytest.raises(InvalidIdentifier, match=reason) as caught:
        normalise("handle", text, platform="telegram")
    assert caught.value.advice


@pytest.mark.parametrize("platform", ["", "two words", "тг", "a" * 64, "-x", "a/b"])
def test_the_platform_must_be_one_word(platform: str) -> None:
    """Without a platform nobody can look the name up."""
    with pytest.raises(InvalidIdentifier, match="platform") as caught:
        normalise("handle", "name", platform=platform)
    assert caught.value.field == "platform"
    assert caught.value.advice


def test_letters_of_two_scripts_are_doubted() -> None:
    """A handle that imitates another one is accepted as it is, with a doubt."""
    assert "mixes letters" in normalise("handle", "аdmin", platform="telegram").doubts[0]
    assert normalise("handle", "admin", platform="telegram").doubts == ()
