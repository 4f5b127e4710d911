"""The text layer of a PDF, page by page, read in a process of its own that may use so much memory and time and no more.

The process reads the file from its standard input and writes a line of JSON for each page, and for what is odd:

    {"page": 1, "lines": ["...", "..."]}      {"code": "encrypted", "found": "...", "page": 0}

What hangs or grows is ended from outside, and that is a finding; nothing in the file is run, and no picture is looked at.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from threading import Thread, Timer
from typing import Any, BinaryIO

LARGEST = 256 * 1024 * 1024  # bytes of a file
MEMORY = 2 * 1024 * 1024 * 1024
SECONDS = 120  # of the processor, for a file
PAGES = 20_000
LINES = 100_000  # on a page
LONGEST = 10_000  # signs of a line


def read_pages(blocks: Iterator[bytes], *, seconds: int = SECONDS) -> Iterator[dict[str, Any]]:
    """Yield what the reading process says of each page, and last how it ended if it did not end well."""
    command = [sys.executable, "-I", "-m", __name__, str(seconds)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603
    assert process.stdin and process.stdout, "both are pipes"
    feeding = Thread(target=_feed, args=(process.stdin, blocks), daemon=True)
    clock = Timer(seconds * 2, process.kill)
    done = False
    try:
        feeding.start()
        clock.start()
        for line in process.stdout:
            found = json.loads(line)
            done = done or bool(found.get("done"))
            yield found
    finally:
        clock.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
        feeding.join()
    if not done:
        found = f"the reading ended by signal or error {process.returncode}"
        yield {"code": "too_large", "found": f"{found}: more than {seconds} s or {MEMORY >> 20} MiB", "page": 0}


def _feed(pipe: BinaryIO, blocks: Iterator[bytes]) -> None:
    with suppress(BrokenPipeError), pipe:
        pipe.writelines(blocks)


def _main(seconds: int) -> None:
    """Read the file on standard input and write what its pages say."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    logging.getLogger("pypdf").addHandler(logging.NullHandler())
    logging.getLogger("pypdf").propagate = False
    data = sys.stdin.buffer.read(LARGEST + 1)
    if len(data) > LARGEST:
        _say(code="too_large", found=f"more than {LARGEST} bytes", page=0)
    else:
        _document(data)
    _say(done=True)


def _say(**found: Any) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def _document(data: bytes) -> None:
    from pypdf import PdfReader

    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            _say(code="encrypted", found="a PDF that opens with a password", page=0)
            return
        count = len(reader.pages)
    except MemoryError:
        _say(code="too_large", found=f"more than {MEMORY >> 20} MiB", page=0)
        return
    except Exception as e:  # noqa: BLE001 - the library raises what it will on a broken file; what broke is told
        _say(code="damaged", found=f"{type(e).__name__}: {e}"[:300], page=0)
        return
    if count > PAGES:
        _say(code="too_large", found=f"{count} pages, {PAGES} are read", page=0)
    for number in range(1, min(count, PAGES) + 1):
        _page(reader, number)
    with suppress(Exception):
        if names := [str(name)[:200] for name in reader.attachments]:
            _say(attached=names[:100], page=0)


def _page(reader: Any, number: int) -> None:
    try:
        text = reader.pages[number - 1].extract_text()
    except MemoryError:
        _say(code="too_large", found=f"more than {MEMORY >> 20} MiB", page=number)
        return
    except Exception as e:  # noqa: BLE001 - the library raises what it will on a broken page; what broke is told
        _say(code="damaged", found=f"{type(e).__name__}: {e}"[:300], page=number)
        return
    lines = [line for line in (part.strip() for part in text.split("\n")) if line]
    if len(lines) > LINES or any(len(line) > LONGEST for line in lines):
        _say(code="too_large", found=f"{len(lines)} lines, the longest of {max(map(len, lines))} signs", page=number)
        lines = [line[:LONGEST] for line in lines[:LINES]]
    _say(page=number, lines=lines)


if __name__ == "__main__":
    _main(int(sys.argv[1]))
