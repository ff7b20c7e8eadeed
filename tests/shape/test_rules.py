"""Each rule of tools/shape.py finds the fault that it is there for, and leaves what is right alone."""

import pytest

from tools import shape

FAULTS: dict[str, tuple[str, str | bytes]] = {
    "a wall clock in a stage": ("src/tocsin/tracking/a.py", "import time\nnow = time.time()\n"),
    "a wall clock by its own name": ("src/tocsin/ledger/a.py", "from time import time_ns\n"),
    "a date of today": ("src/tocsin/server/a.py", "import datetime\nnow = datetime.datetime.now()\n"),
    "a hidden random state": ("src/tocsin/simulate/a.py", "import numpy as np\nx = np.random.normal(0, 1)\n"),
    "a generator without a seed": (
        "src/tocsin/simulate/a.py",
        "from numpy.random import default_rng\nr = default_rng()\n",
    ),
    "a file opened in thought": ("src/tocsin/models/a.py", 'text = open("classes.toml").read()\n'),
    "a matrix product": ("src/tocsin/tracking/a.py", "def f(a, b):\n    return a @ b\n"),
    "a product by name": ("src/tocsin/geo/a.py", "import numpy as np\ni = np.linalg.inv(np.eye(3))\n"),
    "fastmath": ("src/tocsin/geo/a.py", "@njit(cache=True, fastmath=True)\ndef f(x):\n    return x\n"),
    "a kernel compiled at every start": ("src/tocsin/geo/a.py", "@njit\ndef f(x):\n    return x\n"),
    "a long function": ("tests/a.py", "def f():\n" + "    x = 1\n" * 70),
    "a long module": ("web/src/a.ts", "let x = 1\n" * 501),
    "a name that says nothing": ("src/tocsin/geo/geo_utils.py", ""),
    "what is no Python": ("tools/a.py", "def\n"),
    "a large file": ("docs/a.png", b"\xff" * 1_000_001),
    # Put together here, so that this file keeps the rule that it tests.
    "a registry host": ("docs/a.md", "see https://" + "pypi" + ".org/simple"),
    "a path of one machine": ("docs/a.md", "cd " + "/" + "home/ann/tocsin"),
    "a private key": ("deploy/a.pem", "-----BEGIN " + "PRIVATE KEY-----"),
    "a token": ("docs/a.md", "tcs_" + "A" * 43),
    "a lock that names a host": ("web/package-lock.json", '{"resolved": "somewhere"}'),
}

FINE: dict[str, tuple[str, str | bytes]] = {
    "the clock of live": ("src/tocsin/live/clock.py", "import time\nnow = time.time_ns()\n"),
    "a stopwatch at the edge": ("src/tocsin/cli/track.py", "import time\nbegan = time.perf_counter()\n"),
    "a seeded generator": ("src/tocsin/simulate/a.py", "import numpy as np\nr = np.random.default_rng(7)\n"),
    "a file at the edge": ("src/tocsin/feeds/transport/files.py", 'data = open("a.pcap", "rb").read()\n'),
    "a kernel": ("src/tocsin/geo/kernels.py", "@njit(cache=True)\ndef f(x):\n    return x\n"),
    "a function of 70 lines and its docstring": (
        "tools/a.py",
        'def f():\n    """a\n\n    b\n    """\n' + "    x = 1\n" * 69,
    ),
    "a path that a service owns": ("deploy/a.service", "StateDirectory=/var/lib/tocsin"),
    "an address": ("docs/a.md", "http://127.0.0.1:8000/home/"),
}


def found(path: str, content: str | bytes) -> list[shape.Finding]:
    data = content.encode() if isinstance(content, str) else content
    return [*shape.of_names([path]), *shape.of_file(path, data)]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_once(fault: str) -> None:
    assert len(found(*FAULTS[fault])) == 1


@pytest.mark.parametrize("case", FINE)
def test_what_is_right_is_left_alone(case: str) -> None:
    assert found(*FINE[case]) == []


def test_a_crowded_folder_is_found() -> None:
    crowd = [f"src/tocsin/geo/part{n}.py" for n in range(13)]
    assert [finding.path for finding in shape.of_names(crowd)] == ["src/tocsin/geo"]
    assert list(shape.of_names(crowd[:12])) == []
