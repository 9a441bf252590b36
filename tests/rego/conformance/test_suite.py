"""OPA's own suite: every case passes, but for built-ins that are refused on purpose."""

from __future__ import annotations

import os
from collections import defaultdict

import pytest
from conformance.judge import judge
from conformance.refusals import refused
from conformance.suite import Case, SuiteMissingError, load_cases


def _grouped() -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = defaultdict(list)
    for version in (1, 0):
        for case in load_cases(version):
            found[f"v{version}/{case.folder}"].append(case)
    return found


try:
    _FOLDERS = _grouped()
    _MISSING = ""
except SuiteMissingError as error:
    _FOLDERS = {}
    _MISSING = str(error)


def test_the_suite_is_there() -> None:
    """Elsewhere than on CI the suite may be missing; there, that is a failure."""
    if _MISSING and os.environ.get("CI") == "true":
        pytest.fail(_MISSING)
    if _MISSING:
        pytest.skip(_MISSING)
    assert sum(map(len, _FOLDERS.values())) > 2_000


@pytest.mark.parametrize("folder", sorted(_FOLDERS))
def test_folder(folder: str) -> None:
    """Every case of one folder, by its note."""
    problems = {case.note: judge(case) for case in _FOLDERS[folder] if not refused(case)}
    assert not {note: problem for note, problem in problems.items() if problem}
