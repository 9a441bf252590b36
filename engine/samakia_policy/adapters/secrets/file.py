"""Secrets in one encrypted file: a JSON object of records, replaced as a whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from samakia_policy.adapters.secrets.openssl_format import decrypt, encrypt
from samakia_policy.adapters.secrets.store import Record, Undo
from samakia_policy.errors import AdapterError, Refused

MAX_BYTES = 4 << 20
"""Bytes of one file of secrets."""


class FileStore:
    """Records in an encrypted file, which is 0600 and ours; writers wait for one another."""

    def __init__(self, path: str, passphrase: str) -> None:
        self._path = path
        self._passphrase = passphrase.encode()

    def get(self, name: str) -> Record | None:
        """Return a record; raises Refused for a file that is open to others, or a wrong passphrase."""
        found = self._read().get(name)
        return dict(found) if found is not None else None

    def names(self) -> list[str]:
        """Return the names of all records, sorted."""
        return sorted(self._read())

    def put(self, name: str, record: Record, *, replace: bool) -> Undo:
        """Write a record beside the others; raises Refused when one is there and must not be replaced."""
        with self._locked():
            before = self._read().get(name)
            if before is not None and not replace:
                message = f"there is a record {name!r} already"
                raise Refused(message, where=self._path, hint="rotate it instead")
            self._set(name, record)
        return lambda: self._restore(name, before)

    def remove(self, name: str) -> Undo:
        """Remove a record; raises Refused when there is none."""
        with self._locked():
            before = self._read().get(name)
            if before is None:
                raise Refused(f"there is no record {name!r}", where=self._path)
            self._set(name, None)
        return lambda: self._restore(name, before)

    def _restore(self, name: str, record: Record | None) -> None:
        with self._locked():
            self._set(name, record)

    def _set(self, name: str, record: Record | None) -> None:
        records = {key: value for key, value in self._read().items() if key != name}
        if record is not None:
            records[name] = dict(record)
        text = json.dumps(records, sort_keys=True, separators=(",", ":"))
        self._replace(encrypt(text.encode(), self._passphrase, os.urandom(8)))

    def _read(self) -> dict[str, Any]:
        data = self._bytes()
        if data is None:
            return {}
        try:
            records = json.loads(decrypt(data, self._passphrase))
        except ValueError:
            hint = "the passphrase is wrong, or the file was changed"
            raise Refused("cannot be decrypted", where=self._path, hint=hint) from None
        if not isinstance(records, dict) or not all(isinstance(record, dict) for record in records.values()):
            raise Refused("holds no records by name", where=self._path)
        return records

    def _bytes(self) -> bytes | None:
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AdapterError(f"cannot be opened: {error.strerror}", where=self._path) from error
        with open(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
                hint = "it must be a plain file of yours with mode 0600"
                raise Refused("is open to others", where=self._path, hint=hint)
            if found.st_size > MAX_BYTES:
                raise Refused(f"is larger than {MAX_BYTES} bytes (MAX_BYTES)", where=self._path)
            return file.read()

    def _replace(self, data: bytes) -> None:
        temporary = f"{self._path}.{os.getpid()}.new"
        try:
            made = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with open(made, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(made)
            os.replace(temporary, self._path)
            _sync(os.path.dirname(self._path))
        except OSError as error:
            if os.path.lexists(temporary):
                os.unlink(temporary)
            raise AdapterError(f"cannot be written: {error.strerror}", where=self._path) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            handle = os.open(
                f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
        except OSError as error:
            raise AdapterError(f"cannot be locked: {error.strerror}", where=self._path) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _sync(directory: str) -> None:
    handle = os.open(directory or ".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
