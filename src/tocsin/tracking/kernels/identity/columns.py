"""The tables in which identities, sources and what was heard are kept, and what stands in each column."""

from typing import Final, NamedTuple

from tocsin.tracking.kernels.columns import Floats, Ints


class Book(NamedTuple):
    """What is known of each identity and of each track of others, one row for each word (see tracking.words)."""

    num: Floats  # (w, BOOK_NUM)
    tag: Ints  # (w, BOOK_TAG)


class Sources(NamedTuple):
    """The site's sensors as sources of identities, one row each."""

    claims: Ints  # (s,) 1: the target says where it is, and its silence says nothing
    limit: Floats  # (s,) new identities that it may bring in a minute
    apart: Ints  # (s,) ns between two uses of one track of another tracker; 0: it is no such source
    num: Floats  # (s, SOURCE_NUM)
    tag: Ints  # (s, SOURCE_TAG)


# Columns that streams have in common: an identity is a stream, and so is a sensor that gives none.
REMEMBERED: Final = 0  # ns, of the row that was last put into the memory
SHIFT: Final = 1  # ns by which rows come again
RUN: Final = 2  # how many in a row came again by that shift
ORIGINAL: Final = 3  # ns, when the last of them was first seen
REPLAYING: Final = 4  # ns until which the stream is held to be a recording
STREAM: Final = 5

TIME: Final = STREAM  # ns, of the last report that was believed; NEVER: none yet
STANDING: Final = STREAM + 1
MEASURED: Final = STREAM + 2  # 1: its last place was measured by a sensor, not claimed
RIVAL_TIME: Final = STREAM + 3
RIVAL_COUNT: Final = STREAM + 4
TAKEN_TIME: Final = STREAM + 5  # ns, when a track of others was last used
DENIED_UNTIL: Final = STREAM + 6  # ns until which independent sensors are held to deny it
BOOK_TAG: Final = STREAM + 7

PLACE: Final = 0  # three columns
SIGMA: Final = 3
RIVAL: Final = 4  # three columns
RIVAL_SIGMA: Final = 7
BOOK_NUM: Final = 8

UNKNOWN: Final = 0
ADMITTED: Final = 1
WITHHELD: Final = 2

TOKENS: Final = 0  # new identities that may still come
SOURCE_NUM: Final = 1
TOKEN_TIME: Final = STREAM  # ns, when they were last counted; NEVER: nothing was heard yet
FLOOD_UNTIL: Final = STREAM + 1
SOURCE_TAG: Final = STREAM + 2

# What became of a row.
TAKEN: Final = 0
COPY: Final = 1
TWO_PLACES: Final = 2
JUMP: Final = 3
FLOOD: Final = 4
REPLAY: Final = 5
CORRELATED: Final = 6
STRIPPED: Final = 7
DENIED: Final = 8
VERDICTS: Final = 9
