"""Where OPA servers are, from the user's own environment, never from what is checked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from samakia_policy.errors import InputError

_PORT = 8181
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "[::1]"))
_VARIABLE = "POLICY_OPA_SERVER"
_HINT = "write http://HOST:PORT or https://HOST:PORT, several with commas between them"


@dataclass(slots=True, frozen=True)
class Address:
    """One server: its host and port, and how to speak to it."""

    host: str
    port: int
    tls: bool = False
    ca: str = ""
    token: str = ""

    @property
    def shown(self) -> str:
        """The address as messages name it."""
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"


def addresses(environ: Mapping[str, str]) -> list[Address]:
    """Return the servers that POLICY_OPA_SERVER names, in order; raises InputError."""
    texts = [text.strip() for text in environ.get(_VARIABLE, "").split(",") if text.strip()]
    if not texts:
        raise InputError("names no OPA server", where=_VARIABLE, hint=_HINT)
    token, ca = environ.get("POLICY_OPA_TOKEN", ""), environ.get("POLICY_OPA_CA", "")
    if ca and not os.path.isfile(ca):
        raise InputError("there is no such file of certificates", where=f"POLICY_OPA_CA={ca}")
    if token and not (token.isascii() and token.isprintable()):
        raise InputError("holds characters that no header can carry", where="POLICY_OPA_TOKEN")
    return [_address(text, token, ca) for text in texts]


def _address(text: str, token: str, ca: str) -> Address:
    parts, host, port = _parts(text)
    tls = parts.scheme == "https"
    if token and not tls and host not in _LOOPBACK:
        hint = "use https, or a server on this machine"
        raise InputError(f"{host} would get POLICY_OPA_TOKEN in clear text", where=_VARIABLE, hint=hint)
    return Address(host, port, tls, ca, token)


def _parts(text: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = parts.hostname or "", parts.port or _PORT
    except ValueError:
        raise InputError("holds no address", where=_VARIABLE, hint=_HINT) from None
    if parts.username is not None or parts.password is not None:
        hint = "put the token into POLICY_OPA_TOKEN"
        raise InputError("holds a user's name or password", where=_VARIABLE, hint=hint)
    if parts.scheme not in {"http", "https"} or not host or parts.path.strip("/") or parts.query:
        raise InputError(f"{text!r} is no address", where=_VARIABLE, hint=_HINT)
    return parts, f"[{host}]" if ":" in host else host, port
