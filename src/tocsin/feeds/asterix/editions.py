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

from dataclasses import dataclass

import numpy as np

from tocsin.feeds.asterix.framing import Blocks
from tocsin.feeds.asterix.kernels.framing import HEADER
from tocsin.feeds.asterix.kernels.records import sources, walk
from tocsin.feeds.asterix.programs import Program, Programs
from tocsin.feeds.asterix.sources.choice import LEARNED
from tocsin.feeds.asterix.sources.memory import Source, Sources
from tocsin.messages import Bytes8, Ints

UNCLOSED = 100  # points: no amount of odd bits outweighs a block whose lengths do not add up
RECORD_MIN = 3  # octets: an FSPEC and the source


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
    """Reads blocks, each in the edition that its source writes."""

    def __init__(self, programs: Programs, sources: Sources) -> None:
        self._programs = programs
        self._sources = sources
        self._none = np.zeros((1, 1), np.int64)

    def read(self, blocks: Blocks) -> Reading:
        """Choose an edition for each block and find its records."""
        table = np.zeros((len(blocks.bounds), 4), np.int64)
        table[:, 0], table[:, 1] = blocks.bounds[:, 0] + HEADER, blocks.bounds[:, 1]
        edition = np.zeros(len(table), np.int64)
        said: list[tuple[int, int, int, str]] = []
        later: list[tuple[int, Source, Ints]] = []
        for category, code, own in _by_source(blocks, table):
            program = self._programs.by_category[category]
            source = self._sources.of(code, int(blocks.received_ns[own[0]])) if code >= 0 else None
            choice = source.choice(category, program.editions) if source else None
            edition[own] = choice.chosen if choice else len(program.editions) - 1
            table[own, 2:] = program.roots[edition[own[0]]]
            if source is None or choice is None or len(program.editions) == 1:
                continue
            left = own if choice.settled else self._study(category, source, own, blocks, table, edition, said)
            later.append((category, source, left))
        records, problems = self._walk(blocks.data, table)
        unclean = np.zeros(len(table), np.bool_)
        unclean[problems[:, 0]] = True
        unclean[records[records[:, 3] != 0, 0]] = True
        before = edition.copy()
        for category, source, own in later:
            bad = np.flatnonzero(unclean[own])
            if len(own) and (len(bad) == 0 or bad[0] > 0):
                source.choices[category].trust()
            if len(bad):
                self._study(category, source, own[bad[0] :], blocks, table, edition, said)
        if not np.array_equal(before, edition):
            records, problems = self._walk(blocks.data, table)
        return Reading(records, problems, edition, table[:, 2:], said)

    def _study(
        self,
        category: int,
        source: Source,
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
        choice = source.choices[category]
        now = own if choice.settled else own[:LEARNED]  # each block counts as a record at least
        left = own[len(now) :]
        misfits, found = self._misfits(blocks.data, table[now, :2], program)
        learning = not choice.settled
        for index, row in enumerate(now.tolist()):
            if learning and choice.settled:
                left = own[index:]
                break
            edition[row] = choice.learn(misfits[index].tolist(), max(int(found[index]), 1))
            table[row, 2:] = program.roots[edition[row]]
            words = choice.said()
            if words != choice.told:
                choice.told = words
                said.append((category, source.code, int(blocks.received_ns[row]), words))
        edition[left] = choice.chosen
        table[left, 2:] = program.roots[choice.chosen]
        return left

    def _misfits(self, data: Bytes8, bounds: Ints, program: Program) -> tuple[Ints, Ints]:
        """The points of each block for each edition (b, editions), and how many records the best of them found (b,)."""
        n = len(bounds)
        points = np.zeros((n, len(program.editions)), np.int64)
        counts = np.zeros_like(points)
        for column, root in enumerate(program.roots):
            records, problems = self._walk(data, np.hstack([bounds, np.tile(root, (n, 1))]))
            odd = records[records[:, 3] != 0, 0]
            points[:, column] = UNCLOSED * np.bincount(problems[:, 0], minlength=n) + np.bincount(odd, minlength=n)
            counts[:, column] = np.bincount(records[:, 0], minlength=n)
        best = points == points.min(axis=1, keepdims=True)
        return points, np.where(best, counts, 0).max(axis=1)

    def _walk(self, data: Bytes8, table: Ints) -> tuple[Ints, Ints]:
        """Records and problems of blocks."""
        records = np.empty((int(((table[:, 1] - table[:, 0]) // RECORD_MIN).sum()) + 1, 5), np.int64)
        problems = np.empty((len(table), 5), np.int64)
        found, failed = walk(data, table, self._programs.nodes, self._programs.fields, records, problems, self._none)
        return records[:found], problems[:failed]


def _by_source(blocks: Blocks, table: Ints) -> list[tuple[int, int, Ints]]:
    """Category, source (SAC x 256 + SIC, -1 where a block tells none) and their blocks, the first heard first."""
    source = np.empty(len(table), np.int64)
    sources(blocks.data, table, source)
    category = blocks.data[blocks.bounds[:, 0]].astype(np.int64)
    keys, first, inverse = np.unique(category << 17 | (source + 1), return_index=True, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(inverse, minlength=len(keys)))[:-1])
    return [(int(keys[k]) >> 17, (int(keys[k]) & 0x1FFFF) - 1, groups[k]) for k in np.argsort(first).tolist()]
