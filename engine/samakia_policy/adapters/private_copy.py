"""A copy of a file that nobody else can reach: what is hashed is what is used."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from types import TracebackType

from samakia_policy.errors import InputError, Refused

MAX_BYTES = 512 << 20
"""Bytes of one file that is copied."""
_CHUNK = 1 << 20


class PrivateCopy:
    """A file in a directory of our own (0700), removed when the block ends.

    `digest`: "sha256:<hex>" of the bytes that were copied. `verify` reads the copy again, immediately before
    it is used. Raises InputError for what is no plain file, or larger than MAX_BYTES.
    """

    def __init__(self, path: str) -> None:
        self._directory = tempfile.mkdtemp(prefix="policy-")
        self.path = os.path.join(self._directory, "subject")
        try:
            self.digest, self.size = _copy(path, self.path)
        except BaseException:
            self.remove()
            raise

    def __enter__(self) -> PrivateCopy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def beside(self, name: str, data: bytes) -> str:
        """Return the path of another private file, made from some bytes."""
        path = os.path.join(self._directory, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        return path

    def verify(self, digest: str) -> None:
        """Read the copy again; raises Refused when it is not what was named."""
        with open(self.path, "rb") as file:
            found = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
        if not found == self.digest == digest:
            raise Refused(
                f"the bytes to be applied have digest {found}, not {digest}", code="digest-mismatch"
            )

    def remove(self) -> None:
        """Remove the copy and its directory."""
        shutil.rmtree(self._directory, ignore_errors=True)


def _open(path: str) -> int:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror}", where=path) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise InputError("is no plain file", where=path)
    return handle


def _copy(source: str, target: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    made = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with open(made, "wb") as copy, open(_open(source), "rb") as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > MAX_BYTES:
                raise InputError(f"is larger than {MAX_BYTES} bytes (MAX_BYTES)", where=source)
            digest.update(chunk)
            copy.write(chunk)
    return f"sha256:{digest.hexdigest()}", size
