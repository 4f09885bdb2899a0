"""A message as bytes: made once for an issue, a variant and a subject, with places for what is a reader's own.

The body is quoted-printable. A place stands on a line of its own, between soft line breaks, so that whatever is put in
never makes a line too long; no line begins with a full stop, so nothing needs stuffing on its way over SMTP.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache
from hashlib import sha256

from broadsheet.newsletters.ports import Outline

OWN = "UNSUBSCRIBE|PREFERENCES|PASS:[0-9]+"  # a body's places; the rest are headers'
PLACE = re.compile(f"%%({OWN})%%")
CRLF = "\r\n"
WIDTH = 75  # of 76: a soft break takes one
BODY = "body "  # what stands before a place's name where its value is inside the quoted-printable body

_SIMPLE = re.compile(r"[A-Za-z0-9_/:-][A-Za-z0-9_/:.-]{0,74}")  # what stands for itself, and fits into a line
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_USUAL = re.compile(r"[a-z0-9.+_-]{1,64}@[a-z0-9][a-z0-9.-]{1,180}[a-z0-9]")
_ADDRESS = re.compile(r'[^\s<>"(),:;\\@\[\]\x00-\x20\x7f-\x9f]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?')


class MessageError(ValueError):
    """A message cannot be written so."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What an issue's headers say, the same for all of its readers."""

    subject: str
    sender_name: str
    sender_address: str
    reply_to: str
    list_id: str  # morning.en.example.org: unique among the paper's lists
    list_name: str
    lists_page: str  # where all lists are, with help
    owner: str  # who answers for the list
    feedback: str  # issue:list:bulk:broadsheet
    language: str


def outline(head: Letterhead, *, html: str, text: str) -> Outline:
    """The message of `head` with a plain and an HTML part."""
    fixed = _fixed(head)
    boundary = "=_" + sha256(f"{fixed}{html}{text}".encode()).hexdigest()[:32]
    lines = [
        *(f"{name}: {value}" for name, value in fixed.items()),
        f'Content-Type: multipart/alternative; boundary="{boundary}"', "",
        f"--{boundary}", *_part("plain", text),
        f"--{boundary}", *_part("html", html),
        f"--{boundary}--", "",
    ]  # fmt: skip
    parts, places = _split(CRLF.join(lines))
    return Outline(
        parts=parts, places=places, subject=plain(head.subject), sender=fixed["From"], reply_to=head.reply_to,
        html=html, text=text, headers={name: value.replace(CRLF, "") for name, value in fixed.items()},
    )  # fmt: skip


def _fixed(head: Letterhead) -> dict[str, str]:
    found = {
        "From": mailbox(head.sender_name, head.sender_address),
        "To": "%%TO%%",
        "Subject": words("Subject", head.subject),
        "Date": "%%DATE%%",
        "Message-ID": "%%MESSAGEID%%",
        "MIME-Version": "1.0",
        "List-Id": f"{phrase('List-Id', head.list_name)} <{head.list_id}>",
        "List-Unsubscribe": f"<%%UNSUBSCRIBE%%>,{CRLF} <mailto:%%LEAVE%%>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Subscribe": f"<{head.lists_page}>",
        "List-Help": f"<{head.lists_page}>",
        "List-Owner": f"<mailto:{checked(head.owner)}>",
        "List-Post": "NO",
        "Feedback-ID": head.feedback,
        "Content-Language": head.language,
    }
    if head.reply_to:
        found["Reply-To"] = checked(head.reply_to)
    return found


def values_of(*, to: str, message_id: str, leave: str, sent: datetime, own: dict[str, str]) -> dict[str, bytes]:
    """What a reader's places are filled with: `to` is an address that was checked, `own` are those of the body."""
    raw = {"TO": to, "DATE": _dated(int(sent.timestamp())), "MESSAGEID": message_id, "LEAVE": leave, **own}
    found = {name: value.encode("ascii") for name, value in raw.items()}
    return found | {BODY + name: wrapped(value) for name, value in own.items()}


@lru_cache(maxsize=64)
def _dated(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, UTC))


def wrapped(value: str) -> bytes:
    """A value as quoted-printable lines."""
    if _SIMPLE.fullmatch(value):
        return value.encode("ascii")
    return _encoded(plain(value)).encode("ascii")


def plain(text: str) -> str:
    """One line, whatever somebody typed: what could begin another header is a space."""
    return " ".join(_CONTROL.sub(" ", text).replace("%%", "%").split())


def words(name: str, text: str) -> str:
    """A header's words, encoded where they are not ASCII, in lines that are not too long."""
    one = plain(text)
    charset = "us-ascii" if one.isascii() and "=?" not in one else "utf-8"
    return Header(one, charset, maxlinelen=76, header_name=name).encode(linesep=CRLF)


def phrase(name: str, text: str) -> str:
    """A name before an address: quoted in ASCII, encoded otherwise."""
    one = plain(text)
    if not one.isascii() or "=?" in one:
        return words(name, one)
    return '"' + one.replace("\\", "").replace('"', "'") + '"'


def mailbox(name: str, address: str) -> str:
    """A name and an address as From has them."""
    return f"{phrase('From', name)} <{checked(address)}>" if plain(name) else formataddr(("", checked(address)))


def checked(address: str) -> str:
    """An address that may stand in a header and in the envelope; its domain in ASCII."""
    if _USUAL.fullmatch(address):
        return address
    local, _, domain = address.strip().rpartition("@")
    try:
        found = f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise MessageError("no domain") from error
    if len(found) > 254 or "%%" in found or not found.isascii() or not _ADDRESS.fullmatch(found):
        raise MessageError("no address that a header may hold")
    return found


def _part(kind: str, text: str) -> list[str]:
    return [
        f"Content-Type: text/{kind}; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
        quoted(text),
    ]  # fmt: skip


def quoted(text: str) -> str:
    """Words as quoted-printable, each place alone between soft breaks, as `%%body NAME%%`."""
    pieces = PLACE.split(text.replace("\r\n", "\n"))
    found = [_encoded(pieces[0])]
    for name, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        found.append(f"%%{BODY}{name}%%=\r\n{_encoded(piece)}")
    return "=\r\n".join(found)


def _encoded(piece: str) -> str:
    """Quoted-printable, with no line too long, none that begins with a full stop, none that a mailbox may mistake."""
    return CRLF.join(part for line in piece.split("\n") for part in _lines(line.encode()))


def _lines(line: bytes) -> list[str]:
    found, now = [], ""
    for place, byte in enumerate(line):
        letter = _LETTERS[byte]
        if byte in b" \t" and place == len(line) - 1:
            letter = f"={byte:02X}"
        if len(now) + len(letter) > WIDTH:
            found.append(now + "=")
            now = ""
        now += "=2E" if letter == "." and not now else letter
        if now == "From ":
            now = "=46rom "
    return [*found, now]


_LETTERS = [chr(byte) if (32 <= byte < 127 and byte != 61) or byte == 9 else f"={byte:02X}" for byte in range(256)]


def _split(text: str) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
    pieces = re.split(rf"%%((?:{BODY})?(?:{OWN})|TO|DATE|MESSAGEID|LEAVE)%%", text)
    return tuple(piece.encode("ascii") for piece in pieces[::2]), tuple(pieces[1::2])
