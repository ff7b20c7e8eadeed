"""CAT010: targets on and near an airport: surface radar, multilateration (EUROCONTROL-SPEC-0149-7)."""

from tocsin.feeds.asterix.layout import (
    AZIMUTH_LSB_DEG,
    SOURCE,
    SPEED_LSB_NM_S,
    TIME_OF_DAY,
    Edition,
    Explicit,
    Extended,
    Fixed,
    Item,
    Repetitive,
    flags,
    letters,
    octal,
    place,
    profile,
    raw,
    signed,
    spare,
    unsigned,
)

ITEMS: dict[str, Item] = {
    "000": Fixed("message type", (raw("MT", 8),)),  # 1 target, 2 start of update cycle, 3 periodic, 4 event status
    "010": Fixed("data source identifier", SOURCE),
    "020": Extended(
        "target report descriptor",
        (
            (raw("TYP", 3), *flags("DCR CHN GBS CRT")),
            (*flags("SIM TST RAB"), raw("LOP", 2), raw("TOT", 2)),
            (*flags("SPI"), spare(6)),
        ),
    ),
    "040": Fixed("measured position, polar", (unsigned("RHO", 16, 1, "m"), unsigned("TH", 16, AZIMUTH_LSB_DEG, "deg"))),
    "041": Fixed("position, WGS 84", place(32, 180 / 2**31)),
    "042": Fixed("position, Cartesian", (signed("X", 16, 1, "m"), signed("Y", 16, 1, "m"))),
    "060": Fixed("Mode 3/A code", (*flags("V G L"), spare(1), octal("MODE3A"))),
    "090": Fixed("flight level", (*flags("V G"), signed("FL", 14, 1 / 4, "FL"))),
    "091": Fixed("measured height", (signed("MH", 16, 6.25, "ft"),)),
    "131": Fixed("amplitude of the primary plot", (raw("PAM", 8),)),
    "140": Fixed("time of day", (TIME_OF_DAY,)),
    "161": Fixed("track number", (spare(4), raw("TRK", 12))),
    "170": Extended(
        "track status",
        (
            (*flags("CNF TRE"), raw("CST", 2), *flags("MAH TCC STH")),
            (raw("TOM", 2), raw("DOU", 3), raw("MRS", 2)),
            (*flags("GHO"), spare(6)),
        ),
    ),
    "200": Fixed(
        "track velocity, polar",
        (unsigned("GSP", 16, SPEED_LSB_NM_S, "NM/s"), unsigned("TRA", 16, AZIMUTH_LSB_DEG, "deg")),
    ),
    "202": Fixed("track velocity, Cartesian", (signed("VX", 16, 1 / 4, "m/s"), signed("VY", 16, 1 / 4, "m/s"))),
    "210": Fixed("acceleration", (signed("AX", 8, 1 / 4, "m/s2"), signed("AY", 8, 1 / 4, "m/s2"))),
    "220": Fixed("target address", (raw("TA", 24),)),
    "245": Fixed("target identification", (raw("STI", 2), spare(6), letters("CHR"))),
    "250": Repetitive("Mode S data", (raw("MBDATA", 56), raw("BDS1", 4), raw("BDS2", 4))),
    "270": Extended(
        "size and orientation",
        (
            (unsigned("LENGTH", 7, 1, "m"),),
            (unsigned("ORIENTATION", 7, 360 / 128, "deg"),),
            (unsigned("WIDTH", 7, 1, "m"),),
        ),
    ),
    "280": Repetitive("presence", (signed("DRHO", 8, 1, "m"), signed("DTHETA", 8, 0.15, "deg"))),
    "300": Fixed("vehicle fleet", (raw("VFI", 8),)),
    "310": Fixed("message", (*flags("TRB"), raw("MSG", 7))),
    "500": Fixed(
        "deviation of position",
        (unsigned("DEVX", 8, 1 / 4, "m"), unsigned("DEVY", 8, 1 / 4, "m"), signed("COVXY", 16, 1 / 4, "m")),
    ),
    "550": Fixed("system status", (raw("NOGO", 2), *flags("OVL TSV DIV TTF"), spare(2))),
    "RE": Explicit("reserved expansion"),
    "SP": Explicit("special purpose"),
}

PROFILE = profile(
    "010 000 020 140 041 040 042  200 202 161 170 060 220 245  250 300 090 091 270 550 310  500 280 131 210 - SP RE"
)
EDITIONS = (Edition(10, ("1.1",), PROFILE, ITEMS),)
