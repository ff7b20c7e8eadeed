"""Track numbers that stay. Inside, tracks are numbered in the order of what is known now; when something is worked in
late, that order may change. What was shown keeps the number that it was shown with, and no number is given twice.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from tocsin.messages import Ints


@dataclass(slots=True)
class Names:
    """Number inside -> number shown: `shift` more, but for those in `apart`. State.

    Numbers from `upto` on were never shown: a Tick gives them, so that they do not depend on how scans were cut.
    """

    shift: int = 0
    upto: int = 1
    apart: dict[int, int] = field(default_factory=dict)

    def of(self, number: int) -> int:
        """The number shown for one inside; 0 and -1 (none) stay."""
        return self.apart.get(number, number + self.shift) if number > 0 else number

    def label(self, numbers: Ints) -> Ints:
        """The same for many."""
        if not self.apart:
            return np.where(numbers > 0, numbers + self.shift, numbers) if self.shift else numbers
        return np.array([self.of(number) for number in numbers.tolist()], dtype=np.int64)

    def continued(self, continues: Mapping[int, tuple[int, float]]) -> Mapping[int, tuple[int, float]]:
        """Who continues whom, by the numbers shown."""
        if not self.apart and not self.shift:
            return continues
        return {self.of(number): (self.of(before), chance) for number, (before, chance) in continues.items()}

    def give(self, following: int) -> None:
        """A Tick: all numbers below `following` are shown from now on."""
        self.upto = max(self.upto, following)

    def renumber(self, first: int, following: int, alike: Mapping[int, int], used: Iterable[int]) -> None:
        """Tracks numbered from `first` on were numbered anew, up to `following`.

        `alike`: number inside now -> number inside before, for those that are the same object. `used`: numbers below
        `first` that somebody still holds.
        """
        old = {number: self.of(number) for number in range(first, self.upto)}
        if all(alike.get(number) == number for number in old) and following >= self.upto:
            return
        fresh = self.upto + self.shift
        apart = {number: self.of(number) for number in used if 0 < number < first}
        for number in range(first, following):
            apart[number] = old.get(alike.get(number, -1), 0) or fresh
            fresh += apart[number] == fresh
        self.shift, self.upto = fresh - following, following
        self.apart = {number: shown for number, shown in apart.items() if shown != number + self.shift}


def alike(before: tuple[Ints, Ints], now: tuple[Ints, Ints], first: int) -> dict[int, int]:
    """Number now -> number before, for tracks numbered from `first` on: those that share the most detections.

    `before` and `now`: marks of rows, and whose they were (see journal.owners).
    """
    _, left, right = np.intersect1d(before[0], now[0], return_indices=True)
    shared = Counter(
        pair
        for pair in zip(now[1][right].tolist(), before[1][left].tolist(), strict=True)
        if pair[0] >= first and pair[1] >= first
    )
    found: dict[int, int] = {}
    taken: set[int] = set()
    for (new, old), _ in sorted(shared.items(), key=lambda item: (-item[1], item[0][1], item[0][0])):
        if new not in found and old not in taken:
            found[new] = old
            taken.add(old)
    return found
