"""The organisation's identity provider, as the settings say: who it is, as whom it knows the node, what proves a second factor."""

from __future__ import annotations

from comity.accounts.discovery import secure
from comity.accounts.issuer import Client, Issuer
from comity.kernel.clock import Clock

from .errors import BadSettings
from .settings import NAME, Settings

MOST_SECRET = 1024
# What changes, or is given to somebody else later, names nobody for good (OpenID Connect Core 1.0, 5.7).
PASSING = ("email", "name", "nickname", "phone_number", "preferred_username", "unique_name", "upn")


def issuer_of(settings: Settings, clock: Clock) -> Issuer | None:
    """Give the provider of the settings, if they name one.

    Raises:
        BadSettings: what they say of it is not whole, or is not to be relied upon.
    """
    if not settings.oidc_issuer:
        return None
    if not secure(settings.oidc_issuer) or "?" in settings.oidc_issuer:
        raise _wrong(settings, "oidc_issuer", "an address by https, as the provider writes its issuer")
    if not settings.oidc_client or len(settings.oidc_client) > 255:
        raise _wrong(settings, "oidc_client", "the client id that the provider gave the node")
    if not settings.oidc_claim or settings.oidc_claim in PASSING:
        raise _wrong(settings, "oidc_claim", "a claim that names one person for good, such as sub")
    client = Client(
        settings.oidc_issuer, settings.oidc_client, _secret(settings), tuple(settings.oidc_acr.split()),
        frozenset(settings.oidc_amr.split()), settings.oidc_claim,
        settings.path(settings.oidc_ca) if settings.oidc_ca else None,
    )  # fmt: skip
    return Issuer(client, clock)


def _secret(settings: Settings) -> str:
    """Read the client secret: the first line of its file."""
    if not settings.oidc_secret_file:
        raise _wrong(settings, "oidc_secret_file", "the file with the client secret")
    path = settings.path(settings.oidc_secret_file)
    try:
        secret = path.read_text("utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as e:
        raise BadSettings(
            "got an unreadable file, expected the client secret", file=str(path), field="oidc_secret_file"
        ) from e
    if not 0 < len(secret) <= MOST_SECRET:
        raise BadSettings(
            f"got {len(secret)} characters, expected the client secret", file=str(path), field="oidc_secret_file"
        )
    return secret


def _wrong(settings: Settings, field: str, expected: str) -> BadSettings:
    got = getattr(settings, field)[:200]
    return BadSettings(f"got {got!r}, expected {expected}", file=str(settings.home / NAME), field=field)
