"""Through an ESP by django-anymail: many readers in one call where the ESP puts messages together itself.

What anymail calls merge data are our places: in the words that an ESP knows, %recipient.unsubscribe% or its like, they
stand in the one message that is sent for all. An ESP of which we know no such words gets one call for each reader.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from anymail.message import AnymailMessage
from django.core.mail import get_connection

from broadsheet.newsletters.carriers.freshness import may_go
from broadsheet.newsletters.message import OWN, PLACE
from broadsheet.newsletters.ports import Answer, Outgoing, Outline, Still, Told

WAIT = timedelta(minutes=15)  # within which an ESP's webhook tells of what it took
# How each ESP writes a place, and how many readers it takes in one call.
MERGING = {
    "brevo": ("{{{{params.{}}}}}", 500),
    "mailgun": ("%recipient.{}%", 1000),
    "mailjet": ("[[var:{}]]", 50),
    "sparkpost": ("{{{{{}}}}}", 500),
}
QUIET = {"mailersend", "mailgun", "mailjet", "mandrill", "postmark", "sendgrid", "sparkpost", "unisender_go"}
FAULTY = {400, 413, 422}  # something in the call is wrong: whose it is, is found by halving it
OURS = {401, 402, 403, 404, 405}  # our key, our account: no reader's fault
TRULY_SENT = {"sent", "queued", "unknown", None}
OWN_HEADERS = {"From", "To", "Subject", "Date", "MIME-Version", "Reply-To"}  # those that anymail writes


@dataclass(slots=True)
class AnymailCarrier:
    """An ESP, by anymail's name for it. Its key and address are settings of anymail's."""

    name: str
    backend: str
    place: str = ""
    handful: int = 1
    dedupes: bool = False
    tells_after: timedelta = WAIT

    @classmethod
    def named(cls, name: str) -> AnymailCarrier:
        """`mailgun`, `postmark` …; or a backend by its dotted path."""
        place, handful = MERGING.get(name, ("", 1))
        backend = name if "." in name else f"anymail.backends.{name}.EmailBackend"
        return cls(name, backend, place, handful)

    def line(self) -> AnymailLine:
        """A caller of the ESP, with a connection that stays open."""
        return AnymailLine(self)

    def knows(self, message_ids: Sequence[str]) -> dict[str, bool]:
        """ESPs tell by webhooks, which are written beside the deliveries."""
        return {}


@dataclass(slots=True)
class AnymailLine:
    """One caller."""

    carrier: AnymailCarrier
    broken: bool = False
    _backend: Any = None
    _texts: dict[int, tuple[Outline, str, str]] = field(default_factory=dict)

    async def open(self) -> None:
        """Open anymail's session; the ESP is called with the first handful."""
        self._backend = get_connection(self.carrier.backend)
        self._backend.open()

    async def send(self, handful: Sequence[Outgoing], still: Still) -> list[Told]:
        """One call for all readers of the same outline."""
        if handful and not await may_go(handful[0].claimed, still):
            return [Told(Answer.UNSENT, text="no longer ours to send")] * len(handful)
        return await asyncio.to_thread(self._send_all, handful)

    def _send_all(self, handful: Sequence[Outgoing]) -> list[Told]:
        told: dict[int, Told] = {}
        groups: dict[int, list[Outgoing]] = {}
        for item in handful:
            groups.setdefault(id(item.outline), []).append(item)
        for group in groups.values():
            told.update(self._send(group))
        return [told[item.delivery] for item in handful]

    def _send(self, group: list[Outgoing]) -> dict[int, Told]:
        if self.broken:
            return _all(group, Told(Answer.UNSENT, text="the ESP does not let us in"))
        try:
            message = self._message(group)
            self._backend.send_messages([message])
        except AnymailRecipientsRefused as error:
            return _by_status(group, getattr(error.email_message, "anymail_status", None))
        except AnymailAPIError as error:
            return self._failed(group, error)
        except (AnymailError, ValueError, TypeError) as error:  # it could not be written: nothing was sent
            return self._halved(group, Told(Answer.REFUSED, text=f"{type(error).__name__}: {error}"))
        return _by_status(group, message.anymail_status)

    def _failed(self, group: list[Outgoing], error: AnymailAPIError) -> dict[int, Told]:
        code, text = getattr(error, "status_code", None) or 0, str(error)[:300]
        if code in FAULTY:
            return self._halved(group, Told(Answer.REFUSED, code, text))
        if code in OURS:
            self.broken = True
            return _all(group, Told(Answer.UNSENT, code, text))
        if code == 429:
            return _all(group, Told(Answer.LATER, code, text))
        if isinstance(error, requests.ConnectTimeout) or (not code and _never_reached(error)):
            self.broken = True
            return _all(group, Told(Answer.UNSENT, text=text))
        return _all(group, Told(Answer.DOUBT, code, text))

    def _halved(self, group: list[Outgoing], told: Told) -> dict[int, Told]:
        """One reader's address may not hold up the others."""
        if len(group) == 1:
            return _all(group, told)
        middle = len(group) // 2
        return self._send(group[:middle]) | self._send(group[middle:])

    def _message(self, group: list[Outgoing]) -> AnymailMessage:
        first = group[0]
        outline, batch = first.outline, self.carrier.handful > 1
        html, text = self._bodies(outline) if batch else _filled(first)
        own = {item.to: _own_headers(item) for item in group}
        shared = {name: value for name, value in outline.headers.items() if "%%" not in value}
        message = AnymailMessage(
            outline.subject, text, outline.sender, [item.to for item in group],
            headers={name: value for name, value in shared.items() if name not in OWN_HEADERS},
            reply_to=[outline.reply_to] if outline.reply_to else None,
        )  # fmt: skip
        message.attach_alternative(html, "text/html")
        message.tags = [first.tag] if first.tag else []
        if self.carrier.name in QUIET:
            message.track_clicks = message.track_opens = False
        if batch:
            message.merge_headers = own
            message.merge_data = {item.to: _named(item) for item in group}
            message.merge_metadata = {item.to: {"delivery": str(item.delivery)} for item in group}
        else:
            message.extra_headers |= own[first.to]
            message.metadata = {"delivery": str(first.delivery)}
        return message

    def _bodies(self, outline: Outline) -> tuple[str, str]:
        """HTML and text with places as the ESP writes them: the same work for every handful, so done once."""
        if id(outline) not in self._texts:
            place = self.carrier.place
            html, text = (
                PLACE.sub(lambda found: place.format(_key(found[1])), body) for body in (outline.html, outline.text)
            )
            self._texts = {id(outline): (outline, html, text)}  # the outline stays, so its id is nobody else's
        return self._texts[id(outline)][1:]

    async def close(self) -> None:
        """End the session."""
        if self._backend is not None:
            self._backend.close()


