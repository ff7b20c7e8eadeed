"""Seconds of each leg, from receipts."""

from dataclasses import replace

from tocsin.delivery.kept import Receipt, encode, receipt
from tocsin.delivery.latency import LEGS, Latency

MS = 1_000_000
ONE = Receipt(
    time_ns=10_000 * MS,
    key="a/web",
    identifier="a",
    channel="web",
    outcome="received",
    detail="201",
    attempts=1,
    event="e",
    place="plant",
    stage="warning",
    lane="fast",
    status="actual",
    detection_ns=1_000 * MS,
    track_ns=4_000 * MS,
    decided_ns=9_000 * MS,
    released_ns=9_010 * MS,
    document_ns=9_030 * MS,
    sent_ns=9_040 * MS,
    received_ns=9_100 * MS,
)


def test_each_leg_is_the_time_between_its_ends() -> None:
    latency = Latency()
    latency.add(ONE)
    legs = latency.rows()[0]["legs"]
    assert legs == {
        "detection to track": 3.0,
        "track to decision": 5.0,
        "decision to release": 0.01,
        "release to document": 0.02,
        "document to send": 0.01,
        "send to receipt": 0.06,
        "decision to document": 0.03,
        "decision to receipt": 0.1,
    }
    assert set(LEGS) == set(legs)


def test_percentiles_are_values_that_were_measured() -> None:
    latency = Latency()
    for k in range(1, 101):
        latency.add(replace(ONE, received_ns=ONE.sent_ns + k * MS, channel="web" if k % 2 else "mail"))
    found = latency.percentiles()["send to receipt"]
    assert found == {"n": 100.0, "p50": 0.05, "p95": 0.095, "p99": 0.099}
    assert latency.percentiles(channel="mail")["send to receipt"]["n"] == 50.0
    assert latency.percentiles("slow") == {}
    assert latency.metrics()["send_to_receipt_p99"] == 0.099
    assert latency.metrics()["fast_decision_to_document_p99"] == 0.03


def test_what_reached_nobody_has_no_latency_and_is_listed() -> None:
    latency = Latency()
    latency.add(replace(ONE, outcome="expired", sent_ns=0, received_ns=0, detection_ns=0))
    assert latency.percentiles() == {}
    (row,) = latency.rows()
    assert row["outcome"] == "expired"
    assert "detection to track" not in dict(row["legs"])  # type: ignore[call-overload]


def test_a_receipt_is_kept_as_the_same_bytes_and_read_again() -> None:
    assert encode(ONE) == encode(replace(ONE))
    assert receipt(1, encode(ONE)) == ONE
