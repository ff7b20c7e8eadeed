"""Births from directions: where the bearings of two stations cross, or where one station has heard something for 5 s.

One direction says nothing of range, so it begins nothing; it is kept for some seconds, and crossed with those of other
stations (`crossing`). Existence is u_j odds / (1 + sum of odds): the rule of a potential new component (Williams 2015)
for a pair. One station alone gives a chain of directions that agree with each other; it begins a few components along
the wedge, by area, each narrow in range against its range (Peach, IEE Proc. 1995).
"""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import (
    Bank,
    Floats,
    Heard,
    Index,
    Ints,
    Looks,
    Posts,
    Rows,
    Rules,
    Scratch,
    Sensors,
)
from tocsin.tracking.kernels.directions.crossing import (
    EARTH_M,
    SLOW,
    SLOW_SHARE,
    STEEP,
    WEIGHT_LEAST,
    crossings,
    height_at,
    normal,
    slow_odds,
    stood,
    thinned,
)
from tocsin.tracking.kernels.directions.families import family_of
from tocsin.tracking.kernels.motion import clear, put, upward
from tocsin.tracking.kernels.newborn import begin_flying
from tocsin.tracking.kernels.njit import part
from tocsin.tracking.kernels.sensing import evaluate, half_turn
from tocsin.tracking.kernels.sound.retarded import FRONT_MACH, Place, delay

SECOND = 1_000_000_000
CHAIN_NS = 7 * SECOND  # those of one station are remembered for so long,
CHAIN_PERIODS = 5.0  # or for so many of its periods, if these last longer,
CHAIN_MOST_NS = 40 * SECOND  # but never longer than this
CHAIN_SPAN_S = 4.5  # and have to last so long, to begin something alone
CHAIN_LEAST = 4
SPREAD_MAX = 8  # components along one wedge
NEAREST = 1.0 / 15.0  # the wedge begins at this share of the reach
BORN_LEAST = 1e-4
RATE = 0.03  # rad/s, by which a direction moves from one second to the next
AZIMUTH_MASK = (1 << c.AZIMUTH) | (1 << c.DIRECTION)


@part
def from_front(azimuth: float, sigma: float, sensors: Sensors, sensor: int, s: Scratch, known: int) -> bool:
    """Does a sound come from where something too fast for a direction is, or was while its sound was under way?

    Seen from the station, a straight way is the arc between the directions of its ends.
    """
    num, axes, place = sensors.num[sensor], sensors.axes[sensor], sensors.place[sensor]
    for t in range(known):
        if s.chance[t, c.CHANCE_EXISTENCE] < 0.5:
            continue
        best = 0
        for k in range(s.mu.shape[1]):
            if s.mu[t, k] > s.mu[t, best]:
                best = k
        x = s.x[t, best]
        if math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5]) < FRONT_MACH * num[c.SPEED]:
            continue
        back = num[c.RANGE_MAX] / num[c.SPEED]
        d0, d1, d2 = x[0] - place[0], x[1] - place[1], x[2] - place[2]
        e = axes[0, 0] * d0 + axes[0, 1] * d1 + axes[0, 2] * d2
        n = axes[1, 0] * d0 + axes[1, 1] * d1 + axes[1, 2] * d2
        d0, d1, d2 = d0 - back * x[3], d1 - back * x[4], d2 - back * x[5]
        e1 = axes[0, 0] * d0 + axes[0, 1] * d1 + axes[0, 2] * d2
        n1 = axes[1, 0] * d0 + axes[1, 1] * d1 + axes[1, 2] * d2
        arc = half_turn(math.atan2(e1, n1) - math.atan2(e, n))
        off = half_turn(azimuth - math.atan2(e, n))
        if min(0.0, arc) - 4.0 * sigma <= off <= max(0.0, arc) + 4.0 * sigma:
            return True
    return False


@part
def chain_ns(num: Floats) -> int:
    """How long directions of a station may hang together: long enough for CHAIN_LEAST of one that turns slowly."""
    return min(max(CHAIN_NS, int(CHAIN_PERIODS * num[c.PERIOD] * 1e9)), CHAIN_MOST_NS)


