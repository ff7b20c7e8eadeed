"""What radars and trackers say of themselves: CAT034 (north, sectors, place, state), CAT065, and CAT010's own state."""

import math
from collections.abc import Callable, Iterator

import numpy as np

from tocsin.feeds.asterix.kernels.records import ABSENT
from tocsin.feeds.asterix.sources.antenna import EDGES, SweepTable
from tocsin.feeds.asterix.sources.memory import Source, Sources
from tocsin.feeds.asterix.targets.columns import Columns, Refuse, timed
from tocsin.geo.units import SECOND_NS
from tocsin.messages import SensorStatus

Tell = Callable[[SensorStatus | None], None]

NORTH, SECTOR = 1, 2
HAPPENED = {
    3: "geographical filtering",
    4: "jamming strobe",
    5: "solar storm",
    6: "SSR jamming strobe",
    7: "Mode S jamming strobe",
}
STATE034: tuple[tuple[str, int, str], ...] = (
    ("050/COM/NOGO", 1, "not released for operation, says the radar"),
    ("050/COM/OVLRDP", 1, "overload of its processor"),
    ("050/COM/OVLXMT", 1, "overload of its transmission"),
    ("050/COM/TSV", 1, "its time source is invalid"),
    ("050/PSR/OVL", 1, "primary overloaded"),
    ("050/PSR/CHAB", 0, "no primary channel"),
    ("050/SSR/OVL", 1, "secondary overloaded"),
    ("050/SSR/CHAB", 0, "no secondary channel"),
    ("050/MDS/OVLSUR", 1, "Mode S overloaded"),
    ("050/MDS/CHAB", 0, "no Mode S channel"),
)
STATE065: tuple[tuple[str, int, str], ...] = (
    ("040/NOGO", 1, "degraded"),
    ("040/NOGO", 2, "not connected"),
    ("040/NOGO", 3, "state unknown"),
    ("040/OVL", 1, "overload"),
    ("040/TSV", 1, "its time source is invalid"),
)
STATE010: tuple[tuple[str, int, str], ...] = (
    ("550/NOGO", 1, "degraded"),
    ("550/NOGO", 2, "not to be used, says the sensor"),
    ("550/OVL", 1, "overload"),
    ("550/TSV", 1, "its time source is invalid"),
)
SERVICE_065 = (
    *("", "degradation", "degradation ended", "main radar out of service", "interrupted by the operator"),
    *("interrupted, contingency", "ready to restart", "ended by the operator", "user's main radar failed"),
    *("restarted by the operator", "main radar operational", "main radar degraded", "cut from the adjacent unit"),
    *("continuity restarted", "on the backup radar", "on the main radar", "main and backup radar failed"),
)


def _records(columns: Columns) -> Iterator[dict[str, int]]:
    """One record at a time: the integers that it has, by path."""
    names = list(columns.program.columns)
    for row in columns.raw.T.tolist():
        yield {name: value for name, value in zip(names, row, strict=True) if value != ABSENT}


def _state(said: dict[str, int], states: tuple[tuple[str, int, str], ...]) -> str:
    return ", ".join(words for path, value, words in states if said.get(path) == value)


def radar(columns: Columns, sources: Sources, table: SweepTable, tell: Tell, refuse: Refuse) -> None:
    """Take in CAT034 in the order in which it came."""
    time_ns, untimed = timed(columns, ("030/TOD",))
    unsure = ~np.isnan(untimed)
    blind = columns.integer("000/MT") == ABSENT
    lost = (columns.integer("000/MT") == SECTOR) & (~columns.has("020/AZ") | unsure) | (
        (columns.integer("000/MT") == NORTH) & unsure
    )
    if blind.any():
        refuse("CAT034 without a type", "no I034/000 in the record: nobody can say what it tells", blind)
    if lost.any():
        detail = "no I034/030 or I034/020: when or where the antenna was is not said"
        refuse("crossing without time or sector", detail, lost)
    good = ~(blind | lost)
    for index, said in enumerate(_records(columns)):
        if good[index]:
            code = int(columns.source[index])
            source = sources.known(code)
            _take(said, source)
            if said["000/MT"] in (NORTH, SECTOR):
                edge = said.get("020/AZ", 0) % EDGES if said["000/MT"] == SECTOR else 0
                source.antenna.cross(int(columns.order[index]), code, int(time_ns[index]), edge, table)
            event = _event(said)
            if said["000/MT"] == NORTH or event or "050/COM/NOGO" in said or source.told is None:
                tell(source.status(int(time_ns[index]), event))


def _take(said: dict[str, int], source: Source) -> None:
    if said.get("041/PERIOD"):
        source.antenna.tell_period(said["041/PERIOD"] * SECOND_NS // 128)
    if "120/LAT" in said:
        lsb = math.pi / 2**23
        source.place = said["120/LAT"] * lsb, said["120/LON"] * lsb, float(said["120/HGT"])
    if any(path.startswith("050/") for path in said):
        source.notes["state"] = _state(said, STATE034)


def _event(said: dict[str, int]) -> str:
    words = HAPPENED.get(said["000/MT"], "")
    if words and "100/THETAST" in said:
        start, end = (said[path] * 360 / 65536 for path in ("100/THETAST", "100/THETAEND"))
        words += f" {start:.1f} to {end:.1f} deg"
    return words


def tracker(columns: Columns, sources: Sources, tell: Tell) -> None:
    """Take in CAT065."""
    time_ns, _ = timed(columns, ("030/TOD",))
    for index, said in enumerate(_records(columns)):
        source = sources.known(int(columns.source[index]))
        if "040/NOGO" in said:
            source.notes["state"] = _state(said, STATE065)
        report = said.get("050/REP", 0)
        event = f"service: {SERVICE_065[report]}" if 0 < report < len(SERVICE_065) else ""
        if event or "040/NOGO" in said:
            tell(source.status(int(time_ns[index]), event))


def surface(columns: Columns, sources: Sources, tell: Tell) -> None:
    """Take in what CAT010 says besides targets."""
    time_ns, _ = timed(columns, ("140/TOD",))
    for index, said in enumerate(_records(columns)):
        source = sources.known(int(columns.source[index]))
        if "550/NOGO" in said:
            source.notes["state"] = _state(said, STATE010)
            tell(source.status(int(time_ns[index])))
