"""Words: equal but for text in every language, signed before they serve what is real."""

from dataclasses import replace
from importlib import resources

import pytest

from tocsin.alerts import wording
from tocsin.alerts.cap import profile
from tocsin.alerts.wording import Review
from tocsin.errors import SiteError
from tocsin.models import classes

NAMES = classes.known().names
EVERY = [wording.shipped(language) for language in wording.LANGUAGES]


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.language)
def test_every_language_has_every_text_with_the_same_blanks(one: wording.Wording) -> None:
    assert wording.faults(one, NAMES) == []
    assert set(one.texts) == set(EVERY[0].texts)


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.language)
def test_no_language_is_signed_by_us(one: wording.Wording) -> None:
    assert one.draft, "who wrote these words is no native speaker whose work it is to warn"
    assert "is a draft: nobody has signed it here" in wording.unfit(one, ())
    assert "nobody has signed it here" in wording.unfit(replace(one, draft=False), ()), "a file cannot sign itself"


def test_every_class_has_a_hazard_in_the_profile_and_a_guidance_for_every_kind_of_place() -> None:
    ours = profile.shipped()
    assert {kind.name for kind in ours.kinds} == set(NAMES)
    for one in EVERY:
        for kind in wording.KINDS:
            for hazard in ours.kinds:
                assert one.text(f"guidance.{kind}.{hazard.group}")
            assert one.text(f"guidance.watch.{kind}")


def test_automatic_text_never_says_whose_it_is() -> None:
    for one in EVERY:
        assert one.never
        assert not [words for words in one.texts.values() for word in one.never if word.casefold() in words.casefold()]
    liar = replace(EVERY[0], texts={**EVERY[0].texts, "headline.warning": "Hostile drone: {place} {hazard}"})
    assert any("says 'hostile'" in fault for fault in wording.faults(liar, NAMES))


def test_what_is_missing_is_told_by_its_key() -> None:
    texts = {key: words for key, words in EVERY[1].texts.items() if key != "guidance.zone.drone"}
    found = wording.faults(replace(EVERY[1], texts=texts), NAMES)
    assert found == ["wording uk: guidance.zone.drone is missing; add it to the language file"]
    assert "hazard.balloon is missing" in wording.faults(EVERY[1], (*NAMES, "balloon"))[0]


def test_other_blanks_than_english_are_told() -> None:
    texts = {**EVERY[2].texts, "said.expires": "Valabil."}
    assert "other blanks than English; expected until" in wording.faults(replace(EVERY[2], texts=texts), NAMES)[0]


def test_a_review_counts_for_exactly_the_words_that_were_signed() -> None:
    one = EVERY[0]
    signed = Review("en", "Ada Reader", "2031-01-02", one.digest)
    assert wording.unfit(one, [signed]) == ""
    assert "not what Ada Reader signed on 2031-01-02" in wording.unfit(one, [replace(signed, digest="0" * 16)])
    assert wording.unfit(one, [replace(signed, person=" ")]) != ""
    assert wording.unfit(EVERY[1], [signed]) != "", "another language"


def test_one_letter_more_is_another_digest() -> None:
    text = 'language = "xx"\n[event]\nwarning = "A"\n'
    assert wording.parse(text, "x").digest != wording.parse(text.replace("A", "B"), "x").digest
    named = wording.parse(text + '[place]\nharbour = "B"\n', "x")
    assert named.digest == wording.parse(text, "x").digest, "names of places are the site's own"
    assert named.place("harbour", "The harbour") == "B"


def test_a_language_of_a_third_party_is_one_file() -> None:
    text = 'language = "et"\nname = "Eesti"\n[event]\nwarning = "Õhuoht"\n'
    one = wording.parse(text, "et.toml")
    assert one.text("event.warning") == "Õhuoht"
    assert one.draft


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("language = 3", "RFC 5646"),
        ('language = "xx"\n[a]\nb = 3', "and nothing else"),
        ('language = "xx"\nb = "c"', "and nothing else"),
        ('language = "xx"\n[a]\nb = "{place.__class__}"', "is no blank"),
        ('language = "xx"\n[a]\nb = "{place!r}"', "is no blank"),
        ('language = "xx"\n[a]\nb = "{"', "write a blank as {place}"),
        ("language", "this is no TOML"),
    ],
)
def test_a_file_that_is_none_is_refused_and_taught(text: str, told: str) -> None:
    with pytest.raises(SiteError) as refused:
        wording.parse(text, "xx.toml")
    assert told in str(refused.value)
    assert "xx.toml" in str(refused.value)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('category = "Security"', 'category = "War"', "expected one of"),
        ('severity = "Extreme"', 'severity = "Bad"', "expected one of"),
        ("[stage.cancel]", "[stage.cancelled]", "[stage.cancel] is missing"),
        ('exercise = "Restricted"', 'exercise = "Public"', "expected one of Private, Restricted"),
        ("immediate_s = 900.0", "immediate_m = 900.0", "immediate_m"),
    ],
)
def test_a_profile_that_says_something_else_than_cap_is_refused(before: str, after: str, told: str) -> None:
    text = resources.files("tocsin.alerts.cap").joinpath("profile.toml").read_text("utf-8")
    with pytest.raises(SiteError) as refused:
        profile.parse(text.replace(before, after), "own.toml")
    assert told in str(refused.value)
