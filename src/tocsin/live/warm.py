"""Compiles the kernels ahead, in processes of their own: `python -m tocsin.live.warm [PART]`.

Compiled code is kept in a folder of the user's own, one for each version of the compiler, so that the second start
only loads it. The page is up meanwhile and shows the lines that this prints: "done of all". Reading and thinking have
no kernel in common, so they are compiled side by side; large parts of thinking are compiled by themselves first.
"""

import asyncio
import contextlib
import fcntl
import os
import pkgutil
import platform
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CACHE = "NUMBA_CACHE_DIR"
DONE = "done"
READING, THINKING = "reading", "thinking"
# shares of thinking (tracking.ahead), compiled side by side before it
AHEAD = ("gating", "association", "life", "births", "learning")
PARTS = (READING, *AHEAD, THINKING)
REPORT_S = 0.25


def _compiler() -> str:
    """What compiled code depends on beside its source, which numba looks at itself."""
    parts = [platform.python_version(), platform.machine(), os.environ.get("NUMBA_CPU_NAME", "")]
    for name in ("numba", "llvmlite", "numpy"):
        with contextlib.suppress(PackageNotFoundError):
            parts.append(version(name))
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
        parts += sorted({line for line in lines if line.startswith(("flags", "model name", "Features"))})
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def _source() -> str:
    """The source that is compiled."""
    package = Path(__file__).parents[1]
    found = sha256()
    for path in sorted(package.rglob("*.py")):
        if any("kernel" in part for part in path.relative_to(package).parts):
            found.update(path.read_bytes())
    return found.hexdigest()


def use_cache() -> Path:
    """Let numba keep its code in the user's cache folder; where there can be none, it is compiled at each start.

    To be called before numba is imported: each kernel looks where its code is kept when it is defined.
    """
    if CACHE in os.environ:
        return Path(os.environ[CACHE])
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "tocsin" / "kernels" / _compiler()
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)  # what lies here is loaded and run
        os.environ[CACHE] = str(folder)
    return folder


def is_warm(parts: Sequence[str] = PARTS) -> bool:
    """Whether everything was compiled before."""
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        return True
    try:
        return all((use_cache() / f"{DONE}-{part}").read_text() == _source() for part in parts)
    except OSError:
        return False


async def warm(progress: Callable[[int, int], None]) -> None:
    """Compile in children. A child that fails costs time and nothing else: thinking compiles what it needs."""
    if is_warm():
        return
    told: dict[str, tuple[int, int]] = {}

    def add(part: str, done: int, total: int) -> None:
        told[part] = done, total
        progress(sum(one for one, _ in told.values()), sum(one for _, one in told.values()))

    async def think() -> None:
        await asyncio.gather(*(_child(part, partial(add, part)) for part in AHEAD))
        await _child(THINKING, partial(add, THINKING))

    await asyncio.gather(_child(READING, partial(add, READING)), think())


async def _child(part: str, progress: Callable[[int, int], None]) -> None:
    """One child, to its end."""
    arguments = (sys.executable, "-m", "tocsin.live.warm", part)
    # a session of its own: Ctrl-C is for us, and we end the child
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*arguments, stdout=pipe, start_new_session=True)
    assert child.stdout is not None  # noqa: S101  for the type checker: it is a pipe
    try:
        async for line in child.stdout:
            done, _, total = line.decode(errors="replace").partition(" of ")
            if done.isdecimal() and total.strip().isdecimal():
                progress(int(done), int(total))
        await child.wait()
    finally:
        if child.returncode is None:
            child.kill()


def kernels() -> "list[tuple[str, object]]":
    """All compiled functions of tocsin, by name."""
    from numba.core.dispatcher import Dispatcher  # noqa: PLC0415  half a second, and only here

    import tocsin  # noqa: PLC0415  as above

    found: dict[int, tuple[str, object]] = {}
    for name in _modules(tocsin.__path__, "tocsin."):
        for value in vars(import_module(name)).values():
            if isinstance(value, Dispatcher):
                found[id(value)] = (f"{name}.{value.py_func.__name__}", value)
    return sorted(found.values(), key=lambda pair: pair[0])


def _modules(path: list[str], prefix: str) -> Iterator[str]:
    for info in pkgutil.walk_packages(path, prefix):
        if "kernel" in info.name:
            yield info.name


def _report(all_kernels: "list[tuple[str, object]]", ended: threading.Event) -> None:
    while not ended.wait(REPORT_S):
        done = sum(bool(getattr(kernel, "signatures", ())) for _, kernel in all_kernels)
        print(f"{done} of {len(all_kernels)}", flush=True)  # noqa: T201  it is read by the parent


def main(part: str) -> None:
    """Compile one part by letting it work once on a small sky, and say how far it is."""
    folder, source = use_cache(), _source()
    with _alone(folder, part):
        if is_warm((part,)):
            return  # somebody else has done it meanwhile
        if part in AHEAD:
            from tocsin.tracking.ahead import compile_share  # noqa: PLC0415  it loads everything that is compiled

            compile_share(part)
            _done(folder, part, source)
            return
        found = [(name, one) for name, one in kernels() if name.startswith("tocsin.feeds.") == (part == READING)]
        ended = threading.Event()
        reporter = threading.Thread(target=_report, args=(found, ended), daemon=True)
        reporter.start()
        from tocsin.live.process import exercise  # noqa: PLC0415  it loads everything that is compiled

        exercise.read() if part == READING else exercise.think()
        ended.set()
        reporter.join()
        print(f"{len(found)} of {len(found)}", flush=True)  # noqa: T201  as above: what is inlined has no code of its own
        _done(folder, part, source)


def _done(folder: Path, part: str, source: str) -> None:
    with contextlib.suppress(OSError):  # nothing can be kept here: use_cache says what follows
        (folder / f"{DONE}-{part}").write_text(source)


@contextlib.contextmanager
def _alone(folder: Path, part: str) -> Iterator[None]:
    """Wait for another process that compiles the same, rather than compile it twice."""
    try:
        lock = (folder / f"{part}.lock").open("w")
    except OSError:
        yield  # nothing can be kept here
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    if sys.argv[1:]:
        main(sys.argv[1])
    else:
        asyncio.run(warm(lambda done, total: print(f"{done} of {total}", flush=True)))  # noqa: T201
