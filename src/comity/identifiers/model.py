"""An identifier: what a provider can look up, in the one form in which it is compared, and the text it came from."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Hints:
    """What people know beside the text: chain, platform, source port, time span, and the region of national numbers."""

    chain: str = ""
    platform: str = ""
    port: int | None = None
    since: str = ""
    until: str = ""
    region: str = ""


@dataclass(frozen=True)
class Identifier:
    """One identifier in its normal form; two are equal whatever doubts were noted.

    *original* is the text as received, in Unicode NFC and without white space around it. *doubts* are plain sentences
    about what is well formed and still deserves a second look.
    """

    kind: str
    value: str
    original: str
    chain: str = ""
    platform: str = ""
    port: int | None = None
    since: str = ""
    until: str = ""
    doubts: tuple[str, ...] = field(default=(), compare=False)

    def as_target(self, relation: str) -> dict[str, str | int]:
        """Give the item of a request's `targets`, with its *relation* to the offence; it holds only what is known."""
        parts = {
            "kind": self.kind,
            "value": self.value,
            "original": self.original,
            "chain": self.chain,
            "platform": self.platform,
            "port": self.port,
            "since": self.since,
            "until": self.until,
            "relation": relation,
        }
        return {name: part for name, part in parts.items() if part}
