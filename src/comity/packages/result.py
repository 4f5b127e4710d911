"""What verification found: the verdict, every step, who signed, whom to call back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from comity.kernel.clock import stamp
from comity.kernel.errors import ComityError

if TYPE_CHECKING:
    from comity.directory.model import Party

OK, FAILED, SKIPPED, NOT_REACHED = "ok", "failed", "skipped", "not reached"


class Skip(Exception):
    """A step that does not apply, with the reason."""


@dataclass(frozen=True)
class Step:
    """One numbered step: its name, what became of it, what was found."""

    number: int
    name: str
    status: str
    found: str


@dataclass(frozen=True)
class Signer:
    """Who signed: in which role, with which key, valid from and until when."""

    role: str
    holder: str
    keyid: str
    valid_from: datetime
    valid_until: datetime

    def plain(self) -> dict[str, str]:
        """Give the signer as JSON data."""
        validity = {"valid_from": stamp(self.valid_from), "valid_until": stamp(self.valid_until)}
        return {"role": self.role, "holder": self.holder, "keyid": self.keyid, **validity}


@dataclass(frozen=True)
class Result:
    """The outcome of a verification."""

    steps: tuple[Step, ...]
    digest: str = ""
    document: dict[str, Any] = field(default_factory=dict)
    sender: Party | None = None
    signers: tuple[Signer, ...] = ()
    at: datetime | None = None
    error: ComityError | None = None

    @property
    def valid(self) -> bool:
        """Tell whether every step that applies holds."""
        return self.error is None

    @property
    def failed(self) -> Step | None:
        """Give the step at which the procedure stopped, if it did."""
        return next((step for step in self.steps if step.status == FAILED), None)

    def plain(self) -> dict[str, Any]:
        """Give the outcome as JSON data."""
        sender = self.sender
        return {
            "verdict": "valid" if self.valid else "refused",
            "refused_at": self.failed.name if self.failed else None,
            "package": self.digest or None,
            "checked_at": stamp(self.at) if self.at else None,
            "steps": [vars(step) for step in self.steps],
            "signers": [signer.plain() for signer in self.signers],
            "sender": {"id": sender.id, "name": sender.name} if sender else None,
            "callback": [{"number": c.number, "desk": c.desk} for c in sender.callback] if sender else [],
            "document": self.document or None,
            "advice": self.error.advice if self.error else "",
        }


def run_steps(steps: Sequence[tuple[str, Callable[[], str]]]) -> tuple[tuple[Step, ...], ComityError | None]:
    """Run numbered steps in order and stop at the first that fails."""
    done: list[Step] = []
    error: ComityError | None = None
    for number, (name, act) in enumerate(steps, 1):
        if error:
            done.append(Step(number, name, NOT_REACHED, ""))
            continue
        try:
            done.append(Step(number, name, OK, act()))
        except Skip as e:
            done.append(Step(number, name, SKIPPED, str(e)))
        except ComityError as e:
            error = e
            done.append(Step(number, name, FAILED, str(e)))
    return tuple(done), error
