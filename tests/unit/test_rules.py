"""Rule files: what is left out stays, what cannot be is told with its line, and the digest is of what they say."""

import tomllib
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin import site, wire
from tocsin.cli.doctor.rules import rules as named
from tocsin.errors import SiteError
from tocsin.ledger import fingerprint, replay
from tocsin.ledger.disk.format import ANEW, DUMP
from tocsin.ledger.plan import Record
from tocsin.ledger.reader import Reader
from tocsin.ledger.store import Ledger
from tocsin.live.evidence import Evidence, item_record, step_records
from tocsin.live.thinking import Pipeline
from tocsin.messages import Entry, Tick
from tocsin.pipeline import State, advance
from tocsin.settings import Alerting
from tocsin.site import rules
from tocsin.site.tables import RuleFile, ThreatTable
from tocsin.wire import rules_digest

ROOT = Path(__file__).parents[2]
ALWAYS = Alerting()


def test_an_empty_file_is_the_rules_that_tocsin_comes_with() -> None:
    assert rules.parse("") == ALWAYS


@given(
    margin_s=st.floats(0, 600),
    watch=st.floats(0.01, 0.9),
    detections=st.integers(1, 20),
    chance=st.floats(0.4, 1.0),
    kind=st.sampled_from([one.name for one in ALWAYS.threats]),
)
def test_what_is_written_is_read_as_the_same_rules(
    margin_s: float, watch: float, detections: int, chance: float, kind: str
) -> None:
    threats = tuple(
        replace(
            one,
            warn_chance=chance,
            warn_chance_late=chance / 2,
            fast=not one.fast,
            detections=detections,
            at_launch=not one.at_launch,
        )
        if one.name == kind
        else one
        for one in ALWAYS.threats
    )
    made = replace(ALWAYS, margin_s=margin_s, watch_chance=watch, threats=threats)
    again = rules.parse(rules.text(made))
    assert again == made
    assert rules_digest(again) == rules_digest(made)


def test_the_digest_is_of_what_the_rules_say() -> None:
    assert rules_digest(rules.parse("# of the plant\n\nmargin_s = 30\n")) == rules_digest(ALWAYS)
    assert rules_digest(rules.parse("margin_s = 31\n")) != rules_digest(ALWAYS)


def test_one_class_may_differ_and_the_others_stay() -> None:
    made = rules.parse('[[threat]]\nname = "cruise missile"\nwarn_chance = 0.2\n')
    differs = [a.name for a, b in zip(made.threats, ALWAYS.threats, strict=True) if a != b]
    assert differs == ["cruise missile"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nmargin_s = -3\n", "r.toml:2: margin_s = -3: expected greater than or equal to 0 (0 to 600)"),
        ("margins_s = 3\n", "r.toml:1: unknown key 'margins_s'; did you mean 'margin_s'?"),
        ('[[threat]]\nname = "cruse missile"\n', "r.toml:2: no class is called 'cruse missile'; write name ="),
        ('[[threat]]\nname = "bird"\npaths = 1\n', "r.toml:3: paths = 1: expected greater than or equal to 2 (2 to 4)"),
        ('[[threat]]\nname = "bird"\nwarn_chance = 2\n', "(above 0 to 1)"),
        ('[[threat]]\nname = "helicopter"\nwarn_chance_late = 0.9\n', "r.toml:3: 'helicopter' warns from 0.5 with"),
        ('[[threat]]\nname = "bird"\n[[threat]]\nname = "bird"\n', "r.toml:4: [[threat]] 'bird' is there twice"),
        ("[[threat]]\nthreat = 0.1\n", "r.toml:1: 'name' is missing"),
        ("= 3", "r.toml: this is no TOML"),
    ],
)
def test_rules_that_cannot_be_say_where_and_what_may_be(text: str, said: str) -> None:
    with pytest.raises(SiteError) as raised:
        rules.parse(text, "r.toml")
    assert said in str(raised.value)