@part
def chain(
    rows: Rows, j: int, survey: int, here: int, sensors: Sensors, posts: Posts, heard: Heard, other: float, new: float
) -> float:
    """Odds that one station alone has heard something new for CHAIN_SPAN_S; 0 while it has not. It is used up then."""
    a = posts.sensor[here]
    z, var = rows.z[j], rows.var[j]
    pd = sensors.num[a, c.PD]
    odds, lasting = new / other, chain_ns(sensors.num[a])
    count, span, last = 1, 0.0, rows.time[j]
    for turn in range(2):  # first whether it lasts; then its members are spent
        for back in range(1, c.HEARD_MAX + 1):
            slot = (heard.next[here] - back) % c.HEARD_MAX
            time = heard.time[here, slot]
            if time == c.NEVER or not 0 <= rows.time[j] - time <= lasting:
                continue
            entry = heard.num[here, slot]
            dt = (rows.time[j] - time) * 1e-9
            drift = RATE * RATE * dt * dt
            off = half_turn(z[c.AZIMUTH] - entry[c.HEARD_AZIMUTH])
            spread = var[c.AZIMUTH] + entry[c.HEARD_AZIMUTH_VAR] + drift
            if entry[c.HEARD_WEIGHT] < WEIGHT_LEAST or off * off > 9.0 * spread:
                continue
            like = normal(off, spread)
            if entry[c.HEARD_ELEVATION_VAR] > 0.0 and rows.mask[j] & (1 << c.ELEVATION):
                rise = z[c.ELEVATION] - entry[c.HEARD_ELEVATION]
                spread = var[c.ELEVATION] + entry[c.HEARD_ELEVATION_VAR] + drift
                if rise * rise > 9.0 * spread:
                    continue
                like *= normal(rise, spread)
            if turn == 1:
                entry[c.HEARD_WEIGHT] = 0.0
            elif time < last:  # one of each look
                odds *= entry[c.HEARD_WEIGHT] * pd * like / entry[c.HEARD_RATE]
                span, last = dt, time
                count += 1
        if count < CHAIN_LEAST or span < CHAIN_SPAN_S:
            return 0.0
    looks = span / sensors.num[a, c.PERIOD] + 1.0 if survey else 0.0
    found: float = odds * (1.0 - pd) ** max(looks - count, 0.0)
    return found


@part
def guessed(
    guess: Floats,
    up: float,
    place: Place,
    axes: Floats,
    wide: float,
    sigma: float,
    speed: float,
    rules: Rules,
    x: Floats,
    p: Floats,
    vertical: Floats,
) -> None:
    """Mean x (6,) and covariance p (6, 6) of a guess, before its directions: `wide` m along the ground each way.

    sigma: of its range, and twice that aside, where the direction is all that is known. speed: sigma, each way.
    """
    clear(x, p)
    e, n = guess[c.GUESS_EAST], guess[c.GUESS_NORTH]
    rise = guess[c.GUESS_HEIGHT] - up
    if rules.earth:
        rise -= 0.5 * (e * e + n * n) / EARTH_M
    for q in range(3):
        x[q] = place[q] + e * axes[0, q] + n * axes[1, q] + rise * axes[2, q]
    upward(x, rules.earth, vertical)
    g = math.sqrt(e * e + n * n)
    for q in range(3):
        along = (e * axes[0, q] + n * axes[1, q]) / g
        side = (n * axes[0, q] - e * axes[1, q]) / g
        for r in range(3):
            along_r = (e * axes[0, r] + n * axes[1, r]) / g
            side_r = (n * axes[0, r] - e * axes[1, r]) / g
            uu = vertical[q] * vertical[r]
            flat = (1.0 if q == r else 0.0) - uu
            p[q, r] = wide * wide * flat + guess[c.GUESS_HEIGHT_VAR] * uu
            p[q, r] += sigma * sigma * (along * along_r + 4.0 * side * side_r)
            p[3 + q, 3 + r] = speed * speed * flat + rules.climb**2 * uu


@part
def given(time: int, place: Place, num: Floats, x: Floats, dt: float) -> int:
    """When (ns) what a station at `place` heard at `time` was given by a source with state x (6,), dt s before then."""
    y0, y1, y2 = x[0] + dt * x[3] - place[0], x[1] + dt * x[4] - place[1], x[2] + dt * x[5] - place[2]
    u0, u1, u2 = x[3] - num[c.WIND_X], x[4] - num[c.WIND_X + 1], x[5] - num[c.WIND_X + 2]
    return time - int(max(delay(y0, y1, y2, u0, u1, u2, num[c.SPEED]), 0.0) * 1e9)


