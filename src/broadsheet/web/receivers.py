"""What follows for newsletters when somebody comes in, or has another address from now on."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import email_changed, email_confirmed, user_logged_in

from broadsheet import clock
from broadsheet.accounts import queries as accounts
from broadsheet.newsletters.operations.tying import tie


def connect() -> None:
    """Listen. Called once, when the app is ready."""
    user_logged_in.connect(_came_in, dispatch_uid="broadsheet.newsletters.came_in")
    email_confirmed.connect(_verified, dispatch_uid="broadsheet.newsletters.verified")
    email_changed.connect(_changed, dispatch_uid="broadsheet.newsletters.changed")


def _came_in(user: Any, **kwargs: Any) -> None:
    if accounts.owner_of(user.email) == user.pk:
        tie(user_id=user.pk, address=user.email, now=clock.now())


def _verified(email_address: Any, **kwargs: Any) -> None:
    if email_address.primary:
        tie(user_id=email_address.user_id, address=email_address.email, now=clock.now())


def _changed(user: Any, to_email_address: Any, **kwargs: Any) -> None:
    if to_email_address.verified:
        tie(user_id=user.pk, address=to_email_address.email, now=clock.now())
