"""Figures for Prometheus, made when asked for, from the same numbers that the health page shows."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tocsin.server.hub import Hub
from tocsin.server.station import Station

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "tocsin_"


class _Station(Collector):
    """All figures of a station as metrics. A name may carry one label: "queue_shed_total|source=radar west"."""

    def __init__(self, station: Station, hub: Hub) -> None:
        self._station, self._hub = station, hub

    def collect(self) -> Iterator[Metric]:
        """Every figure, grouped by name."""
        figures = self._station.figures()
        counters = dict(figures.counters) | {
            "frames_total": self._hub.frames,
            "frames_skipped_total": self._hub.skipped(),
            "pictures_skipped_total": self._hub.skipped_pictures,
        }
        gauges = dict(figures.gauges) | {"clients": len(self._hub.clients), "frame_bytes": self._hub.bytes_last}
        if (desk := self._station.desk()) is not None:
            gauges |= {
                "annunciations_last_10_min": desk.rate,
                "annunciation_flood": int(desk.flood),
                "statements_asked": sum(one.state == "asked" for one in desk.statements),
                "standing_orders_in_force": sum(one.state == "in force" for one in desk.standing),
            }
        gauges |= {f"latency_seconds|what={name}": seconds for name, seconds in figures.latency.items()}
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
        for kind, numbers in ((CounterMetricFamily, counters), (GaugeMetricFamily, gauges)):
            for full, value in numbers.items():
                name, _, label = full.partition("|")
                key, _, word = label.partition("=")
                if name not in families:
                    text = name.removesuffix("_total").replace("_", " ")
                    families[name] = kind(PREFIX + name, text, labels=[key] if key else [])
                families[name].add_metric([word] if key else [], value)
        yield from families.values()


def metrics(station: Station, hub: Hub) -> CollectorRegistry:
    """A registry of our own: the library's global one would show another test's numbers."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Station(station, hub))
    return registry


def text(registry: CollectorRegistry) -> bytes:
    """All figures in Prometheus' text format."""
    return generate_latest(registry)
