"""Look by look: what was false, what should have been seen and was, how far off plots were. Counted, not applied."""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Credits, Floats, Looks, Rows, Rules, Sensors
from tocsin.tracking.kernels.learning import columns as k
from tocsin.tracking.kernels.learning.cells import cell_at, row_cell
from tocsin.tracking.kernels.learning.columns import Learned, Room, Tally
from tocsin.tracking.kernels.learning.registration import absorb, as_polar, flown, squared, unlike
from tocsin.tracking.kernels.njit import kernel, part

TWO_PI = 2.0 * math.pi
INSIDE_LEAST = 0.9  # a track nearer to a sector's edge may be seen next door
EXISTENCE_LEAST = 0.9
DETECTIONS_LEAST = 6  # of a track that teaches: false ones seldom come so far
PERIODS_MOST = 2.5  # of the sensor, since the track was last seen: one that is gone teaches nothing
CLEARLY_NOT, CLEARLY = 0.1, 0.9  # detected
SURE = 0.8  # of a row being a track's own, to say anything of the sensor's errors
OLD_NS = 10_000_000_000  # the other sensor's last plot, by which a residual is judged


@kernel
def gather(
    rows: Rows,
    looks: Looks,
    begin: int,
    end: int,
    credited: Credits,
    tallied: Tally,
    sensors: Sensors,
    rules: Rules,
    learned: Learned,
    room: Room,
) -> None:
    """Count what looks `begin` to `end` taught. `rows`: as measured; credits and tally: of these looks, in order."""
    at, line = 0, 0
    for look in range(begin, end):
        s = looks.sensor[look]
        if s < 0:
            continue
        learned.heard[s] = max(learned.heard[s], looks.time[look])
        if looks.survey[look] == 1:
            learned.scans[s] += share_of_scan(looks.azimuth[look], sensors.num[s])
        for j in range(looks.first[look], looks.last[look]):
            cell = row_cell(sensors, s, rules, rows, j)
            if cell >= 0:
                learned.hits[cell] += 1.0
        while at < credited.row.shape[0] and credited.look[at] == look:
            cell = row_cell(sensors, s, rules, rows, credited.row[at])
            if cell >= 0:
                learned.hits[cell] -= credited.weight[at]
            at += 1
        while line < tallied.tag.shape[0] and tallied.tag[line, k.T_LOOK] == look:
            count_look(s, line, tallied, sensors, rules, learned)
            judge(s, line, tallied, rows, sensors, learned, room)
            absorb(s, line, tallied, rows, sensors, learned, room)
            line += 1


@part
def share_of_scan(azimuth: Floats, num: Floats) -> float:
    """How much of a whole scan a sector is."""
    if math.isnan(azimuth[0]) or azimuth[0] == azimuth[1]:
        return 1.0
    whole = TWO_PI
    if not math.isnan(num[c.FIELD_FROM]):
        field = (num[c.FIELD_TO] - num[c.FIELD_FROM]) % TWO_PI
        whole = field if field > 0.0 else TWO_PI
    share: float = ((azimuth[1] - azimuth[0]) % TWO_PI) / whole
    return min(share, 1.0)


@part
def count_look(s: int, line: int, tallied: Tally, sensors: Sensors, rules: Rules, learned: Learned) -> None:
    """Was a track that the sensor should have seen in this look seen?

    Which looks count is settled by what was known before them, so that it favours neither answer.
    """
    tag, num = tallied.tag[line], tallied.num[line]
    if doubtful(tag[k.T_BIRTH], num[k.T_ALL], learned):
        return
    if num[k.T_EXISTENCE] < EXISTENCE_LEAST or num[k.T_MISS] < INSIDE_LEAST * num[k.T_PD]:
        return
    if tag[k.T_DETECTIONS] < DETECTIONS_LEAST or tag[k.T_SINCE] * 1e-9 > PERIODS_MOST * sensors.num[s, c.PERIOD]:
        return
    cell = cell_at(sensors, s, rules, tallied.x[line])
    if cell >= 0:
        learned.wanted[cell] += num[k.T_EXISTENCE] * num[k.T_MISS] / learned.pd_ratio[cell]
        learned.found[cell] += num[k.T_ALL]


@part
def doubtful(birth: int, found: float, learned: Learned) -> bool:
    """Did the track share its last detection with another? Two tracks of one target would each miss every other one.

    `found`: how surely it was detected in this look. From an unclear answer on it is doubted, up to a clear one.
    """
    slot = birth % learned.doubted.shape[0]
    doubted: bool = learned.doubted[slot] == birth
    if CLEARLY_NOT < found < CLEARLY:
        learned.doubted[slot] = birth
    elif doubted and found >= CLEARLY:
        learned.doubted[slot] = 0
    return doubted


@part
def judge(s: int, line: int, tallied: Tally, rows: Rows, sensors: Sensors, learned: Learned, room: Room) -> None:
    """The residual of a sensor's plot against a track that another sensor saw last, by what both declare."""
    other, j = tallied.tag[line, k.T_LAST_SENSOR], tallied.tag[line, k.T_ROW]
    if j < 0 or other < 0 or other == s or tallied.num[line, k.T_BEST] < SURE:
        return
    if abs(rows.time[j] - tallied.tag[line, k.T_TIME]) > OLD_NS:
        return
    off = learned.applied[s]
    flown(tallied.x[line], (rows.time[j] - tallied.tag[line, k.T_TIME]) * 1e-9 - off[k.OFF_TIME], room.x[0])
    mask = as_polar(rows.mask[j], rows.z[j], rows.axes[j], sensors, s, room)
    place, site = room.x[4], sensors.axes[s]
    count = unlike(mask, rows.z[j], rows.var[j], rows.axes[j], off, place, site, room.x[0], room)
    if count == 0:
        return
    partner = other if other < learned.strain.shape[1] else 0
    learned.strain[s, partner, 0] += squared(count, tallied.p[line], room)
    learned.strain[s, partner, 1] += count
