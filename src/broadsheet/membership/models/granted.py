"""Access that is given: grants, gifts, groups with their seats."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.membership.models.offers import Plan, Tier


class Grant(models.Model):
    """Access without a subscription."""

    KINDS = [
        ("complimentary", _("complimentary")),
        ("gift", _("gift")),
        ("seat", _("seat")),
        ("institution", _("institution")),
    ]

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("reader"))
    tier = models.ForeignKey(Tier, models.PROTECT, related_name="+", verbose_name=_("tier"))
    kind = models.CharField(_("kind"), max_length=20, choices=KINDS)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # taken back before its end
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    once = models.CharField(max_length=120, unique=True)  # what it comes of: a replay makes it once

    class Meta:
        ordering = ["-starts_at"]
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        indexes = [models.Index(fields=["user", "ends_at"], name="grant_of_reader")]


class GiftSubscription(models.Model):
    """A membership bought for somebody else. Of its code only the hash is kept."""

    WAITING, PAID, REDEEMED, REFUNDED, LAPSED = "waiting", "paid", "redeemed", "refunded", "lapsed"

    reference = models.UUIDField(unique=True)
    code_hash = models.CharField(max_length=64, unique=True)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    months = models.PositiveSmallIntegerField()
    minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    buyer_mail = models.EmailField()
    recipient_mail = models.EmailField(blank=True)
    message = models.CharField(max_length=500, blank=True)
    locale = models.CharField(max_length=20)
    deliver_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default=WAITING)
    checkout = models.CharField(max_length=255, null=True, unique=True)  # the gateway's id
    payment = models.CharField(max_length=255, blank=True)
    key = models.CharField(max_length=200, unique=True)
    made_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    redeem_by = models.DateTimeField()
    redeemed_at = models.DateTimeField(null=True)
    redeemed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("gift membership")
        verbose_name_plural = _("gift memberships")


class Group(models.Model):
    """A family, an office, a school: somebody who holds seats for others."""

    name = models.CharField(_("name"), max_length=160)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who invites")
    )
    tier = models.ForeignKey(Tier, models.PROTECT, related_name="+", verbose_name=_("tier"))
    size = models.PositiveIntegerField(_("seats"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("group")
        verbose_name_plural = _("groups")

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """One place in a group: invited, taken, given back. Of the invitation's token only the hash is kept."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="places")
    reference = models.UUIDField(unique=True)
    email = models.EmailField(_("mail address"))
    token_hash = models.CharField(max_length=64, unique=True)
    locale = models.CharField(max_length=20, blank=True)
    invited_at = models.DateTimeField()
    lapses_at = models.DateTimeField()  # the invitation
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "email"], condition=models.Q(revoked_at=None), name="seat_one_for_a_mailbox"
            )
        ]
