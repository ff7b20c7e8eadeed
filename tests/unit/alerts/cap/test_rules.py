"""Faults that no schema finds, each named in words."""

import pytest

from tests.said.statements import ENDED, EXERCISE, ISSUER, PLACE, STAFF_WATCH, TEST, UNDER_WAY, WARNING
from tocsin.alerts import wording
from tocsin.alerts.cap import profile, rules, tree
from tocsin.alerts.cap.document import document
from tocsin.messages import Statement

OURS = profile.shipped()
LANGUAGES = [wording.shipped("en"), wording.shipped("uk")]

# (a right document, what is changed in it, what must be told of it)
WRONG: list[tuple[Statement, bytes, bytes, str]] = [
    (WARNING, b"<sent>2031-02-06T03:00:05-00:00", b"<sent>2031-02-06T03:00:05Z", "never Z"),
    (WARNING, b"<sent>2031-02-06", b"<sent>2031-02-31", "day"),
    (WARNING, b"<identifier>harbour@1", b"<identifier>harbour 1", "without spaces"),
    (WARNING, b"<status>Actual", b"<status>Real", "expected one of Actual"),
    (WARNING, b"<scope>Public</scope>", b"", "alert has no scope"),
    (WARNING, b"<scope>Public</scope>", b"<scope>Restricted</scope>", "needs a restriction"),
    (WARNING, b"<scope>Public</scope>", b"<scope>Private</scope>", "needs addresses"),
    (WARNING, b"<msgType>Alert", b"<msgType>Update", "needs references"),
    (WARNING, b"</incidents>", b"</incidents><references/>", "stands after"),
    (WARNING, b"<incidents>", b"<references></references><incidents>", "it is empty"),
    (WARNING, b"<expires>2031", b"<expires>2030", "expires before"),
    (WARNING, b"<urgency>Immediate", b"<urgency>Now", "expected one of Expected"),
    (WARNING, b"46.40000,30.70000</polygon>", b"46.40001,30.70000</polygon>", "not closed"),
    (WARNING, b"46.40000,30.70000", b"146.40000,30.70000", "not on the earth"),
    (WARNING, b"46.45000,30.75000", b"46.45000;30.75000", "no latitude,longitude"),
    (WARNING, b"46.40000,30.75000 46.45000,30.75000", b"46.45000,30.75000 46.40000,30.75000", "no clear inside"),
    (WARNING, b"<event>", b"<event a='b'>", "attributes"),
    (WARNING, b"<event>", b"<what/><event>", "does not know there"),
    (WARNING, b"<language>en", b"<language>English (UK)", "RFC 5646"),
    (WARNING, b"<info><language>", b"<info>text<language>", "holds text"),
    (UNDER_WAY, b"warning@region.example,harbour", b"harbour", "expected sender,identifier,sent"),
    (UNDER_WAY, b",harbour@1~2Fpublic~2F1,", b",harbour@1~2Fpublic~2F2,", "refers to itself"),
    # what only our own promise
    (WARNING, b"<category>Security", b"<category>Safety", "category is not Security"),
    (WARNING, b"<language>uk", b"<language>en", "each once"),
    (
        WARNING,
        b"<value>drone</value></eventCode><effective>",
        b"<value>gull</value></eventCode><effective>",
        "more than",
    ),
    (WARNING, b"<value>warning</value>", b"<value>watch</value>", "never public"),
    (WARNING, b"<expires>2031-02-06T03", b"<expires>2031-02-06T09", "not within"),
    (WARNING, b"<instruction>", b"<web>", ""),
    (EXERCISE, b"<scope>Restricted", b"<scope>Public", "an exercise is Restricted"),
    (TEST, b"<scope>Private", b"<scope>Public", "a test is Private"),
    (ENDED, b"<urgency>Past", b"<urgency>Immediate", "its urgency is Past"),
    (STAFF_WATCH, b"harbour@1</incidents>", b"harbour@1 b</incidents>", "one event"),
]


@pytest.mark.parametrize(("statement", "before", "after", "told"), WRONG, ids=lambda value: str(value)[-40:])
def test_a_fault_is_told_in_words(statement: Statement, before: bytes, after: bytes, told: str) -> None:
    data = document(statement, PLACE, ISSUER, OURS, LANGUAGES).data
    assert before in data
    changed = (
        data.replace(before, after, 1)
        if before.startswith((b"<value", b"<language>uk"))
        else data.replace(before, after)
    )
    if told == "":
        changed = changed.replace(b"</instruction>", b"</web>")
        told = "web"
    assert any(told in fault for fault in rules.ours(tree.parse(changed), OURS)), rules.ours(tree.parse(changed), OURS)


def test_another_root_is_no_alert() -> None:
    assert "expected alert" in rules.faults(tree.parse(b"<feed/>"))[0]


def test_a_flood_of_faults_is_cut() -> None:
    flood = b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">' + b"<x/>" * 500 + b"</alert>"
    assert len(rules.faults(tree.parse(flood))) == rules.FEW + 1
