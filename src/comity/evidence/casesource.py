"""What else is known of an item's sources, as nodes of its CASE graph: pages that were captured, a delivery that came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Node = dict[str, Any]
Naming = Callable[..., str]
SOURCES = ("captures", "delivery")


def source_nodes(about: Mapping[str, Any], name: Naming) -> Iterator[Node]:
    """Give the nodes for what an item's description says of its sources; *name* names a node by its kind and key."""
    for number, row in enumerate(about.get("captures", ()), 1):
        yield from _capture(row, str(number), name)
    if "delivery" in about:
        yield from _delivery(about["delivery"], name)


def _capture(row: Mapping[str, Any], number: str, name: Naming) -> Iterator[Node]:
    """Give the page, the machine, and the act of asking it."""
    version = "IPv6Address" if ":" in row["machine"] else "IPv4Address"
    yield _observable(name("url", row["address"]), "URL", "fullValue", row["address"])
    yield _observable(name("machine", row["machine"]), version, "addressValue", row["machine"])
    tls = row.get("tls", {})
    said = [
        f"status {row['status']}, port {row['port']}, {row['answer_bytes']} bytes",
        f"{tls['protocol']}, {tls['cipher']}, {'trusted' if tls['trusted'] else 'not trusted'}" if tls else "no TLS",
        *([f"redirect to {row['redirect']['to']}, not followed"] if "redirect" in row else []),
    ]
    yield _action(name("capture", number), "captured", row["begun_at"], row["ended_at"], name) | {
        "uco-core:description": said,
        "uco-action:object": [{"@id": name("url", row["address"])}, {"@id": name("machine", row["machine"])}],
    }


def _delivery(row: Mapping[str, Any], name: Naming) -> Iterator[Node]:
    """Give the sender, and the act of receiving."""
    sender = name("hand", row["from"], "", "")
    yield {"@id": sender, "@type": "uco-identity:Identity", "uco-core:name": row["from"]}
    yield _action(name("delivery", row["identifier"]), "received", row["announced_at"], row["whole_at"], name) | {
        "uco-core:description": [f"delivery {row['identifier']} on request {row['reference']}"],
        "uco-action:participant": [{"@id": sender}],
    }


def _observable(node: str, kind: str, label: str, value: str) -> Node:
    facet = {"@id": f"{node[:-1]}1", "@type": f"uco-observable:{kind}Facet", f"uco-observable:{label}": value}
    return {"@id": node, "@type": f"uco-observable:{kind}", "uco-core:hasFacet": [facet]}


def _action(node: str, what: str, begun: str, ended: str, name: Naming) -> Node:
    return {
        "@id": node,
        "@type": "case-investigation:InvestigativeAction",
        "uco-core:name": what,
        "uco-action:startTime": {"@type": "xsd:dateTime", "@value": begun},
        "uco-action:endTime": {"@type": "xsd:dateTime", "@value": ended},
        "uco-action:instrument": {"@id": name("tool")},
        "uco-action:result": [{"@id": name("record")}],
    }
