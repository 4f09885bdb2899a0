"""What must be proven later: consents, cancellations, trials used; and the story of a membership for its reader."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.membership.models.offers import Price


class Consent(models.Model):
    """What a reader agreed to before their card was asked for. Kept three years, or one beyond the contract's end."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    member_key = models.CharField(max_length=64)  # keyed hash of the mailbox: links it after an erasure
    price = models.ForeignKey(Price, models.PROTECT, null=True, related_name="+")
    gateway_price = models.CharField(max_length=255, blank=True)
    minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    interval = models.CharField(max_length=8)
    trial_days = models.PositiveSmallIntegerField(default=0)
    first_charge_at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=20, default="join")  # join, switch, price
    text_version = models.CharField(max_length=40)
    text_hash = models.CharField(max_length=64)  # SHA-256 of the words that were shown
    text = models.TextField()
    locale = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    subscription = models.CharField(max_length=255, blank=True, db_index=True)  # once there is one
    keep_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-given_at"]
        verbose_name = _("consent")
        verbose_name_plural = _("consents")


class Cancellation(models.Model):
    """A cancellation or withdrawal as it was declared: recorded first, whoever declared it, whatever becomes of it."""

    CANCEL, EXTRAORDINARY, WITHDRAWAL = "cancel", "extraordinary", "withdrawal"
    KINDS = [(CANCEL, _("cancellation")), (EXTRAORDINARY, _("for cause")), (WITHDRAWAL, _("withdrawal"))]

    reference = models.UUIDField(unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=KINDS)
    reason = models.TextField(_("reason"), blank=True)
    name = models.CharField(_("name"), max_length=160, blank=True)
    email = models.EmailField(_("mail address"), blank=True)  # as it was given
    contract = models.CharField(_("contract"), max_length=255, blank=True)  # as it was given, or the plan's name
    confirm_to = models.EmailField(_("confirmation to"), blank=True)
    end_wanted = models.DateField(_("wanted end"), null=True, blank=True)  # empty: as soon as possible
    locale = models.CharField(max_length=20, blank=True)
    declared_at = models.DateTimeField(_("declared"))
    logged_in = models.BooleanField(_("logged in"), default=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    subscription = models.CharField(max_length=255, blank=True, db_index=True)  # the gateway's id, where one was found
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("resumed"), null=True, blank=True)  # the reader resumed before the end
    matched_by = models.CharField(max_length=20, blank=True)  # account, number, mail, desk; empty: nobody was found
    # Declared without logging in, and such that it cannot be taken back: its member is asked first.
    meant = models.CharField(max_length=255, blank=True)  # the subscription, while nothing has happened to it
    held_until = models.DateTimeField(null=True, blank=True)  # then it is carried out, unless they object
    settled_at = models.DateTimeField(null=True, blank=True)
    objected = models.BooleanField(default=False)

    class Meta:
        ordering = ["-declared_at"]
        verbose_name = _("cancellation")
        verbose_name_plural = _("cancellations")
        indexes = [
            models.Index(
                fields=["held_until"],
                name="declaration_held",
                condition=models.Q(settled_at=None, held_until__isnull=False),
            )
        ]


class TrialUse(models.Model):
    """That a trial was used, for 24 months: after an erasure only by keyed hashes of mailbox and card."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    mail_key = models.CharField(max_length=64, db_index=True)
    card_key = models.CharField(max_length=64, blank=True, db_index=True)
    subscription = models.CharField(max_length=255, unique=True)
    used_at = models.DateTimeField(db_index=True)
    refused = models.BooleanField(default=False)  # it was ended because a former one was found


class HistoryEntry(models.Model):
    """One line of a membership's story, as the reader and the desk see it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    subscription = models.CharField(max_length=255, blank=True)
    details = models.JSONField(default=dict)
    by = models.CharField(max_length=20, default="reader")  # reader, desk, gateway, clock
    once = models.CharField(max_length=200, unique=True)  # what makes this line this line: a replay writes it once

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "-at"], name="history_of_reader")]
