"""An address with a port as exports write it: `192.0.2.1:4433`, `[2001:db8::1]:4433`, or the address alone."""

from __future__ import annotations

import re

_WITH_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|(\d{1,3}(?:\.\d{1,3}){3}))(?::(\d{1,5}))?", re.ASCII)


def split_endpoint(text: str) -> tuple[str, int | None]:
    """Give the address and the port; what has no such form is given whole, without a port."""
    match = _WITH_PORT.fullmatch(text.strip())
    if match is None:
        return text.strip(), None
    port = int(match[3]) if match[3] else None
    return match[1] or match[2], port if port is not None and port < 65536 else None
