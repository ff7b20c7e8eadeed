"""The office of a site: who speaks, with which words and keys, and what the doctor says of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.said.statements import EXERCISE, MADE, PLACE, WARNING
from tests.said.statements import TEST as TESTED
from tocsin import site
from tocsin.alerts import wording
from tocsin.cli import main
from tocsin.cli.doctor.documents import documents
from tocsin.delivery import signing
from tocsin.errors import DocumentRefused, SiteError
from tocsin.live.documents.make import Office, draft, make, texts
from tocsin.live.documents.office import office
from tocsin.live.sending.dispatch import maker

NOW = datetime(2031, 2, 6, 3, 0, tzinfo=UTC)
SITE = """
[site]
name = "region"
timezone = "Europe/Kyiv"
[frame]
latitude_deg = 46.4
longitude_deg = 30.7
[[place]]
name = "harbour"
kind = "site"
latitude_deg = 46.42
longitude_deg = 30.72
ring_m = 5000
{delivery}
[cap]
sender = "warning@region.example"
languages = ["uk", "en"]
keys = "keys"
test_addresses = ["test@region.example"]
{more}
"""
ACTUAL = """
[delivery]
instance = "actual"
[[channel]]
name = "feed"
kind = "feed"
audience = ["public"]
status = ["actual", "test"]
"""


def review(language: str) -> str:
    digest = wording.shipped(language).digest
    head = f'[[cap.reviewed]]\nlanguage = "{language}"\nperson = "Ada Reader"\n'
    return f'{head}date = 2031-01-01\ndigest = "{digest}"\n'


def parsed(folder: Path, more: str = "", delivery: str = ACTUAL) -> site.Site:
    return site.parse(SITE.format(delivery=delivery, more=more), folder=folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for status in signing.STATUSES:
        signing.new(tmp_path / "keys", status, "region", MADE, days=9000)
    return tmp_path


def made(of: site.Site) -> Office:
    found = office(of)
    assert found is not None
    return found


def told(of: site.Site, now: datetime = NOW) -> str:
    return "\n".join(finding.line() for finding in documents(of, round(now.timestamp() * 1e9)))


def test_a_site_without_a_sender_makes_no_cap_and_the_doctor_says_so() -> None:
    silent = site.parse(SITE.format(delivery=ACTUAL, more="").replace('sender = "warning@region.example"', ""))
    assert office(silent) is None
    assert maker(None)(WARNING).media_type == "application/json"
    assert "channels carry plain JSON" in told(silent)


def test_signed_words_make_a_signed_document(folder: Path) -> None:
    of = parsed(folder, review("uk") + review("en"))
    assert "in order" in told(of)
    document = make(WARNING, made(of))
    assert document.problems == ()
    assert signing.faults(document.data, signing.trusting(made(of).keys["Actual"])) == []
    assert maker(office(of))(WARNING).media_type == "application/cap+xml"
    assert "близько 05:10 (EET)".encode() in document.data


def test_words_that_nobody_signed_are_never_actual_but_serve_exercises_and_tests(folder: Path) -> None:
    of = parsed(folder)
    assert told(of).count("is a draft: nobody has signed it here") == 2
    assert "broken" in told(of)
    with pytest.raises(DocumentRefused, match="no language may be used for what is real"):
        make(WARNING, made(of))
    assert make(TESTED, made(of)).status == "Test"


def test_where_cap_is_refused_sirens_and_staff_are_told_all_the_same_with_an_alarm(folder: Path) -> None:
    told_so = maker(office(parsed(folder)))(WARNING)
    assert told_so.media_type == "application/json"
    assert "no CAP document, sent as JSON: no language may be used for what is real" in told_so.problems[0]
    assert b"harbour" in told_so.body


def test_plain_json_for_the_public_names_nobody_and_tells_nothing_of_the_sky() -> None:
    body = maker(None)(replace(WARNING, note="by Mr Wrong", authority="order of Ann")).body
    for word in (b"Olena", b"Wrong", b"Ann", b"one-way-attack", b"partly seen"):
        assert word not in body
    assert b"Olena" in maker(None)(replace(WARNING, audience="staff")).body


def test_one_signed_language_is_sent_and_the_other_one_is_an_alarm(folder: Path) -> None:
    document = make(WARNING, made(parsed(folder, review("en"))))
    assert b"<language>en" in document.data
    assert b"<language>uk" not in document.data
    assert "wording uk is a draft" in document.problems[0]


def test_an_instance_that_exercises_holds_no_key_for_what_is_real_and_the_other_way_round(folder: Path) -> None:
    exercise = ACTUAL.replace('instance = "actual"', 'instance = "exercise"').replace('"actual", "test"', '"exercise"')
    of = made(parsed(folder, review("en"), exercise))
    assert set(of.keys) == {"Exercise", "Test"}
    assert make(EXERCISE, of).status == "Exercise"
    with pytest.raises(DocumentRefused, match="no key for Actual"):
        make(WARNING, of)
    actual = made(parsed(folder, review("en")))
    assert set(actual.keys) == {"Actual", "Test"}
    with pytest.raises(DocumentRefused, match="no key for Exercise"):
        make(EXERCISE, actual)


def test_only_what_was_released_is_signed(folder: Path) -> None:
    of = made(parsed(folder, review("en")))
    for state in ("draft", "asked", "withdrawn"):
        with pytest.raises(DocumentRefused, match="only what was released"):
            make(replace(WARNING, state=state), of)
    assert draft(replace(WARNING, state="asked", released_ns=0), of).data, "it may be looked at before"


def test_the_doctor_finds_keys_that_are_missing_open_or_near_their_end(folder: Path) -> None:
    of = parsed(folder, review("uk") + review("en"))
    end = made(of).keys["Actual"].certificate.not_valid_after_utc
    assert "ends on" in told(of, end - timedelta(days=10))
    assert "counts from" in told(of, end + timedelta(days=1))
    (folder / "keys/actual.key.pem").chmod(0o644)
    assert "chmod 600" in told(of)
    (folder / "keys/actual.key.pem").unlink()
    assert "no key for what is actual" in told(of)


def test_the_doctor_finds_words_that_are_missing_and_an_area_that_is_none(folder: Path) -> None:
    (folder / "et.toml").write_text('language = "et"\n[event]\nwarning = "x"\n')
    more = review("en") + review("uk")
    text = SITE.format(delivery=ACTUAL, more=more).replace('["uk", "en"]', '["et", "en"]\nwording = ["et.toml"]')
    assert "wording et: headline.warning is missing" in told(site.parse(text, folder=folder))
    wide = SITE.format(delivery=ACTUAL, more=more).replace("ring_m = 5000", "ring_m = 500000")
    assert "warn of a smaller area" in told(site.parse(wide, folder=folder))


def test_a_language_or_a_profile_that_is_not_there_is_named(folder: Path) -> None:
    for key, value, why in (
        ("languages", '["xx"]', "name its file"),
        ("wording", '["no.toml"]', "cannot be read"),
        ("profile", '"no.toml"', "cannot be read"),
    ):
        text = SITE.format(delivery=ACTUAL, more="")
        text = text.replace('languages = ["uk", "en"]', "") if key == "languages" else text
        with pytest.raises(SiteError, match=why):
            office(site.parse(text.replace("keys =", f"{key} = {value}\nkeys ="), folder=folder))


def test_places_have_their_names_in_the_language(folder: Path) -> None:
    own = wording.parse('language = "en"\n[place]\nharbour = "Harbor"\n[event]\nwarning = "W"\n', "own")
    of = replace(made(parsed(folder, review("en"))), wordings=(own,), places={PLACE.name: PLACE})
    assert b"<areaDesc>Harbor</areaDesc>" in draft(EXERCISE, of).data


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return int(ended.value.code or 0)


def test_the_command_makes_shows_and_judges(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys, path = tmp_path / "keys", tmp_path / "alert.xml"
    assert run("key", "show", str(keys)) == 0
    assert "tocsin key new" in capsys.readouterr().out
    assert run("key", "new", "test", str(keys), "--name", "Region") == 0
    assert run("key", "new", "test", str(keys)) == 2
    assert "is there already" in capsys.readouterr().err
    assert run("key", "show", str(keys)) == 0
    assert "OU=tocsin Test" in capsys.readouterr().out
    key = signing.load(keys, "Test")
    begun = round(key.certificate.not_valid_before_utc.timestamp()) * 10**9
    office_of = Office(issuer=made(parsed(tmp_path)).issuer, keys={"Test": key}, places={PLACE.name: PLACE})
    tested = replace(TESTED, released_ns=begun + 10**9, expires_ns=begun + 900 * 10**9)
    path.write_bytes(make(tested, office_of).data)
    certificate = str(keys / "test.cert.pem")
    assert run("key", "check", str(path), "--trusted", certificate, "--status", "Test") == 0
    assert run("key", "check", str(path), "--trusted", certificate) == 1
    trusted = tmp_path / "trusted.toml"
    trusted.write_text('[[certificate]]\npem = "keys/test.cert.pem"\nstatus = "Test"\n')
    assert run("key", "check", str(path), "--trusted", str(trusted)) == 0
    trusted.write_text('[[certificate]]\npem = "keys/test.cert.pem"\nstatus = "Actual"\n')
    assert run("key", "check", str(path), "--trusted", str(trusted)) == 2
    path.write_bytes(path.read_bytes().replace(b"harbour", b"harbuor"))
    trusted.write_text('[[certificate]]\npem = "keys/test.cert.pem"\nstatus = "Test"\nuntil = 2090-01-01T00:00:00Z\n')
    assert run("key", "check", str(path), "--trusted", str(trusted)) == 1
    trusted.write_text('[[certificate]]\npem = "keys/test.cert.pem"\nstatus = "Test"\nrevoked = true\n')
    capsys.readouterr()
    assert run("key", "check", str(path), "--trusted", str(trusted)) == 1
    assert "is revoked" in capsys.readouterr().out


def test_whoever_releases_reads_the_words_in_each_language_first(folder: Path) -> None:
    made = office(parsed(folder, review("en"), delivery=""))
    assert made is not None
    told = {one["language"]: one for one in texts(replace(EXERCISE, state="asked"), made)}
    assert set(told) == {"uk", "en"}
    assert (told["en"]["draft"], told["uk"]["draft"]) == (False, True)
    assert all(one["headline"] and one["instruction"] for one in told.values())
    assert told["uk"]["headline"] != told["en"]["headline"]
