"""Parts of a look that have nothing to do with each other, and the association inside each."""

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Ints, Rules, Scratch
from tocsin.tracking.kernels.marginals import exact, join, pass_messages, root, single
from tocsin.tracking.kernels.memory.fetch import AHEAD, fetch
from tocsin.tracking.kernels.njit import part
from tocsin.tracking.kernels.rivals.bonds import bind, pass_bonds, tied


@part
def split(bank: Bank, s: Scratch, n: int, m: int, rules: Rules) -> None:
    """Divide weights by those of the rows, leave out what is negligible, and sort all members by cluster.

    s.order then lists candidates 0..n-1 and rows n..n+m-1, cluster by cluster; the cluster whose lowest member is a
    lies at s.order[s.begin[a] : s.begin[a] + size], and s.link[x] is the lowest member of x's cluster.
    """
    for a in range(n + m):
        s.link[a] = a
        s.begin[a] = 0
    families = 0
    for i in range(n):
        if s.kin[i, 0] < i:
            families += 1
            join(s.link, s.kin[i, 0], i)
        for e in range(s.first[i], s.first[i + 1]):
            fetch(s.row_rate, s.pair_row[min(e + AHEAD, s.first[n] - 1)])
            s.pair_w[e, 0] /= s.row_rate[s.pair_row[e], c.RATE_OTHER]
            if s.pair_w[e, 0] <= rules.negligible * s.miss[i, 0]:
                s.pair_w[e, 0] = 0.0
                s.pair_w[e, 1] = 0.0
            else:
                join(s.link, i, n + s.pair_row[e])
    bind(bank, s, n, rules.rivals_max if families == 0 else 0)  # families are alternatives already
    for a in range(n + m):
        s.link[a] = root(s.link, a)
        s.begin[s.link[a]] += 1
    total = 0
    for a in range(n + m):
        size = s.begin[a]
        s.begin[a] = total
        total += size
    for a in range(n + m):
        s.order[s.begin[s.link[a]]] = a
        s.begin[s.link[a]] += 1
    for a in range(n + m - 1, 0, -1):  # each begin now stands where the next cluster's begins
        s.begin[a] = s.begin[a - 1]
    s.begin[0] = 0


@part
def unite_kin(s: Scratch, members: Ints) -> int:
    """Number the families of a cluster (s.kin[:, 1]); each member gets its family's weight of "not detected".

    1 - sum of r pd, of what is alone as of several. Returns how many there are.
    """
    families = 0
    for i in members:  # ascending: the first of a family comes first
        first = s.kin[i, 0]
        if first == i:
            s.kin[i, 1] = families
            families += 1
        else:
            s.kin[i, 1] = s.kin[first, 1]
            s.miss[first, 0] = max(s.miss[first, 0] - (1.0 - s.miss[i, 0]), 1e-12)
    for i in members:
        s.miss[i, 0] = s.miss[s.kin[i, 0], 0]
    return families


