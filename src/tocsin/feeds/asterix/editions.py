"""Which edition does a source write? Nothing in the data says it, so every edition is tried and the best fit is read.

For each source and category, from its own blocks alone and in the order in which they came (how packets are batched
changes nothing):

1. Over the first LEARNED records every block is read by every edition. A block that does not close costs an edition
   100 points, a record with spare bits set, a time or place out of range, or an item longer than known costs 1.
   The fewest points are read, from this very block on; among equals the newest, which knows all that the others know.
2. Then the choice stands. Only when CHANGED blocks in a row could not be read cleanly with it, and one other edition
   read each of them cleanly, is that edition taken (a source was updated).

What is read as what is said in a SensorStatus, and again whenever it changes.
"""

from dataclasses import dataclass, field

import numpy as np

from tocsin.feeds.asterix.kernels.records import walk
from tocsin.feeds.asterix.layout import Edition
from tocsin.feeds.asterix.programs import Program, Programs
from tocsin.messages import Bytes8, Ints

LEARNED = 64  # records; one in a hundred holds an item that tells two neighbouring editions apart
CHANGED = 8  # blocks in a row; damage hits one block, an update all of them
UNCLOSED = 100  # points: no amount of odd bits outweighs a block whose lengths do not add up
SOURCES_MAX = 4096  # more than any network has: beyond it a flood of invented sources learns nothing


@dataclass(slots=True)
class Choice:
    """What is known of one source and category."""

    editions: tuple[Edition, ...]
    points: list[int] = field(default_factory=list)
    records: int = 0
    chosen: int = -1
    suspected: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.points = [0] * len(self.editions)
        self.suspected = [0] * len(self.editions)
        self.chosen = len(self.editions) - 1

    @property
    def settled(self) -> bool:
        """Is the first rule over?"""
        return len(self.editions) == 1 or self.records >= LEARNED

    def learn(self, misfits: list[int], records: int) -> int:
        """One block: its points for each edition, and how many records the best of them found in it."""
        if not self.settled:
            self.points = [before + more for before, more in zip(self.points, misfits, strict=True)]
            fewest = min(self.points)
            self.chosen = max(index for index, points in enumerate(self.points) if points == fewest)
            self.records += records
            return self.chosen
        if misfits[self.chosen] == 0:
            self.suspected = [0] * len(self.editions)
            return self.chosen
        self.suspected = [count + 1 if not bad else 0 for count, bad in zip(self.suspected, misfits, strict=True)]
        if max(self.suspected) >= CHANGED:
            most = max(self.suspected)
            self.chosen = max(index for index, count in enumerate(self.suspected) if count == most)
            self.points = [0 if index == self.chosen else 1 for index in range(len(self.editions))]
            self.suspected = [0] * len(self.editions)
        return self.chosen

    def said(self) -> str:
        """In words: "CAT048 edition 1.32 (1.14-1.30, 1.31 fit as well)"."""
        edition = self.editions[self.chosen]
        alike = [
            other.name
            for index, other in enumerate(self.editions)
            if index != self.chosen and self.points[index] == self.points[self.chosen]
        ]
        also = f" ({', '.join(alike)} fit{'s' if len(alike) == 1 else ''} as well)" if alike else ""
        doubt = "" if self.points[self.chosen] == 0 else ", but not cleanly: see the refusals"
        return f"CAT{edition.category:03d} edition {edition.name}{also}{doubt}"


class Editions:
    """The choices of all sources of one feed."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._choices: dict[tuple[int, int], Choice] = {}
        self._none = np.zeros((1, 1), np.int64)

    def choice(self, category: int, source: int) -> Choice:
        """What is known of this source (SAC x 256 + SIC) in this category."""
        found = self._choices.get((category, source))
        if found is None:
            found = Choice(self._programs.by_category[category].editions)
            if len(self._choices) < SOURCES_MAX:
                self._choices[category, source] = found
        return found

    def chosen(self) -> dict[tuple[int, int], Edition]:
        """The edition by category and source, for the inspector."""
        return {key: choice.editions[choice.chosen] for key, choice in self._choices.items()}

    def misfits(self, data: Bytes8, start: int, end: int, program: Program) -> tuple[list[int], int]:
        """The points of one block for each edition, and how many records the best of them found."""
        records = np.empty(((end - start) // 3 + 1, 5), np.int64)
        problems = np.empty((1, 5), np.int64)
        blocks: Ints = np.empty((1, 4), np.int64)
        blocks[0, :2] = start, end
        points: list[int] = []
        best = (UNCLOSED * 2**20, 0)
        for root in program.roots:
            blocks[0, 2:] = root
            found, failed = walk(
                data, blocks, self._programs.nodes, self._programs.fields, records, problems, self._none
            )
            points.append(UNCLOSED * failed + int(np.count_nonzero(records[:found, 3])))
            best = min(best, (points[-1], -found))
        return points, -best[1]
