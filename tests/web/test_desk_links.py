"""Requests that belong together are linked on both sides' pages: renewals, corrections, requests for what was preserved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from builders.desk import Served, served_on
from builders.exchange import SG, VN
from builders.nodes import Nodes, opened
from builders.officers import known
from builders.world import SHEET
from comity.accounts import knowledge
from comity.requests.assistance import request_assistance
from comity.requests.drafting import follow
from comity.requests.intake import receive
from comity.requests.model import Request
from comity.requests.receipts import take
from comity.requests.release import release, seal_request


@dataclass
class Both:
    """The desks of VN.a05 and SG.orchid."""

    office: Served
    company: Served

    @property
    def nodes(self) -> Nodes:
        """The nodes behind them."""
        return self.office.nodes

    def followed(self, before: Request, relation: str, measure: str = "") -> Request:
        """A released request on an earlier one, that SG.orchid took in."""
        office = self.nodes.office()
        made = follow(office, before.id, relation=relation, measure=measure, sheets=[self.nodes.sheet(dict(SHEET))])
        seal_request(office, made.id, self.nodes.key("draft"))
        sent = release(office, made.id, self.nodes.key("release"))
        receive(self.nodes.office(SG), self.nodes.carried(sent))
        return sent


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The two desks, with a person on each."""
    folder: Path = tmp_path_factory.mktemp("links")
    with opened(folder) as nodes, served_on(nodes) as office, served_on(nodes, party=SG) as company:
        office.person("lan", "drafter", "lawyer")
        company.person("wei", "provider")
        yield Both(office, company)


def test_a_renewal_and_a_request_for_the_data_are_linked_on_both_sides(both: Both) -> None:
    """The page of a preservation names what extends and what follows it; theirs name the preservation; the receiver's pages too."""
    first = both.nodes.received()
    take(both.nodes.office(), both.nodes.answered(first, "accepted", preserved_until=both.nodes.later(days=60)))
    longer, data = both.followed(first, "extends"), both.followed(first, "follows", "disclose_subscriber")
    known(both.office, "lan", first.case)
    lan, wei = both.office.client("lan"), both.company.client("wei")
    with both.company.crew.staff.store.write() as unit:
        knowledge.begin(both.company.crew.staff, unit, both.company.crew.people["wei"], f"{VN}:{first.case}", "hers")
    for client, place in ((lan, "/request/"), (wei, "/incoming/")):
        page = client.read(f"{place}{first.id}")
        assert f"is extended by {longer.reference}" in page
        assert f"is followed by {data.reference}" in page
        assert f"extends {first.reference}" in client.read(f"{place}{longer.id}")
        assert f"follows {first.reference}" in client.read(f"{place}{data.id}")
        assert f'href="{place}{first.id}"' in client.get(f"{place}{data.id}").text


def test_a_corrected_request_and_assistance_are_linked_while_they_are_drafts(both: Both) -> None:
    """What was refused names its correction, a preservation the request for assistance on it, before anything is sent."""
    first = both.nodes.received()
    take(both.nodes.office(), both.nodes.answered(first, "refused", code="incomplete", reason="Name the account."))
    mended = follow(both.nodes.office(), first.id, relation="corrects")
    asked = request_assistance(both.nodes.office(), first.id, data=["subscriber"], to="PH.cicc")
    known(both.office, "lan", first.case)
    page = both.office.client("lan").read(f"/request/{first.id}")
    assert f"is corrected by {mended.reference}" in page
    assert f"is followed by {asked.reference}" in page


def test_a_link_to_a_case_one_does_not_know_is_not_shown(both: Both) -> None:
    """Another sender's package that a request names by its digest leads nowhere: not to that sender's request, nor to its reference."""
    first = both.nodes.received()
    row = {"relation": "follows", "reference": "VN.a05-2026-9999", "package": "ab" * 32}
    named = both.nodes.draft(related=[row])
    known(both.office, "lan", first.case)
    assert "Belongs to" not in both.office.client("lan").read(f"/request/{named.id}")
