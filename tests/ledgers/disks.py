"""Disks that fail: one that loses power, one that is full, one that errs. They stand between SQLite and real files.

The power cut keeps what was synced and, of all that was written since, any part of it, in 512-byte sectors: more cruel
than most disks, as cruel as the documentation of SQLite allows them to be (a sector is written whole or not at all).
"""

import random
import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import apsw

SECTOR = 512
STORE = "ledger.sqlite"  # and its log
Name = str | apsw.URIFilename | None
Write = tuple[int, bytes]  # offset and data; offset -1: truncated to int.from_bytes(data)


class PowerCut(apsw.IOError):
    """The lights are out: nothing more reaches the disk."""


class Disk(apsw.VFS):
    """Passes everything on to real files in `folder` and remembers what a power cut would leave.

    After `cut_after` writes and syncs, of SQLite or of plain files, every operation fails.
    """

    def __init__(self, folder: Path, cut_after: int, name: str) -> None:
        self.folder = folder
        self.left = cut_after
        self.synced: dict[Path, bytes] = {}  # what is safe of the files of SQLite
        self.unsynced: dict[Path, list[Write]] = defaultdict(list)
        self.contents: dict[int, bytes] = {}  # what is safe of plain files, by inode
        self.names: dict[Path, dict[str, int]] = defaultdict(dict)  # names that are safe, by folder
        self.vfs_name = name
        for path in folder.rglob("*"):
            self._safe(path)
        super().__init__(name, "")

    def _safe(self, path: Path) -> None:
        """What lies there at the beginning is safe."""
        inode = path.stat().st_ino
        self.names[path.parent][path.name] = inode
        if path.is_file() and path.name.startswith(STORE):
            self.synced[path] = path.read_bytes()
        elif path.is_file():
            self.contents[inode] = path.read_bytes()

    def xOpen(self, name: Name, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return DiskFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: ARG002, N802
        self.spend()
        super().xDelete(filename, False)
        self.synced.pop(Path(filename), None)
        self.unsynced.pop(Path(filename), None)

    def spend(self) -> None:
        """One more operation, or the cut."""
        self.left -= 1
        if self.left < 0:
            raise PowerCut

    def plain_fsync(self, handle: int) -> None:
        """Stands in for os.fsync: a file's bytes, or a folder's names, are safe from now on."""
        self.spend()
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if path.is_dir():
            self.names[path] = {each.name: each.stat().st_ino for each in path.iterdir()}
        else:
            self.contents[path.stat().st_ino] = path.read_bytes()

    def after(self, target: Path, chance: random.Random) -> None:
        """Make the folder that is found when the power is back."""
        target.mkdir()
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and not path.name.startswith(STORE):
                self._plain_after(path, target, chance)
        for path in {*self.synced, *self.unsynced}:
            (target / path.name).write_bytes(torn(self.synced.get(path, b""), self.unsynced[path], chance))

    def _plain_after(self, path: Path, target: Path, chance: random.Random) -> None:
        place = target / path.relative_to(self.folder)
        inode = path.stat().st_ino
        within = [path, *(parent for parent in path.parents if self.folder in parent.parents)]
        named = all(self.names[one.parent].get(one.name) == one.stat().st_ino for one in within)
        if not named and chance.random() < 0.5:
            return  # the name had not reached the disk
        place.parent.mkdir(parents=True, exist_ok=True)
        data = path.read_bytes()
        safe = self.contents.get(inode)
        place.write_bytes(safe if safe is not None else data[: chance.randrange(len(data) + 1)])


class DiskFile(apsw.VFSFile):
    """One file of SQLite on such a disk."""

    def __init__(self, disk: Disk, name: Name, flags: list[int]) -> None:
        self.disk = disk
        self.path = Path(name.filename() if isinstance(name, apsw.URIFilename) else str(name))
        if not self.path.exists():
            disk.unsynced[self.path] = []
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self.disk.spend()
        super().xWrite(data, offset)
        self.disk.unsynced[self.path].append((offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self.disk.spend()
        super().xTruncate(newsize)
        self.disk.unsynced[self.path].append((-1, newsize.to_bytes(8, "little")))

    def xSync(self, flags: int) -> None:  # noqa: ARG002, N802
        self.disk.spend()
        self.disk.synced[self.path] = self.path.read_bytes()
        self.disk.unsynced[self.path] = []


def torn(safe: bytes, writes: list[Write], chance: random.Random) -> bytes:
    """What is left of a file: all that was synced, and any of the sectors written since."""
    mood = chance.random()  # a disk that writes nearly nothing, anything, or nearly all
    found = bytearray(safe)
    for offset, data in writes:
        if offset < 0:
            if chance.random() < mood:
                size = int.from_bytes(data, "little")
                found = found[:size].ljust(size, b"\0")
            continue
        for start in range(0, len(data), SECTOR):
            if chance.random() < mood:
                end = offset + min(len(data), start + SECTOR)
                found = found.ljust(end, b"\0")
                found[offset + start : end] = data[start : start + SECTOR]
    return bytes(found)


class FullDisk(apsw.VFS):
    """A disk of so many bytes, the other files of the ledger counted too."""

    def __init__(self, folder: Path, size: int, name: str) -> None:
        self.folder = folder
        self.size = size
        super().__init__(name, "")

    def free_bytes(self) -> int:
        used = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
        return self.size - used

    def xOpen(self, name: Name, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return CheckedFile(self.check, name, flags)

    def check(self, path: Path, end: int) -> None:
        grows = end - path.stat().st_size
        if grows > 0 and grows > self.free_bytes():
            raise apsw.FullError("no room")


class BadDisk(apsw.VFS):
    """A disk whose writes begin to fail when `bad` is set."""

    def __init__(self, name: str) -> None:
        self.bad = False
        super().__init__(name, "")

    def xOpen(self, name: Name, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return CheckedFile(self.check, name, flags)

    def check(self, path: Path, end: int) -> None:
        if self.bad:
            raise apsw.IOError(f"write to {path.name} up to {end} failed")


class CheckedFile(apsw.VFSFile):
    """A file that asks before each write."""

    def __init__(self, check: Callable[[Path, int], None], name: Name, flags: list[int]) -> None:
        self.check = check
        self.path = Path(name.filename() if isinstance(name, apsw.URIFilename) else str(name))
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self.check(self.path, offset + len(data))
        super().xWrite(data, offset)


def copy(folder: Path, target: Path) -> Path:
    """A ledger's folder, elsewhere."""
    return Path(shutil.copytree(folder, target))
