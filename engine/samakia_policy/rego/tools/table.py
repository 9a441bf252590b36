"""Tables with lines, as OPA's pretty format draws them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_SMALLEST = 0x300


def draw(rows: Sequence[Sequence[str]], header: Sequence[str] = ()) -> str:
    """Return a table: header centred, cells to the left."""
    cells = [[_lines(cell) for cell in row] for row in rows]
    titles = [_lines(cell) for cell in header]
    columns = zip(*([titles, *cells] if titles else cells), strict=True)
    widths = [max(width(line) for cell in column for line in cell) for column in columns]
    drawn = [_rule(widths, "┌┬┐")]
    if titles:
        drawn += [*_row(titles, widths, centred=True), _rule(widths, "├┼┤")]
    for row in cells:
        drawn += _row(row, widths)
    drawn.append(_rule(widths, "└┴┘"))
    return "\n".join(drawn) + "\n"


def width(text: str) -> int:
    """Return how many columns a terminal gives a text."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if ord(character) >= _SMALLEST and unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _lines(cell: str) -> list[str]:
    return cell.split("\n")


def _rule(widths: list[int], corners: str) -> str:
    left, middle, right = corners[0], corners[1], corners[2]
    return left + middle.join("─" * (columns + 2) for columns in widths) + right


def _row(cells: list[list[str]], widths: list[int], *, centred: bool = False) -> list[str]:
    drawn = []
    for index in range(max(map(len, cells))):
        parts = []
        for lines, columns in zip(cells, widths, strict=True):
            text = lines[index] if index < len(lines) else ""
            space = columns - width(text)
            left = space // 2 if centred else 0
            parts.append(f" {' ' * left}{text}{' ' * (space - left)} ")
        drawn.append("│" + "│".join(parts) + "│")
    return drawn
