"""The command `comity`: finds the group, turns errors into one line, advice and an exit code.

Exit codes: 0 done; 1 understood and refused, or the machine cannot; 2 wrong use or malformed input.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from comity import __version__
from comity.kernel.errors import BadInput, ComityError
from comity.kernel.language import _

from .output import complain

COMMANDS = {
    "analyse": "analyse:analyse",
    "answer": "answer:answer",
    "case": "case:case",
    "delivery": "delivery:delivery",
    "demo": "demo:demo",
    "desk": "desk:desk",
    "directory": "directory:directory",
    "doctor": "node:doctor",
    "evidence": "evidence:evidence",
    "hi1": "hi1:hi1",
    "inbox": "inbox:inbox",
    "key": "key:key",
    "law": "law:law",
    "log": "log:log",
    "match": "match:match",
    "node": "node:node",
    "page": "verify:page",
    "print": "printing:print_",
    "peer": "peer:peer",
    "receipt": "receipt:receipt",
    "receive": "receipt:receive",
    "request": "request:request",
    "returns": "returns:returns",
    "send": "send:send",
    "serve": "serve:serve",
    "stamp": "stamp:stamp",
    "verify": "verify:verify",
    "work": "serve:work",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that the start stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(f"comity.cli.{module}"), name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="comity")
def comity() -> None:
    """Requests across borders that anyone can verify, and answers that become evidence."""


def main(argv: list[str] | None = None) -> Any:
    """Run the command line and leave with its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        sys.exit(comity.main(arguments, prog_name="comity", standalone_mode=False) or 0)
    except click.exceptions.Abort:
        complain(_("stopped"), as_json=False)
        sys.exit(1)
    except click.ClickException as e:
        if "--json" in arguments:
            complain(BadInput(e.format_message()), as_json=True)
        else:
            e.show()
        sys.exit(e.exit_code)
    except ComityError as e:
        complain(e, as_json="--json" in arguments)
        sys.exit(e.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
