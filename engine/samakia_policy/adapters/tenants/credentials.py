"""Issue, rotate and revoke credentials of consumers: verified afterwards, taken back on failure."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from samakia_policy.adapters.secrets.store import Record, Store, Undo
from samakia_policy.errors import AdapterError, Refused

PASSWORD_BYTES = 24
"""Random bytes of a password, at least."""


class Consumer(NamedTuple):
    """One consumer of a tenant, and the endpoint that its credentials are for."""

    tenant: str
    consumer: str
    endpoint: str
    connection: Mapping[str, Any]


def issue(store: Store, wanted: Consumer, password: str, now: str) -> dict[str, Any]:
    """Write first credentials and return what may be told of them; raises Refused where there are some."""
    return _write(store, wanted, password, now, replace=False)


def rotate(store: Store, wanted: Consumer, password: str, now: str) -> dict[str, Any]:
    """Write new credentials in place of the old ones; raises Refused where there are none."""
    if store.get(wanted.consumer) is None:
        raise Refused(f"there are no credentials of {wanted.consumer!r}", hint="issue them first")
    return _write(store, wanted, password, now, replace=True)


def revoke(store: Store, wanted: Consumer) -> dict[str, Any]:
    """Remove credentials; raises Refused where there are none."""
    before = store.get(wanted.consumer)
    undo = store.remove(wanted.consumer)
    _verified(lambda: store.get(wanted.consumer) is None, undo, "the credentials are still there")
    return told(wanted.consumer, before or {})


def told(consumer: str, record: Record) -> dict[str, Any]:
    """Return what may be told of credentials: everything but the password."""
    return {
        "consumer": consumer,
        **{name: record.get(name) for name in ("username", "endpoint_ref", "issued_at")},
    }


def _write(store: Store, wanted: Consumer, password: str, now: str, *, replace: bool) -> dict[str, Any]:
    record = {
        "username": f"{wanted.tenant}_{wanted.consumer}",
        "password": password,
        "endpoint_ref": wanted.endpoint,
        "issued_at": now,
        "connection": dict(wanted.connection),
    }
    undo = store.put(wanted.consumer, record, replace=replace)
    _verified(lambda: _same(store.get(wanted.consumer), record), undo, "what was written is not what is read")
    return told(wanted.consumer, record)


def _same(found: Record | None, wanted: Record) -> bool:
    if found is None or {**found, "password": ""} != {**wanted, "password": ""}:
        return False
    return hmac.compare_digest(str(found["password"]), str(wanted["password"]))


def _verified(holds: Callable[[], bool], undo: Undo, otherwise: str) -> None:
    """Take a change back unless what was wanted can be read back."""
    try:
        good = holds()
    except BaseException:
        undo()
        raise
    if not good:
        undo()
        raise AdapterError(f"{otherwise}: the change was taken back")
