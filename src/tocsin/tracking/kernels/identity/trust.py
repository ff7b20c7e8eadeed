"""How far a claim is believed: what a target says of itself explains a phantom as well as a target.

The rules, their derivation and numbers: docs/explanation/maths/identity.md.
"""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Ints, Rules, Sensors
from tocsin.tracking.kernels.njit import part

STEP = 10.0  # one independent detection counts at most as much as one miss at Pd 0.9: clutter must not vouch
TRUST_LEAST = 1e-3  # of rules.believed: three looks that saw nothing
TRUST_MOST = 99.0  # of rules.believed: two independent detections more than misses; then it is no mere claim any more
DENIED_MOST = 4.5  # five looks in a row that saw nothing where there was a known target: a claim again
KEPT = 0.005  # a denied claim is kept at this, so that it is not born again as if nothing had been said against it


@part
def vouch(bank: Bank, i: int, word: Ints, sensors: Sensors, sensor: int, rules: Rules) -> None:
    """A row was component i's. A target's own word makes a claim of what no other sensor has confirmed before."""
    bank.num[i, c.SILENT] = 0.0
    if sensors.self_report[sensor] == 0:
        bank.num[i, c.DENIED] = 0.0
        return
    if sensors.num[sensor, c.CLAIMS] == 0.0 or word[0] == 0:
        return
    tag = bank.tag[i]
    if tag[c.STATE] != c.CONFIRMED and tag[c.WITNESS] & c.WITNESS_SELF == 0 and bank.num[i, c.TRUST] == 0.0:
        begin(bank, i, rules)


@part
def begin(bank: Bank, i: int, rules: Rules) -> None:
    """Component i is a claim from now on."""
    bank.num[i, c.TRUST] = rules.believed
    bank.num[i, c.DENIED] = 0.0
    bank.tag[i, c.WITNESS] = c.WITNESS_SELF


@part
def doubt(bank: Bank, i: int, before: float, missable: float, self_report: int, rules: Rules) -> None:
    """After a look: what independent sensors say of a claim, and its existence held to what they leave of it.

    before: existence before the look, missable: how likely the look would have detected it.
    """
    num, tag = bank.num[i], bank.tag[i]
    if self_report == 0:
        num[c.DENIED] += missable
        if num[c.TRUST] == 0.0 and num[c.DENIED] > DENIED_MOST and tag[c.WITNESS] & c.WITNESS_SELF:
            begin(bank, i, rules)
        elif num[c.TRUST] > 0.0 and 0.0 < before < 1.0:
            after = num[c.EXISTENCE]
            ratio = after * (1.0 - before) / max(before * (1.0 - after), 1e-300)
            trust = num[c.TRUST] * min(max(ratio, 1.0 / STEP), STEP)
            num[c.TRUST] = max(trust, TRUST_LEAST * rules.believed)
            if trust >= TRUST_MOST * rules.believed:
                num[c.TRUST] = 0.0
                tag[c.WITNESS] |= c.WITNESS_SENSED
    if num[c.TRUST] > 0.0:
        most = num[c.TRUST] / (1.0 + num[c.TRUST])
        num[c.EXISTENCE] = min(max(num[c.EXISTENCE], min(KEPT, most)), most)


@part
def hush(bank: Bank, i: int, time: int, sensors: Sensors, rules: Rules) -> bool:
    """Count the silence of the sensor that told of component i last, up to `time` (ns). Did it say anything?"""
    num, last = bank.num[i], bank.tag[i, c.LAST_SENSOR]
    if last < 0 or sensors.num[last, c.REPORT_RATE] <= 0.0:
        return False
    silent = (time - bank.tag[i, c.LAST]) * 1e-9
    expected = sensors.num[last, c.REPORT_RATE] * (silent - num[c.SILENT])
    if expected <= 0.0:
        return False
    num[c.SILENT] = silent
    num[c.MISSED] += expected
    before = min(num[c.EXISTENCE], math.exp(-silent / rules.survival_s))  # nothing is there for ever
    num[c.EXISTENCE] = before * math.exp(-expected) / (1.0 - before + before * math.exp(-expected))
    return True
