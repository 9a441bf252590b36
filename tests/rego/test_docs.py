"""The examples of the documentation are run."""

from __future__ import annotations

import doctest
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs/rego"


def test_the_examples_of_the_library_hold() -> None:
    """Each gives what the page says."""
    found = doctest.testfile(str(DOCS / "library.md"), module_relative=False)
    assert found.attempted >= 6
    assert found.failed == 0
