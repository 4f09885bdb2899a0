"""Writes of accounts: making, joining, ending, erasing."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from broadsheet import clock
from broadsheet.accounts import queries, rules
from broadsheet.accounts.models import Device, User
from broadsheet.paywall import queries as paywall
from broadsheet.paywall.ledgers.opening import open_ledger
from broadsheet.paywall.operations import lose_passes
from broadsheet.paywall.ports import LedgerError
from broadsheet.paywall.rules import Terms

log = logging.getLogger("broadsheet.accounts")


def ensure_chief(*, email: str, password: str, **names: Any) -> User:
    """The superuser of this address, made with this password when there is none; an existing one keeps theirs."""
    found = User.objects.filter(email__iexact=email).first()
    return found or User.objects.create_superuser(email, password, **names)


@transaction.atomic
def admit(*, email: str, language: str = "") -> tuple[User, bool]:
    """Whoever proved that they read this address's mail: their account, made where there is none, and whether it was.

    The address counts as verified from now on.
    """
    user, new = User.objects.filter(email__iexact=email).first(), False
    if user is None:
        key = queries.mail_key(email)
        user, new = User.objects.create_user(email, language=language, mail_key=key), True
    elif not user.mail_key:
        user.mail_key = queries.mail_key(user.email)
        user.save(update_fields=["mail_key"])
    EmailAddress.objects.filter(user=user, primary=True).exclude(email__iexact=email).update(primary=False)
    EmailAddress.objects.update_or_create(
        user=user, email=user.email.lower(), defaults={"verified": True, "primary": True}
    )
    return user, new


def describe(*, user_id: int, first_name: str, last_name: str, language: str, zone: str) -> None:
    """Keep what somebody says of themselves."""
    User.objects.filter(pk=user_id).update(first_name=first_name, last_name=last_name, language=language, zone=zone)


def remember_person(*, user_id: int) -> None:
    """Give an account that was made at the desk, or by another log-in, the key of its first address."""
    user = User.objects.get(pk=user_id)
    if not user.mail_key:
        User.objects.filter(pk=user_id).update(mail_key=queries.mail_key(user.email))


def see_device(*, user_id: int, device: int | None, session_key: str, agent: str, now: datetime) -> int:
    """Note that somebody is logged in with this device now; gives its number. Written at most once an hour."""
    hour = rules.coarse(now)
    row = Device.objects.filter(pk=device or 0, user_id=user_id).first()
    if row is None:
        label = rules.device_label(agent)
        return Device.objects.create(
            user_id=user_id, session_key=session_key, label=label, since=now, last_used=hour
        ).pk
    since = rules.in_use_since(rules.Reading(row.since, row.last_used), now)
    if (row.session_key, row.last_used, row.since) != (session_key, hour, since):
        Device.objects.filter(pk=row.pk).update(session_key=session_key, last_used=hour, since=since)
    return row.pk


def end_devices(*, user_id: int, devices: list[int] | None = None, keep: int | None = None) -> int:
    """Log somebody out of these devices, or of all but one. Gives how many there were.

    A pass does not tell its device, so all of theirs are lost: where the session goes on, the next page gets another.
    """
    rows = Device.objects.filter(user_id=user_id).exclude(pk=keep or 0)
    if devices is not None:
        rows = rows.filter(pk__in=devices)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    ended = list(rows)
    for row in ended:
        if row.session_key:
            store(row.session_key).delete()
    Device.objects.filter(pk__in=[row.pk for row in ended]).delete()
    lose_passes(user_id=user_id, reason="logged out", now=clock.now())
    return len(ended)


def join_receipt(*, user_id: int, receipt: bytes, terms: Terms) -> int | None:
    """Count what a receipt proves, and what the ledger knows of its bearer, to the account; gives what that has used.

    None where there is no receipt of ours, or no ledger: nobody is kept from logging in for that.
    """
    read = paywall.ring().read(receipt)
    if read is None:
        return None
    try:
        ledger = open_ledger(settings.LEDGER_URL)
        try:
            return ledger.join(read, queries.account_of(user_id), clock.today(), terms)
        finally:
            ledger.close()
    except LedgerError as error:
        log.warning("The ledger cannot be written (%s): a receipt was not joined to its account.", error)
        return None


@transaction.atomic
def erase(*, user_id: int) -> None:
    """Take away an account with all that this room, and the meter's ledger, hold of it, and log it out everywhere.

    The ledger comes last, because nothing brings back what it forgot. Raises LedgerError where it cannot be written:
    then nothing is taken away, for nobody shall be told that all is gone while something is left.
    """
    name = queries.alone_in_ledger(user_id)
    end_devices(user_id=user_id)
    User.objects.filter(pk=user_id).delete()
    if name is not None:
        ledger = open_ledger(settings.LEDGER_URL)
        try:
            ledger.forget(name)
        finally:
            ledger.close()


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody from another system's list of members."""

    email: str
    name: str
    joined: datetime


@transaction.atomic
def enrol(*, people: list[Newcomer]) -> dict[str, int]:
    """Accounts for people who have none yet, without a password: their numbers by address in small letters.

    Nobody has proved that they read these addresses: each is verified by the first code that comes back from it.
    """
    made = []
    for person in people:
        first, _space, last = person.name.partition(" ")
        user = User(
            email=User.objects.normalize_email(person.email), first_name=first[:150], last_name=last[:150],
            date_joined=person.joined, mail_key=queries.mail_key(person.email),
        )  # fmt: skip
        user.set_unusable_password()
        made.append(user)
    return {user.email.lower(): user.pk for user in User.objects.bulk_create(made)}
