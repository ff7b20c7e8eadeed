"""A made-up sky of any number of tracks, as pictures. Where each is is a formula of time: any time can be asked for."""

from dataclasses import dataclass, field, replace

import numpy as np

from tocsin.ends import Cone, Landing, Origin, Outlook, Spread
from tocsin.messages import Floats, Health, Notice, Picture, PlaceHealth, SensorHealth
from tocsin.settings import Frame, Place, Sensor, Settings

CLASSES = (
    "unknown",
    "bird",
    "multirotor",
    "small fixed-wing drone",
    "one-way-attack drone",
    "cruise missile",
    "ballistic rocket",
    "artillery or mortar round",
    "helicopter",
    "light aircraft",
    "airliner",
    "fast jet",
)
SPEED_MPS = np.array([60, 14, 12, 30, 52, 240, 900, 300, 60, 55, 220, 260], dtype=np.float64)
HEIGHT_M = np.array([800, 150, 120, 300, 400, 60, 20_000, 2_000, 400, 900, 10_500, 6_000], dtype=np.float64)
SHARES = np.array([8, 8, 4, 4, 14, 3, 1, 1, 4, 8, 43, 2]) / 100
START_S = 1_930_000_000.0  # in 2031
SENSORS = ("Radar Cape", "Radar Ridge", "Microphones", "adsb")
LATITUDE_DEG, LONGITUDE_DEG = 37.2, -7.2
SPREAD_M = 130_000.0
HORIZONS_S = (0.0, 60.0, 120.0, 300.0, 600.0)


def settings() -> Settings:
    """The site on the stage: two radars, microphones that have fallen silent, five places of every kind."""
    rad = np.radians
    return Settings(
        site="stage",
        frame=Frame("local", 3, float(rad(LATITUDE_DEG)), float(rad(LONGITUDE_DEG)), 0.0),
        sensors=(
            _sensor("Radar Cape", 37.02, -7.85, 120_000.0),
            _sensor("Radar Ridge", 37.55, -7.05, 90_000.0, 120.0, 250.0),
            replace(_sensor("Microphones", 37.30, -7.43, 12_000.0), kind="direction"),
        ),
        places=(
            replace(
                _place("power station", "Almar power station", "site", [(37.225, -7.105)], 12_000.0),
                action_time_s=600.0,
                actions=(("staff to shelter", 120.0), ("run down a unit", 900.0)),
            ),
            _place("substation", "Substation Poente", "site", [(37.175, -7.62)], 8_000.0),
            _place("port", "Port of Almar", "site", [(37.155, -6.905)], 10_000.0),
            _place(
                "city",
                "Almar city",
                "zone",
                [(37.235, -6.99), (37.225, -6.91), (37.265, -6.89), (37.305, -6.92), (37.30, -6.98), (37.235, -6.99)],
                0.0,
            ),
            _place(
                "border",
                "River border",
                "border",
                [(37.165, -7.405), (37.222, -7.425), (37.300, -7.443), (37.405, -7.460), (37.505, -7.488)],
                2_000.0,
            ),
        ),
    )


def _sensor(
    name: str, latitude: float, longitude: float, reach_m: float, from_deg: float = np.nan, to_deg: float = np.nan
) -> Sensor:
    return Sensor(
        name,
        "radar",
        latitude_rad=float(np.radians(latitude)),
        longitude_rad=float(np.radians(longitude)),
        altitude_m=80.0,
        max_range_m=reach_m,
        azimuth_from_rad=float(np.radians(from_deg)),
        azimuth_to_rad=float(np.radians(to_deg)),
    )


def _place(name: str, title: str, kind: str, points: list[tuple[float, float]], ring_m: float) -> Place:
    geometry = tuple((float(np.radians(latitude)), float(np.radians(longitude))) for latitude, longitude in points)
    return Place(name, kind, geometry, ring_m, title=title)


