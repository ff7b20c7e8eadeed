"""Verification names the first entry that does not fit, whoever changed what."""

import json
import threading
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path

import apsw
import pytest

from tests.ledgers.disks import copy
from tests.ledgers.evidence import Clock, fill, open_ledger, scan
from tocsin.ledger import archive, chain, verify
from tocsin.ledger.chain import Fault, Head
from tocsin.ledger.disk import format
from tocsin.ledger.reader import Reader

# The same entry once more, under the next number.
COPY = """INSERT INTO entries SELECT :number + 1, time_ns, kind, format, body_sha256, hash, body
    FROM entries WHERE number = :number"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with two segments and some rows."""
    folder = tmp_path_factory.mktemp("whole") / "ledger"
    clock = Clock()
    with open_ledger(folder, clock) as ledger:
        fill(ledger, clock, minutes=2)
        ledger.keep()
        fill(ledger, clock, minutes=1)
        ledger.submit([scan(clock())])
    return folder


@pytest.fixture
def ledger(whole: Path, tmp_path: Path) -> Path:
    return copy(whole, tmp_path / "ledger")


def head_of(folder: Path) -> Head:
    reader = Reader(folder)
    head = reader.head()
    reader.close()
    return head


def row_in_database(folder: Path) -> int:
    """The number of a scan that is not sealed."""
    reader = Reader(folder)
    number = next(row[0] for row in reader.rows(reader.sealed() + 3) if row[2] == "scan")
    reader.close()
    return int(number)


def change(folder: Path, *statements: str, **values: int | str) -> None:
    """Write to the store as somebody would who has the right to."""
    connection = apsw.Connection(str(folder / format.STORE))
    for statement in statements:
        connection.execute(statement, values)
    connection.close()


def fault_of(folder: Path, heads: tuple[Head, ...] = ()) -> Fault:
    report = verify.verify(folder, heads)
    assert not report.whole
    assert any(line.startswith("BROKEN at entry ") for line in report.lines())
    assert report.fault is not None
    return report.fault


def test_a_whole_ledger_verifies_and_says_what_it_could_not_see(whole: Path) -> None:
    seen: list[tuple[int, int]] = []
    report = verify.verify(whole, progress=lambda done, total: seen.append((done, total)))
    assert report.whole
    assert report.entries == head_of(whole).number
    assert report.segments == 2
    assert seen[-1] == (report.entries, report.entries)
    said = "\n".join(report.lines())
    assert "the chain is whole up to 2025-06-15T15:10:00.000000000Z" in said
    assert "no head from outside was given" in said


@pytest.mark.parametrize(
    "edit",
    [
        "time_ns = time_ns + 1",
        "kind = 'tick'",
        "kind = CAST(x'ff' AS TEXT)",
        "format = 2",
        "body = x'00'",
        "body = NULL",
        "body_sha256 = zeroblob(32)",
        "hash = zeroblob(32)",
        "hash = zeroblob(3)",
    ],
)
def test_an_edit_is_named(ledger: Path, edit: str) -> None:
    number = row_in_database(ledger)
    change(ledger, f"UPDATE entries SET {edit} WHERE number = :number", number=number)  # noqa: S608 - ours
    assert fault_of(ledger).number == number


def test_an_edit_with_its_digest_is_named(ledger: Path) -> None:
    number = row_in_database(ledger)
    digest = sha256(b"\0").hexdigest()
    edit = "UPDATE entries SET body = x'00', body_sha256 = unhex(:digest) WHERE number = :number"
    change(ledger, edit, digest=digest, number=number)
    fault = fault_of(ledger)
    assert (fault.number, fault.kind) == (number, "scan")
    assert "does not follow" in fault.what


def test_an_edit_with_every_later_hash_needs_a_head_from_outside(ledger: Path) -> None:
    outside = head_of(ledger)
    number = row_in_database(ledger)
    reader = Reader(ledger)
    before, rows = reader.hash_of(number - 1), list(reader.rows(number))
    reader.close()
    connection = apsw.Connection(str(ledger / format.STORE))
    for row in rows:
        body = b"forged" if row[0] == number else row[6] or b""
        digest = sha256(body).digest()
        before = chain.link(before, *row[:4], digest)
        connection.execute(
            "UPDATE entries SET body=?, body_sha256=?, hash=? WHERE number=?", (body, digest, before, row[0])
        )
    connection.close()
    (ledger / format.HEAD).unlink()
    assert verify.verify(ledger).whole
    fault = fault_of(ledger, (outside,))
    assert fault.number == outside.number
    assert "history was rewritten" in fault.what


