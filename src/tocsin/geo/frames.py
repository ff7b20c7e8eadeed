"""Where things are: WGS 84 geodetic, earth-centred (ECEF), local east-north-up, and polar as a sensor measures it.

All functions are vectorised: angles in radians, lengths in metres, positions as (..., 3). Origins broadcast against
positions, so each row may have a sensor of its own. Nothing here uses matrix products of BLAS: their bits change with
the machine, and replay must not.

Sources: NGA.STND.0036 (2014) section 4; Bowring, Survey Review 28 (1985), for ECEF to geodetic.
"""

import numpy as np
from numpy.typing import ArrayLike

from tocsin.geo.ellipsoid import A_M, B_M, E2, EP2, F
from tocsin.messages import Floats


def ecef_from_geodetic(latitude_rad: ArrayLike, longitude_rad: ArrayLike, altitude_m: ArrayLike) -> Floats:
    """Geodetic to ECEF: (..., 3) metres. `altitude_m` is above the ellipsoid."""
    latitude, longitude, altitude = np.broadcast_arrays(latitude_rad, longitude_rad, altitude_m)
    sin_latitude, cos_latitude = np.sin(latitude), np.cos(latitude)
    normal_m = A_M / np.sqrt(1.0 - E2 * sin_latitude**2)
    out_m = (normal_m + altitude) * cos_latitude
    z_m = (normal_m * (1.0 - E2) + altitude) * sin_latitude
    return np.stack((out_m * np.cos(longitude), out_m * np.sin(longitude), z_m), axis=-1)


def geodetic_from_ecef(position_m: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """ECEF (..., 3) to latitude, longitude, altitude.

    Bowring's formula, three times: round trips stay below 1e-6 m from 10 km below to 10,000 km above the ellipsoid.
    Positions within 50 km of the earth's centre have no useful answer.
    """
    position = np.asarray(position_m, dtype=np.float64)
    x, y, z = position[..., 0], position[..., 1], position[..., 2]
    out_m = np.hypot(x, y)
    beta = np.arctan2(A_M * z, B_M * out_m)
    latitude = beta
    for _ in range(3):
        latitude = np.arctan2(z + EP2 * B_M * np.sin(beta) ** 3, out_m - E2 * A_M * np.cos(beta) ** 3)
        beta = np.arctan2((1.0 - F) * np.sin(latitude), np.cos(latitude))
    sin_latitude = np.sin(latitude)
    # This form keeps its digits at the poles, where out_m / cos(latitude) would not.
    altitude = out_m * np.cos(latitude) + z * sin_latitude - A_M * np.sqrt(1.0 - E2 * sin_latitude**2)
    return latitude, np.arctan2(y, x), altitude


def enu_vector_from_ecef(vector: ArrayLike, latitude_rad: ArrayLike, longitude_rad: ArrayLike) -> Floats:
    """Turn an ECEF vector (..., 3), such as a velocity, into east, north, up at a place."""
    v = np.asarray(vector, dtype=np.float64)
    x, y, z = v[..., 0], v[..., 1], v[..., 2]
    sin_lat, cos_lat = np.sin(latitude_rad), np.cos(latitude_rad)
    sin_lon, cos_lon = np.sin(longitude_rad), np.cos(longitude_rad)
    outward = cos_lon * x + sin_lon * y
    east, north = cos_lon * y - sin_lon * x, cos_lat * z - sin_lat * outward
    return np.stack(np.broadcast_arrays(east, north, cos_lat * outward + sin_lat * z), axis=-1)


def ecef_vector_from_enu(vector: ArrayLike, latitude_rad: ArrayLike, longitude_rad: ArrayLike) -> Floats:
    """Turn an east, north, up vector (..., 3) at a place into ECEF."""
    v = np.asarray(vector, dtype=np.float64)
    east, north, up = v[..., 0], v[..., 1], v[..., 2]
    sin_lat, cos_lat = np.sin(latitude_rad), np.cos(latitude_rad)
    sin_lon, cos_lon = np.sin(longitude_rad), np.cos(longitude_rad)
    outward = cos_lat * up - sin_lat * north
    x, y = cos_lon * outward - sin_lon * east, sin_lon * outward + cos_lon * east
    return np.stack(np.broadcast_arrays(x, y, cos_lat * north + sin_lat * up), axis=-1)


def enu_from_ecef(
    position_m: ArrayLike, latitude_rad: ArrayLike, longitude_rad: ArrayLike, altitude_m: ArrayLike
) -> Floats:
    """ECEF positions (..., 3) as east, north, up from an origin given in geodetic coordinates."""
    offset = np.asarray(position_m, dtype=np.float64) - ecef_from_geodetic(latitude_rad, longitude_rad, altitude_m)
    return enu_vector_from_ecef(offset, latitude_rad, longitude_rad)


def ecef_from_enu(enu_m: ArrayLike, latitude_rad: ArrayLike, longitude_rad: ArrayLike, altitude_m: ArrayLike) -> Floats:
    """East, north, up (..., 3) from a geodetic origin as ECEF positions."""
    origin = ecef_from_geodetic(latitude_rad, longitude_rad, altitude_m)
    return origin + ecef_vector_from_enu(enu_m, latitude_rad, longitude_rad)


def polar_from_enu(enu_m: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """East, north, up (..., 3) as slant range, azimuth from true north clockwise in [0, 2 pi), and elevation."""
    enu = np.asarray(enu_m, dtype=np.float64)
    east, north, up = enu[..., 0], enu[..., 1], enu[..., 2]
    ground = np.hypot(east, north)
    return np.hypot(ground, up), turn(np.arctan2(east, north)), np.arctan2(up, ground)


def enu_from_polar(range_m: ArrayLike, azimuth_rad: ArrayLike, elevation_rad: ArrayLike) -> Floats:
    """Slant range, azimuth from true north clockwise and elevation as east, north, up (..., 3)."""
    distance, azimuth, elevation = np.broadcast_arrays(range_m, azimuth_rad, elevation_rad)
    ground = distance * np.cos(elevation)
    return np.stack((ground * np.sin(azimuth), ground * np.cos(azimuth), distance * np.sin(elevation)), axis=-1)


def turn(angle_rad: ArrayLike) -> Floats:
    """An angle as a bearing in [0, 2 pi). A tiny negative angle is 0: np.mod would round it up to 2 pi itself."""
    wrapped = np.mod(angle_rad, 2.0 * np.pi)
    return np.where(wrapped >= 2.0 * np.pi, 0.0, wrapped)


def half_turn(angle_rad: ArrayLike) -> Floats:
    """An angle as a difference in [-pi, pi)."""
    return turn(np.asarray(angle_rad, dtype=np.float64) + np.pi) - np.pi
