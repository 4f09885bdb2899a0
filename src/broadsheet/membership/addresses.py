"""Where the pages of membership stand. Mails lead there; the pages' owner serves them under these paths."""

from __future__ import annotations

from django.conf import settings

ACCOUNT = "/account/membership/"
PLANS = "/subscribe/"
CANCEL = "/membership/cancel/"
WITHDRAW = "/membership/withdraw/"
GIFT = "/membership/gift/"  # a form for the code: it stands in no address
ANSWER = "/membership/answer/{token}/"  # GET shows two buttons, POST is the answer
SEAT = "/membership/seat/{token}/"  # GET shows a button, POST takes the seat


def address(path: str, locale: str = "") -> str:
    """The whole address of a page, in a language of the paper."""
    known = {code for code, _ in settings.LANGUAGES} - {settings.LANGUAGE_CODE}
    prefix = f"/{locale}" if locale in known else ""
    return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{prefix}{path}"
