"""`comity delivery acquire`, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

from builders.arrivals import arrived
from builders.deliveries import VN, line
from builders.nodes import Nodes
from builders.program import Program

WHO = ("--person", "Ana Example", "--post", "Evidence desk", "--why", "Fraud")


def test_a_delivery_is_sealed_signed_and_registered(today: Nodes, program: Program) -> None:
    """One command makes it an item that is verified and in custody; the second says that it is one already."""
    made = line(today)
    delivery = arrived(made, made.file("a.txt", b"one"))
    home, key = today.home(VN), today.key_file("custody")
    options = ("--to", "item", "--item", "A-1", *WHO, "--home", home)
    said = program.run("delivery", "acquire", delivery[:8], *options, "--key", key)
    assert "sealed and registered A-1" in said
    assert "A-1 was made of it before" in program.run("delivery", "acquire", delivery[:8], *options)
    Path("root.json").write_bytes(today.world.root)
    layers = program.json("evidence", "verify", "item", "--root", "root.json")["layers"]
    assert [row["name"] for row in layers if row["state"] != "proved"] == ["time"]
    chain = program.json("evidence", "custody", "A-1", "--home", home)
    assert [entry["act"] for entry in chain["entries"]] == ["received", "sealed"]
    assert made.request.reference in json.dumps(chain["entries"][0])
