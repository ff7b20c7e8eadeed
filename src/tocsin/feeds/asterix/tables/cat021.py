"""CAT021: what aircraft say of themselves, as ground stations heard it (EUROCONTROL-SPEC-0149-12).

Two families: 0.23 to 0.26 (2003 to 2008) and 2.1 on, with other profiles. Between 0.23 and 0.24 the position grew;
2.2 mended the length of I021/271; the others gave a meaning to bits that were spare.
"""

from tocsin.feeds.asterix.layout import (
    AZIMUTH_LSB_DEG,
    SOURCE,
    SPEED_LSB_NM_S,
    TIME_OF_DAY,
    Compound,
    Edition,
    Explicit,
    Extended,
    Field,
    Fields,
    Fixed,
    Item,
    Repetitive,
    flags,
    letters,
    octal,
    place,
    populated,
    profile,
    raw,
    signed,
    spare,
    unsigned,
)

AIRSPEED = (*flags("IM"), Field("AS", 15, "unsigned", SPEED_LSB_NM_S, "NM/s", instead=("IM", 1, 0.001, "Mach")))
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

# What both families write alike.
SAME: dict[str, Item] = {
    "010": Fixed("data source identifier", SOURCE),
    "020": Fixed("emitter category", (raw("ECAT", 8),)),
    "080": Fixed("target address", (raw("TA", 24),)),
    "110": Compound(
        "trajectory intent",
        (
            ("TIS", Extended("status", ((*flags("NAV NVB"), spare(5)),))),
            ("TID", Repetitive("points", INTENT)),
        ),
    ),
    "140": Fixed("geometric height", (signed("GH", 16, 6.25, "ft"),)),
    "145": Fixed("flight level", (signed("FL", 16, 1 / 4, "FL"),)),
    "148": Fixed("final selected altitude", (*flags("MV AH AM"), signed("ALT", 13, 25, "ft"))),
    "150": Fixed("airspeed", AIRSPEED),
    "152": Fixed("magnetic heading", (unsigned("MH", 16, AZIMUTH_LSB_DEG, "deg"),)),
    "170": Fixed("target identification", (letters("TID"),)),
    "220": Compound(
        "weather",
        (
            ("WS", Fixed("wind speed", (unsigned("WS", 16, 1, "kt"),))),
            ("WD", Fixed("wind direction", (unsigned("WD", 16, 1, "deg"),))),
            ("TMP", Fixed("temperature", (signed("TMP", 16, 1 / 4, "degC"),))),
            ("TRB", Fixed("turbulence", (unsigned("TRB", 8),))),
        ),
    ),
    "230": Fixed("roll angle", (signed("RA", 16, 0.01, "deg"),)),
    "RE": Explicit("reserved expansion"),
    "SP": Explicit("special purpose"),
}

OLD_ITEMS: dict[str, Item] = SAME | {
    "030": Fixed("time of day", (TIME_OF_DAY,)),
    "032": Fixed("accuracy of the time of day", (unsigned("TODA", 8, 1 / 256, "s"),)),
    "040": Fixed(
        "target report descriptor",
        (*flags("DCR GBS SIM TST RAB SAA SPI"), spare(1), raw("ATP", 3), raw("ARC", 2), spare(3)),
    ),
    "070": Fixed("Mode 3/A code", (*flags("V G L"), spare(1), octal("MODE3A"))),
    "090": Fixed("figure of merit", (raw("AC", 2), raw("MN", 2), raw("DC", 2), spare(6), raw("PA", 4))),
    "095": Fixed("velocity accuracy", (raw("VUC", 8),)),
    "130": Fixed("position", place(32, 180 / 2**25)),
    "131": Fixed("signal amplitude", (raw("SAM", 8),)),
    "146": Fixed("intermediate selected altitude", (*flags("SAS"), raw("SRC", 2), signed("ALT", 13, 25, "ft"))),
    "151": Fixed("true airspeed", (unsigned("TAS", 16, 1, "kt"),)),
    "155": Fixed("barometric vertical rate", (signed("BVR", 16, 6.25, "ft/min"),)),
    "157": Fixed("geometric vertical rate", (signed("GVR", 16, 6.25, "ft/min"),)),
    "160": Fixed(
        "ground vector", (signed("GS", 16, SPEED_LSB_NM_S, "NM/s"), unsigned("TA", 16, AZIMUTH_LSB_DEG, "deg"))
    ),
    "165": Extended("rate of turn", ((raw("TI", 2), spare(5)), (signed("ROT", 7, 1 / 4, "deg/s"),))),
    "200": Fixed("target status", (raw("TS", 8),)),
    "210": Fixed("link technology", (spare(3), *flags("DTI MDS UAT VDL OTR"))),
}
OLD_START = (
    "010 040 030 130 080 140 090  210 230 145 150 151 152 155  157 160 165 170 095 032 200  020 220 146 148 110 "
)
OLD_PROFILE = profile(OLD_START + "- - - - - - - RE SP")
OLD_PROFILE_026 = profile(OLD_START + "070 131 - - - - - RE SP")
OLD_PLACE_023: Item = Fixed("position", place(24, 180 / 2**23))

