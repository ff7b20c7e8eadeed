"""How long it takes from the first detection to the receipt, leg by leg, for each alert. From receipts alone."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tocsin.delivery.kept import Receipt

KEPT = 2_000
PERCENTS = (50.0, 95.0, 99.0)
# name of the leg: the fields of a Receipt between which it lies
LEGS: Mapping[str, tuple[str, str]] = {
    "detection to track": ("detection_ns", "track_ns"),
    "track to decision": ("track_ns", "decided_ns"),
    "decision to release": ("decided_ns", "released_ns"),
    "release to document": ("released_ns", "document_ns"),
    "document to send": ("document_ns", "sent_ns"),
    "send to receipt": ("sent_ns", "received_ns"),
    "decision to document": ("decided_ns", "document_ns"),
    "decision to receipt": ("decided_ns", "received_ns"),
}


def leg_s(receipt: Receipt, leg: str) -> float | None:
    """Seconds of one leg; None where one of its ends is not known."""
    begin, end = (int(getattr(receipt, name)) for name in LEGS[leg])
    return (end - begin) / 1e9 if begin and end else None


@dataclass(slots=True)
class Latency:
    """The last receipts, and the percentiles of every leg over them."""

    receipts: deque[Receipt] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, receipt: Receipt) -> None:
        """One more. What never reached anybody has no latency, and is listed all the same."""
        self.receipts.append(receipt)

    def percentiles(self, lane: str = "", channel: str = "") -> dict[str, dict[str, float]]:
        """Leg -> {"n", "p50", "p95", "p99"} in seconds, over all or over one lane or channel."""
        chosen = [
            one
            for one in self.receipts
            if one.outcome == "received" and (not lane or one.lane == lane) and (not channel or one.channel == channel)
        ]
        found = {}
        for leg in LEGS:
            seconds = sorted(value for one in chosen if (value := leg_s(one, leg)) is not None)
            if seconds:
                found[leg] = {"n": float(len(seconds))} | {f"p{p:g}": _percentile(seconds, p) for p in PERCENTS}
        return found

    def metrics(self) -> dict[str, float]:
        """For Prometheus: "send_to_receipt_p99", and by lane for what has a bar."""
        found = {
            f"{leg.replace(' ', '_')}_{name}": value
            for leg, numbers in self.percentiles().items()
            for name, value in numbers.items()
            if name != "n"
        }
        for lane in ("fast", "slow"):
            numbers = self.percentiles(lane).get("decision to document", {})
            found |= {f"{lane}_decision_to_document_{name}": value for name, value in numbers.items() if name != "n"}
        return found

    def rows(self, most: int = 200) -> list[dict[str, object]]:
        """The newest receipts, newest first, with every leg in seconds."""
        newest = list(self.receipts)[-most:][::-1]
        return [
            {
                "identifier": one.identifier,
                "event": one.event,
                "place": one.place,
                "stage": one.stage,
                "lane": one.lane,
                "status": one.status,
                "channel": one.channel,
                "outcome": one.outcome,
                "detail": one.detail,
                "attempts": one.attempts,
                "time": one.time_ns / 1e9,
                "legs": {leg: seconds for leg in LEGS if (seconds := leg_s(one, leg)) is not None},
            }
            for one in newest
        ]


def _percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed (nearest rank): no value is invented between two."""
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]
