"""All operations of the API. A new module of operations is added here; its `OPERATIONS` say everything else."""

from __future__ import annotations

from . import cases, directory, identifiers, inbox, law, log, matching, records, requests, signing, verifying
from .operations import checked

MODULES = (cases, requests, signing, inbox, verifying, identifiers, records, matching, law, directory, log)
OPERATIONS = checked(one for module in MODULES for one in module.OPERATIONS)
