"""What is known of mailboxes and domains: who is not to be written to, and how fast."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Suppression(models.Model):
    """A mailbox that is not written to. Its address is not kept: an HMAC and the domain outlive an erasure."""

    class Scope(models.TextChoices):
        BULK = "bulk", _("newsletters")
        ALL = "all", _("every mail")  # the mailbox does not exist

    address_key = models.BinaryField(max_length=32, unique=True)
    domain = models.CharField(max_length=255)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.BULK)
    why = models.CharField(max_length=40)  # hard_bounce, soft_bounces, complaint, desk, esp
    at = models.DateTimeField()
    source = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("suppressed mailbox")
        verbose_name_plural = _("suppressed mailboxes")


class Mailbox(models.Model):
    """How often a mailbox bounced of late. The score decays by the week."""

    address_key = models.BinaryField(max_length=32, unique=True)
    domain = models.CharField(max_length=255)
    hard = models.PositiveSmallIntegerField(default=0)
    disabled = models.PositiveSmallIntegerField(default=0)
    score = models.FloatField(default=0)
    scored_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)  # when the reader was asked whether the mailbox still lives
    ask = models.CharField(max_length=10, blank=True)  # due, sending, sent: the mail that asks


class MailEvent(models.Model):
    """What a provider or a bounce told, once: the same event a hundred times is one."""

    source = models.CharField(max_length=40)
    event_id = models.CharField(max_length=128)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    delivery = models.ForeignKey("Delivery", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    reason = models.CharField(max_length=40, blank=True)
    effect = models.CharField(max_length=40, blank=True)
    domain = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = _("event of a mail")
        verbose_name_plural = _("events of mails")
        constraints = [models.UniqueConstraint(fields=["source", "event_id"], name="mail_event_once")]
        indexes = [
            models.Index(fields=["at"], name="mail_event_at"),
            models.Index(fields=["domain", "effect", "at"], name="mail_event_domain"),
        ]


class DomainPause(models.Model):
    """A domain that nothing is sent to for now: it refuses us, or asks us to slow down."""

    domain = models.CharField(max_length=255, unique=True)
    until = models.DateTimeField()
    why = models.CharField(max_length=40)  # policy, slow_down, desk
    said = models.TextField(blank=True)  # what the domain answered
    since = models.DateTimeField()
    refusals = models.PositiveIntegerField(default=0)  # in a row: each doubles the pause

    class Meta:
        verbose_name = _("paused domain")
        verbose_name_plural = _("paused domains")


class Alert(models.Model):
    """A domain refuses us: told to the staff once for each time that it begins."""

    domain = models.CharField(max_length=255)
    reason = models.CharField(max_length=40)
    said = models.TextField(blank=True)
    at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    refusals = models.PositiveIntegerField(default=1)
    open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain"], condition=models.Q(open=True), name="alert_once"),
        ]


class MailCheck(models.Model):
    """What the last `broadsheet mailcheck` of a domain found."""

    domain = models.CharField(max_length=255, unique=True)
    at = models.DateTimeField()
    findings = models.JSONField(default=list)


class Tokens(models.Model):
    """How many messages went to a domain (empty: in all) within a minute or a day, taken before they are sent."""

    domain = models.CharField(max_length=255, blank=True)
    span = models.CharField(max_length=20)  # "2026-11-26T10:41" or "2026-11-26"
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["domain", "span"], name="tokens_once")]
