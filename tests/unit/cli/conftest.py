"""The program in an empty folder, in English, with nobody at the terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from builders.program import Program


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """Give the program, to be run in the test's own folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMITY_LANGUAGE", "en")
    monkeypatch.delenv("COMITY_PASSPHRASE", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return Program(capsys)
