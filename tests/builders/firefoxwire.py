"""Stands between Playwright and a Firefox that is older than Playwright expects: `python -m builders.firefoxwire FIREFOX ARGUMENT...`.

Starts Firefox, says where it listens as Firefox does, and passes every message on, both ways, but for commands that this Firefox does
not know and no test needs: those it answers itself.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

SAYS = "WebDriver BiDi listening on "
UNKNOWN = {"emulation.setMediaFeaturesOverride"}


async def main(*command: str) -> int:
    """Run Firefox until it ends; gives its exit code."""
    firefox = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    assert firefox.stderr
    address = ""
    async for line in firefox.stderr:
        if found := re.search(re.escape(SAYS) + r"(ws://\S+)", line.decode(errors="replace")):
            address = found[1]
            break
    draining = asyncio.ensure_future(firefox.stderr.read())

    async def between(playwright: ServerConnection) -> None:
        assert playwright.request
        async with connect(address + playwright.request.path, max_size=None, ping_interval=None) as browser:
            await asyncio.wait(
                [asyncio.ensure_future(_ask(playwright, browser)), asyncio.ensure_future(_answer(browser, playwright))],
                return_when=asyncio.FIRST_COMPLETED,
            )

    async with serve(between, "127.0.0.1", 0, max_size=None, ping_interval=None) as server:
        print(f"{SAYS}ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", file=sys.stderr, flush=True)
        code = await firefox.wait()
    await draining
    return code


async def _ask(playwright: ServerConnection, browser: ClientConnection) -> None:
    """Pass commands on to the browser."""
    async for message in playwright:
        said = json.loads(message)
        if said["method"] in UNKNOWN:
            await playwright.send(json.dumps({"type": "success", "id": said["id"], "result": {}}))
        else:
            await browser.send(message)


async def _answer(browser: ClientConnection, playwright: ServerConnection) -> None:
    """Pass answers and events on to Playwright."""
    try:
        async for message in browser:
            await playwright.send(message)
    except ConnectionClosed:  # the other end went first
        return


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
