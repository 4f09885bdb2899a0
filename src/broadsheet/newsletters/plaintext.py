"""A letter as plain text, from the same cards as its HTML: 72 columns, links numbered and listed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from broadsheet.newsletters import cards
from broadsheet.newsletters.places import PREFERENCES, UNSUBSCRIBE, Links
from broadsheet.newsletters.rules.wrapping import WIDTH, columns, wrap

_STRONG, _THIN = "=" * WIDTH, "-" * WIDTH


@dataclass(slots=True)
class _Sheet:
    """The lines that are written, and the links that they name."""

    links: Links
    lines: list[str] = field(default_factory=list)
    named: dict[str, int] = field(default_factory=dict)

    def add(self, text: str, first: str = "", rest: str = "") -> None:
        """A paragraph, wrapped, and an empty line after it."""
        for part in text.split("\n"):
            self.lines += wrap(part, WIDTH, first, rest)
            first = rest
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def close(self, text: str) -> None:
        """A line that follows closely on the one before."""
        if self.lines and not self.lines[-1]:
            self.lines.pop()
        self.add(text)

    def line(self, text: str) -> None:
        """A line as it is."""
        self.lines.append(text)

    def link(self, url: str) -> str:
        """The number of a link, as it stands in the text."""
        return f"[{self.named.setdefault(url, len(self.named) + 1)}]"

    def words(self, runs: tuple[cards.Run, ...]) -> str:
        """Words with the numbers of their links behind them."""
        return "".join(run.text + (f" {self.link(run.href)}" if run.href else "") for run in runs)


def plain(letter: cards.Letter, date: str, links: Links) -> str:
    """The whole text part."""
    sheet = _Sheet(links)
    _masthead(sheet, letter, date)
    for number, block in enumerate(letter.blocks):
        if number:
            sheet.line(_THIN)
            sheet.line("")
        _block(sheet, block)
    _answers(sheet, letter)
    _foot(sheet, letter.head)
    return "\n".join(line.rstrip() for line in sheet.lines).strip("\n") + "\n"


def _masthead(sheet: _Sheet, letter: cards.Letter, date: str) -> None:
    head = letter.head
    number = _("No. %(number)s") % {"number": letter.number} if letter.number else ""
    sheet.add(head.name)
    sheet.close(" · ".join(part for part in (head.paper, date, number) if part))
    if head.line:
        sheet.close(head.line)
    if head.web_url:
        sheet.close(_("Read on the web") + f": {sheet.link(head.web_url)}")
    sheet.lines[-1:] = [_("Unsubscribe") + f": {UNSUBSCRIBE}", "", _STRONG, ""]


def _block(sheet: _Sheet, block: cards.Block) -> None:
    match block:
        case cards.Note():
            _pieces(sheet, block.pieces)
            if block.signed:
                sheet.add(f"— {block.signed}")
        case cards.Story():
            _story(sheet, block)
        case cards.Briefs():
            _briefs(sheet, block)
        case cards.Quote():
            sheet.add(block.text, "    ", "    ")
            if block.said_by:
                sheet.add(block.said_by, "    ", "    ")
        case cards.Plate():
            _picture(sheet, block.picture)
        case cards.Quiz():
            _quiz(sheet, block)
        case cards.Promo():
            sheet.add(block.title)
            if block.text:
                sheet.add(block.text)
            sheet.add(f"{block.label} {sheet.link(block.url)}")


def _story(sheet: _Sheet, story: cards.Story) -> None:
    label = " · ".join(part for part in (story.kicker, _("For members") if story.members else "") if part)
    if label:
        sheet.add(label)
        sheet.lines.pop()
    sheet.add(f"{story.headline} {sheet.link(story.url)}")
    if story.large or story.whole:
        for line in (story.dek, story.byline):
            if line:
                sheet.add(line)
        _pieces(sheet, story.full if story.whole else story.lead)
    elif story.line:
        sheet.add(story.line)
    if not story.whole and (story.large or story.cut):
        words = _("Read on") if story.cut and not story.large else _("Read the story")
        sheet.add(f"{words} {sheet.link(story.url)}")


def _briefs(sheet: _Sheet, briefs: cards.Briefs) -> None:
    sheet.add(briefs.title)
    for number, point in enumerate(briefs.points, 1):
        words = " ".join(sheet.words(piece.runs) for piece in point.pieces)
        if point.url:
            words = f"{words} {point.headline} {sheet.link(point.url)}".strip()
        mark = f"{number}. "
        sheet.add(words, mark, " " * columns(mark))


def _quiz(sheet: _Sheet, quiz: cards.Quiz) -> None:
    sheet.add(_("Quiz"))
    sheet.close(quiz.question)
    for number, answer in enumerate(quiz.answers, 1):
        sheet.close(f"{number}. {answer}") if number > 1 else sheet.add(f"{number}. {answer}")
    sheet.add(_("The answer stands at the end of this letter."))


def _answers(sheet: _Sheet, letter: cards.Letter) -> None:
    if not letter.quizzes:
        return
    sheet.lines += [_THIN, ""]
    sheet.add(_("The answer"))
    for quiz in letter.quizzes:
        sheet.add(f"{quiz.right}. {quiz.answer}")
        if quiz.why:
            sheet.close(quiz.why)


def _picture(sheet: _Sheet, picture: cards.Shown) -> None:
    words = " ".join(part for part in (picture.caption or picture.alt, picture.credit) if part)
    if words:
        sheet.add(_("[Picture: %(words)s]") % {"words": words})


def _pieces(sheet: _Sheet, pieces: cards.Pieces) -> None:
    for piece in pieces:
        _piece(sheet, piece)


def _piece(sheet: _Sheet, piece: cards.Piece) -> None:
    if piece.kind == "picture":
        if piece.picture is not None:
            _picture(sheet, piece.picture)
    elif piece.kind == "rule":
        sheet.add("* * *")
    elif piece.kind == "table":
        sheet.lines += [*_rows(piece), ""]
    elif piece.kind == "item":
        indent = "  " * max(0, piece.level - 1)
        mark = f"{indent}{piece.mark or '•'} "
        sheet.add(sheet.words(piece.runs), mark, " " * columns(mark))
    elif piece.kind == "quote":
        sheet.add(sheet.words(piece.runs), "> ", "> ")
    elif piece.kind == "code":
        sheet.lines += [*piece.text.split("\n"), ""]
    else:
        sheet.add(sheet.words(piece.runs))


def _rows(piece: cards.Piece) -> Iterator[str]:
    """A table's rows, each column as wide as it must be; where that is too wide, each row is a paragraph."""
    wide = [max(columns(row[at]) for row in piece.rows if at < len(row)) for at in range(len(piece.rows[0]))]
    if sum(wide) + 2 * len(wide) <= WIDTH:
        for row in piece.rows:
            padded = (cell + " " * (width - columns(cell)) for cell, width in zip(row, wide, strict=False))
            yield "  ".join(padded)
        return
    for row in piece.rows[1:]:
        for head, cell in zip(piece.rows[0], row, strict=False):
            yield from wrap(f"{head}: {cell}", WIDTH, "", "  ")
        yield ""


def _foot(sheet: _Sheet, head: cards.Head) -> None:
    sheet.lines += [_STRONG, ""]
    sheet.add(
        _("You get this because you joined %(name)s, a newsletter of %(paper)s.")
        % {"name": head.name, "paper": head.paper}
    )
    sheet.lines += [_("Unsubscribe") + f": {UNSUBSCRIBE}", _("Manage your newsletters") + f": {PREFERENCES}", ""]
    sheet.lines += [head.publisher or head.paper, *head.address_lines, ""]
    if sheet.named:
        sheet.lines += [_("Links"), *(f"[{number}] {sheet.links.to(url)}" for url, number in sheet.named.items())]
