"""The doctor says what would keep people from being told, and what to mend."""

import json
import socket
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.running import free_port
from tocsin import site
from tocsin.cli import doctor, main
from tocsin.cli.doctor.finding import Finding
from tocsin.cli.doctor.machine import machine
from tocsin.cli.doctor.sky import sky
from tocsin.cli.doctor.ways_out import ways_out

RADAR = """
[[sensor]]
name = "{name}"
kind = "radar"
sources = ["asterix 25/{code}"]
latitude_deg = 57.2
longitude_deg = 21.6
altitude_m = 60
sigma_range_m = 60
sigma_azimuth_deg = 0.12
path_power = "{power}"
"""
PLANT = """
[[place]]
name = "plant"
kind = "site"
latitude_deg = 57.1
longitude_deg = 21.7
ring_m = 8000
action_time_s = 600
"""
FEED = '[[feed]]\nname = "radars"\nformat = "asterix"\ntransport = "udp"\nport = 8600\n'
NOW_NS = round(datetime.now(UTC).timestamp() * 1e9)
FRAME = "[frame]\nlatitude_deg = 57.0\nlongitude_deg = 21.5\n"


def radars(*powers: str) -> str:
    return "".join(RADAR.format(name=f"r{k}", code=k, power=power) for k, power in enumerate(powers))


