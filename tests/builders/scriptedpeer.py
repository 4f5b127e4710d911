"""A peer without any code of ours: an authority or a provider that speaks HI-1 by ETSI's examples alone.

It edits the trees of ETSI's example files (`tests/etsi/examples`), judges what comes by ETSI's schemas, signs and verifies
with its own lines, and talks HTTPS with `ssl`, `httpx2` and `http.server`. What it knows of our profile it has from
docs/develop/hi1-profile.md. Nothing of `comity` is imported here, and tests/world/test_interop.py sees to that.

A message is a tree in ETSI's JSON form (`task:Value`); its XML is the same tree in the same order, with prefixes, blanks
and line breaks of this peer's own.
"""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]
from lxml import etree
from referencing import Registry, Resource

Tree = dict[str, Any]

ETSI = Path(__file__).parents[1] / "etsi"
COMMON = "http://uri.etsi.org/03120/common"
CORE, DSIG = f"{COMMON}/2019/10/Core", "http://www.w3.org/2000/09/xmldsig#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
C14N = "http://www.w3.org/2006/12/xml-c14n11"
SPACES = {
    "": CORE, "common": f"{COMMON}/2016/02/Common", "task": f"{COMMON}/2020/09/Task",
    "auth": f"{COMMON}/2020/09/Authorisation", "doc": f"{COMMON}/2020/09/Document",
    "notification": f"{COMMON}/2016/02/Notification", "delivery": f"{COMMON}/2019/10/Delivery",
    "etsi280": "http://uri.etsi.org/03280/common/2017/07",
}  # fmt: skip
WITH_ETSIS_PREFIXES: dict[str | None, str] = {prefix or None: space for prefix, space in SPACES.items()}
WITH_OTHER_PREFIXES: dict[str | None, str] = {f"n{n}": space for n, space in enumerate(SPACES.values())}
LISTS = {
    "ActionRequest", "ActionResponse", "AssociatedObject", "ListResponseRecord", "auth:CSPID",
    "auth:AuthorisationApprovalDetails", "auth:AuthorisationFlag", "doc:DocumentProperty", "task:RequestValue",
    "task:LDDeliveryDestination", "task:AlternativePreservationReference", "notification:AssociatedObjectStatus",
}  # fmt: skip
NUMBERS = {"ActionIdentifier", "Generation", "ErrorCode", "delivery:SequenceNumber", "delivery:ContentLength"}
FLAGS = {
    "delivery:LastSequence",
    "delivery:DataExistence",
    "common:ApprovalIsEmergency",
    "notification:NewNotification",
}
BANGKOK = timezone(timedelta(hours=7))


def example(name: str) -> Tree:
    """One of ETSI's examples, as a tree."""
    raw = (ETSI / "examples" / name).read_bytes()
    return from_bytes(raw)


def example_object(name: str, at: int = 0) -> Tree:
    """The object that an action of one of ETSI's examples creates or delivers."""
    (found,) = every(example(name)["Payload"]["RequestPayload"]["ActionRequests"]["ActionRequest"][at], "HI1Object")
    return dict(found)


def from_bytes(raw: bytes) -> Tree:
    """Read a message, in whichever encoding, without its signature."""
    if raw.lstrip()[:1] == b"{":
        tree: Tree = json.loads(raw)
        tree.pop("Signatures", None)
        return tree
    root = etree.fromstring(raw)
    found = from_xml(root)
    assert isinstance(found, dict)
    return {name: value for name, value in found.items() if not name.endswith("Signature")}


def from_xml(element: etree._Element) -> Any:
    """Turn XML into ETSI's JSON form."""
    row: Tree = {}
    if kind := element.get(f"{{{XSI}}}type"):
        prefix, _, local = kind.rpartition(":")
        row["@xsi:type"] = f"{{{element.nsmap[prefix or None]}}}{local}"
    for child in element:
        name, value = _named(child), from_xml(child)
        if name in LISTS:
            row.setdefault(name, []).append(value)
        else:
            row[name] = value
    if row:
        return row
    name, text = _named(element), (element.text or "").strip()
    return int(text) if name in NUMBERS else text == "true" if name in FLAGS else text


def to_xml(tree: Tree, prefixes: Mapping[str | None, str] = WITH_ETSIS_PREFIXES) -> etree._Element:
    """Turn a message in JSON form into XML, laid out as people lay it out."""
    named: dict[Any, str] = dict(prefixes)
    root = etree.Element(f"{{{CORE}}}HI1Message", nsmap=named | {"xsi": XSI})
    spaces = {space: prefix for prefix, space in prefixes.items()}
    for name in ("Header", "Payload"):
        _add(root, name, tree[name], spaces)
    etree.indent(root, "    ")
    return root


