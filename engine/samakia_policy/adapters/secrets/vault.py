"""Secrets in the key-value store of Vault, version 2, over its HTTP API."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from samakia_policy.adapters.secrets.store import Record, Undo
from samakia_policy.errors import AdapterError, InputError, Refused

MAX_ANSWER = 1 << 20
"""Bytes of one answer."""
_SECONDS = 10.0
_OK, _NO_CONTENT, _BAD, _NOT_FOUND, _PRECONDITION = 200, 204, 400, 404, 412


@dataclass(frozen=True, slots=True)
class Connection:
    """Where Vault is and how it is asked: always over TLS that is verified, never through a redirect."""

    host: str
    port: int
    prefix: str
    token: str
    namespace: str
    authority: str
    writable: bool

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return status and JSON of an answer; raises AdapterError where there is none to trust."""
        where = f"https://{self.host}:{self.port}{path}"
        try:
            context = ssl.create_default_context(cafile=self.authority or None)
            connection = http.client.HTTPSConnection(self.host, self.port, timeout=_SECONDS, context=context)
            try:
                text = None if body is None else json.dumps(body, sort_keys=True)
                connection.request(method, self.prefix + path, text, self._headers())
                with connection.getresponse() as answer:
                    data = answer.read(MAX_ANSWER + 1)
            finally:
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            raise AdapterError(f"Vault did not answer: {type(error).__name__}", where=where) from error
        if len(data) > MAX_ANSWER:
            raise AdapterError(f"Vault's answer has more than {MAX_ANSWER} bytes (MAX_ANSWER)", where=where)
        return answer.status, _json(data, where)

    def _headers(self) -> dict[str, str]:
        found = {"X-Vault-Token": self.token, "X-Vault-Request": "true", "Content-Type": "application/json"}
        return found | ({"X-Vault-Namespace": self.namespace} if self.namespace else {})


def connect(variables: Mapping[str, str]) -> Connection:
    """Return the connection that VAULT_* variables name; raises InputError before anything is sent."""
    address = urlsplit(variables.get("VAULT_ADDR", ""))
    if address.scheme != "https" or not address.hostname or address.username or address.query:
        raise InputError("must be an https address without credentials", where="VAULT_ADDR")
    token = variables.get("VAULT_TOKEN", "")
    if not token or not token.isascii() or not token.isprintable():
        raise InputError("is not set", where="VAULT_TOKEN")
    return Connection(
        host=address.hostname,
        port=address.port or 443,
        prefix=address.path.rstrip("/"),
        token=token,
        namespace=variables.get("VAULT_NAMESPACE", ""),
        authority=variables.get("VAULT_CACERT", ""),
        writable=variables.get("VAULT_WRITE", "") == "1",
    )


class VaultStore:
    """Records below a folder of a KV mount; a write names the version it replaces (check and set)."""

    def __init__(self, connection: Connection, folder: str, mount: str = "secret") -> None:
        self._connection = connection
        self._mount = quote(mount)
        self._folder = quote(folder)

    def get(self, name: str) -> Record | None:
        """Return the newest version of a record; None where there is none, or it was deleted."""
        return self._read(name)[0]

    def names(self) -> list[str]:
        """Return the names of all records, sorted."""
        status, answer = self._connection.ask("GET", f"/v1/{self._mount}/metadata/{self._folder}?list=true")
        if status == _NOT_FOUND:
            return []
        keys = _member(_expect(status, answer, "list"), "data", "keys")
        return sorted(key for key in keys if isinstance(key, str) and not key.endswith("/"))

    def put(self, name: str, record: Record, *, replace: bool) -> Undo:
        """Write a new version, only if nobody else wrote one since it was read."""
        self._writable()
        before, version = self._read(name)
        if before is not None and not replace:
            raise Refused(f"there is a record {name!r} already", where="Vault", hint="rotate it instead")
        made = self._write(name, record, version)
        return lambda: self._take_back(name, before, made)

    def remove(self, name: str) -> Undo:
        """Delete the newest version; it can be had back until it is destroyed."""
        self._writable()
        before, version = self._read(name)
        if before is None:
            raise Refused(f"there is no record {name!r}", where="Vault")
        self._post("delete", name, {"versions": [version]})
        return lambda: self._post("undelete", name, {"versions": [version]})

    def _read(self, name: str) -> tuple[Record | None, int]:
        status, answer = self._connection.ask("GET", self._path("data", name))
        data = answer.get("data") if isinstance(answer, dict) else None
        if status == _NOT_FOUND:
            # A deleted version answers 404 and still tells its number, which a write must name.
            return None, int(_member(data, "metadata", "version")) if data else 0
        _expect(status, answer, "read")
        record, version = _member(answer, "data", "data"), _member(answer, "data", "metadata", "version")
        if not isinstance(version, int) or not isinstance(record, dict | None):
            raise AdapterError("Vault's answer has another shape than a record", where="Vault")
        return record, version

    def _write(self, name: str, record: Record, version: int) -> int:
        body = {"data": dict(record), "options": {"cas": version}}
        status, answer = self._connection.ask("POST", self._path("data", name), body)
        errors = " ".join(map(str, answer.get("errors", []))) if isinstance(answer, dict) else ""
        if status == _PRECONDITION or (status == _BAD and "check-and-set" in errors):
            raise Refused(f"somebody else wrote {name!r} in the meantime", where="Vault", hint="try again")
        return int(_member(_expect(status, answer, "write"), "data", "version"))

    def _take_back(self, name: str, before: Record | None, version: int) -> None:
        if before is not None:
            self._write(name, before, version)
        self._post("destroy", name, {"versions": [version]})

    def _post(self, verb: str, name: str, body: Any) -> None:
        status, answer = self._connection.ask("POST", self._path(verb, name), body)
        _expect(status, answer, verb)

    def _path(self, verb: str, name: str) -> str:
        return f"/v1/{self._mount}/{verb}/{self._folder}/{quote(name, safe='')}"

    def _writable(self) -> None:
        if not self._connection.writable:
            raise Refused("Vault is only read", where="VAULT_WRITE", hint="set VAULT_WRITE=1 to write")


def _expect(status: int, answer: Any, verb: str) -> Any:
    if status in {_OK, _NO_CONTENT}:
        return answer
    raise AdapterError(f"Vault answered {status} to {verb}", where="Vault", hint="look at Vault's audit log")


def _member(value: Any, *names: str) -> Any:
    for name in names:
        if not isinstance(value, dict) or name not in value:
            raise AdapterError(f"Vault's answer has no {'.'.join(names)}", where="Vault")
        value = value[name]
    return value


def _json(data: bytes, where: str) -> Any:
    if not data:
        return {}
    try:
        return json.loads(data)
    except ValueError:
        raise AdapterError("Vault answered something else than JSON", where=where) from None
