"""Every act that the program writes into a request's history, and every event of its log, is a sentence at the desk."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from comity.exchange import sending
from comity.ledger.model import TYPES
from comity.requests.states import ANSWERS
from comity.web.desk import trail
from meta.tree import SOURCE, parsed, python

VARYING = {
    "given.state": ANSWERS,
    "_ACTS[message.kind]": tuple(sending._ACTS.values()),
    "_ACTS.get(message.kind, message.kind)": ("*",),
    "made.desired": ("*",),
    "status": ("*",),
}
PLACE = {"record": 2, "move": 2}
ROOMS = ("requests", "exchange", "web")


def acts() -> Iterator[tuple[str, str]]:
    """Find what is written into histories, each with where; a star stands for what varies."""
    for room in ROOMS:
        for path in python(SOURCE / room):
            tree = parsed(path)
            for node in ast.walk(tree):
                called = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
                if isinstance(node, ast.Call) and called in PLACE and len(node.args) > 3:
                    for one in said(node.args[PLACE[called]], tree):
                        yield str(path.relative_to(SOURCE)), one


def said(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """Give the texts that an expression may be."""
    text = ast.unparse(node)
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.IfExp):
        yield from (*said(node.body, tree), *said(node.orelse, tree))
    elif isinstance(node, ast.JoinedStr):
        parts = [one.value if isinstance(one, ast.FormattedValue) else one for one in node.values]
        found = [""]
        for part in parts:
            found = [before + one for before in found for one in said(part, tree)]
        yield from found
    elif text in VARYING:
        yield from VARYING[text]
    elif isinstance(node, ast.Name):
        given = [one.value for one in ast.walk(tree) if isinstance(one, ast.Assign) and _names(one, node.id)]
        if not given:
            yield f"(unknown: {text})"
        for each in given:
            yield from said(each, tree)
    else:
        yield f"(unknown: {text})"


def _names(node: ast.Assign, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in node.targets)


def test_every_act_in_a_history_has_a_sentence() -> None:
    """What the program can write into a request's history is said in a sentence, with who did it and without."""
    found = {one for one in acts() if not one[0].endswith("office.py")}
    assert {"seal", "release", "withdraw", "end the proposed refusal", "delivery *"} <= {act for _place, act in found}
    lacking = [one for one in sorted(found) if not any(fnmatchcase(one[1], pattern) for pattern in trail.acts())]
    assert lacking == []
    for by_somebody, by_nobody in trail.acts().values():
        assert "{who}" in by_somebody
        assert "{who}" not in by_nobody
        assert by_somebody.endswith(".")
        assert by_nobody.endswith(".")


@pytest.mark.parametrize("kind", TYPES)
def test_every_event_of_the_log_has_a_sentence(kind: str) -> None:
    """Each event is told in a sentence with the names of who had to do with it, or as the log describes its type."""
    told = str(trail.happened({"type": kind, "person": "p1", "by": "p2"}, {"p1": "Lan", "p2": "Hoa"}))
    assert told.endswith(".")
    assert "{" not in told
    assert kind not in trail.events() or "<bdi>Lan</bdi>" in told or "<bdi>Hoa</bdi>" in told
    alone = str(trail.happened({"type": kind}, {}))
    assert alone.endswith(".")
    assert "{" not in alone


def test_no_sentence_stands_for_an_event_that_is_none() -> None:
    """The table has no sentence of an event that the log does not know."""
    assert trail.events().keys() <= TYPES.keys()
