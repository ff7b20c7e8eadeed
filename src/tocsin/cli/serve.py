"""`tocsin serve`: live."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from tocsin import site

EXAMPLE = "tocsin serve site.toml --link ann=supervisor"


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("site", type=Path, help="the site file (TOML)")
    parser.add_argument("--ledger", type=Path, help="keep the evidence here, not where the site file says")
    parser.add_argument(
        "--link", action="append", default=[], metavar="NAME=ROLE", help="print a one-time link for this person"
    )


def run(arguments: Namespace) -> int:
    """The service's own exit code."""
    declared = site.read(arguments.site)

    from tocsin.errors import SiteError
    from tocsin.live.service import run
    from tocsin.server.access.roles import Role

    people = {}
    for pair in arguments.link:
        name, _, role = pair.partition("=")
        roles = [one.value for one in Role]
        if not name or role not in roles:
            raise SiteError(f"--link {pair}: write NAME=ROLE with a role of {', '.join(roles)}")
        people[name] = Role(role)
    folder = arguments.ledger or arguments.site.parent / declared.ledger.folder  # an absolute one stays as it is
    return run(declared, folder=folder, people=people)
