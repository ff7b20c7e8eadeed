"""What decides the bits of a computation: one JSON object, an entry at each start.

Two runs with the same fingerprint give the same bits; elsewhere a replay compares decisions, and numbers within a
tolerance. CPU features count because compiled kernels use fused multiply-add where there is one, and environment
variables because they choose the kernels of NumPy, numba and OpenBLAS.
"""

import json
import os
import platform
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import tocsin
from tocsin.ledger.disk.format import tocsin_version

PACKAGES = ("numpy", "scipy", "numba", "llvmlite")
ENVIRONMENT = (
    "NPY_DISABLE_CPU_FEATURES",
    "NPY_ENABLE_CPU_FEATURES",
    "NUMBA_CPU_FEATURES",
    "NUMBA_CPU_NAME",
    "NUMBA_DISABLE_JIT",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_NUM_THREADS",
)
# The source that thinks: a changed line there may change bits although the version is the same.
THINKING = ("pipeline.py", "settings.py", "messages.py", "geo", "models", "tracking", "forecast", "alerts")


def fingerprint() -> dict[str, str]:
    """The fingerprint of this process."""
    found = {
        "tocsin": tocsin_version(),
        "source": source_digest(Path(tocsin.__file__).parent),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "libc": " ".join(platform.libc_ver()),
        "machine": f"{platform.system()} {platform.machine()}",
        "cpu": _cpu(),
    }
    found |= {name: _version(name) for name in PACKAGES}
    found |= {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    return found


def encode(found: dict[str, str]) -> bytes:
    """As the body of an entry: sorted, so that equal fingerprints are equal bytes."""
    return json.dumps(found, sort_keys=True).encode()


def differences(one: bytes, other: bytes) -> list[str]:
    """In words, what differs between two encoded fingerprints."""
    left, right = json.loads(one), json.loads(other)
    names = sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))
    return [f"{name}: {left.get(name, 'not set')} then, {right.get(name, 'not set')} now" for name in names]


def source_digest(package: Path) -> str:
    """SHA-256 over the names and the text of the source that thinks."""
    digest = sha256()
    for part in THINKING:
        path = package / part
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            text = file.read_bytes()
            digest.update(f"{file.relative_to(package).as_posix()} {len(text)}\n".encode() + text)
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _cpu() -> str:
    """The CPU's name and its features, as the compiler of the kernels sees them."""
    import llvmlite.binding  # noqa: PLC0415 - half a second that only a start pays

    features = llvmlite.binding.get_host_cpu_features()
    return " ".join([llvmlite.binding.get_host_cpu_name(), *sorted(name for name, there in features.items() if there)])
