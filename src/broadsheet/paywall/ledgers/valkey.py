"""The ledger in Valkey, or Redis, for a paper on several machines with very many readers.

A batch of asks is one script, which the server runs while nothing else does: it reads, thinks and writes as sql.py
does, and a reader's slots beyond the allowance are never written. Every key bears the tag {meter}, so that a cluster
keeps all of them on one node, and a time to live, so that the server forgets without being swept.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from hashlib import sha1
from itertools import groupby
from pathlib import Path
from typing import Any

from valkey.connection import AbstractConnection, ConnectionPool
from valkey.exceptions import ConnectionError as LostError
from valkey.exceptions import MovedError, NoScriptError, ReadOnlyError, ResponseError, ValkeyError

from broadsheet import clock
from broadsheet.paywall.ledgers.book import keyed
from broadsheet.paywall.ledgers.salts import was_lost
from broadsheet.paywall.ledgers.sql import LONGEST_WINDOW, gift_marks
from broadsheet.paywall.minting import reader_key
from broadsheet.paywall.ports import Answer, Ask, LedgerError, Outcome
from broadsheet.paywall.receipts import TAG_SIZE, Receipt, open_window, story_tag
from broadsheet.paywall.rules import Terms

log = logging.getLogger("broadsheet.paywall")

WAIT = 0.3  # seconds that a batch, and a connection, may take
NETWORK_SECONDS = 26 * 3_600  # a network's keys and the day's salt: the day, and two hours for clocks that differ
READER_DAYS = LONGEST_WINDOW + 2
PREFIX = b"{meter}:"
_ANSWERS = {
    ord("G"): Answer.GRANTED,
    ord("K"): Answer.KNOWN,
    ord("O"): Answer.OWN_LIMIT,
    ord("N"): Answer.NETWORK_LIMIT,
}


class Script:
    """A script beside this file, and the name under which a server knows it."""

    def __init__(self, name: str) -> None:
        self.text = Path(__file__).with_name(name).read_bytes()
        self.sha = sha1(self.text, usedforsecurity=False).hexdigest().encode()


SETTLE, REDEEM, JOIN = Script("settle.lua"), Script("redeem.lua"), Script("join.lua")


class ValkeyLedger:
    """A ledger for many machines. Use it from one thread; it connects when it is asked, and again after a loss."""

    at_once = 16

    def __init__(self, url: str, wait: float = WAIT) -> None:
        """`url`: valkey:// or redis://, valkeys:// or rediss:// with TLS; user, password and number of the database."""
        try:
            self._pool = ConnectionPool.from_url(
                url, socket_timeout=wait, socket_connect_timeout=wait, socket_keepalive=True
            )
            self._db: AbstractConnection = self._pool.make_connection()
        except (ValueError, TypeError) as error:
            raise ValueError(f"LEDGER_URL: {error}") from error
        self._salt = (0, b"")
        self._used = False  # whether there is a connection that may have been lost since

    def grant_all(self, asks: list[Ask]) -> list[Outcome]:
        """Settle these in order: one script for all that share a day and terms, which is nearly always all."""
        outcomes: list[Outcome] = []
        for (today, terms), alike in groupby(asks, key=lambda ask: (ask.today, ask.terms)):
            outcomes += self._settle(list(alike), today, terms)
        return outcomes

    def join(self, receipt: Receipt, account: bytes, today: int, terms: Terms) -> int:
        """Count a reader's grants to their account too."""
        start = min(receipt.window_start, today) if open_window(receipt, today, terms.window) else 0
        keys = [PREFIX + b"r:" + reader_key(account), PREFIX + b"r:" + reader_key(receipt.reader)]
        return int(
            self._run(JOIN, keys, [today, terms.allowance, terms.window, READER_DAYS, start, b"".join(receipt.tags)])
        )

    def redeem(self, gift: bytes, jar: bytes, most: int, until: int) -> bool:
        """Whether this jar may read what the gift gives."""
        if until < clock.today():
            return False
        key, mark = gift_marks(gift, jar)
        return bool(self._run(REDEEM, [PREFIX + b"g:" + key], [mark, most, (until + 1) * 86_400]))

    def redeemed(self, gift: bytes) -> int:
        """How many jars have redeemed the gift."""
        key, _mark = gift_marks(gift, b"")
        return int(self._call("SCARD", PREFIX + b"g:" + key))

    def forget(self, reader: bytes) -> None:
        """Delete a window and its tags; what the server appended of them goes when its file is written anew."""
        self._call("DEL", PREFIX + b"r:" + reader_key(reader))

    def sweep(self, today: int) -> int:
        """The server forgets by itself; but what it appends to a file stays there until that is written anew."""
        try:
            if b"aof_enabled:1" in self._call("INFO", "persistence"):
                self._call("BGREWRITEAOF")
        except LedgerError as error:
            if not isinstance(error.__cause__, ResponseError):
                raise
            log.warning("The ledger's file could not be written anew, past salts may be in it: %s", error)
        return 0

    def close(self) -> None:
        """Close the connection."""
        self._db.disconnect()
        self._used = False

    def _settle(self, asks: list[Ask], today: int, terms: Terms) -> list[Outcome]:
        readers = [ask.account or ask.reader or ask.fresh for ask in asks]
        for _ in range(3):
            known = self._salt[0] == today
            salt = self._salt[1] if known else secrets.token_bytes(32)
            keys, arguments = _question(asks, readers, today, terms, salt)
            answer = self._run(SETTLE, keys, arguments)
            settled = isinstance(answer, list)
            if known and (not settled or len(answer) > len(asks)):  # somebody made another, or this script our own anew
                was_lost(today)
            self._salt = (today, salt if settled else answer)
            if settled:
                return [_outcome(reader, said) for reader, said in zip(readers, answer[: len(asks)], strict=True)]
        raise LedgerError("the day's salt changed again and again")

    def _run(self, script: Script, keys: list[bytes], arguments: Iterable[bytes | int]) -> Any:
        rest = (len(keys), *keys, *arguments)
        try:
            return self._call("EVALSHA", script.sha, *rest)
        except LedgerError as error:
            if not isinstance(error.__cause__, NoScriptError):
                raise
        return self._call("EVAL", script.text, *rest)

    def _call(self, *command: Any) -> Any:
        """Send a command and read its answer. A connection that was lost since the last one is made anew, once."""
        used, self._used = self._used, True
        try:
            try:
                return self._once(command)
            except ResponseError as error:
                if not str(error).startswith("MOVED "):
                    raise
                self._move(MovedError(str(error).removeprefix("MOVED ")))
            except LostError:
                if not used:
                    raise
            return self._once(command)
        except (ValkeyError, OSError) as error:
            if not isinstance(error, ResponseError) or isinstance(error, ReadOnlyError):
                self.close()  # what comes over it later would answer an earlier question, or another server is due
            raise LedgerError(str(error)) from error

    def _once(self, command: tuple[Any, ...]) -> Any:
        self._db.send_command(*command)
        return self._db.read_response()

    def _move(self, where: MovedError) -> None:
        """Go to another node of the cluster. All keys are in one slot: who holds it is the server for all."""
        self._db.disconnect()
        self._pool.connection_kwargs.update(host=where.host, port=where.port)
        self._db = self._pool.make_connection()


