"""The unseen as a field: how much of what may fly has not been detected, by group, height band and cell.

Two layers make it. `unseen[g, b, cell]` is the share of group g that nobody has detected, were it there: 1 before
anybody looks, thinned by (1 - Pd f)^n for n turns that saw a part f of the cell, moved as the group moves, and back to
1 with the group's lifetime and across the region's borders. It is also the probability that something present there
has remained undetected, which is what *seen clear* asks. `given[b, cell]` counts what tracks that ended have given
back, in objects.

    density = sum_g share_g height_gb unseen_gb x Model.unseen_per_m2  +  (given + launched) / cell area

`launched` is what comes from declared launch regions (`launching`).

Looks are counted as they are worked, in order; the field moves and is thinned at beats alone, in whole steps, so
that how scans are cut changes no bit.
"""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from tocsin.geo.terrain import Terrain
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Floats, Ints
from tocsin.models.ground import unpack
from tocsin.models.groups import GROUPS
from tocsin.models.model import Model
from tocsin.models.moving import moving
from tocsin.settings import Sensor, Settings
from tocsin.tracking import arrays
from tocsin.tracking.kernels.columns import NEVER, Field, Looks
from tocsin.tracking.kernels.unseen.field import HIGH_M, LOW_M, cell_of
from tocsin.tracking.moving.whereabouts import Whereabouts
from tocsin.tracking.unseen.grid import CELL_MOST_M, Grid, grid_of
from tocsin.tracking.unseen.launching import Launching
from tocsin.tracking.unseen.motion import STEP_S, Layers, Motion
from tocsin.tracking.unseen.sight import TURN_RAD, Sight, followed, sight_of

STEP_NS: Final = int(STEP_S * 1e9)
PLACED_NS: Final = 30_000_000_000
STEPS_MAX: Final = 720  # after an hour without a Tick nothing that was seen says anything any more
FLOOR: Final = 0.1  # of the prior: that something begins where nobody foresaw it
LEAST: Final = 1e-6  # shares are kept above this: small enough to be nothing, large enough to be fast
SURE_MOST: Final = 0.999  # no look sees everything
GIVEN_SPEED_MPS: Final = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """What follows from the site alone. `grid` is None for laboratory data: the field is then a constant."""

    grid: Grid | None
    sight: Sight
    motion: Motion
    launching: Launching
    sensors: int
    density: float
    pd: Floats  # (s,) as declared
    ranges: Floats  # (s, 2) m, least and greatest
    carried: tuple[Sensor, ...]  # all sensors, where any of them moves
    terrain: Terrain | None

    @classmethod
    def of(cls, settings: Settings, model: Model, terrain: Terrain | None = None) -> "Region":
        """The region of a site."""
        grid = grid_of(settings)
        terrain = terrain or unpack(settings.ground)
        sight = sight_of(settings.sensors if grid else (), grid or NOWHERE, terrain)
        motion = Motion(grid.cell_m if grid else CELL_MOST_M, GIVEN_SPEED_MPS, model.survival_s)
        pd = np.array([sensor.detection_probability for sensor in settings.sensors])
        ranges = np.array([[sensor.min_range_m, sensor.max_range_m] for sensor in settings.sensors]).reshape(-1, 2)
        carried = settings.sensors if grid and len(moving(settings.sensors)) else ()
        launching, count = Launching.of(settings.launches, grid or NOWHERE, motion), len(settings.sensors)
        return cls(grid, sight, motion, launching, count, model.unseen_per_m2, pd, ranges, carried, terrain)

    def at(self, time_ns: int, sensors: tuple[Sensor, ...] = ()) -> "Region":
        """The region as sensors that move see it at a time. `sensors`: with their paths, where other ones are known."""
        if self.grid is None or not self.carried:
            return self
        return replace(self, sight=followed(self.sight, sensors or self.carried, self.grid, self.terrain, time_ns))

    def learnt_cell(self, table: Ints) -> Ints:
        """The cell of what was learnt of a sensor in which each entry of the sight lies, by a table of first cell,
        kind (1: rings and sectors), rings, sectors of each sensor; -1 none.
        """
        sight = self.sight
        first, kind, rings, sectors = table[sight.sensor].T
        least, most = self.ranges[sight.sensor].T
        ring = np.floor((sight.range_m - least) / (most - least) * rings).astype(np.int64)
        sector = ((sight.bin + 0.5) / sight.bins * sectors).astype(np.int64)
        cell = first + np.clip(ring, 0, np.maximum(rings - 1, 0)) * sectors + sector
        return np.where(kind == 1, cell, -1)


