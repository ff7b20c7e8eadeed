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

from tocsin.feeds.asterix.framing import Blocks
from tocsin.feeds.asterix.kernels.framing import HEADER
from tocsin.feeds.asterix.kernels.records import sources, walk
from tocsin.feeds.asterix.layout import Edition
from tocsin.feeds.asterix.programs import Program, Programs
from tocsin.messages import Bytes8, Ints

LEARNED = 64  # records; one in a hundred holds an item that tells two neighbouring editions apart
CHANGED = 8  # blocks in a row; damage hits one block, an update all of them
UNCLOSED = 100  # points: no amount of odd bits outweighs a block whose lengths do not add up
RECORD_MIN = 3  # octets: an FSPEC and the source
SOURCES_MAX = 4096  # more than any network has: beyond it a flood of invented sources learns nothing


@dataclass(slots=True)
class Choice:
    """What is known of one source and category."""

    editions: tuple[Edition, ...]
    points: list[int] = field(default_factory=list)
    records: int = 0
    chosen: int = -1
    told: str = ""
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


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in blocks. records and problems as `kernels.records.walk` writes them.

    `edition` (b,) is the row of each block's category's editions, `roots` (b, 2) what the compiled reader calls it.
    `said`: category, source, time and words wherever what is read as what changed.
    """

    records: Ints
    problems: Ints
    edition: Ints
    roots: Ints
    said: list[tuple[int, int, int, str]]


class Editions:
    """The choices of all sources of one feed, and the reading of their blocks."""

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

    def read(self, blocks: Blocks) -> Reading:
        """Choose an edition for each block and find its records."""
        table = np.zeros((len(blocks.bounds), 4), np.int64)
        table[:, 0], table[:, 1] = blocks.bounds[:, 0] + HEADER, blocks.bounds[:, 1]
        source = np.empty(len(table), np.int64)
        sources(blocks.data, table, source)
        category = blocks.data[blocks.bounds[:, 0]].astype(np.int64)
        keys, inverse = np.unique(category << 17 | (source + 1), return_inverse=True)
        edition = np.zeros(len(table), np.int64)
        said: list[tuple[int, int, int, str]] = []
        later: list[tuple[int, int, Ints]] = []
        for index, key in enumerate(keys.tolist()):
            own = np.flatnonzero(inverse == index)
            number, code = key >> 17, (key & 0x1FFFF) - 1
            choice = self.choice(number, code) if code >= 0 else Choice(self._programs.by_category[number].editions)
            table[own, 2:] = self._programs.by_category[number].roots[choice.chosen]
            edition[own] = choice.chosen
            if code < 0 or len(choice.editions) == 1:
                continue
            if not choice.settled:
                own = self._study(number, code, own, blocks, table, edition, said)
            later.append((number, code, own))
        records, problems = self._walk(blocks.data, table)
        unclean = np.zeros(len(table), np.bool_)
        unclean[problems[:, 0]] = True
        unclean[records[records[:, 3] != 0, 0]] = True
        before = edition.copy()
        for number, code, own in later:
            choice = self.choice(number, code)
            bad = np.flatnonzero(unclean[own])
            if len(bad) == 0 or bad[0] > 0:
                choice.suspected = [0] * len(choice.editions)
            if len(bad):
                self._study(number, code, own[bad[0] :], blocks, table, edition, said)
        if not np.array_equal(before, edition):
            records, problems = self._walk(blocks.data, table)
        return Reading(records, problems, edition, table[:, 2:], said)

    def _study(
        self,
        category: int,
        source: int,
        own: Ints,
        blocks: Blocks,
        table: Ints,
        edition: Ints,
        said: list[tuple[int, int, int, str]],
    ) -> Ints:
        """Read blocks of one source by every edition, in order, and write down what is chosen from each on.

        Stops when the choice has settled; gives the blocks that are left, marked to be read as was settled.
        """
        program = self._programs.by_category[category]
        choice = self.choice(category, source)
        learning = not choice.settled
        for index, row in enumerate(own.tolist()):
            if learning and choice.settled:
                edition[own[index:]] = choice.chosen
                table[own[index:], 2:] = program.roots[choice.chosen]
                return own[index:]
            misfits, found = self.misfits(blocks.data, int(table[row, 0]), int(table[row, 1]), program)
            edition[row] = choice.learn(misfits, max(found, 1))
            table[row, 2:] = program.roots[edition[row]]
            words = choice.said()
            if words != choice.told:
                choice.told = words
                said.append((category, source, int(blocks.received_ns[row]), words))
        return own[:0]

    def misfits(self, data: Bytes8, start: int, end: int, program: Program) -> tuple[list[int], int]:
        """The points of one block for each edition, and how many records the best of them found."""
        blocks = np.empty((1, 4), np.int64)
        blocks[0, :2] = start, end
        points: list[int] = []
        best = (UNCLOSED * 2**20, 0)
        for root in program.roots:
            blocks[0, 2:] = root
            records, problems = self._walk(data, blocks)
            points.append(UNCLOSED * len(problems) + int(np.count_nonzero(records[:, 3])))
            best = min(best, (points[-1], -len(records)))
        return points, -best[1]

    def _walk(self, data: Bytes8, table: Ints) -> tuple[Ints, Ints]:
        """Records and problems of blocks."""
        records = np.empty((int(((table[:, 1] - table[:, 0]) // RECORD_MIN).sum()) + 1, 5), np.int64)
        problems = np.empty((len(table), 5), np.int64)
        found, failed = walk(data, table, self._programs.nodes, self._programs.fields, records, problems, self._none)
        return records[:found], problems[:failed]
