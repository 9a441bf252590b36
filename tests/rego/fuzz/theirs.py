"""The real opa: `opa check` for many programs at once, and one server that answers all questions."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from fuzz.answers import UNDEFINED, Asked, Row, Said, Verdict
from fuzz.programs import Program

PATIENCE = 20.0


class OpaError(Exception):
    """The opa is no help: the text says what it did."""


class SlowError(Exception):
    """The server takes too long to answer."""


class Checks:
    """`opa check` for many programs of one version of the language at once."""

    def __init__(self, programs: Sequence[Program], *, strict: bool) -> None:
        self._programs = {program.name: program for program in programs}
        self._strict = strict

    def together(self, expected: Mapping[str, Verdict]) -> dict[str, list[Row]]:
        """Return the errors of each program, given what we say about it.

        What ends the compilation of one ends it for all. So opa is asked again, without those that ended it,
        until it ends none; and where it said something else than expected, about that program alone.
        """
        found: dict[str, list[Row]] = {}
        left = [*self._programs]
        while left:
            said = self._halved(left)
            ended = [name for name in left if expected[name].ended and same(said[name], expected[name].rows)]
            done = ended or left
            found |= {name: said[name] for name in done}
            left = [name for name in left if name not in found]
        wrong = [name for name in found if not same(found[name], expected[name].rows)]
        return found | {name: self._asked([name])[name] for name in wrong}

    def alone(self, program: Program, limit: str = "10") -> list[Row]:
        """Return the errors of one program, as many as opa shows by itself."""
        return self._asked([program.name], limit)[program.name]

    def _halved(self, names: list[str]) -> dict[str, list[Row]]:
        """Return the errors of several programs; an error without a place needs its program alone."""
        try:
            return self._asked(names)
        except _PlacelessError:
            half = len(names) // 2
            return self._halved(names[:half]) | self._halved(names[half:])

    def _asked(self, names: list[str], limit: str = "0") -> dict[str, list[Row]]:
        flags = ["--format", "json", "--max-errors", limit, *(["--strict"] if self._strict else [])]
        with tempfile.TemporaryDirectory() as folder:
            for name in names:
                flags += ["--v0-compatible"] if self._programs[name].version == 0 and names[0] == name else []
                Path(folder, name).mkdir()
                for file, text in self._programs[name].modules.items():
                    Path(folder, name, file).write_text(text, "utf-8", newline="")
            command = ["opa", "check", *flags, *names]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        found: dict[str, list[Row]] = {name: [] for name in names}
        for error in json.loads(done.stdout or done.stderr)["errors"] if done.returncode else []:
            row = _row(error)
            name, _, row[1] = row[1].partition("/")
            if name not in found:
                if len(names) > 1:
                    raise _PlacelessError
                name = names[0]
            found[name].append(row)
        return found


class _PlacelessError(Exception):
    """An error has no place, so nobody knows of which program it is."""


def same(one: list[Row], two: list[Row]) -> bool:
    """Return whether errors have the same codes and places."""
    return [row[:4] for row in one] == [row[:4] for row in two]


class Server:
    """A session with a running `opa run --server`, which holds one program at a time."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection = self._connect()
        self._held: list[str] = []

    def _connect(self) -> http.client.HTTPConnection:
        made = http.client.HTTPConnection(self._address, timeout=PATIENCE)
        made.connect()
        made.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def _request(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        for _ in range(2):
            try:
                self._connection.request(method, path, body.encode(), {"Content-Type": "application/json"})
                response = self._connection.getresponse()
                return response.status, response.read()
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                self._connection = self._connect()
                if isinstance(error, TimeoutError):
                    raise SlowError(f"{method} {path}") from None
        raise OpaError("the server ended")

    def hold(self, program: Program) -> None:
        """Put a program in place of the one before; raises OpaError when the server refuses it."""
        self.clear()
        for path, text in program.data.items():
            self._held.append(f"/v1/data/{path}")
            self._expect(204, self._request("PUT", self._held[-1], text))
        for name, text in program.modules.items():
            self._held.append(f"/v1/policies/{quote(name)}")
            self._expect(200, self._request("PUT", self._held[-1], text))

    def clear(self) -> None:
        """Remove what the server holds."""
        while self._held:
            self._request("DELETE", self._held.pop())

    def _expect(self, wanted: int, said: tuple[int, bytes]) -> None:
        if said[0] != wanted:
            raise OpaError(said[1].decode())

    def ask(self, asked: Asked, inputs: Sequence[str]) -> Said:
        """Return what opa answers; raises SlowError."""
        given = inputs[asked.input]
        document = f'"input": {given}' if given else ""
        if asked.query:
            comma = ", " if document else ""
            status, body = self._request(
                "POST", "/v1/query", f'{{"query": {json.dumps(asked.text)}{comma}{document}}}'
            )
        else:
            strict = "?strict-builtin-errors=true" if asked.strict else ""
            status, body = self._request("POST", f"/v1/data/{quote(asked.text)}{strict}", f"{{{document}}}")
        return _said(status, body, asked)


def _said(status: int, body: bytes, asked: Asked) -> Said:
    text = body.decode("utf-8", "surrogateescape").rstrip("\n")
    if status == 200:
        return _value(text, query=asked.query)
    errors = json.loads(text).get("errors", [{"code": "", "message": text}])
    return {"errors": [_row(error) for error in errors]}


def _value(text: str, *, query: bool) -> Said:
    # The only other thing that an answer may hold is a warning that there was no input.
    start, warning = '{"result":', ',"warning":{"code":"api_usage_warning"'
    if not text.startswith(start):
        return {"value": "[]"} if query else UNDEFINED
    end = text.rfind(warning)
    return {"value": text[len(start) : end if end >= 0 else -1]}


def _row(error: dict[str, object]) -> Row:
    place = error.get("location") or {}
    assert isinstance(place, dict)
    return [
        error.get("code", ""),
        place.get("file", ""),
        place.get("row", 0),
        place.get("col", 0),
        error["message"],
    ]


def version() -> str:
    """Return the version of the opa on the path."""
    said = subprocess.run(["opa", "version"], capture_output=True, text=True, check=True).stdout
    return said.partition("\n")[0].removeprefix("Version: ")


def by_version(programs: Iterable[Program]) -> dict[int, list[Program]]:
    """Return programs by the version of their language."""
    found: dict[int, list[Program]] = {}
    for program in programs:
        found.setdefault(program.version, []).append(program)
    return found
