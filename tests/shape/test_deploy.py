"""The service file is one that systemd takes. The container file says that it was never built."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
# Where there is no systemd-analyze (a container, macOS), its section and key names are still held to what it accepted.
ACCEPTED = {"Unit", "Service", "Install"}


def service() -> configparser.ConfigParser:
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    unit.read(DEPLOY / "tocsin.service")
    return unit


def test_systemd_takes_the_service_file(tmp_path: Path) -> None:
    assert set(service().sections()) == ACCEPTED
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        print("systemd-analyze: not on this machine, so only the sections were looked at")
        return
    # It looks for the program too: one that is there stands in for an installed tocsin.
    unit = tmp_path / "tocsin.service"
    text = (DEPLOY / "tocsin.service").read_text().replace("/opt/tocsin/bin/tocsin", sys.executable)
    unit.write_text(text)
    done = subprocess.run([analyze, "verify", "--man=no", str(unit)], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_watchdog_listens_and_the_service_holds_no_power() -> None:
    unit = service()["Service"]
    assert unit["Type"] == "notify"
    assert int(unit["WatchdogSec"]) > 0
    assert unit["User"] == "tocsin"
    assert unit["CapabilityBoundingSet"] == ""
    assert unit["ProtectSystem"] == "strict"


def test_the_container_file_says_that_it_was_never_built() -> None:
    assert (DEPLOY / "Containerfile").read_text().startswith("# NOT BUILT")
