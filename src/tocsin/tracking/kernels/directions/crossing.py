"""Where directions of two stations cross, and how much likelier that is of one new object than by chance.

For two directions i and j of different stations, the rate at which one new object gives both, against the rates at
which each comes otherwise, is

    odds = u_i u_j  rho pd_i pd_j  integral p(z_i | x) p(z_j | x) dx  (1 - pd_i)^k (1 - pd_j)^k / (l_i l_j)

with u the probability that no known component explains a direction, rho the density of the unseen, l the rate of false
and new ones, and k the looks between the two. Over the ground the integral is r_i r_j / sin(crossing angle); heights
that elevations give must agree.
"""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Floats, Heard, Posts, Rows, Rules, Sensors
from tocsin.tracking.kernels.njit import part
from tocsin.tracking.kernels.sound.retarded import Place

SECOND = 1_000_000_000
CROSS_NS = 5 * SECOND  # directions farther apart in time are not crossed
CROSS_MAX = 4  # components that one row may begin by crossing
WEIGHT_LEAST = 0.02  # a direction that is explained better than this begins nothing
ANGLE_LEAST = 0.2  # sine: bearings that cross at a smaller angle give no place
REACH_SLACK = 1.05
STEEP = 1.3  # rad: an elevation above this gives no height
EARTH_M = 6371008.8
# What hums is mostly a propeller: slow and low. The others are as the model says.
SLOW_SHARE = 0.8
SLOW = 0.35  # of the model's speed: 45 m/s each way
LOW_M = 600.0  # height, and its sigma


@part
def normal(x: float, variance: float) -> float:
    """The density of a normal distribution around 0."""
    return math.exp(-0.5 * x * x / variance) / math.sqrt(2.0 * math.pi * variance)


@part
def stood(rows: Rows, j: int, sensors: Sensors, sensor: int) -> Place:
    """Where the sensor of direction row j was when it measured."""
    z, place = rows.z[j], sensors.place[sensor]
    if rows.mask[j] & (1 << c.CARRIED):
        return z[c.EAST], z[c.NORTH], z[c.UP]
    return place[0], place[1], place[2]


@part
def height_at(g: float, up: float, elevation: float, earth: int) -> float:
    """Height of what is seen under an elevation g metres along the ground from a station at height `up`."""
    h: float = up + g * math.tan(elevation)
    if earth:
        h += 0.5 * g * g / EARTH_M
    return h


@part
def slow_odds(guess: Floats, rules: Rules) -> float:
    """SLOW_SHARE, times how much likelier the height of a guess is for what is slow than for the model's targets."""
    if rules.climb == 0.0:
        return SLOW_SHARE
    height, variance = guess[c.GUESS_HEIGHT], guess[c.GUESS_HEIGHT_VAR]
    low = normal(height - LOW_M, LOW_M * LOW_M + variance)
    return SLOW_SHARE * low / normal(height - rules.height, rules.height_sigma**2 + variance)


@part
def thinned(num: Floats, speed: float, survey: int) -> float:
    """What share of the unseen is left in the reach of a station that listens without a break, at the least.

    What is there was heard before unless it came in lately; to come in takes about reach / speed.
    """
    if survey == 0:
        return 1.0
    left: float = 1.0 / (1.0 + num[c.PD] * num[c.RANGE_MAX] / (speed * num[c.PERIOD]))
    return left


@part
def missed(pd: float, seconds: float, period: float, survey: int) -> float:
    """The chance that a station does not hear something in the looks between two times."""
    if survey == 0:
        return 1.0
    between: float = math.floor(seconds / period + 0.5) - 1.0
    return (1.0 - pd) ** between if between > 0.0 else 1.0


