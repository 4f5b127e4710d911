"""A desk to be attacked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from builders.desk import Served, served
from builders.issuer import STRONG, Both, Provider, desk_with_provider
from comity.accounts import tables
from comity.accounts.model import Attempts


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Served]:
    """A desk at work, of its own for each attack."""
    with served(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """A desk and its provider."""
    with desk_with_provider(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture
def both(shared: Both) -> Both:
    """A desk and an honest provider that has not been asked yet; nobody's failures of earlier attacks are counted."""
    desk, provider = shared
    honest = Provider(provider.clock)
    for name in ("algorithm", "claims", "said", "published", "sign", "pages", "down", "asked", "codes"):
        setattr(provider, name, getattr(honest, name))
    provider.claims = dict(STRONG)
    desk.desk.__dict__.pop("issuer", None)
    with desk.crew.staff.store.write() as unit:
        tables.sweep(unit, Attempts, "at", desk.crew.clock.now() + timedelta(days=1))
    return shared
