"""One look after another: predict, gate, associate, update, give birth, recycle (Williams, IEEE TAES 2015, TOMB/P)."""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.clusters import associate
from tocsin.tracking.kernels.columns import (
    Bank,
    Credits,
    Events,
    Field,
    Floats,
    Heard,
    Index,
    Ints,
    Looks,
    Mixture,
    Posts,
    Rows,
    Rules,
    Scratch,
    Sensors,
    Trail,
)
from tocsin.tracking.kernels.directions.births import listen
from tocsin.tracking.kernels.directions.families import family_existence, gather_kin
from tocsin.tracking.kernels.gating import candidates, catch_up, pairs
from tocsin.tracking.kernels.groups.unresolved import share, spare
from tocsin.tracking.kernels.identity.trust import doubt, vouch
from tocsin.tracking.kernels.index import choose, enlist, extent
from tocsin.tracking.kernels.learning.columns import Tally
from tocsin.tracking.kernels.learning.tally import tally
from tocsin.tracking.kernels.memory.fetch import AHEAD, fetch
from tocsin.tracking.kernels.motion import clear, gather_in, put, reflect
from tocsin.tracking.kernels.names.heirs import inherit, name_heirs
from tocsin.tracking.kernels.newborn import begin_kind, begin_modes, imagine, pass_time, thin
from tocsin.tracking.kernels.njit import inlined, kernel, part
from tocsin.tracking.kernels.rivals.bonds import hold
from tocsin.tracking.kernels.sensing import work_in_or_miss
from tocsin.tracking.kernels.smoothing.trail import record
from tocsin.tracking.kernels.unseen.field import give_back

HEARSAY = 100.0
SWAP_LEAST = 0.2  # a detection's share with the second likeliest track, from which the two may be swapped
SURE = 0.99  # a detection with that share of a component is surely its own: who else claims it is a rival


@kernel
def work(
    bank: Bank,
    rows: Rows,
    looks: Looks,
    begin: int,
    sensors: Sensors,
    rules: Rules,
    mixture: Mixture,
    field: Field,
    posts: Posts,
    heard: Heard,
    events: Events,
    credited: Credits,
    tallied: Tally,
    trail: Trail,
    index: Index,
    s: Scratch,
    running: Ints,
    counters: Ints,
) -> tuple[int, int]:
    """Work looks in, from `begin` on. Returns a code of `columns` (DONE, MORE_...) and the first look not worked."""
    for look in range(begin, looks.time.shape[0]):
        m = looks.last[look] - looks.first[look]
        pass_time(mixture, rules, running, counters, looks.time[look], s.f)
        imagine(rows, look, looks, sensors, rules, mixture, running[c.MIXTURE_COUNT], field, s)
        chosen = choose(bank, look, looks, sensors, rules, index, s, running)
        n = candidates(bank, look, looks, sensors, rules, s, chosen)
        gather_kin(bank, s, n, sensors.num[looks.sensor[look], c.SPEED] > 0.0)
        found = pairs(bank, rows, look, looks, sensors, rules, s, n, running)
        if found < 0:
            return c.MORE_PAIRS, look
        running[c.WANTED] = m + mark_wide(bank, s, rules, n) + c.LISTEN
        if running[c.SLOTS] + running[c.WANTED] > bank.mu.shape[0]:
            return c.MORE_SLOTS, look
        if running[c.EVENT_COUNT] + 2 * (running[c.SLOTS] + running[c.WANTED]) > events.tag.shape[0]:
            return c.MORE_EVENTS, look
        if running[c.CREDIT_COUNT] + found + m + c.LISTEN > credited.row.shape[0]:
            return c.MORE_CREDITS, look
        if tallied.tag.shape[0] > 0 and running[c.TALLY_COUNT] + n > tallied.tag.shape[0]:
            return c.MORE_TALLY, look
        if trail.tag.shape[0] > 0 and running[c.TRAIL_COUNT] + n + running[c.WANTED] > trail.tag.shape[0]:
            return c.MORE_TRAIL, look
        counters[c.C_LOOKS] += 1
        counters[c.C_PAIRS] += found
        counters[c.C_PAIRS_CUT] += running[c.CUT]
        spare(bank, look, looks, sensors, s, n)
        associate(bank, s, n, m, rules, counters)
        share(bank, rows, look, looks, sensors, rules, s, n, m)
        first, sensor = looks.first[look], looks.sensor[look]
        if tallied.tag.shape[0] > 0:
            tally(bank, s, look, first, n, tallied, running)
        update(bank, rows, first, sensor, sensors, rules, s, running[c.ROWS_SEEN], n)
        confuse(bank, s, n, m)
        known = n
        n += part_wide(bank, rows, first, sensor, sensors, rules, index, s, running, counters, n)
        n += create(bank, rows, first, sensor, sensors, rules, index, s, running, counters, n, m)
        if m > 0 and sensors.num[sensor, c.SPEED] > 0.0:
            n += listen(bank, rows, look, looks, sensors, rules, posts, heard, index, s, running, counters, known, n)
        inherit(bank, s, known, n, m, rules, running)
        settle(bank, s.slot, n, looks.time[look], sensors, rules, field, events, running, counters)
        name_heirs(bank, s, known, n, m)
        credit(bank, s, look, first, known, n, credited, running)
        if trail.tag.shape[0] > 0:
            record(bank, s, known, n, trail, running)
        if index.meta[0] != c.NEVER:
            for t in range(n):
                extent(bank, s.slot[t], index.meta[0], rules, s.mean[0], s.room[1, 0])
                enlist(index, s.slot[t], s.mean[0])
        if looks.survey[look] == 1:
            thin(mixture, running[c.MIXTURE_COUNT], sensors.num[sensor, c.PD])
    return c.DONE, looks.time.shape[0]


