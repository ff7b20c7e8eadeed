"""A Debian program for tests: the system's, else its packages unpacked into .cache/tools, where no root is needed.

    run([str(program("mosquitto", "mosquitto")), "-c", ...], env=environment())

A missing program is a failure, never a skip.
"""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".cache" / "tools"
SBIN = ("/usr/sbin", "/usr/local/sbin")  # daemons lie there, and PATH often does not name it


def program(name: str, package: str) -> Path:
    """Where the program is. Raises SystemExit when it is not to be had."""
    path = os.pathsep.join((os.environ.get("PATH", ""), *SBIN))
    if found := shutil.which(name, path=path):
        return Path(found)
    folder = TOOLS / package
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run beside each other
        if not (unpacked := _inside(folder, name)):
            _fetch(package, folder)
            unpacked = _inside(folder, name)
    if unpacked is None:
        raise SystemExit(f"no {name}: install it (Debian: apt install {package}), or let apt-get reach its archive")
    return unpacked


def environment(package: str) -> dict[str, str]:
    """What an unpacked program starts with: its own libraries are found."""
    folder = TOOLS / package / "usr" / "lib"
    libraries = sorted({str(one.parent) for one in folder.rglob("*.so*")}) if folder.is_dir() else []
    before = os.environ.get("LD_LIBRARY_PATH", "")
    return {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(filter(None, [*libraries, before]))}


def _inside(folder: Path, name: str) -> Path | None:
    for part in ("usr/bin", "usr/sbin", "bin", "sbin"):
        if (folder / part / name).is_file():
            return folder / part / name
    return None


def _fetch(package: str, folder: Path) -> None:
    """The package and what of its dependencies is not installed here."""
    if not shutil.which("apt-get"):
        return
    if _download(package, folder) != 0 and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-q"], check=True)  # a fresh image has no lists
        _download(package, folder)
    for archive in sorted(folder.glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(archive), str(folder)], check=True)


def _download(package: str, folder: Path) -> int:
    listed = subprocess.run(
        ["apt-cache", "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks",
         "--no-replaces", "--no-enhances", package],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode != 0:
        return listed.returncode
    names = {line.strip() for line in listed.stdout.splitlines() if line and line[0].isalnum()}
    wanted = [name for name in sorted(names) if name == package or (name.startswith("lib") and not _installed(name))]
    return subprocess.run(["apt-get", "download", "-q", *wanted], cwd=folder, check=False).returncode


def _installed(name: str) -> bool:
    asked = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", name], capture_output=True, text=True, check=False)
    return asked.stdout.endswith("installed") and "not-installed" not in asked.stdout