DESCRIPTOR: tuple[Fields, ...] = (
    (raw("ATP", 3), raw("ARC", 2), *flags("RC RAB")),
    (*flags("DCR GBS SIM TST SAA"), raw("CL", 2)),
    (spare(1), *flags("LLC IPC NOGO CPR LDPJ RCF")),
    populated("TBC", 6),
    populated("MBC", 6),
)
DESCRIPTOR_UNTIL_22: Item = Extended(
    "target report descriptor", (*DESCRIPTOR[:2], (spare(2), *flags("IPC NOGO CPR LDPJ RCF")))
)
DESCRIPTOR_UNTIL_25: Item = Extended("target report descriptor", DESCRIPTOR[:3])
QUALITY: tuple[Fields, ...] = (
    (raw("NUCRNACV", 3), raw("NUCPNIC", 4)),
    (*flags("NICBARO"), raw("SIL", 2), raw("NACP", 4)),
    (spare(2), *flags("SILS"), raw("SDA", 2), raw("GVA", 2)),
    (raw("PIC", 4), *flags("SRC"), spare(2)),
    (spare(2), *populated("VALSTATE", 2), *flags("VD VQ")),
    (unsigned("VALDISTP1", 7, 128, "m"),),
    (unsigned("VALDISTP2", 7, 1, "m"),),
    (unsigned("VALDISTQUALP1", 7, 128, "m"),),
    (unsigned("VALDISTQUALP2", 7, 1, "m"),),
)
QUALITY_UNTIL_26: Item = Extended("quality indicators", (*QUALITY[:3], (raw("PIC", 4), spare(3))))
SURFACE: Fields = (spare(2), *flags("POA CDTIS B2LOW RAS IDENT"))
FRACTION: Fields = (raw("FSI", 2), unsigned("TOMRP", 30, 2**-30, "s"))
AGED = "AOS TRD M3A QI TI1 MAM GH FL SAL FSA AS TAS MH BVR GVR GV TAR TI2 TS MET ROA ARA SCC"

