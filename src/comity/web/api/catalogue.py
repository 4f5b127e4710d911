"""All operations of the API. A new module of operations is added here; its `OPERATIONS` say everything else."""

from __future__ import annotations

from . import (
    answering,
    cases,
    delivered,
    directory,
    evidence,
    handing,
    identifiers,
    inbox,
    law,
    log,
    matching,
    members,
    overview,
    records,
    requests,
    signing,
    verifying,
)
from .operations import checked

MODULES = (
    cases, members, requests, signing, delivered, answering, inbox, verifying, identifiers, records, evidence, handing, matching, law, directory, overview,
    log,
)  # fmt: skip
OPERATIONS = checked(one for module in MODULES for one in module.OPERATIONS)
