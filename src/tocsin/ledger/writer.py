"""The one thread that writes: group commit, the outbox in the same transaction, and what happens when the disk is full.

Records that come within 10 ms (or 1,000 of them) are one transaction with one fsync; only after its commit do futures
resolve. When SQLite finds no room, inputs are refused and counted, the reserve is given up piece by piece, and
decisions still go. Any other fault of the store stops the writer: after a failed fsync nobody knows what the disk
holds, so the only safe way on is a restart that reads the ledger again.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

import apsw

from tocsin.errors import LedgerError, LedgerFull
from tocsin.ledger import chain
from tocsin.ledger.disk.reserve import Reserve
from tocsin.ledger.plan import Committed, Lost, Plan, Record, Statement, check


@dataclass(frozen=True, slots=True)
class Limits:
    """The writer's numbers."""

    group_s: float = 0.010  # bounds the fsyncs to 100 a second; each writes about 20 kB of pages again
    group_records: int = 1000
    waiting_records_max: int = 50_000  # then `submit` waits: back-pressure, never a silent drop
    waiting_bytes_max: int = 256_000_000
    reserve_bytes: int = 64_000_000  # decisions of many hours
    retry_s: float = 5.0  # how often a full disk is asked again
    checkpoint_pages: int = 4000  # 16 MB of log: fewer, larger copies into the database
    trim_rows: int = 300  # sealed rows deleted in one commit: few, because live entries wait for it


@dataclass(slots=True)
class _Batch:
    records: Sequence[Record]
    also: Sequence[Statement]
    done: "Future[Committed]" = field(default_factory=Future)


