"""Geodesics on WGS 84: distance and bearings between two places, and where a bearing and a distance lead.

Vincenty's series (Survey Review XXIII 176, 1975) is good to 0.1 mm wherever it converges. Nearly opposite places, where
it may not, are found by bisection on the departing bearing: with the first place made the more southern one, the
longitude reached grows steadily with that bearing (Karney, Journal of Geodesy 87, 2013, section 4).
"""

import numpy as np
from numpy.typing import ArrayLike

from tocsin.geo.ellipsoid import A_M, B_M, EP2, F
from tocsin.geo.frames import half_turn, turn
from tocsin.messages import Floats

ITERATIONS_MAX = 30  # Vincenty needs 3 to 8 where it converges in practice
CONVERGED_RAD = 1e-14  # 6e-8 m on the ground
OPPOSITE_COSINE = -0.9985  # within 3.1 degrees of opposite; Vincenty's iteration fails only within 0.7
EQUATOR_RAD = 1e-11  # 0.06 mm: exactly on the equator the bearing alone would not tell how far one goes
BISECTIONS = 60  # pi / 2**60 is below the resolution of a float64 bearing


def distance_m(
    latitude_1_rad: ArrayLike, longitude_1_rad: ArrayLike, latitude_2_rad: ArrayLike, longitude_2_rad: ArrayLike
) -> Floats:
    """The shortest distance over the ellipsoid, in metres."""
    return geodesic(latitude_1_rad, longitude_1_rad, latitude_2_rad, longitude_2_rad)[0]


