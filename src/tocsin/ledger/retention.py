"""Deleting bodies whose time to be kept is over, without breaking the chain or what rests on them.

Only sealed entries are touched. A segment is written again without the bodies that go (their digests stay), an entry
says what went and why, and only then is the old file removed. What an alert, an order or an incident rests on is pinned
(`Record.rests_on`) and stays; so does every entry that is a decision.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from tocsin.ledger import archive
from tocsin.ledger.archive import Segment
from tocsin.ledger.chain import Row
from tocsin.ledger.disk import format
from tocsin.ledger.disk.durable import Step, nothing, sync_folder
from tocsin.ledger.plan import Record, Statement
from tocsin.ledger.reader import Reader
from tocsin.settings import Retention

DAY_NS = 86_400_000_000_000
HOUR_NS = 3_600_000_000_000
# What may go. A kind that is not named here is kept for ever: forgetting one must not destroy evidence.
DELETABLE = ("scan", "tick", "digest", "picture", "health", format.DUMP)
THINNED, DELETED = 1, 2  # how far a segment was swept: its dumps thinned to one an hour, its bodies deleted

Commit = Callable[[Sequence[Record], Sequence[Statement]], None]


class Sweep:
    """One round over the segments. `commit` makes records and index changes durable in one transaction."""

    def __init__(self, folder: Path, reader: Reader, commit: Commit, now_ns: int, step: Step = nothing) -> None:
        self._folder = folder
        self._reader = reader
        self._commit = commit
        self._now_ns = now_ns
        self._step = step

    def run(self, policy: Retention) -> int:
        """Delete what is due. Returns how many bodies went."""
        self.remove_old_files()
        gone = 0
        for segment in self._due("to_ns < ? AND swept < ?", self._now_ns - int(policy.days * DAY_NS), DELETED):
            gone += self._rewrite(segment, DELETED, f"older than {policy.days:g} days")
        for segment in self._due("to_ns < ? AND swept < ?", self._now_ns - int(policy.dump_days * DAY_NS), THINNED):
            gone += self._rewrite(segment, THINNED, f"one dump an hour after {policy.dump_days:g} days")
        if policy.bytes_max:
            gone += self._make_room(policy.bytes_max)
        return gone

    def remove_old_files(self) -> None:
        """Remove files that others replaced: after a sweep, and after a crash in one."""
        for first, file in self._reader.ask("SELECT first, old_file FROM segments WHERE old_file != ''"):
            path = self._folder / file
            path.unlink(missing_ok=True)
            sync_folder(path.parent)
            self._commit((), [("UPDATE segments SET old_file = '' WHERE first = ?", (first,))])

    def _due(self, where: str, *values: int) -> list[Segment]:
        return self._reader.segments(f"WHERE {where}", *values)

    def _make_room(self, bytes_max: int) -> int:
        """Oldest first, until all segments together are no larger than `bytes_max`."""
        gone = 0
        for segment in self._due("swept < ?", DELETED):
            if sum(each.bytes for each in self._reader.segments()) <= bytes_max:
                break
            gone += self._rewrite(segment, DELETED, f"more than {bytes_max} bytes were kept")
        return gone

    def _rewrite(self, segment: Segment, level: int, reason: str) -> int:
        rows = archive.read(self._folder, segment)
        going = self._going(segment, rows, level)
        swept: Statement = ("UPDATE segments SET swept = ? WHERE first = ?", (level, segment.first))
        if not going:
            self._commit((), [swept])
            return 0
        left = [_without_body(row) if row[0] in going else row for row in rows]
        new = archive.write(self._folder, left, generation=level, step=self._step)
        said = asdict(new) | {"before_sha256": segment.sha256, "went": dict(Counter(going.values())), "reason": reason}
        sql = "UPDATE segments SET file = ?, sha256 = ?, bytes = ?, deleted = ?, old_file = ? WHERE first = ?"
        replaced: Statement = (sql, (new.file, new.sha256, new.bytes, new.deleted, segment.file, new.first))
        no_dumps: list[Statement] = [
            ("DELETE FROM marks WHERE number = ?", (number,)) for number, kind in going.items() if kind == format.DUMP
        ]
        record = Record(format.RETENTION, self._now_ns, json.dumps(said).encode())
        self._commit([record], [swept, replaced, *no_dumps])
        self._step("committed")
        self.remove_old_files()
        self._step("removed")
        return len(going)

    def _going(self, segment: Segment, rows: Sequence[Row], level: int) -> dict[int, str]:
        """Number and kind of the entries whose body goes."""
        kinds: Collection[str] = DELETABLE
        kept = [(first, last) for _, first, last in self._reader.pins(segment.first, segment.last)]
        if level == THINNED:
            kinds = (format.DUMP,)
            kept += [(number, number) for number in self._hourly(segment)]
        return {
            number: kind
            for number, _, kind, _, _, _, body in rows
            if kind in kinds and body is not None and not any(first <= number <= last for first, last in kept)
        }

    def _hourly(self, segment: Segment) -> list[int]:
        """Dumps that thinning leaves: the first of an hour, and where a replay goes on after a start or a leap."""
        query = """SELECT number FROM (
            SELECT number, kind, time_ns, lag(kind) OVER marked AS kind_before, lag(time_ns) OVER marked AS before_ns
            FROM marks WHERE kind IN ('start', 'dump', 'anew') WINDOW marked AS (ORDER BY number))
            WHERE kind = 'dump' AND number BETWEEN ?1 AND ?2
            AND (kind_before IS NOT 'dump' OR time_ns / ?3 != before_ns / ?3)"""
        return [row[0] for row in self._reader.ask(query, segment.first, segment.last, HOUR_NS)]


def _without_body(row: Row) -> Row:
    number, time_ns, kind, form, kept_digest, kept_hash, body = row
    return number, time_ns, kind, form, kept_digest if body is None else sha256(body).digest(), kept_hash, None
