"""The errors of the language: where a module is wrong, and what a built-in refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from samakia_policy.errors import Error

if TYPE_CHECKING:
    from samakia_policy.rego.syntax.location import Location

PARSE = "rego_parse_error"
COMPILE = "rego_compile_error"
TYPE = "rego_type_error"
UNSAFE = "rego_unsafe_var_error"
RECURSION = "rego_recursion_error"

INTERNAL = "eval_internal_error"
CONFLICT = "eval_conflict_error"
BUILTIN = "eval_builtin_error"
OPERAND = "eval_type_error"
WITH_MERGE = "eval_with_merge_error"
CANCEL = "eval_cancel_error"
FUEL = "eval_fuel_error"


class Details(NamedTuple):
    """What OPA adds to some faults: JSON data (`{"line": ..., "idx": ...}`), the same as lines of text."""

    data: dict[str, Any]
    lines: tuple[str, ...]


class Fault(NamedTuple):
    """One thing wrong with a module: OPA's code, OPA's wording, the place, and what to do about it."""

    code: str
    message: str
    location: Location | None = None
    hint: str = ""
    details: Details | None = None

    def __str__(self) -> str:
        where = f"{self.location}: " if self.location else ""
        return f"{where}{self.code}: {self.message}"


class RegoError(Error):
    """Modules or a query that cannot be used; holds every fault found, in order of place."""

    def __init__(self, faults: list[Fault]) -> None:
        first = faults[0]
        super().__init__(first.message, where=str(first.location or ""), hint=first.hint)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


class EvaluationFault(Exception):
    """Evaluation stopped: OPA's code and wording; `location` is the expression's, where known."""

    def __init__(self, code: str, message: str, location: Location | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.location = location

    def __str__(self) -> str:
        where = f"{self.location}: " if self.location else ""
        return f"{where}{self.code}: {self.message}"

    def __reduce__(self) -> tuple[type[EvaluationFault], tuple[str, str, Location | None]]:
        return EvaluationFault, (self.code, self.message, self.location)


class BuiltinFault(EvaluationFault):
    """A built-in refused its operands: the call is undefined, or an error under strict."""

    def __init__(self, message: str, code: str = BUILTIN) -> None:
        super().__init__(code, message)


class OperandFault(BuiltinFault):
    """An operand has the wrong type; the message names the operand, what is wanted and what came."""

    def __init__(self, position: int, wanted: str, got: str) -> None:
        super().__init__(f"operand {position} must be {wanted} but got {got}", OPERAND)
