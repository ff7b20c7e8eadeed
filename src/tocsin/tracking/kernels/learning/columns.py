"""The tables of learning. K cells of all sensors together, S sensors, R of them registered, M remembered plots.

Cells lie around a sensor (rings of range, sectors of azimuth) or on the site's plane; `Sensors.cells` tells which are
whose. `Learned` is state, all of it: what was counted since the last beat, what that came to, and what is applied.
"""

from typing import Final, NamedTuple

from tocsin.tracking.kernels.columns import Floats, Ints


class Tally(NamedTuple):
    """Each confirmed track in each look that could have seen it, or did: k lines, in the order of the looks."""

    tag: Ints  # (k, TALLY_TAG)
    num: Floats  # (k, TALLY_NUM)
    x: Floats  # (k, 6) mean before the look, all modes together
    p: Floats  # (k, 3, 3) covariance of its position


T_LOOK: Final = 0  # index into the batch's looks
T_ROW: Final = 1  # the row that is likeliest its own, index into the batch's rows; -1 none
T_BIRTH: Final = 2
T_LAST_SENSOR: Final = 3
T_WITNESS: Final = 4
T_TIME: Final = 5  # ns, of x and p
T_SINCE: Final = 6  # ns since any sensor detected it
T_DETECTIONS: Final = 7
TALLY_TAG: Final = 8
T_EXISTENCE: Final = 0  # before the look
T_PD: Final = 1  # detection probability of the sensor there
T_MISS: Final = 2  # how far silence counts: PD times the share of the state that lies in the sector; 0: it does not
T_BEST: Final = 3  # probability that the row is its detection
T_ALL: Final = 4  # that any row is
T_SPEED: Final = 5  # m2/s2, mean variance of one component of its velocity
TALLY_NUM: Final = 6


# What stands in Sensors.cells: (s, 4).
FIRST: Final = 0
KIND: Final = 1
RINGS: Final = 2
SECTORS: Final = 3
NONE: Final = 0
POLAR: Final = 1  # rings from the least to the greatest range, sectors clockwise from north
GROUND: Final = 2  # a square of RINGS x SECTORS on the site's plane, its half side the greatest range
ANCHOR: Final = -2


class Learned(NamedTuple):
    """All that learning remembers."""

    # counted since the last beat
    hits: Floats  # (K,) detections, less the probability that they were of a track
    wanted: Floats  # (K,) detections that tracks should have given, by the declared probability
    found: Floats  # (K,) detections that they gave
    scans: Floats  # (S,) whole scans
    heard: Ints  # (S,) ns, the last look
    strain: Floats  # (S, P, 2) squared residuals against tracks last seen by sensor P, and how many scalars
    # what that came to, faded
    clutter: Floats  # (K, 2) hits: with the half-life, and with a short one
    scanned: Floats  # (S, 2) scans, likewise
    expected: Floats  # (K,)
    detected: Floats  # (K,)
    strained: Floats  # (S, P, 2)
    bias: Floats  # (4 R + 1,) range m, azimuth, elevation rad, clock s of registered sensors; clock s of all anchors
    cov: Floats  # (4 R + 1, 4 R + 1)
    kept: Ints  # (M, KEPT_TAG) the last plot of tracks, until a plot of another sensor meets it
    plots: Floats  # (M, KEPT_NUM)
    doubted: Ints  # (M,) tracks that share their detections with another, by their birth
    counts: Ints  # (COUNTS,)
    # applied, as of the last beat
    clutter_ratio: Floats  # (K,) times the declared clutter
    pd_ratio: Floats  # (K,) times the declared detection probability
    applied: Floats  # (S, 4) biases taken off
    factor: Floats  # (S,) of variances: 1 or more
    ticked: Ints  # (1,) ns


KEPT_BIRTH: Final = 0  # 0: empty
KEPT_SENSOR: Final = 1
KEPT_TIME: Final = 2
KEPT_MASK: Final = 3
KEPT_TAG: Final = 4
KEPT_Z: Final = 0  # to 2: range, azimuth, elevation as measured
KEPT_VAR: Final = 3  # to 5
KEPT_P: Final = 6  # to 8: where it is, in the frame
KEPT_COV: Final = 9  # to 17: covariance of that
KEPT_PLACE: Final = 18  # to 20: where its sensor was
KEPT_NUM: Final = 21
N_PAIRS: Final = 0  # pairs of plots that were worked into the registration
N_REFUSED: Final = 1  # pairs that were too far off to be believed
N_SINCE: Final = 2  # pairs since the last beat
COUNTS: Final = 3

OFF_RANGE: Final = 0
OFF_AZIMUTH: Final = 1
OFF_ELEVATION: Final = 2
OFF_TIME: Final = 3
OFFSETS: Final = 4


class Room(NamedTuple):
    """Room to work in; nothing in it is state."""

    x: Floats  # (5, 3) the last: where the sensor was
    jac: Floats  # (3, 3)
    cov: Floats  # (3, 3)
    h: Floats  # (3, 3) gradients of up to three scalars
    hb: Floats  # (3, 8) their gradients by the offsets of two sensors
    nu: Floats  # (3, 2) residual, variance
    r: Floats  # (3, 3)
    s: Floats  # (3, 3)
    g: Floats  # (4 R + 1,)
    where: Ints  # (8,) rows of Learned.bias
    plot: Floats  # (KEPT_NUM,)
    none: Floats  # (4,) zeros