def states(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in sky(site.parse(FRAME + text)):
        found.setdefault(finding.state, []).append(finding.text)
    return found


def test_two_radars_that_share_nothing_are_two_paths() -> None:
    found = states(radars("grid", "diesel") + PLANT + FEED)
    assert found == {"well": ["2 independent paths (r0, r1)"]}


def test_two_radars_on_one_power_line_are_one_path() -> None:
    found = states(radars("grid", "grid") + PLANT + FEED)
    assert "1 independent path of 2 that a public alert needs" in found["weak"][0]


def test_a_place_that_nothing_surveys_is_broken() -> None:
    person = '[[sensor]]\nname = "people"\nkind = "report"\nsources = ["app"]\n'
    found = states(person + PLANT + FEED)
    assert "always blind" in found["broken"][0]
    below = PLANT.replace("57.1", "56.0")  # 133 km: a radar 60 m high sees 300 m high to 103 km
    assert "always blind" in states(radars("grid", "diesel") + below + FEED)["broken"][0]


def test_a_site_with_nothing_in_it_says_so() -> None:
    found = states("")
    assert [text.split(":")[0] for text in found["broken"]] == ["none", "none", "none"]
    assert "no action time" in states(radars("a", "b") + PLANT.replace("600", "0") + FEED)["weak"][0]


def test_names_of_an_older_scheme_that_lead_nowhere_are_broken(tmp_path: Path) -> None:
    def zones(name: str, west: float) -> None:
        ring = [[west, 57], [west + 1, 57], [west + 1, 58], [west, 57]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        features = [{"type": "Feature", "properties": {"name": "coast"}, "geometry": shape}]
        (tmp_path / f"{name}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))

    zones("old", 21.0)
    zones("new", 24.0)
    text = "".join(
        f'[[scheme]]\nname = "{name}"\ngeojson = "{name}.geojson"\ncurrent = {current}\n'
        for name, current in (("old", "false"), ("new", "true"))
    )
    findings = list(sky(site.parse(text, folder=tmp_path)))
    assert any(one.state == "broken" and "would get nothing" in one.text for one in findings)
    zones("new", 21.5)
    findings = list(sky(site.parse(text, folder=tmp_path)))
    assert any(one.state == "weak" and "lies in no zone" in one.text for one in findings)


def found_of(findings: list[Finding], about: str) -> Finding:
    return next(one for one in findings if one.about == about)


def test_a_taken_port_a_full_folder_and_an_old_certificate_are_named(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tocsin")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(9)).not_valid_after(now - timedelta(2))
    pem = tmp_path / "old.pem"
    pem.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        text = f'[server]\nport = {port}\ntls_certificate = "{pem}"\ntls_key = "{pem}"\n'
        findings = list(machine(site.parse(text), tmp_path, NOW_NS))
    assert found_of(findings, "page").state == "weak"
    assert found_of(findings, "certificate").state == "broken"
    assert "browsers refuse" in found_of(findings, "certificate").mend
    assert found_of(findings, "disk").state in ("well", "weak", "broken")
    assert str(tmp_path) in found_of(findings, "disk").text
    free = site.parse(f"[server]\nport = {free_port()}\n")
    assert found_of(list(machine(free, tmp_path, NOW_NS)), "page").state == "well"


def test_a_ledger_that_was_changed_is_broken(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"no ledger")
    finding = found_of(list(machine(site.parse(""), tmp_path, NOW_NS)), "ledger")
    assert finding.state == "broken"
    assert "tocsin restore" in finding.mend


def test_the_command_says_what_to_mend_and_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "site.toml"
    path.write_text(FRAME + PLANT)
    with pytest.raises(SystemExit) as ended:
        main(["doctor", str(path)])
    assert ended.value.code == doctor.NOT_WELL
    told = capsys.readouterr().out
    assert "broken place 'plant': always blind" in told
    assert "\n       -> " in told
    with pytest.raises(SystemExit):
        main(["doctor", str(path), "--json"])
    findings = json.loads(capsys.readouterr().out)
    assert {one["state"] for one in findings} <= {"well", "weak", "broken"}


def hook(port: int, more: str = "") -> str:
    return f"""
[delivery]
instance = "actual"
[[channel]]
name = "hook"
kind = "webhook"
audience = ["public", "staff"]
status = ["actual", "test"]
url = "http://127.0.0.1:{port}/alerts"
test_url = "http://127.0.0.1:{port}/tests"
secret_env = "TOCSIN_TEST_HOOK"
{more}
"""


def test_a_channel_is_tried_only_when_asked_and_by_its_test_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_TEST_HOOK", "a secret of the test")
    asked: list[str] = []

    class Taken(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def do_HEAD(self) -> None:
            self.send_response(405)  # it is there, and that is all that is asked of the live address
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Taken) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        declared = site.parse(FRAME + hook(server.server_address[1]))
        still = list(ways_out(declared, lambda: NOW_NS, send=False))
        assert asked == []
        assert found_of(still, "channel 'hook'").state == "well"
        tried = list(ways_out(declared, lambda: NOW_NS, send=True))
        assert "took a test message" in found_of(tried, "channel 'hook'").text
        assert set(asked) == {"/tests"}
        server.shutdown()
    gone = list(ways_out(declared, lambda: NOW_NS, send=True))
    assert found_of(gone, "channel 'hook'").state == "broken"
    assert "silence" in found_of(gone, "outside").text


def test_siren_sounds_that_no_authority_has_read_are_told_as_such() -> None:
    siren = """
[delivery]
instance = "actual"
[[channel]]
name = "roof"
kind = "siren"
url = "modbus://127.0.0.1:1502"
country = "pl"
audience = ["public"]
status = ["actual"]
"""
    found = found_of(list(ways_out(site.parse(FRAME + siren), lambda: NOW_NS, send=False)), "sirens of pl")
    assert found.state == "weak"
    assert "nobody of that country's authority has read" in found.text
    assert "modulated" in found.text


def test_a_site_that_sends_nothing_or_to_nobody_is_told_so() -> None:
    off = list(ways_out(site.parse(FRAME), lambda: NOW_NS, send=False))
    assert "nothing is sent to anybody" in found_of(off, "delivery").text
    deaf = hook(1).replace('["public", "staff"]', '["staff"]')
    assert (
        "no channel serves public"
        in found_of(list(ways_out(site.parse(FRAME + deaf), lambda: NOW_NS, send=False)), "delivery").text
    )
