"""Kernels are compiled once, in a folder that only its owner can write."""

import asyncio
import fcntl
import os
import sys
from pathlib import Path

import pytest

from tests.tracks import INTERPRETED
from tocsin.live import warm
from tocsin.tracking import ahead


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_the_folder_is_its_owners_alone(cache: Path) -> None:
    folder = warm.use_cache()
    assert folder.is_relative_to(cache)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert os.environ["NUMBA_CACHE_DIR"] == str(folder)


def test_a_folder_that_was_chosen_is_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(cache / "chosen"))
    assert warm.use_cache() == cache / "chosen"


def test_where_nothing_can_be_kept_everything_still_runs(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache / "file"))
    warm.use_cache()
    assert "NUMBA_CACHE_DIR" not in os.environ
    assert not warm.is_warm()


def test_another_source_is_not_warm(cache: Path) -> None:
    assert cache.is_dir()
    assert not warm.is_warm()
    for part in warm.PARTS:
        assert not warm.is_warm()
        (warm.use_cache() / f"{warm.DONE}-{part}").write_text(warm._source())
    assert warm.is_warm()
    (warm.use_cache() / f"{warm.DONE}-{warm.READING}").write_text("another")
    assert not warm.is_warm()
    assert warm.is_warm((warm.THINKING,))


def test_without_compiling_there_is_nothing_to_warm(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache.is_dir()
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert warm.is_warm()


@pytest.mark.parametrize("ending", ["", "raise SystemExit(5)"])
def test_progress_is_told_and_children_that_fail_stop_nothing(
    cache: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    child = cache / "child"
    child.write_text(f"#!{sys.executable}\nprint('1 of 3')\nprint('noise')\nprint('3 of 3')\n{ending}\n")
    child.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(child))
    told: list[tuple[int, int]] = []
    asyncio.run(warm.warm(lambda done, total: told.append((done, total))))
    assert told[0] == (1, 3)
    assert told[-1] == (3 * len(warm.PARTS), 3 * len(warm.PARTS))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_what_another_process_compiles_is_not_compiled_twice(cache: Path) -> None:
    with warm._alone(cache, warm.READING), pytest.raises(BlockingIOError), (cache / "reading.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_shares_compiled_ahead_are_those_of_the_tracker() -> None:
    assert set(warm.AHEAD) == set(ahead.SHARES)


@pytest.mark.skipif(INTERPRETED, reason="nothing is compiled")
def test_what_is_compiled_ahead_is_what_work_calls() -> None:
    """Otherwise it would be compiled twice, and the first start be slower for it."""
    for name, parts in ahead.SHARES.items():
        ahead.compile_share(name)
        for part in parts:
            kept = part._cache._cache_file._load_index()  # type: ignore[attr-defined]  # what all processes compiled
            assert len(kept) == 1, f"{name}: {part.__name__} is called with other types than it is compiled for ahead"


def test_every_kernel_is_found() -> None:
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        assert warm.kernels() == []
        return
    names = {name for name, _ in warm.kernels()}
    assert {"tocsin.tracking.kernels.looks.work", "tocsin.geo.kernels.ecef_from_geodetic"} <= names
