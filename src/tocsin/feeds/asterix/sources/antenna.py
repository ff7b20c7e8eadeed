"""How a radar's antenna turns, as CAT034 tells it: where it looked, when, and which sweep a detection belongs to.

A radar that tells its sectors tells which part of the sky it has looked at. Each sector of each turn is one sweep, with
nominal times: north crossing + azimuth / 360 x period, all fixed when the turn begins. So the sweep of a detection,
told when the detection comes, and the sweep told when the message comes that ends the sector, are the same to the bit:
same sensor, number, start, end and azimuths. A target that should have been seen in a sweep that was told, and was not,
was missed. Where messages were lost, nothing is claimed.

The number of a turn counts crossings of north. It begins at the time divided by the period, so that a restart does not
use a number twice.
"""

from dataclasses import dataclass, field

import numpy as np

from tocsin.geo.units import SECOND_NS, TURN_RAD
from tocsin.messages import Floats, Ints, Sweeps

NEVER = -(2**62)
EDGES = 256  # I034/020 tells the eight highest bits of the azimuth
SKEW_MAX = 0.25  # of a turn: an antenna's speed varies by less in any wind, and a lost turn is a whole one
TURNS_AHEAD_MAX = 15  # a minute without a word of the antenna: then its turns are no longer counted on
SILENCE_NS_MAX = 60 * SECOND_NS  # no period is measured across more


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn from record `order` on. `edges`: of its sectors, in 1/256 of a turn, from 0; empty: not known."""

    order: int
    number: int
    north_ns: int
    period_ns: int
    edges: tuple[int, ...]

    def time_ns(self, edge: int) -> int:
        """When the antenna nominally crosses an edge (256: north again)."""
        return self.north_ns + self.period_ns * edge // EDGES


UNKNOWN = Turn(-1, -1, NEVER, 0, ())


class SweepTable:
    """The sweeps of one Scan, each once."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, int, int, int, int, int], int] = {}
        self._spans: list[list[int]] = []

    def sector(self, source: int, turn: Turn, ahead: int, place: int) -> int:
        """The sweep of sector `place`, `ahead` turns after `turn`."""
        first = turn.edges[place]
        last = turn.edges[place + 1] if place + 1 < len(turn.edges) else EDGES
        later_ns = ahead * turn.period_ns
        start_ns, end_ns = turn.time_ns(first) + later_ns, turn.time_ns(last) + later_ns
        return self._index((source, turn.number + ahead, start_ns, end_ns, first, last % EDGES))

    def open(self, source: int, number: int, times_ns: Ints) -> int:
        """The sweep of rows of which only the turn is known, or not even that (-1)."""
        index = self._index((source, number, 0, 0, -1, -1))
        span = self._spans[index]
        span[0], span[1] = min(span[0], int(times_ns.min())), max(span[1], int(times_ns.max()))
        return index

    def _index(self, row: tuple[int, int, int, int, int, int]) -> int:
        index = self._rows.setdefault(row, len(self._rows))
        if index == len(self._spans):
            self._spans.append([2**62, -(2**62)])
        return index

    def columns(self, index_of: dict[int, int]) -> Sweeps:
        """As messages.Sweeps; `index_of` gives the sensor of a source."""
        rows = np.array(list(self._rows), np.int64).reshape(-1, 6)
        spans = np.array(self._spans, np.int64).reshape(-1, 2)
        survey = rows[:, 4] >= 0
        azimuths = np.where(survey[:, None], rows[:, 4:] * (TURN_RAD / EDGES), np.nan)
        return Sweeps(
            sensor=np.array([index_of[source] for source in rows[:, 0].tolist()], np.int32),
            number=rows[:, 1].copy(),
            start_ns=np.where(survey, rows[:, 2], spans[:, 0]),
            end_ns=np.where(survey, rows[:, 3], spans[:, 1]),
            azimuth_from_rad=azimuths[:, 0].copy(),
            azimuth_to_rad=azimuths[:, 1].copy(),
            survey=survey,
        )

    def sources(self) -> list[int]:
        """The sources that have a sweep."""
        return [row[0] for row in self._rows]


