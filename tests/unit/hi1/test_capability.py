"""A provider's file of what it accepts, and the configuration made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.hi1 import header, judge
from comity.hi1 import codec
from comity.hi1.capability import config, parse_capability, read_capability
from comity.hi1.errors import BadCapability
from comity.hi1.formats import formats
from comity.hi1.model import Answer, Message, Version
from comity.kernel.errors import BadInput

FILE = """\
format: comity-capability/1
provider: XB.csp01
changed: 2026-03-01
languages: [en, vi]
hours: Monday to Friday 8 to 17 UTC; emergencies at any hour
accepts:
- kind: email
  preserve: [subscriber, traffic, content]
  disclose: [subscriber, traffic]
  subtypes: [AccountHolder, LoginHistory]
  guidance: An account is named by its address.
- kind: wallet
  disclose: [subscriber]
  subtypes: [WalletAttribution]
endpoints:
- {step: NewPreservation, url: "https://csp.example.org/lp", guidance: At any hour.}
- {step: NewDisclosure, url: "https://csp.example.org/ld"}
"""


def test_a_file_becomes_a_configuration_that_etsi_accepts() -> None:
    """The configuration is valid by ETSI's schemas, in both encodings and in both versions."""
    capability = parse_capability(FILE.encode())
    for etsi in ("V1.17.1", "V1.23.1"):
        answer = Answer(0, "GETCSPCONFIG", config=config(capability, etsi))
        message = Message(header(version=Version(etsi)), answers=(answer,))
        for encoding in ("xml", "json"):
            written = codec.write(message, encoding)
            assert codec.read(written) == message
            if (etsi, encoding) != ("V1.17.1", "json"):
                assert judge(written, etsi.lower()) == []


def test_a_configuration_says_what_may_be_asked() -> None:
    """Each format of an accepted kind is there with its data and subtypes; data not offered are not."""
    tree = config(parse_capability(FILE.encode()))
    rows = tree["TargetingConfigurations"]["TargetingConfiguration"]
    assert [row["FormatName"] for row in rows] == ["EmailAddress", "InternationalizedEmailAddress", "CryptoAddress"]
    first = {
        name: [e["Value"] for e in rows[0][name]["DictionaryEntry"]] for name in rows[0] if name.startswith("Assoc")
    }
    assert first == {
        "AssociatedLDRequestTypes": ["SubscriberData", "TrafficData"],
        "AssociatedLDRequestSubtypes": ["AccountHolder", "LoginHistory"],
        "AssociatedLPRequestTypes": ["SubscriberData", "TrafficData", "StoredContentData"],
        "AssociatedLPRequestSubtypes": ["AccountHolder", "LoginHistory"],
    }
    entries = tree["TargetFormatTypeDefinitions"]["TargetFormatTypeDefinitionEntries"][
        "TargetFormatTypeDefinitionEntry"
    ]
    assert [row["FormatName"] for row in entries] == ["CryptoAddress", "Platform"]
    assert entries[0]["FormatRegex"] == f"^{next(f for f in formats() if f.name == 'CryptoAddress').regex}$"
    assert "SupportedLIWorkflowEndpoints" not in tree


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("comity-capability/1", "comity-capability/2", 1, "format"),
        ("XB.csp01", "csp01", 2, "provider"),
        ("2026-03-01", "yesterday", 3, "changed"),
        ("[en, vi]", "[english]", 4, "languages[0]"),
        ("kind: email", "kind: pigeon", 7, "accepts[0].kind"),
        ("kind: wallet", "kind: email", 12, "accepts[1].kind"),
        ("  disclose: [subscriber]\n", "", 12, "accepts[1]"),
        ("LoginHistory", "Everything", 7, "accepts[0].subtypes"),
        ("WalletAttribution", "MessageContent", 12, "accepts[1].subtypes"),
        ("[subscriber, traffic, content]", "[everything]", 8, "accepts[0].preserve[0]"),
        ("NewPreservation", "NewInterception", 16, "endpoints[0].step"),
        ("https://csp.example.org/ld", "http://csp.example.org/ld", 17, "endpoints[1].url"),
        ("hours:", "hour:", 5, ""),
    ],
)
def test_a_mistake_is_named_by_file_and_line(old: str, new: str, line: int, field: str) -> None:
    """Each mistake is refused with the file, the line and the field."""
    assert old in FILE
    with pytest.raises(BadCapability) as e:
        parse_capability(FILE.replace(old, new, 1).encode(), file="csp.yaml")
    assert (e.value.file, e.value.field) == (f"csp.yaml:{line}", field), e.value


def test_a_file_is_read_from_disk(tmp_path: Path) -> None:
    """The file is read whole; none, or one that is no YAML, is bad input."""
    path = tmp_path / "csp.yaml"
    path.write_text(FILE, encoding="utf-8")
    assert read_capability(path) == parse_capability(FILE.encode())
    path.write_text("[", encoding="utf-8")
    with pytest.raises(BadCapability):
        read_capability(path)
    with pytest.raises(BadInput):
        read_capability(tmp_path / "none.yaml")
