"""Which components a look touches, and which of its detections may be theirs.

Neighbours are sought in a plane (east and north at the site's origin): distances there are never longer than in space,
so nothing inside the gate is lost, and the search changes the speed and no bit of the result.
"""

import math

from tocsin.tracking.kernels.columns import (
    ALONG,
    BORN,
    CHANCE_EXISTENCE,
    CHANCE_MISS,
    CHANCE_PART,
    CHANCE_PD,
    CUT,
    EXISTENCE,
    FALL,
    IDENTITY,
    IDENTITY_KIND,
    LAST,
    LAST_SENSOR,
    NEAR_PLACED,
    NEIGHBOURS_MAX,
    NOISE,
    NOISE_UP,
    PD,
    PLACED,
    RANGE_MAX,
    SIDEWAYS,
    SPEED,
    TIME,
    WITNESS,
    WITNESS_PLACED,
    WITNESS_SELF,
    Bank,
    Floats,
    Ints,
    Looks,
    Rows,
    Rules,
    Scratch,
    Sensors,
)
from tocsin.tracking.kernels.learning.cells import cell_at
from tocsin.tracking.kernels.memory.fetch import AHEAD, fetch
from tocsin.tracking.kernels.motion import predict, put
from tocsin.tracking.kernels.newborn import shadow
from tocsin.tracking.kernels.njit import part
from tocsin.tracking.kernels.sensing import close, evaluate, visible, work_in
from tocsin.tracking.kernels.sound.retarded import earlier

BRUTE = 6  # up to so many detections in a look, each is tried with each component
PAIRS_MAX = 64  # and of these, how many may be its own
NEAR_LEAST = 1e-3  # what was less likely than this within a station's reach has nothing to do with what it hears
PD_LEAST = 0.05  # a detection from where the sensor should see nothing is unlikely, not impossible
POSITION_BITS = 0b11 << 5
TWO_PI = 2.0 * math.pi
HALF_MAX = 1.5  # rad: a wider sector is not left aside by its edges
FALLING_MPS2 = 10.0
SIGMAS = 8.0  # beyond these a state lies in a sector with less than 1e-6, which `candidates` leaves out in any case


@part
def wedge(azimuth: Floats, out: Floats) -> bool:
    """Sector (from, to) as out = (sin, cos of its middle, sin, cos of half its width). False: too wide for `beside`."""
    half = 0.5 * ((azimuth[1] - azimuth[0]) % TWO_PI)
    if not 0.0 < half < HALF_MAX:  # also all around, which is NaN
        return False
    middle = azimuth[0] + half
    out[0], out[1], out[2], out[3] = math.sin(middle), math.cos(middle), math.sin(half), math.cos(half)
    return True


@part
def strays(mode: Floats) -> float:
    """How fast a mode may leave the straight line, m/s2; what slows down stays behind what flies on."""
    sum_mps2: float = abs(mode[SIDEWAYS]) + abs(mode[ALONG]) + (FALLING_MPS2 if mode[FALL] > 0.0 else 0.0)
    return sum_mps2


@part
def beside(bank: Bank, i: int, time: int, sensors: Sensors, sensor: int, rules: Rules, sector: Floats) -> bool:
    """Is component i, not yet predicted, surely outside a sector (see `wedge`)? 8 sigma, and what it may have flown.

    A point is farther from the sector than from the line of its nearer edge: across cos(half) - along sin(half).
    """
    dt = abs(time - bank.tag[i, TIME]) * 1e-9
    axes, place = sensors.axes[sensor], sensors.place[sensor]
    noise, pushed = 0.0, 0.0
    for k in range(bank.mu.shape[1]):
        if bank.mu[i, k] > 0.0 or bank.share[i, k] > 0.0:
            noise = max(noise, rules.modes[k, NOISE], rules.modes[k, NOISE_UP])
            pushed = max(pushed, strays(rules.modes[k]))
    for k in range(bank.mu.shape[1]):
        if bank.mu[i, k] == 0.0:
            continue
        x, p = bank.x[i, k], bank.p[i, k]
        d0, d1, d2 = x[0] - place[0], x[1] - place[1], x[2] - place[2]
        east = axes[0, 0] * d0 + axes[0, 1] * d1 + axes[0, 2] * d2
        north = axes[1, 0] * d0 + axes[1, 1] * d1 + axes[1, 2] * d2
        along = east * sector[0] + north * sector[1]
        across = abs(east * sector[1] - north * sector[0])
        spread = math.sqrt(p[0, 0] + p[1, 1] + p[2, 2]) + math.sqrt(p[3, 3] + p[4, 4] + p[5, 5]) * dt
        spread += math.sqrt(noise * dt * dt * dt)
        flown = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5]) * dt + 0.5 * pushed * dt * dt
        if across * sector[3] - along * sector[2] <= SIGMAS * spread + flown:
            return False
    return True


