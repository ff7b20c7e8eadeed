"""Where on the earth something in the site's frame is."""

from tocsin.geo.frames import ecef_from_enu, geodetic_from_ecef
from tocsin.messages import Floats
from tocsin.settings import Frame


def ecef(frame: Frame, position_m: Floats) -> Floats:
    """Positions (..., 3) of the frame as ECEF: what is local is laid at the origin that the site declares for it."""
    if frame.kind == "earth":
        return position_m
    return ecef_from_enu(position_m, frame.latitude_rad, frame.longitude_rad, frame.altitude_m)


def geodetic(frame: Frame, position_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Positions (..., 3) of the frame as latitude, longitude (rad) and altitude (m)."""
    return geodetic_from_ecef(ecef(frame, position_m))
