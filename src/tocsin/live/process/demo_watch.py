"""Two people of the demo, who do what a watch does: come on duty, sign a standing order, release what is asked.

They act by orders like anybody else's, kept as evidence under their names; who signs in to the demo may be faster. They
know only the desk that everybody sees, so that a leap in the playback does not confuse them.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from typing import Final

from tocsin.alerts.release.desk import Desk
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Answer, Order

PEOPLE: Final = {"carla (demo)": "supervisor", "dan (demo)": "operator"}
TURN_S = 0.5
THINKS_NS = (12 * SECOND_NS, 20 * SECOND_NS)  # how long the first and the second of them look at a draft
FAST_LANE: Final = {
    "classes": "ballistic rocket, artillery or mortar round, cruise missile",
    "chance_min": "0.02",
    "area_km2_max": "2000",
    "people_max": "1000000",
    "rate_per_hour": "20",
    "hours": "24",
}
Act = tuple[str, str, str, Mapping[str, str], str]  # person, action, subject, arguments, reason


async def watch(
    desk: Callable[[], Desk | None],
    order: Callable[[Order], "Future[Answer]"],
    now_ns: Callable[[], int],
    places: tuple[str, ...],
) -> None:
    """Act until cancelled."""
    given: set[str] = set()
    while True:
        seen = desk()
        for act in acts(seen, places) if seen else ():
            person, action, subject, arguments, reason = act
            key = f"{person}:{action}:{subject}:{_since(seen, subject)}"
            if key not in given:
                given.add(key)
                session = f"demo of {person}"
                one = Order(now_ns(), key, person, PEOPLE[person], action, subject, arguments, reason, session)
                await asyncio.wrap_future(order(one))
        await asyncio.sleep(TURN_S)


def acts(desk: Desk, places: tuple[str, ...]) -> Iterator[Act]:
    """What they would do now that the desk stands so."""
    first, second = PEOPLE
    for person in PEOPLE:
        if person not in desk.duty:
            yield person, "duty", "on", {}, "the watch begins"
    standing = {one.name: one.state for one in desk.standing}
    if "no time for two" not in standing:
        yield first, "sign", "no time for two", {**FAST_LANE, "places": ", ".join(places)}, "the demo's standing order"
    elif standing["no time for two"] == "signed":
        yield second, "countersign", "no time for two", {}, "read and agreed"
    waiting = {one.identifier: one for one in desk.waiting}
    for one in desk.statements:
        if one.state != "asked" or one.identifier not in waiting:
            continue
        free = [
            name for name in PEOPLE if name not in one.released_by and name in (waiting[one.identifier].may or PEOPLE)
        ]
        looked_ns = desk.time_ns - one.decided_ns
        if free and looked_ns >= THINKS_NS[len(one.released_by) > 0]:
            yield free[0], "release", one.identifier, {}, "seen, and agreed"


def _since(desk: Desk | None, subject: str) -> int:
    """Since when what an order is about stands so: after a leap back the same order is given anew."""
    found = [one.time_ns for one in desk.statements if one.identifier == subject] if desk else []
    return found[0] if found else (desk.time_ns // (60 * SECOND_NS) if desk else 0)
