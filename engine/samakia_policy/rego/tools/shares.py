"""A large evaluation shared between two processes: each decodes what its rules read, and evaluates these.

The query names a set. Every rule that adds to it is evaluated by itself; what the rules gave is joined in
their order, and of several faults the one of the first rule counts. So the answer, or the fault, is just what
one process would give.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.depth import deep
from samakia_policy.rego.errors import EvaluationFault
from samakia_policy.rego.values.collections import Set, Value

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled
    from samakia_policy.rego.program import Program
    from samakia_policy.rego.run.state import State

Paths = list[list[tuple[str | int, ...]]]
# More rules than this are not weighed.
_MOST = 100
# What is seen outside, or told apart from one call to the next.
_EFFECTS = frozenset(
    ("print", "internal.print", "trace", "http.send", "net.lookup_ip_addr", "rand.intn", "uuid.rfc4122")
)


Share = tuple[str, int, Paths]
"""One rule of a set: its function, how long it may take, and what it reads of the input."""


def shares_of(compiled: Compiled, program: Program, path: tuple[str, ...]) -> list[Share]:
    """Return the rules of the set at a path; none where they cannot be evaluated one by one."""
    from samakia_policy.rego.reads import reads_by_rule

    functions = program.code.members.get(path, ())
    if not 1 < len(functions) <= _MOST or _EFFECTS & set(program.code.built_ins.values()):
        return []
    if any(program.find(path[:length]).value for length in range(len(path))):  # type: ignore[union-attr]
        return []
    found = reads_by_rule(compiled, path)
    return [(name, _cost(program, name), read.paths()) for name, read in zip(functions, found, strict=True)]


def _cost(program: Program, name: str) -> int:
    """Weigh a rule: a loop counts more than a look-up, a loop within counts again, and so do slow calls."""
    names: tuple[str, ...] = program.namespace[name].__code__.co_names
    below = [other for other in names if other.startswith(("comp", "has", "every", "not", "rest"))]
    indexed = any(other.startswith("probe") for other in names)
    cost = 2 if indexed and not below else 5
    cost += 4 * (len({"items", "values", "tree_items"} & set(names)) - 1 + len(below))
    return max(1, cost + 2 * sum(other.startswith("f_") for other in names))


def halves(shares: Sequence[Share]) -> tuple[list[int], list[int]]:
    """Return the rules, by their place, in two parts that may take the same time."""
    parts: tuple[list[int], list[int]] = ([], [])
    loads = [0, 0]
    for place in sorted(range(len(shares)), key=lambda place: (-shares[place][1], place)):
        lighter = int(loads[1] < loads[0])
        parts[lighter].append(place)
        loads[lighter] += shares[place][1]
    return sorted(parts[0]), sorted(parts[1])


def evaluate(program: Program, shares: Sequence[Share], begin: Callable[[Paths], State]) -> Value:
    """Return the set that the rules give together; raises EvaluationFault.

    `begin` returns a state for an input that holds at least these paths.
    """
    ours, theirs = halves(shares)
    with _helper(lambda: _run(program, shares, theirs, begin)) as result:
        found = _run(program, shares, ours, begin)
        found |= result() or _run(program, shares, theirs, begin)
    members: dict[Any, Any] = {}
    for place in sorted(found):
        given = found[place]
        if isinstance(given, EvaluationFault):
            raise given
        for name, value in given.items():
            members.setdefault(name, value)
    return Set.of_members(members)


def _run(
    program: Program, shares: Sequence[Share], places: list[int], begin: Callable[[Paths], State]
) -> dict[int, Any]:
    """Return what each of some rules gave, up to the first that ended with a fault."""
    wanted = [
        sorted({path for place in places for path in shares[place][2][kind]}, key=repr) for kind in range(3)
    ]
    state = begin(wanted)
    found: dict[int, Any] = {}
    with deep():
        for place in places:
            found[place] = {}
            try:
                program.namespace[shares[place][0]](state, found[place])
            except EvaluationFault as fault:
                fault.location = fault.location or program.places.find(fault.__traceback__)
                found[place] = fault
                break
    return found


@contextmanager
def _helper(work: Callable[[], dict[int, Any]]) -> Iterator[Callable[[], dict[int, Any] | None]]:
    """Let a second process do the work meanwhile; yields what returns its result, None if it has none."""
    read, write = os.pipe()
    # A time limit that ran out among what Python does around a fork would be lost.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    child = os.fork()
    if not child:
        os.close(read)
        _serve(work, write)
    try:
        os.close(write)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
        yield lambda: _received(read)
    finally:
        os.close(read)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _received(read: int) -> dict[int, Any] | None:
    with open(read, "rb", closefd=False) as pipe:
        said = pipe.read()
    return pickle.loads(said) if said else None  # noqa: S301 - of a process that this one started


def _serve(work: Callable[[], dict[int, Any]], write: int) -> None:
    """Do the work and write down the result; whatever goes wrong, nothing of the caller's runs twice."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        said = pickle.dumps(work(), pickle.HIGHEST_PROTOCOL)
        with open(write, "wb") as pipe:
            pipe.write(said)
    finally:
        os._exit(0)
