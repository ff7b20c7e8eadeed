"""Plays a scenario: scans in the order in which they would be received, and what really flew.

Time advances in slabs. In each, everything that flies is moved first; then every sensor looks back at the slab. Nothing
depends on how fast anybody reads.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from tocsin.geo.frames import enu_vector_from_ecef, geodetic_from_ecef
from tocsin.messages import Floats, Ints, Scan
from tocsin.simulate import faults
from tocsin.simulate.chance import stream
from tocsin.simulate.flight.movers import Flight
from tocsin.simulate.flight.sky import Sky, Traits
from tocsin.simulate.scenario import (
    AirborneSensing,
    Fault,
    FlashSensing,
    PeopleSensing,
    RadarSensing,
    RadioSensing,
    ReceiverSensing,
    Scenario,
)
from tocsin.simulate.sensors.acoustic import Listening
from tocsin.simulate.sensors.adsb import Receiver
from tocsin.simulate.sensors.airborne import Airborne
from tocsin.simulate.sensors.batch import Batch, cut, nanoseconds
from tocsin.simulate.sensors.flash import Flash
from tocsin.simulate.sensors.people import People
from tocsin.simulate.sensors.radar import Radar
from tocsin.simulate.sensors.radio import Finder

SLAB_S = 10.0  # long enough that arrays are worth their overhead, short enough that a night fits in memory

Observer = Radar | Airborne | Receiver | Finder | Flash | People | Listening


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What really flew: n rows, a mover at a time. Row i is of mover `mover[i]`, whose kind is `traits.kind[mover[i]]`.

    `target` numbers them from 1, as the table of the same name does.
    """

    time_ns: Ints
    mover: Ints
    target: Ints
    latitude_rad: Floats
    longitude_rad: Floats
    altitude_m: Floats
    velocity_mps: Floats  # (n, 3) east, north, up
    traits: Traits

    def __len__(self) -> int:
        return len(self.time_ns)


@dataclass(frozen=True, slots=True, eq=False)
class Slab:
    """A stretch of the night: the truth in it, and a batch from each sensor, faults included."""

    from_s: float
    to_s: float
    truth: Truth
    batches: tuple[Batch, ...]
    traits: Traits


def slabs(scenario: Scenario, seed: int | None = None, *, watched: bool = True, from_s: float = 0.0) -> Iterator[Slab]:
    """The night from `from_s` on, slab after slab: what flies has flown before, and nobody has looked.

    Without a seed, the scenario's own; not `watched`, without any sensor.
    """
    seed = scenario.seed if seed is None else seed
    flight = Flight(scenario, seed)
    while flight.now_s < from_s:
        flight.advance(min(flight.now_s + SLAB_S, from_s))
    observers = tuple(_observers(scenario, flight, seed)) if watched else ()
    at_s = from_s
    while at_s < scenario.duration_s:
        to_s = min(at_s + SLAB_S, scenario.duration_s)
        flight.advance(float(np.ceil(to_s)))
        batches = []
        for observer, its_faults, rng in observers:
            sent = observer.observe(flight.sky, at_s, to_s, scenario.start_ns)
            batches.append(faults.apply(sent, its_faults, rng))
        yield Slab(at_s, to_s, _truth(scenario, flight.sky, flight.traits, at_s, to_s), tuple(batches), flight.traits)
        at_s = to_s


def night(scenario: Scenario, seed: int | None = None) -> Iterator[Scan]:
    """Every scan of the night, in the order in which it would be received."""
    yield from arrivals(slabs(scenario, seed), scenario.start_ns)


def arrivals(played: Iterable[Slab], start_ns: int) -> Iterator[Scan]:
    """The scans of slabs, in the order in which they would be received."""
    waiting: list[tuple[int, int, Scan]] = []
    count = 0
    for slab in played:
        for batch in slab.batches:
            for scan in cut(batch, start_ns):
                heapq.heappush(waiting, (scan.received_ns, count, scan))
                count += 1
        # Nothing that is still to be looked at can have been received before the slab's end.
        now_ns = int(nanoseconds(np.array(slab.to_s), start_ns))
        while waiting and waiting[0][0] < now_ns:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


def truth(scenario: Scenario, seed: int | None = None, from_s: float = 0.0) -> Iterator[Truth]:
    """What really flew from `from_s` on, slab after slab, each `truth_every_s` seconds."""
    for slab in slabs(scenario, seed, watched=False, from_s=from_s):
        yield slab.truth


def _observers(
    scenario: Scenario, flight: Flight, seed: int
) -> Iterator[tuple[Observer, tuple[Fault, ...], np.random.Generator]]:
    """Everything that looks, with its faults and their own random numbers, in the order of the site."""
    traits, sensors = flight.traits, scenario.settings.sensors
    made: list[tuple[str, Observer]] = []
    for sensor in sensors:
        rng = stream(seed, sensor.name)
        match scenario.sensing.get(sensor.name):
            case RadarSensing() as how:
                made.append((sensor.name, Radar(sensor, how, scenario, traits, rng)))
            case AirborneSensing() as how:
                made.append((sensor.name, Airborne(sensor, how, scenario, traits, rng)))
            case ReceiverSensing() as how:
                made.append((sensor.name, Receiver(sensor, how, scenario, traits, rng)))
            case RadioSensing() as how:
                made.append((sensor.name, Finder(sensor, how, scenario, traits, rng)))
            case FlashSensing() as how:
                made.append((sensor.name, Flash(sensor, how, flight, rng)))
            case PeopleSensing() as how:
                made.append((sensor.name, People(sensor, how, traits, rng)))
            case None:
                pass  # a station of a network, which follows
    for network in scenario.networks:
        own = tuple(s for s in sensors if s.name == network.name or s.name.startswith(f"{network.name} "))
        made.append((network.name, Listening(network, own, scenario, traits, stream(seed, network.name))))
    for name, observer in made:
        yield observer, tuple(f for f in scenario.faults if f.sensor == name), stream(seed, f"{name} faults")


def _truth(scenario: Scenario, sky: Sky, traits: Traits, from_s: float, to_s: float) -> Truth:
    every = scenario.truth_every_s
    times = np.arange(np.ceil(from_s / every), np.ceil(to_s / every)) * every
    rows = sky.active(from_s, to_s)
    rows = rows[traits.number[rows] >= 0]
    time_s, mover = np.repeat(times, len(rows)), np.tile(rows, len(times))
    position, velocity, _ = sky.at(time_s, mover)
    there = np.isfinite(position[:, 0])
    time_s, mover, position, velocity = time_s[there], mover[there], position[there], velocity[there]
    latitude, longitude, altitude = geodetic_from_ecef(position)
    return Truth(
        nanoseconds(time_s, scenario.start_ns),
        mover,
        traits.number[mover],
        latitude,
        longitude,
        altitude,
        enu_vector_from_ecef(velocity, latitude, longitude),
        traits,
    )
