"""Which detection belongs to which component: marginal probabilities over all joint associations of one cluster.

At most one detection to a component and one component to a detection. A detection that no component claims is false or
of something new. With w0[i] the weight of "i not detected", w[e] of the pair e = (i, j), wn[j] of "j is nobody's":

    P(association) proportional to  product over i of (w0[i] or w[i, j])  x  product over unclaimed j of wn[j]

`exact` sums over all subsets of detections (n 2^m m steps); `pass_messages` is loopy belief propagation: Williams and
Lau, IEEE TAES 2014, equations 30 to 35, which converges always and is exact on trees.
"""

from tocsin.tracking.kernels.columns import Floats, Ints
from tocsin.tracking.kernels.njit import kernel


@kernel
def exact(n: int, m: int, w0: Floats, w: Floats, p0: Floats, p: Floats, forward: Floats, backward: Floats) -> None:
    """Marginals of a small cluster of n components and m detections.

    In: w0 (n,) and w (n * m,), row by row, already divided by wn. Out: p0 (n,), p (n * m,). Room: ((n + 1) * 2^m,).
    forward[i, s]: weight of what components before i did, using the detections of set s; backward[i, s]: weight of
    what components from i on can still do when s is used.
    """
    sets = 1 << m
    for a in range((n + 1) * sets):
        forward[a] = 0.0
        backward[a] = 1.0
    forward[0] = 1.0
    for i in range(n):
        here, after = i * sets, (i + 1) * sets
        for s in range(sets):
            f = forward[here + s]
            if f == 0.0:
                continue
            forward[after + s] += f * w0[i]
            for j in range(m):
                if w[i * m + j] > 0.0 and (s >> j) & 1 == 0:
                    forward[after + (s | (1 << j))] += f * w[i * m + j]
    for i in range(n - 1, -1, -1):
        here, after = i * sets, (i + 1) * sets
        for s in range(sets):
            b = w0[i] * backward[after + s]
            for j in range(m):
                if w[i * m + j] > 0.0 and (s >> j) & 1 == 0:
                    b += w[i * m + j] * backward[after + (s | (1 << j))]
            backward[here + s] = b
    total = backward[0]
    for i in range(n):
        here, after = i * sets, (i + 1) * sets
        p0[i] = 0.0
        for j in range(m):
            p[i * m + j] = 0.0
        for s in range(sets):
            f = forward[here + s] / total
            if f == 0.0:
                continue
            p0[i] += f * w0[i] * backward[after + s]
            for j in range(m):
                if w[i * m + j] > 0.0 and (s >> j) & 1 == 0:
                    p[i * m + j] += f * w[i * m + j] * backward[after + (s | (1 << j))]


@kernel
def pass_messages(
    members: Ints, first: Ints, rows: Ints, pair_w: Floats, w0: Floats, total: Floats, tolerance: float, most: int
) -> int:
    """Marginals of a large cluster, in place. Returns the iterations used; `most` when it did not settle.

    members: its components. first (C + 1,): pairs of component i are first[i] to first[i + 1]. rows: the detection of
    each pair. pair_w (e, 3): weight w / wn (0: left out), marginal (out), message nu. w0 (C, 2): weight, marginal
    (out). total (m,) is room, one number a detection.
    """
    for i in members:
        for e in range(first[i], first[i + 1]):
            pair_w[e, 2] = 1.0
    used = most
    for turn in range(most):
        for i in members:
            for e in range(first[i], first[i + 1]):
                total[rows[e]] = 1.0
        for i in members:  # mu = w / (w0 + sum of the others' w nu)
            s = w0[i, 0]
            for e in range(first[i], first[i + 1]):
                s += pair_w[e, 0] * pair_w[e, 2]
            for e in range(first[i], first[i + 1]):
                if pair_w[e, 0] > 0.0:
                    pair_w[e, 1] = pair_w[e, 0] / (s - pair_w[e, 0] * pair_w[e, 2])
                    total[rows[e]] += pair_w[e, 1]
        worst = 0.0
        for i in members:  # nu = 1 / (1 + sum of the others' mu)
            for e in range(first[i], first[i + 1]):
                if pair_w[e, 0] > 0.0:
                    others = total[rows[e]] - pair_w[e, 1]
                    worst = max(worst, abs(1.0 - pair_w[e, 2] * others))  # |nu - before| / nu
                    pair_w[e, 2] = 1.0 / others
        if worst < tolerance:
            used = turn + 1
            break
    for i in members:
        s = w0[i, 0]
        for e in range(first[i], first[i + 1]):
            s += pair_w[e, 0] * pair_w[e, 2]
        w0[i, 1] = w0[i, 0] / s
        for e in range(first[i], first[i + 1]):
            pair_w[e, 1] = pair_w[e, 0] * pair_w[e, 2] / s
    return used


@kernel
def root(link: Ints, a: int) -> int:
    """The tree of a forest that node a stands in; halves paths on its way."""
    while link[a] != a:
        link[a] = link[link[a]]
        a = link[a]
    return a


@kernel
def join(link: Ints, a: int, b: int) -> None:
    """Make one tree of two; the lower root stays, so that the result does not depend on the order of joining."""
    ra, rb = root(link, a), root(link, b)
    if ra < rb:
        link[rb] = ra
    elif rb < ra:
        link[ra] = rb


@kernel
def single(w0: Floats, first: Ints, pair_w: Floats, i: int) -> None:
    """Marginals of a component whose detections gate with nobody else, in place: one sum."""
    s = w0[i, 0]
    for e in range(first[i], first[i + 1]):
        s += pair_w[e, 0]
    w0[i, 1] = w0[i, 0] / s
    for e in range(first[i], first[i + 1]):
        pair_w[e, 1] = pair_w[e, 0] / s
