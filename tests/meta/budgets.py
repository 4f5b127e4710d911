"""The size budgets: `python -m meta.budgets` prints every figure beside its budget and fails only on a hard maximum."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from dataclasses import dataclass
from pathlib import Path

from meta.tree import ROOT, SOURCE, Function, Named, everything, named, parsed, python

MODULE_LINES = 600
FUNCTION_LINES = 60
CLASS_METHODS = 15


@dataclass(frozen=True)
class Figure:
    """One measured figure and the budget it is read against."""

    name: str
    value: str
    budget: str


def lines(path: Path) -> int:
    """Count the lines of a file."""
    return len(path.read_text("utf-8").splitlines())


def length(node: Function) -> int:
    """Count the lines of a function from its `def` to its end; decorators are not counted."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def methods(node: ast.ClassDef) -> int:
    """Count the methods that a class itself defines."""
    return sum(isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) for one in node.body)


def positional(node: Function) -> int:
    """Count the arguments that may be given by position, without self and cls."""
    return len([a for a in node.args.posonlyargs + node.args.args if a.arg not in ("self", "cls")])


def comments(path: Path) -> int:
    """Count the lines that carry a comment, other than one that speaks to a tool."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
    quiet = ("# type:", "# noqa", "# fmt:", "#!")
    return sum(t.type == tokenize.COMMENT and not t.string.startswith(quiet) for t in tokens)


def excesses(place: str, source: str) -> list[str]:
    """Name everything in one module that is over a hard maximum."""
    found = []
    size = len(source.splitlines())
    if size > MODULE_LINES:
        found.append(f"{place}: {size} lines, at most {MODULE_LINES}")
    for one in named(ast.parse(source), place):
        if isinstance(one.node, ast.ClassDef) and methods(one.node) > CLASS_METHODS:
            found.append(f"{one.place} {one.name}: {methods(one.node)} methods, at most {CLASS_METHODS}")
        elif isinstance(one.node, Function) and length(one.node) > FUNCTION_LINES:
            found.append(f"{one.place} {one.name}: {length(one.node)} lines, at most {FUNCTION_LINES}")
    return found


def spread(values: list[int]) -> str:
    """Give median, 90th percentile and maximum."""
    ordered = sorted(values) or [0]
    return f"{ordered[len(ordered) // 2]} / {ordered[len(ordered) * 9 // 10]} / {ordered[-1]}"


def functions(found: list[Named]) -> list[Function]:
    """Pick the functions."""
    return [one.node for one in found if isinstance(one.node, Function)]


def figures(source: Path = SOURCE, checks: Path = ROOT / "tests") -> list[Figure]:
    """Measure a tree and its tests; the whole one, unless another is named."""
    paths, tests = python(source), python(checks)
    found, checked = everything(source), everything(checks)
    code, proof = sum(map(lines, paths)), sum(map(lines, tests))
    each_test = [length(f) for f in functions(checked) if f.name.startswith("test_")]
    classes = [methods(one.node) for one in found if isinstance(one.node, ast.ClassDef)]
    public = [one for one in found if not any(part.startswith("_") for part in one.name.split("."))]
    documented = sum(ast.get_docstring(one.node) is not None for one in public)
    return [
        Figure("modules", f"{len(paths)}, {code} lines", ""),
        Figure("module lines, median / p90 / max", spread([lines(p) for p in paths]), "150 / 350 / 600"),
        Figure("function lines, median / p90 / max", spread([length(f) for f in functions(found)]), "10 / 35 / 60"),
        Figure(
            "positional arguments, median / p90 / max", spread([positional(f) for f in functions(found)]), "- / 3 / -"
        ),
        Figure("methods of a class, median / p90 / max", spread(classes), "- / - / 15"),
        Figure("comment lines", f"{100 * sum(map(comments, paths)) / max(code, 1):.1f} %", "4-8 %"),
        Figure("documented public names", f"{documented} of {len(public)}", "all"),
        Figure("broad except", str(sum(map(broad, paths))), "outermost loops only"),
        Figure("tests", f"{len(each_test)}, {proof} lines", ""),
        Figure("test lines a code line", f"{proof / max(code, 1):.2f}", "1.0-1.6"),
        Figure("lines of a test, median / p90 / max", spread(each_test), "13 / - / -"),
    ]


def broad(path: Path) -> int:
    """Count the handlers that catch everything."""
    handlers = [node.type for node in ast.walk(parsed(path)) if isinstance(node, ast.ExceptHandler)]
    return sum(t is None or (isinstance(t, ast.Name) and t.id in ("Exception", "BaseException")) for t in handlers)


def main() -> int:
    """Print the table; give 1 when something is over a hard maximum."""
    table = figures()
    wide, middle = max(len(f.name) for f in table), max(len(f.value) for f in table)
    for one in table:
        sys.stdout.write(f"{one.name:{wide}}  {one.value:>{middle}}  {one.budget}".rstrip() + "\n")
    over = [e for path in python(ROOT) for e in excesses(str(path.relative_to(ROOT)), path.read_text("utf-8"))]
    sys.stdout.writelines(f"over: {e}\n" for e in over)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
