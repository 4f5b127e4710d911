"""Reading a sheet: a YAML file that a person wrote, strictly; what is not plainly said is refused with line and column.

Times and dates stay text, so that a shape can judge them. No anchors and aliases (they can make a small file huge), no
tags, no key twice, at most 1 MiB.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .errors import BadInput
from .input import read_input

MAX_BYTES = 1024 * 1024


def read_sheet(path: Path) -> dict[str, Any]:
    """Read a YAML (or JSON) file whose top is a mapping.

    Raises:
        BadInput: it is no such file; the message names line and column.
        Unavailable: it cannot be read.
    """
    return parse_sheet(read_input(path, MAX_BYTES, "a YAML file"), file=str(path))


def parse_sheet(data: bytes, *, file: str = "") -> dict[str, Any]:
    """Read YAML text whose top is a mapping.

    Raises:
        BadInput: it is no such text.
    """
    import yaml

    from .yamlloader import SheetLoader

    if len(data) > MAX_BYTES:
        raise BadInput(f"got more than {MAX_BYTES} bytes, expected at most that", file=file)
    try:
        value = yaml.load(data.decode("utf-8-sig"), SheetLoader)  # noqa: S506 - a subclass of SafeLoader
    except UnicodeDecodeError as e:
        advice = "Save the file as UTF-8."
        raise BadInput(
            f"got a byte that is not UTF-8 at {e.start}, expected UTF-8 text", file=file, advice=advice
        ) from e
    except yaml.MarkedYAMLError as e:
        mark = e.problem_mark
        at = f"line {mark.line + 1} column {mark.column + 1}" if mark else ""
        raise BadInput(f"got {e.problem or 'malformed text'}, expected plain YAML", file=file, field=at) from e
    except yaml.YAMLError as e:
        raise BadInput(f"got {str(e).splitlines()[0]}, expected plain YAML", file=file) from e
    except (RecursionError, ValueError) as e:
        raise BadInput(
            "got text that cannot be read (too deep, or a number out of range), expected plain YAML", file=file
        ) from e
    if not isinstance(value, dict):
        raise BadInput("got no fields, expected lines such as `reference: ...`", file=file)
    return value
