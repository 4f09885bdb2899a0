"""The gateway's bell. It is heard, written down, and answered; nothing else happens in the request."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

from broadsheet import clock
from broadsheet.membership.gateways.current import gateway
from broadsheet.membership.operations.inbox import receive
from broadsheet.membership.ports import SignatureError

log = logging.getLogger("broadsheet.membership")

MOST_BYTES = 262_144


@csrf_exempt
def stripe_hook(request: HttpRequest) -> HttpResponse:
    """Keep an event that the gateway signed; 400 for whatever it did not, so that it is told of again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    body = _body(request)
    if body is None:
        return _answer(413)
    now, till = clock.now(), gateway()
    try:
        event = till.read_event(body, request.headers.get("Stripe-Signature", ""), now)
    except SignatureError as error:
        log.warning("A webhook was refused: %s", error)
        return _answer(400)
    if event.livemode != till.livemode or (event.account and event.account != till.account):
        log.error("A webhook of another mode or account was refused: %s", event.id)
        return _answer(400)
    receive(event=event, now=now)
    return _answer(200)


def _body(request: HttpRequest) -> bytes | None:
    """The bytes as they were sent; None where there are too many."""
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > MOST_BYTES:
        return None
    body = request.read(MOST_BYTES + 1)
    return None if len(body) > MOST_BYTES else body


def _answer(status: int) -> HttpResponse:
    answer = HttpResponse(status=status, content_type="text/plain")
    answer["Cache-Control"] = "no-store"
    return answer
