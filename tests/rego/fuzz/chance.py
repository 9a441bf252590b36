"""Choices of a generator: the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Chance(Random):
    """A source of choices; a Random, so that the generators of operands take it too."""

    def maybe(self, likely: float) -> bool:
        """Return whether something of this probability happens."""
        return self.random() < likely

    def upto(self, most: int) -> int:
        """Return a number from nought to `most`."""
        return self.randint(0, most)

    def weighed(self, choices: Sequence[tuple[float, T]]) -> T:
        """Return one of several, each with its weight."""
        return self.choices([chosen for _, chosen in choices], [weight for weight, _ in choices])[0]

    def first(self, made: Sequence[Callable[[], str]]) -> str:
        """Return the first text that is not empty, in an order by chance."""
        for make in self.sample(made, len(made)):
            text = make()
            if text:
                return text
        return ""
