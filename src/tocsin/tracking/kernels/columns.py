"""The tables that kernels read and write, and what stands in each column.

A component is one possible object (a Bernoulli component in the words of Williams 2015): a probability that it exists,
and for each of K motion modes a weight, a mean and a covariance of (position, velocity) in the site's frame. These
numbers are built into compiled code (see `njit`).
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Bank(NamedTuple):
    """Every component, one slot each, in order of birth. C slots, K modes, N classes."""

    x: Floats  # (C, K, 6) mean: position m, velocity m/s
    p: Floats  # (C, K, 6, 6) covariance
    mu: Floats  # (C, K) weights of the modes, sum 1
    num: Floats  # (C, NUM) numbers, see below
    tag: Ints  # (C, TAG) whole numbers, see below
    share: Floats  # (C, K) share of time in each mode, as its class has it; 0: this mode is left out
    kind: Floats  # (C, N) probability of each class (models.classes)
    heard: Floats  # (C, N) log likelihoods that are remembered of its class: what it did, what it was called


EXISTENCE: Final = 0  # probability that it exists
MISSED: Final = 1  # expected detections that did not come since the last one
TRUST: Final = 2  # odds by which a claim is believed: its existence never goes beyond; 0: it is no claim
DENIED: Final = 3  # expected detections of independent sensors that did not come since the last of these
SILENT: Final = 4  # s of silence of its last sensor that are counted already
LIFE: Final = 5  # s, mean life, as its class has it
USEFUL: Final = 6  # m, a place known no better helps nobody; infinite: no such bound
NUM: Final = 7

TIME: Final = 0  # ns, the time of x and p
BORN: Final = 1  # ns, of the first detection; of what was heard: when it was given
LAST: Final = 2  # ns, of the last detection that was more likely its own than not
LAST_SENSOR: Final = 3  # index of a site's sensor, -1 none
DETECTIONS: Final = 4
NUMBER: Final = 5  # track number, 0 while it was never likely
STATE: Final = 6  # messages.TrackState
SWAPPED: Final = 7  # track number, -1 none
IDENTITY: Final = 8  # index of a word, 0 none
IDENTITY_VOTES: Final = 9
CALLSIGN: Final = 10  # index of a word, 0 none
WITNESS: Final = 11  # bits: WITNESS_SENSED, WITNESS_SELF, WITNESS_PLACED
ALIVE: Final = 12
BIRTH: Final = 13  # a number of its own, from 1
IDENTITY_KIND: Final = 14  # index of a word, 0 none
PARENT: Final = 15  # BIRTH of the component that it was parted from, 0 none
GROUP: Final = 16  # so many, at least, were seen as one when it was last seen; 0 and 1: it alone
CLASSED: Final = 17  # DETECTIONS when its class was last thought about
CLASSED_TIME: Final = 18  # ns, and of what time it then was
CALLED_TIME: Final = 19  # ns, when a sensor last said what it is
HEIR: Final = 20  # number of the track that had more of its last detection, 0 none; negative: since then it had its own
FAMILY: Final = 21  # BIRTH of the first of those that directions began, of which one at most is there; 0: none
HELD: Final = 22  # the last detections that are its own, newest first, as numbers of rows; 0 none: see kernels.rivals
HELD_MANY: Final = 2
TAG: Final = HELD + HELD_MANY

WITNESS_SENSED: Final = 1  # a radar or another sensor that needs no word from the target
WITNESS_SELF: Final = 2  # the target's own report
WITNESS_PLACED: Final = 4  # a sensor that gives places, not directions alone

TENTATIVE: Final = 0
CONFIRMED: Final = 1
LOST: Final = 3

# What one detection may measure; a row's mask has a bit for each.
RANGE: Final = 0
AZIMUTH: Final = 1
ELEVATION: Final = 2
RANGE_RATE: Final = 3
ALTITUDE: Final = 4  # of a polar detection
EAST: Final = 5  # EAST, NORTH, UP: the row's own axes
NORTH: Final = 6
UP: Final = 7
VELOCITY_EAST: Final = 8
VELOCITY_NORTH: Final = 9
VELOCITY_UP: Final = 10
QUANTITIES: Final = 11
# Not measured, but known of a row: an angle without a range, heard from the past (kernels.directions). Such a row's
# columns RANGE and VELOCITY_* hold the speed of sound (or light) and the wind, with their variances.
DIRECTION: Final = 40
# And of a direction whose sensor moves: EAST to UP hold where the sensor was when it measured.
CARRIED: Final = 41


class Rows(NamedTuple):
    """Detections: m rows, sorted by the look that they belong to."""

    mask: Ints  # (m,) bit k: quantity k was measured
    z: Floats  # (m, QUANTITIES) values; EAST to UP: the position in the frame; VELOCITY_*: the velocity in the frame
    var: Floats  # (m, QUANTITIES) variances
    axes: Floats  # (m, 3, 3) rows east, north, up as vectors of the frame
    place: Floats  # (m, 4) where neighbours are sought: position in the frame, sigma m; infinite: anywhere
    time: Ints  # (m,) ns
    clutter: Floats  # (m,) false detections per unit of what was measured
    prior: Floats  # (m,) unit of what was measured per m2 of ground: field density times this is the rate of new ones;
    # 0: it must begin nothing
    word: Ints  # (m, 4) identity, callsign, what kind of identity, track of another tracker: index of a word, 0 none
    strength: Floats  # (m,) power, of any unit; 1 where it was not told
    said: Floats  # (m, 2) what class the sensor says that it is: index of a word, 0 none; how sure it is


class Looks(NamedTuple):
    """Looks: a sensor, a time, the sector seen, and the rows [first, last) found there. q looks."""

    time: Ints  # (q,) ns
    sensor: Ints  # (q,) index
    first: Ints  # (q,)
    last: Ints  # (q,)
    survey: Ints  # (q,) 1: what is not among the rows was missed
    azimuth: Floats  # (q, 2) rad, from and to, clockwise; NaN: all around
    span: Ints  # (q,) ns that one turn lasts: the same object gives one detection in half of it


class Sensors(NamedTuple):
    """The site's sensors. s rows."""

    place: Floats  # (s, 3) in the frame
    axes: Floats  # (s, 3, 3) rows east, north, up as vectors of the frame
    num: Floats  # (s, SENSOR_NUM)
    self_report: Ints  # (s,) 1: no independent path: targets or other trackers say where something is
    cells: Ints  # (s, 4) which cells of learning are whose (kernels.learning.columns)
    registered: Ints  # (s,) index among the registered sensors; -1 none, -2 an anchor
    pd_ratio: Floats  # (cells,) what was learnt: times the detection probability
    skyline: Floats  # (points,) m: lowest altitudes seen over the ground, azimuth by azimuth, sensor by sensor
    skylines: Ints  # (s, 3) whose: first point (-1: no ground), azimuths, distances


