"""Every command explains itself, and the pages made from the program are up to date."""

from __future__ import annotations

import click
import pytest

from meta.pages import COMMANDS_PAGE, ERRORS_PAGE, commands, commands_page, errors, errors_page, family


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program speak English."""
    monkeypatch.setenv("COMITY_LANGUAGE", "en")


def test_every_command_has_help() -> None:
    """Every command and group says what it does in one line that fits a list."""
    assert [path for path, command in commands() if not command.get_short_help_str(200)] == []


def test_every_option_has_help() -> None:
    """Every option of every command says what it is for."""
    options = [(path, one) for path, command in commands() for one in command.params if isinstance(one, click.Option)]
    assert [f"{path} {one.name}" for path, one in options if not one.help and not one.hidden] == []


def test_the_page_of_commands_is_the_programs_own_help() -> None:
    """docs/user/commands.md is what `make docs` writes today."""
    assert COMMANDS_PAGE.read_text("utf-8") == commands_page()


def test_the_page_of_errors_lists_every_error() -> None:
    """docs/develop/errors.md is what `make docs` writes today."""
    written = ERRORS_PAGE.read_text("utf-8")
    assert written == errors_page(written)


def test_every_error_belongs_to_a_family() -> None:
    """Every error derives from one of the five families and keeps its exit code."""
    assert {(family(kind) < 2, kind.exit_code) for kind in errors()} == {(True, 2), (False, 1)}
