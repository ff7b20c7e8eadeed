"""What the stage answers beside the picture: receipts, other authorities, explanations, texts, pages, scenarios."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.browser.stage.sky import SENSORS, START_S
from tocsin.errors import SiteError
from tocsin.messages import Explanation, Floats, Refusal, SensorHealth
from tocsin.models.account import SensorAccount, SensorCells
from tocsin.server.station import Scene, Scenes

TEXTS = (
    ("en", "Drone: take cover", "A possible one-way-attack drone is coming to Almar power station.", "Go inside."),
    ("uk", "Безпілотник: до укриття", "Можливий ударний дрон летить до електростанції Альмар.", "Зайдіть усередину."),
)
REPORT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Missed, false, early</title>
<style>body { margin: 0; background: #fbfbf9; color: #16191d; font: 15px/1.5 sans-serif } main { padding: 20px }</style>
</head><body><main><h1>Missed, false, early</h1><p>36 rules. Nights (2): story, traffic.</p>
<svg viewBox="0 0 300 120" role="img" aria-label="missed against false"><path d="M10 10C60 90 140 105 290 110"
fill="none" stroke="#2a78d6" stroke-width="3"/></svg>
<img src="http://elsewhere.invalid/a.png" alt=""><script>document.title = 'ran'</script></main></body></html>"""


def explanation(track: int, time_ns: int) -> Explanation:
    """Track by track the same: sixty detections of two radars, and what was refused near them."""
    n = 60
    chance = np.random.default_rng(track)
    times = time_ns - np.arange(n, 0, -1) * 4_000_000_000
    sensor = (np.arange(n) % 3 == 0).astype(np.int32)
    measured: dict[str, Floats] = {
        "range_m": 40_000 - 200.0 * np.arange(n, dtype=np.float64),
        "azimuth_rad": np.full(n, 1.3) + chance.normal(0, 0.002, n),
        "range_rate_mps": chance.normal(-50, 1, n),
    }
    refused = Refusal(time_ns - 5_000_000_000, "asterix", "truncated record", "12 octets are missing", count=3)
    return Explanation(
        track, times, sensor, chance.uniform(0.6, 1.0, n), measured, SENSORS[:2],
        {"Radar Cape": 40, "Radar Ridge": 20}, {"Radar Cape": 36.1, "Radar Ridge": 17.2}, (refused,),
    )  # fmt: skip


def account(sensor: str, time_ns: int) -> SensorAccount:
    """A radar with rain in the west and an offset in azimuth."""
    rings, sectors, n = 6, 24, 120
    chance = np.random.default_rng(2)
    clutter = np.full(rings * sectors, 0.05)
    clutter[3 * sectors + 16 : 3 * sectors + 21] = 1.4
    health = SensorHealth(
        sensor, "radar", "fresh", time_ns, 0.17, 0.012, 48_211, 3, 0.86, 3.2,
        azimuth_bias_rad=0.004, azimuth_bias_rad_sigma=0.0006, range_bias_m=35.0, range_bias_m_sigma=12.0,
    )  # fmt: skip
    cells = SensorCells(
        sensor, "polar", rings, sectors, 2_000.0, 120_000.0, clutter, np.full(len(clutter), 0.05),
        np.full(len(clutter), 0.86), 0.9, np.full(len(clutter), 7.0),
    )  # fmt: skip
    residual = {"range_m": chance.normal(35, 60, n), "azimuth_rad": chance.normal(0.0, 0.002, n)}
    times = time_ns - np.arange(n, 0, -1) * 2_000_000_000
    return SensorAccount(time_ns, health, (0.646, -0.137, 80.0), cells, times, residual)


