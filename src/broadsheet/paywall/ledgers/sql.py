"""The ledger's one algorithm, over whatever speaks SQL. See docs/explanation/the-meter.md.

Every ask runs while this transaction alone may write the reader's and the network's rows (SQLite: the write lock of
the file; PostgreSQL: advisory locks), so it may read, think and write. The tables guard the limit once more: a slot
number outside 1..cap breaks a CHECK, and two racers for one slot collide on the primary key.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol

from broadsheet.paywall.ports import Answer, Ask, Outcome
from broadsheet.paywall.receipts import Receipt, open_window, reader_key, story_tag
from broadsheet.paywall.rules import Terms

WIDE = 4  # the wider network's caps are this many times the near one's
LONGEST_WINDOW = 60  # days: what Terms allow
NETWORK_DAYS = 2  # network rows and their salt live for at most 48 hours


class Execute(Protocol):
    """Runs one statement with `?` parameters and gives its rows."""

    def __call__(self, statement: str, parameters: Sequence[Any] = ...) -> list[tuple[Any, ...]]: ...


class Known(NamedTuple):
    """What the ledger holds of a reader."""

    key: bytes
    young: bool  # first seen today, or never
    new: bool  # no row yet
    window_start: int
    tags: tuple[bytes, ...]


def settle(run: Execute, ask: Ask) -> Outcome:
    """Answer one ask, writing what it needs. Runs inside the caller's transaction and locks."""
    reader = ask.account or ask.reader or ask.fresh
    known = look_up(run, ask, reader)
    tag = story_tag(reader, ask.story)
    if tag in known.tags:
        return Outcome(Answer.KNOWN, reader, known.window_start, known.tags, len(known.tags))
    if len(known.tags) >= ask.terms.allowance:
        return Outcome(Answer.OWN_LIMIT, reader, known.window_start, known.tags, len(known.tags))
    if not ask.account:  # a registered reader is bound by their account alone, wherever they are
        salt = salt_of(run, ask.today)
        if not network_allows(run, ask, known, salt):
            return Outcome(Answer.NETWORK_LIMIT, reader, known.window_start, known.tags, len(known.tags))
        if known.new and not mint(run, ask, salt):
            return Outcome(Answer.UNMINTED)
    write_slot(run, ask, known, tag)
    tags = (*known.tags, tag)
    return Outcome(Answer.GRANTED, reader, known.window_start, tags, len(tags))


def look_up(run: Execute, ask: Ask, reader: bytes) -> Known:
    """The reader's row and slots; a window that has ended counts as empty and starts anew today."""
    key = reader_key(reader)
    stranger = not (ask.account or ask.reader)
    rows = [] if stranger else run("SELECT first_day, window_start FROM meter_reader WHERE reader = ?", (key,))
    if not rows:
        return Known(key, young=True, new=True, window_start=ask.today, tags=())
    first_day, start = rows[0]
    if ask.today >= start + ask.terms.window:
        run("DELETE FROM meter_slot WHERE reader = ?", (key,))
        run("UPDATE meter_reader SET window_start = ? WHERE reader = ?", (ask.today, key))
        return Known(key, young=first_day >= ask.today, new=False, window_start=ask.today, tags=())
    tags = run("SELECT tag FROM meter_slot WHERE reader = ? ORDER BY slot", (key,))
    return Known(key, first_day >= ask.today, False, start, tuple(bytes(row[0]) for row in tags))


def network_allows(run: Execute, ask: Ask, known: Known, salt: bytes) -> bool:
    """Count the story on its networks, unless it was counted today already. False where a cap is reached."""
    kind = "n" if known.young else "e"
    seen = keyed(salt, kind, ask.near, ask.story)
    if run("SELECT 1 FROM meter_seen WHERE day = ? AND mark = ?", (ask.today, seen)):
        return True
    near, wide = keyed(salt, "p", ask.near), keyed(salt, "w", ask.wide)
    established = _used(run, ask.today, near, "i")
    cap = network_cap(ask.terms, known.young, established)
    if _used(run, ask.today, near, kind) >= cap or _used(run, ask.today, wide, kind) >= cap * WIDE:
        return False
    run("INSERT INTO meter_seen (day, mark) VALUES (?, ?)", (ask.today, seen))
    _count(run, ask.today, near, kind)
    _count(run, ask.today, wide, kind)
    if not known.young:
        _count_established(run, ask, known, salt, near)
    return True