@part
def cross(
    azimuth: float,
    elevation: float,
    elevation_var: float,
    place: Place,
    entry: Floats,
    here: int,
    there: int,
    sensors: Sensors,
    posts: Posts,
    rules: Rules,
    guess: Floats,
) -> float:
    """Where the direction of station `here` crosses an entry of station `there`: fills guess; returns the integral.

    `place`: where station `here` was; the entry tells where the other one was.
    The integral over place of both likelihoods, per unit of what was measured: 0 where they do not meet.
    """
    a, b = posts.sensor[here], posts.sensor[there]
    axes, other = sensors.axes[a], sensors.axes[b]
    re = rn = de = dn = 0.0
    sine, cosine = math.sin(entry[c.HEARD_AZIMUTH]), math.cos(entry[c.HEARD_AZIMUTH])
    for q in range(3):
        d = entry[c.HEARD_PLACE + q] - place[q]
        way = sine * other[0, q] + cosine * other[1, q]
        re += axes[0, q] * d
        rn += axes[1, q] * d
        de += axes[0, q] * way
        dn += axes[1, q] * way
    e, n = math.sin(azimuth), math.cos(azimuth)
    across = e * dn - n * de
    if abs(across) < ANGLE_LEAST:
        return 0.0
    g = (re * dn - rn * de) / across
    far = (re * n - rn * e) / across
    most, most_far = sensors.num[a, c.RANGE_MAX], sensors.num[b, c.RANGE_MAX]
    if g < 0.01 * most or far < 0.01 * most_far or g > REACH_SLACK * most or far > REACH_SLACK * most_far:
        return 0.0
    guess[c.GUESS_EAST], guess[c.GUESS_NORTH] = g * e, g * n
    guess[c.GUESS_HEIGHT], guess[c.GUESS_HEIGHT_VAR] = rules.height, rules.height_sigma**2
    total = g * far / abs(across)
    if rules.climb == 0.0:
        guess[c.GUESS_HEIGHT], guess[c.GUESS_HEIGHT_VAR] = posts.up[here], 0.0
        return total
    # heights, one after another into the model's own: each factor is the density of an elevation given what is known
    for turn in range(2):
        el = elevation if turn == 0 else entry[c.HEARD_ELEVATION]
        var = elevation_var if turn == 0 else entry[c.HEARD_ELEVATION_VAR]
        if var <= 0.0 or abs(el) > STEEP:
            continue
        way = g if turn == 0 else far
        per = way / math.cos(el) ** 2  # metres of height per rad
        # the range is uncertain too, by what the other azimuth gives and by how old the sound is: a tenth of it
        noise = per * per * var + (0.1 * way * math.tan(el)) ** 2
        found = height_at(way, posts.up[here] if turn == 0 else posts.up[there], el, rules.earth)
        spread = guess[c.GUESS_HEIGHT_VAR] + noise
        off = found - guess[c.GUESS_HEIGHT]
        if off * off > 16.0 * spread:
            return 0.0
        total *= per * normal(off, spread)
        gain = guess[c.GUESS_HEIGHT_VAR] / spread
        guess[c.GUESS_HEIGHT] += gain * off
        guess[c.GUESS_HEIGHT_VAR] *= 1.0 - gain
    return total


@part
def crossings(
    rows: Rows,
    j: int,
    survey: int,
    here: int,
    sensors: Sensors,
    rules: Rules,
    posts: Posts,
    heard: Heard,
    other: float,
    density: float,
) -> tuple[int, float]:
    """Directions of neighbours that row j crosses: the best into posts.best and who. Returns how many, and all odds."""
    a = posts.sensor[here]
    z, var = rows.z[j], rows.var[j]
    elevation_var = var[c.ELEVATION] if rows.mask[j] & (1 << c.ELEVATION) else -1.0
    found, total = 0, 0.0
    guess = posts.best[c.LISTEN - 1]
    place_a = stood(rows, j, sensors, a)
    pd_a = sensors.num[a, c.PD]
    for m in range(posts.begin[here], posts.begin[here + 1]):
        there = posts.near[m]
        b = posts.sensor[there]
        pd_b = sensors.num[b, c.PD]
        for back in range(1, c.HEARD_MAX + 1):  # the newest first: the order must not depend on where the ring begins
            slot = (heard.next[there] - back) % c.HEARD_MAX
            apart = abs(rows.time[j] - heard.time[there, slot])
            if heard.time[there, slot] == c.NEVER or apart > CROSS_NS:
                continue
            entry = heard.num[there, slot]
            if entry[c.HEARD_WEIGHT] < WEIGHT_LEAST:
                continue
            z_el = z[c.ELEVATION]
            meet = cross(z[c.AZIMUTH], z_el, elevation_var, place_a, entry, here, there, sensors, posts, rules, guess)
            if meet <= 0.0:
                continue
            seconds = apart * 1e-9
            silent = missed(pd_a, seconds, sensors.num[a, c.PERIOD], survey)
            silent *= missed(pd_b, seconds, sensors.num[b, c.PERIOD], survey)
            odds = entry[c.HEARD_WEIGHT] * density * pd_a * pd_b * meet * silent
            odds *= (slow_odds(guess, rules) + 1.0 - SLOW_SHARE) / (other * entry[c.HEARD_RATE])
            total += odds
            place = -1
            if found < CROSS_MAX:
                place = found
                found += 1
            else:
                for q in range(CROSS_MAX):
                    if posts.best[q, c.GUESS_ODDS] < odds and (
                        place < 0 or posts.best[q, c.GUESS_ODDS] < posts.best[place, c.GUESS_ODDS]
                    ):
                        place = q
            if place >= 0:
                for q in range(c.GUESS):
                    posts.best[place, q] = guess[q]
                posts.best[place, c.GUESS_ODDS] = odds
                posts.who[place, 0], posts.who[place, 1] = there, slot
    return found, total
