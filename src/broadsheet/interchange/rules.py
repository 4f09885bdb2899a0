"""What becomes of an item of another system, decided from values alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

STORY, PAGE, SKIP = "story", "page", "skip"
# What WordPress keeps as items but is part of how the old site was built.
FURNITURE = {
    "nav_menu_item", "wp_navigation", "wp_template", "wp_template_part", "wp_global_styles", "custom_css",
    "customize_changeset", "oembed_cache", "revision", "user_request", "wp_block", "wp_font_family", "wp_font_face",
}  # fmt: skip
CATCH_ALL = {"uncategorized", "uncategorised", "allgemein", "non-classe", "sin-categoria", "sem-categoria"}


class ItemFacts(Protocol):
    """What the decision looks at."""

    @property
    def kind(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def written(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of an item: a story, a page, or nothing; how it appears; and why, where that needs saying."""

    becomes: str
    live: bool = False
    go_live: datetime | None = None
    why: str = ""


def fate(item: ItemFacts, now: datetime, also: Collection[str] = ()) -> Fate:
    """Decide on one item. `also` are kinds of the old site that the operator wants as stories."""
    becomes = {"post": STORY, "page": PAGE}.get(item.kind, STORY if item.kind in also else SKIP)
    if becomes == SKIP:
        what = "part of the old site's furniture" if item.kind in FURNITURE else "a kind that has no counterpart here"
        return Fate(SKIP, why=what)
    if item.status == "publish" or (item.status == "future" and item.written is not None and item.written <= now):
        return Fate(becomes, live=True, why="asks for its password, as before" if item.password else "")
    if item.status == "future" and item.written is not None:
        return Fate(becomes, go_live=item.written, why="scheduled")
    if item.status in {"trash", "auto-draft", "inherit"}:
        return Fate(SKIP, why=f"of status “{item.status}”")
    if item.status in {"draft", "pending", "future"}:
        return Fate(becomes, why="a draft")
    return Fate(becomes, why=f"of status “{item.status}”: kept as a draft")


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the old site."""

    slug: str
    name: str
    parent: str = ""
    line: str = ""


def top_of(slug: str, categories: Mapping[str, Category]) -> str:
    """The outermost category over `slug`; a ring of parents ends where it began."""
    seen = {slug}
    while slug in categories and categories[slug].parent in categories and categories[slug].parent not in seen:
        slug = categories[slug].parent
        seen.add(slug)
    return slug


def choose_sections(stories: Mapping[str, int], categories: Mapping[str, Category], most: int) -> dict[str, Category]:
    """Which categories become sections: of the outermost ones, those with the most stories.

    Gives every category that lies in one of them, by its slug. All others become topics.
    """
    weight: Counter[str] = Counter()
    for slug, count in stories.items():
        if slug not in CATCH_ALL:
            weight[top_of(slug, categories)] += count
    ranked = sorted(weight, key=lambda slug: (-weight[slug], slug))[: max(0, most)]
    tops = {slug: categories.get(slug, Category(slug, slug)) for slug in ranked}
    known = {*categories, *stories}
    return {slug: tops[top_of(slug, categories)] for slug in known if top_of(slug, categories) in tops}


def headline(title: str, opening: str, written: datetime | None, most: int = 255) -> str:
    """A story's headline: its title, else its first words, else its date."""
    text = title or _first_words(opening)
    if not text:
        return f"{written:%Y-%m-%d}" if written else "—"
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0].rstrip() + "…"


def _first_words(text: str, most: int = 60) -> str:
    if len(text) <= most:
        return text
    cut = text[:most].rsplit(" ", 1)[0] if " " in text[:most] else text[:most]
    return cut.rstrip(" ,.;:–—") + "…"


@dataclass
class Report:
    """What an import did: counts by kind and outcome, and what a person should look at."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    notes: list[tuple[str, str, str]] = field(default_factory=list)  # kind, which one, what about it
    left_out: Counter[str] = field(default_factory=Counter)

    def count(self, kind: str, outcome: str, number: int = 1) -> None:
        """Count `number` of a kind."""
        self.counts.setdefault(kind, Counter())[outcome] += number

    def note(self, kind: str, which: str, what: str) -> None:
        """Remember something to look at."""
        self.notes.append((kind, which, what))

    def total(self, outcome: str, kinds: Iterable[str] | None = None) -> int:
        """How many of an outcome, over all kinds or some."""
        return sum(
            self.counts[kind][outcome] for kind in (kinds if kinds is not None else self.counts) if kind in self.counts
        )
