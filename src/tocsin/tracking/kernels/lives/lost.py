"""Components that are let go between looks: nobody knows any more where they are, or they have come down."""

import math

from tocsin.geo.kernels import geodetic_from_ecef
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Events, Field, Ints, Rules, Scratch, Sensors
from tocsin.tracking.kernels.identity.trust import hush
from tocsin.tracking.kernels.looks import combine, end, note
from tocsin.tracking.kernels.motion import predict, upward
from tocsin.tracking.kernels.njit import kernel, part

DOUBT_NS = 2_000_000_000  # what was detected since is neither astray nor down


@kernel
def retire(
    bank: Bank,
    time: int,
    sensors: Sensors,
    rules: Rules,
    s: Scratch,
    field: Field,
    events: Events,
    running: Ints,
    counters: Ints,
) -> None:
    """Let go of components of which nobody knows any more where they are, and of what has come down.

    Nobody knows: not detected for rules.coast (ns), or its place is spread wider than is useful for its class. Silence
    alone says nothing where nobody looks; that the place is worth nothing says enough.

    Where a sensor that reports at a declared rate was the last to tell of one, its silence speaks: exp(-rate dt).
    """
    for i in range(running[c.SLOTS]):
        if bank.tag[i, c.ALIVE] == 1 and hush(bank, i, time, sensors, rules):
            if bank.tag[i, c.STATE] == c.CONFIRMED and bank.num[i, c.EXISTENCE] < rules.release:
                bank.tag[i, c.STATE] = c.LOST
                note(events, running, c.E_LOST, time, bank, i, 0)
            if bank.num[i, c.EXISTENCE] < rules.prune:
                end(bank, i, time, field, events, running, counters)
        silent = time - bank.tag[i, c.LAST]
        if bank.tag[i, c.ALIVE] == 1 and (
            silent > rules.coast or (silent > DOUBT_NS and astray(bank, i, time, rules, s))
        ):
            if bank.tag[i, c.STATE] == c.CONFIRMED:
                bank.tag[i, c.STATE] = c.LOST
                note(events, running, c.E_LOST, time, bank, i, 0)
            end(bank, i, time, field, events, running, counters)


@part
def astray(bank: Bank, i: int, time: int, rules: Rules, s: Scratch) -> bool:
    """Is component i, at `time`, spread wider than is useful, or has it fallen below the ground?"""
    if bank.num[i, c.USEFUL] == math.inf:
        return False
    mean, cov, mu = s.mean[0], s.cov[0], s.mu[0]
    predict(bank, i, time, rules, s.x[0], s.p[0], mu, s.f)
    combine(s.x[0], s.p[0], mu, mean, cov)
    up = s.room[0, 0]
    upward(mean, rules.earth, up)
    wide = cov[0, 0] + cov[1, 1] + cov[2, 2]
    for a in range(3):
        for b in range(3):
            wide -= up[a] * up[b] * cov[a, b]
    if wide > bank.num[i, c.USEFUL] * bank.num[i, c.USEFUL]:
        return True
    fallen = 0.0
    for k in range(mu.shape[0]):
        if mu[k] > 0.0 and rules.modes[k, c.FALL] > 0.0:
            x = s.x[0, k]
            height = geodetic_from_ecef(x[0], x[1], x[2])[2] if rules.earth else x[2]
            fallen += mu[k] if height < 0.0 else 0.0
    return fallen > 0.5
