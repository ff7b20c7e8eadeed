"""What scores work on: rows (step, number, position, velocity) of truth or of tracks, with quick access by step."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from tocsin.errors import InputError
from tocsin.messages import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """n rows, sorted by step. `step` counts 0, 1, ... ; `number` is a target's or a track's; `position_m` is (n, D)."""

    step: Ints
    number: Ints
    position_m: Floats
    velocity_mps: Floats | None = None
    begin: Ints = field(init=False)  # (steps + 1,): rows of step k are begin[k]:begin[k + 1]

    def __post_init__(self) -> None:
        n = len(self.step)
        if len(self.number) != n or self.position_m.shape[:1] != (n,):
            message = (
                f"{n} steps, {len(self.number)} numbers, {self.position_m.shape} positions: give one of each a row"
            )
            raise InputError(message)
        if not np.isfinite(self.position_m).all():
            raise InputError("a position is not finite: leave out the rows that have none")
        order = np.lexsort((self.number, self.step))
        for name in ("step", "number", "position_m", "velocity_mps"):
            column = getattr(self, name)
            object.__setattr__(self, name, None if column is None else column[order])
        doubled = (np.diff(self.step) == 0) & (np.diff(self.number) == 0)
        if doubled.any():
            at = int(np.flatnonzero(doubled)[0])
            message = f"number {self.number[at]} is twice at step {self.step[at]}: score one system's output at a time"
            raise InputError(message)
        steps = int(self.step[-1]) + 1 if n else 0
        object.__setattr__(self, "begin", np.searchsorted(self.step, np.arange(steps + 1)))

    @property
    def steps(self) -> int:
        """One more than the last step that has a row."""
        return len(self.begin) - 1

    def at(self, step: int) -> slice:
        """The rows of one step."""
        if not 0 <= step < self.steps:
            return slice(0, 0)
        return slice(int(self.begin[step]), int(self.begin[step + 1]))

    def by_number(self) -> Iterator[tuple[int, Ints]]:
        """Each number with its rows, in order of step."""
        if not len(self.number):
            return
        if not np.isfinite(self.position_m).all():
            raise InputError("a position is not finite: leave out the rows that have none")
        order = np.lexsort((self.step, self.number))
        numbers, first = np.unique(self.number[order], return_index=True)
        for number, rows in zip(numbers, np.split(order, first[1:]), strict=True):
            yield int(number), rows
