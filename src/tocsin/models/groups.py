"""What might fly unseen, in five groups: how much of it there is, how high, how fast. The priors of the unseen field.

The shares and heights are those of a peaceful night with a threat in it, and deliberately broad: what really came
outweighs them within a few turns of a radar. `speed_mps` is what a group crosses the country with, not its greatest.
"""

from dataclasses import dataclass
from typing import Final

BAND_EDGES_M: Final = (300.0, 3_000.0)  # below the first: low; above the last: high
BANDS: Final = ("low", "middle", "high")
BAND_HEIGHTS_M: Final = ((30.0, 100.0, 280.0), (400.0, 1_200.0, 2_800.0), (3_500.0, 6_000.0, 10_000.0))
ACTION_TIME_S: Final = 120.0  # how early a threat must be known where a place does not say
REACH_MAX_M: Final = 100_000.0  # further out no site can be asked to see everything


@dataclass(frozen=True, slots=True)
class Group:
    """One group of classes. `heights` is how its time is split over BANDS; `arrives` are the bands of its last minutes.

    `threat`: what an observed place must be clear of. Ballistic bodies are stated beside it, since few sites have a
    sensor for them and a place that can never be clear would say nothing.
    """

    name: str
    share: float  # of all that is unseen
    heights: tuple[float, float, float]
    speed_mps: float
    straight_s: float  # how long it flies straight
    exchange_s: float  # mean time until it changes its band
    life_s: float  # mean time until it has landed or struck, and another has risen
    arrives: tuple[int, ...] = ()
    threat: bool = False

    def reach_m(self, action_time_s: float) -> float:
        """How far out it is when there is just time to act."""
        return min(self.speed_mps * (action_time_s or ACTION_TIME_S), REACH_MAX_M)


GROUPS: Final = (
    Group("birds_and_hobby", 0.20, (0.60, 0.38, 0.02), 15.0, 60.0, 300.0, 3_600.0),
    Group("drones", 0.20, (0.30, 0.60, 0.10), 50.0, 60.0, 600.0, 10_800.0, arrives=(0, 1), threat=True),
    Group("missiles", 0.05, (0.60, 0.20, 0.20), 250.0, 60.0, 200.0, 3_600.0, arrives=(0,), threat=True),
    Group("ballistic", 0.05, (0.05, 0.15, 0.80), 1_200.0, 10.0, 20.0, 600.0, arrives=(1, 2)),
    Group("aircraft", 0.50, (0.03, 0.27, 0.70), 150.0, 60.0, 300.0, 7_200.0, arrives=(1, 2)),
)
