"""What is known of each category: one file each, written down from the public documents."""

from tocsin.feeds.asterix.layout import Edition
from tocsin.feeds.asterix.tables import cat010, cat021, cat034, cat048, cat062, cat065

# Oldest first: where several fit alike the last is read, for it knows all that the others know.
EDITIONS: dict[int, tuple[Edition, ...]] = {
    10: cat010.EDITIONS,
    21: cat021.EDITIONS,
    34: cat034.EDITIONS,
    48: cat048.EDITIONS,
    62: cat062.EDITIONS,
    65: cat065.EDITIONS,
}

# Every category that has been given out (EUROCONTROL's list): a block of another one is garbage.
ASSIGNED = frozenset(
    {*range(1, 35), 48, 62, 63, 65, 128, 129, 150, 152, 153, 204, 205, 238, 239, 240, 247, 248, 250, 252}
)
