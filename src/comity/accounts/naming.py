"""Names that are typed in commands, held against the people of the node: who is named answers for something."""

from __future__ import annotations

from comity.kernel.errors import BadInput
from comity.kernel.folding import fold
from comity.store.engine import Store

from .people import all_people


def called(store: Store, text: str, *, field: str) -> str:
    """Give the name of the person whom a text names: as the directory has it, if they sign, else as people read it.

    Where the node has no accounts, the text is all that is known, and stays as it is.

    Raises:
        BadInput: it names nobody who works here, or more than one.
    """
    with store.read() as unit:
        everybody = all_people(unit)
    here = [one for one in everybody if one.active]
    if not everybody or not text:
        return text
    found = [one for one in here if _plain(text) in {_plain(one.name), _plain(one.label), _plain(one.holder)}]
    if len(found) != 1:
        advice = f"Name one of: {', '.join(one.name for one in here)}; or do it at the desk." if here else ""
        raise BadInput(f"got {text[:80]!r}, expected the name of one account of this node", field=field, advice=advice)
    return found[0].holder or found[0].label


def _plain(text: str) -> str:
    return " ".join(fold(text).split())
