"""Generated calls of built-ins: we answer as the installed opa does."""

from __future__ import annotations

import os
import shutil

import against_opa
import pytest

CALLS_EACH = 40


@pytest.mark.skipif(
    shutil.which("opa") is None and os.environ.get("CI") != "true", reason="opa is not on the path"
)
@pytest.mark.parametrize(("family", "names"), against_opa.families([]).items())
def test_family(family: str, names: list[str]) -> None:
    """No generated call of the family is answered differently."""
    assert against_opa.differences(names, CALLS_EACH, seed=len(family)) == []