class Writer:
    """Owns the writing connection. `clock` gives the time of the entries that the writer itself makes."""

    def __init__(
        self,
        connection: apsw.Connection,
        head: chain.Head,
        reserve: Reserve,
        clock: Callable[[], int],
        limits: Limits,
    ) -> None:
        self.head = head
        self.full = False
        self.refused = 0
        self.commits = 0
        self.trouble = ""
        self._connection = connection
        self._reserve = reserve
        self._clock = clock
        self._limits = limits
        self._trim_to = self._trimmed = 0
        self._unsaid = Lost()  # refused since the last commit: said in the next one
        self._asked_s = 0.0
        self._queue: deque[_Batch] = deque()
        self._waiting_records = 0
        self._waiting_bytes = 0
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def submit(self, records: Sequence[Record], also: Sequence[Statement] = ()) -> "Future[Committed]":
        """Queue records for one transaction. Waits while the queue is at its limit. Raises LedgerError when stopped.

        The future fails with LedgerFull when all of it was refused, and with LedgerError when the store failed.
        """
        for record in records:
            check(record)
        batch = _Batch(records, also)
        batch.done.set_running_or_notify_cancel()  # what is queued will be written
        with self._changed:
            while self._over_limit() and not self.trouble:
                self._changed.wait()
            if self.trouble or self._closing:
                raise LedgerError(self.trouble or "the ledger is closed: open it again to write")
            self._queue.append(batch)
            self._count(batch, 1)
            self._changed.notify_all()
        return batch.done

    def waiting(self) -> int:
        """How many records are not durable yet."""
        return self._waiting_records

    def trim(self, last: int) -> None:
        """Delete the rows up to `last`, which are sealed in files: a few in each commit."""
        with self._changed:
            self._trim_to = max(self._trim_to, last)
            self._changed.notify_all()

    def trimming(self) -> bool:
        """Are there rows left that are sealed in files already?"""
        return self._trimmed < self._trim_to and not self.trouble

    def close(self) -> None:
        """Commit what is queued, then end the thread and close the connection."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        try:
            self._connection.close()
        except apsw.FullError:
            pass  # the log could not be copied into the database; what was committed is in the log
        except apsw.Error:
            if not self.trouble:  # a disk that failed may fail once more
                raise

    def _over_limit(self) -> bool:
        limits = self._limits
        return self._waiting_records >= limits.waiting_records_max or self._waiting_bytes >= limits.waiting_bytes_max

    def _count(self, batch: _Batch, sign: int) -> None:
        self._waiting_records += sign * len(batch.records)
        self._waiting_bytes += sign * sum(len(record.body) for record in batch.records)

    def _run(self) -> None:
        while (group := self._collect()) is not None:
            try:
                self._commit(group)
            except Exception as error:  # noqa: BLE001 - whatever it is, the writer may not go on and must say so
                self._stop(group, error)
                return

    def _collect(self) -> list[_Batch] | None:
        """The batches of the next transaction; none when only sealed rows wait to be deleted; None to end."""
        limits = self._limits
        with self._changed:
            while not self._queue and not self._closing and not self.trimming():
                self._changed.wait()
            if not self._queue:
                return None if self._closing else []
            until_s = time.monotonic() + limits.group_s
            while self._waiting_records < limits.group_records and not self._closing:
                left_s = until_s - time.monotonic()
                if left_s <= 0 or not self._changed.wait(left_s):
                    break
            group: list[_Batch] = []
            taken = 0
            while self._queue and (not group or taken + len(self._queue[0].records) <= limits.group_records):
                group.append(self._queue.popleft())
                taken += len(group[-1].records)
            return group

    def _commit(self, group: list[_Batch]) -> None:
        if self.full:
            self._ask_again()
        while True:
            plan = Plan(self.head, self._unsaid, self._clock, refuse=self.full)
            results = [plan.add(batch.records, batch.also) for batch in group]
            try:
                self._transact(plan)
            except apsw.FullError:
                # First the inputs go, then the reserve, an eighth at a time.
                if self.full and not self._reserve.shrink():
                    self._give_up(group)
                    return
                self.full = True
            else:
                break
        self.head = plan.head()
        self.refused += plan.refused
        self._unsaid = plan.unsaid
        self.commits += 1
        self._release(group)
        for batch, result in zip(group, results, strict=True):
            if result.refused and not result.last:
                batch.done.set_exception(
                    LedgerFull(f"the disk is full: {result.refused} inputs were refused. Free room on it")
                )
            else:
                batch.done.set_result(result)

    def _transact(self, plan: Plan) -> None:
        connection = self._connection
        trim_to = min(self._trim_to, self._trimmed + self._limits.trim_rows)
        connection.execute("BEGIN IMMEDIATE")
        try:
            plan.write(connection)
            if self._trimmed < trim_to:
                connection.execute("DELETE FROM entries WHERE number <= ?", (trim_to,))
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            elif isinstance(error, apsw.FullError) and self._is_written(plan):
                return  # committed: only its log could not be copied into the database, which is tried again
            raise
        self._trimmed = trim_to

    def _is_written(self, plan: Plan) -> bool:
        """A commit may tell of a full disk after it was done. To write its entries again would stop the ledger."""
        last = plan.head().number
        query = "SELECT 1 FROM entries WHERE number = ?"
        return last > self.head.number and self._connection.execute(query, (last,)).fetchone() is not None

    def _ask_again(self) -> None:
        now_s = time.monotonic()
        if now_s - self._asked_s >= self._limits.retry_s:
            self._asked_s = now_s
            self.full = not self._reserve.grow()

    def _give_up(self, group: list[_Batch]) -> None:
        for batch in group:
            self.refused += sum(record.input for record in batch.records)
        self._release(group)
        for batch in group:
            message = "the disk is full and the reserve is used up: not even a decision was kept. Free room on it now"
            batch.done.set_exception(LedgerFull(message))

    def _release(self, group: list[_Batch]) -> None:
        with self._changed:
            for batch in group:
                self._count(batch, -1)
            self._changed.notify_all()

    def _stop(self, group: list[_Batch], error: Exception) -> None:
        with self._changed:
            self.trouble = (
                f"the ledger stopped: {error}. Restart tocsin: it reads the ledger again and goes on from there"
            )
            failed = [*group, *self._queue]
            self._queue.clear()
            self._waiting_records = self._waiting_bytes = 0
            self._changed.notify_all()
        for batch in failed:
            if not batch.done.done():
                batch.done.set_exception(LedgerError(self.trouble))
