"""Who may read a story, and which rule says so. Pure: the newsroom collects the facts, `gate_of` answers.

A story is one story in all its languages, so its gate is one too: the strictest choice among its published languages
holds for all of them, and a rule for a section or a topic holds where any of them stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from broadsheet.paywall.rules import Access

INHERIT = "inherit"  # a story's choice: as its section and topics say
DAY = 86_400
_STRICT = {Access.OPEN: 0, Access.METERED: 1, Access.MEMBERS: 2}


class Maker(StrEnum):
    """What made a gate."""

    STORY = "story"
    TRANSLATION = "translation"
    SECTION = "section"
    TOPIC = "topic"
    ARCHIVE = "archive"
    DEFAULT = "default"


class Choice(NamedTuple):
    """What an editor chose for a story in one language: open, metered, members or inherit."""

    language: str
    access: str


class Rule(NamedTuple):
    """What staff say of a section or a topic, known by its translation key; `name` is for people."""

    maker: Maker
    subject: str
    name: str
    access: Access


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """The rules in the staff's order, and after how many days a story becomes members'; 0 for never."""

    rules: tuple[Rule, ...] = ()
    archive_days: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """A story as far as its gate depends on it. `own` is its choice in the language in question."""

    own: Choice
    others: tuple[Choice, ...] = ()  # its published translations
    subjects: frozenset[str] = frozenset()  # translation keys of its sections and topics, in all languages
    published: float = 0.0  # when it first appeared in any language, in seconds since 1970; 0 if it has not


class Gate(NamedTuple):
    """Who may read it now, what made that so (a rule's name, a language), and when its age will change it."""

    access: Access
    maker: Maker
    name: str = ""
    days: int = 0  # of the archive, where that made it
    gated_from: float = 0.0  # seconds since 1970: from then on it is for members; 0 for never


def gate_of(facts: Facts, policy: AccessPolicy, now: float) -> Gate:
    """The gate of a story at `now`: by hand, else by the first rule that matches, else metered; then by its age."""
    made = _by_hand(facts) or _by_rule(facts.subjects, policy.rules) or Gate(Access.METERED, Maker.DEFAULT)
    by_hand = made.maker in {Maker.STORY, Maker.TRANSLATION}
    stays = made.access is Access.MEMBERS or (by_hand and made.access is Access.OPEN)
    if stays or not policy.archive_days or not facts.published:
        return made
    moment = facts.published + policy.archive_days * DAY
    if now >= moment:
        return Gate(Access.MEMBERS, Maker.ARCHIVE, days=policy.archive_days)
    return made._replace(gated_from=moment)


def _by_hand(facts: Facts) -> Gate | None:
    """The strictest of what was chosen in any language; the story's own where it is as strict as another's."""
    chosen = [choice for choice in (facts.own, *facts.others) if choice.access != INHERIT]
    if not chosen:
        return None
    strictest = max(chosen, key=lambda choice: _STRICT[Access(choice.access)])  # the first of equals, so its own
    maker = Maker.STORY if strictest is facts.own else Maker.TRANSLATION
    return Gate(Access(strictest.access), maker, "" if maker is Maker.STORY else strictest.language)


def _by_rule(subjects: frozenset[str], rules: Iterable[Rule]) -> Gate | None:
    found = next((rule for rule in rules if rule.subject in subjects), None)
    return Gate(found.access, found.maker, found.name) if found else None


def turned(access: Access, gated_from: float, now: float) -> Access:
    """What holds at `now` for a page that was rendered earlier: once its moment has come it is for members."""
    return Access.MEMBERS if 0 < gated_from <= now else access