def test_a_deleted_entry_is_named(ledger: Path) -> None:
    number = row_in_database(ledger)
    change(ledger, "DELETE FROM entries WHERE number = :number", number=number)
    fault = fault_of(ledger)
    assert fault.number == number
    assert "missing" in fault.what


def test_a_deletion_that_is_closed_up_is_named(ledger: Path) -> None:
    number = row_in_database(ledger)
    change(
        ledger,
        "DELETE FROM entries WHERE number = :number",
        "UPDATE entries SET number = -number WHERE number > :number",
        "UPDATE entries SET number = -number - 1 WHERE number < 0",
        number=number,
    )
    assert fault_of(ledger).number == number


def test_two_entries_that_changed_places_are_named(ledger: Path) -> None:
    number = row_in_database(ledger)
    change(
        ledger,
        "UPDATE entries SET number = 0 WHERE number = :number",
        "UPDATE entries SET number = :number WHERE number = :number + 1",
        "UPDATE entries SET number = :number + 1 WHERE number = 0",
        number=number,
    )
    assert fault_of(ledger).number == number


def test_an_inserted_entry_is_named(ledger: Path) -> None:
    number = row_in_database(ledger)
    change(
        ledger,
        "UPDATE entries SET number = -number - 1 WHERE number > :number",
        "UPDATE entries SET number = -number WHERE number < 0",
        COPY,
        number=number,
    )
    assert fault_of(ledger).number == number + 1


def test_an_entry_after_the_end_is_named(ledger: Path) -> None:
    last = head_of(ledger).number
    change(ledger, COPY, number=last)
    assert fault_of(ledger).number == last + 1


def test_a_cut_end_is_named_with_a_head_from_outside(ledger: Path) -> None:
    outside = head_of(ledger)
    change(ledger, "DELETE FROM entries WHERE number > :number", number=outside.number - 3)
    fault = fault_of(ledger)  # the head inside the folder shows the careless
    assert fault.number == outside.number - 2
    (ledger / format.HEAD).unlink()
    assert verify.verify(ledger).whole  # and nothing inside shows the careful: the report says so
    fault = fault_of(ledger, (outside,))
    assert fault.number == outside.number - 2
    assert f"names entry {outside.number}" in fault.what


def test_another_ledger_in_its_place_is_named(ledger: Path, tmp_path: Path) -> None:
    open_ledger(tmp_path / "other").close()
    fault = fault_of(tmp_path / "other", (head_of(ledger),))
    assert "belongs to ledger" in fault.what


def first_segment(folder: Path) -> archive.Segment:
    reader = Reader(folder)
    segment = reader.segments()[0]
    reader.close()
    return segment


def test_a_body_changed_in_a_file_is_named(ledger: Path) -> None:
    segment = first_segment(ledger)
    rows = archive.read(ledger, segment)
    number, time_ns, kind, form, digest, kept, _ = rows[7]
    rows[7] = (number, time_ns, kind, form, digest, kept, b"forged")
    (ledger / segment.file).write_bytes(archive.encode(rows))
    fault = fault_of(ledger)
    assert (fault.number, fault.time_ns, fault.kind) == (number, time_ns, kind)
    assert segment.file in fault.what


def test_a_file_that_cannot_be_read_any_more_is_named(ledger: Path) -> None:
    segment = first_segment(ledger)
    (ledger / segment.file).write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    fault = fault_of(ledger)
    assert (fault.number, fault.kind) == (segment.first, format.SEGMENT)
    assert "no entry in it can be read" in fault.what


def test_a_bit_that_changes_no_entry_is_named_too(ledger: Path) -> None:
    segment = first_segment(ledger)
    rows = archive.read(ledger, segment)
    (ledger / segment.file).write_bytes(archive.encode([*rows[:-1], rows[-1]]) + b"")
    assert verify.verify(ledger).whole  # the same bytes again
    data = (ledger / segment.file).read_bytes()
    (ledger / segment.file).write_bytes(data.replace(b"parquet-rs", b"parquet-RS"))
    assert "though each entry in it still fits" in fault_of(ledger).what


