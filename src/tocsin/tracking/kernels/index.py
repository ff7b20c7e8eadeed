"""Where components are, coarsely: so that a look costs what it may touch and never the whole sky.

Some grids of wide cells over the plane of neighbours. A component stands in the cell of its last known place as long as
all that it may reach until the index grows old lies within half a cell of it, in the narrowest grid where that is so;
the others stand in one list, the wanderers, and are always looked at. The index gives too many, never too few; the
exact tests come after it. So it changes the speed and no bit of the result, and is no state.
"""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Floats, Index, Ints, Looks, Rules, Scratch, Sensors
from tocsin.tracking.kernels.directions.reach import add_reach, beyond
from tocsin.tracking.kernels.gating import beside, strays, wedge
from tocsin.tracking.kernels.newborn import shadow
from tocsin.tracking.kernels.njit import inlined, part

CELL_M = 12_000.0  # half of it holds what a new component may reach in AGE_NS
LEVELS = 3
WIDER = 4.0  # times, from one grid to the next: what directions alone have told is known to some kilometres
AGE_NS = 3_000_000_000  # the index is built anew after so long
TWO_PI = 2.0 * math.pi


@inlined
def extent(bank: Bank, i: int, time: int, rules: Rules, box: Floats, other: Floats) -> None:
    """Where component i, not yet predicted, may be at `time`: box (4,) is a place in the plane and half sides."""
    dt = abs(float(time - bank.tag[i, c.TIME])) * 1e-9
    noise, pushed, begun = 0.0, 0.0, False
    for k in range(bank.mu.shape[1]):
        if bank.mu[i, k] > 0.0 or bank.share[i, k] > 0.0:
            noise = max(noise, rules.modes[k, c.NOISE], rules.modes[k, c.NOISE_UP])
            pushed = max(pushed, strays(rules.modes[k]))
    for k in range(bank.mu.shape[1]):
        if bank.mu[i, k] == 0.0:
            continue
        x, p = bank.x[i, k], bank.p[i, k]
        shadow(x, p, rules, other)
        spread = math.sqrt(p[3, 3] + p[4, 4] + p[5, 5]) * dt + math.sqrt(noise * dt * dt * dt)
        grown = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5]) * dt + math.sqrt(rules.gate) * spread
        grown += 0.5 * pushed * dt * dt
        if not begun:
            begun = True
            box[0], box[1], box[2], box[3] = other[0], other[1], 0.0, 0.0
        box[2] = max(box[2], abs(other[0] - box[0]) + other[2] + grown)
        box[3] = max(box[3], abs(other[1] - box[1]) + other[3] + grown)


@part
def cell(a: int, b: int, level: int, size: int) -> int:
    """Cell (a, b) of a grid as a bucket; `size` is a power of two."""
    return ((a * 73856093) ^ (b * 19349663) ^ (level * 83492791)) & (size - 1)


@part
def enlist(index: Index, i: int, box: Floats) -> None:
    """Put component i, which may be anywhere in `box` until the index is old, where a look will find it."""
    half = max(box[2], box[3])
    known = index.half[i]
    shift = max(abs(box[0] - index.place[i, 0]), abs(box[1] - index.place[i, 1]))
    if known == math.inf or (known > 0.0 and half + shift <= known):
        return
    if known > 0.0 and half + shift <= 0.5 * CELL_M * WIDER ** index.level[i]:
        index.half[i] = half + shift
        return
    level, side = 0, CELL_M
    while level < LEVELS and half > 0.5 * side:
        level += 1
        side *= WIDER
    if level == LEVELS or known > 0.0:
        index.half[i] = math.inf
        index.wanderers[index.meta[1]] = i
        index.meta[1] += 1
        return
    index.half[i], index.place[i, 0], index.place[i, 1] = half, box[0], box[1]
    index.level[i] = level
    b = cell(math.floor(box[0] / side), math.floor(box[1] / side), level, index.head.shape[0])
    index.following[i] = index.head[b]
    index.head[b] = i


@part
def rebuild(bank: Bank, index: Index, time: int, rules: Rules, running: Ints, s: Scratch) -> None:
    """Build the index anew where it is too old for a look at `time`."""
    if time <= index.meta[0] and index.meta[0] != c.NEVER:
        return
    index.meta[0], index.meta[1] = time + AGE_NS, 0
    for b in range(index.head.shape[0]):
        index.head[b] = -1
    for i in range(running[c.SLOTS]):
        index.half[i] = 0.0
        if bank.tag[i, c.ALIVE] == 1:
            extent(bank, i, index.meta[0], rules, s.mean[0], s.room[1, 0])
            enlist(index, i, s.mean[0])


@part
def find(index: Index, box: Floats, s: Scratch) -> int:
    """Slots of all components that may be in a box (low, high, low, high) of the plane: s.order, any order."""
    found = 0
    for w in range(index.meta[1]):
        s.order[found] = index.wanderers[w]
        found += 1
    side = CELL_M
    for level in range(LEVELS):
        low0, high0 = math.floor(box[0] / side - 0.5), math.floor(box[1] / side + 0.5)
        low1, high1 = math.floor(box[2] / side - 0.5), math.floor(box[3] / side + 0.5)
        for a in range(low0, high0 + 1):
            for b in range(low1, high1 + 1):
                i = index.head[cell(a, b, level, index.head.shape[0])]
                while i >= 0:
                    p0, p1, half = index.place[i, 0], index.place[i, 1], index.half[i]
                    mine = math.floor(p0 / side) == a and math.floor(p1 / side) == b and half != math.inf
                    inside = box[0] - half <= p0 <= box[1] + half and box[2] - half <= p1 <= box[3] + half
                    if mine and inside and index.level[i] == level:
                        s.order[found] = i
                        found += 1
                    i = index.following[i]
        side *= WIDER
    return found


