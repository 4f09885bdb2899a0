"""Hypertext: the frame of every page of the sandbox, and its small parts. No script anywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from importlib import resources

from babel.dates import format_date
from babel.numbers import format_currency

from broadsheet.money import Money

from . import testcards
from .api import Answer
from .store import World
from .wire import Thing

CSS = (resources.files(__package__) / "sandbox.css").read_bytes()
NOTICE = "Sandbox: no money moves. Every card here is made up, and no bank is asked."
_UNITS = {
    "day": ("a day", "days"),
    "week": ("a week", "weeks"),
    "month": ("a month", "months"),
    "year": ("a year", "years"),
}
_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "same-origin"),
    ("X-Robots-Tag", "noindex"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"),
)


def text(words: object) -> str:
    """Safe in a page."""
    return escape(str(words), quote=True)


def money(amount: int, currency: str) -> str:
    """An amount as people read it."""
    value = Money(amount, currency.upper())
    return format_currency(value.plain, value.currency, locale="en")


def date(moment: int) -> str:
    """A day as people read it."""
    return format_date(datetime.fromtimestamp(moment, UTC), "long", locale="en")


def rate(price: Thing, quantity: int = 1) -> str:
    """`$2.90 a month`, `$19.90 every 6 months`, or just the amount."""
    amount = money(price["unit_amount"] * quantity, price["currency"])
    recurring = price["recurring"]
    if not recurring:
        return amount
    one, many = _UNITS[recurring["interval"]]
    count = recurring["interval_count"]
    return f"{amount} {one}" if count == 1 else f"{amount} every {count} {many}"


def page(world: World, title: str, body: str, *, status: int = 200) -> Answer:
    """A whole page, with the notice on top."""
    whole = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)} · sandbox</title>\n"
        f'<link rel="stylesheet" href="{text(world.base)}/sandbox.css">\n</head>\n<body>\n'
        f'<p class="notice">{NOTICE}</p>\n<main>\n{body}\n</main>\n</body>\n</html>\n'
    )
    return Answer(status, whole.encode(), _HEADERS)


def away(address: str) -> Answer:
    """Send the browser on."""
    return Answer(303, b"", (("Location", address), ("Cache-Control", "no-store"), ("Referrer-Policy", "same-origin")))


def wrong(message: str) -> str:
    """What went wrong, read aloud at once."""
    return f'<p class="wrong" role="alert">{text(message)}</p>' if message else ""


def rows(lines: list[tuple[str, str]], last: str = "") -> str:
    """A table of words and amounts; the last row is the sum where `last` says so."""
    body = "".join(f"<tr><td>{text(words)}</td><td>{text(amount)}</td></tr>" for words, amount in lines)
    return f"<table>{body}{last}</table>"


def sum_row(words: str, amount: str) -> str:
    """The sum under a table."""
    return f'<tr class="sum"><td>{text(words)}</td><td>{text(amount)}</td></tr>'


def card_choice(chosen: str = "") -> str:
    """The test cards, each with what it does."""
    chosen = chosen or testcards.CARDS[0].number
    cards = "".join(
        f'<label class="card"><input type="radio" name="card" value="{card.number}"'
        f"{' checked' if card.number == chosen else ''}><span>{text(card.says)}</span>"
        f"<small>{text(spaced(card.number))}</small></label>"
        for card in testcards.CARDS
    )
    return f"<fieldset><legend>Test card</legend>{cards}</fieldset>"


def spaced(number: str) -> str:
    """A card's number in groups of four."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def button(action: str, words: str, *, plain: bool = False, **hidden: str) -> str:
    """A form of one button."""
    fields = "".join(f'<input type="hidden" name="{name}" value="{text(value)}">' for name, value in hidden.items())
    look = ' class="plain"' if plain else ""
    return f'<form method="post">{fields}<button{look} name="action" value="{action}">{text(words)}</button></form>'
