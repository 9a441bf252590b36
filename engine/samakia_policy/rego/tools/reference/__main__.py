"""Write the reference pages again, or with --check tell whether they are fresh."""

from __future__ import annotations

import sys
from pathlib import Path

from samakia_policy.rego.tools.reference import builtins, language

FOLDER = Path(__file__).resolve().parents[5] / "docs/rego"


def pages() -> dict[str, str]:
    """Return the text of each generated page by its name."""
    return {"language.md": language.page(), "builtins.md": builtins.page()}


def main(folder: Path, *, check: bool) -> int:
    """Write the pages, or name the stale ones and return 1."""
    stale = 0
    for name, text in pages().items():
        target = folder / name
        if target.is_file() and target.read_text(encoding="utf-8") == text:
            continue
        if check:
            sys.stdout.write(f"docs/rego/{name} is stale: run `make generate`\n")
            stale = 1
        else:
            target.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main(FOLDER, check="--check" in sys.argv))