@dataclass
class Office:
    """What became of statements, who else warns, what was kept, what may be begun. A test changes it."""

    folder: Path
    slow: bool = False  # the siren does not answer
    begun: list[tuple[str, int | None]] = field(default_factory=list)
    others_on: bool = True

    def keep_report(self) -> None:
        """A threshold curve is kept, as `tocsin thresholds -o` would leave it."""
        bench = self.folder / "reports" / "bench"
        bench.mkdir(parents=True, exist_ok=True)
        (bench / "thresholds.html").write_text(REPORT)

    def scenes(self) -> Scenes:
        """Three nights."""
        return Scenes("demo-night", self._listed, self._begin)

    def _listed(self) -> list[Scene]:
        return [
            Scene("demo-night", "Almar coast (invented)", "Drones in three groups, a feint, cruise missiles.", 1_800.0),
            Scene("port", "A port (invented)", "Drones along the shore, sea-skimming missiles, gulls.", 2_400.0),
            Scene("winter-night", "A country (invented)", "Six waves against a power station, in hard frost.", 5_400.0),
        ]

    def _begin(self, name: str, seed: int | None) -> None:
        if name == "winter-night":
            raise SiteError("winter-night.toml:12: this scenario cannot be begun here")
        self.begun.append((name, seed))

    def deliveries(self) -> dict[str, object]:
        """What /api/latency answers."""
        legs = {"n": 4.0, "p50": 0.42, "p95": 1.9, "p99": 2.6}
        siren = self._channel("sirens north", "siren", "no answer from 127.0.0.1" if self.slow else "")
        channels = [self._channel("broadcast", "webhook"), siren, self._channel("duty mail", "mail")]
        rows = [self._row("broadcast", "received", "202, read back: s-1", 0.8)]
        if self.slow:
            rows.append(self._row("sirens north", "", "no answer from 127.0.0.1; tried 3 times", 0.0))
        else:
            rows.append(self._row("sirens north", "received", "relay closed, 4.2 A: read back", 0.6))
        rows.append(self._row("duty mail", "superseded", "a newer one of its event took its place", 0.0))
        every = {"detection to track": legs, "track to decision": legs, "send to receipt": legs}
        return {"instance": "exercise", "channels": channels, "legs": {"all": every}, "alerts": rows}

    def _channel(self, name: str, kind: str, trouble: str = "") -> dict[str, object]:
        return {
            "name": name, "kind": kind, "audience": ["public"], "status": ["exercise"], "up": not trouble,
            "trouble": trouble, "since": None, "heard": START_S, "state": "relay open, 24.1 V" * (kind == "siren"),
            "waiting": int(bool(trouble)), "received": 12, "failures": 0, "expired": 0, "legs": {},
        }  # fmt: skip

    def _row(self, channel: str, outcome: str, detail: str, took_s: float) -> dict[str, object]:
        legs = {
            "detection to track": 3.1, "track to decision": 0.4, "decision to release": 27.0,
            "release to document": 0.1, "document to send": 0.05, "send to receipt": took_s,
        }  # fmt: skip
        return {
            "identifier": "s-1", "event": "event-1", "place": "power station", "stage": "warning", "lane": "slow",
            "status": "actual", "channel": channel, "outcome": outcome, "detail": detail, "attempts": 1,
            "time": START_S, "legs": legs if outcome == "received" else {},
        }  # fmt: skip

    def others(self) -> list[dict[str, object]]:
        """Two neighbours: one warns of the west, one is silent."""
        if not self.others_on:
            return []
        bulletin = {
            "identifier": "urn:oid:1.2.3.77", "sender": "civil@west.invalid", "status": "Actual", "kind": "Alert",
            "scope": "Public", "sent": START_S - 240, "expires": START_S + 3_000, "faults": [], "note": "",
            "signature": "good: Civil protection, west",
            "said": [
                {
                    "language": "en", "event": "Air raid", "headline": "Air raid warning for the west bank",
                    "description": "Drones over the sea, west of the river.", "instruction": "Take cover.",
                    "urgency": "Immediate", "severity": "Extreme", "certainty": "Likely", "places": ["West bank"],
                    "area": [[[-8.0, 37.0], [-7.5, 37.0], [-7.5, 37.4], [-8.0, 37.4], [-8.0, 37.0]]],
                }
            ],
        }  # fmt: skip
        return [
            {"source": "west", "heard": START_S - 20, "trouble": "", "bulletins": [bulletin]},
            {"source": "north", "heard": None, "trouble": "https://north.invalid does not answer", "bulletins": []},
        ]
