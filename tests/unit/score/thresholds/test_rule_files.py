"""Rule files: lists are grids, and every mistake is told with its line."""

import tomllib

import pytest

from tocsin.errors import InputError
from tocsin.score.thresholds.ring_and_time import RingAndTime
from tocsin.score.thresholds.rules import Named, rules_of
from tocsin.site.lines import Lines


def read(text: str) -> tuple[Named, ...]:
    return rules_of(tomllib.loads(text), Lines(text, "rules.toml").at)


def test_a_list_of_numbers_is_a_rule_for_each_of_them() -> None:
    found = read('[[rule]]\nname = "plain"\nwithin_s = [60, 120]\nexistence_min = [0.5, 0.9, 0.99]\n')
    assert len(found) == 6
    assert found[0].name == "plain: within_s = 60, existence_min = 0.5"
    assert found[-1].rule == RingAndTime(within_s=120.0, existence_min=0.99)


def test_a_rule_written_as_a_file_reads_as_the_same_rule() -> None:
    text = '[[rule]]\nname = "a \\"b\\""\nwithin_s = [60, 120]\nstrangers = true\nnever = ["airliner", "bird"]\n'
    for one in read(text):
        (again,) = read(one.text())
        assert again.rule == one.rule


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[rule]]\nwithin = 60\n", "rules.toml:2: unknown key 'within'; did you mean 'within_s'?"),
        ("[[rule]]\nwithin_s = -1\n", "rules.toml:2: within_s = -1; expected a number from 0"),
        ("[[rule]]\nwithin_s = []\n", "rules.toml:2: within_s = []"),
        ("[[rule]]\n\nexistence_min = 2\n", "rules.toml:3: existence_min = 2; expected a number from 0 to 1"),
        ("[[rule]]\nstrangers = 1\n", "rules.toml:2: strangers = 1; expected true, false"),
        ('[[rule]]\nkind = "magic"\n', "rules.toml:2: kind = 'magic'; expected ring and time"),
        ("[[rule]]\nname = 3\n", "rules.toml:2: name = 3; expected a text"),
        ("[rule]\n", "a rule file is a list of [[rule]] tables"),
        ("", "it holds nothing"),
        ('[[rule]]\nname = "a"\n[[rule]]\nname = "a"\n', "two rules are called 'a'"),
        (f"[[rule]]\nwithin_s = {list(range(1, 100))}\nclear_s = {list(range(1, 100))}\n", "9801 rules, at most"),
    ],
)
def test_a_rule_file_that_cannot_be_says_where_and_why(text: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        read(text)
    assert said in str(raised.value)
