"""What is said, in each language: one TOML file a language, equal but for text. A third party's language is one file.

A wording is a draft until a person whose work it is has signed exactly these words (`Review`): a draft serves exercises
and tests, and never what is real. Whoever changes one letter afterwards has changed the digest that was signed.
"""

import hashlib
import string
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from tocsin.errors import SiteError

LANGUAGES: tuple[str, ...] = ("en", "uk", "ro", "pl")
KINDS: tuple[str, ...] = ("site", "zone", "border")
SAID: tuple[str, ...] = ("watch", "warning", "under_way", "all_clear", "ended", "cancel")
DIGEST_LETTERS = 16
TEXTS_ONLY = 'each table holds key = "text" and nothing else'


@dataclass(frozen=True, slots=True)
class Wording:
    """One language. `texts` maps "table.key" ("headline.warning", "guidance.zone.drone") to its words.

    `draft` is what the file says of itself; that it is none makes nobody here answer for it: see `unfit`.
    """

    language: str
    name: str
    draft: bool
    never: tuple[str, ...]
    texts: Mapping[str, str]
    digest: str  # of the words: what a reviewer signs

    def text(self, key: str, **blanks: str) -> str:
        """The words of a key with its blanks filled; "" where there are none."""
        return self.texts.get(key, "").format_map(_Blanks(blanks)).strip()

    def place(self, name: str, title: str) -> str:
        """What a place is called in this language, or else its title."""
        return self.texts.get(f"place.{name}", title)


@dataclass(frozen=True, slots=True)
class Review:
    """Who signed the words of a language, and when: from the site file. `digest`: Wording.digest of what was signed."""

    language: str
    person: str
    date: str
    digest: str


class _Blanks(dict[str, str]):
    """A blank that is not known stays empty: a warning is not lost to a slip in a file."""

    def __missing__(self, key: str) -> str:
        return ""


@cache
def shipped(language: str) -> Wording:
    """One of LANGUAGES, as it is in the package."""
    return parse(resources.files(__name__).joinpath(f"{language}.toml").read_text("utf-8"), f"{language}.toml")


def parse(text: str, name: str) -> Wording:
    """A language file. Raises SiteError where it is none; what it leaves out, `faults` tells."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SiteError(f"{name}: this is no TOML: {error}. Copy en.toml and put your words in") from error
    language = table.pop("language", None)
    if not isinstance(language, str) or not 2 <= len(language) <= 35:
        raise SiteError(f'{name}: language = {language!r}; write the tag of RFC 5646, such as language = "et"')
    title, draft, never = table.pop("name", language), table.pop("draft", True), table.pop("never", [])
    if not isinstance(title, str) or not isinstance(draft, bool) or not _words(never):
        raise SiteError(f'{name}: expected name = "text", draft = true or false, never = ["word"]')
    texts = dict(_flat(table, "", name))
    for key, words in texts.items():
        _blanks(words, f"{name}: {key}")
    return Wording(language, title, draft, tuple(never), MappingProxyType(texts), _digest(texts))


def faults(wording: Wording, classes: Sequence[str]) -> list[str]:
    """What is missing or wrong in a language, in words: for `tocsin doctor`. Compared with English, key by key."""
    model, found = shipped("en"), []
    wanted = {key for key in model.texts if not key.startswith("hazard.")} | {f"hazard.{name}" for name in classes}
    where = f"wording {wording.language}"
    for key in sorted(wanted):
        words = wording.texts.get(key, "")
        if not words.strip():
            found.append(f"{where}: {key} is missing; add it to the language file")
        elif _blanks(words, where) != _blanks(model.texts.get(key, words), where):
            expected = ", ".join(sorted(_blanks(model.texts[key], where))) or "none"
            found.append(f"{where}: {key} has other blanks than English; expected {expected}")
    known = wanted | {key for key in wording.texts if key.startswith(("hazard.", "place."))}
    found += [f"{where}: {key} is no key; see en.toml for all of them" for key in sorted(set(wording.texts) - known)]
    for key, words in sorted(wording.texts.items()):
        found += [
            f"{where}: {key} says {word!r}; automatic text says what is possible, never whose it is"
            for word in wording.never
            if word.casefold() in words.casefold()
        ]
    if not wording.never:
        found.append(f'{where}: never = [] names no word; write the words for "hostile" and "enemy"')
    return found


def unfit(wording: Wording, reviews: Sequence[Review]) -> str:
    """Why these words may not be used for what is real; "" where they may."""
    own = [review for review in reviews if review.language == wording.language]
    if not own:
        what = "a draft" if wording.draft else "signed elsewhere only"
        return f"wording {wording.language} is {what}: nobody has signed it here (digest {wording.digest})"
    signed = [review for review in own if review.digest == wording.digest and review.person.strip()]
    if not signed:
        last = own[-1]
        return (
            f"wording {wording.language} is not what {last.person or 'nobody'} signed on {last.date}: "
            f"these words have digest {wording.digest}, those had {last.digest or 'none'}; review it again"
        )
    return ""


def _words(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(word, str) and word for word in given)


def _flat(table: Mapping[str, object], before: str, name: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        path = f"{before}{key}"
        if isinstance(value, dict):
            yield from _flat(value, f"{path}.", name)
        elif isinstance(value, str) and before:
            yield path, value
        else:
            raise SiteError(f"{name}: {path} = {value!r}; {TEXTS_ONLY}")


def _blanks(words: str, where: str) -> frozenset[str]:
    """The {blanks} of a text; only names, so that no text can reach into what fills it."""
    try:
        parts = list(string.Formatter().parse(words))
    except ValueError as error:
        raise SiteError(f"{where}: {words!r}: {error}; write a blank as {{place}}") from error
    for _, blank, form, conversion in parts:
        if blank is not None and (not blank.isidentifier() or form or conversion):
            raise SiteError(f"{where}: {{{blank}}} is no blank; write one of en.toml's, such as {{place}}")
    return frozenset(blank for _, blank, _, _ in parts if blank is not None)


def _digest(texts: Mapping[str, str]) -> str:
    plain = "\n".join(f"{key}={words!r}" for key, words in sorted(texts.items()) if not key.startswith("place."))
    return hashlib.sha256(plain.encode()).hexdigest()[:DIGEST_LETTERS]