@part
def sort(order: Ints, n: int) -> None:
    """Ascending, in place (heapsort)."""
    start, end = n // 2, n
    while end > 1:
        if start > 0:
            start -= 1
            a = start
        else:
            end -= 1
            order[0], order[end] = order[end], order[0]
            a = 0
        while 2 * a + 1 < end:
            b = 2 * a + 1
            if b + 1 < end and order[b + 1] > order[b]:
                b += 1
            if order[a] >= order[b]:
                break
            order[a], order[b] = order[b], order[a]
            a = b


@part
def rows_box(s: Scratch, m: int, box: Floats) -> None:
    """The box of all rows of a look with their reach."""
    box[0], box[1], box[2], box[3] = math.inf, -math.inf, math.inf, -math.inf
    for q in range(m):
        row = s.row_box[q]
        box[0], box[1] = min(box[0], row[0] - row[2]), max(box[1], row[0] + row[2])
        box[2], box[3] = min(box[2], row[1] - row[3]), max(box[3], row[1] + row[3])


@part
def add_sector(sensors: Sensors, sensor: int, sector: Floats, rules: Rules, box: Floats) -> None:
    """Widen a box (low, high, low, high) to hold what a sensor sees in a sector, out to its declared range.

    A component farther out, and near no row, is touched by neither a miss nor a detection, found or not.
    """
    place, axes = sensors.place[sensor], sensors.axes[sensor]
    reach = sensors.num[sensor, c.RANGE_MAX]
    width = (sector[1] - sector[0]) % TWO_PI
    for q in range(2):
        e = rules.plane[q]
        at = e[0] * (place[0] - rules.origin[0]) + e[1] * (place[1] - rules.origin[1])
        at += e[2] * (place[2] - rules.origin[2])
        east = e[0] * axes[0, 0] + e[1] * axes[0, 1] + e[2] * axes[0, 2]
        north = e[0] * axes[1, 0] + e[1] * axes[1, 1] + e[2] * axes[1, 2]
        top = math.atan2(east, north)  # along this azimuth the coordinate grows fastest
        size = reach * math.sqrt(east * east + north * north)
        low, high = min(0.0, size * math.cos(sector[0] - top)), max(0.0, size * math.cos(sector[0] - top))
        low, high = min(low, size * math.cos(sector[1] - top)), max(high, size * math.cos(sector[1] - top))
        if (top - sector[0]) % TWO_PI < width:
            high = size
        if (top + math.pi - sector[0]) % TWO_PI < width:
            low = -size
        box[2 * q], box[2 * q + 1] = min(box[2 * q], at + low - 1.0), max(box[2 * q + 1], at + high + 1.0)


@part
def choose(
    bank: Bank,
    look: int,
    looks: Looks,
    sensors: Sensors,
    rules: Rules,
    index: Index,
    s: Scratch,
    running: Ints,
) -> int:
    """The components that a look may touch, ascending, in s.order; returns how many."""
    m, time, sensor = looks.last[look] - looks.first[look], looks.time[look], looks.sensor[look]
    survey, sector, area = looks.survey[look] == 1, s.mean[1], s.room[0, 0]
    narrow = survey and sensors.num[sensor, c.PLACED] == 1.0 and wedge(looks.azimuth[look], sector)
    hears = sensors.num[sensor, c.SPEED] > 0.0
    rows_box(s, m, area)
    if survey and hears:
        add_reach(sensors, sensor, rules, area)
    elif narrow:
        add_sector(sensors, sensor, looks.azimuth[look], rules, area)
    cells = ((area[1] - area[0]) / CELL_M + 2.0) * ((area[3] - area[2]) / CELL_M + 2.0)
    if (survey and not narrow and not hears) or not cells < 0.5 * running[c.SLOTS]:
        found = running[c.SLOTS]
        for i in range(found):
            s.order[i] = i
    else:
        rebuild(bank, index, time, rules, running, s)
        found = find(index, area, s)
        sort(s.order, found)
    kept = 0
    for t in range(found):
        i = s.order[t]
        if bank.tag[i, c.ALIVE] == 0:
            continue
        if survey and hears and m == 0 and beyond(bank, i, time, sensors, sensor):
            continue
        if survey and hears and m > 0:  # the area holds all rows and all that the station may hear
            extent(bank, i, time, rules, s.mean[0], s.room[1, 0])
            if not meets(s.mean[0], area):
                continue
        if narrow and not hears:  # the same test whether the index was asked or not: it changes no bit
            if beside(bank, i, time, sensors, sensor, rules, sector):
                continue
            extent(bank, i, time, rules, s.mean[0], s.room[1, 0])
            if not meets(s.mean[0], area):
                continue
        if not survey:
            extent(bank, i, time, rules, s.mean[0], s.room[1, 0])
            if not touches(s.mean[0], s, m):
                continue
        s.order[kept] = i
        kept += 1
    return kept


@part
def meets(box: Floats, area: Floats) -> bool:
    """Does a box (place, half sides) of the plane meet an area (low, high, low, high)?"""
    inside: bool = box[0] + box[2] >= area[0] and box[0] - box[2] <= area[1]
    return inside and box[1] + box[3] >= area[2] and box[1] - box[3] <= area[3]


@part
def touches(box: Floats, s: Scratch, m: int) -> bool:
    """Does a box of the plane meet that of any of m rows?"""
    for q in range(m):
        row = s.row_box[q]
        if abs(box[0] - row[0]) <= box[2] + row[2] and abs(box[1] - row[1]) <= box[3] + row[3]:
            return True
    return False
