"""What can go wrong with cases and requests."""

from __future__ import annotations

from collections.abc import Sequence

from comity.kernel.errors import BadInput, NotFound, Refused
from comity.packages.result import Result

from .model import Finding


class NoCase(NotFound):
    """There is no such case."""


class NoRequest(NotFound):
    """There is no such request."""


class BadSheet(BadInput):
    """A case file or a draft sheet is malformed."""


class WrongState(Refused):
    """The act is not allowed in the request's present state."""


class OnePerson(Refused):
    """One person would stand behind a refusal, which takes two."""


class Incomplete(Refused):
    """The request is not complete: it cannot be sealed or released."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Name the first fault and count the others."""
        first, *others = findings
        more = f" ({len(others)} more: {', '.join(f.field for f in others[:8])})" if others else ""
        super().__init__(first.reason + more, field=first.field, advice=first.remedy)
        self.findings = tuple(findings)

    def problem(self) -> dict[str, object]:
        """Give the error as a problem document with every finding."""
        return super().problem() | {"findings": [f.plain() for f in self.findings]}


class Unanswered(Refused):
    """A safeguards question on an incoming request was not answered: it cannot be accepted."""

    def __init__(self, findings: Sequence[Finding], reference: str) -> None:
        """Name the first question and count the others."""
        first, *others = findings
        more = f" ({len(others)} more: {', '.join(f.field for f in others[:9])})" if others else ""
        advice = f"Let a named person answer: comity request safeguards {reference} --form FILE, then --with FILE."
        super().__init__(first.reason + more, field=first.field, advice=advice)
        self.findings = tuple(findings)

    def problem(self) -> dict[str, object]:
        """Give the error as a problem document with every finding."""
        return super().problem() | {"findings": [f.plain() for f in self.findings]}


class NoBasis(Refused):
    """A legal basis cannot be chosen for the request."""


class NotYours(Refused):
    """The key or the person may not do this."""


class PackageRefused(Refused):
    """A package or receipt that arrived does not verify; *result* has the numbered steps, where it came to them."""

    result: Result | None = None


class WrongReceipt(Refused):
    """A receipt does not belong to a request of this node."""
