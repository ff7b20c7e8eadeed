"""What comes in other units: converted once, at the edge. Inside there are only metres, seconds and radians.

Sources: ICAO Annex 5 (foot, knot, nautical mile); EUROCONTROL-SPEC-0149 for the binary fractions of ASTERIX fields.
"""

from typing import Final

FOOT_M: Final = 0.3048
NAUTICAL_MILE_M: Final = 1852.0
KNOT_MPS: Final = NAUTICAL_MILE_M / 3600.0
FOOT_PER_MINUTE_MPS: Final = FOOT_M / 60.0
KILOMETRE_PER_HOUR_MPS: Final = 1.0 / 3.6
FLIGHT_LEVEL_M: Final = 100.0 * FOOT_M
DEGREE_RAD: Final = 0.017453292519943295
TURN_RAD: Final = 6.283185307179586
SECOND_NS: Final = 1_000_000_000