@part
def update(
    bank: Bank, rows: Rows, begin: int, sensor: int, sensors: Sensors, rules: Rules, s: Scratch, seen: int, count: int
) -> None:
    """Candidates after the look: existence by Bayes, state by matching the moments of all hypotheses, mode by mode.

    Hypotheses of a candidate: missed, with weight p0 r (1 - pd) / (1 - r pd), and each pair e, with its marginal p_e.
    """
    for n in range(count):
        i, first, last = s.slot[n], s.first[n], s.first[n + 1]
        if first < last:
            ahead = begin + s.pair_row[min(first + AHEAD, s.first[count] - 1)]
            fetch(rows.time, ahead)
            fetch(rows.word, ahead)
        r, missable = s.chance[n, c.CHANCE_EXISTENCE], s.chance[n, c.CHANCE_MISS]
        if first == last and missable == 0.0:
            continue  # not touched: it keeps its own time
        unseen = s.miss[n, 1] * r * (1.0 - missable) / s.miss[n, 0]
        existence = unseen
        best = -1
        if s.chance[n, c.CHANCE_PART] == 1.0:
            last = first  # `part_wide` makes components of its pairs
        for e in range(first, last):
            existence += s.pair_w[e, 1]
            if s.pair_w[e, 1] > 0.0 and (best < 0 or s.pair_w[e, 1] > s.pair_w[best, 1]):
                best = e
            if s.pair_w[e, 1] > 0.0 and last - first > 1:
                catch_up(s, n, e)
        alone = last - first == 1 and s.pair_late[first] == 1
        for k in range(s.mu.shape[1]):
            if s.mu[n, k] == 0.0:
                bank.mu[i, k] = 0.0
                continue
            total = unseen * s.mu[n, k]
            for e in range(first, last):
                total += s.pair_w[e, 1] * s.pair_mu[e, k]
            mean, x, p = s.x[n, k], bank.x[i, k], bank.p[i, k]
            if total <= 1e-200:
                put(x, p, mean, s.p[n, k])
                bank.mu[i, k] = 0.0 if existence > 0.0 else s.mu[n, k]
                continue
            bank.mu[i, k] = total / existence
            share = s.pair_w[first, 1] * s.pair_mu[first, k] / total if alone else 0.0
            if share > 0.0:
                low, whitened = s.pair_p[first, k, 0], s.pair_x[first, k]
                work_in_or_miss(mean, s.p[n, k], low, whitened, share, s.room[0], x, p)
                continue
            for a in range(6):  # as differences from the predicted mean: digits are kept
                x[a] = mean[a]
                for e in range(first, last):
                    if s.pair_w[e, 1] > 0.0:
                        x[a] += s.pair_w[e, 1] * s.pair_mu[e, k] / total * (s.pair_x[e, k, a] - mean[a])
            gather_in(p, s.p[n, k], mean, x, unseen * s.mu[n, k] / total, True)
            for e in range(first, last):
                share = s.pair_w[e, 1] * s.pair_mu[e, k] / total
                if share > 0.0:
                    gather_in(p, s.pair_p[e, k], s.pair_x[e, k], x, share, False)
            reflect(p)
        bank.num[i, c.EXISTENCE] = min(existence, 1.0)
        bank.tag[i, c.TIME] = s.time[n]
        bank.num[i, c.MISSED] += missable
        if best >= 0 and s.pair_w[best, 1] > 0.5 * existence:
            j = begin + s.pair_row[best]
            bank.num[i, c.MISSED] = 0.0
            vouch(bank, i, rows.word[j], sensors, sensor, rules)
            detected(bank.tag[i], rows.time[j], sensor, sensors, rows.word[j])
            sure = s.pair_w[best, 1] > SURE * existence and bank.tag[i, c.GROUP] < 2
            hold(bank.tag[i], rows, j, seen + 1 + s.pair_row[best] if sure else 0)
        doubt(bank, i, r, missable, sensors.self_report[sensor], rules)


