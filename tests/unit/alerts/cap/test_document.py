"""Documents: what each statement becomes, field by field, and what may not be said."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.said.statements import (
    ALERT,
    ALL,
    CANCEL,
    CLEAR,
    DRONE,
    ENDED,
    EXERCISE,
    ISSUER,
    NOW,
    PLACE,
    SECOND,
    STAFF_WATCH,
    TEST,
    UNDER_WAY,
    WARNING,
)
from tocsin.alerts import wording
from tocsin.alerts.cap import profile, rules, tree
from tocsin.alerts.cap.document import document
from tocsin.alerts.cap.issuer import Document, Issuer, Resource
from tocsin.alerts.cap.moments import moment_ns, name, stamp
from tocsin.errors import DocumentRefused
from tocsin.messages import Statement

CAP = {"c": tree.NAMESPACE}
LANGUAGES = [wording.shipped(language) for language in wording.LANGUAGES]
OURS = profile.shipped()


def made(statement: Statement, issuer: Issuer = ISSUER) -> Document:
    return document(statement, PLACE, issuer, OURS, LANGUAGES)


def texts(statement: Statement, path: str) -> list[str]:
    root = etree.fromstring(made(statement).data)
    return [str(one.text) for one in root.iterfind("/".join(f"c:{step}" for step in path.split("/")), CAP)]


@pytest.mark.parametrize("name", ALL)
def test_every_statement_becomes_a_document_that_its_own_rules_find_no_fault_with(name: str) -> None:
    document = made(ALL[name])
    assert rules.ours(tree.parse(document.data), OURS) == []
    assert document.problems == ()


def test_a_warning_says_so() -> None:
    assert texts(WARNING, "msgType") == ["Alert"]
    assert texts(WARNING, "scope") == ["Public"]
    assert texts(WARNING, "info/language") == ["en", "uk", "ro", "pl"]
    assert set(texts(WARNING, "info/category")) == {"Security"}
    assert set(texts(WARNING, "info/urgency")) == {"Immediate"}, "half of the futures arrive within 15 minutes"
    assert set(texts(WARNING, "info/severity")) == {"Extreme"}
    assert set(texts(WARNING, "info/certainty")) == {"Likely"}
    assert set(texts(WARNING, "info/responseType")) == {"Shelter"}
    assert set(texts(WARNING, "info/eventCode/value")) == {"drone"}
    assert texts(WARNING, "incidents") == ["harbour@1"]


def test_urgency_is_expected_when_half_of_the_futures_arrive_later() -> None:
    late = replace(WARNING, alert=replace(ALERT, arrival_s=(900.0, 1800.0, 2400.0)))
    assert set(texts(late, "info/urgency")) == {"Expected"}
    sooner = replace(WARNING, alert=replace(ALERT, arrival_s=(300.0, 904.9, 2400.0)))
    assert set(texts(sooner, "info/urgency")) == {"Immediate"}, "counted from when it is sent, 5 s later"
    unknown = replace(WARNING, alert=replace(ALERT, arrival_s=(float("nan"),) * 3))
    assert set(texts(unknown, "info/urgency")) == {"Immediate"}, "who does not know hurries"


def test_certainty_is_by_whether_the_thing_exists_and_not_by_how_likely_it_comes() -> None:
    fan = replace(DRONE, kind="ballistic rocket", danger=0.02, existence=0.99)
    assert set(texts(replace(WARNING, alert=replace(ALERT, reasons=(fan,))), "info/certainty")) == {"Likely"}
    ghost = replace(fan, existence=0.4)
    assert set(texts(replace(WARNING, alert=replace(ALERT, reasons=(ghost,))), "info/certainty")) == {"Possible"}


def test_the_worst_of_several_classes_counts_and_all_that_matter_are_named() -> None:
    small = replace(DRONE, kind="multirotor", danger=0.5)
    bird = replace(DRONE, kind="helicopter", danger=0.01)
    both = replace(WARNING, alert=replace(ALERT, reasons=(bird, small, DRONE)))
    assert set(texts(both, "info/severity")) == {"Extreme"}
    assert texts(both, "info/headline")[0] == (
        "Air threat warning: The harbour. Possible: attack drone, small drone with rotors. Take shelter now"
    )
    assert "The kind is not certain." in texts(both, "info/description")[0]


def test_what_is_probably_a_bird_is_not_named_beside_a_drone() -> None:
    bird = replace(DRONE, kind="bird", danger=0.9)
    both = replace(WARNING, alert=replace(ALERT, reasons=(bird, DRONE)))
    assert texts(both, "info/headline")[0] == (
        "Air threat warning: The harbour. Possible: attack drone. Take shelter now"
    )
    alone = replace(WARNING, alert=replace(ALERT, reasons=(bird,)))
    assert "Possible: flying object." in texts(alone, "info/headline")[0]


def test_under_way_is_an_update_and_observed() -> None:
    assert texts(UNDER_WAY, "msgType") == ["Update"]
    assert set(texts(UNDER_WAY, "info/certainty")) == {"Observed"}
    assert texts(UNDER_WAY, "references") == ["warning@region.example,harbour@1~2Fpublic~2F1,2031-02-06T03:00:05-00:00"]


def test_an_end_is_an_update_with_all_clear_and_past() -> None:
    assert texts(CLEAR, "msgType") == ["Update"]
    assert set(texts(CLEAR, "info/responseType")) == {"AllClear"}
    assert set(texts(CLEAR, "info/urgency")) == {"Past"}
    assert texts(CLEAR, "info/headline")[0] == "All clear: The harbour"


def test_an_end_without_proof_says_that_part_was_not_observed_in_every_language() -> None:
    for words in (texts(ENDED, "info/headline"), texts(ENDED, "info/description")):
        for language, said in zip(LANGUAGES, words, strict=True):
            assert language.text("said.unobserved").rstrip(".").casefold() in said.casefold()
    assert set(texts(ENDED, "info/certainty")) == {"Unknown"}
    nothing_known = replace(CLEAR, alert=None)
    assert texts(nothing_known, "info/headline") == texts(ENDED, "info/headline"), "what is not known was not observed"


def test_cancel_means_sent_in_error_and_names_nobody() -> None:
    assert texts(CANCEL, "msgType") == ["Cancel"]
    assert set(texts(CANCEL, "info/responseType")) == {"None"}
    assert "sent in error" in texts(CANCEL, "note")[0]
    assert b"Mr Wrong" not in made(CANCEL).data


def test_no_document_for_the_public_names_who_released_it() -> None:
    for statement in ALL.values():
        assert b"Olena" not in made(statement).data


def test_staff_read_what_was_typed_and_the_scope_keeps_it_among_them() -> None:
    assert texts(STAFF_WATCH, "scope") == ["Restricted"]
    assert "For staff of this place only" in texts(STAFF_WATCH, "restriction")[0]
    assert texts(STAFF_WATCH, "note") == ["radar 2 is off"]
    assert "tocsin:observation" in texts(STAFF_WATCH, "info/parameter/valueName")
    assert "tocsin:observation" not in texts(WARNING, "info/parameter/valueName")


def test_an_exercise_says_so_in_its_status_its_note_and_every_text() -> None:
    assert texts(EXERCISE, "status") == ["Exercise"]
    assert texts(EXERCISE, "scope") == ["Restricted"]
    assert "НАВЧАННЯ" in texts(EXERCISE, "note")[0]
    for tag in ("event", "headline", "description", "instruction"):
        for language, said in zip(LANGUAGES, texts(EXERCISE, f"info/{tag}"), strict=True):
            assert said.startswith(language.text("mark.exercise"))


def test_a_test_is_private_and_for_declared_addresses() -> None:
    assert texts(TEST, "scope") == ["Private"]
    assert texts(TEST, "addresses") == ['test@region.example "second test@region.example"']
    with pytest.raises(DocumentRefused, match="a test without addresses"):
        made(TEST, replace(ISSUER, test_addresses=()))


def test_staff_are_told_which_entries_it_rests_on_and_the_public_is_not() -> None:
    for statement, told in ((STAFF_WATCH, True), (WARNING, False)):
        said = document(statement, PLACE, ISSUER, OURS, LANGUAGES, "ledger entry 12, decided by 11")
        assert (b"tocsin:evidence" in said.data and b"ledger entry 12, decided by 11" in said.data) is told


def test_a_watch_is_never_public() -> None:
    with pytest.raises(DocumentRefused, match="never public"):
        made(replace(WARNING, stage="watch"))


def test_a_cancel_of_nothing_is_refused_and_an_update_of_nothing_goes_out_as_an_alert_with_an_alarm() -> None:
    with pytest.raises(DocumentRefused, match="cancels"):
        made(replace(CANCEL, references=()))
    late = made(replace(UNDER_WAY, references=()))
    assert "went out as Alert" in late.problems[0]
    assert rules.ours(tree.parse(late.data), OURS) == []


def test_every_text_says_that_an_expiry_is_no_all_clear() -> None:
    for language, said in zip(LANGUAGES, texts(WARNING, "info/description"), strict=True):
        assert language.text("said.expires", until="05:21 (EET)") in said


def test_times_are_utc_for_machines_and_the_local_clock_for_people() -> None:
    assert texts(WARNING, "sent") == ["2031-02-06T03:00:05-00:00"]
    assert texts(WARNING, "info/expires")[0] == "2031-02-06T03:21:00-00:00"
    assert b"Z</" not in made(WARNING).data
    assert "between 05:05 (EET) and 05:20 (EET), most likely about 05:10 (EET)" in texts(WARNING, "info/description")[0]


def test_what_may_come_at_any_moment_says_so() -> None:
    now = replace(WARNING, alert=replace(ALERT, arrival_s=(2.0, 60.0, 120.0)))
    assert "Possible arrival at any moment." in texts(now, "info/description")[0]


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert made(WARNING).data == made(WARNING).data


def test_the_area_is_closed_latitude_first_and_the_same_in_every_language() -> None:
    assert set(texts(WARNING, "info/area/polygon")) == {
        "46.40000,30.70000 46.40000,30.75000 46.45000,30.75000 46.45000,30.70000 46.40000,30.70000"
    }
    assert set(texts(WARNING, "info/area/geocode/valueName")) == {"tocsin:place:2031"}


def test_resources_stand_where_the_standard_has_them() -> None:
    map_of = Resource(
        "Map", "image/png", "https://region.example/map.png", 1200, "da39a3ee5e6b4b0d3255bfef95601890afd80709"
    )
    document = made(WARNING, replace(ISSUER, resources=(map_of,)))
    assert rules.ours(tree.parse(document.data), OURS) == []
    assert b"<uri>https://region.example/map.png</uri>" in document.data


def test_a_language_without_words_for_it_is_left_out_with_an_alarm_and_the_others_are_sent() -> None:
    bare = replace(LANGUAGES[1], texts={"hazard.unknown": "x"})
    document_of_two = document(WARNING, PLACE, ISSUER, OURS, [LANGUAGES[0], bare])
    assert b"<language>uk" not in document_of_two.data
    assert "wording uk has no event for warning" in document_of_two.problems
    with pytest.raises(DocumentRefused, match="no language has words"):
        document(WARNING, PLACE, ISSUER, OURS, [bare])


@given(st.text(max_size=40))
def test_names_hold_nothing_that_cap_forbids_and_stay_apart(text: str) -> None:
    assert not set(name(text)) & set(" ,<&/")
    assert (name(text) == name(text + "~")) is False


@given(st.lists(st.text(alphabet="ab ~2,/\u0437", max_size=4), min_size=2, max_size=6, unique=True))
def test_two_names_that_differ_stay_different(given_names: list[str]) -> None:
    assert len({name(one) for one in given_names}) == len(given_names)


@given(st.integers(0, 4_000_000_000))
def test_a_time_is_read_as_it_was_written(second: int) -> None:
    assert moment_ns(stamp(second * SECOND)) == second * SECOND


@given(st.text(max_size=60), st.text(max_size=30))
def test_no_text_of_a_person_breaks_the_document(note: str, title: str) -> None:
    statement = replace(STAFF_WATCH, note=note)
    made_of = document(statement, replace(PLACE, title=title or "x"), ISSUER, OURS, LANGUAGES[:1])
    assert [one for one in rules.faults(tree.parse(made_of.data)) if "areaDesc" not in one] == []


def test_a_statement_that_expires_before_it_is_sent_is_refused() -> None:
    with pytest.raises(DocumentRefused, match="expires before"):
        made(replace(WARNING, expires_ns=NOW))


def test_events_follow_each_other_by_reference() -> None:
    for one, other in pairwise((WARNING, UNDER_WAY)):
        identifier = texts(one, "identifier")[0]
        sent = texts(one, "sent")[0]
        assert texts(other, "references")[0] == f"{ISSUER.sender},{identifier},{sent}"