def _spread(place: Floats, velocity: Floats, after_s: float) -> Spread:
    """Straight on, wider by the minute."""
    at = place[:2] + after_s * velocity[:2]
    half_m = (300.0 + 8.0 * after_s, 200.0 + 5.0 * after_s)
    bearing_rad = float(np.arctan2(velocity[0], velocity[1]))
    return Spread(after_s, (float(at[0]), float(at[1])), bearing_rad, half_m, (1.82 * half_m[0], 1.82 * half_m[1]))


@dataclass
class Sky:
    """`n` tracks that fly in wide circles. The first is always the same: a drone on its way to the power station."""

    n: int = 120
    seed: int = 5
    ended: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        chance = np.random.default_rng(self.seed)
        self.kind = chance.choice(len(CLASSES), self.n, p=SHARES)
        self.speed = SPEED_MPS[self.kind] * chance.uniform(0.8, 1.2, self.n)
        self.height = HEIGHT_M[self.kind] * chance.uniform(0.7, 1.3, self.n)
        self.radius = chance.uniform(8_000, 60_000, self.n)
        self.turn = self.speed / self.radius * chance.choice([-1.0, 1.0], self.n)
        self.angle = chance.uniform(0, 2 * np.pi, self.n)
        self.middle = chance.normal(0, SPREAD_M / 2.5, (self.n, 2))
        self.state = chance.choice(np.array([0, 1, 2], dtype=np.uint8), self.n, p=[0.12, 0.8, 0.08])
        self.sigma = chance.uniform(40, 900, self.n)
        if self.n:
            self.kind[0], self.state[0], self.height[0], self.sigma[0] = 4, 1, 350.0, 300.0

    def place(self, time_s: float) -> tuple[Floats, Floats]:
        """East, north, up and the velocities of every track at a time."""
        angle = self.angle + self.turn * (time_s - START_S)
        flat = self.middle + self.radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        fast = (self.radius * self.turn)[:, None] * np.column_stack([-np.sin(angle), np.cos(angle)])
        place, velocity = np.column_stack([flat, self.height]), np.column_stack([fast, np.zeros(self.n)])
        if self.n:
            place[0] = [-30_000 + 52 * ((time_s - START_S) % 3_600), -18_000.0, 350.0]
            velocity[0] = [52.0, 0.0, 0.0]
        return place, velocity

    def outlook(self, time_s: float, tracks: tuple[int, ...] = ()) -> Outlook:
        """Where the first track, or those asked for, may be; and one that comes down, with where it was launched."""
        place, velocity = self.place(time_s)
        time_ns = round(time_s * 1e9)
        cones = tuple(
            Cone(number, tuple(_spread(place[number - 1], velocity[number - 1], s) for s in HORIZONS_S))
            for number in (tracks or (1,))
            if number <= self.n
        )
        if tracks or not self.n:
            return Outlook(time_ns, cones=cones)
        soon = (time_ns + 40 * 10**9, time_ns + 55 * 10**9, time_ns + 75 * 10**9)
        fall = Landing(1, (-4_000.0, -9_000.0), (2_600.0, 1_100.0), 1.2, soon)
        start = Landing(1, (-46_000.0, -24_000.0), (4_000.0, 1_500.0), 0.6, (time_ns, time_ns, time_ns))
        origin = Origin(2, (20_000.0, 22_000.0), 0.7, 0.12, time_ns)
        return Outlook(time_ns, ((1, ("power station",)),), (fall,), (start,), (origin,), cones)

    def picture(self, time_s: float) -> Picture:
        """The picture at a time."""
        place, velocity = self.place(time_s)
        keep = np.array([number not in self.ended for number in range(1, self.n + 1)], dtype=np.bool_)
        number = np.arange(1, self.n + 1)[keep]
        n = len(number)
        sigma = self.sigma[keep]
        covariance = np.zeros((n, 21))
        covariance[:, 0], covariance[:, 1], covariance[:, 6], covariance[:, 11] = sigma**2, 0.0, (0.3 * sigma) ** 2, 9e4
        covariance[:, 1] = 0.5 * 0.3 * sigma**2
        civil = np.isin(self.kind[keep], (9, 10))
        kind = self.kind[keep].astype(np.int32)
        time_ns = round(time_s * 1e9)
        calls = tuple(f"ALM{k}" if c and k % 3 else None for k, c in zip(number.tolist(), civil.tolist(), strict=True))
        return Picture(
            time_ns=time_ns,
            frame="local",
            track=number.astype(np.int64),
            position_m=place[keep],
            velocity_mps=velocity[keep],
            covariance=covariance,
            existence=np.where(self.state[keep] == 0, 0.6, 0.985),
            state=self.state[keep],
            born_ns=np.full(n, round((START_S - 300) * 1e9), np.int64),
            last_detection_ns=time_ns - (number % 7) * 1_000_000_000,
            last_sensor=np.select([civil, number == HEARD], [3, 2], number % 2).astype(np.int32),
            detections=np.full(n, 40, np.int64) + number,
            continues=np.where(number == 3, 900_001, -1).astype(np.int64),
            continues_probability=np.full(n, 0.8),
            swapped=np.where(number == 4, 5, -1).astype(np.int64),
            group_min=np.where(number % 40 == 1, 3, 1).astype(np.int32),
            class_index=kind,
            class_confidence=np.where(kind == 0, 0.3, 0.85),
            corroborated=~civil | (number % 2 == 0),
            identity=tuple(
                f"icao:{k:06x}" if c else None for k, c in zip(number.tolist(), civil.tolist(), strict=True)
            ),
            callsign=calls,
            mark=tuple({2: "friend", 6: "suspect", 7: "hostile"}.get(k, "") for k in number.tolist()),
            sensors=SENSORS,
            classes=CLASSES,
            ended=np.zeros(0, np.int64),
        )


