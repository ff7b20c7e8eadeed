"""`tocsin doctor`: what would keep people from being told, and what to mend."""

import json
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

EXAMPLE = "tocsin doctor site.toml"
NOT_WELL = 1
COLOURS = {"well": "32", "weak": "33", "broken": "31"}


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("site", type=Path, help="the site file (TOML)")
    parser.add_argument("--ledger", type=Path, help="where the evidence is kept, when not where the site file says")
    parser.add_argument("--send", action="store_true", help="send a test message to each channel's test address")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(arguments: Namespace) -> int:
    """0: nothing is broken. 1: something is; it is said what to mend."""
    from tocsin import site
    from tocsin.cli.doctor.documents import documents
    from tocsin.cli.doctor.finding import BROKEN, WEAK, Finding
    from tocsin.cli.doctor.machine import machine
    from tocsin.cli.doctor.rules import rules
    from tocsin.cli.doctor.sky import sky
    from tocsin.cli.doctor.standing import standing
    from tocsin.cli.doctor.ways_out import ways_out
    from tocsin.live.clock import UtcClock

    declared = site.read(arguments.site)
    folder = arguments.ledger or arguments.site.parent / declared.ledger.folder
    now_ns = UtcClock().now_ns
    findings: list[Finding] = [
        *sky(declared),
        *rules(declared),
        *documents(declared, now_ns()),
        *ways_out(declared, now_ns, send=arguments.send),
        *standing(declared, folder, now_ns()),
        *machine(declared, folder, now_ns()),
    ]
    broken = sum(finding.state == BROKEN for finding in findings)
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False))
    else:
        for finding in findings:
            print(_painted(finding.line(), finding.state))
        weak = sum(finding.state == WEAK for finding in findings)
        print(f"{broken} broken, {weak} weak, {len(findings) - broken - weak} well")
    return NOT_WELL if broken else 0


def _painted(line: str, state: str) -> str:
    return f"\033[{COLOURS[state]}m{line}\033[0m" if sys.stdout.isatty() else line
