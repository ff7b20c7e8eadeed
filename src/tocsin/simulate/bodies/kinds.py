"""What flies in simulated nights: how fast, how tightly, how high, and how much of it a sensor notices.

These figures are for invented nights only. Forecasting has leg tables of its own and may not read these, or it would
be examined with its own answers.

Sources for orders of magnitude: Skolnik, Radar Handbook, 3rd ed., table 14.1 (cross sections of aircraft and birds);
ICAO Doc 8168 (climbs, turns and speeds of civil aircraft); McCoy, Modern Exterior Ballistics, chapter 4 (drag); press
and manufacturers' figures for drones and missiles. Sound levels are free-field levels 100 m away, chosen so that ranges
of hearing come out as field reports give them: a piston drone 4 to 6 km, a hovering multirotor some hundred metres.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Kind:
    """The limits of one kind of thing that flies, and its signatures."""

    speed_min_mps: float
    speed_mps: float  # where a scenario gives none
    speed_max_mps: float
    turn_mps2: float  # lateral acceleration in a turn
    speed_up_mps2: float
    climb_mps: float
    sink_mps: float
    altitude_m: float  # where a scenario gives none
    ceiling_m: float
    unsteadiness_rad: float  # standard deviation of the heading around the wanted one
    cross_section_m2: float  # mean; each individual has its own, lognormal with 3 dB
    sound_db: float  # 100 m away; 0: silent
    transmits: float = 0.0  # the share that sends ADS-B
    radio: float = 0.0  # the share with a control or video link that a direction finder hears
    rotor: bool = False  # blades keep it out of a Doppler notch even where it hovers
    over_sea: bool = False  # its altitudes are above the sea; of all others, above the ground that it follows
    dive_rad: float = 0.35  # how steeply it comes down on what it attacks or lands on


@dataclass(frozen=True, slots=True)
class Thrown:
    """What is launched and falls: no wings, no will. `mass over drag area` decides how far the air lets it go."""

    speed_min_mps: float  # of the muzzle; 0 for what has a motor
    speed_mps: float
    speed_max_mps: float
    mass_per_drag_kgpm2: float
    burn_mps2: float  # of the motor, along the launcher; 0: none
    burn_s_max: float
    elevation_rad: float  # of a rocket's launcher; a gun's follows from the range
    high: bool  # a mortar's high arc, or a gun's low one
    scatter: float  # of the range, one standard deviation
    cross_section_m2: float
    sound_db: float
    flash: float  # the chance that a sensor above sees the launch


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "bird": Kind(4, 13, 30, 4, 2, 1.5, 2, 150, 6_000, 0.25, 0.01, 0),
        "multirotor": Kind(0, 12, 30, 6, 4, 5, 4, 60, 3_000, 0.05, 0.01, 52, radio=0.9, rotor=True),
        "small fixed-wing drone": Kind(12, 25, 55, 8, 3, 5, 5, 200, 5_000, 0.06, 0.02, 62, radio=0.7),
        "one-way-attack drone": Kind(30, 51, 160, 8, 3, 6, 25, 150, 5_000, 0.03, 0.1, 82),
        "cruise missile": Kind(150, 235, 330, 30, 15, 60, 120, 50, 12_000, 0.01, 0.1, 104),
        "helicopter": Kind(0, 60, 100, 7, 3, 9, 8, 250, 6_000, 0.04, 5.0, 90, transmits=0.6, rotor=True),
        "light aircraft": Kind(
            25, 55, 130, 7, 2, 5, 5, 600, 6_000, 0.03, 2.0, 82, transmits=0.8, over_sea=True, dive_rad=0.06
        ),
        "airliner": Kind(
            65,
            230,
            290,
            3.5,
            1,
            12,
            10,
            10_500,
            13_500,
            0.005,
            30.0,
            105,
            transmits=0.99,
            over_sea=True,
            dive_rad=0.052,
        ),
        "fast jet": Kind(70, 240, 700, 55, 12, 150, 150, 5_000, 18_000, 0.01, 3.0, 115, over_sea=True, dive_rad=0.06),
    }
)
THROWN: Mapping[str, Thrown] = MappingProxyType(
    {
        "ballistic rocket": Thrown(
            0, 0, 0, 12_000, 45, 75, 0.96, high=False, scatter=0.0006, cross_section_m2=0.3, sound_db=0, flash=0.95
        ),
        "artillery or mortar round": Thrown(
            80, 330, 950, 8_000, 0, 0, 0, high=True, scatter=0.006, cross_section_m2=0.01, sound_db=0, flash=0.0
        ),
    }
)
NAMES: tuple[str, ...] = (*KINDS, *THROWN)
