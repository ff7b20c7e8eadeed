"""Compiles the kernels ahead, in a process of its own: `python -m tocsin.live.warm`.

Compiled code is kept in a folder of the user's own, one for each version of the compiler, so that the second start
only loads it. The page is up meanwhile and shows the lines that this prints: "done of all".
"""

import asyncio
import contextlib
import os
import pkgutil
import platform
import sys
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CACHE = "NUMBA_CACHE_DIR"
DONE = "done"
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


def is_warm() -> bool:
    """Whether everything was compiled before."""
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        return True
    try:
        return (use_cache() / DONE).read_text() == _source()
    except OSError:
        return False


async def warm(progress: Callable[[int, int], None]) -> None:
    """Compile in a child process. A child that fails costs time and nothing else: thinking compiles what it needs."""
    if is_warm():
        return
    arguments = (sys.executable, "-m", "tocsin.live.warm")
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


def main() -> None:
    """Compile everything by letting it work once on a small sky, and say how far it is."""
    folder, source = use_cache(), _source()
    found = kernels()
    ended = threading.Event()
    reporter = threading.Thread(target=_report, args=(found, ended), daemon=True)
    reporter.start()
    from tocsin.live.process.exercise import exercise  # noqa: PLC0415  it loads everything that is compiled

    exercise()
    ended.set()
    print(f"{len(found)} of {len(found)}", flush=True)  # noqa: T201  as above: what is inlined has no code of its own
    with contextlib.suppress(OSError):  # nothing can be kept here: use_cache says what follows
        (folder / DONE).write_text(source)


if __name__ == "__main__":
    main()
