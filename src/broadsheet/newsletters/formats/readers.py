"""A file of readers as CSV: their addresses, and when each said yes. Pure."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime

MOST_BYTES, MOST_LINES = 40_000_000, 500_000
ADDRESS = ("email", "address", "mail", "email_address")
CONSENTED = ("consented", "consented_at", "confirmed", "confirmed_at", "confirm_time", "optin_time", "created_at")
LANGUAGE, ZONE = ("language", "locale"), ("zone", "timezone", "time_zone")


class FileError(Exception):
    """The file cannot be read as a whole."""


@dataclass(frozen=True, slots=True)
class Line:
    """One reader in the file, or what is wrong with the line."""

    number: int  # as an editor counts lines
    address: str = ""
    consented: datetime | None = None
    language: str = ""
    zone: str = ""
    fault: str = ""  # no-address, no-proof, date


def read(content: bytes) -> tuple[Line, ...]:
    """The lines of a file. Raises FileError where it is no CSV with a column of addresses."""
    if len(content) > MOST_BYTES:
        raise FileError("The file is too large.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError("The file is not written in UTF-8.") from error
    head = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    columns = {(name or "").strip().lower().replace(" ", "_"): name for name in table.fieldnames or ()}
    if not any(name in columns for name in ADDRESS):
        raise FileError("The file has no column `email`.")
    lines = []
    try:
        for row in table:
            lines.append(_line(table.line_num, {small: row.get(name) or "" for small, name in columns.items()}))
            if len(lines) > MOST_LINES:
                raise FileError("The file has too many lines.")
    except csv.Error as error:
        raise FileError(f"Line {table.line_num} cannot be read: {error}.") from error
    return tuple(lines)


def _line(number: int, row: dict[str, str]) -> Line:
    address = _first(row, ADDRESS)
    if not address or len(address) > 254 or "@" not in address or any(each.isspace() for each in address):
        return Line(number, address[:254], fault="no-address")
    said = _first(row, CONSENTED)
    if not said:
        return Line(number, address, fault="no-proof")
    moment = _moment(said)
    if moment is None:
        return Line(number, address, fault="date")
    return Line(number, address, moment, _first(row, LANGUAGE)[:12], _first(row, ZONE)[:64])


def _first(row: dict[str, str], names: tuple[str, ...]) -> str:
    return next((row[name].strip() for name in names if row.get(name, "").strip()), "")


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
