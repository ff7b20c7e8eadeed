"""The machine: its clock, its disk, its port, its certificate, its ledger."""

import ctypes
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificate

from tocsin.cli.doctor.finding import BROKEN, WEAK, WELL, Finding
from tocsin.errors import LedgerError
from tocsin.ledger.verify import verify
from tocsin.site import Site

TIME_ERROR = 5  # adjtimex(2): the kernel's clock is not synchronised
FREE_BYTES_WEAK, FREE_BYTES_BROKEN = 20e9, 2e9  # a day of 2,000 detections a second takes 9 GB sealed
CERTIFICATE_DAYS = 14.0


def machine(site: Site, folder: Path, now_ns: int) -> Iterator[Finding]:
    """What a running system needs of its machine. `folder`: where the evidence will lie."""
    yield _clock()
    yield _disk(folder)
    yield _port(site)
    if site.server.tls_certificate:
        yield _certificate(Path(site.server.tls_certificate), now_ns)
    if (folder / "ledger.sqlite").exists():
        yield _ledger(folder)


def _clock() -> Finding:
    if not sys.platform.startswith("linux"):
        return Finding(WEAK, "clock", "whether it is synchronised cannot be asked here", "see to it that NTP runs")
    zero = ctypes.create_string_buffer(512)  # struct timex, modes = 0: only ask
    state = ctypes.CDLL(None).adjtimex(zero)
    if state == TIME_ERROR:
        return Finding(
            WEAK,
            "clock",
            "not synchronised: sensors' times and ours drift apart, and beyond 1 s a sensor counts for less",
            "run chrony or systemd-timesyncd",
        )
    return Finding(WELL, "clock", "synchronised")


def _disk(folder: Path) -> Finding:
    here = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    if not os.access(here, os.W_OK):
        return Finding(BROKEN, "disk", f"{here} cannot be written to", "name another folder under [ledger]")
    free = shutil.disk_usage(here).free
    text = f"{free / 1e9:.0f} GB free at {here}"
    if free < FREE_BYTES_BROKEN:
        return Finding(BROKEN, "disk", text, "make room: inputs are refused when it is full, alerts still go")
    if free < FREE_BYTES_WEAK:
        return Finding(WEAK, "disk", text, "a busy day takes up to 9 GB: make room, or set [retention]")
    return Finding(WELL, "disk", text)


def _port(site: Site) -> Finding:
    host, port = site.server.host, site.server.port
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except OSError as error:
        what = f"{host}:{port} is taken ({error.strerror}); by this very tocsin, when it runs"
        return Finding(WEAK, "page", what, "write another port under [server] when it is not ours")
    return Finding(WELL, "page", f"{host}:{port} is free")


def _certificate(path: Path, now_ns: int) -> Finding:
    try:
        ends = load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        return Finding(BROKEN, "certificate", f"{path} cannot be read: {error}", "give a PEM file under [server]")
    days = (ends.timestamp() - now_ns / 1e9) / 86_400
    text = f"{path} ends on {ends:%Y-%m-%d}, in {days:.0f} days"
    if days < 0:
        return Finding(BROKEN, "certificate", text, "renew it: browsers refuse the page")
    return (
        Finding(WEAK, "certificate", text, "renew it")
        if days < CERTIFICATE_DAYS
        else Finding(WELL, "certificate", text)
    )


def _ledger(folder: Path) -> Finding:
    try:
        report = verify(folder)
    except LedgerError as error:
        return Finding(BROKEN, "ledger", str(error), "tocsin restore puts a backup back")
    text = report.lines()[0]
    if report.whole:
        return Finding(WELL, "ledger", text)
    return Finding(
        BROKEN, "ledger", text, "tocsin verify names the first broken entry; tocsin restore puts a backup back"
    )
