"""Who takes a track's number on: one object keeps its number when another explanation of its detections is believed.

The first few detections of an object are explained in several ways, each by a component of its own: with or without the
false detection beside them. Which one is right is known a look or two later, and by then a wrong one may have been
believed and numbered. In a hypothesis tree the number belongs to the tree and not to a leaf (Blackman, "Multiple
hypothesis tracking for multiple target tracking", IEEE AES Magazine 2004). Here the heir of a track is a component
without number whose detection the track had more of: both explain where the track was then.

A component that is believed for the first time takes the number of the track of which it is the heir, where that is
believed less than it is; or else of one that is believed no more and might have given the same detection now. They
exchange numbers and standing. No existence and no state changes by it: what is shown where stays the same.
"""

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Ints, Rules, Scratch
from tocsin.tracking.kernels.njit import part


@part
def inherit(bank: Bank, s: Scratch, known: int, n: int, m: int, rules: Rules, running: Ints) -> None:
    """Let components that are believed and have no number take on those of others, among the first n of s.slot.

    First from the track of which they are the heir; else from one that is believed no more and might have been what
    gave their detection of this look.
    """
    wanting = 0
    for t in range(n):
        wanting += wants(bank, s.slot[t], rules)
    if wanting == 0:
        return
    size = numbered(bank, s, n)
    for t in range(n):
        i = s.slot[t]
        if not wants(bank, i, rules) or bank.tag[i, c.HEIR] == 0:
            continue
        number, least = bank.tag[i, c.HEIR], bank.num[i, c.EXISTENCE]
        if number < 0:  # since then it had a detection of its own: they may well be two
            number, least = -number, rules.release
        u = s.grid[number & (size - 1)]
        while u >= 0 and bank.tag[s.slot[u], c.NUMBER] != number:
            u = s.link[u]
        if u >= 0 and bank.num[s.slot[u], c.EXISTENCE] < least:
            exchange(bank.tag[i], bank.tag[s.slot[u]], running)
            wanting -= 1
    if wanting > 0:
        claims(bank, s, known, n, m, rules.release)
        for t in range(n):
            row, _ = chosen(bank, s, t, known)
            if wants(bank, s.slot[t], rules) and row >= 0 and s.row_top[row, 0] >= 0:
                exchange(bank.tag[s.slot[t]], bank.tag[s.row_top[row, 0]], running)
                s.row_top[row, 0] = -1


@part
def wants(bank: Bank, i: int, rules: Rules) -> bool:
    """Is component i believed, and has no number yet?"""
    return bool(bank.tag[i, c.NUMBER] == 0 and bank.num[i, c.EXISTENCE] >= rules.release)


@part
def numbered(bank: Bank, s: Scratch, n: int) -> int:
    """Lists of those with a number, by the last bits of it: s.grid holds heads, s.link who follows; how many heads."""
    size = 16
    while size < n and 2 * size <= s.grid.shape[0]:
        size *= 2
    for b in range(size):
        s.grid[b] = -1
    for t in range(n):
        if bank.tag[s.slot[t], c.NUMBER] > 0:
            b = bank.tag[s.slot[t], c.NUMBER] & (size - 1)
            s.link[t], s.grid[b] = s.grid[b], t
    return size


@part
def exchange(heir: Ints, before: Ints, running: Ints) -> None:
    """The heir takes number and standing of the one before it, who gets the number that the heir would have had."""
    heir[c.NUMBER], before[c.NUMBER] = before[c.NUMBER], running[c.NEXT_NUMBER]
    heir[c.STATE], before[c.STATE] = before[c.STATE], heir[c.STATE]
    heir[c.SWAPPED], before[c.SWAPPED] = before[c.SWAPPED], heir[c.SWAPPED]
    heir[c.BORN] = min(heir[c.BORN], before[c.BORN])
    running[c.NEXT_NUMBER] += 1


@part
def name_heirs(bank: Bank, s: Scratch, known: int, n: int, m: int) -> None:
    """Components without number: whose was their detection of this look rather? Theirs alone: then they are two.

    The first `known` of s.slot have pairs; each other one, up to n, began with row s.source of the m.
    """
    claims(bank, s, known, n, m, 2.0)
    for t in range(n):
        i = s.slot[t]
        if bank.tag[i, c.NUMBER] > 0 or bank.tag[i, c.ALIVE] == 0:
            continue
        row, share = chosen(bank, s, t, known)
        if row >= 0 and s.row_share[row, 0] > share:
            bank.tag[i, c.HEIR] = bank.tag[s.row_top[row, 0], c.NUMBER]
        elif row >= 0 and share > 0.5 * bank.num[i, c.EXISTENCE]:
            bank.tag[i, c.HEIR] = -abs(bank.tag[i, c.HEIR])


@part
def claims(bank: Bank, s: Scratch, known: int, n: int, m: int, below: float) -> None:
    """Who with a number has most of each row: s.row_top (-1 nobody), s.row_share. `below`: of those believed less."""
    for q in range(m):
        s.row_top[q, 0] = -1
        s.row_share[q, 0] = 0.0
    for t in range(n):
        i = s.slot[t]
        if bank.tag[i, c.NUMBER] == 0 or bank.tag[i, c.ALIVE] == 0 or bank.num[i, c.EXISTENCE] >= below:
            continue
        if t >= known:
            claim(s, s.source[t], i, bank.num[i, c.EXISTENCE])
        elif s.chance[t, c.CHANCE_PART] == 0.0:
            for e in range(s.first[t], s.first[t + 1]):
                claim(s, s.pair_row[e], i, s.pair_w[e, 1])


@part
def claim(s: Scratch, row: int, i: int, share: float) -> None:
    """Component i has this share of a row; the largest is remembered."""
    if share > s.row_share[row, 0]:
        s.row_top[row, 0], s.row_share[row, 0] = i, share


@part
def chosen(bank: Bank, s: Scratch, t: int, known: int) -> tuple[int, float]:
    """The row that was likeliest the t-th component's, and how likely; -1 none."""
    if t >= known:
        return s.source[t], bank.num[s.slot[t], c.EXISTENCE]
    row, share = -1, 0.0
    if s.chance[t, c.CHANCE_PART] == 0.0:
        for e in range(s.first[t], s.first[t + 1]):
            if s.pair_w[e, 1] > share:
                row, share = s.pair_row[e], s.pair_w[e, 1]
    return row, share
