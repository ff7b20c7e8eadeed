"""What components were after each look: kept as far back as smoothing needs it, and laid out as chains."""

from dataclasses import dataclass

import numpy as np

from tocsin.messages import Flags, Ints
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Trail


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """Components laid out for `kernels.smoothing.backward.smooth`: n lines of q chains, with the times asked for.

    `between` (n,) is 1 for the lines that are such a time; `last` (n,) is the line of the newest look of each chain,
    which knows the component's number.
    """

    lines: Bank
    predicted: np.ndarray
    between: Ints
    begin: Ints
    last: Ints  # (n, TAG): columns of the newest look


class History:
    """Lines of the trail, in the order in which looks were worked; the lines of one component are in order of time."""

    def __init__(self, trail: Trail) -> None:
        self._kept = Trail._make(column[:0].copy() for column in trail)
        self._serial = np.zeros(0, dtype=np.int64)
        self._waiting: list[tuple[Trail, Ints]] = []
        self._taken = 0

    def __len__(self) -> int:
        return len(self._serial) + sum(len(serial) for _, serial in self._waiting)

    def take(self, trail: Trail, running: Ints) -> None:
        """Take over what compiled code has written down. Looks that are worked again take the place of their lines."""
        before, count = int(running[c.TRAIL_TAKEN]), int(running[c.TRAIL_COUNT])
        if before < self._taken:
            self._settle()
            self._choose(self._serial < before)
        serial = before + np.arange(count)
        self._waiting.append((Trail._make(column[:count].copy() for column in trail), serial))
        running[c.TRAIL_TAKEN], running[c.TRAIL_COUNT] = before + count, 0
        self._taken = before + count

    def forget(self, time_ns: int, living: Ints) -> None:
        """Let go of what no picture from `time_ns` on needs. `living`: BIRTH of the components that are alive."""
        self._settle()
        tag = self._kept.tag
        if not len(tag):
            return
        order = np.argsort(tag[:, c.BIRTH], kind="stable")
        birth, time = tag[order, c.BIRTH], tag[order, c.TIME]
        following: Flags = np.append(birth[1:] == birth[:-1], False)
        old = np.append(time[1:], time[-1]) <= time_ns  # the next line is old enough already
        drop = following & old
        first = np.append(True, birth[1:] != birth[:-1])
        parents = tag[order[first & (time > time_ns)], c.PARENT]
        ended = ~following & (time <= time_ns) & ~np.isin(birth, living) & ~np.isin(birth, parents)
        keep = np.zeros(len(tag), dtype=np.bool_)
        keep[order] = ~(drop | ended)
        self._choose(keep)

    def chains(self, times: Ints, living: Ints) -> Chains | None:
        """Chains of the components that have a number, with `times` (ascending) between; None where there is none.

        A component is asked for from its first look on and, when it has ended, up to its last.
        """
        self._settle()
        tag = self._kept.tag
        order = np.argsort(tag[:, c.BIRTH], kind="stable")
        births, begin = np.unique(tag[order, c.BIRTH], return_index=True)
        groups = dict(zip(births.tolist(), np.split(order, begin[1:]), strict=True)) if len(births) else {}
        alive = set(living.tolist())
        lines, between, at, last, sizes = [], [], [], [], [0]
        for own in groups.values():
            newest = tag[own[-1]]
            if newest[c.NUMBER] == 0:
                continue
            whole = self._with_parents(own, groups)
            when = tag[whole, c.TIME]
            asked = times[times >= when[0]]
            if int(newest[c.BIRTH]) not in alive:
                asked = asked[asked <= when[-1]]
            if not len(asked):
                continue
            place = np.searchsorted(when, asked, side="right")
            lines.append(np.insert(whole, place, whole[place - 1]))
            between.append(np.insert(np.zeros(len(whole), dtype=np.int64), place, 1))
            at.append(np.insert(when, place, asked))
            last.append(np.broadcast_to(newest, (len(lines[-1]), c.TAG)))
            sizes.append(len(lines[-1]))
        if not lines:
            return None
        index = np.concatenate(lines)
        kept = Trail._make(column[index] for column in self._kept)
        kept.tag[:, c.TIME] = np.concatenate(at)
        bank = Bank(kept.x, kept.p, kept.mu, kept.num, kept.tag, kept.share, kept.kind, np.zeros_like(kept.kind))
        return Chains(bank, kept.predicted, np.concatenate(between), np.cumsum(sizes), np.concatenate(last))

    def _with_parents(self, own: Ints, groups: dict[int, Ints]) -> Ints:
        """A component's lines, after those of the one that it was parted from, and so on."""
        tag = self._kept.tag
        whole = own
        while True:
            before = groups.get(int(tag[whole[0], c.PARENT]))
            if before is None:
                return whole
            before = before[tag[before, c.TIME] < tag[whole[0], c.TIME]]
            if not len(before):
                return whole
            whole = np.concatenate([before, whole])

    def _settle(self) -> None:
        """Join what waits to what is kept: once for many looks."""
        if self._waiting:
            parts = [(self._kept, self._serial), *self._waiting]
            self._kept = Trail._make(np.concatenate(columns) for columns in zip(*(t for t, _ in parts), strict=True))
            self._serial = np.concatenate([serial for _, serial in parts])
            self._waiting = []

    def _choose(self, keep: Flags) -> None:
        if not keep.all():
            self._kept = Trail._make(column[keep] for column in self._kept)
            self._serial = self._serial[keep]
