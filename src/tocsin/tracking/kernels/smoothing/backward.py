"""Back through what a component was: each state once more, now that it is known what came later.

For one Gaussian this is the smoother of Rauch, Tung and Striebel (AIAA Journal 1965), which equals the last block of a
stacked state whose moments are matched after each look. For K motion modes it is that of Kim (Journal of Econometrics
1994): each pair (mode now, mode next) goes back by itself, and pairs are matched into K again. Existence goes back by
the same rule of Bayes: either it is there next, or it ended in between, and then nothing later speaks of it. Symbols
and derivation: docs/explanation/maths/smoothing.md.
"""

import math
from typing import NamedTuple

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Floats, Ints, Rules
from tocsin.tracking.kernels.motion import clear, drift, predict, put
from tocsin.tracking.kernels.njit import kernel, part

LIKELY = 0.5
SHARE_LEAST = 1e-9  # a pair of modes less likely than this changes nothing
PIVOT_LEAST = 1e-12  # of its variance: what is left of a state that is known through the others


class Room(NamedTuple):
    """Room to work in; nothing in it is state. K modes."""

    x: Floats  # (3, 6)
    p: Floats  # (3, 6, 6)
    f: Floats  # (6, 6) the transition
    a: Floats  # (6, 6)
    g: Floats  # (6, 6) the gain
    blocks: Floats  # (7, 3, 3)
    later_x: Floats  # (K, 6) the line after, smoothed
    later_p: Floats  # (K, 6, 6)
    later: Floats  # (K,)
    merged_x: Floats  # (K, 6)
    merged_p: Floats  # (K, 6, 6)
    merged: Floats  # (K,)


@kernel
def smooth(chain: Bank, predicted: Floats, between: Ints, begin: Ints, rules: Rules, room: Room, out: Bank) -> None:
    """Smooth every line of `chain` into `out`. Lines begin[q] to begin[q + 1] are one component's, in order of time.

    predicted (n,): existence just before each line's look, -1 where the component began. between (n,): 1 for a line
    that is no look, only a time to look at; it is filled with the prediction from the line before it.

    A state goes back from where the component was still as likely as not, given that it was there at the line.
    """
    for q in range(begin.shape[0] - 1):
        for k in range(begin[q] + 1, begin[q + 1]):
            if between[k] == 1:
                time = chain.tag[k, c.TIME]
                lived = predict(chain, k - 1, time, rules, chain.x[k], chain.p[k], chain.mu[k], room.blocks)
                chain.num[k, c.EXISTENCE] = predicted[k] = lived * chain.num[k - 1, c.EXISTENCE]
        end = begin[q + 1] - 1
        for k in range(end, begin[q] - 1, -1):
            existence = chain.num[k, c.EXISTENCE]
            if k < begin[q + 1] - 1:
                existence = before(existence, predicted[k + 1], out.num[k + 1, c.EXISTENCE])
            out.num[k, c.EXISTENCE] = existence
            last = end
            while last > k and chain.num[last, c.EXISTENCE] < LIKELY * existence:
                last -= 1
            if last < end or k == last:  # it had ended by then: what came later speaks of something else
                end = last
                take(chain, end, room)
                for j in range(end - 1, k - 1, -1):
                    back(chain, j, rules, room)
            else:
                back(chain, k, rules, room)
            for i in range(chain.mu.shape[1]):
                put(out.x[k, i], out.p[k, i], room.later_x[i], room.later_p[i])
                out.mu[k, i] = room.later[i]


@part
def before(r: float, predicted: float, later: float) -> float:
    """Existence at a line that was `r` then, when the next had `predicted` before its look and has `later` now.

    It is there at the next line, or ended in between: P(it was there | it is not at the next) = (r - r') / (1 - r').
    """
    ended = 0.0
    if predicted >= 0.0 and predicted < 1.0:
        ended = min(max((r - predicted) / (1.0 - predicted), 0.0), 1.0)
    return later + (1.0 - later) * ended


@part
def take(chain: Bank, k: int, room: Room) -> None:
    """Line k as it was then: nothing is known of later."""
    for i in range(chain.mu.shape[1]):
        put(room.later_x[i], room.later_p[i], chain.x[k, i], chain.p[k, i])
        room.later[i] = chain.mu[k, i]


