"""Jobs on several processes: the same results whoever does them, and a lost worker costs time only."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.unit.cluster.errands import dies, square, stumbles, waits
from tocsin.cluster import rays
from tocsin.cluster.local import Done, each
from tocsin.cluster.many import RESULTS, run
from tocsin.cluster.night import Job
from tocsin.errors import InputError

JOBS = list(range(8))


@pytest.mark.parametrize("workers", [1, 3])
def test_every_job_is_done_once_by_however_many(workers: int) -> None:
    done = list(each(JOBS, square, workers))
    assert sorted(one.job for one in done) == JOBS
    assert all(one.result == {"square": one.job**2} and one.attempts == 1 for one in done)


def test_an_error_is_told_and_the_others_go_on() -> None:
    done = {one.job: one for one in each(JOBS, stumbles, 2)}
    assert done[3].result is None
    assert done[3].error == "ValueError: three cannot be"
    assert done[4].result == {"square": 16}


def test_a_worker_that_is_killed_is_replaced_and_its_job_done_by_another(tmp_path: Path) -> None:
    def kill() -> None:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.02)
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    done = {one.job[1]: one for one in each([(str(tmp_path), number) for number in JOBS], waits, 2)}
    killer.join()
    assert sorted(done) == JOBS
    assert done[3].attempts == 2
    assert done[3].result == {"square": 9}


def test_a_job_that_ends_every_worker_is_given_up_and_named() -> None:
    done = {one.job: one for one in each(JOBS, dies, 2)}
    assert done[3].result is None
    assert "3 workers ended over it" in done[3].error
    assert [done[job].result for job in JOBS if job != 3] == [{"square": job**2} for job in JOBS if job != 3]


def jobs(count: int) -> list[Job]:
    return [Job("night", "text", ".", seed) for seed in range(count)]


def test_what_is_done_is_never_played_again_and_what_was_cut_off_is(tmp_path: Path) -> None:
    asked: list[int] = []

    def engine(left: list[Job]) -> object:
        for one in left:
            asked.append(one.seed)
            yield Done(one, {"seed": one.seed})

    first = run(jobs(3), tmp_path, engine, lambda _done, _total: None)  # type: ignore[arg-type]
    assert (first.before, len(first.results)) == (0, 3)
    (tmp_path / RESULTS / f"{jobs(3)[1].key}.json").write_text('{"seed"')  # a crash while it was written
    second = run(jobs(5), tmp_path, engine, lambda _done, _total: None)  # type: ignore[arg-type]
    assert asked == [0, 1, 2, 1, 3, 4]
    assert [one["seed"] for one in second.results] == [0, 1, 2, 3, 4]
    assert second.before == 2


def test_another_file_seed_or_length_is_another_night() -> None:
    keys = {
        job.key
        for job in (Job("a", "t", ".", 1), Job("a", "u", ".", 1), Job("a", "t", ".", 2), Job("a", "t", ".", 1, 9.0))
    }
    assert len(keys) == 4


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(InputError, match=r"tocsin\[cluster\]"):
        next(iter(rays.each(JOBS, square, "local")))
