"""The program as a process under harsh conditions: a small limit on files, no rights beyond those of a plain user."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
from pathlib import Path

CODE = "import sys; from comity.cli.main import main; main(sys.argv[1:])"
PR_CAPBSET_DROP, DAC_OVERRIDE, DAC_READ_SEARCH = 24, 1, 2
LIBC = ctypes.CDLL(None)


def start(*arguments: object, folder: Path, largest: int = 0) -> subprocess.Popen[str]:
    """Start the program in a folder, bound by file permissions like anybody, even if the tests run as root.

    With *largest* no file may grow beyond that many bytes: as on a full disk, writing fails half-way.
    """

    def bind() -> None:
        for right in (DAC_OVERRIDE, DAC_READ_SEARCH):
            LIBC.prctl(PR_CAPBSET_DROP, right, 0, 0, 0)
        if largest:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    line = [sys.executable, "-c", CODE, *map(str, arguments)]
    env = {**os.environ, "COMITY_LANGUAGE": "en", "COMITY_PASSPHRASE": "", "PYTHONDONTWRITEBYTECODE": "1"}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        line, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True, preexec_fn=bind
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for it; give its exit code, its output and its complaints."""
    with process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err