@part
def within(place: Floats, reach: float, x: Floats, p: Floats) -> float:
    """How likely a state x (6,) with covariance p (6, 6) is nearer to a place (3,) than `reach`, m."""
    d = (x[0] - place[0], x[1] - place[1], x[2] - place[2])
    r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + 1e-6
    v = 0.0
    for a in range(3):
        for b in range(3):
            v += d[a] * d[b] * p[a, b]
    return 0.5 * math.erfc((math.sqrt(r2) - reach) / math.sqrt(2.0 * v / r2 + 1e-6))


@part
def candidates(bank: Bank, look: int, looks: Looks, sensors: Sensors, rules: Rules, s: Scratch, chosen: int) -> int:
    """Predict the `chosen` components of s.order into s.slot, x, p, mu, chance and box; returns how many are left.

    CHANCE_PART holds the variance of the velocity, m2/s2, until `mark_wide` has read it.
    """
    n = 0
    time, sensor = looks.time[look], looks.sensor[look]
    survey = looks.survey[look] == 1
    for t in range(chosen):
        i = s.order[t]
        x, p, mu = s.x[n], s.p[n], s.mu[n]
        s.time[n] = max(time, bank.tag[i, TIME])  # a late look finds components ahead of it: its rows look back
        survived = predict(bank, i, s.time[n], rules, x, p, mu, s.f)
        best = 0
        for k in range(mu.shape[0]):
            if mu[k] > mu[best]:
                best = k
        pd, inside, loud, novel = sensors.num[sensor, PD], 1.0, sensors.num[sensor, PD], False
        listens = sensors.num[sensor, SPEED] > 0.0
        last = bank.tag[i, LAST_SENSOR]
        audible = last >= 0 and sensors.num[last, SPEED] > 0.0
        unseen = bank.tag[i, WITNESS] & (WITNESS_SELF | WITNESS_PLACED) == 0  # known by directions alone
        if sensors.num[sensor, PLACED] == 1.0 and listens:
            if p[best, 0, 0] + p[best, 1, 1] + p[best, 2, 2] > sensors.num[sensor, RANGE_MAX] ** 2:
                continue  # it might be anywhere in reach or out of it: every false direction would feed it
            # what counts is where it was when it gave what is heard now
            tau = earlier(sensors, sensor, x[best], s.mean[1])
            near = within(sensors.place[sensor], sensors.num[sensor, RANGE_MAX], s.mean[1], p[best])
            if tau >= 0.0 and near < NEAR_LEAST:
                continue  # false directions would feed it, and no silence would count against it
            pd, inside = 0.0, 1.0
            # too fast for a direction; unless it is known by directions alone: then it is the estimate that is wrong
            if tau >= 0.0 or audible:
                pd, inside = visible(sensors, sensor, s.mean[1], p[best], rules.earth, looks.azimuth[look])
            if tau >= 0.0 and near < 0.5:  # its mean was out of reach, and it may have been within
                pd, loud = near * loud, near * loud
            # what would come to this station now had to be given before anybody knows it to have been there
            novel = tau > 0.0 and s.time[n] - int(tau * 1e9) < bank.tag[i, BORN]
        elif sensors.num[sensor, PLACED] == 1.0:
            pd, inside = visible(sensors, sensor, x[best], p[best], rules.earth, looks.azimuth[look])
        if inside < 1e-6:
            continue
        cell = cell_at(sensors, sensor, rules, x[best])
        if cell >= 0:
            pd *= sensors.pd_ratio[cell]
            loud *= sensors.pd_ratio[cell]
        missable = survey and not novel and (unseen or not listens)  # seen once, it may be silent: a bird
        if bank.tag[i, LAST_SENSOR] == sensor and time - bank.tag[i, LAST] < looks.span[look] // 2:
            missable = False  # it gave its detection of this turn in the sector next door
        s.slot[n] = i
        spread = 0.0
        for k in range(mu.shape[0]):
            if mu[k] > 0.0:
                spread += mu[k] * (p[k, 3, 3] + p[k, 4, 4] + p[k, 5, 5])
        s.chance[n, CHANCE_PART] = spread
        s.chance[n, CHANCE_EXISTENCE] = bank.num[i, EXISTENCE] * survived
        s.chance[n, CHANCE_PD] = max(pd, PD_LEAST * sensors.num[sensor, PD])
        if listens and pd > 0.0:
            # what is silent may be faint, and what is heard from afar is loud: the reach is that of a faint one
            s.chance[n, CHANCE_PD] = max(pd, loud)
        s.chance[n, CHANCE_MISS] = pd * inside if missable else 0.0
        shadow(x[best], p[best], rules, s.box[n])
        for k in range(mu.shape[0]):
            if k != best and mu[k] > 0.0:
                box, other = s.box[n], s.mean[0]
                shadow(x[k], p[k], rules, other)
                box[2] = max(box[2], other[2] + abs(other[0] - box[0]))
                box[3] = max(box[3], other[3] + abs(other[1] - box[1]))
        n += 1
    return n


