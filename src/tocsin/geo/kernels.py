"""The same frames for one point at a time, to be called from compiled code: numbers in, numbers out.

Each function here is the scalar form of one in `frames` (or `horizon`), and a property test holds the two together.
"""

import math

from numba import njit

from tocsin.geo.ellipsoid import A_M, B_M, E2, EP2, F

Three = tuple[float, float, float]


@njit(cache=True)
def ecef_from_geodetic(latitude_rad: float, longitude_rad: float, altitude_m: float) -> Three:
    """Geodetic to ECEF metres."""
    sin_latitude, cos_latitude = math.sin(latitude_rad), math.cos(latitude_rad)
    normal_m = A_M / math.sqrt(1.0 - E2 * sin_latitude * sin_latitude)
    out_m = (normal_m + altitude_m) * cos_latitude
    z_m = (normal_m * (1.0 - E2) + altitude_m) * sin_latitude
    return out_m * math.cos(longitude_rad), out_m * math.sin(longitude_rad), z_m


@njit(cache=True)
def geodetic_from_ecef(x_m: float, y_m: float, z_m: float) -> Three:
    """ECEF metres to latitude, longitude, altitude (Bowring 1985, three times)."""
    out_m = math.hypot(x_m, y_m)
    beta = math.atan2(A_M * z_m, B_M * out_m)
    latitude = beta
    for _ in range(3):
        latitude = math.atan2(z_m + EP2 * B_M * math.sin(beta) ** 3, out_m - E2 * A_M * math.cos(beta) ** 3)
        beta = math.atan2((1.0 - F) * math.sin(latitude), math.cos(latitude))
    sin_latitude = math.sin(latitude)
    normal_part_m = A_M * math.sqrt(1.0 - E2 * sin_latitude * sin_latitude)
    altitude = out_m * math.cos(latitude) + z_m * sin_latitude - normal_part_m
    return latitude, math.atan2(y_m, x_m), altitude


@njit(cache=True)
def enu_vector_from_ecef(x: float, y: float, z: float, latitude_rad: float, longitude_rad: float) -> Three:
    """Turn an ECEF vector into east, north, up at a place. Subtract the origin first to convert a position."""
    sin_lat, cos_lat = math.sin(latitude_rad), math.cos(latitude_rad)
    sin_lon, cos_lon = math.sin(longitude_rad), math.cos(longitude_rad)
    outward = cos_lon * x + sin_lon * y
    return cos_lon * y - sin_lon * x, cos_lat * z - sin_lat * outward, cos_lat * outward + sin_lat * z


@njit(cache=True)
def ecef_vector_from_enu(east: float, north: float, up: float, latitude_rad: float, longitude_rad: float) -> Three:
    """Turn an east, north, up vector at a place into ECEF."""
    sin_lat, cos_lat = math.sin(latitude_rad), math.cos(latitude_rad)
    sin_lon, cos_lon = math.sin(longitude_rad), math.cos(longitude_rad)
    outward = cos_lat * up - sin_lat * north
    return cos_lon * outward - sin_lon * east, sin_lon * outward + cos_lon * east, cos_lat * north + sin_lat * up


@njit(cache=True)
def polar_from_enu(east_m: float, north_m: float, up_m: float) -> Three:
    """East, north, up as slant range, azimuth in [0, 2 pi) and elevation."""
    ground = math.hypot(east_m, north_m)
    azimuth = math.atan2(east_m, north_m)
    if azimuth < 0.0:
        azimuth += 2.0 * math.pi
        if azimuth >= 2.0 * math.pi:  # a tiny negative angle rounds up to a whole turn
            azimuth = 0.0
    return math.hypot(ground, up_m), azimuth, math.atan2(up_m, ground)


@njit(cache=True)
def enu_from_polar(range_m: float, azimuth_rad: float, elevation_rad: float) -> Three:
    """Slant range, azimuth and elevation as east, north, up."""
    ground = range_m * math.cos(elevation_rad)
    return ground * math.sin(azimuth_rad), ground * math.cos(azimuth_rad), range_m * math.sin(elevation_rad)


@njit(cache=True)
def half_turn(angle_rad: float) -> float:
    """An angle as a difference in [-pi, pi)."""
    wrapped = (angle_rad + math.pi) % (2.0 * math.pi)
    if wrapped >= 2.0 * math.pi:
        wrapped = 0.0
    return wrapped - math.pi