@part
def mark_wide(bank: Bank, s: Scratch, rules: Rules, n: int) -> int:
    """Mark candidates that were seen once and now have several detections; returns how many pairs those have.

    One detection says nothing of velocity, so the gate of the next is wide, and in clutter it holds several. To match
    their moments would blur them all and never find the velocity; each is followed by itself instead (`part_wide`).
    """
    found = 0
    for t in range(n):
        wide = s.chance[t, c.CHANCE_PART] > 0.5 * rules.speed * rules.speed
        several = s.first[t + 1] - s.first[t] > 1
        s.chance[t, c.CHANCE_PART] = 1.0 if wide and several and bank.tag[s.slot[t], c.NUMBER] == 0 else 0.0
        if s.chance[t, c.CHANCE_PART] == 1.0:
            found += s.first[t + 1] - s.first[t]
    return found


@part
def part_wide(
    bank: Bank,
    rows: Rows,
    begin: int,
    sensor: int,
    sensors: Sensors,
    rules: Rules,
    index: Index,
    s: Scratch,
    running: Ints,
    counters: Ints,
    n: int,
) -> int:
    """Each pair of a marked candidate becomes a component with its marginal as existence; the candidate is the miss.

    These are alternatives, not independent; with existences that are small and add up to the candidate's own, treating
    them as independent costs little (the same liberty that a potential component for each detection takes).
    """
    born = 0
    for t in range(n):
        if s.chance[t, c.CHANCE_PART] == 0.0:
            continue
        for e in range(s.first[t], s.first[t + 1]):
            if s.pair_w[e, 1] < rules.prune or running[c.ALIVE_COUNT] >= rules.components_max:
                counters[c.C_COMPONENTS_CUT] += s.pair_w[e, 1] >= rules.prune
                continue
            catch_up(s, t, e)
            i, parent, j = running[c.SLOTS], s.slot[t], begin + s.pair_row[e]
            for k in range(bank.mu.shape[1]):
                if s.pair_mu[e, k] > 0.0:
                    put(bank.x[i, k], bank.p[i, k], s.pair_x[e, k], s.pair_p[e, k])
                else:
                    put(bank.x[i, k], bank.p[i, k], bank.x[parent, k], bank.p[parent, k])
                bank.mu[i, k], bank.share[i, k] = s.pair_mu[e, k], bank.share[parent, k]
            for a in range(bank.kind.shape[1]):
                bank.kind[i, a], bank.heard[i, a] = bank.kind[parent, a], bank.heard[parent, a]
            for a in range(c.NUM):
                bank.num[i, a] = bank.num[parent, a]
            bank.num[i, c.MISSED] = bank.num[i, c.DENIED] = 0.0
            for a in range(c.TAG):
                bank.tag[i, a] = bank.tag[parent, a]
            bank.num[i, c.EXISTENCE] = min(s.pair_w[e, 1], 1.0)
            bank.tag[i, c.TIME] = s.time[t]
            bank.tag[i, c.BIRTH], bank.tag[i, c.PARENT] = running[c.NEXT_BIRTH], bank.tag[parent, c.BIRTH]
            vouch(bank, i, rows.word[j], sensors, sensor, rules)
            detected(bank.tag[i], rows.time[j], sensor, sensors, rows.word[j])
            hold(bank.tag[i], rows, j, running[c.ROWS_SEEN] + 1 + s.pair_row[e])
            index.half[i] = 0.0
            s.slot[n + born], s.source[n + born] = i, s.pair_row[e]
            born += 1
            running[c.NEXT_BIRTH] += 1
            running[c.SLOTS] += 1
            running[c.ALIVE_COUNT] += 1
    counters[c.C_PARTED] += born
    return born


