"""HI-1 messages read and validated: ours beside a bare parse and beside the schema validators, in the same run.

    python benchmarks/hi1.py [--quick]

Ours reads the bytes with the hardened parsers, checks every member against the tables and gives the message. The peers
are lxml alone (a parse, nothing checked), lxml with ETSI's compiled XSD, `json` alone, and `jsonschema` with ETSI's JSON
schemas. The messages are one preservation task, and an order of fifty tasks.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable

from lxml import etree

from builders.hi1 import json_schema, preservation, request, xsd
from comity.hi1 import codec
from comity.hi1.model import Message

SECONDS = 2.0


def per_second(act: Callable[[], object], seconds: float) -> float:
    """Repeat an act for a while and give how often it was done in a second."""
    act()
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        act()
        done += 1
    return done / spent


def sides(message: Message) -> dict[str, Callable[[], object]]:
    """Give what is compared, by name, on one message."""
    xml, text = codec.write(message, "xml"), codec.write(message, "json")
    schema, validator = xsd("v1.23.1"), json_schema("v1.23.1")
    return {
        "XML  ours": lambda: codec.read(xml),
        "XML  lxml, bare parse": lambda: etree.fromstring(xml),
        "XML  lxml + ETSI's XSD": lambda: schema.assertValid(etree.fromstring(xml)),
        "JSON ours": lambda: codec.read(text),
        "JSON json, bare parse": lambda: json.loads(text),
        "JSON jsonschema + ETSI's": lambda: validator.validate(json.loads(text)),
        "XML  ours, writing": lambda: codec.write(message, "xml"),
        "JSON ours, writing": lambda: codec.write(message, "json"),
    }


def main() -> None:
    """Print messages per second, and how much faster or slower than ours each peer is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    seconds = 0.2 if parser.parse_args().quick else SECONDS
    for title, message in (("one task", request()), ("fifty tasks", request(*[preservation()] * 50))):
        size = len(codec.write(message, "xml")), len(codec.write(message, "json"))
        print(f"{title}: {size[0]} bytes of XML, {size[1]} of JSON")
        rates = {name: per_second(act, seconds) for name, act in sides(message).items()}
        for name, rate in rates.items():
            print(f"  {name:28} {rate:10,.0f} /s   {rate / rates[name[:4] + ' ours']:6.2f} x ours")


if __name__ == "__main__":
    main()
