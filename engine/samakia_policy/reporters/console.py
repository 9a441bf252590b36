"""The table in colour, for a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

_STYLES = {
    "CRITICAL": "bold white on red",
    "HIGH": "bold red",
    "MEDIUM": "yellow",
    "LOW": "cyan",
    "UNKNOWN": "magenta",
    "ALLOWED:": "bold green",
    "DENIED:": "bold red",
    "UNDECIDED:": "bold magenta",
}


def print_table(text: str) -> None:
    """Print a table as it is, its first words in colour; nothing in it is read as markup."""
    console = Console(highlight=False, soft_wrap=True)
    for line in text.splitlines():
        word = line.split(" ", 1)[0]
        styled = Text(line)
        if word in _STYLES:
            styled.stylize(_STYLES[word], 0, len(word))
        elif line.startswith("         fix:"):
            styled.stylize("dim")
        console.print(styled)