@dataclass(slots=True)
class Antenna:
    """What is known of one antenna. `turns`: as it stood from which record on, and the turn before each."""

    turn: Turn = UNKNOWN
    before: Turn = UNKNOWN
    period_ns: int = 0
    told_period: bool = False
    crossed: int = -1  # the edge last crossed
    crossed_ns: int = NEVER
    seen: set[int] = field(default_factory=set)  # edges crossed in this turn
    seen_before: set[int] = field(default_factory=set)  # and in the one before
    turns: list[tuple[Turn, Turn]] = field(default_factory=lambda: [(UNKNOWN, UNKNOWN)])

    def tell_period(self, period_ns: int) -> None:
        """The radar says how long a turn takes: for the turns to come."""
        self.told_period = True
        self.period_ns = period_ns

    def cross(self, order: int, source: int, time_ns: int, edge: int, table: SweepTable) -> None:
        """The antenna crossed an edge; a sector that this ends goes into the table."""
        before, since_ns = self.crossed, time_ns - self.crossed_ns
        if edge == before and since_ns < (self.period_ns or SECOND_NS) // 2:
            return  # told twice: north marker and sector 0
        self.crossed, self.crossed_ns = edge, time_ns
        turn = self.turn
        if turn.period_ns > 0 and before in turn.edges:
            place = turn.edges.index(before)
            last = turn.edges[place + 1] if place + 1 < len(turn.edges) else EDGES
            in_time = since_ns > 0 and abs(time_ns - turn.time_ns(last)) < SKEW_MAX * turn.period_ns
            if len(turn.edges) > 1 and last % EDGES == edge and in_time:
                table.sector(source, turn, 0, place)
        if edge == 0:
            self._north(order, time_ns)
        else:
            self.seen.add(edge)

    def _north(self, order: int, time_ns: int) -> None:
        since_ns = time_ns - self.turn.north_ns
        if self.turn.number < 0:
            number = time_ns // (self.period_ns or SECOND_NS)
        elif since_ns <= 0:
            return  # out of order
        else:
            turns = max(1, round(since_ns / self.period_ns)) if self.period_ns else 1
            if not self.told_period and since_ns < SILENCE_NS_MAX:
                self.period_ns = since_ns // turns
            number = self.turn.number + turns
        edges = self.turn.edges
        # Only a whole turn shows all edges. Fewer than before: some were lost on the way, unless it is so twice.
        whole = self.turn.number >= 0 and number == self.turn.number + 1
        if whole and self.seen and (not self.seen < set(edges) or self.seen == self.seen_before):
            edges = (0, *sorted(self.seen))
        self.seen_before, self.seen = self.seen, set()
        self.before, self.turn = self.turn, Turn(order, number, time_ns, self.period_ns, edges)
        self.turns.append((self.before, self.turn))

    def place(self, source: int, order: Ints, time_ns: Ints, azimuth: Floats, table: SweepTable) -> Ints:
        """The sweep of each detection, as the antenna stood when it came. `azimuth` in turns, NaN unknown."""
        sweep = np.zeros(len(order), np.int64)
        since = np.searchsorted([turn.order for _, turn in self.turns], order, side="left") - 1
        for at in np.unique(since):
            rows = np.flatnonzero(since == at)
            before, turn = self.turns[max(int(at), 0)]
            sweep[rows] = _place(source, before, turn, time_ns[rows], azimuth[rows], table)
        return sweep

    def settle(self) -> None:
        """The batch is over: only how it stands now is kept."""
        self.turns = [(self.before, self.turn)]


def _place(source: int, before: Turn, turn: Turn, time_ns: Ints, azimuth: Floats, table: SweepTable) -> Ints:
    known = ~np.isnan(azimuth)
    ahead = np.zeros(len(time_ns), np.int64)
    if turn.period_ns > 0:
        turns = (time_ns - turn.north_ns) / turn.period_ns - np.where(known, azimuth, 0.5)
        counted = np.abs(turns) < TURNS_AHEAD_MAX
        ahead = np.rint(np.where(counted, turns, 0.0)).astype(np.int64)
        known &= counted & (np.abs(turns - ahead) < SKEW_MAX) & (ahead >= -1)
    sectors = known & (turn.period_ns > 0) & (len(turn.edges) > 1)
    edges = np.array(turn.edges or (0,), np.int64)
    places = np.searchsorted(edges, np.floor(np.where(known, azimuth, 0.0) * EDGES), side="right") - 1
    keys = np.where(sectors, (ahead + TURNS_AHEAD_MAX) * EDGES + places, -1)
    unique, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    index = np.zeros(len(unique), np.int64)
    for k, row in enumerate(first):
        if unique[k] < 0:
            continue
        late = ahead[row] == -1 and before.number == turn.number - 1 and before.edges == turn.edges
        index[k] = table.sector(source, before if late else turn, 0 if late else int(ahead[row]), int(places[row]))
    sweep = index[inverse]
    loose = np.flatnonzero(~sectors)
    if len(loose):
        sweep[loose] = table.open(source, -1, time_ns[loose])
    return sweep