@part
def confuse(bank: Bank, s: Scratch, n: int, m: int) -> None:
    """Where one detection was likely enough either of two tracks', their numbers may be swapped from now on."""
    for q in range(m):
        for a in range(2):
            s.row_top[q, a] = -1
            s.row_share[q, a] = 0.0
    for t in range(n):
        if bank.tag[s.slot[t], c.STATE] != c.CONFIRMED:
            continue
        for e in range(s.first[t], s.first[t + 1]):
            q, share = s.pair_row[e], s.pair_w[e, 1]
            if share > s.row_share[q, 0]:
                s.row_top[q, 1], s.row_share[q, 1] = s.row_top[q, 0], s.row_share[q, 0]
                s.row_top[q, 0], s.row_share[q, 0] = s.slot[t], share
            elif share > s.row_share[q, 1]:
                s.row_top[q, 1], s.row_share[q, 1] = s.slot[t], share
    for q in range(m):
        if s.row_share[q, 1] >= SWAP_LEAST:
            a, b = s.row_top[q, 0], s.row_top[q, 1]
            bank.tag[a, c.SWAPPED], bank.tag[b, c.SWAPPED] = bank.tag[b, c.NUMBER], bank.tag[a, c.NUMBER]


@part
def credit(bank: Bank, s: Scratch, look: int, begin: int, known: int, n: int, credited: Credits, running: Ints) -> None:
    """Write down whose each row of a look was: the known ones' shares, and the components that rows have begun."""
    k = running[c.CREDIT_COUNT]
    for t in range(known):
        if s.chance[t, c.CHANCE_PART] == 1.0:
            continue  # its pairs are components by now
        for e in range(s.first[t], s.first[t + 1]):
            if s.pair_w[e, 1] >= c.CREDIT_LEAST:
                credited.row[k], credited.look[k], credited.weight[k] = begin + s.pair_row[e], look, s.pair_w[e, 1]
                credited.birth[k] = bank.tag[s.slot[t], c.BIRTH]
                credited.number[k] = bank.tag[s.slot[t], c.NUMBER]
                k += 1
    for t in range(known, n):
        i = s.slot[t]
        if bank.num[i, c.EXISTENCE] >= c.CREDIT_LEAST:
            credited.row[k], credited.look[k], credited.weight[k] = begin + s.source[t], look, bank.num[i, c.EXISTENCE]
            credited.birth[k], credited.number[k] = bank.tag[i, c.BIRTH], bank.tag[i, c.NUMBER]
            k += 1
    running[c.CREDIT_COUNT] = k


