"""All pages of the desk. A new module of pages is added here; its `ROUTES` say everything else."""

from __future__ import annotations

from . import (
    account,
    audit,
    begin,
    cases,
    coming,
    delivered,
    delivering,
    directory,
    drafting,
    entry,
    evidence,
    glass,
    handing,
    home,
    identity,
    inbox,
    incoming,
    law,
    matching,
    node,
    people,
    queue,
    request,
    returns,
    search,
    showing,
    verify,
)  # fmt: skip
from .routes import checked

# In the order of the menu.
MODULES = (
    home,
    begin,
    entry,
    identity,
    cases,
    search,
    drafting,
    request,
    delivered,
    inbox,
    queue,
    incoming,
    delivering,
    evidence,
    handing,
    showing,
    coming,
    returns,
    matching,
    directory,
    account,
    people,
    glass,
    law,
    audit,
    node,
    verify,
)
ROUTES = checked(route for module in MODULES for route in module.ROUTES)
MENU = tuple(one for one in ROUTES if one.menu)