PD: Final = 0
RANGE_MIN: Final = 1
RANGE_MAX: Final = 2
FIELD_FROM: Final = 3  # field of view, NaN: all around
FIELD_TO: Final = 4
ELEVATION_MIN: Final = 5
ELEVATION_MAX: Final = 6
NOTCH: Final = 7
HORIZON: Final = 8  # m, the antenna's own part of the distance to the horizon; -1: flat
PLACED: Final = 9  # 1: the sensor has a place, so that range and angles make sense
CLAIMS: Final = 10  # 1: its identities are what targets say of themselves
PERIOD: Final = 11  # s
RES_RANGE: Final = 12  # m: closer targets are one detection; 0: every target has its own
RES_AZIMUTH: Final = 13  # rad
SPEED: Final = 14  # m/s at which a direction reaches the sensor; 0: it gives no directions
SPEED_VAR: Final = 15
WIND_X: Final = 16  # WIND_X to WIND_X + 2: the wind in the frame
WIND_VAR: Final = 19  # of each horizontal component
POST: Final = 20  # its row in the tables of Posts, -1 none
ECHO: Final = 21  # 1 + signal to noise at the reference range; 0: the detection probability is the same everywhere
REFERENCE: Final = 22  # m
REPORT_RATE: Final = 23  # 1/s: how often it reports what it has; 0: its silence says nothing
SKYLINE_STEP: Final = 24  # m between the distances of its skyline
LISTENS: Final = 25  # 1: it looks without a break, and says so; 0: its silence between two rows says nothing
SENSOR_NUM: Final = 26


