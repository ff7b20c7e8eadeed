"""What lies in a ledger's folder, and which versions of it this tocsin reads.

    ledger.sqlite     the newest entries, the outbox and the index of the segments (WAL: with -wal and -shm beside it)
    segments/DAY/     sealed minutes as Parquet, named by their first and last entry
    head              the newest head, one line of JSON
    reserve           room that is freed for decisions when the disk is full
    lock              held by the one writing process

Entries and segments are never rewritten in a newer format: FORMAT grows, and every older one stays readable for ever
(tests/golden). A newer ledger is refused with the version to install.
"""

from importlib.metadata import PackageNotFoundError, version

import apsw

from tocsin.errors import LedgerError, NewerLedger

FORMAT = 1
SINCE = "0.1.0"  # the tocsin that first wrote FORMAT: what an older one is told to install
STORE = "ledger.sqlite"
SEGMENTS = "segments"
HEAD = "head"
RESERVE = "reserve"
LOCK = "lock"

# What the ledger itself writes, as JSON. All other kinds are opaque bytes of whoever submitted them.
START = "start"  # the fingerprint of the process that begins to write
DUMP = "dump"  # a state to go on from
ANEW = "anew"  # what follows goes on from the dump after it, not from what was before
SEGMENT = "segment"  # a range of entries moved to a file
RETENTION = "retention"  # bodies of a range were deleted
REFUSED = "refused"  # inputs that the full disk had no room for
STATEMENT = "statement"  # what is said of a place: from here on the kinds that delivery looks up after a start
DOCUMENT = "document"  # the signed bytes of a released statement
GROUNDS = "grounds"  # which entries a change of stage rests on
RECEIPT = "receipt"  # what became of it on one channel
REPLAYED = (START, DUMP, ANEW)  # where a replay may begin
MARKED = (*REPLAYED, STATEMENT, DOCUMENT, RECEIPT, GROUNDS)  # looked up by time, and by what comes first after what

# `body` is the last column: a scan over numbers and times then never reads the pages that large bodies overflow into.
# No index on time: rows are at most a few minutes, and each index page is written again in every commit.
_SCHEMA = """
CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE entries(
  number INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, kind TEXT NOT NULL, format INTEGER NOT NULL,
  body_sha256 BLOB NOT NULL, hash BLOB NOT NULL, body BLOB) STRICT;
CREATE TABLE outbox(
  key TEXT PRIMARY KEY, entry INTEGER NOT NULL, channel TEXT NOT NULL, settled INTEGER NOT NULL DEFAULT 0)
  STRICT, WITHOUT ROWID;
CREATE TABLE marks(number INTEGER PRIMARY KEY, kind TEXT NOT NULL, time_ns INTEGER NOT NULL) STRICT;
CREATE TABLE pins(entry INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  PRIMARY KEY(entry, first, last)) STRICT, WITHOUT ROWID;
CREATE TABLE segments(
  first INTEGER PRIMARY KEY, last INTEGER NOT NULL, from_ns INTEGER NOT NULL, to_ns INTEGER NOT NULL,
  file TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, last_hash TEXT NOT NULL,
  deleted INTEGER NOT NULL, swept INTEGER NOT NULL DEFAULT 0, old_file TEXT NOT NULL DEFAULT '') STRICT;
"""


def tocsin_version() -> str:
    """The installed version, or "unknown" when it runs from a bare source tree."""
    try:
        return version("tocsin")
    except PackageNotFoundError:
        return "unknown"


def create(connection: apsw.Connection, name: str) -> None:
    """Make the tables of a new, empty ledger called `name`."""
    about = {"format": str(FORMAT), "needs": SINCE, "written_by": tocsin_version(), "ledger": name}
    with connection:
        connection.execute(_SCHEMA)
        connection.executemany("INSERT INTO about VALUES(?, ?)", list(about.items()))


def check(connection: apsw.Connection, folder: str) -> str:
    """Refuse what is no ledger, or a newer one. Returns the ledger's name. Raises NewerLedger, LedgerError."""
    try:
        about = {str(key): str(value) for key, value in connection.execute("SELECT name, value FROM about")}
        found, name = int(about["format"]), about["ledger"]
    except (apsw.Error, KeyError, ValueError) as error:
        message = f"{folder} holds no ledger that can be read ({error}). Expected a folder written by `tocsin serve`"
        raise LedgerError(message) from error
    if found > FORMAT:
        message = (
            f"{folder} has ledger format {found}, written by tocsin {about.get('written_by')}; "
            f"tocsin {tocsin_version()} reads formats up to {FORMAT}. Install tocsin {about.get('needs')} or newer"
        )
        raise NewerLedger(message)
    return name