@part
def detected(tag: Ints, time: int, sensor: int, sensors: Sensors, word: Ints) -> None:
    """A row was more likely this component's than not: remember when, by whom, and what it was called."""
    if time >= tag[c.LAST]:  # looks of two sensors overlap: the later one worked may have measured it earlier
        tag[c.LAST] = time
        tag[c.LAST_SENSOR] = sensor
    tag[c.DETECTIONS] += 1
    tag[c.WITNESS] |= c.WITNESS_SELF if sensors.self_report[sensor] else c.WITNESS_SENSED
    if sensors.num[sensor, c.SPEED] == 0.0:
        tag[c.WITNESS] |= c.WITNESS_PLACED
    if word[1] > 0:
        tag[c.CALLSIGN] = word[1]
    if word[0] == 0:
        return
    if word[0] == tag[c.IDENTITY]:
        tag[c.IDENTITY_VOTES] = min(tag[c.IDENTITY_VOTES] + 1, 10)
        tag[c.SWAPPED] = -1  # it says who it is
    elif tag[c.IDENTITY_VOTES] > 0:
        tag[c.IDENTITY_VOTES] -= 1
    else:
        tag[c.IDENTITY] = word[0]
        tag[c.IDENTITY_KIND] = word[2]
        tag[c.IDENTITY_VOTES] = 1


@part
def settle(
    bank: Bank,
    slots: Ints,
    count: int,
    time: int,
    sensors: Sensors,
    rules: Rules,
    field: Field,
    events: Events,
    running: Ints,
    counters: Ints,
) -> None:
    """Number, confirm, lose or give back components by their existence, with hysteresis.

    What a direction told of last is confirmed at HEARSAY times the odds: thousands of stations make pairs of false
    directions by the million, and one more of a true one costs a second.
    """
    for n in range(count):
        i = slots[n]
        r, tag = bank.num[i, c.EXISTENCE], bank.tag[i]
        if tag[c.NUMBER] == 0 and r >= rules.release:
            tag[c.NUMBER] = running[c.NEXT_NUMBER]
            running[c.NEXT_NUMBER] += 1
        confirm = rules.confirm
        if tag[c.LAST_SENSOR] >= 0 and sensors.num[tag[c.LAST_SENSOR], c.SPEED] > 0.0:
            confirm = HEARSAY * confirm / (1.0 - confirm + HEARSAY * confirm)
        if tag[c.STATE] != c.CONFIRMED and r >= rules.confirm and family_existence(bank, slots, count, n) >= confirm:
            again = 1 if tag[c.STATE] == c.LOST else 0
            tag[c.STATE] = c.CONFIRMED
            note(events, running, c.E_CONFIRMED, time, bank, i, again)
        elif tag[c.STATE] == c.CONFIRMED and r < rules.release:
            tag[c.STATE] = c.LOST
            note(events, running, c.E_LOST, time, bank, i, 0)
        if r < rules.prune:
            end(bank, i, time, field, events, running, counters)


@inlined
def end(bank: Bank, i: int, time: int, field: Field, events: Events, running: Ints, counters: Ints) -> None:
    """Component i is no more; what is left of its existence is of the unseen again (Williams 2012: recycling)."""
    best = 0
    for k in range(1, bank.mu.shape[1]):
        if bank.mu[i, k] > bank.mu[i, best]:
            best = k
    if field.grid[c.GRID_ACROSS] > 0.0 and bank.num[i, c.EXISTENCE] > 0.0:
        give_back(field, bank.x[i, best], bank.num[i, c.EXISTENCE])
        counters[c.C_RECYCLED] += 1
    bank.tag[i, c.ALIVE] = 0
    running[c.ALIVE_COUNT] -= 1
    counters[c.C_PRUNED] += 1
    if bank.tag[i, c.NUMBER] > 0:
        note(events, running, c.E_ENDED, time, bank, i, 0)


