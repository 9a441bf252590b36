"""`python -m samakia_policy` is the `policy` command."""

from __future__ import annotations

import sys

from samakia_policy.cli.main import entry

if __name__ == "__main__":
    sys.exit(entry())
