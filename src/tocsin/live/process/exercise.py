"""A small sky that makes every kernel work once: radars of two and three dimensions, self-reports, ears; and bytes."""

import tomllib

from tocsin import site
from tocsin.feeds.table import FORMATS
from tocsin.geo.units import SECOND_NS
from tocsin.live.thinking import Pipeline
from tocsin.messages import Packet, Tick
from tocsin.simulate import night, reading
from tocsin.simulate.asterix_out import datagrams
from tocsin.simulate.scenario import Scenario
from tocsin.site.lines import Lines

CODES = {"flat": (25, 1), "high": (25, 2)}
_SKY = """
[scenario]
name = "exercise"
start = 2031-01-01T00:00:00Z
duration_s = 40

[[place]]
name = "plant"
kind = "site"
latitude_deg = 57.0
longitude_deg = 21.0
ring_m = 5000

[[sensor]]
name = "flat"
kind = "radar"
sources = ["asterix 25/1"]
latitude_deg = 57.0
longitude_deg = 21.0
altitude_m = 50
sigma_range_m = 50
sigma_azimuth_deg = 0.1
period_s = 4

[[sensor]]
name = "high"
kind = "radar"
sources = ["asterix 25/2"]
latitude_deg = 57.1
longitude_deg = 21.1
altitude_m = 50
sigma_range_m = 20
sigma_azimuth_deg = 0.2
sigma_elevation_deg = 0.4
sigma_range_rate_mps = 1.0
period_s = 3

[[sensor]]
name = "box"
kind = "position"
latitude_deg = 57.0
longitude_deg = 21.0
altitude_m = 50
sigma_position_m = 30
sigma_pressure_altitude_m = 20
sigma_velocity_mps = 1

[[sensing]]
sensor = "box"
physics = "ads-b"

[[network]]
name = "ears"
area_deg = [[57.0, 21.0], [57.0, 21.1], [57.06, 21.1], [57.06, 21.0]]
spacing_m = 3000

[[mover]]
kind = "airliner"
count = 3
spacing_s = 5
route_deg = [[57.3, 20.6], [56.7, 21.6]]

[[mover]]
kind = "one-way-attack drone"
count = 3
spacing_s = 5
altitude_m = 300
route_deg = [[57.1, 20.95], [57.0, 21.05]]
"""


def think() -> None:
    """Think through forty seconds; dump and load."""
    scenario = _scenario()
    thinking = Pipeline(scenario.settings)
    tick_ns = scenario.start_ns
    for scan in night.night(scenario):
        while tick_ns <= scan.received_ns:
            thinking.advance(Tick(tick_ns))
            tick_ns += SECOND_NS
        thinking.advance(scan)
    thinking.look(tick_ns)
    thinking.begin(thinking.dump())
    thinking.advance(Tick(tick_ns))


def read() -> None:
    """Read the radars' own bytes of the same sky; touch every format."""
    asterix = FORMATS["asterix"]("exercise")
    scenario = _scenario()
    for scan in night.night(scenario):
        sent = datagrams(scan, CODES)
        if sent:
            asterix.decode([Packet(received_ns, octets, "exercise") for received_ns, octets in sent])
    for form in (form for form in FORMATS.values() if form.unit != "document"):
        decoder = form("exercise")
        decoder.decode([Packet(scenario.start_ns, bytes([48, 0, 3]), "exercise")])
        decoder.flush()


def _scenario() -> Scenario:
    table, lines = tomllib.loads(_SKY), Lines(_SKY, "exercise")
    settings = site.parse(_SKY, "exercise", reading.TABLES).settings
    return reading.read({name: table[name] for name in reading.TABLES if name in table}, lines.at, settings)
