"""Sets of files for tests: any names that a package may hold, with any bytes."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path

from hypothesis import strategies as st

from comity.kernel.text import odd
from comity.packages.errors import BadContainer
from comity.packages.names import check_names

# Other tools of bags take a star or a blank at the edge of a name for their own marks.
_SIGNS = st.sampled_from("abcXYZ019 .-_~+@#'()[]{}&,;=!éđễßñЖ中文字한ع😀")
_PART = st.text(_SIGNS, min_size=1, max_size=6).map(lambda text: unicodedata.normalize("NFC", text.strip(" .") or "x"))
NAMES = st.lists(_PART, min_size=1, max_size=3).map("/".join).filter(lambda name: not odd(name))


def _sound(names: Mapping[str, bytes]) -> bool:
    """Tell whether names stand beside each other: none twice, none both a file and a folder."""
    try:
        check_names(names)
    except BadContainer:
        return False
    return not any(other.startswith(f"{name}/") for name in names for other in names)


FILES: st.SearchStrategy[dict[str, bytes]] = st.dictionaries(
    NAMES, st.binary(max_size=200), min_size=1, max_size=6
).filter(_sound)


def laid(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a folder, which is made."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
