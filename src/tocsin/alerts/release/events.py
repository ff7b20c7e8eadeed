"""One place event: what was said of it to whom, what lies drafted, and how a statement of it is made."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from math import nan

import numpy as np
import shapely

from tocsin.alerts.release.desk import JUMP_NS, WARNED
from tocsin.errors import SiteError
from tocsin.geo.areas import area
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Alert, Forecast, Statement
from tocsin.settings import Place

LIFE_MIN_NS = 900 * SECOND_NS  # a statement expires after this at the earliest ...
LIFE_MAX_NS = 3_600 * SECOND_NS  # ... and after this at the latest: then it has been renewed long since
QUARTER = 16  # corners of a quarter turn of a circle
BORDER_M = 1_000.0  # a border sector without a ring is told as a strip so wide on each side
Rings = tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A released statement that has not expired."""

    identifier: str
    audience: str
    stage: str
    released_ns: int
    expires_ns: int


@dataclass(slots=True)
class Event:
    """One place event. `asked`, `update` and `cancel` are the public drafts; `public` is what the public heard last."""

    place: str
    event: str
    stage: str = "quiet"
    observation: str = ""
    tracks: tuple[int, ...] = ()
    entered_ns: int = 0  # when the last of them has entered, at 95 %
    number: int = 0  # of statements so far
    staff: Statement | None = None
    asked: Statement | None = None
    update: Statement | None = None
    cancel: Statement | None = None
    public: Statement | None = None
    said: list[Spoken] = field(default_factory=list)
    asked_ns: int = 0  # when somebody was last asked about `asked`, or answered
    cancel_asked_ns: int = 0
    nobody_left: bool = False
    cancelled: int = -1  # the rank of the stage that was cancelled; -1: none was
    cancelled_tracks: tuple[int, ...] = ()
    people_only: bool = False  # after a cancel no standing order speaks in this event
    ended_by: str = ""

    @property
    def open(self) -> bool:
        """Was the public warned, and not told the end?"""
        return self.public is not None and self.public.stage in WARNED and self.public.kind != "cancel"

    def drafts(self) -> tuple[Statement, ...]:
        """What lies ready."""
        return tuple(one for one in (self.asked, self.update, self.cancel) if one is not None)

    def references(self, audience: str, now_ns: int) -> tuple[tuple[str, int], ...]:
        """All that was said to this audience and has not expired."""
        heard = (one for one in self.said if one.audience == audience and one.expires_ns > now_ns)
        return tuple((one.identifier, one.released_ns) for one in heard)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a statement says of a place: its outline as closed rings, km2, people. `why`: why there is no outline."""

    area: Rings = ()
    area_km2: float = nan
    people: float = nan
    why: str = ""


def ground(place: Place) -> Ground:
    """The outline of a zone; the ring around a site; a strip along a border."""
    try:
        laid = area(place.kind, place.geometry, place.ring_m)
    except SiteError as error:
        return Ground(people=place.residents, why=str(error))
    width_m = {"site": place.ring_m, "border": place.ring_m or BORDER_M}.get(place.kind, 0.0)
    shape = shapely.buffer(laid.shape, width_m, quad_segs=QUARTER) if width_m else laid.shape
    km2 = float(shapely.area(shape)) / 1e6
    if not km2 > 0.0:
        return Ground(people=place.residents, why=f"{place.name} has no area: give it a ring or an outline")
    corners = shapely.get_coordinates(shapely.get_exterior_ring(shape))
    latitude, longitude = laid.geodetic(corners[:-1, 0], corners[:-1, 1])
    ring = tuple(zip(latitude.tolist(), longitude.tolist(), strict=True))
    return Ground(((*ring, ring[0]),), km2, place.residents)


def identifier(site: str, status: str, event: Event, audience: str) -> str:
    """The next one of an event: the same for the same event, wherever it is computed; no other has it.

    Letters, digits, points and hyphens only: CAP allows neither spaces nor commas in it.
    """
    event.number += 1
    place, _, time = event.event.rpartition("@")
    short = "".join(one if one.isascii() and one.isalnum() else "-" for one in place)[:40]
    whole = "\n".join((site, status, event.event, audience, str(event.number)))
    digest = sha256(whole.encode()).hexdigest()[:12]
    return f"{short}.{int(time or 0) // SECOND_NS}.{audience[0]}{event.number}.{digest}"


def expires_ns(event: Event, now_ns: int) -> int:
    """The later of the last entry (95 %) and 15 min, at most 60 min from now. Its passing is no all clear."""
    return min(max(now_ns + LIFE_MIN_NS, event.entered_ns), now_ns + LIFE_MAX_NS)


def due(statement: Statement | None, now_ns: int) -> bool:
    """Has half of its life passed? What was said in the future, by a clock that was set back, is said again now."""
    if statement is None:
        return False
    life_ns = statement.expires_ns - statement.released_ns
    lived_ns = now_ns - statement.released_ns
    return statement.stage != "all clear" and not -JUMP_NS <= lived_ns < life_ns // 2


def draft(event: Event, name: str, kind: str, audience: str, status: str, alert: Alert, known: Ground) -> Statement:
    """A draft of this moment; `alert` says how the place stands."""
    now_ns = alert.time_ns
    return Statement(
        time_ns=now_ns,
        identifier=name,
        event=event.event,
        place=event.place,
        audience=audience,
        status=status,
        kind=kind,
        stage=alert.stage,
        lane=alert.lane or "slow",
        state="draft",
        decided_ns=now_ns,
        expires_ns=expires_ns(event, now_ns),
        references=event.references(audience, now_ns),
        area=known.area,
        area_km2=known.area_km2,
        people=known.people,
        alert=alert,
    )


def released(
    event: Event, statement: Statement, by: tuple[str, ...], authority: str, now_ns: int, **said: object
) -> Statement:
    """The statement as it goes out now. It is remembered, so that later ones refer to it."""
    made = replace(
        statement,
        time_ns=now_ns,
        state="released",
        released_ns=now_ns,
        expires_ns=expires_ns(event, now_ns),
        released_by=by,
        authority=authority,
        references=event.references(statement.audience, now_ns),
        **said,  # type: ignore[arg-type]  # fields of a Statement, named by the caller
    )
    event.said = [one for one in event.said if one.expires_ns > now_ns]
    event.said.append(Spoken(made.identifier, made.audience, made.stage, now_ns, made.expires_ns))
    return made


def entered(forecast: Forecast | None, alerts: Sequence[Alert]) -> dict[str, int]:
    """For each place that is warned of: when the last of its named tracks has entered, at 95 %."""
    if forecast is None or len(forecast) == 0:
        return {}
    index = {name: k for k, name in enumerate(forecast.places)}
    order = np.argsort(forecast.place, kind="stable")
    bounds = np.searchsorted(forecast.place[order], np.arange(len(forecast.places) + 1))
    found: dict[str, int] = {}
    for alert in alerts:
        if alert.stage not in WARNED or alert.place not in index:
            continue
        rows = order[bounds[index[alert.place]] : bounds[index[alert.place] + 1]]
        named = rows[np.isin(forecast.track[rows], [one.track for one in alert.reasons])]
        if len(named):
            last_s = float(forecast.quantile_s[named, -1].max())
            found[alert.place] = forecast.time_ns + round(last_s * SECOND_NS)
    return found
