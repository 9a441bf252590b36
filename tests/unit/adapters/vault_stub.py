"""A stub that speaks the shapes of Vault's KV version 2 over real HTTPS."""

from __future__ import annotations

import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_LOCAL = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
TOKEN = "hvs.for-tests-only-0123456789"


@dataclass
class Vault:
    """What the stub holds: versions by path, each None once destroyed; and how it misbehaves."""

    address: str = ""
    authority: str = ""
    versions: dict[str, list[dict[str, Any] | None]] = field(default_factory=dict)
    deleted: set[tuple[str, int]] = field(default_factory=set)
    namespaces: set[str] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)
    answer: tuple[int, bytes] | None = None
    racing: bool = False

    def variables(self, **more: str) -> dict[str, str]:
        """Return the variables of a runner that may write."""
        base = {"VAULT_ADDR": self.address, "VAULT_TOKEN": TOKEN, "VAULT_CACERT": self.authority}
        return {**base, "VAULT_WRITE": "1", **more}


@contextmanager
def vault_server(folder: Path) -> Iterator[Vault]:
    """Serve a Vault on a free port of 127.0.0.1, with a certificate of its own authority."""
    vault = Vault(authority=str(folder / "ca.pem"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(vault))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    vault.address = f"https://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield vault
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(vault: Vault) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            self._answer("GET", None)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            self._answer("POST", json.loads(self.rfile.read(length) or b"null"))

        def _answer(self, method: str, body: Any) -> None:
            vault.seen.append(f"{method} {self.path}")
            vault.namespaces.add(self.headers.get("X-Vault-Namespace", ""))
            if self.headers.get("X-Vault-Token") != TOKEN:
                status, data = 403, b'{"errors":["permission denied"]}'
            elif vault.answer is not None:
                status, data = vault.answer
            else:
                status, made = _route(vault, method, self.path, body)
                data = json.dumps(made).encode() if made is not None else b""
            self.send_response(status)
            if status in {301, 302}:
                self.send_header("Location", vault.address + "/elsewhere")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


def _route(vault: Vault, method: str, path: str, body: Any) -> tuple[int, Any]:
    _, _, _, verb, rest = path.split("/", 4)
    versions = vault.versions.setdefault(rest, [])
    if verb == "metadata":
        folder = rest.removesuffix("?list=true")
        found = sorted(key.removeprefix(folder + "/") for key, kept in vault.versions.items() if kept)
        return (200, {"data": {"keys": found}}) if found else (404, {"errors": []})
    if verb == "data" and method == "GET":
        return _read(vault, rest, versions)
    if verb == "data":
        if vault.racing:
            versions.append({"password": "somebody else's"})
        if body["options"]["cas"] != len(versions):
            return 400, {"errors": ["check-and-set parameter did not match the current version"]}
        versions.append(body["data"])
        return 200, {"data": {"version": len(versions), "created_time": "2026-03-01T00:00:00Z"}}
    for number in body["versions"]:
        if verb == "destroy":
            versions[number - 1] = None
        elif verb == "delete":
            vault.deleted.add((rest, number))
        else:
            vault.deleted.discard((rest, number))
    return 204, None


def _read(vault: Vault, path: str, versions: list[dict[str, Any] | None]) -> tuple[int, Any]:
    number = len(versions)
    if not number:
        return 404, {"errors": []}
    metadata = {"version": number, "destroyed": versions[-1] is None, "deletion_time": ""}
    if versions[-1] is None or (path, number) in vault.deleted:
        return 404, {"data": {"data": None, "metadata": metadata}}
    return 200, {"data": {"data": versions[-1], "metadata": metadata}}


def _certificate(folder: Path) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "vault for tests")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(certificate.public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(secret)
    return str(folder / "ca.pem"), str(folder / "key.pem")
