"""What an issue is made of, as values: templates see these and nothing else. Imports no model.

Rich text is kept as pieces of runs, not as markup: what a mail shows is written anew from them, so nothing that an
editor pasted, and no template's class, can come through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

FREE, MEMBER = "free", "member"
VARIANTS = (FREE, MEMBER)


@dataclass(frozen=True, slots=True)
class Run:
    """Some words set alike: strong, emphasised, leading somewhere."""

    text: str
    marks: frozenset[str] = frozenset()
    href: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture at one size, by its whole address."""

    url: str
    width: int
    height: int
    alt: str
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, or what stands in place of one. `kind`: paragraph, heading, item, quote, small, title, rule, code,
    picture, table."""

    kind: str
    runs: tuple[Run, ...] = ()
    level: int = 0  # of a heading; how deep an item stands in lists
    mark: str = ""  # before an item: a bullet, or its number
    source: str = ""  # of a picture: where it lies on the paper
    picture: Shown | None = None
    rows: tuple[tuple[str, ...], ...] = ()  # of a table, the first being its heads

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(run.text for run in self.runs)


Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A few lines from the desk."""

    pieces: Pieces
    signed: str = ""
    template: str = field(default="broadsheet/newsletter/note.html", init=False)


@dataclass(frozen=True, slots=True)
class Story:
    """A story: large or a row. `full` is there for members alone, where the list gives them the whole."""

    id: int
    key: str
    url: str
    language: str
    direction: str
    kicker: str
    headline: str
    dek: str
    byline: str
    dateline: str
    lead: Pieces
    full: Pieces = ()
    picture: Shown | None = None
    large: bool = False
    members: bool = False  # for members only, said to readers who are none
    open: bool = False  # everybody may read it whole on the paper
    cut: bool = False  # there is a body, but the letter has no room for it
    template: str = field(default="broadsheet/newsletter/story.html", init=False)

    @property
    def whole(self) -> bool:
        """Whether nothing is left to read elsewhere."""
        return bool(self.full) and not self.cut

    @property
    def line(self) -> str:
        """What stands for it in a row."""
        return self.dek or " ".join(piece.text for piece in self.lead)


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the news, perhaps with its story."""

    pieces: Pieces
    url: str = ""
    headline: str = ""
    key: str = ""  # of its story, where that is not open to everybody


@dataclass(frozen=True, slots=True)
class Briefs:
    """The news in so many points."""

    title: str
    points: tuple[Point, ...]
    template: str = field(default="broadsheet/newsletter/briefs.html", init=False)


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence worth keeping."""

    text: str
    said_by: str
    template: str = field(default="broadsheet/newsletter/quote.html", init=False)


@dataclass(frozen=True, slots=True)
class Plate:
    """A picture with its words."""

    picture: Shown
    template: str = field(default="broadsheet/newsletter/picture.html", init=False)


@dataclass(frozen=True, slots=True)
class Quiz:
    """A question. The right answer stands at the letter's end."""

    question: str
    answers: tuple[str, ...]
    right: int  # counted from 1
    why: str
    template: str = field(default="broadsheet/newsletter/quiz.html", init=False)

    @property
    def answer(self) -> str:
        """The right one, in words."""
        return self.answers[self.right - 1] if 0 < self.right <= len(self.answers) else ""


@dataclass(frozen=True, slots=True)
class Promo:
    """A word of the house, for readers who are no members."""

    apart: ClassVar[bool] = True  # it brings its own rule
    title: str
    text: str
    label: str
    url: str
    template: str = field(default="broadsheet/newsletter/promo.html", init=False)


Block = Note | Story | Briefs | Quote | Plate | Quiz | Promo


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above and below every issue of a list."""

    paper: str
    paper_url: str
    name: str
    line: str
    language: str
    direction: str
    colour: str
    publisher: str
    postal_address: str
    web_url: str  # this issue on the paper
    masthead: Shown | None = None

    @property
    def address_lines(self) -> list[str]:
        """The publisher's postal address, line by line."""
        return [line.strip() for line in self.postal_address.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class Letter:
    """One issue in one variant."""

    head: Head
    subject: str
    preheader: str
    variant: str
    date: datetime
    number: int | None
    blocks: tuple[Block, ...]
    left_out: tuple[str, ...] = ()  # stories that readers may not come to, by headline: for the desk's eyes

    @property
    def stories(self) -> Iterator[Story]:
        """Its stories."""
        return (block for block in self.blocks if isinstance(block, Story))

    @property
    def gated(self) -> Iterator[tuple[str, str]]:
        """The address and key of each story that it leads to and that not everybody may read."""
        for block in self.blocks:
            if isinstance(block, Story) and not block.open:
                yield block.url, block.key
            elif isinstance(block, Briefs):
                yield from ((point.url, point.key) for point in block.points if point.key)

    @property
    def quizzes(self) -> tuple[Quiz, ...]:
        """Its questions."""
        return tuple(block for block in self.blocks if isinstance(block, Quiz))

    def cut(self) -> Letter | None:
        """The same letter with its last whole story cut to the lead; None where there is none left to cut."""
        last = next((story for story in reversed(tuple(self.stories)) if story.whole), None)
        if last is None:
            return None
        shorter = replace(last, cut=True)
        return replace(self, blocks=tuple(shorter if block is last else block for block in self.blocks))
