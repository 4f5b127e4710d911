"""Sealing a file to those who may read it: the age format (C2SP age), X25519 recipients.

Files are streamed in pieces of 64 KiB, so memory does not grow with their size. What is opened is put in its place only
when the whole of it proved unaltered.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TypeVar

from comity.kernel.disk import settle
from comity.kernel.errors import BadInput, ComityError, NotFound, Refused, Unavailable

Done = TypeVar("Done")
PIECE = 1 << 20
MAX_RECIPIENTS = 100
# The library's time to read a header grows with the square of its size, so it sees none without an early end.
MAX_HEADER = 32 * 1024
_HEADER = re.compile(rb"age-encryption\.org/v1\n(?:.*\n)??--- [A-Za-z0-9+/]{43}\n", re.DOTALL)


class BadRecipient(BadInput):
    """A recipient or an identity is malformed, or there is none."""


class BadSealedFile(Refused):
    """A sealed file cannot be opened: it is for somebody else, damaged, cut short or no sealed file at all."""


class FileUnavailable(Unavailable):
    """A file cannot be read or written on this machine."""


@dataclass(frozen=True)
class Identity:
    """The private half, `AGE-SECRET-KEY-1...`, that opens what was sealed to its recipient."""

    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what is no identity.

        Raises:
            BadRecipient: the text is anything else.
        """
        from pyrage import IdentityError, x25519

        try:
            x25519.Identity.from_str(self.secret)
        except IdentityError as e:
            raise BadRecipient("got no age identity, expected a line AGE-SECRET-KEY-1...") from e

    @property
    def recipient(self) -> str:
        """Give the public half, `age1...`."""
        from pyrage import x25519

        return str(x25519.Identity.from_str(self.secret).to_public())


def new_identity() -> Identity:
    """Make a new identity."""
    from pyrage import x25519

    return Identity(str(x25519.Identity.generate()))


def save_identity(identity: Identity, path: Path) -> None:
    """Write an identity to a new file that only its owner can read, as `age-keygen` does.

    Raises:
        BadInput: the file exists already.
        FileUnavailable: it cannot be written.
    """
    text = f"# public key: {identity.recipient}\n{identity.secret}\n"
    try:
        with open(path, "x", encoding="ascii", opener=lambda p, flags: os.open(p, flags, 0o600)) as f:
            f.write(text)
    except FileExistsError as e:
        raise _taken(path) from e
    except OSError as e:
        raise FileUnavailable(f"got {e.strerror}, expected to write an identity", file=str(path)) from e


def read_identity(path: Path) -> Identity:
    """Read the one identity in a file as `age-keygen` writes it; lines that begin with `#` are comments.

    Raises:
        BadRecipient: there is not exactly one, or it is malformed.
        FileUnavailable: the file cannot be read.
    """
    try:
        lines = [line.strip() for line in path.read_text("utf-8")[:MAX_HEADER].splitlines()]
    except (OSError, UnicodeDecodeError) as e:
        raise FileUnavailable("got an unreadable file, expected one with an age identity", file=str(path)) from e
    found = [line for line in lines if line and not line.startswith("#")]
    if len(found) != 1:
        raise BadRecipient(f"got {len(found)} identities, expected one", file=str(path))
    return Identity(found[0])


def kept_identity(path: Path) -> Identity:
    """Give the identity in a file of the node's own; made the first time, whole and lasting. Whoever asks at once gets the same.

    Raises:
        BadRecipient: the file holds something else.
        FileUnavailable: it cannot be read or written.
    """
    if not path.exists():
        aside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
        save_identity(new_identity(), aside)
        try:
            with aside.open("rb") as f, suppress(FileExistsError):
                os.fsync(f.fileno())
                path.hardlink_to(aside)
        except OSError as e:
            raise FileUnavailable(f"got {e.strerror}, expected to write an identity", file=str(path)) from e
        finally:
            aside.unlink()
        settle(path.parent)
    return read_identity(path)


def seal_bytes(data: bytes, recipients: Sequence[str]) -> bytes:
    """Seal a few bytes, as `seal_file` does a file.

    Raises:
        BadRecipient: there is no recipient, or one is malformed.
    """
    sealed = BytesIO()
    _sealing(recipients, Path("-"))(BytesIO(data), sealed)
    return sealed.getvalue()


