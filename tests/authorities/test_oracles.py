"""The oracles are there, are the ones that the lock names, and answer."""

import json
from collections.abc import Callable


def test_both_gpl_decoders_answer_from_an_environment_of_their_own(ask_oracle: Callable[[str, bytes], bytes]) -> None:
    program = """
import json, sys, asterix, pyModeS
message = bytes.fromhex(sys.stdin.read())
print(json.dumps([asterix.parse(message)[0]["category"], sys.prefix]))
"""
    # One CAT034 north mark: length 10, FSPEC 010, 000 and 030 (Part 2b, the standard's own record layout).
    message = bytes.fromhex("22000AD0190A01390000")
    category, prefix = json.loads(ask_oracle(program, message.hex().encode()))
    assert category == 34
    assert prefix.endswith(".cache/oracles")
