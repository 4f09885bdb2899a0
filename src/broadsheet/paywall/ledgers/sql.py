"""The ledger's one algorithm, over whatever speaks SQL. See docs/explanation/the-meter.md.

Every batch runs while this transaction alone may write its readers' and networks' rows (SQLite: the write lock of the
file; PostgreSQL: advisory locks), so it may read, think and write: each table is read once, the asks are settled one
after the other on what was read (`book.py`), and each table is written once. The tables guard the limit once more: a
slot number outside 1..cap breaks a CHECK, and two racers for one slot collide on the primary key.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from hashlib import blake2b
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, Protocol

from broadsheet.paywall.ledgers.book import COUNTS, Book, Known, put, settle
from broadsheet.paywall.minting import reader_key
from broadsheet.paywall.ports import Ask, Outcome
from broadsheet.paywall.receipts import Receipt, open_window
from broadsheet.paywall.rules import Terms

LONGEST_WINDOW = 60  # days: what Terms allow
NETWORK_DAYS = 2  # network rows and their salt live for at most 48 hours


class Execute(Protocol):
    """Runs one statement with `?` parameters and gives its rows."""

    def __call__(self, statement: str, parameters: Sequence[Any] = ...) -> list[tuple[Any, ...]]: ...


def settle_all(run: Execute, asks: Sequence[Ask], salts: dict[int, bytes]) -> list[Outcome]:
    """Answer asks in order, writing what they need. Runs inside the caller's transaction and locks.

    `salts` takes the salts of the days that needed one.
    """
    outcomes: list[Outcome] = []
    for today, group in groupby(asks, attrgetter("today")):
        day = list(group)
        salt = b""
        if any(not ask.account for ask in day):
            salt = salts[today] = salt_of(run, today)
        book, asked = Book(today), [put(ask, salt) for ask in day]
        _read_readers(run, book, {one.key for one in asked if one.comes_again})
        _read_networks(run, book, {name for one in asked for name in one.names(book)})
        outcomes += [settle(book, one) for one in asked]
        _write(run, book)
    return outcomes


_READERS = "SELECT reader, first_day, window_start, tag FROM meter_grant WHERE reader IN (...) ORDER BY reader, slot"
_NETWORKS = (
    "WITH asked (network, mark) AS (VALUES ...)"
    " SELECT kept.network, kept.mark, kept.young, kept.established, kept.readers, kept.minted"
    " FROM asked CROSS JOIN meter_count AS kept"
    " WHERE kept.network = asked.network AND kept.mark = asked.mark AND kept.day = ?"
)
_COUNT = (
    "INSERT INTO meter_count (day, network, mark, young, established, readers, minted) VALUES ..."
    " ON CONFLICT (day, network, mark) DO UPDATE SET young = meter_count.young + excluded.young,"
    " established = meter_count.established + excluded.established,"
    " readers = meter_count.readers + excluded.readers, minted = meter_count.minted + excluded.minted"
)
_FORGET = "DELETE FROM meter_grant WHERE reader IN (...)"
_GRANT = "INSERT INTO meter_grant (reader, slot, cap, tag, first_day, window_start) VALUES ..."


def _read_readers(run: Execute, book: Book, keys: set[bytes]) -> None:
    """The grants of readers who may have some."""
    if keys:
        for key, first_day, start, tag in run(_READERS.replace("...", _row(keys)[1:-1]), [*keys]):
            known = book.readers.setdefault(bytes(key), Known(first_day, start, []))
            known.tags.append(bytes(tag))


def _read_networks(run: Execute, book: Book, names: set[tuple[bytes, bytes]]) -> None:
    """What was counted today under these names."""
    if names:
        statement = _NETWORKS.replace("...", ", ".join(["(?, ?)"] * len(names)))
        for network, mark, *counts in run(statement, [*chain.from_iterable(names), book.today]):
            if mark:
                book.marks.add((bytes(network), bytes(mark)))
            else:
                book.counts[bytes(network)] = counts


def _write(run: Execute, book: Book) -> None:
    """What the batch changed. The table of grants refuses one beyond the allowance that held when it was given."""
    if book.begun_anew:
        run(_FORGET.replace("...", _row(book.begun_anew)[1:-1]), [*book.begun_anew])
    counts = [(book.today, network, COUNTS, *more) for network, more in book.more.items()]
    _insert(run, _COUNT, counts + [(book.today, *name, 0, 0, 0, 0) for name in book.marked])
    _insert(run, _GRANT, book.grants)


def _insert(run: Execute, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        run(statement.replace("...", ", ".join([_row(rows[0])] * len(rows))), [*chain.from_iterable(rows)])


def _row(values: Collection[Any]) -> str:
    return f"({', '.join('?' * len(values))})"


def join(run: Execute, receipt: Receipt, account: bytes, today: int, terms: Terms) -> int:
    """Give the account a slot for each of the reader's, up to the allowance.

    A tag is made with the id of whoever was granted the story, so what is joined cannot be told from what the account
    was granted itself, nor be matched with it: a story that was read in both ways counts twice.
    """
    granted, key = granted_to(run, receipt, today, terms), reader_key(account)
    rows = run(_READERS.replace("...", "?"), [key])
    if rows and today < rows[0][2] + terms.window:
        first_day, start, used = rows[0][1], rows[0][2], [bytes(row[3]) for row in rows]
    elif granted:
        run(_FORGET.replace("...", "?"), [key])
        first_day, start, used = today, min(receipt.window_start, today), []
    else:
        return 0
    joining = [tag for tag in granted if tag not in used][: max(0, terms.allowance - len(used))]
    slots = enumerate(joining, len(used) + 1)
    _insert(run, _GRANT, [(key, slot, terms.allowance, tag, first_day, start) for slot, tag in slots])
    return len(used) + len(joining)


def granted_to(run: Execute, receipt: Receipt, today: int, terms: Terms) -> list[bytes]:
    """The tags of a reader's open window: the receipt's, and those that the ledger holds beyond it."""
    if not open_window(receipt, today, terms.window):
        return []
    rows = run(_READERS.replace("...", "?"), [reader_key(receipt.reader)])
    held = [bytes(tag) for _reader, _first_day, start, tag in rows if start > today - terms.window]
    return list(dict.fromkeys([*receipt.tags, *held]))


def forget(run: Execute, reader: bytes) -> None:
    """Delete the window and tags of a reader, or of an account."""
    run(_FORGET.replace("...", "?"), [reader_key(reader)])


def redeem(run: Execute, gift: bytes, jar: bytes, most: int, until: int) -> bool:
    """Give this jar a slot of the gift, unless it has one. False where none is left."""
    key, mark = gift_marks(gift, jar)
    if run("SELECT 1 FROM meter_gift WHERE gift = ? AND jar = ?", (key, mark)):
        return True
    used = run("SELECT coalesce(max(slot), 0) FROM meter_gift WHERE gift = ?", (key,))[0][0]
    if used >= most:
        return False
    run(
        "INSERT INTO meter_gift (gift, slot, cap, jar, last_day) VALUES (?, ?, ?, ?, ?)",
        (key, used + 1, most, mark, until),
    )
    return True


def gift_marks(gift: bytes, jar: bytes) -> tuple[bytes, bytes]:
    """What stands for a gift, and for a jar that redeemed it: a copy of the ledger redeems nothing."""
    key = blake2b(gift, digest_size=16, person=b"bs-gift").digest()
    return key, blake2b(jar, digest_size=16, key=key, person=b"bs-jar").digest()


def salt_of(run: Execute, today: int) -> bytes:
    """Today's random salt. Without it, what the network tables hold cannot be tied to an address."""
    rows = run("SELECT salt FROM meter_salt WHERE day = ?", (today,))
    if not rows:
        run("INSERT INTO meter_salt (day, salt) VALUES (?, ?) ON CONFLICT DO NOTHING", (today, secrets.token_bytes(32)))
        rows = run("SELECT salt FROM meter_salt WHERE day = ?", (today,))
    return bytes(rows[0][0])


def sweep(run: Execute, today: int) -> int:
    """Delete ended gifts, and networks' rows of days gone, their salt first."""
    old = today - NETWORK_DAYS + 1
    removed = 0
    for statement, parameters in (
        ("DELETE FROM meter_salt WHERE day < ?", (old,)),
        ("DELETE FROM meter_count WHERE day < ?", (old,)),
        ("DELETE FROM meter_gift WHERE last_day < ?", (today,)),
    ):
        removed += len(run(statement + " RETURNING 1", parameters))
    return removed


def ended(today: int) -> int:
    """A grant whose window started before this day is past its time."""
    return today - LONGEST_WINDOW - 1


def redeemed(run: Execute, gift: bytes) -> int:
    """How many jars have a slot of the gift."""
    key, _ = gift_marks(gift, b"")
    return int(run("SELECT count(*) FROM meter_gift WHERE gift = ?", (key,))[0][0])
