"""Deleting what is too old: what rests on it stays, the chain stays whole, and an entry says what went."""

import json
from collections import Counter
from pathlib import Path

import apsw

from tests.ledgers.evidence import MINUTE_NS, SECOND_NS, START_NS, Clock, dice, fill, open_ledger, scan
from tocsin.ledger import verify
from tocsin.ledger.disk import format
from tocsin.ledger.plan import Record
from tocsin.ledger.reader import Reader
from tocsin.messages import Entry
from tocsin.settings import Retention

MINUTE_DAYS = 1 / 1440


def bodies(folder: Path) -> dict[int, Entry]:
    reader = Reader(folder)
    found = {entry.number: entry for entry in reader.entries()}
    reader.close()
    return found


def test_old_inputs_lose_their_bodies_and_decisions_keep_theirs(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock, retention=Retention(days=2 * MINUTE_DAYS)) as ledger:
        fill(ledger, clock, minutes=5)
        before = bodies(tmp_path)
        ledger.keep()
    after = bodies(tmp_path)
    gone = [before[number] for number, entry in after.items() if entry.body is None]
    assert Counter(entry.kind for entry in gone) == {"scan": 17, "tick": 17, "digest": 17, "dump": 3}
    assert all(entry.time_ns < clock.now_ns - 2 * MINUTE_NS for entry in gone)
    for entry in gone:
        assert after[entry.number].hash == entry.hash
        assert after[entry.number].body_sha256 == entry.body_sha256
    report = verify.verify(tmp_path)
    assert report.whole
    assert report.deleted == len(gone)
    assert "bodies were deleted by retention" in "\n".join(report.lines())


def test_an_entry_says_what_went_and_why(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock, retention=Retention(days=2 * MINUTE_DAYS)) as ledger:
        fill(ledger, clock, minutes=5)
        ledger.keep()
        reader = ledger.reader()
        said = [json.loads(entry.body or b"") for entry in reader.entries() if entry.kind == format.RETENTION]
        assert [one["went"]["scan"] for one in said] == [5, 6, 6]
        assert said[0]["reason"].startswith("older than 0.00138")
        assert said[0]["sha256"] == reader.segments()[0].sha256 != said[0]["before_sha256"]
        bounds = reader.bounds()
        assert bounds.first_ns == START_NS
        assert START_NS + 2 * MINUTE_NS < bounds.whole_ns <= clock.now_ns - MINUTE_NS
        assert ledger.head().number == bounds.last
        reader.close()


def test_what_an_alert_rests_on_is_never_deleted(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock, retention=Retention(days=MINUTE_DAYS)) as ledger:
        fill(ledger, clock, minutes=1)
        first = ledger.head().number - 4
        ledger.submit([scan(clock()), Record("alert", clock(), b"take cover", rests_on=((first, 0),))]).result()
        last = ledger.head().number
        fill(ledger, clock, minutes=3)
        ledger.keep()
    after = bodies(tmp_path)
    assert all(after[number].body for number in range(first, last + 1))
    assert after[first - 1].body is None
    assert verify.verify(tmp_path).whole


def test_the_oldest_go_first_until_the_bytes_fit(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock) as ledger:
        chance = dice(1)
        for minute in range(6):
            time_ns = START_NS + minute * MINUTE_NS
            ledger.submit([Record("scan", time_ns + k, chance.randbytes(5000), input=True) for k in range(40)])
        clock.pass_s(600)
        ledger.submit([scan(clock())]).result()
        ledger.keep()
        reader = ledger.reader()
        total = sum(segment.bytes for segment in reader.segments())
        reader.close()
    with open_ledger(tmp_path, clock, retention=Retention(bytes_max=total - 1)) as ledger:
        ledger.keep()
        reader = ledger.reader()
        assert [segment.deleted for segment in reader.segments()] == [40, 0, 0, 0, 0, 0]
        assert sum(segment.bytes for segment in reader.segments()) < total
        reader.close()
    assert verify.verify(tmp_path).whole


def test_old_dumps_are_thinned_to_one_an_hour_and_the_first_after_a_start(tmp_path: Path) -> None:
    clock = Clock(START_NS + 50 * MINUTE_NS)  # 15:57
    with open_ledger(tmp_path, clock) as ledger:
        fill(ledger, clock, minutes=6, per_minute=1)
    with open_ledger(tmp_path, clock, retention=Retention(dump_days=MINUTE_DAYS)) as ledger:
        fill(ledger, clock, minutes=6, per_minute=1)
        ledger.keep()
        reader = ledger.reader()
        dumps = [
            (entry.time_ns - START_NS) // MINUTE_NS for entry in reader.entries() if entry.kind == "dump" and entry.body
        ]
        assert dumps == [50, 53, 56, 61]  # after a start, 16:00, after a start, too young
        found = reader.last_dump_before(START_NS + 59 * MINUTE_NS)
        assert found is not None
        assert found.time_ns == START_NS + 56 * MINUTE_NS
        assert all(entry.body for entry in reader.entries() if entry.kind == "scan")
        head = ledger.head()
        ledger.keep()  # once is enough
        assert ledger.head() == head
        reader.close()
    assert verify.verify(tmp_path).whole


def test_nothing_goes_by_default_on_the_first_day(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock) as ledger:
        fill(ledger, clock, minutes=3)
        ledger.keep()
    assert verify.verify(tmp_path).deleted == 0


def test_a_body_that_went_although_something_rests_on_it_is_found(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock, retention=Retention(days=MINUTE_DAYS)) as ledger:
        fill(ledger, clock, minutes=3)
        ledger.keep()
    gone = next(number for number, entry in bodies(tmp_path).items() if entry.body is None)
    connection = apsw.Connection(str(tmp_path / format.STORE))
    connection.execute("INSERT INTO pins VALUES(99, ?, ?)", (gone, gone))
    connection.close()
    fault = verify.verify(tmp_path).fault
    assert fault is not None
    assert fault.number == gone
    assert "entry 99 rests on" in fault.what


def test_an_entry_keeps_its_time_of_a_second_ago(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock) as ledger:
        done = ledger.submit([scan(clock() - SECOND_NS)]).result()
    assert bodies(tmp_path)[done.last].time_ns == START_NS - SECOND_NS
