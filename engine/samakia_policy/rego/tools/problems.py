"""Errors as OPA prints them: JSON records, or lines of text with the place marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from samakia_policy.rego.errors import EvaluationFault, Fault, RegoError
from samakia_policy.rego.slotted import slotted

if TYPE_CHECKING:
    from samakia_policy.rego.syntax.location import Location


@slotted()
class Problem:
    """One error: a record for JSON, and its text."""

    message: str
    text: str
    code: str = ""
    location: Location | None = None
    details: dict[str, Any] | None = None

    def record(self) -> dict[str, Any]:
        """Return the error as JSON has it."""
        found: dict[str, Any] = {"message": self.message}
        if self.code:
            found["code"] = self.code
        if self.location is not None:
            found["location"] = place(self.location)
        if self.details is not None:
            found["details"] = self.details
        return found


class Refused(Exception):
    """A command cannot go on; holds every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].text)
        self.problems = problems


def plain_problem(message: str) -> Problem:
    """Return a problem that is nothing but a message."""
    return Problem(message, message)


def problems_of(error: Exception) -> list[Problem]:
    """Return the problems in an error of the compiler, the evaluation, or a command."""
    if isinstance(error, Refused):
        return error.problems
    if isinstance(error, RegoError):
        return [_of_fault(fault) for fault in error.faults]
    if isinstance(error, EvaluationFault):
        return [Problem(error.message, fault_text(error), error.code, error.location)]
    return [plain_problem(str(error))]


def _of_fault(fault: Fault) -> Problem:
    lines = fault.details.lines if fault.details else ()
    where = f"{_where(fault.location)}: " if fault.location else ""
    text = "\n\t".join([f"{where}{fault.code}: {fault.message}", *lines])
    data = fault.details.data if fault.details else None
    return Problem(fault.message, text, fault.code, fault.location, data)


def fault_text(fault: EvaluationFault) -> str:
    """Return the text of an error of evaluation: in a query, its place is the expression's own text."""
    location = fault.location
    if location is None:
        return f"{fault.code}: {fault.message}"
    where = location.text if location.text and not location.file else _where(location)
    return f"{where}: {fault.code}: {fault.message}"


def _where(location: Location) -> str:
    return f"{location.file}:{location.row}" if location.file else f"{location.row}:{location.col}"


def place(location: Location) -> dict[str, Any]:
    """Return a location as JSON has it."""
    return {"file": location.file, "row": location.row, "col": location.col}


def listed(problems: list[Problem], *, during: str = "") -> str:
    """Return all problems as text; `during` says what was going on."""
    texts = [problem.text for problem in problems]
    if len(texts) == 1:
        return f"1 error occurred{during}: {texts[0]}"
    return f"{len(texts)} errors occurred{during}:\n" + "\n".join(texts)
