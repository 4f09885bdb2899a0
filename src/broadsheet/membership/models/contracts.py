"""Facts from the gateway: customers, their subscriptions and invoices; and checkouts that were begun."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.membership.models.offers import Coupon, Price


class Customer(models.Model):
    """A reader at the gateway. The row is the lock under which everything about their contracts is written."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )  # empty after an erasure: invoices must be kept
    gateway_id = models.CharField(max_length=255, null=True, blank=True, unique=True)
    email = models.EmailField(blank=True)
    locale = models.CharField(max_length=20, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    livemode = models.BooleanField(default=False)
    gone_at = models.DateTimeField(null=True, blank=True)  # deleted at the gateway
    made_at = models.DateTimeField()
    synced_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveBigIntegerField(default=0)  # one more with each fetch that is written, and each push

    class Meta:
        verbose_name = _("reader at the gateway")
        verbose_name_plural = _("readers at the gateway")
        permissions = [
            ("refund", _("Can give money back")),
            ("exchange", _("Can take members out to a file, and bring them in from one")),
        ]
        indexes = [models.Index(fields=["synced_at"], name="customer_synced")]


class SubscriptionSnapshot(models.Model):
    """A subscription's facts as they were fetched last."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="subscriptions")
    gateway_id = models.CharField(max_length=255, unique=True)
    status = models.CharField(max_length=40)  # any word: what we do not know is kept
    last_known = models.CharField(max_length=40, blank=True)
    price = models.ForeignKey(Price, models.PROTECT, null=True, related_name="+")  # empty: not a price of ours
    gateway_price = models.CharField(max_length=255, blank=True)
    gateway_item = models.CharField(max_length=255, blank=True)
    minor = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3)
    interval = models.CharField(max_length=8)
    quantity = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    period_start = models.DateTimeField(null=True)
    period_end = models.DateTimeField(null=True)
    trial_start = models.DateTimeField(null=True)
    trial_end = models.DateTimeField(null=True)
    cancel_at = models.DateTimeField(null=True)
    cancel_at_period_end = models.BooleanField(default=False)
    canceled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    paused = models.BooleanField(default=False)
    resumes_at = models.DateTimeField(null=True)
    first_failed_at = models.DateTimeField(null=True)
    latest_invoice = models.CharField(max_length=255, blank=True)
    card_brand = models.CharField(max_length=40, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    card_expires = models.CharField(max_length=7, blank=True)  # 2027-03
    card_key = models.CharField(max_length=64, blank=True)  # a keyed hash of the gateway's fingerprint
    reference = models.CharField(max_length=64, blank=True)  # the checkout that it came from
    livemode = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        indexes = [
            models.Index(fields=["status", "period_end"], name="subscription_status"),
            models.Index(fields=["status", "trial_end"], name="subscription_trial"),
        ]


class Invoice(models.Model):
    """An invoice's facts, with what became of its charge. Kept after an erasure, without a name: the books need it."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="invoices")
    gateway_id = models.CharField(max_length=255, unique=True)
    subscription = models.CharField(max_length=255, blank=True, db_index=True)  # the gateway's id
    status = models.CharField(max_length=40)
    billing_reason = models.CharField(max_length=60, blank=True)
    number = models.CharField(max_length=80, blank=True)
    due_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    period_start = models.DateTimeField(null=True)
    period_end = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt = models.DateTimeField(null=True)
    hosted_url = models.TextField(blank=True)
    pdf_url = models.TextField(blank=True)
    charge = models.CharField(max_length=255, blank=True, db_index=True)
    intent = models.CharField(max_length=255, blank=True)
    refunded_minor = models.BigIntegerField(default=0)
    refunded_at = models.DateTimeField(null=True)
    dispute_status = models.CharField(max_length=40, blank=True)
    dispute_reason = models.CharField(max_length=60, blank=True)
    disputed_at = models.DateTimeField(null=True)
    dispute_closed_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)  # an issuer's warning of fraud, acted on once
    livemode = models.BooleanField(default=False)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")


class Checkout(models.Model):
    """An attempt to join: consented to first, then opened at the gateway."""

    OPEN, COMPLETE, EXPIRED = "open", "complete", "expired"

    reference = models.UUIDField(unique=True)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="checkouts")
    consent = models.OneToOneField("broadsheet_membership.Consent", models.PROTECT, null=True, related_name="+")
    price = models.ForeignKey(Price, models.PROTECT, null=True, related_name="+")
    coupon = models.ForeignKey(Coupon, models.SET_NULL, null=True, related_name="+")
    trial_days = models.PositiveSmallIntegerField(default=0)
    gateway_id = models.CharField(max_length=255, null=True, unique=True)
    url = models.TextField(blank=True)
    state = models.CharField(max_length=10, default=OPEN)
    key = models.CharField(max_length=200, unique=True)  # the idempotency key, stored before the call
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["customer", "state"], name="checkout_open")]
