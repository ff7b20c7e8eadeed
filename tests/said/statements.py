"""Statements to try documents on: one place, one drone, one night."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from math import radians
from pathlib import Path
from tempfile import TemporaryDirectory

from tocsin.alerts.cap.issuer import Issuer
from tocsin.delivery import signing
from tocsin.messages import Alert, Reason, Statement
from tocsin.settings import Place

SECOND = 1_000_000_000
NOW = 1_928_113_200 * SECOND  # 2031-02-06T03:00:00Z
MADE = datetime(2020, 1, 1, tzinfo=UTC)  # long enough for other verifiers, which look at the clock
CORNERS = ((46.40, 30.70), (46.40, 30.75), (46.45, 30.75), (46.45, 30.70), (46.40, 30.70))
RING = tuple((radians(latitude), radians(longitude)) for latitude, longitude in CORNERS)
PLACE = Place("harbour", "zone", RING, action_time_s=120.0, scheme="2031", title="The harbour")
ISSUER = Issuer(
    "warning@region.example",
    "Warning centre of the region",
    zone=timezone(timedelta(hours=2), "EET"),
    contact="duty@region.example",
    web="https://region.example/warnings",
    test_addresses=("test@region.example", "second test@region.example"),
)
DRONE = Reason(7, "one-way-attack drone", 0.8, (300.0, 600.0, 1200.0), existence=0.97)
ALERT = Alert(
    NOW,
    "harbour",
    "harbour@1",
    "warning",
    "watch",
    "due",
    NOW,
    "slow",
    0.72,
    (300.0, 600.0, 1200.0),
    "partly seen",
    (DRONE,),
)
WARNING = Statement(
    time_ns=NOW + SECOND,
    identifier="harbour@1/public/1",
    event="harbour@1",
    place="harbour",
    audience="public",
    status="actual",
    kind="alert",
    stage="warning",
    lane="slow",
    state="released",
    decided_ns=NOW,
    expires_ns=NOW + 1260 * SECOND,
    released_ns=NOW + 5 * SECOND,
    released_by=("Olena Person", "Ion Persoana"),
    area=(RING,),
    alert=ALERT,
)
BEFORE = ((WARNING.identifier, WARNING.released_ns),)


def later(stage: str, number: int, **changes: object) -> Statement:
    """An update of the same event, half an hour on."""
    plain: dict[str, object] = {
        "identifier": f"harbour@1/public/{number}",
        "kind": "update",
        "stage": stage,
        "released_ns": NOW + 600 * SECOND,
        "expires_ns": NOW + 2400 * SECOND,
        "references": BEFORE,
    }
    return replace(WARNING, **(plain | changes))  # type: ignore[arg-type]


UNDER_WAY = later("under way", 2, alert=replace(ALERT, stage="under way", arrival_s=(0.0, 0.0, 60.0)))
CLEAR = later("all clear", 3, alert=replace(ALERT, stage="all clear", observation="seen clear", reasons=()))
ENDED = later("all clear", 4, alert=replace(ALERT, stage="all clear", observation="blind", reasons=()))
CANCEL = later("warning", 5, kind="cancel", note="Mr Wrong pressed the button")
STAFF_WATCH = replace(WARNING, identifier="harbour@1/staff/1", audience="staff", stage="watch", note="radar 2 is off")
EXERCISE = replace(WARNING, identifier="harbour@1/public/6", status="exercise")
TEST = replace(WARNING, identifier="harbour@1/public/7", status="test")
ALL = {
    "warning": WARNING,
    "under_way": UNDER_WAY,
    "all_clear": CLEAR,
    "ended": ENDED,
    "cancel": CANCEL,
    "staff_watch": STAFF_WATCH,
    "exercise": EXERCISE,
    "test": TEST,
}


@cache
def key(status: str, name: str = "region") -> signing.Key:
    """A key for a status, made once a run."""
    with TemporaryDirectory() as folder:
        return signing.new(Path(folder), status, name, MADE, days=9000)
