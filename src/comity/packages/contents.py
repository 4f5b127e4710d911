"""What a package says: steps 1 to 7 of its verification, which look at bytes and at words, not yet at people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from comity.crypto.envelope import Envelope
from comity.kernel import canonical
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput

from . import statement
from .bag import Bag, read_bag
from .container import Advance, Container
from .errors import BadContainer, BadRequest, BadStatement
from .opening import open_container
from .reprint import check_says
from .sealing import PROOF, ROLE_FOLDER, STATEMENT, TIMESTAMP, request_shape
from .statement import Statement
from .translation import require_translation

MAX_SEAL_FILE = 4 * 1024 * 1024
MAX_ROLE_FILES = 400
MAX_REQUEST = 1024 * 1024
MAX_PDF = 16 * 1024 * 1024


class Contents:
    """A package being read: each step reads what the earlier ones established."""

    container: Container
    bag: Bag
    signed: Envelope
    stated: Statement
    request: dict[str, Any]

    def __init__(self, path: Path, advance: Advance) -> None:
        """Read the package at *path*."""
        self.path = path
        self.advance = advance

    def check_container(self) -> str:
        """Step 1: the file or folder is well formed."""
        self.container = open_container(self.path)
        return f"{len(self.container.sizes)} files, {sum(self.container.sizes.values())} bytes"

    def check_bag(self) -> str:
        """Step 2: every listed file is there and has its hash, no other."""
        self.bag = read_bag(self.container, self.advance)
        return f"{len(self.bag.payload)} files with the stated hashes; package {self.bag.digest}"

    def check_seal(self) -> str:
        """Step 3: only known files in seal/, the required ones there."""
        names = {name for name in self.container.sizes if name.startswith("seal/")}
        role = {name for name in names if name.startswith(ROLE_FOLDER)}
        if STATEMENT not in names or not role:
            raise BadContainer("got a package without statement or role proof, expected both", file="seal/")
        if strange := sorted(names - role - {STATEMENT, TIMESTAMP, PROOF}):
            raise BadContainer("got a file nobody can check, expected none", file=strange[0])
        if len(role) > MAX_ROLE_FILES:
            raise BadContainer(f"got {len(role)} files, expected at most {MAX_ROLE_FILES}", file=ROLE_FOLDER)
        extras = [name.removeprefix("seal/") for name in (TIMESTAMP, PROOF) if name in names]
        return "statement and role proof" + "".join(f", {name}" for name in extras)

    def check_statement(self) -> str:
        """Step 4: envelope and statement speak of this package."""
        self.signed, self.stated = statement.load(self.read(STATEMENT), file=STATEMENT)
        if self.stated.package != self.bag.digest:
            raise BadStatement(
                f"got package {self.stated.package[:16]}..., expected {self.bag.digest[:16]}...", file=STATEMENT
            )
        return f"sealed {stamp(self.stated.sealed_at)} by {self.stated.sender} for {self.stated.addressee}"

    def check_request(self) -> str:
        """Step 5: canonical, of the known shape, the same as signed."""
        name = "data/request.json"
        if name not in self.bag.payload:
            raise BadRequest("got no request, expected one", file=name)
        try:
            request = canonical.load_canonical(self.container.read(name, MAX_REQUEST), file=name)
            self.request = request_shape().require(request, file=name)
            require_translation(self.request, request_shape(), file=name)
        except BadInput as e:
            raise BadRequest(e.message, file=name, field=e.field, advice=e.advice) from e
        if self.bag.payload[name] != self.stated.request_sha256:
            raise BadRequest("got another request than the one signed, expected that", file=name)
        field = self.stated.agrees(self.request)
        info = {"Source-Organization": self.stated.sender, "External-Identifier": self.stated.request}
        field = field or next((label for label, value in info.items() if self.bag.info[label] != value), "")
        if field:
            raise BadRequest(
                "got another value than in the signed statement, expected the same", file=name, field=field
            )
        return f"{self.request['reference']}: {self.request['measure']}"

    def check_attachments(self) -> str:
        """Step 6: those listed, and no other file in data/."""
        rows = self.request.get("attachments", [])
        stated = {f"data/attachments/{a['path']}": (a["size"], a["sha256"]) for a in rows}
        others = ("data/request.json", "data/request.pdf")
        present = {n: (self.container.sizes[n], h) for n, h in self.bag.payload.items() if n not in others}
        wrong = [n for n in stated.keys() | present.keys() if stated.get(n) != present.get(n)]
        if wrong or len(stated) != len(rows):
            raise BadRequest(
                "got files that are not the attachments listed, expected those", file=min(wrong, default="data/")
            )
        return f"{len(rows)} attachments" if rows else "none listed, none there"

    def check_document(self) -> str:
        """Step 7: the PDF says what the data say."""
        name = "data/request.pdf"
        pdf = self.container.read(name, MAX_PDF)
        return check_says(
            pdf, self.request, digest=self.stated.request_sha256, renderer=self.bag.info["Comity-Renderer"]
        )

    def read(self, name: str) -> bytes:
        """Give a file of seal/ whole."""
        return self.container.read(name, MAX_SEAL_FILE)

    def role(self) -> dict[str, bytes]:
        """Give the directory slice."""
        names = [name for name in self.container.sizes if name.startswith(ROLE_FOLDER)]
        return {name.removeprefix(ROLE_FOLDER): self.read(name) for name in names}

    def close(self) -> None:
        """Let go of the files."""
        if "container" in vars(self):
            self.container.close()
