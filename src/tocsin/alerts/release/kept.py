"""All that the releases remember between items."""

import msgspec

from tocsin.alerts.release.bells import Bells
from tocsin.alerts.release.desk import StandingOrder
from tocsin.alerts.release.events import Event
from tocsin.messages import Statement

DUMP_FORMAT = 1


class Kept(msgspec.Struct):
    """The state. `events` by place, `standing` by name; `recent` is what was withdrawn or is over, for showing."""

    format: int = DUMP_FORMAT
    now_ns: int = 0
    events: dict[str, Event] = msgspec.field(default_factory=dict)
    standing: dict[str, StandingOrder] = msgspec.field(default_factory=dict)
    bells: Bells = msgspec.field(default_factory=Bells)
    duty: list[str] = msgspec.field(default_factory=list)  # in the order in which they came
    cued_ns: int = 0  # a launch that was reported counts until then
    halted: str = ""  # why an exercise has stopped
    ending: dict[str, str] = msgspec.field(default_factory=dict)  # place -> who ends it at the next tick
    recent: list[Statement] = msgspec.field(default_factory=list)