# Of this one only directions are known, by the microphones.
HEARD = 63
# As the observation of the tracking stage words them.
HIDDEN = "partly behind the horizon, the ground or a field of view"
SUBSTATION = f"7 of 12 approaches clear of drones and missiles; {HIDDEN}: SSE, S, SSW, WSW, W"
CITY = "0 of 12 approaches clear of drones and missiles; nobody looks at: all around; silent: Microphones"
BORDER = f"9 of 12 approaches clear of drones and missiles; {HIDDEN}: stretch 2, 3, 4"


def health(time_s: float) -> Health:
    """Two radars look, the microphones have been silent for two minutes: what they alone watched is blind."""
    now = round(time_s * 1e9)
    since = round((START_S - 90) * 1e9)
    return Health(
        now,
        sensors=(
            SensorHealth("Radar Cape", "radar", "fresh", now - 2_000_000_000, 0.17, 0.012, 48_211, 3),
            SensorHealth("Radar Ridge", "radar", "stale", now - 9_000_000_000, 0.24, -0.31, 30_877, 0),
            SensorHealth(
                "Microphones", "direction", "expired", now - 126_000_000_000, 0.0, 0.0, 512, 0, note="silent for 2 min"
            ),
        ),
        places=(
            PlaceHealth("power station", "seen clear", "12 of 12 approaches clear of drones and missiles", since),
            PlaceHealth("substation", "partly seen", SUBSTATION, since),
            PlaceHealth("port", "seen clear", "12 of 12 approaches clear of drones and missiles", since),
            PlaceHealth("city", "blind", CITY, since),
            PlaceHealth("border", "partly seen", BORDER, since),
        ),
        refusals={"asterix: truncated record": 3, "late by more than 30 s": 12},
        counters={"detections": 79_600, "tracks_confirmed": 118},
    )


def notices(time_s: float) -> tuple[Notice, ...]:
    """What was decided a moment ago."""
    now = round(time_s * 1e9)
    return (
        Notice(now - 5_000_000_000, "sensor", "Microphones", "stale -> expired"),
        Notice(now - 4_000_000_000, "place", "city", f"blind: {CITY}"),
        Notice(now - 1_000_000_000, "track", "1", "confirmed; continues 400 with probability 0.82"),
    )
