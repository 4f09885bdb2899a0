"""Which newsletter a story offers, and where. Pure: table-tested."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import accumulate

TOP, MIDDLE, END = "top", "middle", "end"
SHORT = 4  # paragraphs; a story with fewer has no middle
_VOID = frozenset(("area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))


@dataclass(frozen=True, slots=True)
class Offer:
    """A promo as it is chosen: what its newsletter is about, by the addresses of topics, places and sections."""

    id: int
    newsletter: int
    place: str
    most_a_week: int
    weight: int
    anywhere: bool
    subjects: frozenset[str]


def choose(offers: Iterable[Offer], subjects: Collection[str]) -> Offer | None:
    """The one offer for a story about `subjects`: the most in common, then the heaviest; one for every story last."""
    found = [(len(offer.subjects.intersection(subjects)), offer) for offer in offers]
    fitting = [(common, offer) for common, offer in found if common or offer.anywhere]
    return max(fitting, key=lambda pair: (pair[0], pair[1].weight, -pair[1].id), default=(0, None))[1]


def place_of(offer: Offer, *, full: bool) -> str:
    """Where it stands. A story of which only the lead is shown has no middle: there it stands below."""
    return END if offer.place == MIDDLE and not full else offer.place


def halves(markup: str) -> tuple[str, str]:
    """Rendered blocks, parted between two paragraphs near the middle; the second half is empty where none fits."""
    gaps = _gaps(markup)
    if len(gaps) < SHORT - 1:
        return markup, ""
    cut = min(gaps, key=lambda gap: abs(2 * gap - len(markup)))
    return markup[:cut], markup[cut:]


def _gaps(markup: str) -> list[int]:
    """Where one paragraph of the outermost level follows another."""
    reader = _Outermost(markup)
    reader.feed(markup)
    pairs = zip(reader.begins, reader.begins[1:], strict=False)
    return [at for (before, _), (name, at) in pairs if before == name == "p"]


class _Outermost(HTMLParser):
    """Notes the name and the place of every element of the outermost level."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.begins: list[tuple[str, int]] = []
        self._depth = 0
        self._lines = list(accumulate((len(line) + 1 for line in markup.split("\n")), initial=0))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go one level down."""
        if self._depth == 0:
            line, column = self.getpos()
            self.begins.append((tag, self._lines[line - 1] + column))
        self._depth += tag not in _VOID

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that holds nothing, as drawings have them."""

    def handle_endtag(self, tag: str) -> None:
        """Go one level up."""
        self._depth -= tag not in _VOID
