"""Was each entry warned of, how early, and how far behind what could have been known (ALERTS, section 5)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Floats, Ints
from tocsin.score.tables.objects import NEVER, Objects
from tocsin.score.tables.warning import Knowable, Places
from tocsin.score.warning.bounds import Bounded, quantile, share
from tocsin.score.warning.entries import Stays
from tocsin.score.warning.periods import Periods

KNOWABLE_S_MIN: Final = 60.0  # entries that were knowable for less are nobody's miss
KNOWABLE_BALLISTIC_S_MIN: Final = 30.0
LONG_S: Final = 600.0  # lead is compared with what was possible where that is at least ten minutes
GROUPS: Final[Mapping[str, str]] = {
    "ballistic rocket": "ballistic",
    "artillery or mortar round": "shell",
    "cruise missile": "missile",
    "fast jet": "missile",
    "one-way-attack drone": "drone",
    "small fixed-wing drone": "drone",
    "multirotor": "drone",
}
THREATS: Final = ("one-way-attack drone", "cruise missile", "ballistic rocket", "artillery or mortar round")

# Asked for a target (its number in the truth) and a place (its name): when it was seeable and knowable, or None.
Oracle = Callable[[int, str], tuple[int, int] | None]


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """First entries of threats into places. Times ns UTC; `warned_ns` is NEVER where no warning stood at the entry.

    `late` marks those of them that were warned of after the entry, while the target was inside. `knowable_ns` is the
    target's first row where nobody says what was knowable. `group`: ballistic, shell, missile, drone or other.
    """

    target: Ints
    place: Ints
    group: tuple[str, ...]
    begun_ns: Ints
    seeable_ns: Ints
    knowable_ns: Ints
    warned_ns: Ints
    arrival_ns: Ints
    late: Flags

    def __len__(self) -> int:
        return len(self.target)

    @property
    def warned(self) -> Flags:
        """Was a warning standing at the entry?"""
        return np.asarray(self.warned_ns != NEVER)

    @property
    def possible_s(self) -> Floats:
        """Seconds from knowable to the entry: the longest lead that there could be."""
        return np.asarray((self.arrival_ns - self.knowable_ns) / SECOND_NS)

    @property
    def lead_s(self) -> Floats:
        """Seconds from the warning to the entry; 0 where there was none."""
        return np.where(self.warned, (self.arrival_ns - self.warned_ns) / SECOND_NS, 0.0)

    @property
    def delay_s(self) -> Floats:
        """Seconds from knowable to the warning; infinite where there was none."""
        return np.where(self.warned, (self.warned_ns - self.knowable_ns) / SECOND_NS, np.inf)

    @property
    def counted(self) -> Flags:
        """Was it knowable for long enough that not to warn is a miss?"""
        least = [KNOWABLE_BALLISTIC_S_MIN if one == "ballistic" else KNOWABLE_S_MIN for one in self.group]
        return np.asarray(self.possible_s >= np.array(least, np.float64).reshape(-1))


@dataclass(frozen=True, slots=True)
class Lead:
    """How one group of threats was warned of. Seconds; shares 0..1; NaN where nothing could be counted.

    `missed` is of the entries that were knowable for at least 60 s (ballistic 30 s). `ratio` is lead over the possible
    lead, at most 1, over those where 600 s were possible; a miss counts 0 there, and infinite in `delay_p90_s`.
    """

    group: str
    entries: int
    missed: Bounded
    late: int
    lead_median_s: float
    lead_p10_s: float
    delay_median_s: float
    delay_p90_s: float
    long: int
    ratio_median: float
    ratio_p10: float


def asked(oracle: Oracle, stayed: Stays, truth: Objects, places: Places) -> Knowable:
    """What an oracle says of every first entry."""
    rows = np.flatnonzero(stayed.first)
    said = []
    for row in rows.tolist():
        target, place = int(truth.names[stayed.target[row]]), int(stayed.place[row])
        answer = oracle(target, places.names[place])
        if answer is not None:
            said.append((target, place, *answer))
    table = np.array(said, np.int64).reshape(-1, 4)
    return Knowable(*table.T)


def entries(
    truth: Objects, stayed: Stays, warnings: Periods, knowable: Knowable | None, threats: tuple[str, ...] = THREATS
) -> Entries:
    """First entries of threats, with the warning that stood at each. Without `knowable`: the target's first row."""
    kinds = np.array(truth.kind or ("",))
    rows = np.flatnonzero(stayed.first & np.isin(kinds[stayed.target], threats)) if len(stayed) else np.zeros(0, int)
    target, place, arrival = stayed.target[rows], stayed.place[rows], stayed.enter_ns[rows]
    begun = stayed.begun_ns[rows]
    seeable, known = begun.copy(), begun.copy()
    if knowable is not None:
        said = {
            (int(one), int(where)): (int(first), int(second))
            for one, where, first, second in zip(
                knowable.target, knowable.place, knowable.seeable_ns, knowable.knowable_ns, strict=True
            )
        }
        for index, key in enumerate(zip(truth.names[target].tolist(), place.tolist(), strict=True)):
            # nobody could have known: it is known at the entry, so that no lead was possible
            first, second = said.get(key, (NEVER, NEVER))
            seeable[index] = first if first != NEVER else begun[index]
            known[index] = second if second != NEVER else arrival[index]
    warned, late = _warned(warnings, place, begun, arrival, stayed.leave_ns[rows])
    group = tuple(GROUPS.get(str(kind), "other") for kind in kinds[target])
    return Entries(target, place, group, begun, seeable, known, warned, arrival, late)