@part
def plant(
    bank: Bank,
    rows: Rows,
    j: int,
    here: int,
    there: int,
    slot: int,
    guess: Floats,
    sigma: float,
    speed: float,
    existence: float,
    sensors: Sensors,
    rules: Rules,
    posts: Posts,
    heard: Heard,
    s: Scratch,
    running: Ints,
) -> bool:
    """Begin a component at a guess, told by row j and, where `there` is not -1, by that station's entry `slot`.

    sigma: of its range along the ground, where one station alone is all; speed: sigma of its velocity each way. False:
    it would be too fast to be heard.
    """
    i, a = running[c.SLOTS], posts.sensor[here]
    x, p, num = bank.x[i, 0], bank.p[i, 0], sensors.num[a]
    wide = 2.0 * num[c.RANGE_MAX] if there >= 0 else 0.0
    at = stood(rows, j, sensors, a)
    guessed(guess, posts.up[here], at, sensors.axes[a], wide, sigma, speed, rules, x, p, s.room[2, 10])
    z, var = posts.z, posts.var
    for q in range(c.QUANTITIES):
        z[q], var[q] = rows.z[j, q], rows.var[j, q]
    mask = AZIMUTH_MASK | (1 << c.CARRIED)
    for q in range(3):
        z[c.EAST + q] = at[q]
    evaluate(mask, z, var, rows.axes[j], sensors.place[a], sensors.axes[a], 0.0, rules.earth, math.inf, x, p, s.room)
    if there >= 0:
        b = posts.sensor[there]
        z[c.RANGE], var[c.RANGE] = sensors.num[b, c.SPEED], sensors.num[b, c.SPEED_VAR]
        for q in range(3):
            z[c.VELOCITY_EAST + q] = sensors.num[b, c.WIND_X + q]
            var[c.VELOCITY_EAST + q] = sensors.num[b, c.WIND_VAR]
        z[c.AZIMUTH] = heard.num[there, slot, c.HEARD_AZIMUTH]
        var[c.AZIMUTH] = heard.num[there, slot, c.HEARD_AZIMUTH_VAR]
        dt = (heard.time[there, slot] - rows.time[j]) * 1e-9
        for q in range(3):
            z[c.EAST + q] = heard.num[there, slot, c.HEARD_PLACE + q]
        evaluate(mask, z, var, rows.axes[j], sensors.place[b], sensors.axes[b], dt, rules.earth, math.inf, x, p, s.room)
    if not x[3] * x[3] + x[4] * x[4] + x[5] * x[5] < (FRONT_MACH * num[c.SPEED]) ** 2:
        return False
    for k in range(bank.mu.shape[1]):
        put(bank.x[i, k], bank.p[i, k], x, p)
    for q in range(c.NUM):
        bank.num[i, q] = 0.0
    begin_flying(bank, i, rules)
    for q in range(c.TAG):
        bank.tag[i, q] = 0
    bank.num[i, c.EXISTENCE] = existence
    tag = bank.tag[i]
    tag[c.TIME], tag[c.LAST] = rows.time[j], rows.time[j]
    tag[c.BORN] = given(rows.time[j], at, num, x, 0.0)
    if there >= 0:
        late = heard.time[there, slot]
        dt = (late - rows.time[j]) * 1e-9
        at = (z[c.EAST], z[c.NORTH], z[c.UP])
        tag[c.BORN] = min(tag[c.BORN], given(late, at, sensors.num[posts.sensor[there]], x, dt))
    tag[c.LAST_SENSOR], tag[c.SWAPPED], tag[c.ALIVE] = a, -1, 1
    tag[c.DETECTIONS], tag[c.WITNESS], tag[c.BIRTH] = 1, c.WITNESS_SENSED, running[c.NEXT_BIRTH]
    return True


