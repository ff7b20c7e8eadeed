"""CAT065: what the makers of CAT062 tracks say of themselves (EUROCONTROL-SPEC-0149-15)."""

from tocsin.feeds.asterix.layout import (
    SOURCE,
    TIME_OF_DAY,
    Edition,
    Explicit,
    Fixed,
    Item,
    flags,
    profile,
    raw,
    spare,
    unsigned,
)

ITEMS: dict[str, Item] = {
    "000": Fixed("message type", (raw("MT", 8),)),  # 1 status, 2 end of batch, 3 service status report
    "010": Fixed("data source identifier", SOURCE),
    "015": Fixed("service identification", (raw("SID", 8),)),
    "020": Fixed("batch number", (unsigned("BTN", 8),)),
    "030": Fixed("time of message", (TIME_OF_DAY,)),
    "040": Fixed("system state", (raw("NOGO", 2), *flags("OVL TSV"), raw("PSS", 2), *flags("STTN"), spare(1))),
    "050": Fixed("service status report", (raw("REP", 8),)),
    "RE": Explicit("reserved expansion"),
    "SP": Explicit("special purpose"),
}

EDITIONS = (Edition(65, ("1.2", "1.6"), profile("010 000 015 030 020 040 050 - - - - - RE SP"), ITEMS),)