@part
def cell_size(s: Scratch, n: int, m: int) -> float:
    """A cell about as wide as the mean gate of a component and a row, and not so small that most are empty."""
    total, least0, most0, least1, most1 = 0.0, math.inf, -math.inf, math.inf, -math.inf
    for i in range(n):
        total += s.box[i, 2] + s.box[i, 3]
    size = total / max(n, 1)
    total = 0.0
    for q in range(m):
        box = s.row_box[q]
        total += min(box[2] + box[3], 1e6)
        least0, most0 = min(least0, box[0]), max(most0, box[0])
        least1, most1 = min(least1, box[1]), max(most1, box[1])
    return max(size + total / m, math.sqrt((most0 - least0) * (most1 - least1) / m), 1e-3)


@part
def bucket(a: int, b: int, size: int) -> int:
    """Cell (a, b) as a bucket; `size` is a power of two."""
    return ((a * 73856093) ^ (b * 19349663)) & (size - 1)


@part
def spread_rows(s: Scratch, m: int, cell: float) -> int:
    """Hash the rows into lists, one for each cell of the plane. Returns the number of buckets used."""
    size = 16
    while size < 2 * m:
        size *= 2
    for b in range(size):
        s.grid[b] = -1
    for q in range(m):
        b = bucket(math.floor(s.row_box[q, 0] / cell), math.floor(s.row_box[q, 1] / cell), size)
        s.row_next[q] = s.grid[b]
        s.grid[b] = q
    return size


@part
def neighbours(s: Scratch, i: int, m: int, cell: float, size: int, wide0: float, wide1: float, begin: int) -> int:
    """Rows that may lie in the gate of candidate i, ascending, into s.near from `begin` on; returns where they end.

    So many that they do not fit end one place beyond the NEIGHBOURS_MAX that do.
    """
    box, found, most = s.box[i], begin, begin + NEIGHBOURS_MAX
    if size == 0 or (2.0 * (box[2] + wide0) / cell + 2.0) * (2.0 * (box[3] + wide1) / cell + 2.0) > m:
        for q in range(m):
            other = s.row_box[q]
            if abs(box[0] - other[0]) <= box[2] + other[2] and abs(box[1] - other[1]) <= box[3] + other[3]:
                if found == most:
                    return found + 1
                s.near[found] = q
                found += 1
        return found
    for a in range(math.floor((box[0] - box[2] - wide0) / cell), math.floor((box[0] + box[2] + wide0) / cell) + 1):
        for b in range(math.floor((box[1] - box[3] - wide1) / cell), math.floor((box[1] + box[3] + wide1) / cell) + 1):
            q = s.grid[bucket(a, b, size)]
            while q >= 0:
                other = s.row_box[q]
                fits = abs(box[0] - other[0]) <= box[2] + other[2] and abs(box[1] - other[1]) <= box[3] + other[3]
                if fits and math.floor(other[0] / cell) == a and math.floor(other[1] / cell) == b:
                    if found == most:
                        return found + 1
                    place = found  # insertion sort: the order of rows must not depend on the grid
                    while place > begin and s.near[place - 1] > q:
                        s.near[place] = s.near[place - 1]
                        place -= 1
                    s.near[place] = q
                    found += 1
                q = s.row_next[q]
    return found


@part
def all_neighbours(s: Scratch, n: int, m: int, running: Ints) -> int:
    """Neighbours of n candidates among m rows: those of candidate i are s.near[s.nearby[i] : s.nearby[i + 1]].

    Returns how many, -1: no room. All before any is looked at: so it is known early which rows will be, one by one.
    """
    cell, size, wide0, wide1 = 1.0, 0, 0.0, 0.0
    if m > BRUTE:
        cell = cell_size(s, n, m)
        size = spread_rows(s, m, cell)
        for q in range(m):
            wide0, wide1 = max(wide0, s.row_box[q, 2]), max(wide1, s.row_box[q, 3])
    running[CUT] = 0
    found = 0
    for i in range(n):
        s.nearby[i] = found
        if found + NEIGHBOURS_MAX > s.near.shape[0]:
            return -1
        end = neighbours(s, i, m, cell, size, wide0, wide1, found)
        running[CUT] += end > found + NEIGHBOURS_MAX
        found = min(end, found + NEIGHBOURS_MAX)
    s.nearby[n] = found
    return found


