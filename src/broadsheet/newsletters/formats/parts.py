"""A mail taken apart, whatever its state: headers, words for people, blocks for machines, and what came back with it.

Nothing here raises: a mail is whatever somebody sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header
from email.message import Message

MOST_BYTES = 524_288
MOST_VALUE = 4_000  # letters of one field
MOST_BLOCKS = 65_536  # letters of fields in all
MOST_PARTS = 60
MOST_PAGE = 65_536
STATUS = ("message/delivery-status", "message/global-delivery-status")
FEEDBACK = "message/feedback-report"
DISPOSITION = "message/disposition-notification"
RETURNED = (
    "message/rfc822", "message/global", "text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers",
    "message/partial", "message/global-headers",
)  # fmt: skip

Fields = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Parts:
    """One mail. Names of fields are in small letters; a field that stands twice has two values."""

    headers: Fields = field(default_factory=dict)
    media: str = ""  # the whole mail's media type
    report: str = ""  # its report-type
    notice: str = ""
    status: tuple[Fields, ...] = ()
    feedback: tuple[Fields, ...] = ()
    disposition: tuple[Fields, ...] = ()
    returned: str = ""  # the mail that came back, or its headers
    whole: bytes = b""  # the same as bytes, where it came back whole

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string."""
        return first(self.headers, name)


def first(fields: Fields, name: str) -> str:
    """The first value of a field, or an empty string."""
    return fields.get(name, [""])[0]


def opened(raw: bytes) -> Parts:
    """Take a mail apart. A mail that no parser understands has its text for a notice."""
    raw = _from_its_headers(raw[:MOST_BYTES])
    try:
        return _taken_apart(message_from_bytes(raw))
    except Exception:  # the standard parser stumbles over some of what people send
        return Parts(notice=_clean(raw.decode("latin-1")))


def _from_its_headers(raw: bytes) -> bytes:
    """Without blank lines, a byte order mark or a mailbox's line before the headers, and without a sea of blank lines:
    the standard parser takes each for the end of a report's block."""
    raw = re.sub(rb"(?:\r?\n){16,}", b"\n\n\n\n", raw)
    raw = raw.lstrip(b"\xef\xbb\xbf\r\n\t \0")
    return raw.split(b"\n", 1)[-1] if raw.startswith((b"From ", b">From ")) else raw


def _taken_apart(message: Message) -> Parts:
    texts: list[str] = []
    pages: list[str] = []
    blocks: dict[str, list[Fields]] = {"status": [], "feedback": [], "disposition": []}
    returned: list[str] = []
    whole = b""
    for media, part in _leaves(message):
        if media in STATUS:
            blocks["status"] += _blocks(part)
        elif media == FEEDBACK:
            blocks["feedback"] += _blocks(part)
        elif media == DISPOSITION:
            blocks["disposition"] += _blocks(part)
        elif media in RETURNED:
            returned.append(_raw_text(part))
            whole = whole or _raw_bytes(part)
        elif media == "text/html":
            pages.append(_text(part))
        elif media.startswith(("text/", "multipart/")):  # of a broken whole, its bare text
            texts.append(_text(part))
    notice = _clean("\n".join(texts)) or _clean(_words_of_page("\n".join(pages)))
    return Parts(
        headers=_fields(message), media=_media(message), report=_parameter(message, "report-type"), notice=notice,
        status=tuple(blocks["status"]), feedback=tuple(blocks["feedback"]), disposition=tuple(blocks["disposition"]),
        returned=_clean("\n".join(returned)), whole=whole,
    )  # fmt: skip


def _leaves(message: Message) -> Iterator[tuple[str, Message]]:
    """The parts in their order. A mail that came back is one part, and not looked into."""
    waiting, seen = [message], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        media = _media(part)
        inside = part.get_payload()
        if media not in (*STATUS, FEEDBACK, DISPOSITION, *RETURNED) and isinstance(inside, list):
            waiting[:0] = [each for each in inside if isinstance(each, Message)]
            continue
        yield media, part


def _media(part: Message) -> str:
    try:
        return part.get_content_type().lower()
    except Exception:
        return "text/plain"


def _parameter(part: Message, name: str) -> str:
    try:
        return str(part.get_param(name) or "").lower()
    except Exception:
        return ""


def _blocks(part: Message) -> list[Fields]:
    """Fields, in groups: RFC 3464 section 2.1 parts them by blank lines."""
    inside = part.get_payload()
    if isinstance(inside, list):
        found = [block for each in inside if isinstance(each, Message) for block in _parted(each.items())]
        if any(found) and not _encoded(part):
            loose = [_text(each) for each in inside if isinstance(each, Message) and not each.is_multipart()]
            return [each for each in found if each] + blocks_in("\n\n".join(loose))
        inside = "\n\n".join(_raw_text(each) for each in inside if isinstance(each, Message))
    return blocks_in(_decoded(part, str(inside)))