def _warned(warnings: Periods, place: Ints, begun: Ints, arrival: Ints, leave: Ints) -> tuple[Ints, Flags]:
    """When the warning began that stood at each arrival (not before the target was there), and which came too late."""
    warned = np.full(len(place), NEVER)
    late = np.zeros(len(place), np.bool_)
    for index, where in enumerate(place.tolist()):
        low, high = np.searchsorted(warnings.place, (where, where + 1))
        begins, ends = warnings.begin_ns[low:high], warnings.end_ns[low:high]
        standing = np.flatnonzero((begins <= arrival[index]) & (arrival[index] <= ends))
        if len(standing):
            warned[index] = max(int(begins[standing[0]]), int(begun[index]))
        late[index] = not len(standing) and bool(((begins > arrival[index]) & (begins <= leave[index])).any())
    return warned, late


def leads(found: Entries) -> tuple[Lead, ...]:
    """A line for each group of threats that entered anything, and one for all of them."""
    groups = sorted(set(found.group))
    masks = [(name, np.array([one == name for one in found.group], np.bool_)) for name in groups]
    everything = ("all", np.ones(len(found), np.bool_))
    return tuple(_lead(found, name, mask) for name, mask in (*masks, everything))


def _lead(found: Entries, group: str, mask: Flags) -> Lead:
    counted = mask & found.counted
    long = mask & (found.possible_s >= LONG_S)
    ratio = np.clip(found.lead_s[long] / found.possible_s[long], 0.0, 1.0)
    lead_s, delay_s = found.lead_s[mask & found.warned], found.delay_s[counted]
    return Lead(
        group=group,
        entries=int(mask.sum()),
        missed=share(int((counted & ~found.warned).sum()), int(counted.sum())),
        late=int((mask & found.late).sum()),
        lead_median_s=quantile(lead_s, 0.5),
        lead_p10_s=quantile(lead_s, 0.1),
        delay_median_s=quantile(delay_s, 0.5),
        delay_p90_s=quantile(delay_s, 0.9),
        long=int(long.sum()),
        ratio_median=quantile(ratio, 0.5),
        ratio_p10=quantile(ratio, 0.1),
    )
