"""Where things are launched from: a source in the field of the unseen, beside the inflow at its borders.

A launch region gives birth to things of its groups at a rate (Poisson), spread evenly over its ground, in the lowest
band. They move, climb and die as their group does, and are thinned by looks as all that is unseen:

    m(t + h)[c] = sum_b P(b -> c) (jumps * m(t))[b] exp(-h / life)  +  rate h  in the lowest band

`free` is what that comes to where nobody looks: its stationary state. So with what is everywhere, u h_gb per m2,

    P(undetected | present) = (u h_gb A share + m) / (u h_gb A + free)

Births near a launch region are likelier by (u h_gb A share + m) / (u h_gb A share), its `lift`: what begins there is
likelier a rocket, before anything is known of how it flies.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tocsin.geo.areas import area
from tocsin.messages import Floats, Ints
from tocsin.models.groups import GROUPS
from tocsin.settings import Launch
from tocsin.tracking.unseen.grid import Grid
from tocsin.tracking.unseen.motion import STEP_S, Layers, Motion, spread

HOUR_S: Final = 3600.0
STEPS_MOST: Final = 720  # an hour: whatever is still missing then comes from a region that nobody would launch from
SETTLED: Final = 5e-4  # growth in a step, from which on it falls by the same factor each step
FACTOR_MOST: Final = 0.995
ON: Final = {group.name: g for g, group in enumerate(GROUPS)}


@dataclass(frozen=True, slots=True, eq=False)
class Launching:
    """What is launched on a grid: `groups` (L,) as rows of GROUPS, `rate` (L, cells) objects a second, `free`
    (L, 3, cells) objects where nobody looks.
    """

    groups: Ints
    rate: Floats
    free: Layers

    @classmethod
    def of(cls, launches: tuple[Launch, ...], grid: Grid, motion: Motion) -> "Launching":
        """The source that a site declares."""
        groups = sorted({ON[name] for launch in launches for name in launch.groups}) if grid.cells else []
        rate = np.zeros((len(groups), grid.cells))
        for launch in launches if groups else ():
            inside = _cells(launch, grid)
            for name in launch.groups:
                rate[groups.index(ON[name])] += launch.per_hour / HOUR_S / len(launch.groups) * inside
        made = cls(np.array(groups, dtype=np.int64), rate, np.zeros((len(groups), 3, grid.cells), dtype=np.float32))
        return cls(made.groups, rate, made._settled(grid, motion))

    def _settled(self, grid: Grid, motion: Motion) -> Layers:
        """The stationary state: from nothing on, and where growth has settled to a factor, all the rest at once."""
        free, before = self.free, 0.0
        for _ in range(STEPS_MOST if len(self.groups) else 0):
            after = self.step(free, grid, motion)
            new = after - free
            free, growth = after, float(new.sum())
            if growth <= SETTLED * float(free.sum()):
                factor = min(growth / before, FACTOR_MOST) if before > 0.0 else 0.0
                free = free + new * np.float32(factor / (1.0 - factor))
                break
            before = growth
        return free

    def step(self, launched: Layers, grid: Grid, motion: Motion) -> Layers:
        """What is launched (L, 3, cells) a step later, as another array."""
        out = np.empty_like(launched)
        for row, g in enumerate(self.groups.tolist()):
            moved = spread(launched[row].reshape(3, grid.along, grid.across), motion.jumps[g], 0.0).reshape(3, -1)
            law = motion.climbing[g].astype(np.float32)
            for band in range(3):
                risen = sum((law[b, band] * moved[b] for b in range(3)), np.float32(0.0))
                out[row, band] = risen * motion.staying[g]
            out[row, 0] += (self.rate[row] * STEP_S).astype(np.float32)
        return out


def _cells(launch: Launch, grid: Grid) -> Floats:
    """How much of a launch region lies in each cell (cells,): shares of 1, less where the grid ends."""
    region = area("zone", launch.geometry)
    latitude, longitude = grid.ground(grid.points(np.arange(grid.cells)))
    covered = region.inside(latitude, longitude).mean(axis=1)
    if not covered.any():  # smaller than the points of a cell: all of it is where its middle is
        middle = np.array([region.latitude_rad]), np.array([region.longitude_rad])
        at = int(grid.cell_at(grid.plane(*middle))[0])
        covered[at : at + 1] = 1.0  # nothing, where it is off the grid
    return np.asarray(covered / max(float(covered.sum()), 1.0))