def _named(element: etree._Element) -> str:
    at = etree.QName(element)
    prefix = next((prefix for prefix, space in SPACES.items() if space == at.namespace), "other")
    return f"{prefix}:{at.localname}" if prefix else at.localname


def _add(parent: etree._Element, name: str, value: Any, spaces: Mapping[str, str | None]) -> None:
    for one in value if isinstance(value, list) else [value]:
        prefix, _, local = name.rpartition(":")
        element = etree.SubElement(parent, f"{{{SPACES[prefix]}}}{local}")
        if not isinstance(one, dict):
            element.text = str(one).lower() if isinstance(one, bool) else str(one)
            continue
        for key, inner in one.items():
            if key == "@xsi:type":
                at = etree.QName(inner)
                prefix_here = spaces[str(at.namespace)]
                element.set(f"{{{XSI}}}type", f"{prefix_here}:{at.localname}" if prefix_here else at.localname)
            else:
                _add(element, key, inner, spaces)


def every(tree: Any, name: str) -> list[Any]:
    """Every value that stands under a local name, in the order of the message."""
    if isinstance(tree, list):
        return [one for row in tree for one in every(row, name)]
    if not isinstance(tree, dict):
        return []
    found = []
    for key, value in tree.items():
        if key.rpartition(":")[2] == name:
            found += value if isinstance(value, list) else [value]
        else:
            found += every(value, name)
    return found


def codes(tree: Tree) -> list[int]:
    """The codes of all errors in an answer."""
    return [int(code) for code in every(tree, "ErrorCode")]


def words(tree: Tree) -> str:
    """The words of all errors in an answer."""
    return "\n".join(map(str, every(tree, "ErrorDescription")))


@cache
def _xsd() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(ETSI / "103120" / "v1.23.1" / "xsd" / "all.xsd")))


