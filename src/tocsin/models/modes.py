"""Ways to move: the modes between which a tracker of interacting models chooses (tracking.kernels.motion)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to move: velocity with white acceleration noise that may decay, turn, grow, or fall."""

    name: str
    noise: float  # m2/s3, density of horizontal acceleration noise
    noise_up: float  # m2/s3, of vertical acceleration noise
    slowing: float = 0.0  # 1/s, at which horizontal velocity decays
    slowing_up: float = 0.0  # 1/s, at which vertical velocity decays
    turn: float = 0.0  # rad/s, clockwise from above
    share: float = 1.0  # of the time that things spend in this mode
    sideways: float = 0.0  # m/s2, clockwise from above: turns at the rate sideways / speed, as a bank angle does
    along: float = 0.0  # m/s2, along the velocity: a motor that burns
    mass_per_drag: float = 0.0  # kg/m2, of what falls: mass / (area x drag coefficient); 0: it flies
    new_speed: float = 0.0  # m/s, sigma of a new object's velocity along the ground; 0: the model's
    new_climb: float = 0.0  # m/s, and of its vertical velocity
    begins: bool = True  # does what is new begin in it? What turns or hovers is found out once its velocity is known


def _named(*modes: Mode) -> Mapping[str, Mode]:
    return MappingProxyType({mode.name: mode for mode in modes})


# Every way to move that classes.toml may name. Noise q follows an acceleration a that lasts T when q is about a^2 T.
WAYS: Mapping[str, Mode] = _named(
    # cruise: 0.2 m/s2 for 10 s
    Mode("quiet", noise=0.5, noise_up=0.5, slowing_up=1.0 / 60.0),
    # gusts, weaving, an approach: 1 m/s2 for 5 s
    Mode("lively", noise=6.0, noise_up=2.0, slowing_up=1.0 / 30.0, new_speed=40.0, new_climb=5.0),
    # fast jets and missiles: 5 m/s2 for 3 s
    Mode("agile", noise=60.0, noise_up=15.0, slowing_up=1.0 / 30.0, begins=False),
    # 27 degrees of bank
    Mode("left", noise=2.0, noise_up=0.5, slowing_up=1.0 / 60.0, sideways=-5.0, begins=False),
    Mode("right", noise=2.0, noise_up=0.5, slowing_up=1.0 / 60.0, sideways=5.0, begins=False),
    # settles within 5 s to 1.6 m/s
    Mode("hover", noise=1.0, noise_up=0.1, slowing=0.2, slowing_up=0.2, begins=False),
    # a booster of 3 g, more or less by 2
    Mode("boost", noise=400.0, noise_up=400.0, along=30.0, new_speed=200.0, new_climb=200.0),
    # a rocket or an artillery shell; and a mortar round
    Mode("heavy", noise=1.0, noise_up=1.0, mass_per_drag=9000.0, new_speed=450.0, new_climb=300.0),
    Mode("light", noise=1.0, noise_up=1.0, mass_per_drag=3000.0, begins=False),
)
