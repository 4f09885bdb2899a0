"""Places in a frozen letter that are filled for each reader, and the links that lead through the paper's counter.

While a letter is rendered its places are written between two marks of Unicode's private area, so that nothing an editor
types can become one: `settle` turns what they typed apart and the marks into `%%`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from uuid import UUID

from broadsheet.membership.addresses import address

_MARK = "\ue000"
UNSUBSCRIBE, PREFERENCES, ARM = f"{_MARK}UNSUBSCRIBE{_MARK}", f"{_MARK}PREFERENCES{_MARK}", f"{_MARK}ARM{_MARK}"
_HREF = re.compile(r'href="([^"]*)"')
_TYPED = re.compile("%(?=%)")
_PLACE = re.compile(r"%%PASS:\d+%%/|%%([A-Z]+)%%")


def settle(text: str) -> str:
    """The text with its places as they are frozen."""
    return _TYPED.sub("%\u2060", text).replace(_MARK, "%%")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled: for the desk's eyes, and tests. Readers' mails are filled in bytes."""
    return _PLACE.sub(lambda found: values.get(found[1] or "", ""), text)


def web_version(language: str, newsletter: str, issue: str) -> str:
    """Where an issue stands on the paper."""
    return address(f"/newsletters/{newsletter}/{issue}/", language)


@dataclass(slots=True)
class Links:
    """The links of an issue, numbered as they come: the same address has one number in every variant.

    `opened`: stories by their address, to which a reader's own token leads.
    """

    issue: UUID
    opened: Mapping[str, UUID] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def to(self, url: str) -> str:
        """The address that stands in the letter for `url`."""
        if not url.startswith(("http://", "https://")):
            return url
        number = self.numbers.setdefault(url, len(self.numbers) + 1)
        token = f"{_MARK}PASS:{number}{_MARK}/" if url in self.opened else ""
        return address(f"/newsletters/go/{self.issue.hex}/{number}/{ARM}/{token}")

    def for_members(self) -> Links:
        """The same numbers for readers who need no token."""
        return Links(self.issue, {}, self.numbers)

    def in_html(self, html: str) -> str:
        """The page with every link led through."""
        return _HREF.sub(lambda found: f'href="{escape(self.to(unescape(found[1])))}"', html)


@dataclass(slots=True)
class Straight(Links):
    """Links as they are: for a preview, whose letter has no rows yet."""

    def to(self, url: str) -> str:
        """The address itself."""
        return url

    def for_members(self) -> Links:
        """The same."""
        return self