def open_bytes(data: bytes, identity: Identity) -> bytes:
    """Open a few sealed bytes.

    Raises:
        BadSealedFile: they are not for this identity, altered, too many, or not sealed.
    """
    from pyrage import DecryptError, decrypt, x25519

    if len(data) > MAX_HEADER:
        raise BadSealedFile(f"got {len(data)} sealed bytes, expected at most {MAX_HEADER}")
    try:
        return bytes(decrypt(data, [x25519.Identity.from_str(identity.secret)]))
    except DecryptError as e:
        raise BadSealedFile("got bytes that do not open, expected those sealed to this identity") from e


def seal_file(src: Path, dst: Path, recipients: Sequence[str]) -> None:
    """Seal the file *src* into the new file *dst*, so that each of *recipients* (`age1...`) alone can open it.

    Raises:
        BadRecipient: there is no recipient, or one is malformed.
        BadInput: *dst* exists already.
        NotFound: there is no *src*.
        FileUnavailable: a file cannot be read or written.
    """
    _make(src, dst, _sealing(recipients, dst))


def seal_stream(write: Callable[[IO[bytes]], object], dst: Path, recipients: Sequence[str]) -> None:
    """Seal what *write* writes into the new file *dst*, as `seal_file` does; it never rests in the clear.

    Raises:
        BadRecipient, BadInput, FileUnavailable: as `seal_file`; and whatever *write* raises.
    """
    seal = _sealing(recipients, dst)
    if dst.exists():
        raise _taken(dst)
    try:
        with _new_file(dst) as target, ThreadPoolExecutor(1) as pool:
            reading, writing = os.pipe()

            def produce() -> None:
                with os.fdopen(writing, "wb", buffering=PIECE) as out:
                    write(out)

            with os.fdopen(reading, "rb", buffering=PIECE) as source:
                done = pool.submit(produce)
                seal(source, target)
            done.result()
    except FileExistsError as e:
        raise _taken(dst) from e
    except OSError as e:
        raise FileUnavailable(f"got {e.strerror}, expected to write the sealed file", file=str(dst)) from e


def _sealing(recipients: Sequence[str], dst: Path) -> Callable[[IO[bytes], IO[bytes]], None]:
    """Give what seals one stream into another."""
    from pyrage import EncryptError, RecipientError, encrypt_io, x25519

    try:
        keys = [x25519.Recipient.from_str(text) for text in recipients]
    except RecipientError as e:
        raise BadRecipient("got no age recipient, expected age1...") from e
    if not 1 <= len(keys) <= MAX_RECIPIENTS:
        raise BadRecipient(f"got {len(keys)} recipients, expected 1 to {MAX_RECIPIENTS}")

    def seal(source: IO[bytes], target: IO[bytes]) -> None:
        try:
            encrypt_io(source, target, keys)
        except EncryptError as e:  # with recipients given, only reading and writing can fail
            raise FileUnavailable(f"got {e}, expected to write the sealed file", file=str(dst)) from e

    return seal


def open_file(src: Path, dst: Path, identity: Identity) -> None:
    """Open the sealed file *src* into the new file *dst*.

    Raises:
        BadSealedFile: *src* is not for this identity, damaged, cut short, or no sealed file.
        BadInput: *dst* exists already.
        NotFound: there is no *src*.
        FileUnavailable: a file cannot be read or written.
    """
    _make(src, dst, _unsealing(src, identity))


