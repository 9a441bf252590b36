"""Plain OPA and Conftest packages: what they are asked, and what runtimes answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from samakia_policy.model.values import Number

CONFLICT = "it cannot be evaluated on this document (`policy rego eval` says why)"
"""Why there is no answer where rules contradict one another; every runtime says it in these words."""
_TOO_DEEP = "it answered something that is nested too deeply to be read"

ASKED = re.compile(r"(deny|violation|warn)(?:_[a-zA-Z0-9]+)*")
"""Names of rules that give messages, as Conftest knows them."""
Path = tuple[str, ...]
"""Where a document lies below `data`."""


@dataclass(slots=True)
class Compiled:
    """Packages that compile: code for our own engine, what they hold, and the base documents as JSON.

    `modules`: text and version of the language by file; `packages`: their packages; `rules` and, by path,
    `sayings`: as `rego.packages` tells them.
    """

    code: bytes
    modules: dict[str, tuple[str, int]]
    packages: dict[str, Path]
    rules: list[dict[str, Any]]
    sayings: dict[Path, Any]
    data: str

    @property
    def value(self) -> Any:
        """The base documents."""
        return json.loads(self.data)


class Input(NamedTuple):
    """What rules see as `input`, as JSON text, and as `data.conftest.file`."""

    text: str
    file: Mapping[str, str]

    def line(self) -> str:
        """Return both as one line of JSON."""
        return f'{{"file":{json.dumps(dict(self.file))},"input":{self.text}}}'


@dataclass(slots=True)
class Asked:
    """Which documents of which packages are asked for, for each of some inputs; `now_ns` is their time."""

    compiled: Compiled
    inputs: Sequence[Input]
    paths: Sequence[Path]
    now_ns: int

    def questions(self) -> Iterator[tuple[int, int]]:
        """Yield the numbers of every input with every path."""
        return product(range(len(self.inputs)), range(len(self.paths)))


class Said(NamedTuple):
    """What one document was for one input, by their numbers: `value` is plain JSON, None where undefined.

    `error`: why there is no answer.
    """

    input: int
    path: int
    value: Any = None
    error: str = ""


def read_said(input: int, path: int, text: str | bytes) -> Said:
    """Return the answer in a line of a worker."""
    try:
        said = json.loads(text, parse_float=Number)
        return Said(input, path, said.get("value"), str(said.get("error", "")))
    except RecursionError:
        return Said(input, path, error=_TOO_DEEP)
    except (ValueError, AttributeError):
        return Said(input, path, error="its worker answered something that is no answer")