def network_cap(terms: Terms, young: bool, established: int) -> int:
    """Distinct stories a day: for new readers it grows with the established ones that read on that network."""
    if not young:
        return terms.network_established
    return max(terms.network_new, min(terms.network_new_most, terms.network_new + established // 2))


def mint(run: Execute, ask: Ask, salt: bytes) -> bool:
    """Count a new reader id on its network; False where the network has minted its fill today."""
    near = keyed(salt, "p", ask.near)
    if _used(run, ask.today, near, "m") >= ask.terms.network_mints:
        return False
    _count(run, ask.today, near, "m")
    return True


def write_slot(run: Execute, ask: Ask, known: Known, tag: bytes) -> None:
    """Use a slot. The table refuses one beyond the allowance that held when it was granted."""
    if known.new:
        run(
            "INSERT INTO meter_reader (reader, first_day, window_start) VALUES (?, ?, ?)",
            (known.key, ask.today, known.window_start),
        )
    run(
        "INSERT INTO meter_slot (reader, slot, cap, tag) VALUES (?, ?, ?, ?)",
        (known.key, len(known.tags) + 1, ask.terms.allowance, tag),
    )


def join(run: Execute, receipt: Receipt, account: bytes, today: int, terms: Terms) -> int:
    """Give the account a slot for each of the reader's, up to the allowance.

    A tag is made with the id of whoever was granted the story, so what is joined cannot be told from what the account
    was granted itself, nor be matched with it: a story that was read in both ways counts twice.
    """
    granted = granted_to(run, receipt, today, terms)
    key = reader_key(account)
    rows = run("SELECT window_start FROM meter_reader WHERE reader = ?", (key,))
    if rows and today < rows[0][0] + terms.window:
        used = [bytes(row[0]) for row in run("SELECT tag FROM meter_slot WHERE reader = ? ORDER BY slot", (key,))]
    elif granted:
        run("DELETE FROM meter_reader WHERE reader = ?", (key,))
        run("DELETE FROM meter_slot WHERE reader = ?", (key,))
        run(
            "INSERT INTO meter_reader (reader, first_day, window_start) VALUES (?, ?, ?)",
            (key, today, min(receipt.window_start, today)),
        )
        used = []
    else:
        return 0
    for tag in [tag for tag in granted if tag not in used][: max(0, terms.allowance - len(used))]:
        used.append(tag)
        run(
            "INSERT INTO meter_slot (reader, slot, cap, tag) VALUES (?, ?, ?, ?)",
            (key, len(used), terms.allowance, tag),
        )
    return len(used)


def granted_to(run: Execute, receipt: Receipt, today: int, terms: Terms) -> list[bytes]:
    """The tags of a reader's open window: the receipt's, and those that the ledger holds beyond it."""
    if not open_window(receipt, today, terms.window):
        return []
    rows = run(
        "SELECT tag FROM meter_slot JOIN meter_reader USING (reader)"
        " WHERE reader = ? AND window_start > ? ORDER BY slot",
        (reader_key(receipt.reader), today - terms.window),
    )
    return list(dict.fromkeys([*receipt.tags, *(bytes(row[0]) for row in rows)]))


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
    """Delete ended windows and gifts, and networks' rows of days gone, their salt first."""
    old = today - NETWORK_DAYS + 1
    removed = 0
    for statement, parameters in (
        ("DELETE FROM meter_salt WHERE day < ?", (old,)),
        ("DELETE FROM meter_seen WHERE day < ?", (old,)),
        ("DELETE FROM meter_count WHERE day < ?", (old,)),
        ("DELETE FROM meter_reader WHERE window_start < ?", (today - LONGEST_WINDOW - 1,)),
        ("DELETE FROM meter_gift WHERE last_day < ?", (today,)),
    ):
        removed += len(run(statement + " RETURNING 1", parameters))
    return removed


def keyed(salt: bytes, kind: str, *parts: bytes) -> bytes:
    """What stands for a network, or a story on it, today."""
    return blake2b(b"|".join(parts), digest_size=16, key=salt, person=kind.encode()).digest()


def redeemed(run: Execute, gift: bytes) -> int:
    """How many jars have a slot of the gift."""
    key, _ = gift_marks(gift, b"")
    return int(run("SELECT count(*) FROM meter_gift WHERE gift = ?", (key,))[0][0])


def _used(run: Execute, day: int, mark: bytes, kind: str) -> int:
    rows = run("SELECT used FROM meter_count WHERE day = ? AND mark = ? AND kind = ?", (day, mark, kind))
    return int(rows[0][0]) if rows else 0


def _count(run: Execute, day: int, mark: bytes, kind: str) -> None:
    run(
        "INSERT INTO meter_count (day, mark, kind, used) VALUES (?, ?, ?, 1)"
        " ON CONFLICT (day, mark, kind) DO UPDATE SET used = meter_count.used + 1",
        (day, mark, kind),
    )


def _count_established(run: Execute, ask: Ask, known: Known, salt: bytes, near: bytes) -> None:
    mark = keyed(salt, "i", ask.near, known.key)
    if not run("SELECT 1 FROM meter_seen WHERE day = ? AND mark = ?", (ask.today, mark)):
        run("INSERT INTO meter_seen (day, mark) VALUES (?, ?)", (ask.today, mark))
        _count(run, ask.today, near, "i")
