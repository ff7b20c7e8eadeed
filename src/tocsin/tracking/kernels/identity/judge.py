"""Who says so, and can that be? Each row's identity against what is known of it; rows in the order of their looks.

The rules, their numbers and why: docs/explanation/maths/identity.md; the twin:
tests/reference/tracking/evidence/identity.py.
"""

import math

from tocsin.tracking.kernels.columns import NEVER, Floats, Ints
from tocsin.tracking.kernels.identity import columns as c
from tocsin.tracking.kernels.identity.columns import Book, Sources
from tocsin.tracking.kernels.memory.fetch import AHEAD, fetch
from tocsin.tracking.kernels.njit import kernel, part

SECOND = 1_000_000_000
COPY_NS = SECOND // 5  # two squitters of one aircraft are at least 0.4 s apart (ICAO Annex 10 vol. IV, 3.1.2.8.6)
COPY_M = 10.0  # what decoders make of the same squitter differs by less
SLACK_M = 500.0  # rounding, and clocks that are a second apart
SIGMAS = 5.0
AT_ONCE_NS = 5 * SECOND  # nearer in time than this it is in two places, else it jumped
RIVAL_NS = 20 * SECOND  # silence of the one that was believed, after which its rival is
RIVALS = 3  # reports that agree with each other
FIRST_MINUTES = 5.0  # a source that begins may bring so many minutes' worth of identities at once
FLOOD_NS = 60 * SECOND  # without new identities, until a flood is over
REPLAY_NS = 20 * SECOND  # a place that comes again sooner is a target that stands still
HELD_NS = 15 * SECOND  # a stream is held to be a recording for so long after the last row that came again
APART_NS = SECOND // 2  # shifts nearer than this are one shift
AHEAD_NS = 12 * SECOND  # what comes again one after the other came one after the other before
EVERY_IDENTITY_NS = 5 * SECOND  # how often a row of a stream is remembered
EVERY_SENSOR_NS = SECOND
RUN_IDENTITY = 3
RUN_SENSOR = 8  # a fixed reflector comes again too, but never so many of them one after the other


@kernel
def judge(
    time: Ints,
    place: Floats,
    word: Ints,
    sensor: Ints,
    signature: Ints,
    book: Book,
    sources: Sources,
    memory: Ints,
    speed: float,
    earth: int,
    verdict: Ints,
) -> None:
    """Judge n rows one after the other into `verdict` (n,); book, sources and memory (k, 2) go on from row to row.

    place (n, 4): position m and sigma; word (n, 4): see Rows; signature (n,): of stream and all that was measured;
    speed: m/s, faster than what carries an identity can fly. k, the size of the memory, is a power of two.
    """
    last = time.shape[0] - 1
    for j in range(time.shape[0]):
        fetch(memory, remembered_at(memory, signature[min(j + AHEAD, last)]))
        s, t, w, track = sensor[j], time[j], word[j, 0], word[j, 3]
        verdict[j] = c.TAKEN
        if sources.apart[s] > 0 and track > 0:
            taken = book.tag[track, c.TAKEN_TIME]
            if abs(t - taken) < sources.apart[s]:
                verdict[j] = c.CORRELATED
                continue
            book.tag[track, c.TAKEN_TIME] = max(t, taken)
        claim = sources.claims[s] == 1
        if w == 0:
            if replayed(memory, sources.tag[s], signature[j], t, EVERY_SENSOR_NS, RUN_SENSOR):
                verdict[j] = c.REPLAY
            continue
        tag, num = book.tag[w], book.num[w]
        if claim and tag[c.TIME] != NEVER:
            away = apart(place[j], num[c.PLACE : c.PLACE + 3], earth)
            if abs(t - tag[c.TIME]) <= COPY_NS and away <= COPY_M:
                verdict[j] = c.COPY
                continue
            if away > COPY_M and replayed(memory, tag, signature[j], t, EVERY_IDENTITY_NS, RUN_IDENTITY):
                verdict[j] = c.REPLAY
                continue
        verdict[j] = believe(t, place[j], claim, tag, num, speed, earth)
        if verdict[j] == c.TAKEN:
            verdict[j] = admit(t, claim, tag, sources.limit[s], sources.num[s], sources.tag[s])
        if verdict[j] == c.TAKEN and claim and t < tag[c.DENIED_UNTIL]:
            verdict[j] = c.DENIED


@part
def apart(a: Floats, b: Floats, earth: int) -> float:
    """How far two places are from each other along the ground: heights are often not told."""
    d0, d1, d2 = a[0] - b[0], a[1] - b[1], a[2] - b[2]
    if earth == 0:
        return math.sqrt(d0 * d0 + d1 * d1)
    r = math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])
    up = (a[0] * d0 + a[1] * d1 + a[2] * d2) / r
    return math.sqrt(max(d0 * d0 + d1 * d1 + d2 * d2 - up * up, 0.0))


