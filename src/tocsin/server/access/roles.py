"""Which role may do what: one table, checked cell by cell by a test over the real routes."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a person is here to do."""

    PUBLIC = "public"  # anybody who was let in: what was said to everybody, and a late, coarse picture
    VIEWER = "viewer"  # looks
    OPERATOR = "operator"  # watches the sky: marks tracks, notes what was seen
    SUPERVISOR = "supervisor"  # answers for the watch: changes how the system judges
    ADMINISTRATOR = "administrator"  # lets people in; sees the sky only to mend the system, and gives no order


class Action(StrEnum):
    """What a route or an order asks for."""

    GLANCE = "glance"  # what everybody may know: what was said to the public, and a late, coarse picture
    SEE = "see"  # the picture, the health, the past: for staff alone, since they tell where we are blind
    CONTROL = "control"  # pause, speed, seek: in playback only
    BEGIN = "begin"  # another scenario for everybody: in a simulated instance only
    MARK = "mark"  # orders about tracks, and notes
    ACKNOWLEDGE = "acknowledge"  # annunciations; and being on duty
    RELEASE = "release"  # one person's word for, or against, what is said to the public
    SIGN = "sign"  # a new standing order, as its first person
    END = "end"  # an all clear by authority
    SET = "set"  # orders that change settings
    ADMIT = "admit"  # people, links, tokens
    SELF = "self"  # one's own session and password


_ALL = frozenset(Role)
_STAFF = _ALL - {Role.PUBLIC}
_WATCH = frozenset({Role.OPERATOR, Role.SUPERVISOR})
TABLE: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {
        Action.GLANCE: _ALL,
        Action.SEE: _STAFF,
        Action.CONTROL: _WATCH,
        Action.BEGIN: frozenset({Role.SUPERVISOR}),
        Action.MARK: _WATCH,
        Action.ACKNOWLEDGE: _WATCH,
        Action.RELEASE: _WATCH,
        Action.SIGN: frozenset({Role.SUPERVISOR}),
        Action.END: frozenset({Role.SUPERVISOR}),
        Action.SET: frozenset({Role.SUPERVISOR}),
        Action.ADMIT: frozenset({Role.ADMINISTRATOR}),
        Action.SELF: _ALL,
    }
)
# What an order needs, by its action (pipeline.ACTIONS). An order that is not named here is given by nobody.
# Only people who are signed in give orders: a feed's token opens its feed and nothing else.
ORDERS: Mapping[str, Action] = MappingProxyType(
    {
        "set": Action.SET,
        "mark": Action.MARK,
        "note": Action.MARK,
        "acknowledge": Action.ACKNOWLEDGE,
        "shelve": Action.ACKNOWLEDGE,
        "duty": Action.ACKNOWLEDGE,
        "release": Action.RELEASE,
        "cancel": Action.RELEASE,
        "countersign": Action.RELEASE,
        "stop": Action.RELEASE,
        "cue": Action.RELEASE,
        "halt": Action.RELEASE,
        "sign": Action.SIGN,
        "end": Action.END,
        "merge": Action.MARK,
        "split": Action.MARK,
        "classify": Action.MARK,
    }
)


def may(role: Role, action: Action) -> bool:
    """Whether a person of this role may do this."""
    return role in TABLE[action]
