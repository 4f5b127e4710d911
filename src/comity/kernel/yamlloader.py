"""The YAML loader of `sheet`: safe, without anchors, aliases and tags, without guessed dates, each key once."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

MAX_DEPTH = 20


class SheetLoader(yaml.SafeLoader):
    """Safe YAML for sheets written by people."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse anchors, aliases and tags, and what is nested too deep."""
        event = self.peek_event()  # type: ignore[no-untyped-call]  # untyped in the stubs
        if event.anchor or getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(
                problem="an anchor (&name), alias (*name) or tag (!name)", problem_mark=event.start_mark
            )
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem=f"more than {MAX_DEPTH} levels", problem_mark=event.start_mark)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> str:
        """Join a character that JSON escapes in two halves, and refuse half of one."""
        text = str(super().construct_scalar(node))
        try:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError as e:
            raise yaml.MarkedYAMLError(problem="half of a character", problem_mark=node.start_mark) from e

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a key that stands twice, and keys that are not text."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key.value!r}, which is no text", problem_mark=key.start_mark
                )
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


# Times and dates stay the text they are; only what YAML 1.2 calls true and false is a flag (not yes, no, on, off).
_KEPT = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool"}
SheetLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in rules if tag in _KEPT and not (tag.endswith(":bool") and first in "yYnNoO")
    ]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
