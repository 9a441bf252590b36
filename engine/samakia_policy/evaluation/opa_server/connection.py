"""One connection to an OPA server: patient with what passes, strict with what it answers."""

from __future__ import annotations

import io
import json
import time
from typing import Any

from opa_client.errors import DeletePolicyError, PolicyNotFoundError, RegoParseError
from opa_client.opa import OpaClient
from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout, ReadTimeout, RequestException, SSLError
from urllib3.exceptions import HTTPError, ReadTimeoutError

from samakia_policy.evaluation.opa_server.addresses import Address
from samakia_policy.model.values import Number

WAITS = (0.0, 0.2, 0.8)
"""Seconds before each attempt."""
_CONNECT_SECONDS = 5.0
_ABOUT_SECONDS = 10.0
_CHUNK = 1 << 16
_LARGEST = 256 << 20
_NO_OPA = "what answers is no OPA server"


class Unavailable(Exception):
    """A server cannot be used; the text says why, `half_way` that it had all rules."""

    half_way = False


class Slow(Exception):
    """A server took longer than a rule may."""


class Nonsense(Exception):
    """A server answered something that no OPA answers."""


class Connection(OpaClient):  # type: ignore[misc]
    """The client of opa-python-client, with this product's patience."""

    def __init__(self, server: Address) -> None:
        super().__init__(
            host=server.host,
            port=server.port,
            ssl=(server.ca or True) if server.tls else False,
            token=server.token or None,
            retries=0,
            timeout=(_CONNECT_SECONDS, _ABOUT_SECONDS),
        )

    def _init_session(self) -> Session:
        session: Session = super()._init_session()
        # No proxy, redirect or .netrc of the environment gets to see rules, facts or the token.
        session.trust_env = False
        session.max_redirects = 0
        session.headers["Accept-Encoding"] = "identity"
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Patient())
        return session

    def opa_version(self) -> str:
        """Return the version of a healthy server; raises Unavailable, also for one that is too old."""
        try:
            if not self.check_health():
                raise Unavailable("it is not healthy")
            version = str(self.get_data("system/version")["result"]["version"])
            major = int(version.partition(".")[0])
        except PolicyNotFoundError as error:
            raise Unavailable(f"it refuses to say its version ({error.expression})") from error
        except Slow as error:
            raise Unavailable("it is too slow to say its version") from error
        except (RequestException, ValueError, LookupError, TypeError, AttributeError) as error:
            raise Unavailable(_NO_OPA) from error
        if major < 1:
            raise Unavailable(f"opa {version} is too old, 1.0 or later is needed")
        return version

    def upload(self, name: str, module: str, seconds: float) -> bool:
        """Upload a module; returns whether it compiles. Raises Unavailable."""
        self.timeout = (_CONNECT_SECONDS, seconds)
        try:
            return bool(self.update_policy_from_string(module, name, rego_compat=False))
        except RegoParseError as error:
            if error.errors:
                return False
            raise Unavailable(f"it takes no policies ({error.expression})") from error
        except Slow as error:
            raise Unavailable("it is too slow to take policies") from error
        except (RequestException, ValueError, AttributeError) as error:
            raise Unavailable(_NO_OPA) from error

    def remove(self, name: str) -> bool:
        """Remove a module; returns whether it is gone, and never raises: nothing else can be done."""
        self.timeout = (_CONNECT_SECONDS, _ABOUT_SECONDS)
        try:
            return bool(self.delete_policy(name))
        except (DeletePolicyError, RequestException, ValueError, AttributeError, Unavailable, Slow):
            return False

    def ask(self, path: str, body: str, seconds: float, *, strict: bool = True) -> Any:
        """Return what lies at a path of `data` for an input, None where rules broke.

        `strict`: errors of built-ins break a rule. Raises Unavailable, Slow or Nonsense.
        """
        url = f"{self.root_url}/data/{path}" + ("?strict-builtin-errors=true" if strict else "")
        try:
            response = self._session.post(
                url,
                data=body.encode(),
                headers={"Content-Type": "application/json"},
                timeout=(_CONNECT_SECONDS, seconds),
            )
            said = response.json(parse_float=None if strict else Number)
        except (RequestException, ValueError, RecursionError) as error:
            raise Nonsense from error
        if response.ok and isinstance(said, dict) and "result" in said:
            return said["result"]
        if _is_fault(response):
            return None
        raise Nonsense


class _Patient(HTTPAdapter):
    """Tries again, after a while, where a connection or a gateway failed; ends what takes too long."""

    def send(self, request: PreparedRequest, *_: Any, **settings: Any) -> Response:
        """Send a request; raises Unavailable or Slow."""
        why = ""
        for wait in WAITS:
            time.sleep(wait)
            try:
                response = _whole(super().send(request, **{**settings, "stream": True}), settings["timeout"])
            except (ReadTimeout, ReadTimeoutError) as error:
                raise Slow from error
            except SSLError as error:
                raise Unavailable("its certificate is not to be trusted, or it speaks no TLS") from error
            except ConnectTimeout:
                why = "it cannot be reached in time"
            except (NoConnection, HTTPError):
                why = "the connection fails"
            else:
                if response.status_code < 500 or _is_fault(response):  # noqa: PLR2004
                    return response
                why = f"it answers HTTP {response.status_code}"
        raise Unavailable(why)


def _whole(response: Response, timeout: tuple[float, float]) -> Response:
    """Return a response whose body was read in time."""
    deadline = time.monotonic() + timeout[1]
    chunks, size = [], 0
    try:
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            chunks.append(chunk)
            size += len(chunk)
            if time.monotonic() > deadline:
                raise Slow
            if size > _LARGEST:
                raise Nonsense
    finally:
        response.raw.close()
    response.raw = io.BytesIO(b"".join(chunks))
    return response


def _is_fault(response: Response) -> bool:
    """Tell whether OPA itself says that something about modules or rules is wrong."""
    try:
        said = json.loads(response.content)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and isinstance(said.get("code"), str) and "message" in said
