"""Identifiers as values and as targets of a request."""

from __future__ import annotations

import pytest

from comity.identifiers.kinds import kinds, normalise
from comity.identifiers.model import Identifier
from comity.kernel.shape import Shape, load_shape

SINCE, UNTIL = "2026-03-01T09:30:00Z", "2026-03-01T09:31:00Z"


def targets_shape() -> Shape:
    """Give the part of the request's shape that describes its targets."""
    request = load_shape("comity.packages", "request.yaml")
    return Shape("targets", tuple(f for f in request.fields if f.name == "targets"), request.codes, {})


def test_only_what_is_known_stands_in_a_target() -> None:
    """A target holds no empty field, and nothing beside the fields of the request."""
    found = normalise("hash", "900150983CD24FB0D6963F7D28E17F72")
    assert found.as_target("Hash of the malware.") == {
        "kind": "hash",
        "value": "md5:900150983cd24fb0d6963f7d28e17f72",
        "original": "900150983CD24FB0D6963F7D28E17F72",
        "relation": "Hash of the malware.",
    }


def test_all_that_is_known_stands_in_a_target() -> None:
    """Port, platform and span go into the request as they were given."""
    target = normalise("ip", "192.0.2.1:50123", platform="telegram", since=SINCE, until=UNTIL).as_target("Login.")
    assert target == {
        "kind": "ip",
        "value": "192.0.2.1",
        "original": "192.0.2.1:50123",
        "platform": "telegram",
        "port": 50123,
        "since": SINCE,
        "until": UNTIL,
        "relation": "Login.",
    }


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_fits_the_shape_of_the_request(kind: str) -> None:
    """The example of each kind, with a time span, is a well-formed target."""
    found = normalise(kind, kinds()[kind].example, platform=kinds()[kind].platform, since=SINCE, until=UNTIL)
    assert targets_shape().faults({"targets": [found.as_target("Used by the suspect.")]}) == []


def test_doubts_do_not_make_identifiers_differ() -> None:
    """Two notes about the same identifier are about the same identifier."""
    assert Identifier("domain", "nic.vn", "nic.vn", doubts=("odd",)) == Identifier("domain", "nic.vn", "nic.vn")
