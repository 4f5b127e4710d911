"""What kind of file arrived: a receipt, an encrypted file, or a package."""

from __future__ import annotations

from pathlib import Path

from comity.kernel.errors import BadInput, Unavailable

EXPECTED = "expected a package or a receipt"


def arrived(file: Path) -> tuple[str, bytes]:
    """Tell what kind of file arrived, by its first bytes; a receipt is read whole.

    Raises:
        BadInput: there is no such file.
        Unavailable: it cannot be read.
    """
    from comity.packages.receipt import MAX_BYTES, is_receipt

    if file.is_dir():
        return "package", b""
    if file.exists() and not file.is_file():
        raise BadInput(f"got a pipe or device, {EXPECTED}", file=str(file))
    try:
        with file.open("rb") as f:
            head = f.read(64)
            if head.startswith(b"age-encryption.org/"):
                return "age", b""
            return ("receipt", head + f.read(MAX_BYTES)) if is_receipt(head) else ("package", b"")
    except FileNotFoundError as e:
        raise BadInput(f"got no such file, {EXPECTED}", file=str(file), advice="Check the path.") from e
    except OSError as e:
        advice = "Check that you may read it."
        raise Unavailable(f"got {e.strerror}, {EXPECTED}", file=str(file), advice=advice) from e
