"""Each day the night before is scored, by `tocsin score --ledger` in a process of its own; the page is kept.

A night goes from noon to noon UTC, and is scored once: its page says so, or why it could not be. Who was down at the
hour does it at the next start. The process is the last to get the processor, and the watch does not wait for it.
"""

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from pathlib import Path

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Notice

ASKED_S = 60.0
LONGEST_S = 20 * 3600.0  # before the next night is due
LEAST_NS = 600 * SECOND_NS  # less of a night than this says nothing about it
NICE = 19
MAKING = "score-being-made"  # not among the pages, that nobody is shown half of one
WORDS_MAX = 500
FIGURES = 3  # of the page's first figures, in the notice
NOON = time(12)
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
    "<body><h1>{title}</h1><p>{why}</p><p>By hand: <code>{by_hand}</code></p></body></html>\n"
)


def newest(now: datetime, hour: time) -> date:
    """The newest night that is over and whose hour has come: the day of its evening."""
    today = datetime.combine(now.date(), hour, UTC)
    came = now.date() if now >= today else now.date() - timedelta(days=1)
    return came - timedelta(days=1 if hour >= NOON else 2)


def bounds_ns(night: date) -> tuple[int, int]:
    """From noon of the day to the next noon, UTC."""
    noon = datetime.combine(night, NOON, UTC)
    return round(noon.timestamp()) * SECOND_NS, round((noon + timedelta(days=1)).timestamp()) * SECOND_NS


@dataclass(frozen=True, slots=True)
class SelfScore:
    """`kept_ns`: from when to when the ledger holds something; None while it is not open."""

    ledger: Path
    reports: Path
    hour: time
    pdf: bool
    keep: int  # pages; the oldest go first
    now_ns: Callable[[], int]
    kept_ns: Callable[[], tuple[int, int] | None]
    tell: Callable[[Notice], Awaitable[object]]

    async def run(self) -> None:
        """Look each minute whether a night is due; until cancelled."""
        while True:
            night = newest(datetime.fromtimestamp(self.now_ns() / SECOND_NS, UTC), self.hour)
            if self.holds(night) and not self.page(night).exists():
                await self.score(night)
                self.tidy()
            await asyncio.sleep(ASKED_S)

    def page(self, night: date) -> Path:
        """Where the page of a night lies."""
        return self.reports / f"night-{night}.html"

    def holds(self, night: date) -> bool:
        """Whether the ledger holds enough of it."""
        (begin_ns, end_ns), kept = bounds_ns(night), self.kept_ns()
        return kept is not None and min(end_ns, kept[1]) - max(begin_ns, kept[0]) >= LEAST_NS

    async def score(self, night: date) -> None:
        """Score it, tell of it. Where it cannot be scored the page says why, so that it is not tried for ever."""
        page = self.page(night)
        self.reports.mkdir(parents=True, exist_ok=True)
        making = self.reports.parent / MAKING / page.name
        making.parent.mkdir(exist_ok=True)
        words = ["score", "--ledger", str(self.ledger), "--night", str(night), "-o", str(making)]
        words += ["--pdf"] if self.pdf else []
        code, out, said = await _run(words)
        if code == 0:
            for form in (".json", ".pdf", ".html"):  # the page last: where it is, all of it is
                with contextlib.suppress(FileNotFoundError):
                    making.with_suffix(form).replace(page.with_suffix(form))
            figures = "; ".join(" ".join(line.split()) for line in out.splitlines()[:FIGURES])
            text = f"the night of {night} is scored: {figures}; see {page.name} among the scores"
        else:
            title = f"The night of {night} was not scored"
            why = said.strip()[-WORDS_MAX:] or f"it ended with code {code}"
            by_hand = f"tocsin {' '.join(words).replace(str(making), str(page))}"
            page.write_text(
                PAGE.format(title=escape(title), why=escape(why), by_hand=escape(by_hand)), encoding="utf-8"
            )
            text = f"{title}: {why}"
        shutil.rmtree(making.parent, ignore_errors=True)  # what a try that failed has left as well
        await self.tell(Notice(self.now_ns(), "score", "night", text))

    def tidy(self) -> None:
        """Keep the newest pages alone."""
        nights = sorted(self.reports.glob("night-????-??-??.html"))
        for old in nights[: -self.keep]:
            for form in (".html", ".json", ".pdf"):
                old.with_suffix(form).unlink(missing_ok=True)


async def _run(words: list[str]) -> tuple[int, str, str]:
    """Exit code, what it printed, what it said of errors. It ends with us."""
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", "tocsin", *words, stdout=pipe, stderr=pipe)
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, running.pid, NICE)
    try:
        out, said = await asyncio.wait_for(running.communicate(), LONGEST_S)
    except TimeoutError:
        return 1, "", f"it was not done after {LONGEST_S / 3600:.0f} hours"
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    return running.returncode or 0, out.decode(errors="replace"), said.decode(errors="replace")