@part
def note(events: Events, running: Ints, kind: int, time: int, bank: Bank, i: int, again: int) -> None:
    """Write down what happened to component i, and where it was then."""
    e = running[c.EVENT_COUNT]
    running[c.EVENT_COUNT] += 1
    events.tag[e, c.EVENT_KIND] = kind
    events.tag[e, c.EVENT_TIME] = time
    events.tag[e, c.EVENT_NUMBER] = bank.tag[i, c.NUMBER]
    events.tag[e, c.EVENT_AGAIN] = again
    for q in range(c.TAG):
        events.tag[e, c.EVENT_TAG + q] = bank.tag[i, q]
    for q in range(bank.kind.shape[1]):
        events.kind[e, q] = bank.kind[i, q]
    combine(bank.x[i], bank.p[i], bank.mu[i], events.x[e], events.p[e])


@kernel
def combine(x: Floats, p: Floats, mu: Floats, mean: Floats, cov: Floats) -> None:
    """One mean (6,) and covariance (6, 6) of all modes: x (K, 6), p (K, 6, 6), mu (K,)."""
    clear(mean, cov)
    for k in range(mu.shape[0]):
        if mu[k] > 0.0:
            for a in range(6):
                mean[a] += mu[k] * x[k, a]
    for k in range(mu.shape[0]):
        if mu[k] > 0.0:
            gather_in(cov, p[k], x[k], mean, mu[k], False)
    reflect(cov)


@part
def create(
    bank: Bank,
    rows: Rows,
    begin: int,
    sensor: int,
    sensors: Sensors,
    rules: Rules,
    index: Index,
    s: Scratch,
    running: Ints,
    counters: Ints,
    n: int,
    m: int,
) -> int:
    """Potential new components of the look's m rows: existence = marginal x new / (new + false).

    Their slots go to s.slot from n on; returns how many there are.
    """
    born = 0
    for q in range(m):
        j = begin + q
        existence = s.row_rate[q, c.RATE_MARGINAL] * s.row_rate[q, c.RATE_NEW] / s.row_rate[q, c.RATE_OTHER]
        if not existence >= rules.prune or rows.place[j, 3] == math.inf or rows.mask[j] & (1 << c.DIRECTION):
            continue
        if running[c.ALIVE_COUNT] >= rules.components_max:
            counters[c.C_COMPONENTS_CUT] += 1
            continue
        i = running[c.SLOTS]
        begin_modes(bank, i, rows, j, q, sensors, sensor, rules, s, running)
        for a in range(c.NUM):
            bank.num[i, a] = 0.0
        for a in range(c.TAG):
            bank.tag[i, a] = 0
        bank.num[i, c.EXISTENCE] = existence
        begin_kind(bank, i, rules)
        bank.tag[i, c.TIME] = rows.time[j]
        bank.tag[i, c.BORN] = rows.time[j]
        bank.tag[i, c.SWAPPED] = -1
        bank.tag[i, c.ALIVE] = 1
        bank.tag[i, c.BIRTH] = running[c.NEXT_BIRTH]
        vouch(bank, i, rows.word[j], sensors, sensor, rules)
        detected(bank.tag[i], rows.time[j], sensor, sensors, rows.word[j])
        hold(bank.tag[i], rows, j, running[c.ROWS_SEEN] + 1 + q)
        index.half[i] = 0.0
        s.slot[n + born], s.source[n + born] = i, q
        born += 1
        running[c.NEXT_BIRTH] += 1
        running[c.SLOTS] += 1
        running[c.ALIVE_COUNT] += 1
    counters[c.C_BIRTHS] += born
    running[c.ROWS_SEEN] += m
    return born