@part
def back(chain: Bank, k: int, rules: Rules, room: Room) -> None:
    """Line k, given the smoothed line k + 1 in room.later_x, later_p, later, which it takes the place of."""
    dt = (chain.tag[k + 1, c.TIME] - chain.tag[k, c.TIME]) * 1e-9
    modes = chain.mu.shape[1]
    stay = math.exp(-rules.switching * dt) if modes > 1 else 1.0
    total = 0.0
    for i in range(modes):
        put(room.merged_x[i], room.merged_p[i], chain.x[k, i], chain.p[k, i])
        room.merged[i] = 0.0
        for j in range(modes):
            came = stay * chain.mu[k, j] + (1.0 - stay) * chain.share[k + 1, j]
            step = (stay if i == j else 0.0) + (1.0 - stay) * chain.share[k + 1, j]
            share = room.later[j] * step * chain.mu[k, i] / max(came, 1e-300)
            if share > SHARE_LEAST:
                pair(chain, k, i, j, dt, rules, room)
                merge(room.merged_x[i], room.merged_p[i], room.merged[i], room.x[0], room.p[0], share)
                room.merged[i] += share
        total += room.merged[i]
    for i in range(modes):
        put(room.later_x[i], room.later_p[i], room.merged_x[i], room.merged_p[i])
        room.later[i] = room.merged[i] / total if total > 0.0 else chain.mu[k, i]


@part
def pair(chain: Bank, k: int, i: int, j: int, dt: float, rules: Rules, room: Room) -> None:
    """Line k in mode i, given mode j at the smoothed line k + 1, into room.x[0], room.p[0].

    G = P F^T P'^-1,    x + G (xs - x'),    P + G (Ps - P') G^T       (': predicted, s: smoothed)
    """
    x, p = room.x[0], room.p[0]
    if dt <= 0.0:
        put(x, p, room.later_x[j], room.later_p[j])
        return
    ahead, grown = room.x[1], room.p[1]
    put(ahead, grown, chain.x[k, i], chain.p[k, i])
    drift(ahead, grown, rules.modes[j], dt, rules.earth, room.blocks)
    for b in range(6):  # F: exact for the linear modes, up to the last digits
        put(room.x[2], room.p[2], chain.x[k, i], chain.p[k, i])
        room.x[2, b] += 1.0
        drift(room.x[2], room.p[2], rules.modes[j], dt, rules.earth, room.blocks)
        for a in range(6):
            room.f[a, b] = room.x[2, a] - ahead[a]
    for a in range(6):
        for b in range(6):
            room.a[a, b] = 0.0
            for d in range(6):
                room.a[a, b] += room.f[a, d] * chain.p[k, i, d, b]
    divide(grown, room.a, room.p[2])  # room.a is now G^T
    put(x, p, chain.x[k, i], chain.p[k, i])
    for a in range(6):
        for b in range(6):
            x[a] += room.a[b, a] * (room.later_x[j, b] - ahead[b])
            room.g[a, b] = 0.0
            for d in range(6):
                room.g[a, b] += room.a[d, a] * (room.later_p[j, d, b] - grown[d, b])
    for a in range(6):
        for b in range(a + 1):
            change = 0.0
            for d in range(6):
                change += room.g[a, d] * room.a[d, b]
            p[a, b] += change
            p[b, a] = p[a, b]


@kernel
def divide(p: Floats, b: Floats, root: Floats) -> None:
    """Solve P X = B in place of b (6, 6), by Cholesky's root. A state of no variance of its own takes no part."""
    for i in range(6):
        for j in range(i + 1):
            s = p[i, j]
            for d in range(j):
                s -= root[i, d] * root[j, d]
            if i == j:
                root[i, i] = math.sqrt(s) if s > PIVOT_LEAST * p[i, i] + 1e-300 else 0.0
            else:
                root[i, j] = s / root[j, j] if root[j, j] > 0.0 else 0.0
    for q in range(6):
        for i in range(6):
            s = b[i, q]
            for d in range(i):
                s -= root[i, d] * b[d, q]
            b[i, q] = s / root[i, i] if root[i, i] > 0.0 else 0.0
        for i in range(5, -1, -1):
            s = b[i, q]
            for d in range(i + 1, 6):
                s -= root[d, i] * b[d, q]
            b[i, q] = s / root[i, i] if root[i, i] > 0.0 else 0.0


@part
def merge(x: Floats, p: Floats, weight: float, mean: Floats, cov: Floats, share: float) -> None:
    """Match the moments of (x, p) of this weight and (mean, cov) of that share, into x (6,) and p (6, 6)."""
    if weight <= 0.0:
        put(x, p, mean, cov)
        return
    new = share / (weight + share)
    for a in range(6):
        for b in range(6):
            spread = (mean[a] - x[a]) * (mean[b] - x[b])
            p[a, b] = (1.0 - new) * p[a, b] + new * cov[a, b] + new * (1.0 - new) * spread
    for a in range(6):
        x[a] += new * (mean[a] - x[a])


@kernel
def gather(chain: Bank, lines: Ints, x: Floats, p: Floats) -> None:
    """One mean (n, 6) and covariance (n, 6, 6) of all modes, of some lines (n,)."""
    for t in range(lines.shape[0]):
        clear(x[t], p[t])
        weight = 0.0
        for k in range(chain.mu.shape[1]):
            share = chain.mu[lines[t], k]
            if share > 0.0:
                merge(x[t], p[t], weight, chain.x[lines[t], k], chain.p[lines[t], k], share)
                weight += share