@part
def dense(s: Scratch, total: int, members: Ints, found: Ints, turned: int) -> None:
    """Exact marginals of one cluster: candidates `members`, and rows `found`, numbered from `total` on.

    A family is one component with the sum of its members' weights, which share what it gets as they gave.

    `turned`: sum over sets of components instead of detections. A component is to a detection what a detection is to
    a component, so this is the same sum with w[i, j] / w0[i] and weight 1 for "nobody's".
    """
    n, m = unite_kin(s, members), found.shape[0]
    wide, tall = (n, m) if turned else (m, n)
    table = (tall + 1) << wide
    w0, p0 = s.dense[:tall], s.dense[tall : 2 * tall]
    w, p = s.dense[2 * tall : (2 + wide) * tall], s.dense[(2 + wide) * tall : (2 + 2 * wide) * tall]
    forward = s.dense[(2 + 2 * wide) * tall : (2 + 2 * wide) * tall + table]
    backward = s.dense[(2 + 2 * wide) * tall + table :]
    for a in range(tall):
        w0[a] = 1.0
    for a in range(tall * wide):
        w[a] = 0.0
    for b in range(m):  # where each row stands in the cluster; the grid's lists are done with
        s.row_next[found[b] - total] = b
    for i in members:
        a = s.kin[i, 1]
        if not turned:
            w0[a] = s.miss[i, 0]
        for e in range(s.first[i], s.first[i + 1]):
            b = s.row_next[s.pair_row[e]]
            if s.pair_w[e, 0] > 0.0 and turned:
                w[b * n + a] += s.pair_w[e, 0] / s.miss[i, 0]
            elif s.pair_w[e, 0] > 0.0:
                w[a * m + b] += s.pair_w[e, 0]
    exact(tall, wide, w0, w, p0, p, forward, backward)
    for i in members:
        a = s.kin[i, 1]
        if s.kin[i, 0] == i:
            s.miss[i, 1] = 1.0 if turned else p0[a]
        for e in range(s.first[i], s.first[i + 1]):
            b = s.row_next[s.pair_row[e]]
            if s.pair_w[e, 0] > 0.0 and turned:
                s.pair_w[e, 1] = p[b * n + a] * (s.pair_w[e, 0] / s.miss[i, 0] / w[b * n + a])
                s.miss[s.kin[i, 0], 1] = max(s.miss[s.kin[i, 0], 1] - s.pair_w[e, 1], 0.0)
            elif s.pair_w[e, 0] > 0.0:
                s.pair_w[e, 1] = p[a * m + b] * (s.pair_w[e, 0] / w[a * m + b])
    for i in members:
        s.miss[i, 1] = s.miss[s.kin[i, 0], 1]


@part
def fits(n: int, m: int, room: int) -> bool:
    """Has `dense` room for n components and m detections?"""
    return 2 * n + 2 * n * m + 2 * ((n + 1) << m) <= room


@part
def associate(bank: Bank, s: Scratch, n: int, m: int, rules: Rules, counters: Ints) -> None:
    """Marginals of every pair (s.pair_w[:, 1]), miss (s.miss[:, 1]) and row (s.row_rate[:, RATE_MARGINAL])."""
    for i in range(n):
        s.miss[i, 0] = 1.0 - s.chance[i, c.CHANCE_EXISTENCE] * s.chance[i, c.CHANCE_MISS]
    split(bank, s, n, m, rules)
    a = 0
    while a < n + m:
        lowest = s.link[s.order[a]]
        b = a
        while b < n + m and s.link[s.order[b]] == lowest:
            b += 1
        cut = a
        while cut < b and s.order[cut] < n:
            cut += 1
        members, found = s.order[a:cut], s.order[cut:b]
        size, width = cut - a, b - cut
        if size > 1 and tied(s, members):
            counters[c.C_CLUSTERS_PASSED] += 1
            used = pass_bonds(s, members, s.row_rate[:, c.RATE_MARGINAL], rules.passing_tolerance, rules.passing_max)
            counters[c.C_NOT_CONVERGED] += used >= rules.passing_max
        elif size == 1:
            single(s.miss, s.first, s.pair_w, members[0])
        elif size > 1 and width <= rules.exact_max and fits(size, width, s.dense.shape[0]):
            counters[c.C_CLUSTERS_EXACT] += 1
            dense(s, n, members, found, 0)
        elif size > 1 and size <= rules.exact_max and fits(width, size, s.dense.shape[0]):
            counters[c.C_CLUSTERS_EXACT] += 1
            dense(s, n, members, found, 1)
        elif size > 1:
            counters[c.C_CLUSTERS_PASSED] += 1
            # s.row_rate's last column is free until the marginals are known
            used = pass_messages(
                members,
                s.first,
                s.pair_row,
                s.pair_w,
                s.miss,
                s.row_rate[:, c.RATE_MARGINAL],
                rules.passing_tolerance,
                rules.passing_max,
            )
            counters[c.C_NOT_CONVERGED] += used >= rules.passing_max
        a = b
    for q in range(m):
        s.row_rate[q, c.RATE_MARGINAL] = 1.0
    for i in range(n):
        for e in range(s.first[i], s.first[i + 1]):
            s.row_rate[s.pair_row[e], c.RATE_MARGINAL] -= s.pair_w[e, 1]
