"""A picture of a page as a browser shows it, by Chromium where the machine has one; else the reason why there is none.

The browser loads the page itself, a second time: what it shows may be other than what was captured a moment before. It
may connect to the one machine of the capture alone, under the name of the page; every other name is unknown to it. It
has no profile, no proxy, and trusts beside the system's certificates only the very key that the capture saw.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .webaddress import WebAddress

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MAX_PICTURE = 64 * 1024 * 1024
SECONDS = 60.0
_FLAGS = (
    "--headless=new", "--disable-gpu", "--hide-scrollbars", "--window-size=1280,2400", "--incognito", "--no-first-run",
    "--no-proxy-server", "--disable-quic", "--disable-extensions", "--disable-sync", "--disable-background-networking",
    "--disable-component-update", "--disable-default-apps", "--disable-domain-reliability", "--no-pings",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--virtual-time-budget=10000",
)  # fmt: skip


def picture(
    address: WebAddress, machine: str, leaf: bytes, target: Path, *, program: str = "", seconds: float = SECONDS
) -> str:
    """Take a picture of a page into *target*; gives the reason where there is none, else nothing.

    *machine* is the one that the capture connected to, *leaf* its certificate in DER if it had one.
    """
    browser = program or next(filter(None, map(shutil.which, BROWSERS)), "")
    if not browser:
        return "this machine has no Chromium"
    with tempfile.TemporaryDirectory(prefix="comity-browser-") as home:
        made = Path(home) / "page.png"
        command = [browser, *_flags(address, machine, leaf, Path(home)), f"--screenshot={made}", address.text]
        fault = _run(command, home, seconds)
        if fault:
            return fault
        return _keep(made, target)


def _flags(address: WebAddress, machine: str, leaf: bytes, home: Path) -> list[str]:
    number = f"[{machine}]" if ":" in machine else machine
    rules = f"MAP {address.host} {number}, MAP * ~NOTFOUND"
    if address.host == machine:
        rules = f"MAP * ~NOTFOUND, EXCLUDE {machine}"
    flags = [*_FLAGS, f"--user-data-dir={home}", f"--host-resolver-rules={rules}"]
    if leaf:
        key = x509.load_der_x509_certificate(leaf).public_key()
        pin = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
        flags.append(f"--ignore-certificate-errors-spki-list={base64.b64encode(pin).decode()}")
    return [*flags, "--no-sandbox"] if os.geteuid() == 0 else flags


def _run(command: list[str], home: str, seconds: float) -> str:
    """Run the browser in a group of its own, and end all of it when the time is over."""
    clean = {"HOME": home, "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
    nothing = subprocess.DEVNULL
    try:
        running = subprocess.Popen(  # noqa: S603 - a fixed program, and an address that was read strictly
            command, stdin=nothing, stdout=nothing, stderr=nothing, env=clean, cwd=home, start_new_session=True
        )
    except OSError as e:
        return f"the browser does not start ({e.strerror})"
    try:
        code = running.wait(seconds)
    except subprocess.TimeoutExpired:
        return f"the browser did not end within {seconds:g} seconds"
    finally:
        _end(running)
    return f"the browser ended with {code}" if code else ""


def _end(running: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def _keep(made: Path, target: Path) -> str:
    """Keep a picture that is one."""
    try:
        with made.open("rb") as f:
            right = f.read(8) == b"\x89PNG\r\n\x1a\n"
        if not right or made.stat().st_size > MAX_PICTURE:
            return "the browser made no picture of a fit size"
    except OSError:
        return "the browser made no picture"
    shutil.move(made, target)
    return ""
