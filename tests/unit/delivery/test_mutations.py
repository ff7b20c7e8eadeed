"""Changed documents: none counts. The long run: python -m tests.said.mutations 100000."""

from collections import Counter

from tests.said.mutations import KINDS, STATUSES, mutations, originals, trusted
from tocsin.delivery import signing


def test_no_changed_document_counts_and_every_original_does() -> None:
    judge = trusted()
    assert [signing.faults(one, judge) for one in originals()] == [[]] * 8
    tried, taken = Counter[str](), []
    for kind, _, changed in mutations(1500, seed=20310206):
        tried[kind] += 1
        if not signing.faults(changed, judge):
            taken.append((kind, changed))
    assert taken == []
    assert set(tried) == {kind.__name__ for kind, _ in KINDS}, "every kind was tried"


def test_what_is_refused_says_why() -> None:
    judge = trusted()
    for _, _, changed in mutations(50, seed=7):
        (fault, *_) = signing.faults(changed, judge)
        assert len(fault) > 10


def test_the_statuses_are_those_of_cap() -> None:
    assert STATUSES == ("Actual", "Exercise", "Test")
