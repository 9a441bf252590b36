"""Ask both engines about programs and return what they answer differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fuzz import ours, theirs
from fuzz.answers import Asked, Said, Verdict, parts, questions
from fuzz.chance import Chance
from fuzz.programs import Program

# How many verdicts are asked for again, of one program alone, with the usual limit of errors.
ALONE = 0.03


@dataclass(slots=True)
class Difference:
    """One difference: the program, what was asked, what opa and we said."""

    program: Program
    asked: Asked | str
    opa: Any
    own: Any

    @property
    def sort(self) -> str:
        """What kind of difference it is, so that a smaller one can be told from another one."""
        return f"{_sort(self.opa)}; {_sort(self.own)}"


@dataclass(slots=True)
class Comparison:
    """Programs compared so far, with counts of what they were."""

    servers: dict[int, theirs.Server]
    counts: Counter[str] = field(default_factory=Counter)
    chance: Chance = field(default_factory=Chance)

    def differences(self, programs: Sequence[Program]) -> Iterator[Difference]:
        """Yield at most one difference of each program."""
        for same in theirs.by_version(programs).values():
            self.counts["programs"] += len(same)
            different: set[str] = set()
            rejected: set[str] = set()
            for strict in (False, True):
                for found in self.verdicts(same, rejected, strict=strict):
                    if found.program.name not in different:
                        yield found
                    different.add(found.program.name)
            for program in same:
                if program.name not in different | rejected:
                    yield from self.answers(program)

    def verdicts(
        self, programs: Sequence[Program], rejected: set[str], *, strict: bool
    ) -> Iterator[Difference]:
        """Yield how verdicts on programs of one version differ; notes which of them opa rejects."""
        name = "check --strict" if strict else "check"
        own = {program.name: attempted(program, strict=strict) for program in programs}
        checks = theirs.Checks(programs, strict=strict)
        opa = checks.together(own)
        for program in programs:
            rows = opa[program.name]
            self.counts[f"{name}: {rows[0][0] if rows else 'accepted'}"] += 1
            if rows and not strict:
                rejected.add(program.name)
            if not theirs.same(own[program.name].rows, rows):
                yield Difference(program, name, rows, own[program.name].rows)
            elif self.chance.maybe(ALONE):
                self.counts[f"{name}: alone"] += 1
                rows, limited = checks.alone(program), ours.check(program, strict=strict, limit=10).rows
                if not theirs.same(rows, limited):
                    yield Difference(program, f"{name}, ten errors", rows, limited)

    def again(self, program: Program, asked: Asked | str, sort: str) -> Difference | None:
        """Return how one question is answered differently, in the way of an earlier difference."""
        own = self._own(program, asked)
        if sort.partition("; ")[2] != _sort(own):
            return None
        found = self._again(program, asked, own)
        return found if found is not None and found.sort == sort else None

    def _own(self, program: Program, asked: Asked | str) -> Any:
        if isinstance(asked, str):
            return attempted(program, strict="--strict" in asked, limit=10 if "ten" in asked else 0).rows
        return attempt(lambda: ours.Engine(program).ask(asked))

    def _again(self, program: Program, asked: Asked | str, own: Any) -> Difference | None:
        if isinstance(asked, str):
            if asked == "compile":
                return next(self.answers(program), None)
            checks = theirs.Checks([program], strict="--strict" in asked)
            rows = checks.alone(program, "10" if "ten" in asked else "0")
            return None if theirs.same(own, rows) else Difference(program, asked, rows, own)
        try:
            self.servers[program.version].hold(program)
            opa = self.servers[program.version].ask(asked, program.inputs)
        except (theirs.OpaError, theirs.SlowError):
            return None
        return None if shape(own) == shape(opa) or unused(opa) else Difference(program, asked, opa, own)

    def answers(self, program: Program) -> Iterator[Difference]:
        """Yield the first answer about a program that differs."""
        server = self.servers[program.version]
        server.hold(program)
        engine = attempt(lambda: ours.Engine(program))
        if isinstance(engine, dict):
            yield Difference(program, "compile", {}, engine)
            return
        pending = questions(program)
        while pending:
            asked = pending.pop(0)
            try:
                opa = server.ask(asked, program.inputs)
            except theirs.SlowError:
                self.counts["too slow for opa"] += 1
                return
            own = attempt(lambda wanted=asked: engine.ask(wanted))
            self.counts[f"answers: {'query ' if asked.query else ''}{next(iter(opa))}"] += 1
            if shape(own) != shape(opa) and not unused(opa):
                yield Difference(program, asked, opa, own)
                return
            if "errors" in opa and asked.text == program.name:
                pending += parts(asked, program)


def _sort(said: Any) -> str:
    if isinstance(said, dict):
        return _sort(said["errors"]) if "errors" in said else next(iter(said), "")
    return " ".join(sorted({row[0] for row in said}))


def attempted(program: Program, *, strict: bool, limit: int = 0) -> Verdict:
    """Return our verdict, or that we broke."""
    try:
        return ours.check(program, strict=strict, limit=limit)
    except Exception as error:  # whatever happens is what we say
        return Verdict([["crash", "", 0, 0, f"{type(error).__name__}: {error}"]])


def attempt(call: Any) -> Any:
    """Return what a call returns, or that it broke."""
    try:
        found = call()
    except Exception as error:  # whatever happens is what we say
        return {"crash": f"{type(error).__name__}: {error}"}
    return found


def shape(said: Said) -> Said:
    """Return the part of an answer that has to be the same: not the words of an evaluation's error."""
    if "errors" not in said:
        return said
    return {"errors": [row[:4] for row in said["errors"]]}


def unused(said: Said) -> bool:
    """Return whether the server refused a query for what `opa eval` accepts: an unused variable."""
    return any(row[4].startswith("declared var ") for row in said.get("errors", ()))