class Rules(NamedTuple):
    """The model and the limits, as numbers."""

    modes: Floats  # (K, MODE)
    switching: float  # 1/s
    stationary: Floats  # (K,) share of time in each mode, of what is new
    kind: Floats  # (N,) probability of each class, of what is new
    useful: float  # m, see USEFUL, of what is new
    earth: int  # 1: ECEF
    plane: Floats  # (2, 3) east and north at the origin: the plane in which neighbours are sought
    origin: Floats  # (3,)
    gate: float
    negligible: float  # a pair this much less likely than its alternatives is left out of the association
    exact_max: int  # detections in a cluster up to which marginals are exact
    rivals_max: int  # detections up to which components that hold the same one exclude each other
    passing_tolerance: float
    passing_max: int  # iterations of belief propagation
    confirm: float
    release: float
    prune: float
    survival_s: float  # mean life
    density: float  # unseen objects per m2, where there is no mixture
    speed: float  # m/s, sigma of a new object's velocity along the ground
    climb: float  # m/s, sigma of its vertical velocity
    height: float  # m, mean of a new object's height
    height_sigma: float
    wrong_identity: float  # how often an identity is wrong
    mixture_floor: float  # weight below which a part of the mixture is dropped
    components_max: int
    coast: int  # ns without a detection after which a component is given up
    believed: float  # odds of a claim that nobody else could look at


NOISE: Final = 0  # m2/s3, density of horizontal acceleration noise
NOISE_UP: Final = 1  # m2/s3, of vertical acceleration noise
SLOWING: Final = 2  # 1/s, horizontal velocity decays
SLOWING_UP: Final = 3  # 1/s, vertical velocity decays
TURN: Final = 4  # rad/s, clockwise from above
SIDEWAYS: Final = 5  # m/s2, turns at the rate sideways / speed, clockwise from above
ALONG: Final = 6  # m/s2, along the velocity
FALL: Final = 7  # kg/m2, mass per drag of what falls; 0: it flies
WIND: Final = 8  # m/s in the frame, three columns
NEW_SPEED: Final = 11  # m/s, sigma of a new object's velocity along the ground
NEW_CLIMB: Final = 12  # m/s, and of its vertical velocity
MODE: Final = 13


class Mixture(NamedTuple):
    """What was never detected, as a Gaussian mixture (laboratory data). U slots, the first n in use."""

    x: Floats  # (U, 6)
    p: Floats  # (U, 6, 6)
    w: Floats  # (U,)
    birth_x: Floats  # (B, 6)
    birth_p: Floats  # (B, 6, 6)
    birth_rate: Floats  # (B,) per second


class Field(NamedTuple):
    """The unseen on the earth, as multiples of Model.unseen_per_m2 (tracking.unseen). C cells, and one: outside."""

    ratio: Floats  # (C + 1, 3) by height band: low, middle, high; 1: as before anybody looked
    total: Floats  # (C + 1,) all bands together
    given: Floats  # (C + 1, 3) objects that ended components gave back since the field was last moved
    axes: Floats  # (3, 3) rows east, north, up of the plane of the grid
    origin: Floats  # (3,) where it touches the earth
    grid: Floats  # (5,) see below


GRID_WEST: Final = 0  # m, the corner of the first cell in the plane
GRID_SOUTH: Final = 1
GRID_CELL: Final = 2  # m
GRID_ACROSS: Final = 3  # cells from west to east; 0: no grid, the field is a constant
GRID_ALONG: Final = 4  # from south to north

# Running whole numbers of a tracker, in one array.
SLOTS: Final = 0  # slots in use, dead ones included
ALIVE_COUNT: Final = 1
NEXT_NUMBER: Final = 2
NEXT_BIRTH: Final = 3
MIXTURE_COUNT: Final = 4
MIXTURE_TIME: Final = 5  # ns, NEVER before the first look
EVENT_COUNT: Final = 6
WANTED: Final = 7  # slots that the next look may need beside those in use
CUT: Final = 8  # pairs that the look at hand cuts; counted once it is worked
CREDIT_COUNT: Final = 9
TALLY_COUNT: Final = 10
TRAIL_COUNT: Final = 11
TRAIL_TAKEN: Final = 12  # lines of the trail so far; it goes back when looks are worked again
HEARD_TIME: Final = 13  # ns, of the newest direction; NEVER before the first
ROWS_SEEN: Final = 14  # rows of all looks so far
RUNNING: Final = 15
NEVER: Final = -(2**62)

