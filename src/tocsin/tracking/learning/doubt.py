"""A sensor that reports much more than others see, by what was learnt of its clutter: said in words.

Weather, birds and a wrong site file do this, and so does a false target generator: the tracker counts them all as
clutter, so nothing of it is confirmed; a person has to find out which it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tocsin.messages import SensorHealth
from tocsin.settings import Sensor

RATIO, MORE = 2.0, 2.0  # times what is declared, and so many a scan more, from which it is said
WORDS = "nobody else bears out"


def doubt(health: SensorHealth, declared: float) -> str:
    """What is against a sensor whose clutter was declared so, per scan; "" where nothing is."""
    seen = health.clutter_per_scan
    if not seen >= max(RATIO * declared, declared + MORE):
        return ""
    return (
        f"{seen:.1f} plots a scan that {WORDS}, {declared:g} declared: look for weather, birds or a false target "
        "generator there; nothing rests on them"
    )


def learnt(
    sensors: Sequence[SensorHealth], known: Mapping[str, Mapping[str, float | bool]], declared: Sequence[Sensor]
) -> tuple[SensorHealth, ...]:
    """The watch's word of each sensor, with what the tracker has learnt of it (`known`, by name), and a doubt."""
    clutter = {one.name: one.clutter_per_scan for one in declared}
    out = []
    for health in sensors:
        told = replace(health, **known[health.sensor]) if health.sensor in known else health  # type: ignore[arg-type]
        against = doubt(told, clutter.get(told.sensor, float("inf")))
        out.append(replace(told, note=f"{against}. {told.note}".removesuffix(". ")) if against else told)
    return tuple(out)
