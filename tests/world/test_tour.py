"""The README's tour works word for word."""

from __future__ import annotations

import re

from builders.touring import Tour
from builders.touring import steps as shown_steps

# What differs from run to run: digests, ids and keys, moments, sizes, the year in references, ports, counts of the machine and of a log.
CHANGING = [
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "UUID"),
    (re.compile(r"\b[0-9a-f]{12,64}\b"), "HEX"),
    (re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z"), "TIME"),
    (re.compile(r"VN\.a05-\d{4}-"), "VN.a05-YEAR-"),
    (re.compile(r"\d+ (files, \d+ bytes|GiB free)"), "SIZE"),
    (re.compile(r"127\.0\.0\.1(:| port )\d+"), "PORT"),
    (re.compile(r"\d+ seconds (behind|ahead)"), "SECONDS"),
    (re.compile(r"entry \d+ of \d+|\d+ entries|\d+ checkpoints"), "COUNT"),
]


def plain(text: str) -> list[str]:
    """Lines of output without what differs from run to run."""
    for pattern, word in CHANGING:
        text = pattern.sub(word, text)
    return [line.rstrip() for line in text.splitlines()]


def agrees(shown: list[str], printed: list[str]) -> bool:
    """Compare output; a line `...` at the end stands for anything more."""
    if shown and shown[-1] == "...":
        return printed[: len(shown) - 1] == shown[:-1]
    return printed == shown


def test_tour_works_word_for_word(toured: Tour) -> None:
    """Every command of the README prints what the README shows."""
    compared = [(one.command, plain(one.shown), plain(one.printed)) for one in toured.steps]
    assert [one for one in compared if not agrees(*one[1:])] == []
    assert len(compared) == len(shown_steps()) > 12
