"""Builds `verify.html`: one file that checks packages and receipts in a browser, from disk, without a network.

The page's code is plain JavaScript modules in `page/`. Here they are put into one script, each module in a function of
its own, in the order in which they need each other; shapes and, if given, the pinned root stand in the same script. The
page's policy allows this one script and this one style sheet by their hashes, and nothing else: no connection at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files
from typing import Any

from comity.directory.metadata import read
from comity.kernel.shape import load_shape

_IMPORT = re.compile(r'^import \{ (.+?) \} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_START = "main"


def build_page(root: bytes | None = None) -> bytes:
    """Build the page, with the pinned *root* in it if there is one.

    Raises:
        BadMetadata: that is no root.
    """
    if root is not None:
        read(root, "root", file="pinned root")
    style, script = _source("style.css"), _script(root)
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(style)}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )
    parts = {"policy": policy, "style": style, "script": script}
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _source("page.html")).encode()


def _script(root: bytes | None) -> str:
    """Put all modules into one script, each after those that it needs."""
    done: dict[str, str] = {"embedded": _module("embedded", _embedded(root))}

    def need(name: str) -> None:
        if name in done:
            return
        source = _source(f"{name}.js")
        for found in _IMPORT.finditer(source):
            need(found[2])
        done[name] = _module(name, source)

    need(_START)
    return '"use strict";\n' + "\n".join(done.values())


def _module(name: str, source: str) -> str:
    """Turn a module into a function that gives what it exports."""
    exported = ", ".join(_EXPORT.findall(source))
    body = _EXPORT.sub("", _IMPORT.sub(lambda found: f"const {{ {found[1]} }} = module_{found[2]};\n", source))
    return f"const module_{name} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"


def _embedded(root: bytes | None) -> str:
    """Write the module that holds what the page knows beforehand."""
    shapes = {
        "request": load_shape("comity.packages", "request.yaml"),
        "receipt": load_shape("comity.packages", "receipt.yaml"),
        "party": load_shape("comity.directory", "party.yaml"),
    }
    sources = _literal({name: shape.source for name, shape in shapes.items()})
    pinned = (
        "null"
        if root is None
        else f'Uint8Array.from(atob("{base64.b64encode(root).decode()}"), (c) => c.charCodeAt(0))'
    )
    return f"export const SHAPES = {sources};\nexport const ROOT = {pinned};\n"


def _literal(value: Any) -> str:
    """Write JSON that can stand in a script whatever it says."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")


def _source(name: str) -> str:
    return files("comity.packages").joinpath("page", name).read_text("utf-8")


def _hash(text: str) -> str:
    """Give the hash by which a content policy names a script or style sheet (CSP 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
