"""A file of members as CSV: Ghost's columns, and those that this paper writes itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

OWN = (
    "email", "name", "state", "tier", "interval", "price", "currency", "joined", "trial_end", "period_end", "ends_at",
    "complimentary_plan", "complimentary_until", "stripe_customer_id", "stripe_subscription_id", "created_at",
)  # fmt: skip
TIERS = ("import_tier", "tier", "products", "tiers")
USED = {
    "email", "name", "note", "complimentary_plan", "complimentary_until", "stripe_customer_id", "created_at",
    "deleted_at", *TIERS,
}  # fmt: skip
TOLD = {
    "state",
    "interval",
    "price",
    "currency",
    "joined",
    "trial_end",
    "period_end",
    "ends_at",
    "stripe_subscription_id",
}
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet would take such a cell for a formula
TRUE, FALSE = {"true", "1", "yes", "y"}, {"false", "0", "no", "n", ""}
MOST_LINES, MOST_BYTES = 200_000, 40_000_000
LONGEST = {"name": 300, "note": 2000, "stripe_customer_id": 255}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file, and where: a line as an editor counts them, and a column's name."""

    line: int
    column: str
    code: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One member in a file."""

    number: int
    email: str
    name: str = ""
    note: str = ""
    customer: str = ""
    complimentary: bool = False
    until: date | None = None
    tier: str = ""
    tier_column: str = ""
    created: datetime | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole file: its lines, its faults, and the columns that nothing is made of."""

    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]
    unused: tuple[str, ...] = ()


def read(content: bytes) -> Sheet:
    """Read a file whole. Whatever is wrong is a fault in what comes back."""
    if len(content) > MOST_BYTES:
        return Sheet((), (Fault(1, "", "too-large"),))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        start = before.rfind(b"\n") + 1
        return Sheet((), (Fault(before.count(b"\n") + 1, str(error.start - start + 1), "encoding"),))
    rows = _rows(text)
    head = next(rows, (1, []))[1]
    if isinstance(head, Fault):
        return Sheet((), (head,))
    names = [name.strip().lower() for name in head]
    wrong = _head_faults(names)
    if wrong:
        return Sheet((), wrong)
    lines, faults = _read_rows(rows, names)
    return Sheet(tuple(lines), tuple(faults), tuple(name for name in names if name not in USED | TOLD | {"id"}))


def _rows(text: str) -> Iterator[tuple[int, list[str] | Fault]]:
    """Rows with the number of the line on which each begins. Empty lines are left out."""
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, Fault(number, "", "quoting", str(error))
            return
        if any(cell.strip() for cell in row):
            yield number, row


def _head_faults(names: list[str]) -> tuple[Fault, ...]:
    if "email" not in names:
        return (Fault(1, "email", "no-column", ", ".join(names)[:200]),)
    twice = sorted({name for name in names if name and names.count(name) > 1})
    return tuple(Fault(1, name, "column-twice") for name in twice)


def _read_rows(rows: Iterable[tuple[int, list[str] | Fault]], names: list[str]) -> tuple[list[Line], list[Fault]]:
    lines: list[Line] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    customers: dict[str, int] = {}
    for number, row in rows:
        if isinstance(row, Fault):
            return lines, [*faults, row]
        if len(lines) >= MOST_LINES:
            return lines, [*faults, Fault(number, "", "too-many")]
        if len(row) != len(names):
            faults.append(Fault(number, "", "cells", f"{len(row)} / {len(names)}"))
            continue
        line, found = _line(number, dict(zip(names, map(unguarded, row), strict=True)))
        for column, value, before in (
            ("email", line.email.lower(), seen),
            ("stripe_customer_id", line.customer, customers),
        ):
            if value and before.setdefault(value, number) != number:
                found.append(Fault(number, column, "twice", str(before[value])))
        faults += found
        lines.append(line)
    return lines, faults


def _line(number: int, cells: dict[str, str]) -> tuple[Line, list[Fault]]:
    faults = [
        Fault(number, column, "too-long", str(most))
        for column, most in LONGEST.items()
        if len(cells.get(column, "")) > most
    ]
    faults += _mail_faults(number, cells["email"])
    column = next((name for name in TIERS if cells.get(name)), "")
    given, wrong = _complimentary(number, cells)
    until, bad_until = _day(number, "complimentary_until", cells)
    created, bad_created = _moment(number, "created_at", cells)
    if "\0" in "".join(cells.values()):
        faults.append(Fault(number, "", "nothing-character"))
    line = Line(
        number, cells["email"], cells.get("name", ""), cells.get("note", ""), cells.get("stripe_customer_id", ""),
        given, until, cells.get(column, ""), column, created, bool(cells.get("deleted_at")),
    )  # fmt: skip
    return line, [*faults, *wrong, *bad_until, *bad_created]


def _mail_faults(number: int, email: str) -> list[Fault]:
    if not email:
        return [Fault(number, "email", "empty")]
    try:
        validate_email(email)
    except ValidationError:
        return [Fault(number, "email", "email", email[:100])]
    return [Fault(number, "email", "too-long", "254")] if len(email) > 254 else []


def _complimentary(number: int, cells: dict[str, str]) -> tuple[bool, list[Fault]]:
    """Whether access is given; Ghost's `import_tier` gives it by itself."""
    said = cells.get("complimentary_plan", "").lower()
    if said not in TRUE | FALSE:
        return False, [Fault(number, "complimentary_plan", "yes-or-no", said[:100])]
    return said in TRUE or bool(cells.get("import_tier") or cells.get("complimentary_until")), []


def _day(number: int, column: str, cells: dict[str, str]) -> tuple[date | None, list[Fault]]:
    text = cells.get(column, "")
    try:
        return (date.fromisoformat(text[:10]) if text else None), []
    except ValueError:
        return None, [Fault(number, column, "day", text[:100])]


def _moment(number: int, column: str, cells: dict[str, str]) -> tuple[datetime | None, list[Fault]]:
    text = cells.get(column, "")
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None, [Fault(number, column, "moment", text[:100])]
    return (found.replace(tzinfo=UTC) if found and found.tzinfo is None else found), []


def guarded(cell: str) -> str:
    """A cell that a spreadsheet shows instead of running it: a risky one begins with an apostrophe."""
    return f"'{cell}" if cell.startswith(RISKY) else cell


def unguarded(cell: str) -> str:
    """What stood in a cell before it was guarded, without spaces around it."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(RISKY) else text


def row(cells: Iterable[str]) -> str:
    """One line of CSV, guarded."""
    made = io.StringIO(newline="")
    csv.writer(made).writerow([guarded(cell) for cell in cells])
    return made.getvalue()
