"""All pages of the desk. A new module of pages is added here; its `ROUTES` say everything else."""

from __future__ import annotations

from . import account, entry, glass, home, law, people
from .routes import checked

ROUTES = checked((*home.ROUTES, *entry.ROUTES, *account.ROUTES, *people.ROUTES, *glass.ROUTES, *law.ROUTES))
MENU = tuple(one for one in ROUTES if one.menu)
