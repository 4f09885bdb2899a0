"""What the edge knows of the paper's policy, from the shelf's documents: terms, and slips by language."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from broadsheet.paywall import institutions
from broadsheet.paywall.institutions import Institutions
from broadsheet.paywall.rules import Terms

DATE, HERE = "@@date@@", "@@here@@"  # what a slip holds in place of the free story's date and of the page's address
MOST_MADE = 2_000


@dataclass(frozen=True, slots=True)
class Policy:
    """Terms and the ready pieces of HTML that differ by reader."""

    terms: Terms = field(default_factory=Terms)
    slips: dict[str, dict[str, str]] = field(default_factory=dict)
    open_until: float = 0.0  # seconds since 1970: till then every metered story is open
    crawlers: bool = True  # whether verified search crawlers read whole stories
    institutions: Institutions = field(default_factory=Institutions)
    _made: dict[tuple[str, str, date | None], bytes] = field(default_factory=dict)

    def slip(self, language: str, name: str, free_again: date | None = None) -> bytes:
        """A slip's bytes, with the date of the next free story where it names one; empty where there is none."""
        found = self._made.get((language, name, free_again))
        if found is None:
            if len(self._made) > MOST_MADE:
                self._made.clear()
            found = self._made[language, name, free_again] = self._make(language, name, free_again)
        return found

    def _make(self, language: str, name: str, free_again: date | None) -> bytes:
        text = self.slips.get(language, {}).get(name, "")
        if free_again is not None and DATE in text:
            text = text.replace(DATE, time_tag(free_again, language))
        return text.encode()


def read_policy(document: dict[str, Any] | None) -> Policy:
    """The policy in the shelf's document `policy`; the defaults where there is none yet."""
    if document is None:
        return Policy()
    return Policy(
        Terms(**document["terms"]),
        document["slips"],
        document.get("open_until", 0.0),
        document.get("crawlers", True),
        institutions.load(document.get("institutions", ())),
    )


def time_tag(day: date, language: str) -> str:
    """A date in the reader's language, as HTML: 24 December, ٢٤ ديسمبر."""
    from babel import Locale
    from babel.dates import format_skeleton

    shown = format_skeleton("MMMMd", day, locale=Locale.parse(language, sep="-"))
    return f'<time datetime="{day.isoformat()}">{shown}</time>'
