"""`tocsin serve`: live."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path

EXAMPLE = "tocsin serve site.toml --link ann=supervisor"


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("site", type=Path, help="the site file (TOML)")
    parser.add_argument("--ledger", type=Path, help="keep the evidence here, not where the site file says")
    parser.add_argument(
        "--link", action="append", default=[], metavar="NAME=ROLE", help="print a one-time link for this person"
    )
    parser.add_argument(
        "--token",
        action="append",
        default=[],
        metavar="FEED",
        help="a new token for this HTTP feed; the old one is void",
    )


def run(arguments: Namespace) -> int:
    """The service's own exit code."""
    from tocsin import site

    declared = site.read(arguments.site)

    from tocsin.errors import SiteError
    from tocsin.live.service import run
    from tocsin.server.access.people import People
    from tocsin.server.access.roles import Role

    people = {}
    for pair in arguments.link:
        name, _, role = pair.partition("=")
        roles = [one.value for one in Role]
        if not name or role not in roles:
            raise SiteError(f"--link {pair}: write NAME=ROLE with a role of {', '.join(roles)}")
        people[name] = Role(role)
    folder = arguments.ledger or arguments.site.parent / declared.ledger.folder  # an absolute one stays as it is
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        advice = "name another folder under [ledger]"
        raise SiteError(f"{folder}: the ledger's folder cannot be made: {error.strerror}; {advice}") from error
    posted = [feed.name for feed in declared.feeds if feed.transport == "http"]
    for feed in arguments.token:
        if feed not in posted:
            raise SiteError(
                f"--token {feed}: no such HTTP feed in {arguments.site}; there are: {', '.join(posted) or 'none'}"
            )
    if arguments.token:  # opening the store costs a password's hash, which a restart need not wait for twice
        with closing(People(folder / "people.sqlite")) as store:
            for feed in arguments.token:
                print(f"token of feed {feed}, shown once: {store.new_feed_token(feed)}", flush=True)
    return run(declared, folder=folder, people=people)