NOWHERE: Final = Grid(0.0, 0.0, 0.0, 0.0, 1.0, 0, 0)


@dataclass(slots=True)
class Unseen:
    """The field as it stands. `turns` and `last` are what sensors have looked at since, by azimuth bin."""

    region: Region
    shares: Layers  # (G, 3, cells)
    given: Layers  # (3, cells)
    launched: Layers  # (L, 3, cells), of the region's launching
    turns: Floats  # (s, bins) how often since the last step
    last: Ints  # (s, bins) ns of the last look
    read: Field  # what kernels read; its `given` is what came back since the last step
    whereabouts: Whereabouts | None = field(default=None, repr=False)  # what moving sensors tell of their places
    time_ns: int = NEVER
    steps: int = 0  # taken so far
    placed_ns: int = NEVER  # when sensors that move were where the region has them; follows from time_ns
    _learnt_cell: Ints | None = field(default=None, repr=False)
    _digest: tuple[int, bytes] = field(default=(-1, b""), repr=False)

    @classmethod
    def of(
        cls,
        settings: Settings,
        model: Model,
        terrain: Terrain | None = None,
        whereabouts: Whereabouts | None = None,
    ) -> "Unseen":
        """Nobody has looked anywhere."""
        region = Region.of(settings, model, terrain)
        grid = region.grid or NOWHERE
        made = cls(
            region,
            np.ones((len(GROUPS), 3, grid.cells), dtype=np.float32),
            np.zeros((3, grid.cells), dtype=np.float32),
            region.launching.free.copy(),
            np.zeros((region.sensors, region.sight.bins)),
            np.full((region.sensors, region.sight.bins), NEVER, dtype=np.int64),
            _new_read(grid, on=region.grid is not None),
            whereabouts,
        )
        made._publish()
        return made

    def copy(self) -> "Unseen":
        """The same field, which goes on by itself. What only steps change is replaced there, and shared here."""
        read = self.read._replace(given=self.read.given.copy())
        return replace(self, turns=self.turns.copy(), last=self.last.copy(), read=read)

    def look(self, looks: Looks, first: int, last: int) -> None:
        """Count looks `first` to `last`, which are worked: who looked, where, when. Silence of events says nothing."""
        asked = first + np.flatnonzero(looks.survey[first:last] == 1)
        if self.region.grid is None or len(asked) == 0:
            return
        sensor, time = looks.sensor[asked], looks.time[asked]
        width = TURN_RAD / self.region.sight.bins
        part = _overlap(looks.azimuth[asked], self.region.sight.bins, width)
        np.add.at(self.turns, sensor, part)
        np.maximum.at(self.last, sensor, np.where(part >= 0.5, time[:, None], NEVER))

    def beat(self, time_ns: int, pd_ratio: Floats | None = None, table: Ints | None = None) -> None:
        """Time passes: whole steps that have passed are taken, and kernels read the field as it is then.

        `pd_ratio`: what was learnt of detection probabilities, times what is declared, by cells of `table`.
        """
        if self.region.grid is None:
            return
        if self.time_ns == NEVER:
            self.time_ns = time_ns
            self._follow()
        steps = (time_ns - self.time_ns) // STEP_NS
        if steps <= 0:
            return
        self.time_ns += steps * STEP_NS
        self._follow()
        self.steps += 1
        self.shares = self.shares.copy()
        if steps > STEPS_MAX:
            self.shares[:], self.given = 1.0, np.zeros_like(self.given)
            self.launched = self.region.launching.free
            steps = 0
        shape = (self.region.grid.along, self.region.grid.across)
        launched = self.launched.copy()
        layers, given = self.shares.reshape(len(GROUPS), 3, *shape), self.given.reshape(3, *shape)
        for _ in range(steps):
            self.region.motion.step(layers)
            given = self.region.motion.step_given(given)
            launched = self.region.launching.step(launched, self.region.grid, self.region.motion)
        self.launched = launched
        self.given = np.ascontiguousarray(given.reshape(3, -1))
        self.given += self.read.given[:-1].T.astype(np.float32)
        self.read = self.read._replace(given=np.zeros_like(self.read.given))
        self._thin(pd_ratio, table)
        self._publish()

    def _follow(self) -> None:
        """Sensors that move are looked for once in PLACED_NS: an aircraft crosses about one cell meanwhile."""
        placed_ns = self.time_ns // PLACED_NS * PLACED_NS
        if self.region.carried and self.time_ns != NEVER and placed_ns != self.placed_ns:
            sensors = self.whereabouts.at(placed_ns // SECOND_NS) if self.whereabouts is not None else ()
            self.region, self.placed_ns = self.region.at(placed_ns, sensors), placed_ns
            self._learnt_cell = None

    def _thin(self, pd_ratio: Floats | None, table: Ints | None) -> None:
        """Thin by what was looked at: share *= (1 - Pd f)^turns for every sensor, cell by cell."""
        sight = self.region.sight
        turns = self.turns[sight.sensor, sight.bin]
        pd = self.region.pd[sight.sensor]
        if pd_ratio is not None and table is not None and len(sight.cell):
            if self._learnt_cell is None:
                self._learnt_cell = self.region.learnt_cell(table)
            pd = np.where(self._learnt_cell < 0, pd, pd * pd_ratio[self._learnt_cell])
        seen = np.minimum(pd * sight.part(), SURE_MOST)
        faded = np.bincount(sight.cell, turns * np.log1p(-seen), minlength=self.given.size)
        left = np.exp(faded).astype(np.float32).reshape(self.given.shape)
        self.shares *= left
        np.maximum(self.shares, np.float32(LEAST), out=self.shares)
        self.given *= left
        self.launched *= left
        self.turns[:] = 0.0

    def _publish(self) -> None:
        """What kernels read: the field as a multiple of what nobody has looked at, by band and altogether."""
        grid = self.region.grid
        if grid is None:
            return
        area = self.region.density * grid.cell_m**2
        by_group = PRIOR[:, :, None] * self.shares.astype(np.float64)
        back = self.given + self.launched.sum(axis=0)
        density = np.maximum(by_group.sum(axis=0), FLOOR * BAND_SHARE[:, None]) + back / area
        ratio, total = np.ones_like(self.read.ratio), np.ones_like(self.read.total)
        ratio[:-1] = (density / BAND_SHARE[:, None]).T
        total[:-1] = density.sum(axis=0)
        self.read = self.read._replace(ratio=ratio, total=total)

    def groups_at(self, position_m: Floats) -> Floats:
        """Expected unseen objects per m2 of each group, in the height band of a place (3,) of the frame: (G,)."""
        band, k = self._at(position_m)
        shares = self.shares[:, band, k] if k < self.given.shape[1] else np.ones(len(GROUPS))
        density = self.region.density * PRIOR[:, band] * shares
        if k < self.given.shape[1] and self.region.grid is not None:
            density[self.region.launching.groups] += self.launched[:, band, k] / self.region.grid.cell_m**2
        return np.asarray(density)

    def lift(self, position_m: Floats) -> Floats:
        """How much likelier something of each group begins at a place (3,) because things are launched: (G,)."""
        band, k = self._at(position_m)
        lift, groups, grid = np.ones(len(GROUPS)), self.region.launching.groups, self.region.grid
        if grid is not None and k < self.given.shape[1] and len(groups):
            usual = self.region.density * grid.cell_m**2 * PRIOR[groups, band]
            usual *= np.maximum(self.shares[groups, band, k], FLOOR)
            lift[groups] += self.launched[:, band, k] / usual
        return lift

    def undetected(self) -> Floats:
        """P(never detected | present) of each group, band and cell (G, 3, cells)."""
        out, groups, grid = self.shares.astype(np.float64), self.region.launching.groups, self.region.grid
        if grid is not None and len(groups):
            usual = self.region.density * grid.cell_m**2 * PRIOR[groups][:, :, None]
            there = usual + self.region.launching.free
            out[groups] = np.minimum((usual * out[groups] + self.launched) / there, 1.0)
        return out

    def add(self, positions_m: Floats, mass: Floats) -> None:
        """Raise the field at places (n, 3) of the frame by so many objects each, from the next step on."""
        for position, objects in zip(positions_m, mass, strict=True):
            band, k = self._at(position)
            self.read.given[k, band] += objects

    def _at(self, position_m: Floats) -> tuple[int, int]:
        k, height = cell_of(self.read, *(float(value) for value in position_m))
        return (0 if height < LOW_M else 1 if height < HIGH_M else 2), k

    def digest(self) -> bytes:
        """A digest of all that decides the field's future. The layers change at steps alone."""
        if self._digest[0] != self.steps:
            self._digest = self.steps, arrays.digest_of(self.shares, self.given, self.launched)
        rest = arrays.digest_of(self.turns, self.last, self.read.given, np.array([self.time_ns, self.steps]))
        return self._digest[1] + rest

    def dump(self) -> dict[str, object]:
        """Everything."""
        columns = {name: arrays.pack(getattr(self, name)) for name in KEPT}
        return columns | {"back": arrays.pack(self.read.given), "time_ns": self.time_ns, "steps": self.steps}

    def load(self, parts: dict[str, object]) -> None:
        """Take on the field of a dump of the same site. Raises ValueError where the site is another."""
        if "launched" not in parts and not len(self.launched):  # of a version that knew no launch regions
            parts = parts | {"launched": arrays.pack(self.launched)}
        for name in (*KEPT, "back"):
            packed = parts[name]
            assert isinstance(packed, dict)  # noqa: S101
            room = self.read.given if name == "back" else getattr(self, name)
            column = arrays.unpack(packed)
            if column.shape != room.shape:
                message = f"the unseen's {name} is {column.shape}, this site's {room.shape}"
                raise ValueError(message)
            room[:] = column
        time_ns, steps = parts["time_ns"], parts["steps"]
        assert isinstance(time_ns, int)  # noqa: S101
        assert isinstance(steps, int)  # noqa: S101
        self.time_ns, self.steps = time_ns, steps
        self._follow()
        self._digest = -1, b""
        self._publish()


KEPT: Final = ("shares", "given", "launched", "turns", "last")
PRIOR: Final = np.array([[group.share * height for height in group.heights] for group in GROUPS])
BAND_SHARE: Final = PRIOR.sum(axis=0)


def _new_read(grid: Grid, *, on: bool) -> Field:
    origin, axes = grid.origin() if on else (np.zeros(3), np.eye(3))
    return Field(
        ratio=np.ones((grid.cells + 1, 3)),
        total=np.ones(grid.cells + 1),
        given=np.zeros((grid.cells + 1, 3)),
        axes=np.ascontiguousarray(axes),
        origin=np.ascontiguousarray(origin),
        grid=np.array([grid.west_m, grid.south_m, grid.cell_m, grid.across, grid.along]),
    )


def _overlap(sector: Floats, bins: int, width: float) -> Floats:
    """How much of each azimuth bin a sector (from, to) covers: (n, bins); NaN covers all, as does an empty one."""
    begin = np.where(np.isnan(sector[:, :1]), 0.0, sector[:, :1])
    span = np.where(np.isnan(sector[:, :1]), TURN_RAD, (sector[:, 1:] - begin) % TURN_RAD)
    span = np.where(span == 0.0, TURN_RAD, span)
    start = (np.arange(bins) * width - begin) % TURN_RAD
    first = np.clip(span - start, 0.0, width)
    again = np.clip(start + width - TURN_RAD, 0.0, span)  # a bin that the sector enters a second time from behind
    return np.asarray(np.minimum((first + np.where(start + width > TURN_RAD, again, 0.0)) / width, 1.0))
