"""Independent paths: sensors that no one fault, and no one lie, can make say the same false thing at once.

Two sensors are one path where they share a link, a power supply, a clock or an owner, as the site declares them. Where
nothing of this is declared of both, they are one path if they work by the same physics. What targets say of themselves,
and what people report, is never the only path; unauthenticated it is none at all.
"""

from collections.abc import Iterable, Sequence

from tocsin.settings import Sensor

FADES_S = 60.0  # of Picture.witness_recent: how long a detection of a sensor counts as lately
SELF_REPORTING = frozenset({"position", "track", "report"})
SOUND_MPS = 2_000.0  # what is slower than this comes through the air
CAUSES = ("path_link", "path_power", "path_clock", "path_owner")


def dependent(sensor: Sensor, sensors: Sequence[Sensor]) -> bool:
    """Is it no independent path? Self-reports are none; another tracker is none beside the sensors that feed it.

    A tracker that says nothing of its sensors may be fed by any of ours.
    """
    if sensor.kind == "track" and sensor.fed_by:
        names = {name for one in sensors for name in (one.name, *one.sources)}
        return not names.isdisjoint(sensor.fed_by)
    return sensor.kind in SELF_REPORTING and not sensor.authenticated


def physics(sensor: Sensor) -> str:
    """By what it knows: radar, sound, light or radio, or somebody's word."""
    if sensor.kind == "direction":
        return "sound" if sensor.propagation_mps < SOUND_MPS else "light or radio"
    return sensor.kind


def shared(one: Sensor, other: Sensor) -> str:
    """The cause that two sensors share, in words; "" where they are independent."""
    told = [(name, getattr(one, name), getattr(other, name)) for name in CAUSES]
    known = [(name, mine, its) for name, mine, its in told if mine and its]
    for name, mine, its in known:
        if mine == its:
            return f"{name.removeprefix('path_')} {mine}"
    if not known and physics(one) == physics(other):
        return f"physics {physics(one)}"
    return ""


class Paths:
    """How many independent paths a set of a site's sensors is. Remembers what it was asked; no state."""

    def __init__(self, sensors: Sequence[Sensor]) -> None:
        self.sensors = tuple(sensors)
        self._usable = [not dependent(sensor, self.sensors) for sensor in self.sensors]
        self._asked: dict[frozenset[int], tuple[int, ...]] = {}

    def of(self, indices: Iterable[int]) -> tuple[int, ...]:
        """Indices of sensors of which no two share a cause, as many as are found: fewest shared causes first.

        Empty where nobody but the targets themselves, other trackers or people told of it.
        """
        asked = frozenset(indices)
        if asked not in self._asked:
            self._asked[asked] = self._chosen(sorted(one for one in asked if self._usable[one]))
        return self._asked[asked]

    def _chosen(self, usable: list[int]) -> tuple[int, ...]:
        sensors = self.sensors
        if not any(sensors[one].kind not in SELF_REPORTING for one in usable):
            return ()
        near = {k: {j for j in usable if j != k and shared(sensors[k], sensors[j])} for k in usable}
        chosen: list[int] = []
        while near:
            best = min(near, key=lambda k: (sensors[k].kind in SELF_REPORTING, len(near[k]), k))
            chosen.append(best)
            gone = near[best] | {best}
            near = {k: others - gone for k, others in near.items() if k not in gone}
        return tuple(sorted(chosen))