@part
def pairs(
    bank: Bank,
    rows: Rows,
    look: int,
    looks: Looks,
    sensors: Sensors,
    rules: Rules,
    s: Scratch,
    n: int,
    running: Ints,
) -> int:
    """Fill s.first and s.pair_* with every (candidate, row) inside the gate, updated; returns how many, -1: no room.

    Most pairs come to nothing: places along the frame's axes are left to `catch_up`, which works in those that count.
    """
    m = looks.last[look] - looks.first[look]
    begin, place, site = looks.first[look], sensors.place[looks.sensor[look]], sensors.axes[looks.sensor[look]]
    found = all_neighbours(s, n, m, running)
    if found < 0:
        return -1
    e = 0
    for i in range(n):
        s.first[i] = e
        if e + min(s.nearby[i + 1] - s.nearby[i], PAIRS_MAX) + 1 > s.pair_row.shape[0]:
            return -1
        weight = s.chance[i, CHANCE_EXISTENCE] * s.chance[i, CHANCE_PD]
        in_time = s.time[i] == looks.time[look]
        for t in range(s.nearby[i], s.nearby[i + 1]):
            fetch(s.row_near, s.near[min(t + AHEAD, found - 1)])
            q = s.near[t]
            j, near, likelihood = begin + q, s.row_near[q], 0.0
            late = in_time and near[NEAR_PLACED] == 1.0
            for k in range(s.mu.shape[1]):
                if s.mu[i, k] == 0.0:
                    s.pair_mu[e, k] = 0.0
                    continue
                x, p = s.pair_x[e, k], s.pair_p[e, k]
                if late:
                    like = close(near, rules.gate, s.x[i, k], s.p[i, k], p[0], x)
                else:
                    mask, z, var, axes = rows.mask[j], rows.z[j], rows.var[j], rows.axes[j]
                    dt = (rows.time[j] - s.time[i]) * 1e-9
                    put(x, p, s.x[i, k], s.p[i, k])
                    like = evaluate(mask, z, var, axes, place, site, dt, rules.earth, rules.gate, x, p, s.room)
                s.pair_mu[e, k] = s.mu[i, k] * like
                likelihood += s.pair_mu[e, k]
            if likelihood <= 0.0:
                continue
            for k in range(s.mu.shape[1]):
                s.pair_mu[e, k] /= likelihood
            s.pair_row[e], s.pair_late[e] = q, 1 if late else 0
            s.pair_w[e, 0] = weight * likelihood * agreement(bank.tag[s.slot[i]], rows.word[j], rules.wrong_identity)
            if e - s.first[i] < PAIRS_MAX:
                e += 1
            else:
                keep_best(s, s.first[i], e)
                running[CUT] += 1
    s.first[n] = e
    return e


@part
def catch_up(s: Scratch, i: int, e: int) -> None:
    """Work in what `pairs` left of pair e of candidate i."""
    if s.pair_late[e] == 0:
        return
    s.pair_late[e] = 0
    for k in range(s.mu.shape[1]):
        if s.pair_mu[e, k] > 0.0:
            low, whitened = s.room[1, 0], s.room[1, 1]
            for a in range(6):
                low[a], whitened[a] = s.pair_p[e, k, 0, a], s.pair_x[e, k, a]
            work_in(s.x[i, k], s.p[i, k], low, whitened, s.room[0], s.pair_x[e, k], s.pair_p[e, k])


@part
def keep_best(s: Scratch, first: int, e: int) -> None:
    """Let pair e take the place of the least likely one of pairs first..e-1, where that is less likely."""
    least = first
    for a in range(first, e):
        if s.pair_w[a, 0] < s.pair_w[least, 0]:
            least = a
    if s.pair_w[least, 0] >= s.pair_w[e, 0]:
        return
    s.pair_w[least, 0], s.pair_row[least], s.pair_late[least] = s.pair_w[e, 0], s.pair_row[e], s.pair_late[e]
    for k in range(s.mu.shape[1]):
        if s.pair_mu[e, k] > 0.0:
            put(s.pair_x[least, k], s.pair_p[least, k], s.pair_x[e, k], s.pair_p[e, k])
        s.pair_mu[least, k] = s.pair_mu[e, k]


@part
def agreement(tag: Ints, word: Ints, wrong: float) -> float:
    """How much likelier (or less) an identity makes a pair: evidence that may be wrong, never a command."""
    if tag[IDENTITY] == 0 or word[0] == 0 or word[2] != tag[IDENTITY_KIND]:
        return 1.0
    return 1.0 / wrong if word[0] == tag[IDENTITY] else wrong