def _question(
    asks: list[Ask], readers: list[bytes], today: int, terms: Terms, salt: bytes
) -> tuple[list[bytes], list[bytes | int]]:
    """The keys and arguments of the script; settle.lua says what they are."""
    keys = [PREFIX + b"s:%d" % today]
    arguments: list[bytes | int] = [
        salt, today, terms.allowance, terms.window, terms.network_new, terms.network_new_most,
        terms.network_established, terms.network_mints, READER_DAYS, NETWORK_SECONDS,
    ]  # fmt: skip
    for ask, reader in zip(asks, readers, strict=True):
        key = reader_key(reader)
        place = PREFIX + b"r:" + key
        tag = story_tag(reader, ask.story)
        if ask.account:
            keys += (place, place, place)
            arguments.append(b"a" + tag)
            continue
        keys += (place, PREFIX + b"n:" + keyed(salt, "p", ask.near), PREFIX + b"w:" + keyed(salt, "w", ask.wide))
        story, mark = keyed(salt, "s", ask.story)[:TAG_SIZE], keyed(salt, "i", key)[:TAG_SIZE]
        arguments.append((b"r" if ask.reader else b"f") + tag + story + mark)
    return keys, arguments


def _outcome(reader: bytes, said: bytes) -> Outcome:
    """From the script's answer: a letter, and the reader's string."""
    answer = _ANSWERS.get(said[0])
    if answer is None:
        return Outcome(Answer.UNMINTED)
    tags = tuple(said[at : at + TAG_SIZE] for at in range(5, len(said), TAG_SIZE))
    return Outcome(answer, reader, int.from_bytes(said[3:5], "big"), tags, len(tags))
