"""Who is a witness, and who only repeats what a target or another tracker says."""

from collections.abc import Sequence

from tocsin.settings import Sensor

SELF_REPORTING = frozenset({"position", "track", "report"})


def claims(sensor: Sensor) -> bool:
    """Does it hand on what targets say of themselves? Its identities are claims, and its silence says nothing."""
    return sensor.kind == "position" and sensor.reporting == "event" and not sensor.authenticated


def dependent(sensor: Sensor, sensors: Sequence[Sensor]) -> bool:
    """Is it no independent path? Self-reports are none; another tracker is none beside the sensors that feed it.

    A tracker that says nothing of its sensors may be fed by any of ours.
    """
    if sensor.kind == "track" and sensor.fed_by:
        names = {name for one in sensors for name in (one.name, *one.sources)}
        return not names.isdisjoint(sensor.fed_by)
    return sensor.kind in SELF_REPORTING and not sensor.authenticated
