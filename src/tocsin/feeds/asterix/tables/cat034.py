"""CAT034: what a radar says of itself. North marker, sector crossing, state (EUROCONTROL-SPEC-0149-2b)."""

from tocsin.feeds.asterix.layout import (
    AZIMUTH_LSB_DEG,
    SOURCE,
    TIME_OF_DAY,
    Compound,
    Edition,
    Explicit,
    Fixed,
    Item,
    Repetitive,
    flags,
    place,
    profile,
    raw,
    signed,
    spare,
    unsigned,
)

CHANNELS = (*flags("ANT"), raw("CHAB", 2))

ITEMS: dict[str, Item] = {
    "000": Fixed("message type", (raw("MT", 8),)),  # 1 north marker, 2 sector crossing, 4 jamming strobe ...
    "010": Fixed("data source identifier", SOURCE),
    "020": Fixed("sector number", (unsigned("AZ", 8, 360 / 256, "deg"),)),
    "030": Fixed("time of day", (TIME_OF_DAY,)),
    "041": Fixed("antenna rotation speed", (unsigned("PERIOD", 16, 1 / 128, "s"),)),
    "050": Compound(
        "system configuration and status",
        (
            ("COM", Fixed("whole system", (*flags("NOGO RDPC RDPR OVLRDP OVLXMT MSC TSV"), spare(1)))),
            None,
            None,
            ("PSR", Fixed("primary", (*CHANNELS, *flags("OVL MSC"), spare(3)))),
            ("SSR", Fixed("secondary", (*CHANNELS, *flags("OVL MSC"), spare(3)))),
            ("MDS", Fixed("Mode S", (*CHANNELS, *flags("OVLSUR MSC SCF DLF OVLSCF OVLDLF"), spare(7)))),
        ),
    ),
    "060": Compound(
        "system processing mode",
        (
            ("COM", Fixed("whole system", (spare(1), raw("REDRDP", 3), raw("REDXMT", 3), spare(1)))),
            None,
            None,
            ("PSR", Fixed("primary", (*flags("POL"), raw("REDRAD", 3), raw("STC", 2), spare(2)))),
            ("SSR", Fixed("secondary", (raw("REDRAD", 3), spare(5)))),
            ("MDS", Fixed("Mode S", (raw("REDRAD", 3), *flags("CLU"), spare(4)))),
        ),
    ),
    "070": Repetitive("message counts", (raw("TYP", 5), unsigned("COUNT", 11))),
    "090": Fixed("collimation error", (signed("RNG", 8, 1 / 128, "NM"), signed("AZM", 8, 360 / 2**14, "deg"))),
    "100": Fixed(
        "polar window",
        (
            unsigned("RHOST", 16, 1 / 256, "NM"),
            unsigned("RHOEND", 16, 1 / 256, "NM"),
            unsigned("THETAST", 16, AZIMUTH_LSB_DEG, "deg"),
            unsigned("THETAEND", 16, AZIMUTH_LSB_DEG, "deg"),
        ),
    ),
    "110": Fixed("data filter", (raw("TYP", 8),)),
    "120": Fixed("place of the source", (signed("HGT", 16, 1, "m"), *place(24, 180 / 2**23))),
    "RE": Explicit("reserved expansion"),
    "SP": Explicit("special purpose"),
}

EDITIONS = (Edition(34, ("1.26", "1.29"), profile("010 000 030 020 041 050 060 070 100 110 120 090 RE SP"), ITEMS),)
