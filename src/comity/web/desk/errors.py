"""What can be wrong with a visit to the desk, before any page is asked."""

from __future__ import annotations

from comity.kernel.errors import BadInput, NotFound, Refused

from ..errors import Busy as Busy


class BadRoute(BadInput):
    """A route names no act of the duty matrix, or leaves open which case it is about; the desk does not start."""


class NoPage(NotFound):
    """There is no such page."""


class OtherHost(Refused):
    """The visitor came under another name than the desk's own."""

    status = 421


class NotFromHere(Refused):
    """A form that was not sent from one of our own pages, or by another visitor's."""

    status = 403


class TooLarge(BadInput):
    """More was sent than the page takes."""

    status = 413


class WrongForm(BadInput):
    """What was sent is no form."""

    status = 415


class SlowForm(Refused):
    """A form that took too long to arrive."""

    status = 408
