"""Who only repeats what a target says of itself."""

from tocsin.settings import Sensor


def claims(sensor: Sensor) -> bool:
    """Does it hand on what targets say of themselves? Its identities are claims, and its silence says nothing."""
    return sensor.kind == "position" and sensor.reporting == "event" and not sensor.authenticated
