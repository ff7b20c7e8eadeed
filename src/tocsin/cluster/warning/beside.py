"""Boards that stand beside the one that decides: what other rules would have said of the same night, noted row by row.

Rules of alerting change no track and no forecast, so that one replay serves a whole grid of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tocsin.alerts.board import Board
from tocsin.alerts.release.support import support
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Alert, Floats, Forecast, Health, Ints, Picture
from tocsin.score.tables.objects import NEVER
from tocsin.score.tables.warning import STAGES, UNKNOWN, Alerts
from tocsin.score.warning.about import Shown
from tocsin.settings import Alerting, Place, Sensor, Threat

LEVELS = {stage: STAGES.index(stage) for stage in ("watch", "warning", "under way")}
FORECAST_S = 10.0  # between forecasts that are noted


@dataclass(slots=True)
class Row:
    """A stage in which a place stood, or its part from when it was public. `shown`: the first track that it rests on,
    and the others, as shown then.
    """

    place: int
    level: int
    decided_ns: int
    public_ns: int
    track: int
    shown: Shown
    ended_ns: int = NEVER


@dataclass(slots=True)
class Said:
    """What one rule file said: a row for each stage that a place was put in. `public_ns`: when it could be released."""

    threats: Mapping[str, Threat]
    index: Mapping[str, int]
    kinds: tuple[str, ...]  # of the sensors
    rows: list[Row] = field(default_factory=list)
    _open: dict[str, Row] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Alerting, places: Sequence[Place], sensors: Sequence[Sensor]) -> "Said":
        """Nothing yet."""
        threats = {threat.name: threat for threat in rules.threats}
        index = {place.name: k for k, place in enumerate(places)}
        return cls(threats, index, tuple(sensor.kind for sensor in sensors))

    def take(self, alerts: tuple[Alert, ...], picture: Picture) -> None:
        """How all places stand at one Tick."""
        for alert in alerts:
            level, before = LEVELS.get(alert.stage, 0), self._open.get(alert.place)
            if level == 0 and before is None:
                continue
            public_ns, rests_on = NEVER, tuple(one.track for one in alert.reasons)
            if level >= LEVELS["warning"] and (before is None or before.public_ns == NEVER):
                known = support(alert, self.threats)
                public_ns, rests_on = (NEVER, rests_on) if known.why else (picture.time_ns, known.tracks)
            if before is not None and before.level == level and public_ns == NEVER:
                continue
            if before is not None:  # what the public is told may rest on another track than what staff were told
                before.ended_ns = picture.time_ns
                public_ns = picture.time_ns if level > before.level and before.public_ns != NEVER else public_ns
                del self._open[alert.place]
            if level:
                track = rests_on[0] if rests_on else int(UNKNOWN)
                shown = _shown(alert, track, picture, self.kinds)
                row = Row(self.index[alert.place], level, picture.time_ns, public_ns, track, shown)
                self._open[alert.place] = row
                self.rows.append(row)

    def end(self, time_ns: int) -> None:
        """Nothing was played after this: what stands is said to stand until then."""
        for row in self._open.values():
            row.ended_ns = time_ns

    def alerts(self) -> Alerts:
        """All of it as a table."""
        never = np.full(len(self.rows), NEVER, dtype=np.int64)
        names = ("place", "level", "decided_ns", "ended_ns", "public_ns", "track")
        place, level, decided, ended, public, track = (
            np.array([getattr(row, name) for row in self.rows], dtype=np.int64) for name in names
        )
        return Alerts(place, level, decided, ended, public, never, never.copy(), track)


def _shown(alert: Alert, track: int, picture: Picture, kinds: tuple[str, ...]) -> Shown:
    """A track that an alert names, and the others."""
    at = int(np.searchsorted(picture.track, track))
    if at >= len(picture.track) or int(picture.track[at]) != track:
        return Shown(picture.time_ns, np.full(3, np.nan), "", np.zeros((0, 3)), ())
    called = next((one.kind for one in alert.reasons if one.track == track), "")
    others_m = np.delete(picture.position_m, at, axis=0)
    made_by = tuple(sorted({kinds[k] for k in picture.witness_sensor[picture.witness_track == track].tolist()}))
    return Shown(picture.time_ns, picture.position_m[at], called, others_m, made_by)


@dataclass(slots=True)
class Sample:
    """The forecasts of one time, with where each track was: q rows."""

    time_ns: int
    track: Ints
    place: Ints
    at_m: Floats
    chance: Floats
    quantile_s: Floats


class Beside(Board):
    """The board that decides, by the first of `rules`, with the others beside it that only note what they would say.

    `said` has a Said for each of `rules`; they all see the same forecasts, pictures and health. `blind` has stretches
    (from, until, ns) in which a place was shown as blind; `samples` are forecasts, each FORECAST_S.
    """

    def __init__(self, places: tuple[Place, ...], rules: Sequence[Alerting], sensors: Sequence[Sensor]) -> None:
        super().__init__(places, rules[0], sensors)
        self.said = [Said.of(one, places, sensors) for one in rules]
        self._boards = [Board(places, one, sensors) for one in rules[1:]]
        self.blind: dict[str, list[tuple[int, int]]] = {place.name: [] for place in places}
        self.samples: list[Sample] = []

    def step(self, forecast: Forecast, picture: Picture, health: Health) -> tuple[Alert, ...]:
        """As the board that decides; the others are heard as well."""
        for board, said in zip(self._boards, self.said[1:], strict=True):
            said.take(board.step(forecast, picture, health), picture)
        self._look(picture.time_ns, health)
        if not self.samples or picture.time_ns - self.samples[-1].time_ns >= FORECAST_S * SECOND_NS:
            row = np.searchsorted(picture.track, forecast.track)
            sample = forecast.track, forecast.place.astype(np.int64), picture.position_m[row]
            chance = np.asarray(forecast.chance, np.float64)
            self.samples.append(Sample(picture.time_ns, *sample, chance, np.asarray(forecast.quantile_s, np.float64)))
        alerts = super().step(forecast, picture, health)
        self.said[0].take(alerts, picture)
        return alerts

    def _look(self, time_ns: int, health: Health) -> None:
        for one in health.places:
            if one.observation == "blind" and one.place in self.blind:
                spans = self.blind[one.place]
                if spans and time_ns - spans[-1][1] <= 2 * SECOND_NS:
                    spans[-1] = (spans[-1][0], time_ns)
                else:
                    spans.append((time_ns, time_ns))