def geodesic(
    latitude_1_rad: ArrayLike, longitude_1_rad: ArrayLike, latitude_2_rad: ArrayLike, longitude_2_rad: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Distance, bearing at place 1 towards place 2, and bearing on arrival at place 2 (both clockwise from true north).

    For equal places both bearings are 0. Through a pole and between opposite places one of the shortest ways is given.
    """
    arguments = (latitude_1_rad, longitude_1_rad, latitude_2_rad, longitude_2_rad)
    lat_1, lon_1, lat_2, lon_2 = (a.astype(np.float64) for a in np.broadcast_arrays(*arguments))
    shape = lat_1.shape
    u_1 = np.arctan2((1.0 - F) * np.sin(lat_1), np.cos(lat_1)).ravel()
    u_2 = np.arctan2((1.0 - F) * np.sin(lat_2), np.cos(lat_2)).ravel()
    longitude = half_turn(lon_2 - lon_1).ravel()
    length, start, end = _vincenty(u_1, u_2, longitude)
    far = np.sin(u_1) * np.sin(u_2) + np.cos(u_1) * np.cos(u_2) * np.cos(longitude) < OPPOSITE_COSINE
    if far.any():
        length[far], start[far], end[far] = _nearly_opposite(u_1[far], u_2[far], longitude[far])
    return length.reshape(shape), turn(start).reshape(shape), turn(end).reshape(shape)


def travel(
    latitude_rad: ArrayLike, longitude_rad: ArrayLike, bearing_rad: ArrayLike, distance_m: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Go `distance_m` along a bearing: latitude, longitude and the bearing there (Vincenty 1975, direct)."""
    lat, lon, bearing, length = np.broadcast_arrays(latitude_rad, longitude_rad, bearing_rad, distance_m)
    u_1 = np.arctan2((1.0 - F) * np.sin(lat), np.cos(lat))
    sin_u, cos_u, sin_b, cos_b = np.sin(u_1), np.cos(u_1), np.sin(bearing), np.cos(bearing)
    sigma_1 = np.arctan2(sin_u, cos_u * cos_b)
    sin_alpha = cos_u * sin_b
    cos2_alpha = 1.0 - sin_alpha**2
    a_series, b_series = _series(cos2_alpha)
    straight = length / (B_M * a_series)
    sigma = straight
    for _ in range(ITERATIONS_MAX):
        following = straight + _wobble(b_series, sigma, np.cos(2.0 * sigma_1 + sigma))
        settled = np.abs(following - sigma) < CONVERGED_RAD
        sigma = following
        if np.all(settled):
            break
    sin_s, cos_s = np.sin(sigma), np.cos(sigma)
    across = np.hypot(sin_alpha, sin_u * sin_s - cos_u * cos_s * cos_b)
    latitude_2 = np.arctan2(sin_u * cos_s + cos_u * sin_s * cos_b, (1.0 - F) * across)
    spherical = np.arctan2(sin_s * sin_b, cos_u * cos_s - sin_u * sin_s * cos_b)
    change = spherical - _excess(sin_alpha, cos2_alpha, sigma, np.cos(2.0 * sigma_1 + sigma))
    end = np.arctan2(sin_alpha, cos_u * cos_s * cos_b - sin_u * sin_s)
    return latitude_2, half_turn(lon + change), turn(end)


def _vincenty(u_1: Floats, u_2: Floats, longitude: Floats) -> tuple[Floats, Floats, Floats]:
    """Vincenty's inverse for reduced latitudes u: length and bearings. Nonsense between nearly opposite places."""
    sin_1, cos_1, sin_2, cos_2 = np.sin(u_1), np.cos(u_1), np.sin(u_2), np.cos(u_2)
    on_sphere = longitude
    for _ in range(ITERATIONS_MAX):
        sin_alpha, cos2_alpha, sigma, middle = _arc(sin_1, cos_1, sin_2, cos_2, on_sphere)
        following = longitude + _excess(sin_alpha, cos2_alpha, sigma, middle)
        settled = np.abs(following - on_sphere) < CONVERGED_RAD
        on_sphere = following
        if settled.all():
            break
    _, cos2_alpha, sigma, middle = _arc(sin_1, cos_1, sin_2, cos_2, on_sphere)
    a_series, b_series = _series(cos2_alpha)
    length = B_M * a_series * (sigma - _wobble(b_series, sigma, middle))
    sin_l, cos_l = np.sin(on_sphere), np.cos(on_sphere)
    start = np.arctan2(cos_2 * sin_l, cos_1 * sin_2 - sin_1 * cos_2 * cos_l)
    end = np.arctan2(cos_1 * sin_l, cos_1 * sin_2 * cos_l - sin_1 * cos_2)
    return length, start, end


def _arc(
    sin_1: Floats, cos_1: Floats, sin_2: Floats, cos_2: Floats, on_sphere: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """The great circle of the auxiliary sphere: sin(alpha), cos(alpha)**2, sigma, cos(2 sigma_m)."""
    sin_l, cos_l = np.sin(on_sphere), np.cos(on_sphere)
    sin_s = np.hypot(cos_2 * sin_l, cos_1 * sin_2 - sin_1 * cos_2 * cos_l)
    cos_s = sin_1 * sin_2 + cos_1 * cos_2 * cos_l
    # Equal places have no direction, and along the equator the middle has no meaning: there any value serves.
    sin_alpha = np.where(sin_s > 0.0, cos_1 * cos_2 * sin_l / np.where(sin_s > 0.0, sin_s, 1.0), 0.0)
    cos2_alpha = 1.0 - sin_alpha**2
    steep = cos2_alpha > 0.0
    middle = np.where(steep, cos_s - 2.0 * sin_1 * sin_2 / np.where(steep, cos2_alpha, 1.0), 0.0)
    return sin_alpha, cos2_alpha, np.arctan2(sin_s, cos_s), middle


def _nearly_opposite(u_1: Floats, u_2: Floats, longitude: Floats) -> tuple[Floats, Floats, Floats]:
    """Bisection on the bearing, after mirroring so that u_1 <= 0, |u_2| <= |u_1| and 0 <= longitude <= pi."""
    swapped = np.abs(u_1) < np.abs(u_2)
    first, second = np.where(swapped, u_2, u_1), np.where(swapped, u_1, u_2)
    upside_down = first > 0.0
    first, second = -np.maximum(np.abs(first), EQUATOR_RAD), np.where(upside_down, -second, second)
    low, high = np.zeros_like(first), np.full_like(first, np.pi)
    for _ in range(BISECTIONS):
        start = 0.5 * (low + high)
        short = _reach(first, second, start)[0] < np.abs(longitude)
        low, high = np.where(short, start, low), np.where(short, high, start)
    start = 0.5 * (low + high)
    reached, length, end = _reach(first, second, start)
    # Along the equator one last bit of the bearing is metres: what is missing lies along the parallel.
    length += (np.abs(longitude) - reached) * A_M * np.cos(second) * np.sin(end)
    # Undo: turning upside down mirrors north and south, swapping ends exchanges the bearings and walks backwards.
    start, end = np.where(upside_down, np.pi - start, start), np.where(upside_down, np.pi - end, end)
    start, end = np.where(swapped, np.pi - end, start), np.where(swapped, np.pi - start, end)
    east = np.where(longitude < 0.0, -1.0, 1.0)
    return length, east * start, east * end


def _reach(u_1: Floats, u_2: Floats, bearing: Floats) -> tuple[Floats, Floats, Floats]:
    """Leave u_1 < 0 on a bearing until u_2 is reached going north: longitude gained, length, bearing there."""
    sin_alpha = np.cos(u_1) * np.sin(bearing)
    north_1 = np.cos(u_1) * np.cos(bearing)
    north_2 = np.sqrt(np.maximum(np.cos(u_2) ** 2 - sin_alpha**2, 0.0))
    sigma_1, sigma_2 = np.arctan2(np.sin(u_1), north_1), np.arctan2(np.sin(u_2), north_2)
    omega_1 = np.arctan2(sin_alpha * np.sin(u_1), north_1)
    omega_2 = np.arctan2(sin_alpha * np.sin(u_2), north_2)
    sigma, middle = sigma_2 - sigma_1, np.cos(sigma_1 + sigma_2)
    cos2_alpha = 1.0 - sin_alpha**2
    a_series, b_series = _series(cos2_alpha)
    longitude = omega_2 - omega_1 - _excess(sin_alpha, cos2_alpha, sigma, middle)
    length = B_M * a_series * (sigma - _wobble(b_series, sigma, middle))
    return longitude, length, np.arctan2(sin_alpha, north_2)


def _series(cos2_alpha: Floats) -> tuple[Floats, Floats]:
    """Vincenty (1975) equations 3 and 4, in Helmert's shorter form (Vincenty's addendum, 1976)."""
    root = np.sqrt(1.0 + cos2_alpha * EP2)
    k = (root - 1.0) / (root + 1.0)
    return (1.0 + 0.25 * k**2) / (1.0 - k), k * (1.0 - 0.375 * k**2)


def _wobble(b_series: Floats, sigma: Floats, middle: Floats) -> Floats:
    """Vincenty (1975) equation 6: delta sigma. `middle` is cos(2 sigma_m)."""
    sin_s, cos_s = np.sin(sigma), np.cos(sigma)
    inner = b_series / 6.0 * middle * (4.0 * sin_s**2 - 3.0) * (4.0 * middle**2 - 3.0)
    out: Floats = b_series * sin_s * (middle + 0.25 * b_series * (cos_s * (2.0 * middle**2 - 1.0) - inner))
    return out


def _excess(sin_alpha: Floats, cos2_alpha: Floats, sigma: Floats, middle: Floats) -> Floats:
    """Vincenty (1975) equations 10 and 11: longitude on the auxiliary sphere minus longitude on the ellipsoid."""
    c = F / 16.0 * cos2_alpha * (4.0 + F * (4.0 - 3.0 * cos2_alpha))
    inner = middle + c * np.cos(sigma) * (2.0 * middle**2 - 1.0)
    out: Floats = (1.0 - c) * F * sin_alpha * (sigma + c * np.sin(sigma) * inner)
    return out
