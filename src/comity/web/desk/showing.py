"""Evidence shown to others: some files of an item, ticked on a list of several pages, with proof; and the bundle for a court.

What is ticked goes along from page to page in the form itself, as numbers of files in the sealed bag that the form names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from starlette.responses import Response

from comity.evidence.custodyentry import Deed
from comity.kernel.errors import BadInput, ComityError

from ..acts import evidence as acts
from ..acts import showing
from ..acts.showing import Chosen, File
from ..giving import given
from .evidence import by_item, shown
from .forms import typed
from .handing import text
from .itemparts import post_of, status
from .routes import Route
from .visit import Visit

PAGE, MOST = 100, 1 << 20
ZIP = "application/zip"


@dataclass(frozen=True)
class Choice:
    """What is ticked: the numbers of files, the piece of the list that is shown, and the words that its names must have."""

    numbers: frozenset[int]
    page: int
    words: str


def files(visit: Visit, wrong: ComityError | None = None) -> Response:
    """List the files of an item, a hundred on a page, each with a box to be ticked; what was ticked before stays so."""
    bag, listed = showing.files(visit.actor, visit.given["item"], visit.field("bag") or visit.query("bag"))
    try:
        choice = chosen(visit, listed)
    except BadInput as e:
        choice, wrong = Choice(frozenset(), 1, ""), wrong or e
    words = choice.words.casefold().split()
    found = [one for one in listed if all(word in one.path.casefold() for word in words)]
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(choice.page, 1), pages)
    piece = found[(page - 1) * PAGE : page * PAGE]
    here = {one.number for one in piece}
    ticked = choice.numbers | here if visit.field("do") == "all" else choice.numbers
    return visit.page(
        "itemfiles.html",
        status(wrong),
        item=visit.given["item"],
        bag=bag,
        piece=piece,
        found=len(found),
        page=page,
        pages=pages,
        words=choice.words,
        ticked=ticked,
        elsewhere=spans(ticked - here),
        size=sum(one.size for one in listed if one.number in ticked),
        wrong=wrong,
        typed=typed(visit.form),
        post=post_of(visit),
    )


def disclosed(visit: Visit) -> Response:
    """Give the ticked files with proof; or show the list again, after another page of it was asked for or something is wrong."""
    if visit.field("do") != "show":
        return files(visit)
    item = visit.given["item"]
    try:
        bag, listed = showing.files(visit.actor, item, visit.field("bag"))
        numbers = chosen(visit, listed).numbers
        deed = _deed(visit, note=text(visit, "recipient", 500))
        made = showing.show(visit.actor, item, Chosen(bag.digest, numbers), deed)
        return given(visit.desk.node.blobs, made, ZIP)
    except ComityError as e:
        return files(visit, e)


def bundled(visit: Visit) -> Response:
    """Make the bundle for a court, in its language, and give it."""
    item, papers = visit.given["item"], bool(visit.field("papers"))
    try:
        made = showing.bundle(visit.actor, item, _deed(visit), visit.field("language"), papers=papers)
        return given(visit.desk.node.blobs, made, ZIP)
    except ComityError as e:
        return shown(visit, wrong=e, at="bundle")


def chosen(visit: Visit, listed: Collection[File]) -> Choice:
    """Read which files are ticked: those of the piece that was shown, and those that the form carries along.

    Raises:
        BadInput: a number is none, or no file of the bag has it.
    """
    ticked = [_number(one, "file") for one in visit.fields("file")]
    carried = _read(visit.field("elsewhere"))
    numbers = frozenset((*ticked, *carried)) if visit.field("do") != "none" else frozenset(carried)
    if numbers and not (min(numbers) >= 1 and max(numbers) <= len(listed)):
        raise BadInput("got no file of this item, expected those of the list", field="file")
    page = _number(visit.field("page") or visit.query("page") or "1", "page")
    words = visit.field("words") if visit.form else visit.query("words")
    step = {"before": -1, "after": 1}.get(visit.field("do"), 0)
    return Choice(numbers, 1 if visit.field("do") == "find" else page + step, words[:200])


def spans(numbers: Iterable[int]) -> str:
    """Write numbers shortly: `1-3,7`."""
    found: list[list[int]] = []
    for one in sorted(numbers):
        if found and one == found[-1][1] + 1:
            found[-1][1] = one
        else:
            found.append([one, one])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def _read(text: str) -> list[int]:
    """Read what `spans` wrote.

    Raises:
        BadInput: it is something else.
    """
    found: list[int] = []
    for one in filter(None, text.split(",")):
        first, _dash, last = one.partition("-")
        a, b = _number(first, "file"), _number(last or first, "file")
        if b < a or len(found) + b - a > showing.MOST_LISTED:
            raise BadInput("got other files than were listed, expected those of the list", field="file")
        found.extend(range(a, b + 1))
    return found


def _number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 7):
        raise BadInput(f"got {text[:40]!r}, expected the number of a file or page", field=field)
    return int(text)


def _deed(visit: Visit, note: str = "") -> Deed:
    by = acts.by_of(visit.actor, text(visit, "post"))
    return Deed("noted", by, why=text(visit, "why", 1000), authority=text(visit, "authority", 500), note=note)


ROUTES = (
    Route("GET", "/evidence/files/{item:path}", "evidence.export", files, case=by_item),
    Route("POST", "/evidence/files/{item:path}", "evidence.export", disclosed, case=by_item, most=MOST),
    Route("POST", "/evidence/bundle/{item:path}", "evidence.export", bundled, case=by_item),
)