# Counters, in one array; `tracker` gives them names.
C_LOOKS: Final = 0
C_PAIRS: Final = 1
C_CLUSTERS_EXACT: Final = 2
C_CLUSTERS_PASSED: Final = 3
C_NOT_CONVERGED: Final = 4
C_BIRTHS: Final = 5
C_PRUNED: Final = 6
C_COMPONENTS_CUT: Final = 7
C_MIXTURE_CUT: Final = 8
C_PAIRS_CUT: Final = 9
C_PARTED: Final = 10
C_RECYCLED: Final = 11
C_PLOTS_MERGED: Final = 12
C_CROSSED: Final = 13
C_SPREAD: Final = 14
C_LISTEN_CUT: Final = 15
C_FRONTS: Final = 16
C_MERGED: Final = 17
COUNTERS: Final = 18

# What a kernel asks for when it comes back early; the work up to there is done.
DONE: Final = 0
MORE_PAIRS: Final = 1
MORE_SLOTS: Final = 2
MORE_EVENTS: Final = 3
MORE_CREDITS: Final = 4
MORE_TALLY: Final = 5
MORE_TRAIL: Final = 6

# Events: what happened to a track, in order, and its columns and state at that moment.
E_CONFIRMED: Final = 1
E_LOST: Final = 2
E_ENDED: Final = 3
EVENT_KIND: Final = 0
EVENT_TIME: Final = 1
EVENT_NUMBER: Final = 2
EVENT_AGAIN: Final = 3  # 1: it was lost before
EVENT_TAG: Final = 4  # from here on: the columns of the component
EVENT_WIDTH: Final = EVENT_TAG + TAG


class Events(NamedTuple):
    """What happened to tracks: e slots."""

    tag: Ints  # (e, EVENT_WIDTH)
    kind: Floats  # (e, N) probability of each class
    x: Floats  # (e, 6)
    p: Floats  # (e, 6, 6)


class Credits(NamedTuple):
    """Which row was whose, and how surely: one line for each pair that is likely enough. k lines; see CREDIT_LEAST."""

    row: Ints  # (k,) index into the batch's rows
    look: Ints  # (k,) index into the batch's looks
    birth: Ints  # (k,) BIRTH of the component; of a row that began one: its own
    number: Ints  # (k,) its track number after the look, 0 while it was never likely
    weight: Floats  # (k,) probability that the row is its detection; of a row that began it: that it is there


CREDIT_LEAST: Final = 0.02  # a smaller share explains nothing


class Trail(NamedTuple):
    """What components were just after each look that touched them: k lines; none where nobody smooths."""

    x: Floats  # (k, K, 6)
    p: Floats  # (k, K, 6, 6)
    mu: Floats  # (k, K)
    num: Floats  # (k, NUM)
    tag: Ints  # (k, TAG)
    share: Floats  # (k, K)
    kind: Floats  # (k, N)
    predicted: Floats  # (k,) existence just before the look; -1: it began with it


class Posts(NamedTuple):
    """Stations that give directions, and room to work in. d stations; the first row stands where there are none."""

    sensor: Ints  # (d,) index of a site's sensor
    up: Floats  # (d,) m, height above the ellipsoid, or up in a local frame
    begin: Ints  # (d + 1,) station's neighbours: near[begin[k] : begin[k + 1]]
    near: Ints  # (e,) stations with whose reach its own overlaps
    best: Floats  # (LISTEN, GUESS) room: what a row may begin
    who: Ints  # (LISTEN, 2) room: station and entry that it crosses
    z: Floats  # (QUANTITIES,) room
    var: Floats  # (QUANTITIES,) room


class Heard(NamedTuple):
    """Directions that no component explains, a ring for each of d stations: HEARD_MAX entries."""

    time: Ints  # (d, h) ns; NEVER: none
    num: Floats  # (d, h, HEARD): see below
    next: Ints  # (d,) where the next one goes


HEARD_AZIMUTH: Final = 0
HEARD_ELEVATION: Final = 1
HEARD_AZIMUTH_VAR: Final = 2
HEARD_ELEVATION_VAR: Final = 3  # -1: no elevation
HEARD_WEIGHT: Final = 4  # how likely it is that nothing known explains it
HEARD_RATE: Final = 5  # false and new ones per unit of what was measured
HEARD_PLACE: Final = 6  # to 8: where the station was, in the frame
HEARD_WIDTH: Final = 9
HEARD_MAX: Final = 12
LISTEN: Final = 16  # components that a look's directions may begin

# What a row may begin, in Posts.best.
GUESS_ODDS: Final = 0
GUESS_EAST: Final = 1  # m from the station along its own axes
GUESS_NORTH: Final = 2
GUESS_HEIGHT: Final = 3  # m
GUESS_HEIGHT_VAR: Final = 4
GUESS: Final = 5


