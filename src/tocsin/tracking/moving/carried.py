"""Sensors that move, for the tracker: kernels read one place of each sensor, put right before each of its looks.

What a moving radar measured is turned into a place along axes of its own (along the ray, across, above) as it comes
in, by where the antenna was at that very moment: in the ten seconds of a turn an aircraft flies two kilometres. The
polar values stay beside it, for `registration`. A bearing without a range keeps where its sensor was.
"""

from typing import Final

import numpy as np

from tocsin.messages import Flags, Floats
from tocsin.models.moving import moving, stand_at
from tocsin.models.sensing import antenna_horizon_m
from tocsin.settings import Settings
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Looks, Posts, Rows, Sensors

# What a polar scalar becomes along the row's own axes.
ALONG: Final = {c.RANGE: c.EAST, c.AZIMUTH: c.NORTH, c.ELEVATION: c.UP, c.RANGE_RATE: c.VELOCITY_EAST}
POLAR: Final = (1 << c.RANGE) | (1 << c.AZIMUTH) | (1 << c.ELEVATION) | (1 << c.RANGE_RATE)


class Carried:
    """The sensors of a site that move. No state: all follows from `sensors`, as their paths are known, and the time."""

    def __init__(self, settings: Settings, table: Sensors, posts: Posts) -> None:
        self.sensors, self.frame, self.table, self.posts = settings.sensors, settings.frame, table, posts
        self.index = moving(settings.sensors)
        self.moves = np.zeros(len(table.num), dtype=np.bool_)
        self.moves[self.index] = True

    def put(self, time_ns: int) -> None:
        """Kernels find each moving sensor where it is at a time."""
        for i in self.index.tolist():
            place, axes, height = stand_at(self.sensors[i], self.frame, np.array([time_ns]))
            self.table.place[i], self.table.axes[i] = place[0], axes[0]
            self.table.num[i, c.HORIZON] = antenna_horizon_m(self.sensors[i], self.frame, float(height[0]))
            post = int(self.table.num[i, c.POST])
            if post >= 0:
                self.posts.up[post] = height[0]

    def upto(self, looks: Looks, begin: int) -> Looks:
        """Looks until the next one of a moving sensor after look `begin`, which finds its own sensor where it was."""
        if not len(self.index):
            return looks
        moves = self.moves[looks.sensor] & (looks.sensor >= 0)
        if moves[begin]:
            self.put(int(looks.time[begin]))
        following = begin + 1 + np.flatnonzero(moves[begin + 1 :])
        return Looks._make(column[: following[0]] for column in looks) if len(following) else looks


def laid_down(rows: Rows, here: Flags, place: Floats, axes: Floats) -> None:
    """Turn polar rows `here` into places along axes of their own, (n, 3) and (n, 3, 3) being their sensors'.

    The densities of false and new ones go from radians to metres with them. An elevation that was not measured leaves
    the second direction open, and the range a little less sure: r (1 - cos d) for an elevation d off the assumed one.
    """
    r, azimuth, elevation = rows.z[:, c.RANGE], rows.z[:, c.AZIMUTH], rows.z[:, c.ELEVATION]
    at = np.flatnonzero(here)
    r, sa, ca, se, ce = r[at], np.sin(azimuth)[at], np.cos(azimuth)[at], np.sin(elevation)[at], np.cos(elevation)[at]
    east, north, up = axes[at].transpose(1, 0, 2)
    flat = sa[:, None] * east + ca[:, None] * north
    los = ce[:, None] * flat + se[:, None] * up
    across = ca[:, None] * east - sa[:, None] * north
    over = ce[:, None] * up - se[:, None] * flat
    g, var, mask = r * ce, rows.var[at], rows.mask[at]
    unbiased = np.exp(0.5 * np.minimum(var[:, c.AZIMUTH], 0.1))  # Mo et al. 1998, as `give_birth` has it
    risen = mask & (1 << c.ELEVATION) > 0
    tilt = np.where(risen, 0.0, np.minimum(var[:, c.ELEVATION], 1.0))
    rows.axes[at] = np.stack([los, across, over], axis=1)
    rows.z[at, c.EAST : c.UP + 1] = place[at] + (g * unbiased)[:, None] * flat + (r * se)[:, None] * up
    rows.var[at, c.EAST] = var[:, c.RANGE] + (0.5 * r * tilt) ** 2
    rows.var[at, c.NORTH], rows.var[at, c.UP] = g * g * var[:, c.AZIMUTH], r * r * var[:, c.ELEVATION]
    rows.var[at, c.VELOCITY_EAST] = var[:, c.RANGE_RATE]
    rows.z[at, c.VELOCITY_EAST : c.VELOCITY_UP + 1] = rows.z[at, c.RANGE_RATE][:, None] * los
    for rate in (rows.clutter, rows.prior):
        rate[at] /= np.where(risen, g * r, g)
    new = mask & ~POLAR
    for polar, own in ALONG.items():
        new |= (mask >> polar & 1) << own
    rows.mask[at] = new
