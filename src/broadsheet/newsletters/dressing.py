"""How a letter looks: its list's colour, the faces of its language, and pieces written as HTML that mail clients know.

Styles stand in the elements, for many clients drop all others; classes are for the dark alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from broadsheet.newsletters.cards import Piece, Pieces, Run
from broadsheet.newsletters.rules import colours
from broadsheet.newsletters.rules.typefaces import Faces, faces
from broadsheet.newsroom.cards import direction

INK, MUTED, RULE = "#1a1a17", "#5d5a52", "#d8d2c4"
_TAGS = {"strong": "strong", "em": "em", "code": "code", "sup": "sup", "sub": "sub", "s": "s"}


@dataclass(frozen=True, slots=True)
class Look:
    """What templates ask for: faces, colours, sides."""

    faces: Faces
    dir: str
    accent: str
    accent_dark: str
    paper: str = colours.PAPER
    ink: str = INK
    muted: str = MUTED
    rule: str = RULE

    @property
    def start(self) -> str:
        """The side where lines begin, as HTML's attributes have it."""
        return "right" if self.dir == "rtl" else "left"

    @property
    def end(self) -> str:
        """The other side."""
        return "left" if self.dir == "rtl" else "right"

    @property
    def text(self) -> SafeString:
        """Words to read."""
        return mark_safe(
            f"font-family:{self.faces.serif};font-size:17px;line-height:{self.faces.line};color:{self.ink}"
        )

    @property
    def small(self) -> SafeString:
        """Captions, sources, what stands at the foot."""
        return mark_safe(f"font-family:{self.faces.sans};font-size:13px;line-height:1.5;color:{self.muted}")

    @property
    def unseen(self) -> SafeString:
        """A picture's words, where a client shows no pictures until it is asked to."""
        return mark_safe(f"{self.small};font-weight:400")

    @property
    def label(self) -> SafeString:
        """Kickers and titles of blocks: in spaced capitals where the script has them."""
        spaced = (
            "letter-spacing:.08em;text-transform:uppercase;font-size:12px" if self.faces.cased else "font-size:14px"
        )
        return mark_safe(f"font-family:{self.faces.sans};{spaced};line-height:1.4;font-weight:600;color:{self.accent}")

    def head(self, size: int) -> SafeString:
        """A headline so large."""
        return mark_safe(
            f"font-family:{self.faces.serif};font-size:{size}px;line-height:{self.faces.tight};font-weight:600;"
            f"color:{self.ink}"
        )

    @property
    def name(self) -> SafeString:
        """The list's name in the masthead."""
        return mark_safe(self.head(40).replace("font-weight:600", "font-weight:400"))

    @property
    def large(self) -> SafeString:
        """A large story's headline."""
        return self.head(29)

    @property
    def middle(self) -> SafeString:
        """A row's headline."""
        return self.head(20)


@lru_cache(maxsize=256)
def look(language: str, colour: str) -> Look:
    """How the letters of a list look."""
    return Look(faces(language), direction(language), colours.by_day(colour), colours.at_night(colour))


def written(pieces: Pieces, look: Look) -> SafeString:
    """The pieces as HTML. Paragraphs take their face from the cell that they stand in."""
    return mark_safe("".join(_piece(piece, look) for piece in pieces))


def _piece(piece: Piece, look: Look) -> SafeString:
    if piece.kind == "picture":
        return _picture(piece, look)
    if piece.kind == "table":
        return _table(piece, look)
    if piece.kind == "rule":
        return format_html('<hr class="line" style="border:0;border-top:1px solid {};margin:20px 0">', look.rule)
    inner = runs(piece.runs, look)
    if piece.kind == "item":
        return _item(piece, inner, look)
    if piece.kind == "heading":
        size = {2: 22, 3: 19}.get(piece.level, 17)
        return format_html('<h3 class="ink" style="margin:22px 0 8px;{}">{}</h3>', look.head(size), inner)
    if piece.kind == "quote":
        return format_html(
            '<blockquote class="line" style="margin:0 0 14px;padding-{}:16px;border-{}:2px solid {}">{}</blockquote>',
            look.start, look.start, look.rule, inner,
        )  # fmt: skip
    return _line(piece.kind, inner, look)


def _line(kind: str, inner: SafeString, look: Look) -> SafeString:
    if kind == "code":
        return format_html(
            '<pre dir="ltr" style="margin:0 0 14px;font-size:14px;line-height:1.4;white-space:pre-wrap">{}</pre>', inner
        )
    if kind == "small":
        return format_html('<p class="muted" style="margin:0 0 14px;{}">{}</p>', look.small, inner)
    if kind == "title":
        return format_html('<p style="margin:16px 0 6px;font-weight:600">{}</p>', inner)
    return format_html('<p style="margin:0 0 14px">{}</p>', inner)


def _item(piece: Piece, inner: SafeString, look: Look) -> SafeString:
    """An item with its own mark: lists are drawn by clients in too many ways."""
    return format_html(
        '<p style="margin:0 0 8px;padding-{}:{}px;text-indent:-18px">{}&nbsp; {}</p>',
        look.start, 18 * max(1, piece.level), piece.mark or "•", inner,
    )  # fmt: skip


def _picture(piece: Piece, look: Look) -> SafeString:
    picture = piece.picture
    if picture is None:
        return mark_safe("")
    return format_html(
        '<img src="{}" width="{}" height="{}" alt="{}" style="display:block;width:100%;max-width:{}px;height:auto;'
        'border:0;margin:6px 0 8px;{}">',
        picture.url, picture.width, picture.height, picture.alt, picture.width, look.unseen,
    )  # fmt: skip


def _table(piece: Piece, look: Look) -> SafeString:
    """A real table, with heads: the only one in a letter that is no scaffold."""
    cell = f"padding:5px 8px 5px 0;border-bottom:1px solid {look.rule};text-align:{look.start};vertical-align:top"
    heads = format_html_join("", '<th class="line" scope="col" style="{}">{}</th>', ((cell, h) for h in piece.rows[0]))
    rows = format_html_join("", "<tr>{}</tr>", ((_cells(row, cell),) for row in piece.rows[1:]))
    return format_html(
        '<table class="ink" width="100%" cellspacing="0" cellpadding="0" style="margin:0 0 14px;'
        'border-collapse:collapse;font-family:{};font-size:14px;line-height:1.4"><tr>{}</tr>{}</table>',
        look.faces.sans, heads, rows,
    )  # fmt: skip


def _cells(row: tuple[str, ...], style: str) -> SafeString:
    return format_html_join("", '<td class="line" style="{}">{}</td>', ((style, words) for words in row))


def runs(words: tuple[Run, ...], look: Look) -> SafeString:
    """Words with their emphasis and links."""
    return mark_safe("".join(_run(run, look) for run in words))


def _run(run: Run, look: Look) -> str:
    found = str(conditional_escape(run.text)).replace("\n", "<br>")
    for mark in sorted(run.marks & _TAGS.keys()):
        if mark == "em" and not look.faces.slants:
            found = f"<strong>{found}</strong>"  # a slanted face that was never drawn is hard to read
        else:
            found = f"<{_TAGS[mark]}>{found}</{_TAGS[mark]}>"
    if run.href:
        found = (
            str(format_html('<a class="accent" href="{}" style="color:{}">', run.href, look.accent)) + found + "</a>"
        )
    return found