class Index(NamedTuple):
    """Where components are, coarsely (kernels.index). C slots; no state: it can be built anew at any time."""

    head: Ints  # (2^b,) first component of each bucket of cells, -1 none
    following: Ints  # (C,) the next one
    place: Floats  # (C, 2) in the plane, as enlisted
    half: Floats  # (C,) m: how far it may stray from there; 0: not enlisted; infinite: a wanderer
    level: Ints  # (C,) how wide its cell is
    wanderers: Ints  # (C,)
    meta: Ints  # (2,): ns until when it serves (NEVER: build it anew), number of wanderers


class Scratch(NamedTuple):
    """Room to work in, kept between calls; nothing in it is state. C slots, m rows, e pairs, K modes."""

    slot: Ints  # (C,) which components this look touches: its candidates, then those that it begins
    source: Ints  # (C,) the row that began each of the latter
    time: Ints  # (C,) ns, of x and p: the look's time, or the component's own where that is later
    x: Floats  # (C, K, 6) predicted
    p: Floats  # (C, K, 6, 6)
    mu: Floats  # (C, K)
    chance: Floats  # (C, 4): existence, detection probability, of being missed in this look, 1: to be parted
    box: Floats  # (C, 4): place in the plane, half sides of what its gate may reach
    miss: Floats  # (C, 2): weight and marginal of "not detected"
    kin: Ints  # (C, 2) the first candidate of its family (itself: it has none); its place in the table of a cluster
    first: Ints  # (C + 1,) pairs of candidate i: first[i] to first[i + 1]
    row_x: Floats  # (m, 6) what each row would be, were it of the mixture
    row_p: Floats  # (m, 6, 6)
    row_box: Floats  # (m, 4) as box, for rows
    row_near: Floats  # (m, 8) a place, where that is all of a row (sensing.outline); one line of cache
    row_rate: Floats  # (m, 3): new ones, all that is no known component, marginal of that
    row_next: Ints  # (m,) lists of the grid
    row_top: Ints  # (m, 2) the two tracks likeliest to have been what each row saw, -1 none
    row_share: Floats  # (m, 2) how likely
    near: Ints  # (f,) rows near the candidates, one candidate after the other
    nearby: Ints  # (C + 1,) those near candidate i: near[nearby[i] : nearby[i + 1]]
    pair_row: Ints  # (e,)
    pair_late: Ints  # (e,) 1: pair_x and pair_p hold what `catch_up` needs, not the update yet
    pair_w: Floats  # (e, 3): weight, marginal, message
    pair_x: Floats  # (e, K, 6) updated
    pair_p: Floats  # (e, K, 6, 6)
    pair_mu: Floats  # (e, K)
    link: Ints  # (C + m,) clusters as a forest: candidates, then rows
    order: Ints  # (C + m,) members, cluster by cluster
    begin: Ints  # (C + m + 1,) where the cluster of each root begins in `order`
    bond: Ints  # (C, HELD_MANY) of candidates: bonds with rivals, -1 none (kernels.rivals)
    bond_w: Floats  # (C, HELD_MANY, 2) messages to and from them
    bond_tag: Ints  # (C HELD_MANY, 4) of each bond: detection, next bond in its list, first rival, how many rivals
    bond_sum: Floats  # (C HELD_MANY, 2) and: existence of all rivals, sum of messages
    none: Floats  # (C,) weight of "there is no such thing", of those with bonds; else 0, being part of the miss
    dense: Floats  # (d,) one cluster as a dense table
    grid: Ints  # (2^b,) heads of the grid's lists
    member: Ints  # (m, 4) pairs of one row that may share it, -1 none
    wide: Floats  # (QUANTITIES,) variances of a shared row
    room: Floats  # (3, QUANTITIES, 6)
    mean: Floats  # (2, 6)
    cov: Floats  # (2, 6, 6)
    f: Floats  # (7, 3, 3)


NEIGHBOURS_MAX: Final = 512  # rows near one component that are looked at; what is cut is counted
NEAR_PLACED: Final = 6  # of row_near: 1.0 where it holds all that the row says, at the time of its look
CHANCE_EXISTENCE: Final = 0
CHANCE_PD: Final = 1
CHANCE_MISS: Final = 2
CHANCE_PART: Final = 3
RATE_NEW: Final = 0
RATE_OTHER: Final = 1
RATE_MARGINAL: Final = 2