@cache
def _json_schema() -> Draft202012Validator:
    folder = ETSI / "103120" / "v1.23.1" / "json"
    rows = [json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")]
    registry: Registry[Any] = Registry().with_resources((row["$id"], Resource.from_contents(row)) for row in rows)
    return Draft202012Validator({"$ref": "ts_103120_Core_2019_10#/$defs/HI1Message"}, registry=registry)


def complaints(raw: bytes) -> list[str]:
    """What ETSI's published schemas say against a message; nothing if it is valid."""
    if raw.lstrip()[:1] == b"{":
        worst = best_match(_json_schema().iter_errors(json.loads(raw)))
        return [f"{worst.json_path}: {worst.message[:500]}"] if worst else []
    schema = _xsd()
    schema.validate(etree.fromstring(raw))
    return [str(error) for error in schema.error_log]  # type: ignore[attr-defined]  # the stubs do not know it iterates


def keyid(public: Ed25519PublicKey) -> str:
    """The SHA-256 of the raw key, by which our profile names it."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()


def sign_json(tree: Tree, key: Ed25519PrivateKey) -> bytes:
    """Sign by ETSI's JSON recipe, and write the message as people write it."""
    spki = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    row = {
        "hash_algorithm": "sha-256",
        "algorithm": "Ed25519",
        "public_key": base64.b64encode(spki).decode().rstrip("="),
    }
    value = base64.b64encode(key.sign(_covered(tree, row))).decode()
    return json.dumps({**tree, "Signatures": [{**row, "value": value}]}, indent=2, ensure_ascii=False).encode()


def verify_json(raw: bytes, public: Ed25519PublicKey) -> None:
    """Verify a signed JSON message; raises `InvalidSignature`."""
    tree = json.loads(raw)
    (row,) = tree.pop("Signatures")
    value = base64.b64decode(row.pop("value"))
    public.verify(value, _covered(tree, row))


def _covered(tree: Tree, row: Tree) -> bytes:
    text = json.dumps({**tree, "signatures": [row]}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest().encode()


def sign_xml(root: etree._Element, key: Ed25519PrivateKey | rsa.RSAPrivateKey, certificate: bytes = b"") -> bytes:
    """Sign as ETSI's example does: with RSA and its certificate, or with Ed25519 and the key's name."""
    outline = etree.parse(str(ETSI / "examples" / "request6_signed.xml")).getroot()[2]
    signature = etree.fromstring(etree.tostring(outline, with_tail=False))
    digest = hashlib.sha256(_canonical(root)).digest()
    _at(signature, "DigestValue").text = base64.b64encode(digest).decode()
    if isinstance(key, Ed25519PrivateKey):
        _at(signature, "SignatureMethod").set("Algorithm", "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519")
        info = _at(signature, "KeyInfo")
        del info[:]
        etree.SubElement(info, f"{{{DSIG}}}KeyName").text = keyid(key.public_key())
    else:
        _at(signature, "X509Certificate").text = base64.encodebytes(certificate).decode()
    root.append(signature)
    covered = _canonical(etree.fromstring(etree.tostring(_at(signature, "SignedInfo"), with_tail=False)))
    made = (
        key.sign(covered)
        if isinstance(key, Ed25519PrivateKey)
        else key.sign(covered, padding.PKCS1v15(), hashes.SHA256())
    )
    _at(signature, "SignatureValue").text = base64.b64encode(made).decode()
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def verify_xml(raw: bytes, public: Ed25519PublicKey) -> None:
    """Verify a signed XML message; raises `InvalidSignature`, or fails on a digest that differs."""
    root = etree.fromstring(raw)
    signature = root[2]
    assert signature.tag == f"{{{DSIG}}}Signature"
    assert _at(signature, "KeyName").text == keyid(public)
    covered = _canonical(etree.fromstring(etree.tostring(_at(signature, "SignedInfo"), with_tail=False)))
    public.verify(base64.b64decode(_at(signature, "SignatureValue").text or ""), covered)
    root.remove(signature)
    digest = base64.b64encode(hashlib.sha256(_canonical(root)).digest()).decode()
    assert _at(signature, "DigestValue").text == digest


def _at(element: etree._Element, name: str) -> etree._Element:
    found = element.find(f".//{{{DSIG}}}{name}")
    assert found is not None
    return found


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", with_comments=False)


@dataclass(frozen=True)
class Tls:
    """A TLS key with the certificate that it signed for itself."""

    file: Path
    der: bytes
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    @classmethod
    def make(cls, file: Path, *, with_rsa: bool = False, days: int = 30) -> Tls:
        """Make a new pair that holds for some days from now, or ended some days ago."""
        key = _rsa_key(file.name) if with_rsa else ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A peer of another make")])
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - timedelta(days=60))
            .not_valid_after(datetime.now(UTC) + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        file.write_bytes(key.private_bytes(pem, kind, serialization.NoEncryption()) + made.public_bytes(pem))
        return cls(file, made.public_bytes(serialization.Encoding.DER), key)

    @property
    def pin(self) -> str:
        """The SHA-256 of the key's SubjectPublicKeyInfo, by which the directory knows it."""
        der, kind = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        return hashlib.sha256(self.key.public_key().public_bytes(der, kind)).hexdigest()

    def entry(self, url: str) -> Tree:
        """What a registry enters for it into the directory."""
        return {"url": url, "certificates": [{"tls": self.pin, "certificate": base64.b64encode(self.der).decode()}]}

    def context(self, protocol: int, *trusted: bytes) -> ssl.SSLContext:
        """A TLS context that shows this certificate and takes those alone."""
        made = ssl.SSLContext(protocol)
        made.check_hostname = False
        made.verify_mode = ssl.CERT_REQUIRED
        made.load_cert_chain(self.file)
        for der in trusted:
            made.load_verify_locations(cadata=der)
        return made


@cache
def _rsa_key(name: str) -> rsa.RSAPrivateKey:
    """The RSA key of a name, made once in this process, since that takes long."""
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Known:
    """What a peer knows of the one it talks to: its name, address, certificate and key."""

    party: str
    url: str
    certificate: bytes
    public: Ed25519PublicKey


@dataclass
class ScriptedPeer:
    """A party that speaks to one other, in one encoding, and keeps all that it was sent."""

    party: str
    key: Ed25519PrivateKey
    tls: Tls
    other: Known
    encoding: str = "json"
    prefixes: Mapping[str | None, str] = field(default_factory=lambda: WITH_ETSIS_PREFIXES)
    version: str = "V1.23.1"
    zone: timezone = BANGKOK
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    got: list[Tree] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    leads: dict[str, str] = field(default_factory=dict)
    script: Callable[[Tree], Tree] | None = None

    def message(self, payload: Tree, *, transaction: str = "", at: datetime | None = None) -> Tree:
        """A message with ETSI's head, from this peer to the other."""
        tree = example("request8_LPTaskObject.json")
        tree |= {f"@xmlns:{prefix}": space for prefix, space in SPACES.items() if prefix}
        head = tree["Header"]
        head["SenderIdentifier"], head["ReceiverIdentifier"] = end(self.party), end(self.other.party)
        head["TransactionIdentifier"] = transaction or str(uuid.uuid4())
        head["Timestamp"] = (at or self.now()).astimezone(self.zone).isoformat(timespec="microseconds")
        head["Version"]["ETSIVersion"] = self.version
        return {**tree, "Payload": payload}

    def request(self, *actions: Tree, **head: Any) -> Tree:
        """A message that asks for something."""
        rows = [{"ActionIdentifier": n, **action} for n, action in enumerate(actions)]
        return self.message({"RequestPayload": {"ActionRequests": {"ActionRequest": rows}}}, **head)

    def signed(self, tree: Tree) -> bytes:
        """A message as it goes out, after ETSI's schemas had nothing against it."""
        raw = self.unchecked(tree)
        assert (wrong := complaints(raw)) == [], wrong
        return raw

    def unchecked(self, tree: Tree) -> bytes:
        """A signed message, whatever the schemas say."""
        return sign_json(tree, self.key) if self.encoding == "json" else sign_xml(self.to_xml(tree), self.key)

    def to_xml(self, tree: Tree) -> etree._Element:
        """A message as XML with this peer's prefixes."""
        return to_xml(tree, self.prefixes)

    def post(self, raw: bytes, *, tls: Tls | None = None, media: str = "") -> httpx2.Response:
        """Hand a message over, over TLS with certificates on both sides."""
        context = (tls or self.tls).context(ssl.PROTOCOL_TLS_CLIENT, self.other.certificate)
        kind = media or f"application/{'json' if raw.lstrip()[:1] == b'{' else 'xml'}"
        with httpx2.Client(verify=context, trust_env=False, timeout=60) as client:
            return client.post(self.other.url, content=raw, headers={"content-type": kind})

    def ask(self, *actions: Tree, **head: Any) -> Tree:
        """Ask for something, and give the answer."""
        return self.asked(self.signed(self.request(*actions, **head)))

    def asked(self, raw: bytes) -> Tree:
        """Hand a message over, and give the answer, which holds in every respect."""
        said = self.post(raw)
        assert said.status_code == 200, said.text
        return self.believed(said.content)

    def believed(self, raw: bytes) -> Tree:
        """Read what the other said: valid by ETSI's schemas, signed by it, from it, for us."""
        assert complaints(raw) == [], raw
        (verify_json if raw.lstrip()[:1] == b"{" else verify_xml)(raw, self.other.public)
        tree = from_bytes(raw)
        assert tree["Header"]["SenderIdentifier"] == end(self.other.party)
        assert tree["Header"]["ReceiverIdentifier"] == end(self.party)
        return tree

    def fetched(self, url: str) -> bytes:
        """Fetch a file that the other offers."""
        context = self.tls.context(ssl.PROTOCOL_TLS_CLIENT, self.other.certificate)
        with httpx2.Client(verify=context, trust_env=False, timeout=60) as client:
            said = client.get(url)
            assert said.status_code == 200, said.text
            return said.content

    def answered(self, raw: bytes) -> bytes:
        """Take a message in and answer it: as the script says, or with the identifiers of all that it names."""
        asked = self.believed(raw)
        self.got.append(asked)
        rows = [_done(action) for action in every(asked, "ActionRequest")]
        payload = {"ResponsePayload": {"ActionResponses": {"ActionResponse": rows}}}
        payload = self.script(asked) if self.script else payload
        return self.signed(self.message(payload, transaction=asked["Header"]["TransactionIdentifier"]))

    @contextmanager
    def listening(self, port: int) -> Iterator[None]:
        """Listen at a port of loopback: messages are answered, files given to the other alone."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        context = self.tls.context(ssl.PROTOCOL_TLS_SERVER, self.other.certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(peer: ScriptedPeer) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        """Answers for one peer."""

        def do_POST(self) -> None:
            """Take a message."""
            raw = self.rfile.read(int(self.headers["content-length"]))
            self._say(200, peer.answered(raw), self.headers["content-type"])

        def do_GET(self) -> None:
            """Give a file, or lead on to another place."""
            token = self.path.rpartition("/")[2]
            if token in peer.leads:
                self.send_response(302)
                self.send_header("location", peer.leads[token])
                self.send_header("content-length", "0")
                return self.end_headers()
            data = peer.files.get(token)
            return self._say(404 if data is None else 200, data or b"", "application/octet-stream")

        def log_message(self, *_: object) -> None:
            """Say nothing on the screen."""

        def _say(self, status: int, data: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


def _done(action: Tree) -> Tree:
    verb = next(name for name in action if name != "ActionIdentifier")
    body = action[verb]
    one = body.get("Identifier") or body["HI1Object"]["ObjectIdentifier"]
    return {"ActionIdentifier": action["ActionIdentifier"], f"{verb}Response": {"Identifier": one}}


def end(party: str) -> Tree:
    """A party as an end of a message."""
    country, _, name = party.partition(".")
    return {"CountryCode": country, "UniqueIdentifier": name}


def entry(name: str, value: str, owner: str = "ETSI") -> Tree:
    """A value of a dictionary."""
    return {"common:Owner": owner, "common:Name": name, "common:Value": value}


def linked(*ids: str) -> Tree:
    """The objects that one is associated with."""
    return {"AssociatedObject": list(ids)}
