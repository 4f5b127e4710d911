"""The project's own tree, as the meta tests read it."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "comity"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Named:
    """A module, class or function: where it stands, what it is called, and its syntax tree."""

    place: str
    name: str
    node: ast.Module | ast.ClassDef | Function


@cache
def tracked() -> tuple[Path, ...]:
    """List the files of the project: what git knows or would take in; without git, all but hidden and made ones."""
    asked = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, capture_output=True, check=False)
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        made = {"demo", "dist", "build", "__pycache__"}
        found = [
            p for p in ROOT.rglob("*") if not any(q.startswith(".") or q in made for q in p.relative_to(ROOT).parts)
        ]
    return tuple(sorted(p for p in found if p.is_file()))


def python(folder: Path) -> list[Path]:
    """List the Python files under *folder*."""
    return [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(folder)]


@cache
def parsed(path: Path) -> ast.Module:
    """Give the syntax tree of one file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def named(tree: ast.Module, place: str) -> list[Named]:
    """List the module itself and every class, function and method in it.

    Left out are functions inside functions, and the overloads that only tell the type checker of one that follows.
    """
    found = [Named(place, "", tree)]

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not overload(node):
                found.append(Named(f"{place}:{node.lineno}", prefix + node.name, node))
            if isinstance(node, ast.ClassDef):
                visit(node.body, f"{prefix}{node.name}.")

    visit(tree.body, "")
    return found


def overload(node: ast.ClassDef | Function) -> bool:
    """Tell whether a function is one of several overloads."""
    return any(isinstance(one, ast.Name) and one.id == "overload" for one in node.decorator_list)


def everything(folder: Path) -> list[Named]:
    """List what `named` finds in every Python file under *folder*."""
    return [one for path in python(folder) for one in named(parsed(path), str(path.relative_to(ROOT)))]
