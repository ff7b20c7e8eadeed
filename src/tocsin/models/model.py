"""The model of the tracker: how things move, live, appear. Rates, not steps, so that it serves any scan period."""

from dataclasses import dataclass, field, replace

from tocsin.messages import Floats
from tocsin.models.classes import Classes, known, plain
from tocsin.models.modes import WAYS, Mode
from tocsin.settings import Frame

__all__ = ["FLAT_AGILE", "FLAT_QUIET", "Mode", "Model", "Part", "usual"]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One Gaussian of what was never detected: state (east, north, up, and their velocities) of a local frame."""

    weight: float  # how many: at the start, or per second for births
    mean: Floats  # (6,)
    covariance: Floats  # (6, 6)


@dataclass(frozen=True, slots=True)
class Model:
    """Everything about targets that is no sensor's business."""

    modes: tuple[Mode, ...]
    switching_hz: float = 1.0 / 30.0  # how often a target takes up another mode
    survival_s: float = 7200.0  # mean life of an unobserved target
    unseen_per_m2: float = 1e-12  # targets never detected yet: one in a square of 1,000 km
    speed_mps: float = 130.0  # sigma of each horizontal component of a new target's velocity
    climb_mps: float = 12.0
    height_m: float = 3000.0  # of a target whose height nobody measured
    height_sigma_m: float = 3000.0
    coast_s: float = 120.0  # a target that nobody has detected for so long is lost: where it is, nobody knows
    wind_east_mps: float = 0.0  # of the air that slows what falls
    wind_north_mps: float = 0.0
    wrong_identity: float = 1e-3
    clutter_per_m2: float = float("nan")  # of position sensors; NaN: from clutter_per_scan and max_range_m
    mixture_floor: float = 1e-5
    negligible: float = 1e-7  # a pair this much less likely than its alternatives is left out
    exact_max: int = 10
    rivals_max: int = (
        3  # detections of a component up to which those that share one exclude each other; 0: never, as TOMB/P
    )
    learns_rates: bool = False  # unseen_per_m2 and survival_s are a first guess: tracks tell (tracking.population)
    initial: tuple[Part, ...] = field(default=())
    births: tuple[Part, ...] = field(default=())
    classes: Classes = field(default_factory=plain)  # more than one: modes, lives and ends follow what it probably is


FLAT_QUIET = Mode("quiet", noise=0.5, noise_up=0.5, share=0.8)
FLAT_AGILE = Mode("agile", noise=60.0, noise_up=60.0, share=0.2)
GIVEN_UP_S = 900.0  # silent for so long: given up, even where its place would still be useful


def usual(frame: Frame) -> Model:
    """The model where none is given: all classes and their ways to move on the earth, two ways in a flat frame."""
    if frame.kind != "earth":
        return Model((FLAT_QUIET, FLAT_AGILE))
    classes = known()
    shares = (classes.column("prior")[:, None] * classes.shares(tuple(WAYS))).sum(axis=0)
    modes = tuple(replace(mode, share=float(share)) for mode, share in zip(WAYS.values(), shares, strict=True))
    return Model(modes, coast_s=GIVEN_UP_S, classes=classes)
