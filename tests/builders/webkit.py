"""WebKit as Debian ships it, in a window that is driven by WebDriver (W3C) over HTTP, on a screen that is only in memory."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from builders.patience import LONG, free_port, until

DRIVER = Path("/usr/bin/WebKitWebDriver")
SCREEN = Path("/usr/bin/xvfb-run")
BROWSER = next(Path("/usr/lib").glob("*/webkit*gtk-*/MiniBrowser"), Path("/usr/lib/MiniBrowser"))
WANTED = {
    "webkitgtk:browserOptions": {"binary": str(BROWSER), "args": ["--automation"]},
    "timeouts": {"script": 600_000},
}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Space": " "}
ASYNC = "const done = arguments[arguments.length - 1];\n(async function () { %s }).apply(null, [...arguments].slice(0, -1)).then((gives) => done([gives ?? null, null]), (e) => done([null, String(e)]));"


class Driven:
    """A window of WebKit."""

    def __init__(self, client: httpx2.Client, downloads: Path) -> None:
        """Begin a session with the driver."""
        self.client, self.downloads, self.name = client, downloads, "webkit"
        made = self._value(client.post("/session", json={"capabilities": {"alwaysMatch": WANTED}}))
        self.session, self.version = f"/session/{made['sessionId']}", str(made["capabilities"]["browserVersion"])

    def ask(self, path: str, **given: Any) -> Any:
        """Give a command with what it needs."""
        return self._value(self.client.post(f"{self.session}/{path}", json=given))

    def visit(self, address: str) -> None:
        """Go to an address, and wait until it is there."""
        self.ask("url", url=address)

    def run(self, script: str, *given: Any) -> Any:
        """Give what the body of a function gives."""
        gives, wrong = self.ask("execute/async", script=ASYNC % script, args=list(given))
        assert wrong is None, wrong
        return gives

    def hand(self, field: str, *paths: Path) -> None:
        """Choose files in a field."""
        self._element(field, "value", text="\n".join(map(str, paths)))

    def press(self, control: str) -> None:
        """Press a control with the pointer."""
        self._element(control, "click")

    def write(self, field: str, text: str) -> None:
        """Write into a field in place of what stands there."""
        self._element(field, "clear")
        self._element(field, "value", text=text)

    def key(self, *keys: str) -> None:
        """Press keys by their names."""
        strokes = [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        self.ask("actions", actions=[{"type": "key", "id": "keyboard", "actions": strokes}])

    def forget(self) -> None:
        """Forget the cookies of where the window is."""
        self._value(self.client.delete(f"{self.session}/cookie"))

    def size(self, width: int, height: int) -> None:
        """Make the window so large that a page has this size, or as near to it as the window can be made."""
        self.ask("window/rect", width=width, height=height)
        inner = self.run("return [innerWidth, innerHeight]")
        self.ask("window/rect", width=2 * width - inner[0], height=2 * height - inner[1])

    def picture(self) -> bytes:
        """Give what is seen, as PNG."""
        return base64.b64decode(self._value(self.client.get(f"{self.session}/screenshot")))

    def _element(self, place: str, act: str, **given: Any) -> None:
        found = self.ask("element", using="css selector", value=place)[ELEMENT]
        self.ask(f"element/{found}/{act}", **given)

    @staticmethod
    def _value(answer: httpx2.Response) -> Any:
        value = answer.json()["value"]
        assert answer.is_success, value
        return value


@contextmanager
def opened(folder: Path, downloads: Path) -> Iterator[Driven]:
    """Start the driver and a window; what the browser keeps lies in *folder*."""
    port = free_port()
    config = folder / "config"
    config.mkdir(parents=True, exist_ok=True)
    (config / "user-dirs.dirs").write_text(f'XDG_DOWNLOAD_DIR="{downloads}"\n', "utf-8")
    own = {
        "HOME": folder,
        "TMPDIR": folder,
        "XDG_CONFIG_HOME": config,
        "LC_ALL": "C.UTF-8",
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }
    command: list[str | Path] = [SCREEN, "-a", "-s", "-screen 0 1440x900x24", DRIVER, f"--port={port}"]
    environment = os.environ | {name: str(value) for name, value in own.items()}
    with (folder / "driver.log").open("wb") as log:
        driver = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=10 * LONG, trust_env=False) as client:
            until(lambda: _listens(client))
            made = Driven(client, downloads)
            try:
                yield made
            finally:
                client.delete(made.session)
    finally:
        os.killpg(driver.pid, 15)
        driver.wait(LONG)


def _listens(client: httpx2.Client) -> bool:
    try:
        return client.get("/status").is_success
    except httpx2.TransportError:
        return False
