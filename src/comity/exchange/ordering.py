"""Taking an order in: the sealed package decides, and the order around it must say the same.

The package in the order is verified as one that came by hand would be. Then the order is derived from it again, and the
first member that differs refuses the whole message. What is taken in is the request, its objects and the answer to the
message, in one unit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from comity.hi1.errors import BadMessage
from comity.hi1.model import Action, Answer, Thing
from comity.packages.result import Result
from comity.packages.verification import verify
from comity.requests import intake
from comity.requests.errors import PackageRefused
from comity.requests.model import Request
from comity.store.engine import Unit

from .agreement import agrees
from .call import Call
from .carriage import preserved, sealed, unload
from .errors import NotCarried
from .mapping import PACKAGE
from .objects import created, following, updated
from .objecttables import THEIRS, Object, find_object, objects_of, put_object
from .sending import ORDER

EXISTS, IMPROPER = 3010, 3007
_AT = re.compile(r"\[(\d+)\]")


class _Refused(Exception):
    """An order that is refused, at one of its actions."""

    def __init__(self, error: BadMessage, at: int) -> None:
        super().__init__(str(error))
        self.error = error
        self.at = at


def package_of(actions: Sequence[Action]) -> Thing | None:
    """Find the document with a sealed package in a message; with one it is an order."""
    return next((one.thing for one in actions if one.thing and is_document(one, PACKAGE)), None)


def is_document(action: Action, kind: str) -> bool:
    """Tell whether an action creates a document of a type of ours."""
    thing = action.thing
    if action.verb != "CREATE" or thing is None or thing.type != "DocumentObject":
        return False
    return bool(thing.members.get("DocumentType", {}).get("Value") == kind)


def take_order(call: Call, document: Thing) -> bytes:
    """Take an order in, or refuse it whole."""
    at = next(i for i, one in enumerate(call.message.actions) if one.thing is document)
    try:
        path, body, media = unload(call.desk, document)
        return _Order(call, path, body, media).take()
    except _Refused as e:
        return call.refused(e.error, at=e.at, kind=ORDER)
    except BadMessage as e:
        return call.refused(e, at=at, kind=ORDER)
    except PackageRefused as e:
        error = BadMessage(f"the package does not verify: {e.message}", code=IMPROPER, field=e.field)
        return call.refused(error, at=at, kind=ORDER)


class _Order:
    """One order while it is taken in."""

    def __init__(self, call: Call, path: Path, body: bytes, media: str) -> None:
        self.call = call
        self.path = path
        self.body = body
        self.media = media
        self.raw = b""

    def take(self) -> bytes:
        """Take the request in with its objects and the answer.

        Raises:
            PackageRefused: the package does not verify.
            _Refused: the order does not say the same.
        """
        office = self.call.desk.office
        try:
            received = intake.receive(office, self.path, also=self._keep)
            if not received.new:
                self._adopt(received.request)
        finally:
            office.blobs.unstage(self.path)
        return self.raw

    def _adopt(self, request: Request) -> None:
        """Keep the order of a request whose package came before by hand; one that came as an order is not taken twice."""
        self._own(request)
        office = self.call.desk.office
        with office.store.read() as unit:
            result = verify(self.path, intake.given(office, unit))
        with office.store.write(durable=True) as unit:
            if objects_of(unit, request.id, side=THEIRS):
                error = BadMessage("got a request that was taken in already, expected a new one", code=EXISTS)
                raise _Refused(error, 0)
            self._keep(unit, office.find(unit, request.id), result)

    def _keep(self, unit: Unit, request: Request, result: Result) -> None:
        """Hold the order against the package, keep its objects, and keep the answer."""
        self._agree(unit, request, result)
        answers = tuple(self._one(unit, request, at, one) for at, one in enumerate(self.call.message.actions))
        self.raw = self.call.answered(unit, answers, kind=ORDER, about=request.id)

    def _agree(self, unit: Unit, request: Request, result: Result) -> None:
        self._own(request)
        package = sealed(self.path, result, self.body, self.media)
        try:
            found = agrees(self.call.message.actions, request.document, package, preserved(unit, request))
        except NotCarried as e:
            raise _Refused(BadMessage(e.message, code=IMPROPER, field=e.field), 0) from e
        if found:
            match = _AT.match(found.path)
            at = min(int(match[1]) if match else 0, len(self.call.message.actions) - 1)
            raise _Refused(BadMessage(str(found), code=IMPROPER, field=found.path), at)

    def _own(self, request: Request) -> None:
        if request.peer != self.call.peer:
            text = f"got a package of another party, expected one of {self.call.peer}, who sent the message"
            raise _Refused(BadMessage(text, code=IMPROPER, field="DocumentBody"), 0)

    def _one(self, unit: Unit, request: Request, at: int, action: Action) -> Answer:
        thing = action.thing
        assert thing is not None
        known = find_object(unit, self.call.peer, THEIRS, thing.id)
        try:
            if action.verb == "UPDATE" and known:
                made = updated(known, thing, at=self.call.desk.now(), transaction=self.call.transaction, alone=False)
            elif action.verb == "UPDATE":
                made = self._created(thing, self._first(unit, request))
            elif known:
                raise BadMessage(f"got {thing.id}, which is here already, expected a new object", code=EXISTS)
            else:
                made = self._created(thing, request)
        except BadMessage as e:
            raise _Refused(e, at) from e
        put_object(unit, made)
        return Answer(action.n, action.verb, identifier=thing.id)

    def _created(self, thing: Thing, request: Request) -> Object:
        call = self.call
        status = following(thing.type, "", request.state)
        return created(
            thing, peer=call.peer, request=request.id, at=call.desk.now(), transaction=call.transaction, status=status
        )

    def _first(self, unit: Unit, request: Request) -> Request:
        """Give the preservation that is extended; it came by hand when its tasks are not here yet."""
        first = preserved(unit, request)
        assert first is not None
        return self.call.desk.office.find(unit, first.request)
