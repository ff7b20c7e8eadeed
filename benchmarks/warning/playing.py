"""Nights that were played: kept whole under .cache/warning, so that a stopped run goes on and a page is made again."""

import os
import pickle
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import tocsin
from benchmarks.warning.stretches import ROOT, STRETCHES, frozen, grid
from tocsin.cluster.night import Job
from tocsin.cluster.warned import Warned, warned
from tocsin.ledger.fingerprint import source_digest
from tocsin.live.warm import use_cache
from tocsin.settings import Alerting

KEPT = ROOT / ".cache/warning"
TICK_S = 2.0  # twice as long as live, so that decisions come up to a second later than they would: half of the cost


@dataclass(slots=True)
class Night:
    """One stretch by all rule files. `code` is a digest of the source that thought."""

    scenario: str
    seed: int
    from_s: float
    until_s: float
    code: str
    rules: dict[str, Alerting]
    warned: list[Warned]
    cpu_s: float


def code() -> str:
    """A digest of what thinks and of what flies."""
    package = Path(tocsin.__file__).parent
    parts = [source_digest(package)]
    for room in ("simulate", "cluster"):
        parts += [path.read_text(encoding="utf-8") for path in sorted((package / room).rglob("*.py"))]
    return sha256("".join(parts).encode()).hexdigest()[:12]


def path_of(folder: Path, name: str, seed: int) -> Path:
    """Where a night is kept."""
    return folder / f"{name}-{seed}.pickle"


def read(path: Path) -> Night | None:
    """A night that was kept; None where there is none, or one that was cut off while it was written."""
    try:
        found = pickle.loads(path.read_bytes())  # noqa: S301  our own cache
    except (OSError, EOFError, pickle.UnpicklingError, AttributeError, TypeError, ImportError):
        return None
    return found if isinstance(found, Night) else None


def play(name: str, seed: int) -> Night:
    """Play a stretch by the frozen rules, with the grid beside them."""
    use_cache()
    from_s, until_s, _ = STRETCHES[name]
    path = ROOT / "scenarios" / f"{name}.toml"
    rules = grid(frozen())
    job = Job(name, path.read_text(encoding="utf-8"), str(path.parent), seed, until_s, TICK_S)
    begin = time.process_time()
    found = warned(job, tuple(rules.values()), from_s)
    return Night(name, seed, from_s, until_s, code(), rules, found, time.process_time() - begin)


def keep(folder: Path, name: str, seed: int, *, again: bool = False, any_code: bool = False) -> Night:
    """The night as it was kept, or played now: whole or not at all on the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    path = path_of(folder, name, seed)
    before = None if again else read(path)
    span = STRETCHES[name][:2]
    same = before is not None and (before.from_s, before.until_s) == span and before.rules == grid(frozen())
    if before is not None and same and (any_code or before.code == code()):
        return before
    night = play(name, seed)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_bytes(pickle.dumps(night))
    beside.replace(path)
    return night


def keep_job(job: tuple[str, int], *, again: bool, any_code: bool) -> dict[str, object]:
    """`keep`, in a process of its own. Such a process never reads `__main__`: it must stand here."""
    return {"cpu_s": round(keep(KEPT, *job, again=again, any_code=any_code).cpu_s)}