def _parted(items: Iterable[tuple[str, str]]) -> list[Fields]:
    """Blocks of one recipient each, also where the blank line between two was forgotten."""
    found: list[Fields] = [{}]
    for name, value in items:
        small = name.lower().strip()
        if small == "final-recipient" and small in found[-1]:
            found.append({})
        found[-1].setdefault(small, []).append(_plain(str(value)))
    return found


def _encoded(part: Message) -> bool:
    return str(part.get("content-transfer-encoding", "")).strip().lower() in {"base64", "quoted-printable"}


def _decoded(part: Message, text: str) -> str:
    if not _encoded(part):
        return text
    bare = Message()
    bare["Content-Transfer-Encoding"] = str(part.get("content-transfer-encoding"))
    bare.set_payload(text.encode("ascii", "ignore").decode())
    return _bytes(bare).decode("utf-8", "replace")


FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*)$")


def blocks_in(text: str) -> list[Fields]:
    """Groups of fields in a text, as a report for machines writes them."""
    found: list[Fields] = []
    block: Fields = {}
    last = ""
    for line in [*text[:MOST_BLOCKS].splitlines(), ""]:
        if not line.strip():
            if block:
                found.append(block)
            block, last = {}, ""
        elif match := FIELD.match(line):
            last = match[1].lower()
            block.setdefault(last, []).append(match[2].strip()[:MOST_VALUE])
        elif line[0] in " \t" and last:
            block[last][-1] = f"{block[last][-1]} {line.strip()}"[:MOST_VALUE]
    return found


def _fields(message: Message) -> Fields:
    fields: Fields = {}
    for name, value in message.items():
        fields.setdefault(name.lower().strip(), []).append(_plain(str(value)))
    return fields


def _plain(value: str) -> str:
    """A header's value in letters, on one line."""
    value = value[:MOST_VALUE]
    if "=?" in value:
        try:
            pieces = decode_header(value)
            value = "".join(
                piece if isinstance(piece, str) else piece.decode(charset or "latin-1", "replace")
                for piece, charset in pieces
            )
        except Exception:  # it stays as it was sent
            value = str(value)
    value = value.encode("utf-8", "replace").decode("utf-8", "replace")
    return re.sub(r"\s*[\r\n]+\s*", " ", value).strip()


def _bytes(part: Message) -> bytes:
    try:
        found = part.get_payload(decode=True)
    except Exception:
        return b""
    return found if isinstance(found, bytes) else b""


def _text(part: Message) -> str:
    raw = _bytes(part)
    try:
        charset = part.get_content_charset() or "utf-8"
    except Exception:
        charset = "utf-8"
    if charset in {"us-ascii", "ascii", "utf-8"} and b"\x1b$" in raw:
        charset = "iso-2022-jp"
    try:
        return raw.decode(charset, "replace")
    except (LookupError, ValueError):
        return raw.decode("latin-1")


def _raw_text(part: Message) -> str:
    """The part's text with its own headers, as far as it can be written down."""
    inside = part.get_payload()
    if isinstance(inside, list):
        return "\n\n".join(_raw_text(each) for each in inside[:MOST_PARTS] if isinstance(each, Message))
    head = "\n".join(f"{name}: {_plain(str(value))}" for name, value in part.items())
    return f"{head}\n\n{_text(part)}" if part.get_content_maintype() != "text" or head else _text(part)


def _raw_bytes(part: Message) -> bytes:
    """The mail inside a part, as bytes."""
    inside = part.get_payload()
    if not (isinstance(inside, list) and inside and isinstance(inside[0], Message)):
        return b""
    try:
        return inside[0].as_bytes()
    except Exception:  # what was sent cannot be written down again
        return b""


def _words_of_page(page: str) -> str:
    """The words of an HTML page, roughly: enough to look for an answer in them."""
    page = page[:MOST_PAGE]
    for name in ("head", "style", "script"):
        page = _without(page, f"<{name}", f"</{name}")
    page = re.sub(r"(?i)<(br|/p|/div|/tr|/td|/li|/h\d)\b[^<>]*>", "\n", page)
    page = re.sub(r"<(?![\w.+-]+@)[^<>]*>", " ", page)
    for name, letter in (
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&quot;", '"'),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ):
        page = page.replace(name, letter)
    return page


def _without(page: str, begin: str, end: str) -> str:
    """The page without what stands between two marks. Walks it once, so that no page can make it slow."""
    kept, at, small = [], 0, page.lower()
    while (start := small.find(begin, at)) >= 0 and (stop := small.find(end, start)) >= 0:
        kept.append(page[at:start])
        at = stop
    return "".join([*kept, page[at:]])


def _clean(text: str) -> str:
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode("utf-8", "replace").strip("\n")
