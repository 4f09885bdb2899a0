"""What ESPs tell: heard, believed only if signed, applied once."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

from broadsheet import clock
from broadsheet.newsletters import hooks
from broadsheet.newsletters.formats.events import understood
from broadsheet.newsletters.operations import intake
from broadsheet.newsletters.operations.hooks import take

log = logging.getLogger("broadsheet.newsletters")


@csrf_exempt
def mail_hook(request: HttpRequest, esp: str) -> HttpResponse:
    """Bounces, complaints, deliveries. Who is unknown is ignored, so that the ESP does not tell of them for ever."""
    events = _heard(request, esp, inbound=False)
    if isinstance(events, HttpResponse):
        return events
    for event in events:
        meant = understood(event)
        if meant is not None:
            take(event=meant, source=esp, now=clock.now())
    return _answer(200)


@csrf_exempt
def mail_inbound_hook(request: HttpRequest, esp: str) -> HttpResponse:
    """Mails that an ESP takes in for us: wishes to leave, answers, bounces."""
    events = _heard(request, esp, inbound=True)
    if isinstance(events, HttpResponse):
        return events
    for event in events:
        if event.message is not None:
            intake.take(raw=_bytes(event.message), now=clock.now())
    return _answer(200)


def _heard(request: HttpRequest, name: str, *, inbound: bool) -> list[Any] | HttpResponse:
    esp = hooks.heard(name)
    if esp is None or (inbound and not esp.takes_in):
        return _answer(404)
    if request.method == "HEAD":  # some ask whether anybody is there
        return _answer(200)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST", "HEAD"])
    try:
        return hooks.events(esp, request, inbound=inbound)
    except SuspiciousOperation as error:
        log.warning("A webhook of %s was refused: %s", name, error)
    except Exception as error:  # whatever was sent, it is no event of theirs
        log.warning("A webhook of %s was not understood: %s: %s", name, type(error).__name__, error)
    return _answer(400)


def _bytes(message: Any) -> bytes:
    """The mail, with the address that it truly came to, which an ESP tells apart."""
    to = str(getattr(message, "envelope_recipient", None) or "").replace("\r", "").replace("\n", "")
    head = f"X-Original-To: {to}\r\n".encode("ascii", "ignore") if to else b""
    return head + message.as_bytes()


def _answer(status: int) -> HttpResponse:
    answer = HttpResponse(status=status, content_type="text/plain")
    answer["Cache-Control"] = "no-store"
    return answer