def test_a_missing_file_is_named(ledger: Path) -> None:
    segment = first_segment(ledger)
    (ledger / segment.file).unlink()
    fault = fault_of(ledger)
    assert fault.number == segment.first
    assert "cannot be read" in fault.what


def replace_file(folder: Path, rows: list[chain.Row]) -> archive.Segment:
    """Put a forged file and its true digest into the index, as somebody with the right to write could."""
    old = first_segment(folder)
    new = archive.write(folder, rows, generation=9)
    change(
        folder,
        "UPDATE segments SET file = :file, sha256 = :sha256, last_hash = :last_hash, last = :last WHERE first = :first",
        **asdict(new) | {"first": old.first},
    )
    return new


def test_a_file_that_no_entry_names_is_named(ledger: Path) -> None:
    rows = archive.read(ledger, first_segment(ledger))
    number, time_ns, kind, form, _, kept, body = rows[7]
    rows[7] = (number, time_ns, kind, form, sha256(body or b"").digest(), kept, None)  # a body deleted in silence
    new = replace_file(ledger, rows)
    fault = fault_of(ledger)
    assert fault.number == new.first
    assert "no entry names" in fault.what


def test_a_file_that_ends_early_is_named(ledger: Path) -> None:
    rows = archive.read(ledger, first_segment(ledger))
    replace_file(ledger, rows[:-2])
    assert fault_of(ledger).number == rows[-2][0]


def test_a_file_that_is_gone_from_the_index_is_named(ledger: Path) -> None:
    change(ledger, "DELETE FROM segments WHERE first = 1")
    fault = fault_of(ledger)
    assert fault.number == 1


def test_an_index_that_lies_about_a_range_is_named(ledger: Path) -> None:
    change(ledger, "UPDATE segments SET first = 0 WHERE first = 1")
    assert fault_of(ledger).number == 1
    change(ledger, "UPDATE segments SET first = 1, last = last + 1 WHERE first = 0")
    assert not verify.verify(ledger).whole


def test_a_running_ledger_verifies(tmp_path: Path) -> None:
    clock = Clock()

    def write() -> None:
        for _ in range(20):
            fill(running, clock, minutes=1)
            running.keep()

    with open_ledger(tmp_path, clock) as running:
        thread = threading.Thread(target=write)
        thread.start()
        reports = [verify.verify(tmp_path)]
        while thread.is_alive():
            reports.append(verify.verify(tmp_path))
        thread.join()
        reports.append(verify.verify(tmp_path))
    assert [report.fault for report in reports if report.fault] == []
    assert reports[-1].segments == 20


def test_rows_that_move_to_files_while_they_are_verified_are_read_there(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock) as running:
        fill(running, clock, minutes=4, per_minute=200)  # more than are read at once
        seen: list[int] = []

        def seal_once(done: int, _total: int) -> None:
            if not seen:
                running.keep()
            seen.append(done)

        report = verify.verify(tmp_path, progress=seal_once)
        assert report.fault is None
        assert report.segments == 4
        assert report.entries == running.head().number
        assert seen != sorted(seen)  # it went back once


def test_heads_are_read_from_a_file_with_one_on_each_line(whole: Path, tmp_path: Path) -> None:
    head = head_of(whole)
    earlier = replace(head, number=1, hash=next(iter(Reader(whole).entries())).hash)
    (tmp_path / "heads").write_text(earlier.text() + head.text() + "\n")
    heads = verify.read_heads(tmp_path / "heads")
    assert heads == [earlier, head]
    report = verify.verify(whole, heads)
    assert report.whole
    assert "compared with 2 heads" in "\n".join(report.lines())
    assert json.loads((whole / format.HEAD).read_text())["ledger"] == head.ledger


@pytest.mark.parametrize(
    ("time_ns", "words"),
    [
        (0, "1970-01-01T00:00:00.000000000Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (2**63 - 1, "2262-04-11T23:47:16.854775807Z"),
    ],
)
def test_a_time_is_shown_with_all_its_nanoseconds(time_ns: int, words: str) -> None:
    assert verify.when(time_ns) == words
