"""A decision becomes text."""

from __future__ import annotations

from collections.abc import Callable

from samakia_policy.model.decision import Decision
from samakia_policy.reporters import json, table

Reporter = Callable[[Decision], str]

REPORTERS: dict[str, Reporter] = {"json": json.report, "table": table.report}