@part
def meet(
    bank: Bank,
    rows: Rows,
    j: int,
    here: int,
    share: float,
    found: int,
    sensors: Sensors,
    rules: Rules,
    posts: Posts,
    heard: Heard,
    index: Index,
    s: Scratch,
    running: Ints,
    counters: Ints,
    n: int,
    q: int,
    room: int,
) -> tuple[int, float]:
    """Components where row j crosses others: `share` times its odds is the existence of each of the `found` guesses.

    What is heard is old, so where a thing is now hangs on its velocity, and one wide prior for all would put the slow
    many seconds of fast flight away: each guess is a slow component and a fast one. Returns how many components there
    are, and the sum of their existences.
    """
    born, spent = 0, 0.0
    ways = 2 if sensors.num[posts.sensor[here], c.LISTENS] == 1.0 else 1  # no miss would ever end the wrong one
    for turn in range(ways * found):
        t = turn // ways
        slow = slow_odds(posts.best[t], rules)
        part_of, speed = 1.0, rules.speed
        if ways == 2:
            part_of = (slow if turn % 2 == 0 else 1.0 - SLOW_SHARE) / (slow + 1.0 - SLOW_SHARE)
            speed = (SLOW if turn % 2 == 0 else 1.0) * rules.speed
        existence = share * part_of * posts.best[t, c.GUESS_ODDS]
        if existence < BORN_LEAST:
            continue
        if born >= room or running[c.ALIVE_COUNT] >= rules.components_max:
            counters[c.C_LISTEN_CUT] += 1
            continue
        there, slot, guess = posts.who[t, 0], posts.who[t, 1], posts.best[t]
        if not plant(
            bank, rows, j, here, there, slot, guess, 0.0, speed, existence, sensors, rules, posts, heard, s, running
        ):
            counters[c.C_FRONTS] += 1
            continue
        heard.num[there, slot, c.HEARD_WEIGHT] = max(heard.num[there, slot, c.HEARD_WEIGHT] - existence, 0.0)
        spent += existence
        enter(index, s, running, n + born, q)
        born += 1
        counters[c.C_CROSSED] += 1
    return born, spent


@part
def listen(
    bank: Bank,
    rows: Rows,
    look: int,
    looks: Looks,
    sensors: Sensors,
    rules: Rules,
    posts: Posts,
    heard: Heard,
    index: Index,
    s: Scratch,
    running: Ints,
    counters: Ints,
    known: int,
    n: int,
) -> int:
    """Births from the directions of one look; their slots go to s.slot from n on. Returns how many there are."""
    sensor = looks.sensor[look]
    survey = int(sensors.num[sensor, c.LISTENS])  # also where a row comes late: its station was listening
    born = 0
    for j in range(looks.first[look], looks.last[look]):
        q = j - looks.first[look]
        running[c.HEARD_TIME] = max(running[c.HEARD_TIME], rows.time[j])
        if rows.mask[j] & (1 << c.DIRECTION) == 0 or not s.row_rate[q, c.RATE_MARGINAL] >= WEIGHT_LEAST:
            continue
        if rows.time[j] < running[c.HEARD_TIME] - chain_ns(sensors.num[sensor]):
            continue  # too late to be crossed with anything that is still remembered
        if from_front(rows.z[j, c.AZIMUTH], math.sqrt(rows.var[j, c.AZIMUTH]), sensors, sensor, s, known):
            counters[c.C_FRONTS] += 1
            continue
        family = family_of(bank, s, q, known, running)
        more = heed(
            bank, rows, j, q, survey, sensors, sensor, rules, posts, heard, index, s, running, counters, n, born
        )
        for t in range(n + born, n + born + more):
            bank.tag[s.slot[t], c.FAMILY] = family
        born += more
    counters[c.C_BIRTHS] += born
    return born


@part
def heed(
    bank: Bank,
    rows: Rows,
    j: int,
    q: int,
    survey: int,
    sensors: Sensors,
    sensor: int,
    rules: Rules,
    posts: Posts,
    heard: Heard,
    index: Index,
    s: Scratch,
    running: Ints,
    counters: Ints,
    n: int,
    before: int,
) -> int:
    """What row j, the look's q-th, begins beside the `before` that others of its look began. It is remembered."""
    here = int(sensors.num[sensor, c.POST])
    weight, other = s.row_rate[q, c.RATE_MARGINAL], s.row_rate[q, c.RATE_OTHER]
    pd, new = sensors.num[sensor, c.PD], s.row_rate[q, c.RATE_NEW]
    usual = pd * rules.density * rows.prior[j]  # where nobody has looked
    share = min(new / usual, thinned(sensors.num[sensor], rules.speed, survey)) if new > 0.0 else 0.0
    found, odds = crossings(rows, j, survey, here, sensors, rules, posts, heard, other, share * rules.density)
    each, place, room = weight / (1.0 + odds), n + before, c.LISTEN - SPREAD_MAX - before
    born, spent = meet(
        bank, rows, j, here, each, found, sensors, rules, posts, heard, index, s, running, counters, place, q, room
    )
    left = max(weight - spent, 0.0)
    if left > 0.5:
        alone = chain(rows, j, survey, here, sensors, posts, heard, other, share * usual)
        if alone > 0.0:
            each, place, room = left * alone / (1.0 + alone), n + before + born, c.LISTEN - before - born
            born += spread(
                bank, rows, j, here, each, sensors, rules, posts, heard, index, s, running, counters, place, q, room
            )
            left = 0.0
    keep(rows, j, here, sensors, posts, heard, left, other)
    return born


