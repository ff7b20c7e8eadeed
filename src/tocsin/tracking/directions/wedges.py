"""Rows that are a direction and no range: a bearing of a listening station, a direction finder, a person."""

import numpy as np

from tocsin.messages import Flags, Floats, Ints
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Rows, Sensors
from tocsin.tracking.kernels.sound.retarded import FRONT_MACH

# False elevations are not spread over the whole sky: they come from near the horizon, as those of low flyers do.
FALSE_ELEVATION_SPAN_RAD = 0.25
WEDGE_SIGMAS = 5.0
ALONG = 1.0 / 3.0  # a witness's thing is this share of the reach away, give or take as much


def directions(
    rows: Rows,
    here: Flags,
    sensor: Ints,
    sensors: Sensors,
    clutter: Floats,
    gate: float,
    stands: tuple[Floats, Floats],
    moves: Flags,
) -> None:
    """Make the rows `here` directions: their rates of false and of new ones per rad, where neighbours are sought.

    `sensor` (n,): each row's; `clutter` (n,): false detections of one look of all that it covers. `stands`: place
    (n, 3) and axes (n, 3, 3) of each row's sensor when it measured; `moves` (n,): does it?
    """
    if not here.any():
        return
    num, place, axes = sensors.num[sensor[here]], stands[0][here], stands[1][here]
    reach, mask = num[:, c.RANGE_MAX], rows.mask[here]
    risen = mask & (1 << c.ELEVATION) > 0
    rows.mask[here] = mask & ((1 << c.AZIMUTH) | (1 << c.ELEVATION)) | (1 << c.DIRECTION)
    rows.z[here, c.RANGE], rows.var[here, c.RANGE] = num[:, c.SPEED], num[:, c.SPEED_VAR]
    rows.z[here, c.VELOCITY_EAST : c.VELOCITY_UP + 1] = num[:, c.WIND_X : c.WIND_X + 3]
    rows.var[here, c.VELOCITY_EAST : c.VELOCITY_UP + 1] = num[:, [c.WIND_VAR]]
    width = (num[:, c.FIELD_TO] - num[:, c.FIELD_FROM]) % (2.0 * np.pi)
    width = np.where(width > 0.0, width, 2.0 * np.pi)  # also where it is NaN
    span = np.minimum(num[:, c.ELEVATION_MAX] - num[:, c.ELEVATION_MIN], FALSE_ELEVATION_SPAN_RAD)
    rows.clutter[here] = clutter[here] / width / np.where(risen, span, 1.0)
    rows.prior[here] = 0.5 * reach * reach / np.where(risen, span, 1.0)
    azimuth = rows.z[here, c.AZIMUTH]
    ahead = np.sin(azimuth)[:, None] * axes[:, 0] + np.cos(azimuth)[:, None] * axes[:, 1]
    # the wedge's middle, and all that is within it or was when it gave what is heard now
    rows.place[here, :3] = place + 0.5 * reach[:, None] * ahead
    carried = here & moves
    rows.mask[carried] |= 1 << c.CARRIED
    rows.z[carried, c.EAST : c.UP + 1] = stands[0][carried]
    mach = np.minimum(FRONT_MACH, 4000.0 / num[:, c.SPEED])
    half = reach * (0.5 + 1.1 * mach + np.minimum(WEDGE_SIGMAS * np.sqrt(rows.var[here, c.AZIMUTH]), 1.0))
    rows.place[here, 3] = half / np.sqrt(gate)


def witnessed(rows: Rows, here: Flags, azimuth: Floats, variance: Floats, reach: Floats) -> None:
    """Rows `here` have the place of a witness and the bearing at which it was seen: a place in a wedge, along it."""
    if not here.any():
        return
    a, most = azimuth[here], reach[here]
    along = rows.axes[here, 0] * np.sin(a)[:, None] + rows.axes[here, 1] * np.cos(a)[:, None]
    side = rows.axes[here, 0] * np.cos(a)[:, None] - rows.axes[here, 1] * np.sin(a)[:, None]
    rows.z[here, c.EAST : c.UP + 1] += ALONG * most[:, None] * along
    rough = np.maximum(rows.var[here, c.EAST], rows.var[here, c.NORTH])
    rows.axes[here, 0], rows.axes[here, 1] = along, side
    rows.var[here, c.EAST] = rough + (ALONG * most) ** 2
    rows.var[here, c.NORTH] = rough + (ALONG * most) ** 2 * variance[here]
    rows.place[here, :3] = rows.z[here, c.EAST : c.UP + 1]
    rows.place[here, 3] = np.sqrt(rows.var[here, c.EAST])
