"""What follows when somebody logs in or out, changes their address or their password."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import email_changed, password_changed, password_set
from allauth.account.signals import user_logged_in as came_in
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import m2m_changed, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from wagtail.models import Site

from broadsheet import clock
from broadsheet.accounts import operations, queries
from broadsheet.accounts.middleware import DEVICE, see
from broadsheet.accounts.models import User
from broadsheet.edge.cookies import names
from broadsheet.paywall import queries as paywall
from broadsheet.paywall.operations import lose_passes

RANKS = frozenset({"is_active", "is_staff", "is_superuser"})


@receiver(user_logged_in)
def note_device(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """A session that was an anonymous one begins anew: it lasts as long as others, and is a device of its own."""
    request.session.set_expiry(None)
    request.session.pop(DEVICE, None)
    see(request, user.pk, clock.now())
    operations.remember_person(user_id=user.pk)


@receiver(came_in)
def join_receipt(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """What was read in this browser before counts to the account. The receipt stays where it is."""
    receipt, _ = names(settings.SESSION_COOKIE_SECURE)
    value = request.COOKIES.get(receipt.decode(), "")
    site = Site.find_for_request(request)
    if value and site:
        terms = paywall.terms(site)
        operations.join_receipt(user_id=user.pk, receipt=value.encode("latin-1", "replace"), terms=terms)


@receiver(user_logged_out)
def forget_device(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Who logs out takes the device from the list, and what was copied of its pass opens nothing any more."""
    device = request.session.get(DEVICE)
    if user is not None:
        operations.end_devices(user_id=user.pk, devices=[device] if device else [])


@receiver(password_changed)
@receiver(password_set)
def end_others(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """A new password logs out whoever is elsewhere: perhaps that was the reason for it."""
    operations.end_devices(user_id=user.pk, keep=request.session.get(DEVICE))


@receiver(post_save, sender=User)
def suspend(sender: Any, instance: Any, created: bool, update_fields: Any = None, **kwargs: Any) -> None:
    """Whoever is suspended is logged out everywhere; whoever may do less at the paper gets a pass that says so."""
    if created or (update_fields is not None and not RANKS & set(update_fields)):
        return
    if instance.is_active:
        lose_passes(user_id=instance.pk, reason="changed", now=clock.now())
    else:
        operations.end_devices(user_id=instance.pk)


@receiver(m2m_changed, sender=User.groups.through)
@receiver(m2m_changed, sender=User.user_permissions.through)
def change_duties(sender: Any, instance: Any, action: str, **kwargs: Any) -> None:
    """Who leaves a group of staff reads as a reader, at once."""
    if action in {"post_remove", "post_clear"} and isinstance(instance, User):
        lose_passes(user_id=instance.pk, reason="changed", now=clock.now())


@receiver(authenticator_added)
def count_set_up(sender: Any, request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any) -> None:
    """Whoever set a second factor up has just shown it."""
    if authenticator.type in queries.SECOND:
        record_authentication(request, user, method="mfa", id=authenticator.pk, type=authenticator.type)


@receiver(email_changed)
def know_by_address(sender: Any, user: Any, **kwargs: Any) -> None:
    """An institution is entered by the address, so what the old one opened, and the new one opens, holds at once."""
    lose_passes(user_id=user.pk, reason="address", now=clock.now())


@receiver(email_changed)
def tell_new_address(
    sender: Any, request: HttpRequest, user: Any, from_email_address: Any, to_email_address: Any, **kwargs: Any
) -> None:
    """The new address hears of the change too; the old one is told by allauth."""
    if from_email_address is not None:
        context = {"from_email": from_email_address.email, "to_email": to_email_address.email}
        get_adapter().send_mail("account/email/email_changed", to_email_address.email, context)
