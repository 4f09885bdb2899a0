"""Reads of accounts, given out as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from broadsheet.accounts import rules
from broadsheet.accounts.models import Device, User
from broadsheet.accounts.rules import Reading
from broadsheet.paywall.queries import ring

SECOND = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
ACCOUNT = b"bs-account"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account, as their own page and other rooms see them."""

    pk: int
    email: str
    name: str
    first_name: str
    last_name: str
    language: str
    zone: str
    joined: datetime
    staff: bool


@dataclass(frozen=True, slots=True)
class WaysIn:
    """How somebody may log in, beside the code by mail that everybody can ask for."""

    password: bool
    app: bool
    passkeys: int
    codes: bool
    providers: tuple[str, ...]

    @property
    def second_factor(self) -> bool:
        """Whether something is asked for beside the first way."""
        return self.app or self.passkeys > 0


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device in its owner's list."""

    pk: int
    label: str
    last_used: date
    this: bool


def person(user_id: int) -> Person | None:
    """The person of this number."""
    user = User.objects.filter(pk=user_id).first()
    return _person(user) if user else None


def person_by_mail(email: str) -> Person | None:
    """The person of this very address, however it is capitalised."""
    user = User.objects.filter(email__iexact=email).first()
    return _person(user) if user else None


def owner_of(address: str) -> int | None:
    """Whose verified address this is, however it is capitalised."""
    found = EmailAddress.objects.filter(email__iexact=address.strip(), verified=True, user__is_active=True)
    return found.values_list("user_id", flat=True).first()


def verified_mail(user_id: int) -> str:
    """The address of somebody's account, where they have proved that they read its mail; otherwise empty.

    An address that the account had before, or that the desk wrote there, is none: nobody has proved that it is theirs.
    """
    rows = EmailAddress.objects.filter(user_id=user_id, verified=True).values_list("email", "user__email")
    return next((own for proved, own in rows if proved.lower() == own.lower()), "")


def _person(user: User) -> Person:
    return Person(
        user.pk, user.email, user.get_full_name(), user.first_name, user.last_name, user.language, user.zone,
        user.date_joined, enters_admin(user),
    )  # fmt: skip


def enters_admin(user: Any) -> bool:
    """Whether somebody may enter the admin at all."""
    return bool(user.is_active and user.has_perm("wagtailadmin.access_admin"))


def ways_in(user_id: int) -> WaysIn:
    """How this person may log in."""
    user = User.objects.get(pk=user_id)
    kinds = list(Authenticator.objects.filter(user_id=user_id).values_list("type", flat=True))
    providers = SocialAccount.objects.filter(user_id=user_id).values_list("provider", flat=True)
    return WaysIn(
        user.has_usable_password(),
        Authenticator.Type.TOTP in kinds,
        kinds.count(Authenticator.Type.WEBAUTHN),
        Authenticator.Type.RECOVERY_CODES in kinds,
        tuple(sorted(set(providers))),
    )


def has_second_factor(user_id: int) -> bool:
    """Whether this person has an authenticator app or a passkey."""
    return Authenticator.objects.filter(user_id=user_id, type__in=SECOND).exists()


def devices(user_id: int, this: int | None = None) -> tuple[DeviceRow, ...]:
    """Where this person is logged in, the latest first."""
    rows = Device.objects.filter(user_id=user_id).order_by("-last_used", "-pk")
    return tuple(DeviceRow(row.pk, row.label, row.last_used.date(), row.pk == this) for row in rows)


def must_choose(user_id: int, this: int | None, now: datetime) -> bool:
    """Whether the reader at device `this` has to end another first."""
    readings = {row.pk: Reading(row.since, row.last_used) for row in Device.objects.filter(user_id=user_id)}
    if this not in readings:
        return False
    others = [reading for pk, reading in readings.items() if pk != this]
    return rules.must_choose(readings[this], others, now)


def mail_key(email: str) -> bytes:
    """What stands for the person behind an address, whichever spelling they use."""
    return rules.mail_key(email, settings.METER_KEY.encode())


def account_of(user_id: int) -> bytes:
    """What stands for somebody in the meter's ledger: 16 bytes that nobody without the meter's key can work out.

    Aliases of one address share it, and so the allowance. Accounts of before there was a key get theirs by their
    address of today.
    """
    user = User.objects.only("email", "mail_key").get(pk=user_id)
    return ring().named(ACCOUNT, bytes(user.mail_key) or mail_key(user.email))


def alone_in_ledger(user_id: int) -> bytes | None:
    """`account_of`, unless another account shares it: then what the ledger holds is the other's too."""
    user = User.objects.only("email", "mail_key").filter(pk=user_id).first()
    if user is None:
        return None
    key = bytes(user.mail_key) or mail_key(user.email)
    shared = User.objects.filter(mail_key=key).exclude(pk=user_id).exists()
    return None if shared else account_of(user_id)


def export(user_id: int) -> dict[str, Any]:
    """All that this room holds of somebody, in words and values that a file can hold."""
    user = User.objects.get(pk=user_id)
    return {
        "mail": user.email,
        "addresses": [
            {"mail": row.email, "verified": row.verified} for row in EmailAddress.objects.filter(user_id=user_id)
        ],
        "keyed_hash_of_first_address": bytes(user.mail_key).hex(),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "language": user.language,
        "time_zone": user.zone,
        "joined": user.date_joined.isoformat(),
        "last_login": user.last_login.isoformat() if user.last_login else None,
        "has_password": user.has_usable_password(),
        "groups": sorted(user.groups.values_list("name", flat=True)),
        "second_factors": [
            {"kind": row.type, "made": row.created_at.isoformat(), "used": _moment(row.last_used_at)}
            for row in Authenticator.objects.filter(user_id=user_id)
        ],
        "other_log_ins": [
            {"provider": row.provider, "number_there": row.uid, "told_us": row.extra_data}
            for row in SocialAccount.objects.filter(user_id=user_id)
        ],
        "devices": [{"label": row.label, "last_used": row.last_used.isoformat()} for row in devices(user_id)],
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