ITEMS: dict[str, Item] = SAME | {
    "008": Fixed("aircraft operational status", (*flags("RA"), raw("TC", 2), *flags("TS ARV CDTIA NOTTCAS SA"))),
    "015": Fixed("service identification", (raw("SID", 8),)),
    "016": Fixed("service management", (unsigned("RP", 8, 1 / 2, "s"),)),
    "040": Extended("target report descriptor", DESCRIPTOR),
    "070": Fixed("Mode 3/A code", (spare(4), octal("MODE3A"))),
    "071": Fixed("time of applicability, position", (TIME_OF_DAY,)),
    "072": Fixed("time of applicability, velocity", (TIME_OF_DAY,)),
    "073": Fixed("time of reception, position", (TIME_OF_DAY,)),
    "074": Fixed("time of reception, position, finer", FRACTION),
    "075": Fixed("time of reception, velocity", (TIME_OF_DAY,)),
    "076": Fixed("time of reception, velocity, finer", FRACTION),
    "077": Fixed("time of transmission", (TIME_OF_DAY,)),
    "090": Extended("quality indicators", QUALITY),
    "130": Fixed("position", place(24, 180 / 2**23)),
    "131": Fixed("position, finer", place(32, 180 / 2**30)),
    "132": Fixed("message amplitude", (signed("MAM", 8, 1, "dBm"),)),
    "146": Fixed("selected altitude", (*flags("SAS"), raw("S", 2), signed("ALT", 13, 25, "ft"))),
    "151": Fixed("true airspeed", (*flags("RE"), unsigned("TAS", 15, 1, "kt"))),
    "155": Fixed("barometric vertical rate", (*flags("RE"), signed("BVR", 15, 6.25, "ft/min"))),
    "157": Fixed("geometric vertical rate", (*flags("RE"), signed("GVR", 15, 6.25, "ft/min"))),
    "160": Fixed(
        "ground vector",
        (*flags("RE"), unsigned("GS", 15, SPEED_LSB_NM_S, "NM/s"), unsigned("TA", 16, AZIMUTH_LSB_DEG, "deg")),
    ),
    "161": Fixed("track number", (spare(4), raw("TRNUM", 12))),
    "165": Fixed("track angle rate", (spare(6), signed("TAR", 10, 1 / 32, "deg/s"))),
    "200": Fixed("target status", (*flags("ICF LNAV ME"), raw("PS", 3), raw("SS", 2))),
    "210": Fixed("MOPS version", (spare(1), *flags("VNS"), raw("VN", 3), raw("LTT", 3))),
    "250": Repetitive("Mode S data", (raw("MBDATA", 56), raw("BDS1", 4), raw("BDS2", 4))),
    "260": Fixed(
        "ACAS resolution advisory",
        (
            *(raw("TYP", 5), raw("STYP", 3), raw("ARA", 14), raw("RAC", 4)),
            *(*flags("RAT MTE"), raw("TTI", 2), raw("TID", 26)),
        ),
    ),
    "271": Extended("surface capabilities", (SURFACE, (raw("LW", 4), spare(3)))),
    "295": Compound(
        "ages of data", tuple((name, Fixed(f"age of {name}", (unsigned(name, 8, 0.1, "s"),))) for name in AGED.split())
    ),
    "400": Fixed("receiver", (raw("RID", 8),)),
}
PROFILE = profile(
    "010 040 161 015 071 130 131  072 150 151 080 073 074 075  076 140 090 210 070 230 145  152 200 155 157 160 165 077"
    " 170 020 220 146 148 110 016  008 271 132 250 260 400 295  - - - - - RE SP"
)
UNTIL_26: dict[str, Item] = ITEMS | {"090": QUALITY_UNTIL_26}
UNTIL_25: dict[str, Item] = UNTIL_26 | {"040": DESCRIPTOR_UNTIL_25}
UNTIL_22: dict[str, Item] = UNTIL_25 | {"040": DESCRIPTOR_UNTIL_22}
UNTIL_21: dict[str, Item] = UNTIL_22 | {
    "200": Fixed("target status", (*flags("ICF LNAV"), spare(1), raw("PS", 3), raw("SS", 2))),
    "271": Extended("surface capabilities", (SURFACE, (spare(4), raw("LW", 4))), closed=True),
}

EDITIONS = (
    Edition(21, ("0.23",), OLD_PROFILE, OLD_ITEMS | {"130": OLD_PLACE_023}),
    Edition(21, ("0.24", "0.25"), OLD_PROFILE, OLD_ITEMS),
    Edition(21, ("0.26",), OLD_PROFILE_026, OLD_ITEMS),
    Edition(21, ("2.1",), PROFILE, UNTIL_21),
    Edition(21, ("2.2",), PROFILE, UNTIL_22),
    Edition(21, ("2.3", "2.5"), PROFILE, UNTIL_25),
    Edition(21, ("2.6",), PROFILE, UNTIL_26),
    Edition(21, ("2.7",), PROFILE, ITEMS),
)