def open_stream(src: Path, read: Callable[[IO[bytes]], Done], identity: Identity) -> Done:
    """Let *read* read what the sealed file *src* holds, and give what it gives; it may stop before the end.

    What it reads may still prove altered further on: then this refuses, and *read* must have put nothing in its place
    that it did not check itself. When it reads to the end, all of it proved unaltered.

    Raises:
        BadSealedFile, NotFound, FileUnavailable: as `open_file`; and whatever *read* raises.
    """
    unseal = _unsealing(src, identity)
    failed: list[ComityError | OSError] = []
    left = threading.Event()
    try:
        with src.open("rb") as source, ThreadPoolExecutor(1) as pool:
            reading, writing = os.pipe()

            def produce() -> None:
                with suppress(BrokenPipeError), os.fdopen(writing, "wb", buffering=PIECE) as out:
                    try:
                        unseal(source, out)
                        out.flush()
                    except (ComityError, OSError) as e:
                        if not left.is_set():
                            failed.append(e)

            with os.fdopen(reading, "rb", buffering=PIECE) as stream:
                pool.submit(produce)
                try:
                    return read(stream)
                except ComityError as e:
                    if failed:
                        raise failed[0] from e
                    raise
                finally:
                    left.set()
    except FileNotFoundError as e:
        raise NotFound("got nothing there, expected a file", file=str(src)) from e
    except OSError as e:
        raise FileUnavailable(f"got {e.strerror}, expected to read the sealed file", file=str(src)) from e


def _unsealing(src: Path, identity: Identity) -> Callable[[IO[bytes], IO[bytes]], None]:
    """Give what opens one stream into another."""
    from pyrage import DecryptError, decrypt_io, x25519

    key = x25519.Identity.from_str(identity.secret)

    def unseal(source: IO[bytes], target: IO[bytes]) -> None:
        if not _HEADER.match(source.read(MAX_HEADER)):
            raise BadSealedFile("got another kind of file, expected one sealed with age", file=str(src))
        source.seek(0)
        try:
            decrypt_io(source, target, [key])
        except DecryptError as e:
            why = f"got a file that this identity does not open ({e}), expected one sealed to {identity.recipient}"
            raise BadSealedFile(why, file=str(src)) from e
        except OSError as e:
            if e.errno is not None:
                raise
            raise BadSealedFile("got a file that is damaged or cut short, expected it whole", file=str(src)) from e

    return unseal


def _make(src: Path, dst: Path, work: Callable[[IO[bytes], IO[bytes]], None]) -> None:
    """Let *work* turn one file into a new one, which appears whole or not at all."""
    if dst.exists():
        raise _taken(dst)
    try:
        with src.open("rb") as source, _new_file(dst) as target:
            work(source, target)
    except FileExistsError as e:
        raise _taken(dst) from e
    except FileNotFoundError as e:
        raise NotFound("got nothing there, expected a file", file=str(e.filename)) from e
    except OSError as e:
        raise FileUnavailable(f"got {e.strerror}, expected to read {src} and write {dst}", file=str(dst)) from e


def _taken(dst: Path) -> BadInput:
    return BadInput(
        "got a file that exists already, expected a new name",
        file=str(dst),
        advice="Move it away or choose another name.",
    )


@contextmanager
def _new_file(dst: Path) -> Iterator[IO[bytes]]:
    """Write beside *dst* without a name, and name it at the end; never over an old file. A kill leaves nothing."""
    try:
        fd = os.open(dst.parent, os.O_RDWR | os.O_CLOEXEC | os.O_TMPFILE, 0o600)
    except (OSError, AttributeError):  # a system or file system that knows no files without a name
        with _named_file(dst) as target:
            yield target
        return
    with os.fdopen(fd, "w+b") as target:
        yield target
        target.flush()
        os.fsync(fd)
        folder = os.open(dst.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.link(f"/proc/self/fd/{fd}", dst, src_dir_fd=folder, follow_symlinks=True)
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _named_file(dst: Path) -> Iterator[IO[bytes]]:
    """Write beside *dst* under another name, and name it so at the end."""
    with NamedTemporaryFile(dir=dst.parent, prefix=".sealing-", delete=False) as target:
        temporary = Path(target.name)
        try:
            yield target
            target.flush()
            os.fsync(target.fileno())
            _name(temporary, dst)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()


def _name(temporary: Path, dst: Path) -> None:
    """Give a written file its name durably; a link, unlike a renaming, never replaces."""
    try:
        os.link(temporary, dst)
    except FileExistsError:
        raise
    except OSError:  # a file system without links, as on many sticks
        if dst.exists():
            raise FileExistsError(dst) from None
        temporary.rename(dst)
    settle(dst.parent)
