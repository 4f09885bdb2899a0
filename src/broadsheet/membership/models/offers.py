"""What is on offer: tiers, plans, prices, coupons. Edited by staff."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.membership.rules.values import ALL, Benefit, Interval
from broadsheet.money import Money

CURRENCY = RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, as in ISO 4217: USD, EUR, JPY."))
BENEFITS = [
    (Benefit.FULL.value, _("Every story in full")),
    (Benefit.AD_FREE.value, _("No advertisements")),
    (Benefit.NEWSLETTERS.value, _("Members' newsletters")),
    (Benefit.EDITIONS.value, _("The weekly edition")),
    (Benefit.ARCHIVE.value, _("The archive")),
]


def all_benefits() -> list[str]:
    """What a new tier opens: everything."""
    return sorted(ALL)


class Tier(models.Model):
    """A kind of membership: what it opens. Plans are its prices."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=80)
    benefits = models.JSONField(_("benefits"), default=all_benefits)  # values of Benefit
    newsletters = models.JSONField(_("newsletters"), default=list, blank=True)  # slugs; empty with the benefit: all
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")

    def __str__(self) -> str:
        return self.name


class Plan(models.Model):
    """How a tier is paid: monthly or yearly, with how long a trial."""

    tier = models.ForeignKey(Tier, models.PROTECT, related_name="plans", verbose_name=_("tier"))
    slug = models.SlugField(unique=True)
    interval = models.CharField(
        _("paid"), max_length=8, choices=[(Interval.MONTH.value, _("monthly")), (Interval.YEAR.value, _("yearly"))]
    )
    trial_days = models.PositiveSmallIntegerField(_("days free"), default=0, validators=[MaxValueValidator(366)])
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)
    public = models.BooleanField(_("on offer"), default=True)

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("plan")
        verbose_name_plural = _("plans")

    def __str__(self) -> str:
        return f"{self.tier} ({self.get_interval_display()})"


class Price(models.Model):
    """What a plan costs in one currency. It never changes: a new price is a new row, and members keep their old one."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="prices", verbose_name=_("plan"))
    currency = models.CharField(_("currency"), max_length=3, validators=[CURRENCY])
    minor = models.PositiveIntegerField(_("amount"), help_text=_("In minor units: 290 is 2.90."))
    gateway_id = models.CharField(max_length=255, blank=True)  # made at the gateway when it is first sold
    active = models.BooleanField(_("on offer"), default=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["plan", "currency", "-made_at"]
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "currency"], condition=models.Q(active=True), name="price_one_active"
            ),
            models.UniqueConstraint(
                fields=["gateway_id"], condition=~models.Q(gateway_id=""), name="price_gateway_id_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {Money(self.minor, self.currency).plain} {self.currency}"


class PriceChange(models.Model):
    """An old price whose members are to pay the new one: told first, moved at their renewal after the date."""

    old = models.ForeignKey(Price, models.PROTECT, related_name="+")
    new = models.ForeignKey(Price, models.PROTECT, related_name="+")
    announced_at = models.DateTimeField(_("announced"))
    effective_at = models.DateTimeField(_("effective"))
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-announced_at"]
        constraints = [models.UniqueConstraint(fields=["old"], name="price_changes_once")]


class Coupon(models.Model):
    """A reduction by a code: per cent or an amount, once, for some months, or for ever."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    percent = models.PositiveSmallIntegerField(
        _("per cent off"), default=0, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    minor = models.PositiveIntegerField(_("amount off"), default=0, help_text=_("In minor units."))
    currency = models.CharField(_("currency"), max_length=3, blank=True, validators=[CURRENCY])
    months = models.PositiveSmallIntegerField(
        _("months"), null=True, blank=True, default=0, help_text=_("0: the first charge only. Left empty: for ever.")
    )
    plans = models.ManyToManyField(Plan, verbose_name=_("plans"), blank=True)
    expires_at = models.DateTimeField(_("may be used until"), null=True, blank=True)
    most = models.PositiveIntegerField(_("uses at most"), null=True, blank=True)
    active = models.BooleanField(_("active"), default=True)
    gateway_id = models.CharField(max_length=255, blank=True, editable=False)

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.CheckConstraint(
                condition=(
                    models.Q(percent__gt=0, minor=0) | (models.Q(percent=0, minor__gt=0) & ~models.Q(currency=""))
                ),
                name="coupon_percent_or_amount",
            )
        ]

    def __str__(self) -> str:
        return self.code
