"""CAT048: plots and tracks of one radar (EUROCONTROL-SPEC-0149-4).

Editions 1.14 to 1.30 differ in words and in bits that were spare; 1.31 and 1.32 lengthen the target report descriptor.
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
    Fields,
    Fixed,
    Item,
    Repetitive,
    flags,
    letters,
    octal,
    populated,
    profile,
    raw,
    signed,
    spare,
    unsigned,
)
from tocsin.feeds.asterix.tables.expansions import RE048

DESCRIPTOR: tuple[Fields, ...] = (
    (raw("TYP", 3), *flags("SIM RDP SPI RAB")),
    (*flags("TST ERR XPP ME MI"), raw("FOEFRI", 2)),
    (*populated("ADSB"), *populated("SCN"), *populated("PAI"), spare(1)),
    (*populated("ACASXV", 4), *populated("POXPR")),
    (*populated("POACT"), *populated("DTFXPR"), *populated("DTFACT"), spare(1)),
    (*populated("IRMXPR"), *populated("IRMACT"), spare(3)),
)
MODE_A_PULSES = flags("QA4 QA2 QA1 QB4 QB2 QB1 QC4 QC2 QC1 QD4 QD2 QD1")
MODE_C_PULSES = flags("QC1 QA1 QC2 QA2 QC4 QA4 QB1 QD1 QB2 QD2 QB4 QD4")


def descriptor(parts: int) -> Extended:
    """I048/020 of the editions that knew so many octets of it."""
    return Extended("target report descriptor", DESCRIPTOR[:parts])


ITEMS: dict[str, Item] = {
    "010": Fixed("data source identifier", SOURCE),
    "020": descriptor(6),
    "030": Chained("warnings and target classification", (raw("WE", 7),)),
    "040": Fixed(
        "measured position, polar",
        (unsigned("RHO", 16, 1 / 256, "NM"), unsigned("THETA", 16, AZIMUTH_LSB_DEG, "deg")),
    ),
    "042": Fixed("calculated position, Cartesian", (signed("X", 16, 1 / 128, "NM"), signed("Y", 16, 1 / 128, "NM"))),
    "050": Fixed("Mode 2 code", (*flags("V G L"), spare(1), octal("MODE2"))),
    "055": Fixed("Mode 1 code", (*flags("V G L"), raw("MODE1", 5))),
    "060": Fixed("Mode 2 code confidence", (spare(4), *MODE_A_PULSES)),
    "065": Fixed("Mode 1 code confidence", (spare(3), *flags("QA4 QA2 QA1 QB2 QB1"))),
    "070": Fixed("Mode 3/A code", (*flags("V G L"), spare(1), octal("MODE3A"))),
    "080": Fixed("Mode 3/A code confidence", (spare(4), *MODE_A_PULSES)),
    "090": Fixed("flight level", (*flags("V G"), signed("FL", 14, 1 / 4, "FL"))),
    "100": Fixed("Mode C code and confidence", (*flags("V G"), spare(2), raw("MODEC", 12), spare(4), *MODE_C_PULSES)),
    "110": Fixed("height measured by a 3D radar", (spare(2), signed("3DH", 14, 25, "ft"))),
    "120": Compound(
        "radial Doppler speed",
        (
            ("CAL", Fixed("calculated", (*flags("D"), spare(5), signed("CAL", 10, 1, "m/s")))),
            (
                "RDS",
                Repetitive(
                    "raw",
                    (unsigned("DOP", 16, 1, "m/s"), unsigned("AMB", 16, 1, "m/s"), unsigned("FRQ", 16, 1, "MHz")),
                ),
            ),
        ),
    ),
    "130": Compound(
        "radar plot characteristics",
        (
            ("SRL", Fixed("SSR plot runlength", (unsigned("SRL", 8, 360 / 2**13, "deg"),))),
            ("SRR", Fixed("number of SSR replies", (unsigned("SRR", 8),))),
            ("SAM", Fixed("amplitude of the SSR reply", (signed("SAM", 8, 1, "dBm"),))),
            ("PRL", Fixed("primary plot runlength", (unsigned("PRL", 8, 360 / 2**13, "deg"),))),
            ("PAM", Fixed("amplitude of the primary plot", (signed("PAM", 8, 1, "dBm"),))),
            ("RPD", Fixed("range, primary less SSR", (signed("RPD", 8, 1 / 256, "NM"),))),
            ("APD", Fixed("azimuth, primary less SSR", (signed("APD", 8, 360 / 2**14, "deg"),))),
        ),
    ),
    "140": Fixed("time of day", (TIME_OF_DAY,)),
    "161": Fixed("track number", (spare(4), raw("TRN", 12))),
    "170": Extended(
        "track status",
        (
            (*flags("CNF"), raw("RAD", 2), *flags("DOU MAH"), raw("CDM", 2)),
            (*flags("TRE GHO SUP TCC"), spare(3)),
        ),
    ),
    "200": Fixed(
        "track velocity, polar",
        (unsigned("GSP", 16, SPEED_LSB_NM_S, "NM/s"), unsigned("HDG", 16, AZIMUTH_LSB_DEG, "deg")),
    ),
    "210": Fixed(
        "track quality",
        (
            unsigned("SIGX", 8, 1 / 128, "NM"),
            unsigned("SIGY", 8, 1 / 128, "NM"),
            unsigned("SIGV", 8, SPEED_LSB_NM_S, "NM/s"),
            unsigned("SIGH", 8, 360 / 2**12, "deg"),
        ),
    ),
    "220": Fixed("aircraft address", (raw("ACADDR", 24),)),
    "230": Fixed(
        "communications, ACAS and flight status",
        (raw("COM", 3), raw("STAT", 3), *flags("SI"), spare(1), *flags("MSSC ARC AIC B1A"), raw("B1B", 4)),
    ),
    "240": Fixed("aircraft identification", (letters("ACID"),)),
    "250": Repetitive("BDS registers", (raw("MBDATA", 56), raw("BDS1", 4), raw("BDS2", 4))),
    "260": Fixed("ACAS resolution advisory", (raw("ACAS", 56),)),
    "RE": Explicit("reserved expansion", RE048),
    "SP": Explicit("special purpose"),
}

PROFILE = profile(
    "010 140 020 040 070 090 130  220 240 250 161 042 200 170  210 030 080 100 110 120 230  260 055 050 065 060 SP RE"
)
EDITIONS = (
    Edition(48, ("1.14", "1.30"), PROFILE, ITEMS | {"020": descriptor(2)}),
    Edition(48, ("1.31",), PROFILE, ITEMS | {"020": descriptor(3)}),
    Edition(48, ("1.32",), PROFILE, ITEMS),
)
