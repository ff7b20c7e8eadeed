"""The board and the releases together: what it decides is what is said, and its end is an authority's."""

from dataclasses import replace

from tests.alarms.desks import given
from tests.unit.alerts.test_board import PLACES, START_NS, forecast, health, seen
from tocsin.alerts.board import Board
from tocsin.alerts.release.releases import Releases
from tocsin.messages import Statement
from tocsin.settings import Alerting, Settings

SECOND_NS = 10**9


def test_a_drone_comes_people_release_it_is_lost_in_the_blind_and_a_supervisor_ends_it() -> None:
    settings = Settings("shore", places=PLACES)
    board, releases = Board(PLACES, Alerting()), Releases(settings)
    said: list[Statement] = []

    def tick(time_s: float, rows: list[tuple[int, int, float]], observation: str, paths: int) -> None:
        look = forecast(time_s, rows)
        alerts = board.step(look, seen(time_s, sorted({row[0] for row in rows})), health(observation))
        resting = [replace(one, reasons=tuple(replace(why, paths=paths) for why in one.reasons)) for one in alerts]
        statements, _ = releases.step(resting, look, START_NS + round(time_s * SECOND_NS))
        said.extend(statements)

    for t in range(0, 1_400, 10):
        tick(t, [(1, 0, 1_500.0 - t)], "seen clear", 1)
    waiting = releases.kept.events["plant"].asked
    assert waiting is not None
    assert waiting.state == "draft"
    assert "rests on 1 independent path at most" in waiting.note
    tick(1_400, [(1, 0, 100.0)], "seen clear", 2)
    for person in ("ann", "ben"):
        order = given(START_NS + 1_401 * SECOND_NS, person, "release", waiting.identifier)
        said.extend(releases.order(order, board.ending)[1])
    for t in range(1_410, 9_000, 10):
        tick(t, [], "blind", 2)
    public = [one for one in said if one.audience == "public" and one.state == "released"]
    assert {one.stage for one in public} == {"warning"}, "sensors that see nothing end nothing"
    assert len(public) > 10
    order = given(START_NS + 9_001 * SECOND_NS, "ann", "end", "plant")
    text, *_ = releases.order(order, board.ending)
    assert "part of the area was not observed" in text
    tick(9_010, [], "blind", 2)
    last = [one for one in said if one.audience == "public" and one.state == "released"][-1]
    assert (last.kind, last.stage, last.note) == ("update", "all clear", "ended; part of the area was not observed")
    assert last.released_by == ("ann",)
    told = [one for one in said if one.audience == "staff" and one.place == "plant"][-1]
    assert (told.stage, told.note) == ("all clear", "ended; part of the area was not observed")