@part
def spread(
    bank: Bank,
    rows: Rows,
    j: int,
    here: int,
    existence: float,
    sensors: Sensors,
    rules: Rules,
    posts: Posts,
    heard: Heard,
    index: Index,
    s: Scratch,
    running: Ints,
    counters: Ints,
    n: int,
    q: int,
    room: int,
) -> int:
    """Components along the wedge of row j, each 1.4 times as far away as the last, with weights by area."""
    most = sensors.num[posts.sensor[here], c.RANGE_MAX]
    ratio = NEAREST ** (-1.0 / SPREAD_MAX)
    guess = posts.best[c.LISTEN - 1]
    born = 0
    far = most
    elevation = rows.z[j, c.ELEVATION]
    risen = rows.mask[j] & (1 << c.ELEVATION) != 0 and abs(elevation) < STEEP and rules.climb > 0.0
    for _ in range(SPREAD_MAX):
        near = far / ratio
        share = existence * (far * far - near * near) / (most * most)
        g = 0.5 * (far + near)
        if share < BORN_LEAST or born >= room or running[c.ALIVE_COUNT] >= rules.components_max:
            counters[c.C_LISTEN_CUT] += 1
            far = near
            continue
        guess[c.GUESS_EAST], guess[c.GUESS_NORTH] = (
            g * math.sin(rows.z[j, c.AZIMUTH]),
            g * math.cos(rows.z[j, c.AZIMUTH]),
        )
        guess[c.GUESS_HEIGHT], guess[c.GUESS_HEIGHT_VAR] = rules.height, rules.height_sigma**2
        if risen:
            guess[c.GUESS_HEIGHT] = height_at(g, posts.up[here], elevation, rules.earth)
            slope = (far - near) * 0.35 * math.tan(elevation)
            guess[c.GUESS_HEIGHT_VAR] = (g / math.cos(elevation) ** 2) ** 2 * rows.var[j, c.ELEVATION] + slope * slope
        elif rules.climb == 0.0:
            guess[c.GUESS_HEIGHT], guess[c.GUESS_HEIGHT_VAR] = posts.up[here], 0.0
        sigma = 0.35 * (far - near)
        if plant(
            bank,
            rows,
            j,
            here,
            -1,
            0,
            guess,
            sigma,
            rules.speed,
            share,
            sensors,
            rules,
            posts,
            heard,
            s,
            running,
        ):
            enter(index, s, running, n + born, q)
            born += 1
            counters[c.C_SPREAD] += 1
        far = near
    return born


@part
def enter(index: Index, s: Scratch, running: Ints, place: int, q: int) -> None:
    """Count the component that was planted in the next slot: row q of the look began it."""
    i = running[c.SLOTS]
    index.half[i] = 0.0
    s.slot[place], s.source[place] = i, q
    running[c.NEXT_BIRTH] += 1
    running[c.SLOTS] += 1
    running[c.ALIVE_COUNT] += 1


@part
def keep(
    rows: Rows, j: int, here: int, sensors: Sensors, posts: Posts, heard: Heard, weight: float, other: float
) -> None:
    """Remember row j for what comes after it."""
    slot = heard.next[here]
    heard.next[here] = (slot + 1) % c.HEARD_MAX
    heard.time[here, slot] = rows.time[j]
    entry = heard.num[here, slot]
    entry[c.HEARD_AZIMUTH], entry[c.HEARD_AZIMUTH_VAR] = rows.z[j, c.AZIMUTH], rows.var[j, c.AZIMUTH]
    risen = rows.mask[j] & (1 << c.ELEVATION) != 0
    entry[c.HEARD_ELEVATION] = rows.z[j, c.ELEVATION]
    entry[c.HEARD_ELEVATION_VAR] = rows.var[j, c.ELEVATION] if risen else -1.0
    entry[c.HEARD_WEIGHT], entry[c.HEARD_RATE] = weight, other
    place = stood(rows, j, sensors, posts.sensor[here])
    for q in range(3):
        entry[c.HEARD_PLACE + q] = place[q]