def test_a_site_names_its_rules_and_an_error_in_them_names_both_lines(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text('[site]\nname = "plant"\n\n[alerting]\nrules = "rules.toml"\n')
    with pytest.raises(SiteError, match=r"site\.toml:5.*\n.*rules\.toml: cannot be read"):
        site.read(path)
    (tmp_path / "rules.toml").write_text("quiet_s = 9999\n")
    with pytest.raises(SiteError, match=r"site\.toml:5.*\n.*rules\.toml:1: quiet_s"):
        site.read(path)
    (tmp_path / "rules.toml").write_text("quiet_s = 600\n")
    made = site.read(path)
    assert made.settings.alerting == replace(ALWAYS, quiet_s=600.0)
    assert made.rules.endswith(rules_digest(made.settings.alerting))
    assert "rules.toml" in made.rules


def test_every_number_of_the_rules_is_in_a_file_and_explained() -> None:
    page = (ROOT / "docs/reference/rules.md").read_text(encoding="utf-8")
    written = tomllib.loads(rules.text(ALWAYS))
    assert set(written) - {"threat"} == {one.name for one in fields(Alerting)} - {"threats"}
    for key in (*set(RuleFile.model_fields) - {"threat"}, *ThreatTable.model_fields):
        assert f"`{key}`" in page, f"docs/reference/rules.md does not explain {key}"


PLACE = '[[place]]\nname = "plant"\nkind = "site"\nlatitude_deg = 57.1\nlongitude_deg = 21.7\nring_m = 8000\n'


def test_the_doctor_names_the_rules_their_digest_and_their_curve(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(PLACE)
    usual = next(named(site.read(path)))
    assert (usual.state, rules_digest(ALWAYS) in usual.text) == ("well", True)
    (tmp_path / "rules.toml").write_text('margin_s = 300\n[[threat]]\nname = "cruise missile"\nthreat = 0\n')
    path.write_text('[alerting]\nrules = "rules.toml"\n' + PLACE)
    chosen = site.read(path)
    found = list(named(chosen))
    assert [one.state for one in found] == ["weak", "weak", "weak"]
    assert "rules.toml" in found[0].text
    assert rules_digest(chosen.settings.alerting) in found[0].text
    assert "300 s are kept back" in found[1].text
    assert "cruise missile" in found[2].text
    (tmp_path / "rules.curve.json").write_text("{}")
    assert next(named(chosen)).state == "well"


def test_a_site_started_with_other_rules_begins_anew_and_a_replay_decides_by_each(tmp_path: Path) -> None:
    path, folder = tmp_path / "site.toml", tmp_path / "ledger"
    for text in ("", "margin_s = 60\n"):
        (tmp_path / "rules.toml").write_text(text)
        path.write_text('[alerting]\nrules = "rules.toml"\n' + PLACE)
        declared = site.read(path)
        with Ledger.open(folder, fingerprint.encode(fingerprint.fingerprint()), lambda: 10**18, keep_s=0) as ledger:
            kept = Evidence(ledger, rules=declared.rules)
            thinking = Pipeline(declared.settings)
            last_ns = kept.restore(thinking, lambda: None)
            if last_ns == 0 or thinking.changed():
                kept.begin_anew(thinking, 10**18, "begun", thinking.renewed() if last_ns else None)
            tick = Tick(10**18)
            for second in range(1, 4):
                tick = Tick(10**18 + second * 10**9 + len(text) * 10**10)
                kept.submit([item_record(tick), *step_records(thinking.advance(tick))])
            kept.submit([Record(DUMP, tick.time_ns, thinking.dump())]).result()
            kept.close()
    with closing(Reader(folder)) as reader:
        said = [entry.body.decode() for entry in reader.entries() if entry.kind == ANEW and entry.body is not None]
        dumps = [State.load(entry.body) for entry in reader.entries() if entry.kind == DUMP and entry.body is not None]
    for text, line in zip(("", "margin_s = 60\n"), said, strict=True):
        assert rules_digest(rules.parse(text)) in line
    assert {one.settings.alerting.margin_s for one in dumps} == {30.0, 60.0}

    def again(state: State, entry: Entry) -> list[Record]:
        assert entry.body is not None
        return step_records(advance(state, wire.decode(entry.kind, entry.format, entry.body)))

    (tmp_path / "rules.toml").unlink()  # the evidence needs no file
    report = replay.replay(folder, State.load, again, fingerprint.encode(fingerprint.fingerprint()))
    assert report.fault is None
    assert report.items == 6
