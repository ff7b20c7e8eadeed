"""What goes in is durable and comes out; who else writes is refused."""

import threading
from pathlib import Path

import apsw
import pytest

from tests.ledgers.disks import BadDisk
from tests.ledgers.evidence import FINGERPRINT, SECOND_NS, SMALL, START_NS, Clock, fill, open_ledger, scan
from tocsin.errors import BrokenChain, LedgerError, NewerLedger
from tocsin.ledger import verify
from tocsin.ledger.disk import format
from tocsin.ledger.plan import Outgoing, Record
from tocsin.ledger.reader import Reader
from tocsin.ledger.writer import Limits


def test_a_submission_gets_numbers_in_a_row_and_can_be_read(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        done = ledger.submit([scan(START_NS), Record("notice", START_NS + 1, b"words", format=3)]).result()
        reader = ledger.reader()
        first, second = reader.entries(done.first, done.last)
        assert (first.kind, second.kind, second.format, second.body) == ("scan", "notice", 3, b"words")
        assert second.before == first.hash
        assert second.number == first.number + 1 == done.last
        assert ledger.head().hash == second.hash == reader.head().hash
        reader.close()


def test_the_first_entry_is_the_fingerprint_of_the_start(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.submit([scan(START_NS)])
    with open_ledger(tmp_path) as ledger:
        reader = ledger.reader()
        assert [(entry.number, entry.kind) for entry in reader.entries()] == [(1, "start"), (2, "scan"), (3, "start")]
        assert reader.entry(1).body == FINGERPRINT
        assert reader.last_start_before(2) == reader.entry(1)
        reader.close()


def test_a_future_resolves_only_when_another_connection_sees_the_rows(tmp_path: Path) -> None:
    seen: list[bool] = []
    with open_ledger(tmp_path) as ledger:
        reader = ledger.reader()
        for k in range(50):
            future = ledger.submit([scan(START_NS + k)])
            future.add_done_callback(lambda done: seen.append(reader.head().number >= done.result().last))
        ledger.submit([]).result()
    reader.close()
    assert seen == [True] * 50


def test_many_threads_write_one_linear_chain(tmp_path: Path) -> None:
    def write(ledger_threads: int) -> None:
        for k in range(100):
            ledger.submit([scan(START_NS + k, str(ledger_threads)), Record("notice", START_NS + k, b"")])

    with open_ledger(tmp_path) as ledger:
        threads = [threading.Thread(target=write, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    report = verify.verify(tmp_path)
    assert report.whole
    assert report.entries == 1 + 4 * 200
    reader = Reader(tmp_path)
    kinds = [entry.kind for entry in reader.entries(2)]
    assert kinds == ["scan", "notice"] * 400  # a submission is never torn apart
    reader.close()


def test_records_that_come_together_share_a_commit(tmp_path: Path) -> None:
    with open_ledger(tmp_path, limits=Limits(group_s=1.0, group_records=300, reserve_bytes=0)) as ledger:
        before = ledger.status().commits
        futures = [ledger.submit([scan(START_NS + k)]) for k in range(300)]
        assert futures[-1].result().last == 301
        assert ledger.status().commits == before + 1


def test_what_is_to_be_sent_waits_in_the_outbox_until_its_receipt(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        alert = Record("alert", START_NS, b"<alert/>", outbox=(Outgoing("a1", "log"), Outgoing("a2", "mqtt")))
        number = ledger.submit([alert]).result().last
        ledger.submit([Record("alert", START_NS, b"again", outbox=(Outgoing("a1", "log"),))]).result()
        reader = ledger.reader()
        assert [(row.key, row.channel, row.entry) for row in reader.waiting_outbox()] == [
            ("a1", "log", number),
            ("a2", "mqtt", number),
        ]
        assert reader.entry(number).body == b"<alert/>"
        ledger.submit([Record("receipt", START_NS, b"ok", settles="a1")]).result()
        assert [row.key for row in reader.waiting_outbox()] == ["a2"]
        reader.close()


@pytest.mark.parametrize("sealed", [False, True])
def test_a_slider_finds_its_items_and_the_dump_before_them(tmp_path: Path, sealed: bool) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock) as ledger:
        kept = fill(ledger, clock, minutes=4)
        if sealed:
            ledger.keep()
        reader = ledger.reader()
        start, end = START_NS + 95 * SECOND_NS, START_NS + 160 * SECOND_NS
        found = [(entry.kind, entry.time_ns) for entry in reader.items_between(start, end)]
        wanted = [(r.kind, r.time_ns) for r in kept if start <= r.time_ns < end and r.kind in {"scan", "tick"}]
        assert found == wanted
        assert len(found) == 12
        dump = reader.last_dump_before(start)
        assert dump is not None
        assert dump.time_ns == START_NS + 60 * SECOND_NS
        assert reader.last_dump_before(START_NS - 1) is None
        assert list(reader.items_between(0, START_NS)) == []
        assert list(reader.items_between(end, start)) == []
        assert [entry.kind for entry in reader.items_between(start, end, kinds=("digest",))] == ["digest"] * 6
        bounds = reader.bounds()
        assert (bounds.first, bounds.first_ns, bounds.whole_ns) == (1, START_NS, START_NS)
        assert (bounds.last, bounds.last_ns) == (ledger.head().number, clock.now_ns)
        reader.close()


def test_reading_goes_on_while_rows_move_to_files(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock) as ledger:
        fill(ledger, clock, minutes=20)
        reader = ledger.reader()
        entries = reader.entries()
        numbers = [next(entries).number for _ in range(10)]
        ledger.keep()
        numbers += [entry.number for entry in entries]
        assert numbers == list(range(1, ledger.head().number + 1))
        reader.close()


def test_an_empty_number_is_an_error_with_words(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        reader = ledger.reader()
        with pytest.raises(LedgerError, match="no entry 99"):
            reader.entry(99)
        reader.close()


def test_only_one_process_writes(tmp_path: Path) -> None:
    with open_ledger(tmp_path), pytest.raises(LedgerError, match="written by another process"):
        open_ledger(tmp_path)
    open_ledger(tmp_path).close()


def test_a_folder_that_cannot_be_made_is_an_error_with_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LedgerError, match="this user may write in"):
        open_ledger(tmp_path / "file" / "ledger")


def test_a_folder_without_a_ledger_is_an_error_with_words(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="holds no ledger"):
        Reader(tmp_path)


def test_a_file_that_is_no_ledger_is_an_error_with_words(tmp_path: Path) -> None:
    (tmp_path / format.STORE).write_bytes(b"this is no database at all" * 100)
    with pytest.raises(LedgerError, match="cannot be read"):
        open_ledger(tmp_path)


def test_another_database_is_an_error_with_words(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / format.STORE))
    connection.execute("CREATE TABLE other(a)")
    connection.close()
    with pytest.raises(LedgerError, match="no ledger that can be read"):
        open_ledger(tmp_path)


def test_a_newer_ledger_names_the_version_to_install(tmp_path: Path) -> None:
    open_ledger(tmp_path).close()
    connection = apsw.Connection(str(tmp_path / format.STORE))
    connection.execute("UPDATE about SET value = '9' WHERE name = 'format'")
    connection.execute("UPDATE about SET value = '4.2.0' WHERE name = 'needs'")
    connection.close()
    for use in (open_ledger, Reader, verify.verify):
        with pytest.raises(NewerLedger, match=r"Install tocsin 4\.2\.0 or newer"):
            use(tmp_path)


def test_nothing_is_built_on_a_broken_end(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.submit([scan(START_NS + k) for k in range(20)])
    connection = apsw.Connection(str(tmp_path / format.STORE))
    connection.execute("UPDATE entries SET body = x'00' WHERE number = 15")
    connection.close()
    with pytest.raises(BrokenChain, match="entry 15 "):
        open_ledger(tmp_path)


@pytest.mark.parametrize(
    "record",
    [
        Record("", 0, b""),
        Record("k" * 65, 0, b""),
        Record("scan", 2**63, b""),
        Record("scan", 1.5, b""),  # type: ignore[arg-type]
        Record("scan", 0, "text"),  # type: ignore[arg-type]
        Record("scan", 0, b"", format=2**31),
        Record(None, 0, b""),  # type: ignore[arg-type]
    ],
)
def test_a_record_that_cannot_be_kept_is_refused_at_once_and_harms_no_other(tmp_path: Path, record: Record) -> None:
    with open_ledger(tmp_path) as ledger:
        with pytest.raises(LedgerError, match="cannot be kept"):
            ledger.submit([scan(START_NS), record])
        assert ledger.submit([scan(START_NS)]).result().last == 2


def test_submitting_waits_while_too_much_is_queued_and_loses_nothing(tmp_path: Path) -> None:
    limits = Limits(waiting_records_max=10, reserve_bytes=0)
    with open_ledger(tmp_path, limits=limits) as ledger:
        most = 0
        for k in range(300):
            ledger.submit([scan(START_NS + k)])
            most = max(most, ledger.status().waiting)
        assert ledger.submit([scan(START_NS)]).result().last == 302
        assert most <= 11


def test_a_closed_ledger_says_so(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.close()
    with pytest.raises(LedgerError, match="closed"):
        ledger.submit([scan(START_NS)])


def test_closing_makes_durable_what_was_submitted(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    futures = [ledger.submit([scan(START_NS + k)]) for k in range(500)]
    ledger.close()
    assert all(future.done() for future in futures)
    assert verify.verify(tmp_path).entries == 501


def test_a_closed_ledger_is_one_plain_file_and_its_segments(tmp_path: Path) -> None:
    open_ledger(tmp_path).close()
    assert {path.name for path in tmp_path.iterdir()} == {"ledger.sqlite", "head", "lock", "reserve"}


def test_a_waiter_that_gives_up_stops_nothing(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        future = ledger.submit([scan(START_NS)])
        assert not future.cancel()
        assert future.result().last == 2


def test_a_disk_that_fails_stops_the_writer_and_says_so(tmp_path: Path) -> None:
    disk = BadDisk("bad")
    ledger = open_ledger(tmp_path, vfs="bad", limits=SMALL)
    kept = ledger.submit([scan(START_NS)]).result()
    disk.bad = True
    with pytest.raises(LedgerError, match="stopped"):
        ledger.submit([scan(START_NS)]).result()
    with pytest.raises(LedgerError, match="Restart tocsin"):
        ledger.submit([scan(START_NS)])
    assert "stopped" in ledger.status().trouble
    ledger.close()
    disk.bad = False
    with open_ledger(tmp_path) as again:
        assert again.head().number == kept.last + 1
    assert verify.verify(tmp_path).whole


def test_housekeeping_runs_by_itself_and_its_trouble_is_shown(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock, keep_s=0.01) as ledger:
        fill(ledger, clock, minutes=3)
        reader = ledger.reader()
        waiting = threading.Event()
        while not (reader.segments() and (tmp_path / format.HEAD).exists()):
            waiting.wait(0.01)
        (tmp_path / format.SEGMENTS).rename(tmp_path / "elsewhere")
        (tmp_path / format.SEGMENTS).write_text("in the way")
        fill(ledger, clock, minutes=3)
        while not ledger.status().trouble:
            waiting.wait(0.01)
        assert "sealing" in ledger.status().trouble
        (tmp_path / format.SEGMENTS).unlink()
        (tmp_path / "elsewhere").rename(tmp_path / format.SEGMENTS)
        while ledger.status().trouble:
            waiting.wait(0.01)
        reader.close()
    assert verify.verify(tmp_path).whole
