"""CAT062: tracks that another system made of its sensors (EUROCONTROL-SPEC-0149-9).

Edition 0.17, of 2008 and before, has another profile and other items: it is at the end of this file. Later editions
only gave a meaning to bits that were spare.
"""

from tocsin.feeds.asterix.layout import (
    AZIMUTH_LSB_DEG,
    SOURCE,
    SPEED_LSB_NM_S,
    TIME_OF_DAY,
    Chained,
    Compound,
    Edition,
    Explicit,
    Extended,
    Field,
    Fields,
    Fixed,
    Item,
    Repetitive,
    ascii8,
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

CODE = (*flags("V G L"), spare(1), octal("MODE3A"))
INTENT: Fields = (
    *flags("TCA NC"),
    raw("TCPN", 6),
    signed("ALT", 16, 10, "ft"),
    *place(24, 180 / 2**23),
    raw("PT", 4),
    raw("TD", 2),
    *flags("TRA TOA"),
    unsigned("TOV", 24, 1, "s"),
    unsigned("TTR", 16, 0.01, "NM"),
)
INTENT_STATUS = Extended("trajectory intent status", ((*flags("NAV NVB"), spare(5)),))
IAS_OR_MACH = Field("IAS", 15, "unsigned", SPEED_LSB_NM_S, "NM/s", instead=("IM", 1, 0.001, "Mach"))
COMMUNICATIONS = (raw("COM", 3), raw("STAT", 3), spare(2), *flags("SSC ARC AIC B1A"), raw("B1B", 4))
REGISTERS = Repetitive("BDS registers", (raw("MBDATA", 56), raw("BDS1", 4), raw("BDS2", 4)))


def age(name: str, title: str, bits: int = 8) -> tuple[str, Item]:
    """How old something is, in quarters of a second."""
    return name, Fixed(f"age of {title}", (unsigned(name, bits, 1 / 4, "s"),))


DERIVED = Compound(
    "aircraft derived data",
    (
        ("ADR", Fixed("target address", (raw("ADR", 24),))),
        ("ID", Fixed("target identification", (letters("ID"),))),
        ("MHG", Fixed("magnetic heading", (unsigned("MHG", 16, AZIMUTH_LSB_DEG, "deg"),))),
        ("IAS", Fixed("indicated airspeed or Mach number", (*flags("IM"), IAS_OR_MACH))),
        ("TAS", Fixed("true airspeed", (unsigned("TAS", 16, 1, "kt"),))),
        ("SAL", Fixed("selected altitude", (*flags("SAS"), raw("SRC", 2), signed("ALT", 13, 25, "ft")))),
        ("FSS", Fixed("final selected altitude", (*flags("MV AH AM"), signed("ALT", 13, 25, "ft")))),
        ("TIS", INTENT_STATUS),
        ("TID", Repetitive("trajectory intent", INTENT)),
        ("COM", Fixed("communications, ACAS and flight status", COMMUNICATIONS)),
        (
            "SAB",
            Fixed(
                "status by ADS-B", (raw("AC", 2), raw("MN", 2), raw("DC", 2), *flags("GBS"), spare(6), raw("STAT", 3))
            ),
        ),
        ("ACS", Fixed("ACAS resolution advisory", (raw("ACS", 56),))),
        ("BVR", Fixed("barometric vertical rate", (signed("BVR", 16, 6.25, "ft/min"),))),
        ("GVR", Fixed("geometric vertical rate", (signed("GVR", 16, 6.25, "ft/min"),))),
        ("RAN", Fixed("roll angle", (signed("RAN", 16, 0.01, "deg"),))),
        ("TAR", Fixed("track angle rate", (raw("TI", 2), spare(6), signed("ROT", 7, 1 / 4, "deg/s"), spare(1)))),
        ("TAN", Fixed("track angle", (unsigned("TAN", 16, AZIMUTH_LSB_DEG, "deg"),))),
        ("GS", Fixed("ground speed", (signed("GS", 16, SPEED_LSB_NM_S, "NM/s"),))),
        ("VUN", Fixed("velocity uncertainty", (raw("VUN", 8),))),
        (
            "MET",
            Fixed(
                "weather",
                (
                    *flags("WS WD TMP TRB"),
                    spare(4),
                    unsigned("WSD", 16, 1, "kt"),
                    unsigned("WDD", 16, 1, "deg"),
                    signed("TMPD", 16, 1 / 4, "degC"),
                    unsigned("TRBD", 8),
                ),
            ),
        ),
        ("EMC", Fixed("emitter category", (raw("EMC", 8),))),
        ("POS", Fixed("position", place(24, 180 / 2**23))),
        ("GAL", Fixed("geometric altitude", (signed("GAL", 16, 6.25, "ft"),))),
        ("PUN", Fixed("position uncertainty", (spare(4), raw("PUN", 4)))),
        ("MB", REGISTERS),
        ("IAR", Fixed("indicated airspeed", (unsigned("IAR", 16, 1, "kt"),))),
        ("MAC", Fixed("Mach number", (unsigned("MAC", 16, 0.008, "Mach"),))),
        ("BPS", Fixed("barometric pressure setting", (spare(4), unsigned("BPS", 12, 0.1, "mb")))),
    ),
)
STATUS: tuple[Fields, ...] = (
    (*flags("MON SPI MRH"), raw("SRC", 3), *flags("CNF")),
    flags("SIM TSE TSB FPC AFF STP KOS"),
    (*flags("AMA"), raw("MD4", 2), *flags("ME MI"), raw("MD5", 2)),
    flags("CST PSR SSR MDS ADS SUC AAC"),
    (raw("SDS", 2), raw("EMS", 3), *flags("PFT FPLT")),
    flags("DUPT DUPF DUPM SFC IDD IEC MLAT"),
    (*flags("M5I"), spare(6)),
)
UPDATE_AGES = Compound(
    "ages of the updates of the track",
    (
        age("TRK", "the track"),
        age("PSR", "the last primary report"),
        age("SSR", "the last secondary report"),
        age("MDS", "the last Mode S report"),
        age("ADS", "the last ADS-C report", 16),
        age("ES", "the last ADS-B extended squitter"),
        age("VDL", "the last ADS-B VDL Mode 4 report"),
        age("UAT", "the last ADS-B UAT report"),
        age("LOP", "the last loop report"),
        age("MLT", "the last multilateration"),
    ),
)
AGED = (
    "MFL MD1 MD2 MDA MD4 MD5 MHG IAS TAS SAL FSS TID COM SAB ACS BVR GVR RAN TAR TAN GSP VUN MET EMC POS GAL PUN MB"
    " IAR MAC BPS"
)
DATA_AGES = Compound("ages of the data of the track", tuple(age(name, name) for name in AGED.split()))
PLAN: tuple[tuple[str, Item], ...] = (
    ("TAG", Fixed("tag of the flight plan system", SOURCE)),
    ("CS", Fixed("callsign", (ascii8("CS", 56),))),
    ("IFI", Fixed("IFPS flight number", (raw("TYP", 2), spare(3), unsigned("NBR", 27)))),
    ("FCT", Fixed("flight category", (raw("GATOAT", 2), raw("FR1FR2", 2), raw("RVSM", 2), *flags("HPR"), spare(1)))),
    ("TAC", Fixed("type of aircraft", (ascii8("TAC", 32),))),
    ("WTC", Fixed("wake turbulence category", (ascii8("WTC", 8),))),
    ("DEP", Fixed("departure airport", (ascii8("DEP", 32),))),
    ("DST", Fixed("destination airport", (ascii8("DST", 32),))),
    ("RDS", Fixed("runway", (ascii8("NU1", 8), ascii8("NU2", 8), ascii8("LTR", 8)))),
    ("CFL", Fixed("cleared flight level", (unsigned("CFL", 16, 1 / 4, "FL"),))),
    ("CTL", Fixed("control position", (raw("CENTRE", 8), raw("POSITION", 8)))),
    (
        "TOD",
        Repetitive(
            "times of departure and arrival",
            (
                *(raw("TYP", 5), raw("DAY", 2), spare(4), unsigned("HOR", 5), spare(2), unsigned("MIN", 6)),
                *(*flags("AVS"), spare(1), unsigned("SEC", 6)),
            ),
        ),
    ),
    ("AST", Fixed("stand", (ascii8("AST", 48),))),
    ("STS", Fixed("stand status", (raw("EMP", 2), raw("AVL", 2), spare(4)))),
)
PLAN_LATER: tuple[tuple[str, Item], ...] = (
    ("STD", Fixed("departure procedure", (ascii8("STD", 56),))),
    ("STA", Fixed("arrival procedure", (ascii8("STA", 56),))),
    ("PEM", Fixed("Mode 3/A before the emergency", (spare(3), *flags("VA"), octal("MODE3A")))),
    ("PEC", Fixed("callsign before the emergency", (ascii8("PEC", 56),))),
)
MODE_5 = Compound(
    "Mode 5 and extended Mode 1",
    (
        ("SUM", Fixed("summary", flags("M5 ID DA M1 M2 M3 MC X"))),
        (
            "PMN",
            Fixed("PIN, nation, mission", (spare(2), raw("PIN", 14), spare(3), raw("NAT", 5), spare(2), raw("MIS", 6))),
        ),
        ("POS", Fixed("reported position", place(24, 180 / 2**23))),
        ("GA", Fixed("GNSS altitude", (spare(1), *flags("RES"), signed("GA", 14, 25, "ft")))),
        ("EM1", Fixed("extended Mode 1 code", (spare(4), octal("EM1")))),
        ("TOS", Fixed("time offset of POS and GA", (signed("TOS", 8, 1 / 128, "s"),))),
        ("XP", Fixed("X pulses", (spare(3), *flags("X5 XC X3 X2 X1")))),
    ),
)
ACCURACY_LSB_DEG = 180 / 2**25
ACCURACIES = Compound(
    "estimated accuracies",
    (
        ("APC", Fixed("position, Cartesian", (unsigned("X", 16, 1 / 2, "m"), unsigned("Y", 16, 1 / 2, "m")))),
        ("COV", Fixed("covariance of X and Y", (signed("COV", 16, 1 / 2, "m"),))),
        (
            "APW",
            Fixed(
                "position, WGS 84",
                (unsigned("LAT", 16, ACCURACY_LSB_DEG, "deg"), unsigned("LON", 16, ACCURACY_LSB_DEG, "deg")),
            ),
        ),
        ("AGA", Fixed("geometric altitude", (unsigned("AGA", 8, 6.25, "ft"),))),
        ("ABA", Fixed("barometric altitude", (unsigned("ABA", 8, 1 / 4, "FL"),))),
        ("ATV", Fixed("velocity", (unsigned("X", 8, 1 / 4, "m/s"), unsigned("Y", 8, 1 / 4, "m/s")))),
        ("AA", Fixed("acceleration", (unsigned("X", 8, 1 / 4, "m/s2"), unsigned("Y", 8, 1 / 4, "m/s2")))),
        ("ARC", Fixed("rate of climb", (unsigned("ARC", 8, 6.25, "ft/min"),))),
    ),
)
MEASURED = Compound(
    "measured information",
    (
        ("SID", Fixed("sensor", SOURCE)),
        (
            "POS",
            Fixed("position", (unsigned("RHO", 16, 1 / 256, "NM"), unsigned("THETA", 16, AZIMUTH_LSB_DEG, "deg"))),
        ),
        ("HEIGHT", Fixed("3D height", (signed("HEIGHT", 16, 25, "ft"),))),
        ("MDC", Fixed("Mode C code", (*flags("V G"), signed("LMC", 14, 1 / 4, "FL")))),
        ("MDA", Fixed("Mode 3/A code", CODE)),
        ("TYP", Fixed("report type", (raw("TYP", 3), *flags("SIM RAB TST"), spare(2)))),
    ),
)
SIZE = Extended(
    "size and orientation",
    (
        (unsigned("LENGTH", 7, 1, "m"),),
        (unsigned("ORIENTATION", 7, 360 / 128, "deg"),),
        (unsigned("WIDTH", 7, 1, "m"),),
    ),
)

ITEMS: dict[str, Item] = {
    "010": Fixed("data source identifier", SOURCE),
    "015": Fixed("service identification", (raw("SID", 8),)),
    "040": Fixed("track number", (raw("TRN", 16),)),
    "060": Fixed("Mode 3/A code", (*flags("V G CH"), spare(1), octal("MODE3A"))),
    "070": Fixed("time of track information", (TIME_OF_DAY,)),
    "080": Extended("track status", STATUS),
    "100": Fixed("calculated position, Cartesian", (signed("X", 24, 1 / 2, "m"), signed("Y", 24, 1 / 2, "m"))),
    "105": Fixed("calculated position, WGS 84", place(32, 180 / 2**25)),
    "110": MODE_5,
    "120": Fixed("Mode 2 code", (spare(4), octal("MODE2"))),
    "130": Fixed("geometric altitude", (signed("ALT", 16, 6.25, "ft"),)),
    "135": Fixed("barometric altitude", (*flags("QNH"), signed("CTB", 15, 1 / 4, "FL"))),
    "136": Fixed("measured flight level", (signed("MFL", 16, 1 / 4, "FL"),)),
    "185": Fixed("velocity, Cartesian", (signed("VX", 16, 1 / 4, "m/s"), signed("VY", 16, 1 / 4, "m/s"))),
    "200": Fixed("mode of movement", (raw("TRANS", 2), raw("LONG", 2), raw("VERT", 2), *flags("ADF"), spare(1))),
    "210": Fixed("acceleration", (signed("AX", 8, 1 / 4, "m/s2"), signed("AY", 8, 1 / 4, "m/s2"))),
    "220": Fixed("rate of climb", (signed("ROCD", 16, 6.25, "ft/min"),)),
    "245": Fixed("target identification", (raw("STI", 2), spare(6), letters("CHR"))),
    "270": SIZE,
    "290": UPDATE_AGES,
    "295": DATA_AGES,
    "300": Fixed("vehicle fleet", (raw("VFI", 8),)),
    "340": MEASURED,
    "380": DERIVED,
    "390": Compound("flight plan", (*PLAN, *PLAN_LATER)),
    "500": ACCURACIES,
    "510": Chained("composed track number", (raw("IDENT", 8), raw("TRACK", 15))),
    "RE": Explicit("reserved expansion"),
    "SP": Explicit("special purpose"),
}
PROFILE = profile(
    "010 - 015 070 105 100 185  210 060 245 380 040 080 290  200 295 136 130 135 220 390  270 300 110 120 510 500 340"
    " - - - - - RE SP"
)
CODE_BEFORE: Item = Fixed("Mode 3/A code", (spare(2), *flags("CH"), spare(1), octal("MODE3A")))


def status(*last: Fields) -> Extended:
    """I062/080 of an edition whose sixth octet, and all after it, were these."""
    return Extended("track status", (*STATUS[:5], *last))


FIRST: Fields = (*flags("DUPT DUPF DUPM"), spare(4))
SECOND: Fields = (*flags("DUPT DUPF DUPM SFC IDD IEC"), spare(1))

OLD_LSB_DEG = 180 / 2**23
OLD_SPEED: Fields = (unsigned("SPEED", 16, 0.22, "kt"), unsigned("HEADING", 16, AZIMUTH_LSB_DEG, "deg"))
OLD_ITEMS: dict[str, Item] = {
    "010": ITEMS["010"],
    "015": ITEMS["015"],
    "040": Fixed("track number", (spare(1), raw("TRN", 15))),
    "060": Fixed("Mode 3/A code", (spare(4), octal("MODE3A"))),
    "070": ITEMS["070"],
    "080": Extended(
        "track status",
        (
            STATUS[0],
            (*flags("SIM TSE TSB FPC"), spare(3)),
            (*flags("AMA"), raw("MD4", 2), *flags("ME MI"), spare(2)),
            STATUS[3],
        ),
    ),
    "100": Fixed("calculated position, Cartesian", (signed("X", 16, 1 / 64, "NM"), signed("Y", 16, 1 / 64, "NM"))),
    "105": Fixed("calculated position, WGS 84", place(24, OLD_LSB_DEG)),
    "110": Fixed("Mode 1 code", (spare(3), raw("MODE1", 5))),
    "120": ITEMS["120"],
    "130": Fixed("altitude above mean sea level", (signed("ALT", 16, 6.25, "ft"),)),
    "135": ITEMS["135"],
    "136": ITEMS["136"],
    "180": Fixed("velocity, polar", OLD_SPEED),
    "200": Fixed("mode of flight", (raw("TRANS", 2), raw("LONG", 2), raw("VERT", 2), spare(2))),
    "210": Fixed("longitudinal acceleration", (signed("CLA", 16, 0.00044155, "m/s2"),)),
    "220": ITEMS["220"],
    "240": Fixed("rate of turn", (signed("ROT", 8, 1 / 4, "deg/s"),)),
    "290": Compound(
        "ages of the updates of the track",
        (
            age("PSR", "the last primary report"),
            age("SSR", "the last secondary report"),
            age("MDA", "the last Mode 3/A code"),
            age("MFL", "the last flight level"),
            age("MDS", "the last Mode S report"),
            age("ADS", "the last ADS report", 16),
            age("ADB", "the last ADS-B report"),
            age("MD1", "the last Mode 1 code"),
            age("MD2", "the last Mode 2 code"),
        ),
    ),
    "340": MEASURED,
    "380": Compound(
        "Mode S related data",
        (
            ("MB", REGISTERS),
            ("ADR", Fixed("target address", (raw("ADR", 24),))),
            ("ID", Fixed("target identification", (letters("ID"),))),
            ("COM", Fixed("communications, ACAS and flight status", COMMUNICATIONS)),
            ("ACS", Fixed("ACAS resolution advisory", (raw("ACS", 56),))),
        ),
    ),
    "390": Compound("flight plan", PLAN),
    "500": Compound(
        "estimated accuracies",
        (
            ("APC", Fixed("position, Cartesian", (unsigned("X", 8, 1 / 64, "NM"), unsigned("Y", 8, 1 / 64, "NM")))),
            (
                "APW",
                Fixed(
                    "position, WGS 84",
                    (unsigned("LAT", 16, OLD_LSB_DEG, "deg"), unsigned("LON", 16, OLD_LSB_DEG, "deg")),
                ),
            ),
            ("ATA", Fixed("altitude", (unsigned("ATA", 16, 6.25, "ft"),))),
            ("ATF", Fixed("flight level", (unsigned("ATF", 8, 1 / 4, "FL"),))),
            (
                "ATV",
                Fixed("velocity", (unsigned("SPEED", 8, 0.22, "kt"), unsigned("HEADING", 16, AZIMUTH_LSB_DEG, "deg"))),
            ),
            ("ART", Fixed("rate of turn", (unsigned("ART", 8, 1 / 4, "deg/s"),))),
            ("ALA", Fixed("longitudinal acceleration", (unsigned("ALA", 16, 0.00044155, "m/s2"),))),
            ("ARC", Fixed("rate of climb", (unsigned("ARC", 8, 6.25, "ft/min"),))),
        ),
    ),
    "510": ITEMS["510"],
    "RE": ITEMS["RE"],
    "SP": ITEMS["SP"],
}
OLD_PROFILE = profile(
    "010 015 070 040 105 100 060  130 135 136 180 200 220 240  210 080 290 340 380 - 390  110 120 510 - - RE SP"
)

EDITIONS = (
    Edition(62, ("0.17",), OLD_PROFILE, OLD_ITEMS),
    Edition(62, ("1.7", "1.16"), PROFILE, ITEMS | {"060": CODE_BEFORE, "080": status(FIRST)}),
    Edition(62, ("1.17",), PROFILE, ITEMS | {"080": status(FIRST)}),
    Edition(62, ("1.18", "1.19"), PROFILE, ITEMS | {"080": status(SECOND)}),
    Edition(62, ("1.20",), PROFILE, ITEMS | {"080": status(STATUS[5])}),
    Edition(62, ("1.21",), PROFILE, ITEMS),
)