@part
def believe(t: int, place: Floats, claim: bool, tag: Ints, num: Floats, speed: float, earth: int) -> int:
    """Can the identity be here, from where it was last? TAKEN, TWO_PLACES, JUMP; STRIPPED where the place is sure.

    What a sensor measured is believed before what a target claims. Between equals the first is believed, until it has
    been silent for RIVAL_NS while its rival told a story of its own.
    """
    passed = t - tag[c.TIME]
    fits = tag[c.TIME] == NEVER
    if not fits:
        reach = SLACK_M + SIGMAS * (place[3] + num[c.SIGMA]) + speed * abs(passed) * 1e-9
        fits = apart(place, num[c.PLACE : c.PLACE + 3], earth) <= reach
    if not fits and not claim and tag[c.MEASURED] == 0:
        fits = True
    if not fits:
        reach = SLACK_M + SIGMAS * (place[3] + num[c.RIVAL_SIGMA]) + speed * abs(t - tag[c.RIVAL_TIME]) * 1e-9
        same = tag[c.RIVAL_COUNT] > 0 and apart(place, num[c.RIVAL : c.RIVAL + 3], earth) <= reach
        tag[c.RIVAL_COUNT] = tag[c.RIVAL_COUNT] + 1 if same else 1
        tag[c.RIVAL_TIME] = t
        for a in range(4):
            num[c.RIVAL + a] = place[a]
        if passed <= RIVAL_NS or tag[c.RIVAL_COUNT] < RIVALS:
            return c.STRIPPED if not claim else c.TWO_PLACES if passed <= AT_ONCE_NS else c.JUMP
    if passed >= 0 or tag[c.TIME] == NEVER or not fits:
        tag[c.TIME], tag[c.MEASURED] = t, 0 if claim else 1
        for a in range(4):
            num[c.PLACE + a] = place[a]
        if not fits:
            tag[c.RIVAL_COUNT] = 0
    return c.TAKEN


@part
def admit(t: int, claim: bool, tag: Ints, limit: float, tokens: Floats, source: Ints) -> int:
    """May the identity begin a track? Not while its source brings more new ones than it ever should (token bucket)."""
    if not claim or tag[c.STANDING] == c.ADMITTED:
        tag[c.STANDING] = c.ADMITTED
        return c.TAKEN
    if source[c.TOKEN_TIME] == NEVER:
        tokens[c.TOKENS] = FIRST_MINUTES * limit
        source[c.TOKEN_TIME] = t
    if t > source[c.TOKEN_TIME]:
        gained = limit * (t - source[c.TOKEN_TIME]) * 1e-9 / 60.0
        tokens[c.TOKENS] = min(tokens[c.TOKENS] + gained, max(limit, tokens[c.TOKENS]))
        source[c.TOKEN_TIME] = t
    flooded = t < source[c.FLOOD_UNTIL]
    if not flooded and tokens[c.TOKENS] >= 1.0:
        tokens[c.TOKENS] -= 1.0
        tag[c.STANDING] = c.ADMITTED
        return c.TAKEN
    if tag[c.STANDING] == c.UNKNOWN:  # only what was never heard before keeps a flood going
        source[c.FLOOD_UNTIL] = max(source[c.FLOOD_UNTIL], t + FLOOD_NS)
    tag[c.STANDING] = c.WITHHELD
    return c.FLOOD


@part
def remembered_at(memory: Ints, sign: int) -> int:
    """Where a row of this signature is remembered. memory (k, 2), k a power of two."""
    place: int = (sign ^ (sign >> 29)) & (memory.shape[0] - 1)
    return place


@part
def replayed(memory: Ints, stream: Ints, sign: int, t: int, every: int, least: int) -> bool:
    """Did this row, bit for bit, come before, and did several in a row, all by the same time? memory (k, 2).

    Few rows of a stream are remembered, all are looked up: a recording that is played again meets every one of them.
    """
    m = remembered_at(memory, sign)
    if memory[m, 0] == sign and memory[m, 1] != NEVER:
        original = memory[m, 1]
        shift = t - original
        if abs(shift) < REPLAY_NS:
            memory[m, 1] = max(original, t)
        else:
            ahead = original - stream[c.ORIGINAL]
            same = abs(shift - stream[c.SHIFT]) <= APART_NS and abs(ahead) <= AHEAD_NS
            stream[c.RUN] = stream[c.RUN] + 1 if same and stream[c.RUN] > 0 else 1
            stream[c.SHIFT], stream[c.ORIGINAL] = shift, original
            if stream[c.RUN] >= least:
                stream[c.REPLAYING] = t + HELD_NS
    elif abs(t - stream[c.REMEMBERED]) >= every:
        memory[m, 0], memory[m, 1], stream[c.REMEMBERED] = sign, t, t
    return bool(t < stream[c.REPLAYING])
