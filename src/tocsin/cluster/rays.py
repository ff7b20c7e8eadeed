"""Jobs on a Ray cluster, an extra (`pip install tocsin[cluster]`). Ray itself plays a lost worker's job again."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from tocsin.cluster.local import ATTEMPTS_MAX, Done, Play
from tocsin.errors import InputError

J = TypeVar("J")
AHEAD = 2  # jobs that wait in Ray for each core: enough that none is idle, few enough to resume well


def each(jobs: Sequence[J], play: Play[J], address: str, workers: int = 0) -> Iterator[Done[J]]:
    """Every job once, as they are done, on the cluster at `address` ("local": one on this machine, of so many cores).

    Raises InputError where Ray is not installed or the cluster cannot be reached.
    """
    try:
        import ray  # noqa: PLC0415  an extra of 200 MB
    except ImportError as error:
        raise InputError("Ray is not installed: pip install 'tocsin[cluster]', or leave --ray out") from error
    try:
        here = {"include_dashboard": False, "num_cpus": workers or None} if address == "local" else {}
        ray.init(address=None if address == "local" else address, log_to_driver=False, **here)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise InputError(f"no Ray cluster at {address}: {error}; start one by `ray start --head`") from error
    try:
        yield from _each(ray, jobs, play)
    finally:
        ray.shutdown()


def _each(ray: "object", jobs: Sequence[J], play: Play[J]) -> Iterator[Done[J]]:
    far = ray.remote(num_cpus=1, max_retries=ATTEMPTS_MAX - 1)(play)  # type: ignore[attr-defined]
    most = AHEAD * max(int(ray.cluster_resources().get("CPU", 1)), 1)  # type: ignore[attr-defined]
    waiting, going = list(reversed(jobs)), dict[object, J]()
    while waiting or going:
        while waiting and len(going) < most:
            job = waiting.pop()
            going[far.remote(job)] = job
        ready, _ = ray.wait(list(going), num_returns=1)  # type: ignore[attr-defined]
        for one in ready:
            job = going.pop(one)
            try:
                yield Done(job, ray.get(one))  # type: ignore[attr-defined]
            except ray.exceptions.RayError as error:  # type: ignore[attr-defined]
                yield Done(job, None, str(error).strip().splitlines()[-1])
