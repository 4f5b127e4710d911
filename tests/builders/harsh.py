"""The program under harsh conditions, in this process or as one: a small limit on files, the rights of a plain user."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from builders.commands import Said, comity

CODE = "import sys; from comity.cli.main import main; main(sys.argv[1:])"
SPEAKING = {"COMITY_LANGUAGE": "en", "COMITY_PASSPHRASE": ""}
VERSION_3, DAC_OVERRIDE, DAC_READ_SEARCH = 0x20080522, 1 << 1, 1 << 2
LIBC = ctypes.CDLL(None)


def bound(folder: Path, *arguments: object, largest: int = 0) -> Said:
    """Run a command line in a folder, bound by file permissions like anybody, even if the tests run as root.

    With *largest* no file may grow beyond that many bytes: as on a full disk, writing fails half-way.
    """
    with pytest.MonkeyPatch.context() as patch, _plain_user(), _small_disk(largest):
        patch.chdir(folder)
        for name, value in SPEAKING.items():
            patch.setenv(name, value)
        return comity(*map(str, arguments))


@contextmanager
def _plain_user() -> Iterator[None]:
    """Take from this thread the rights of root over files that their permissions do not give it."""
    header, rights = (ctypes.c_uint32 * 2)(VERSION_3, 0), (ctypes.c_uint32 * 6)()
    assert LIBC.capget(header, rights) == 0
    before = rights[0]
    rights[0] &= ~(DAC_OVERRIDE | DAC_READ_SEARCH)
    assert LIBC.capset(header, rights) == 0
    try:
        yield
    finally:
        rights[0] = before
        assert LIBC.capset(header, rights) == 0


@contextmanager
def _small_disk(largest: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest or soft, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def start(*arguments: object, folder: Path) -> subprocess.Popen[str]:
    """Start the program in a folder, as a process of its own."""
    line = [sys.executable, "-c", CODE, *map(str, arguments)]
    env = {**os.environ, **SPEAKING, "PYTHONDONTWRITEBYTECODE": "1"}
    pipe = subprocess.PIPE
    return subprocess.Popen(line, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for it; give its exit code, its output and its complaints."""
    with process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err
