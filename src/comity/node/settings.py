"""The settings of a node: one short TOML file in its folder."""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from .errors import BadSettings, NodeUnusable, NoNode

NAME = "comity.toml"
PARTY = re.compile(r"[A-Z]{2}\.[a-z0-9][a-z0-9-]{0,40}", re.ASCII)
ENCODINGS = ("json", "xml")
_TEXTS = (
    "party",
    "database",
    "key",
    "key_passphrase_file",
    "law",
    "listen",
    "tls",
    "capability",
    "identity",
    "encoding",
    "followup_hours",
    "desk",
    "desk_url",
    "desk_tls",
    "oidc_issuer",
    "oidc_client",
    "oidc_secret_file",
    "oidc_acr",
    "oidc_amr",
    "oidc_claim",
    "oidc_ca",
)
_KNOWN = {*_TEXTS, "time_authorities"}


@dataclass(frozen=True)
class Settings:
    """Where a node keeps what, and for which party it works; paths are relative to its folder."""

    home: Path
    party: str
    database: str = "sqlite:///node.db"
    key: str = "node.key"
    key_passphrase_file: str = ""
    time_authorities: tuple[str, ...] = ()
    law: str = ""
    listen: str = "127.0.0.1:8443"
    tls: str = "tls.pem"
    capability: str = ""
    identity: str = ""
    encoding: Literal["json", "xml"] = "json"
    followup_hours: str = "72"
    desk: str = ""
    desk_url: str = "http://localhost:8480"
    desk_tls: str = ""
    oidc_issuer: str = ""
    oidc_client: str = ""
    oidc_secret_file: str = ""
    oidc_acr: str = ""
    oidc_amr: str = ""
    oidc_claim: str = "sub"
    oidc_ca: str = ""

    @property
    def url(self) -> str:
        """Give the database's URL, a relative SQLite path resolved against the folder."""
        scheme, slashes, rest = self.database.partition(":///")
        if scheme == "sqlite" and slashes and not rest.startswith("/"):
            return f"sqlite:///{self.home.resolve() / rest}"
        return self.database

    @property
    def followup(self) -> timedelta:
        """Give the time in which a formal request has to follow an emergency.

        Raises:
            BadSettings: it is no number of hours.
        """
        if not re.fullmatch(r"[1-9][0-9]{0,3}", self.followup_hours, re.ASCII):
            got, file = f'got {self.followup_hours!r}, expected hours as text, such as "72"', str(self.home / NAME)
            raise BadSettings(got, file=file, field="followup_hours")
        return timedelta(hours=int(self.followup_hours))

    @property
    def mirror(self) -> Path:
        """Give the folder of the directory's mirror."""
        return self.home / "directory"

    @property
    def law_overlay(self) -> Path | None:
        """Give the folder with the node's own corrections to the law, if there is one."""
        return self.path(self.law) if self.law else None

    @property
    def files(self) -> Path:
        """Give the folder of kept files."""
        return self.home / "files"

    def path(self, name: str) -> Path:
        """Give the path of a file named in the settings."""
        return self.home / name


def load(home: Path) -> Settings:
    """Read a node's settings.

    Raises:
        NoNode: there is no node in that folder.
        BadSettings: the file is malformed.
    """
    path = home / NAME
    try:
        rows = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as e:
        advice = "Name the node's folder with --home or COMITY_HOME, or make one: comity node init."
        raise NoNode("got a folder without comity.toml, expected a node", file=str(home), advice=advice) from e
    except OSError as e:
        raise NodeUnusable(f"got {e.strerror}, expected readable settings", file=str(path)) from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise BadSettings(f"got {e}, expected TOML", file=str(path)) from e
    return _settings(home, rows, str(path))


def save(settings: Settings) -> None:
    """Write the settings of a new node.

    Raises:
        NodeUnusable: the folder cannot be written, or holds settings already.
    """
    path = settings.home / NAME
    lines = [
        "# The settings of a Comity node; see docs/operate/settings.md.",
        *(f"{name} = {_quoted(getattr(settings, name))}" for name in _TEXTS),
        f"time_authorities = [{', '.join(map(_quoted, settings.time_authorities))}]",
    ]
    try:
        with open(path, "x", encoding="utf-8", opener=lambda p, flags: os.open(p, flags, 0o600)) as f:
            f.write("\n".join(lines) + "\n")
    except OSError as e:
        raise NodeUnusable(f"got {e.strerror}, expected to write new settings", file=str(path)) from e


def _quoted(text: str) -> str:
    """Write a TOML basic string: as in JSON, but with every character as it is, and the delete character escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _settings(home: Path, rows: dict[str, object], file: str) -> Settings:
    if unknown := sorted(set(rows) - _KNOWN):
        raise BadSettings(
            "got an unknown setting, expected one of: " + ", ".join(sorted(_KNOWN)), file=file, field=unknown[0]
        )
    authorities = rows.pop("time_authorities", [])
    for name, value in rows.items():
        if not isinstance(value, str) or "\n" in value:
            raise BadSettings(f"got {value!r}, expected text", file=file, field=name)
    if not isinstance(authorities, list) or not all(isinstance(a, str) for a in authorities):
        raise BadSettings(f"got {authorities!r}, expected a list of file names", file=file, field="time_authorities")
    texts: dict[str, Any] = {name: str(value) for name, value in rows.items()}
    if not PARTY.fullmatch(texts.get("party", "")):
        raise BadSettings(f"got {texts.get('party')!r}, expected a party such as VN.a05", file=file, field="party")
    if texts.get("encoding", "json") not in ENCODINGS:
        raise BadSettings(f"got {texts['encoding']!r}, expected {' or '.join(ENCODINGS)}", file=file, field="encoding")
    return Settings(home=home, time_authorities=tuple(authorities), **texts)
