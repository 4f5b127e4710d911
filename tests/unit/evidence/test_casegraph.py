"""An item's CASE/UCO graph says what was taken and done, in the same bytes each time, and case_validate finds no fault."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from builders.caseitems import ABOUT, file_entry, generation, items, whole, written
from builders.trials import soaking
from comity.evidence.casegraph import CONTEXT, VERSION, Described, write_graph
from comity.evidence.model import Entry

NAME = re.compile(r"kb:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
FACETS = {"uco-observable:FileFacet", "uco-observable:ContentDataFacet"}
NOTHING = Described(generation(type(generation().act)("E-1")), [])


def graph(item: Described) -> list[dict[str, Any]]:
    """Read the nodes of an item's graph back."""
    document = json.loads(written(item))
    assert document["@context"] == CONTEXT
    found: list[dict[str, Any]] = document["@graph"]
    return found


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Give every object in a graph that has a name."""
    if isinstance(value, dict):
        if "@id" in value:
            yield value
        for part in value.values():
            yield from nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes(part)


def validate(folder: Path, *graphs: bytes) -> None:
    """Let case_validate judge graphs together; warnings and hints count."""
    files = []
    for number, data in enumerate(graphs):
        files.append(folder / f"{number}.jsonld")
        files[-1].write_bytes(data)
    program = Path(sys.executable).with_name("case_validate")
    command: list[str | Path] = [program, "--built-version", f"case-{VERSION}", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = "\n".join(line for line in done.stdout.splitlines() if "Message" in line or "Path" in line)
    assert done.returncode == 0, found[:2000] + done.stderr[-2000:]


def apart(item: Described, number: int) -> bytes:
    """The graph of an item that has its names for itself."""
    return written(replace(item, generation=replace(item.generation, root=f"{number:064x}")))


def test_case_validate_finds_no_fault(tmp_path: Path) -> None:
    """An item with every kind of entry, source and custody, one of nothing and drawn ones violate no shape of CASE 1.4."""
    drawn: list[bytes] = []

    @settings(max_examples=25, database=None, suppress_health_check=list(HealthCheck))
    @given(items())
    def draw(item: Described) -> None:
        drawn.append(apart(item, len(drawn)))

    draw()
    # Judged in one go, since a run takes seconds before it looks at anything, and few, since it takes long over each.
    few = sorted(drawn, key=len)[-8 if soaking() else -3 :]
    validate(tmp_path, apart(replace(whole(), about=ABOUT), 1000), apart(NOTHING, 1001), *few)


def test_sources_are_acts_before_the_acquisition() -> None:
    """Captures and a delivery are acts of their own with times, address, machine and sender; everything named is there."""
    found = graph(replace(whole(), about=ABOUT))
    acts = [node for node in found if node["@type"] == "case-investigation:InvestigativeAction"]
    assert [node["uco-core:name"] for node in acts[:4]] == ["acquired", "captured", "captured", "received"]
    everything = list(nodes(found))
    made = [node["@id"] for node in everything if "@type" in node]
    assert {node["@id"] for node in everything} == set(made)
    assert len(made) == len(set(made))
    assert {"https://www.example.org/shop?x=1", "192.0.2.7", "2001:db8::7"} <= {
        node.get("uco-observable:fullValue") or node.get("uco-observable:addressValue") for node in everything
    }


@given(items())
def test_a_graph_is_sound(item: Described) -> None:
    """Each node has a name of the right form, stands once, and everything that is pointed to is there."""
    found = list(nodes(graph(item)))
    made = [node["@id"] for node in found if "@type" in node]
    assert all(NAME.fullmatch(name) for name in made)
    assert len(made) == len(set(made))
    assert {node["@id"] for node in found} == set(made)


@given(items())
def test_a_graph_is_the_same_each_time(item: Described) -> None:
    """The same item gives the same bytes."""
    assert written(item) == written(item)


@given(items())
def test_every_entry_is_there_with_its_hashes(item: Described) -> None:
    """Each thing at the source is a node of its own, with the hashes of its bytes if they were taken."""
    things = [node for node in graph(item) if node["@type"].startswith("uco-observable:")]
    assert len(things) == len(list(item.entries))
    for entry, node in zip(item.entries, things, strict=True):
        facets = node["uco-core:hasFacet"]
        assert {facet["@type"] for facet in facets} <= FACETS
        hashes = [one for facet in facets for one in facet.get("uco-observable:hash", ())]
        values = {one["uco-types:hashValue"]["@value"] for one in hashes}
        assert values == {entry.digests[name] for name in ("sha256", "sha512") if name in entry.digests}


def test_custody_follows_the_acquisition() -> None:
    """Each act of custody is an action informed by the one before, the first by the acquisition."""
    actions = [node for node in graph(whole()) if node["@type"] == "case-investigation:InvestigativeAction"]
    before = [node["case-investigation:wasInformedBy"][0]["@id"] for node in actions[1:]]
    assert before == [node["@id"] for node in actions[:-1]]
    assert [node["uco-core:name"] for node in actions] == [
        "acquired", "acquired", "transferred", "received", "analysed", "transferred",
    ]  # fmt: skip


def test_what_case_has_no_word_for_is_said() -> None:
    """A link's target, a name that is no text and bytes that were not taken stand in the description."""
    said = [node.get("uco-core:description", "") for node in graph(whole()) if "uco-core:hasFacet" in node]
    assert said == [
        "", "name in hexadecimal: fffe", "its bytes are not in the item", "", "links to \\xffaway", "",
        "the same file as photos/a.jpg; its bytes are not in the item",
    ]  # fmt: skip


def test_an_item_of_nothing_has_a_graph() -> None:
    """An item without files, act or custody has a graph too."""
    assert [node["@type"].partition(":")[2] for node in graph(NOTHING)] == [
        "Tool",
        "InvestigativeAction",
        "ProvenanceRecord",
    ]


class Endless:
    """Many entries, never all in memory."""

    def __init__(self, count: int) -> None:
        """Give so many."""
        self.count = count

    def __iter__(self) -> Iterator[Entry]:
        """Make each when it is asked for."""
        return (file_entry(b"%d" % number) for number in range(self.count))


class Sink(BytesIO):
    """Takes bytes and keeps none."""

    def write(self, data: Any, /) -> int:
        """Take bytes."""
        return len(data)

    def writelines(self, lines: Any, /) -> None:
        """Take many."""
        for line in lines:
            self.write(line)


@pytest.mark.parametrize("count", [200, 2000])
def test_memory_does_not_grow_with_the_files(count: int) -> None:
    """Ten times the files take no more memory."""
    tracemalloc.start()
    try:
        write_graph(Described(generation(), Endless(count)), Sink())
        assert tracemalloc.get_traced_memory()[1] < 400_000
    finally:
        tracemalloc.stop()
