"""What the reserved expansion field (RE) of CAT048 holds: SPEC-0149-4, appendix A, edition 1.13.

Only here is the range of a target beyond 256 NM (ERR). Other categories' RE stays a row of octets.
"""

from tocsin.feeds.asterix.layout import (
    AZIMUTH_LSB_DEG,
    Compound,
    Extended,
    Fixed,
    Item,
    Repetitive,
    flags,
    octal,
    place,
    raw,
    signed,
    spare,
    unsigned,
)

SUMMARY = Fixed("Mode 5 summary", (*flags("M5 ID DA M1 M2 M3 MC"), spare(1)))
REPORTED: tuple[tuple[str, Item], ...] = (
    ("POS", Fixed("reported position", place(24, 180 / 2**23))),
    ("GA", Fixed("GNSS altitude", (spare(1), *flags("RES"), signed("GA", 14, 25, "ft")))),
    ("EM1", Fixed("extended Mode 1 code", (*flags("V G L"), spare(1), octal("EM1")))),
    ("TOS", Fixed("time offset of POS and GA", (unsigned("TOS", 8, 1 / 128, "s"),))),
    ("XP", Fixed("X pulses", (spare(2), *flags("XP X5 XC X3 X2 X1")))),
)
MODE_5 = Compound(
    "Mode 5",
    (
        ("SUM", SUMMARY),
        (
            "PMN",
            Fixed(
                "PIN, nation, mission",
                (spare(2), raw("PIN", 14), spare(2), *flags("NAV"), raw("NAT", 5), spare(2), raw("MIS", 6)),
            ),
        ),
        *REPORTED,
    ),
)
MODE_5_NEW = Compound(
    "Mode 5, new format",
    (
        ("SUM", SUMMARY),
        ("PMN", Fixed("PIN, nation", (spare(2), raw("PIN", 14), spare(4), *flags("NOV"), raw("NO", 11)))),
        *REPORTED,
        ("FOM", Fixed("figure of merit", (spare(3), raw("FOM", 5)))),
    ),
)
PLOT = Compound(
    "radar plot characteristics",
    (
        ("SCO", Fixed("score", (unsigned("SCO", 8),))),
        ("SRC", Fixed("signal to clutter", (unsigned("SRC", 16, 0.1, "dB"),))),
        ("RW", Fixed("range width", (unsigned("RW", 16, 1 / 256, "NM"),))),
        ("AR", Fixed("ambiguous range", (unsigned("AR", 16, 1 / 256, "NM"),))),
    ),
)
RANGE_LSB_NM = 1 / 128
PREDICTED = Fixed(
    "next predicted position",
    (
        unsigned("PREDRHO", 16, RANGE_LSB_NM, "NM"),
        unsigned("PREDTHETA", 16, AZIMUTH_LSB_DEG, "deg"),
        unsigned("EVOLRHOSTART", 16, RANGE_LSB_NM, "NM"),
        unsigned("EVOLRHOEND", 16, RANGE_LSB_NM, "NM"),
        unsigned("EVOLTHETASTART", 16, AZIMUTH_LSB_DEG, "deg"),
        unsigned("EVOLTHETAEND", 16, AZIMUTH_LSB_DEG, "deg"),
        unsigned("NOISERHOSTART", 16, RANGE_LSB_NM, "NM"),
        unsigned("NOISERHOEND", 16, RANGE_LSB_NM, "NM"),
        unsigned("NOISETHETASTART", 16, AZIMUTH_LSB_DEG, "deg"),
        unsigned("NOISETHETAEND", 16, AZIMUTH_LSB_DEG, "deg"),
        unsigned("PREDTIME", 16, 1 / 128, "s"),
    ),
)
TRACK = Compound(
    "radar track characteristics",
    (
        ("PTL", Fixed("plot of the track", (spare(3), *flags("SCN RC AC SSR PSR"), raw("PLOTNR", 16)))),
        ("ATL", Repetitive("ADS-B of the track", (raw("ADSB", 16),))),
        ("TRN", Fixed("turn state", (unsigned("TRN", 8, 1, "%"),))),
        ("NPP", PREDICTED),
        ("DLK", Repetitive("data link", (raw("TYPE", 4), raw("ORIGIN", 2), raw("STATE", 2)))),
        ("LCK", Fixed("lockout", (*flags("LS"), unsigned("LOCTIM", 15, 1, "ms")))),
        (
            "TC",
            Fixed(
                "transition code",
                (
                    spare(7),
                    unsigned("TCOUNT1", 4),
                    raw("TCODE1", 5),
                    unsigned("TCOUNT2", 4),
                    octal("TCODE2"),
                    unsigned("TCOUNT3", 4),
                    octal("TCODE3"),
                ),
            ),
        ),
        ("TLC", Fixed("life cycle", (raw("ACQI", 2), unsigned("TRKUPDCTR", 14), unsigned("LASTTRKUPD", 16, 1, "ms")))),
        (
            "ASI",
            Repetitive(
                "adjacent sensors",
                (
                    raw("SACADJS", 8),
                    raw("SICADJS", 8),
                    unsigned("TIMEOFDAYSCN", 16, 1 / 128, "s"),
                    raw("DATAUSE", 7),
                    *flags("DRNA"),
                    raw("DRN", 16),
                ),
            ),
        ),
        ("TES", Fixed("source of the extrapolation", (raw("TES", 8),))),
        ("IR", Fixed("identity requested", (*flags("IR"), unsigned("M3A", 7, 1, "s")))),
    ),
)
DATE = Fixed("date", tuple(unsigned(digit, 4) for digit in ("Y1", "Y2", "Y3", "Y4", "M1", "M2", "D1", "D2")))
COMMON = Compound(
    "common and plot characteristics",
    (
        ("PNB", Fixed("plot number", (raw("PNB", 16),))),
        ("RPL", Repetitive("replies of the plot", (raw("TYPE", 8), raw("REPLYNBR", 16)))),
        ("SNB", Fixed("scan number", (unsigned("SNB", 8),))),
        ("DATE", DATE),
    ),
)
GENERIC = Compound(
    "generic data",
    (
        ("ALTM2", Fixed("other Mode 2 code", (*flags("V G L"), spare(1), octal("ALTM2")))),
        ("ALTM3", Fixed("other Mode 3/A code", (*flags("V G L"), spare(1), octal("ALTM3")))),
        ("ALTFL", Fixed("other flight level", (*flags("V G"), signed("ALTFL", 14, 1 / 4, "FL")))),
        ("RCSDB", Fixed("radar cross section", (spare(2), signed("RCSDB", 14, 0.01, "dBm2")))),
        ("RCSM", Fixed("radar cross section", (spare(2), unsigned("RCSM", 30, 1e-6, "m2")))),
    ),
)
RE048 = Compound(
    "reserved expansion",
    (
        ("MD5", MODE_5),
        ("M5N", MODE_5_NEW),
        ("M4E", Extended("Mode 4", ((spare(5), raw("FOEFRI", 2)),))),
        ("RPC", PLOT),
        ("ERR", Fixed("extended range", (unsigned("ERR", 24, 1 / 256, "NM"),))),
        ("RTC", TRACK),
        ("CPC", COMMON),
        ("GEN48", GENERIC),
    ),
    octets_fixed=1,
)
