"""Rows that loops drain: the webhooks' inbox, what is to be done at the gateway, mails; and how far the loops are."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class WebhookEvent(models.Model):
    """A ring of the gateway's bell. Of its body only what tells where to look is kept."""

    NEW, DONE, IGNORED, PARKED = "new", "done", "ignored", "parked"

    event_id = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=100)
    object_kind = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=255, blank=True)
    customer = models.CharField(max_length=255, blank=True, db_index=True)  # the gateway's id
    charge = models.CharField(max_length=255, blank=True)
    livemode = models.BooleanField()
    api_version = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    received_at = models.DateTimeField()
    by = models.CharField(max_length=10, default="hook")  # hook, or list: found when events were reconciled
    state = models.CharField(max_length=10, default=NEW)
    reason = models.CharField(max_length=120, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-received_at"]
        verbose_name = _("event of the gateway")
        verbose_name_plural = _("events of the gateway")
        indexes = [models.Index(fields=["state", "next_try"], name="event_due")]


class PendingOperation(models.Model):
    """Something to be done at the gateway: decided and written here first, then pushed until it is done."""

    WAITING, DONE, FAILED, DROPPED = "waiting", "done", "failed", "dropped"

    key = models.CharField(max_length=200, unique=True)  # the idempotency key
    op = models.CharField(max_length=30)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    customer = models.CharField(max_length=255, blank=True, db_index=True)  # the gateway's ids
    subject = models.CharField(max_length=255, blank=True, db_index=True)  # in whose order operations are pushed
    intent = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField()
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=255, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("operation at the gateway")
        verbose_name_plural = _("operations at the gateway")
        indexes = [models.Index(fields=["state", "next_try"], name="operation_due")]


class Mail(models.Model):
    """A mail to be sent, once for its kind, subject and period. Its secrets are made when it is sent, not kept here."""

    WAITING, SENDING, SENT, FAILED, DROPPED = "waiting", "sending", "sent", "failed", "dropped"

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=255)  # a subscription, a cancellation, a gift …
    period = models.CharField(max_length=80, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    to = models.EmailField(blank=True)  # empty: the reader's address as it is when the mail goes; blanked once sent
    locale = models.CharField(max_length=20, blank=True)
    context = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=WAITING)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-made_at"]
        verbose_name = _("mail about membership")
        verbose_name_plural = _("mails about membership")
        constraints = [models.UniqueConstraint(fields=["kind", "subject", "period"], name="mail_once")]
        indexes = [models.Index(fields=["state", "due_at"], name="mail_due")]

    @property
    def about(self) -> str:
        """The period that it speaks of: one that the desk sends again has a mark after it."""
        return self.period.partition("|")[0]


class Reconciliation(models.Model):
    """How far a loop has come: events listed hourly, customers swept nightly; and what the sweep found wrong."""

    name = models.CharField(max_length=20, unique=True)  # events, sweep
    begun_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    reached = models.DateTimeField(null=True)
    checked = models.PositiveIntegerField(default=0)
    drift = models.PositiveIntegerField(default=0)  # customers whose rows the sweep had to mend
    drift_total = models.PositiveIntegerField(default=0)
