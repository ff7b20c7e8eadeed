"""Where flights begin and end, as the messages tell it: ellipses on the ground, and bearings back."""

import math

import numpy as np

from tocsin.ends import Landing, Origin
from tocsin.forecast.areas import located
from tocsin.forecast.courses import Courses
from tocsin.forecast.falls import Ground
from tocsin.geo.units import SECOND_NS
from tocsin.messages import QUANTILES
from tocsin.settings import Frame

TOLD = tuple(QUANTILES.index(share) for share in (0.10, 0.50, 0.90))


def landing(frame: Frame, track: int, made_ns: int, ground: Ground) -> Landing:
    """A place on the ground with its ellipse."""
    east, both, north = ground.covariance
    middle, half = 0.5 * (east + north), math.hypot(0.5 * (east - north), both)
    sigmas = math.sqrt(max(middle + half, 0.0)), math.sqrt(max(middle - half, 0.0))
    bearing = 0.5 * math.atan2(2.0 * both, north - east) % math.pi  # of the longer axis
    latitude, longitude = located(frame, np.array([ground.mean]))[0].tolist()
    early, likely, late = (made_ns + round(ground.time_s[k] * SECOND_NS) for k in TOLD)
    return Landing(track, (latitude, longitude), sigmas, bearing, (early, likely, late))


def origin(frame: Frame, courses: Courses, row: int) -> Origin:
    """From where one track came."""
    east, north, course, sigma = courses.began[row].tolist()
    latitude, longitude = located(frame, np.array([[east, north]]))[0].tolist()
    back = (course + math.pi) % (2.0 * math.pi)
    return Origin(int(courses.number[row]), (latitude, longitude), back, sigma, int(courses.began_ns[row]))
