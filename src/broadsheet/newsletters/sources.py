"""Where mails lie that came to us: a maildir, an mbox, an IMAP mailbox, standard input.

Each gives a mail with what marks it as read. Machines' mails are marked; people's answers stay for people, and are
only remembered as looked at.
"""

from __future__ import annotations

import imaplib
import mailbox
import ssl
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

MOST_BYTES = 2_097_152
LOOKED_AT = "$BroadsheetRead"
Item = tuple[bytes, Callable[[bool], None]]  # the mail; done(it was a machine's)


class SourceError(Exception):
    """A mailbox cannot be opened. The message says why."""


def standard_input() -> Iterator[Item]:
    """One mail, as a mail server pipes it in."""
    yield sys.stdin.buffer.read(MOST_BYTES), lambda machine: None


def maildir(path: Path) -> Iterator[Item]:
    """What is new in a maildir; what was looked at moves to `cur`, marked as seen where it was a machine's."""
    if not (path / "new").is_dir():
        raise SourceError(f"{path} is no maildir: it has no folder `new`.")
    (path / "cur").mkdir(exist_ok=True)
    for file in sorted((path / "new").iterdir()):
        if not file.is_file():
            continue
        with file.open("rb") as opened:
            raw = opened.read(MOST_BYTES)

        def done(machine: bool, file: Path = file) -> None:
            if file.exists():
                file.rename(path / "cur" / f"{file.name}:2,{'S' if machine else ''}")

        yield raw, done


def mbox(path: Path) -> Iterator[Item]:
    """What is unread in an mbox; what was looked at has `O` in its status, and `R` where it was a machine's."""
    if not path.is_file():
        raise SourceError(f"{path} is no file.")
    box = mailbox.mbox(path, create=False)
    box.lock()
    try:
        for key in list(box.keys()):
            message = box.get_message(key)
            if "O" in message.get_flags():
                continue

            def done(machine: bool, key: Any = key, message: mailbox.mboxMessage = message) -> None:
                message.add_flag("RO" if machine else "O")
                box[key] = message

            yield box.get_bytes(key)[:MOST_BYTES], done
        box.flush()
    finally:
        box.unlock()
        box.close()


def imap(address: str) -> Iterator[Item]:
    """What was not looked at in an IMAP mailbox: imaps://user:password@host:993/INBOX."""
    parts = urlsplit(address)
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname:
        raise SourceError("Write the mailbox as imaps://user:password@host/INBOX")
    try:
        server = _connect(parts.scheme, parts.hostname, parts.port)
        server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        kind, _ = server.select(f'"{unquote(parts.path.lstrip("/")) or "INBOX"}"')
        if kind != "OK":
            raise SourceError("There is no such folder.")
    except (OSError, imaplib.IMAP4.error) as error:
        raise SourceError(f"{parts.hostname} does not let us in: {error}") from error
    try:
        yield from _unread(server)
    finally:
        server.logout()


def _connect(scheme: str, host: str, port: int | None) -> imaplib.IMAP4:
    if scheme == "imaps":
        return imaplib.IMAP4_SSL(host, port or 993, ssl_context=ssl.create_default_context(), timeout=30)
    server = imaplib.IMAP4(host, port or 143, timeout=30)
    if host not in {"127.0.0.1", "localhost", "::1"}:
        server.starttls(ssl.create_default_context())
    return server


def _unread(server: imaplib.IMAP4) -> Iterator[Item]:
    _, found = server.uid("SEARCH", "UNKEYWORD", LOOKED_AT)
    for number in (found[0] or b"").split():
        _, rows = server.uid("FETCH", number.decode(), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
        raw = next((row[1] for row in rows if isinstance(row, tuple)), b"")

        def done(machine: bool, number: bytes = number) -> None:
            flags = rf"({LOOKED_AT} \Seen)" if machine else f"({LOOKED_AT})"
            server.uid("STORE", number.decode(), "+FLAGS", flags)

        yield raw, done
