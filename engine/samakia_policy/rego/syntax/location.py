"""Places in a text: rows and columns are worked out only when someone asks for them."""

from __future__ import annotations

from bisect import bisect_right


class Source:
    """One text with its file name, and the offsets at which its lines start."""

    __slots__ = ("_lines", "file", "text")

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._lines: list[int] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """Return row and column, both from 1.

        As in OPA, a line break belongs to the line after it, and the end of the text to its last character.
        """
        lines = self.lines
        row = bisect_right(lines, offset)
        if self.text.startswith("\n", offset):
            return row + 1, 0
        return row, offset - lines[row - 1] + (offset < len(self.text))

    @property
    def lines(self) -> list[int]:
        """The offsets at which lines start."""
        if self._lines is None:
            starts, found = [0], self.text.find("\n")
            while found >= 0:
                starts.append(found + 1)
                found = self.text.find("\n", found + 1)
            self._lines = starts
        return self._lines


class Location:
    """Where a node starts: file, row and column from 1, offset in the text, and the node's own text.

    The text may begin before the place itself: parentheses belong to the text of what they hold.
    """

    __slots__ = ("begin", "end", "offset", "source")

    source: Source | _Known

    def __init__(self, file: str, row: int, col: int, offset: int = 0, text: str = "") -> None:
        self.source = _Known(file, text, row, col)
        self.offset = offset
        self.begin = 0
        self.end = len(text)

    @property
    def file(self) -> str:
        """The name of the file."""
        return self.source.file

    @property
    def row(self) -> int:
        """The line, from 1."""
        return self.source.position(self.offset)[0]

    @property
    def col(self) -> int:
        """The column, from 1, in characters."""
        return self.source.position(self.offset)[1]

    @property
    def text(self) -> str:
        """The source text of the node."""
        return self.source.text[self.begin : self.end]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Location) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self.offset)

    def _key(self) -> tuple[str, int, tuple[int, int]]:
        return self.source.file, self.offset, self.source.position(self.offset)

    def __str__(self) -> str:
        return f"{self.file}:{self.row}" if self.file else f"{self.row}:{self.col}"

    def __repr__(self) -> str:
        return f"Location({self.file!r}, {self.row}, {self.col})"


class Span(Location):
    """A place in a source that is at hand."""

    __slots__ = ()

    def __init__(self, source: Source, offset: int, end: int, begin: int = -1) -> None:
        self.source = source
        self.offset = offset
        self.begin = offset if begin < 0 else begin
        self.end = end


class _Known:
    """Stands for a source of which only one place is known."""

    __slots__ = ("_position", "file", "text")

    def __init__(self, file: str, text: str, row: int, col: int) -> None:
        self.file = file
        self.text = text
        self._position = row, col

    def position(self, offset: int) -> tuple[int, int]:
        """Return the row and column, whatever the offset."""
        return self._position