def _key(place: str) -> str:
    return re.sub(r"\W", "_", place).lower()


def _named(item: Outgoing) -> dict[str, str]:
    return {_key(name): item.values[name].decode() for name in item.values if re.fullmatch(OWN, name)}


def _own_headers(item: Outgoing) -> dict[str, str]:
    """The headers that are a reader's own. Message-ID among them: an ESP that keeps it can tell a message twice."""
    return {
        name: re.sub("%%([A-Z]+)%%", lambda found: item.values[found[1]].decode(), value)
        for name, value in item.outline.headers.items()
        if "%%" in value and name not in OWN_HEADERS
    }


def _filled(item: Outgoing) -> tuple[str, str]:
    return (
        PLACE.sub(lambda found: item.values[found[1]].decode(), item.outline.html),
        PLACE.sub(lambda found: item.values[found[1]].decode(), item.outline.text),
    )


def _all(group: list[Outgoing], told: Told) -> dict[int, Told]:
    return {item.delivery: told for item in group}


def _by_status(group: list[Outgoing], status: Any) -> dict[int, Told]:
    """What the ESP says of each reader."""
    found: Mapping[str, Any] = getattr(status, "recipients", None) or {}
    told = {}
    for item in group:
        one = found.get(item.to)
        word = one.status if one else None
        answer = Answer.SENT if word in TRULY_SENT else Answer.REFUSED
        told[item.delivery] = Told(answer, text=word or "", reference=str(one.message_id or "") if one else "")
    return told


def _never_reached(error: Exception) -> bool:
    """Whether no connection was made at all. A call that broke off later may have been heard."""
    return isinstance(error, requests.ConnectionError) and "NewConnectionError" in repr(error.__cause__)
