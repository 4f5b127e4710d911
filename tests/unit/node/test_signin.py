"""The identity provider of the settings is taken whole, or refused by the name of what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.kernel.clock import SystemClock
from comity.node.errors import BadSettings
from comity.node.settings import Settings
from comity.node.signin import issuer_of

WHOLE = {
    "oidc_issuer": "https://login.example.org/realms/agency", "oidc_client": "comity", "oidc_secret_file": "oidc.secret",
    "oidc_acr": "gold  silver", "oidc_amr": "otp",
}  # fmt: skip


def of(home: Path, **changes: str) -> Settings:
    """Settings that name a provider."""
    (home / "oidc.secret").write_text("a secret\nand a remark\n")
    given = WHOLE | changes
    return Settings(home, "VN.a05", **given)  # type: ignore[arg-type]  # texts


def test_the_settings_name_a_provider(tmp_path: Path) -> None:
    """Issuer, client, secret and what proves a second factor are taken from the settings; a node without has none."""
    issuer = issuer_of(of(tmp_path), SystemClock())
    assert issuer is not None
    client = issuer.client
    assert (client.name, client.secret, list(client.acr), client.claim) == (
        "comity",
        "a secret",
        ["gold", "silver"],
        "sub",
    )
    assert "a secret" not in repr(client)
    assert issuer_of(of(tmp_path, oidc_issuer=""), SystemClock()) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("oidc_issuer", "http://login.example.org"), ("oidc_issuer", "login.example.org"),
        ("oidc_issuer", "https://login.example.org/?x=y"), ("oidc_client", ""), ("oidc_client", "x" * 256),
        ("oidc_secret_file", ""), ("oidc_secret_file", "none"), ("oidc_claim", ""), ("oidc_claim", "email"),
        ("oidc_claim", "preferred_username"),
    ],
)  # fmt: skip
def test_what_is_not_whole_is_refused(tmp_path: Path, field: str, value: str) -> None:
    """A provider in the open, without client or secret, or whose claim names nobody for good, is refused."""
    with pytest.raises(BadSettings) as caught:
        issuer_of(of(tmp_path, **{field: value}), SystemClock())
    assert caught.value.field == field


@pytest.mark.parametrize("secret", [b"", b"\nx", b"\xff", b"x" * 1025])
def test_a_file_without_a_secret_is_refused(tmp_path: Path, secret: bytes) -> None:
    """An empty, overlong or unreadable secret is refused, and not shown."""
    settings = of(tmp_path)
    (tmp_path / "oidc.secret").write_bytes(secret)
    with pytest.raises(BadSettings) as caught:
        issuer_of(settings, SystemClock())
    assert "xxx" not in str(caught.value)
