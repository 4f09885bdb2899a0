"""A newsletter offered inside stories."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.newsletters.models.lists import Newsletter


class Promo(models.Model):
    """Offers a newsletter in stories of its topics, in the words of the desk."""

    class Place(models.TextChoices):
        TOP = "top", _("above the story")
        MIDDLE = "middle", _("inside the story")
        END = "end", _("below the story")

    newsletter = models.ForeignKey(Newsletter, models.CASCADE, related_name="promos", verbose_name=_("newsletter"))
    title = models.CharField(_("title"), max_length=120, blank=True, help_text=_("Left empty, the newsletter's name."))
    text = models.CharField(_("text"), max_length=255, blank=True, help_text=_("Left empty, the newsletter's line."))
    place = models.CharField(_("place"), max_length=10, choices=Place, default=Place.MIDDLE)
    anywhere = models.BooleanField(
        _("in every story"), default=False, help_text=_("Otherwise in stories of its subjects.")
    )
    most_a_week = models.PositiveSmallIntegerField(
        _("at most, for one reader, a week"), default=3, validators=[MinValueValidator(1)]
    )
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["-weight", "pk"]
        verbose_name = _("promo")
        verbose_name_plural = _("promos")

    def __str__(self) -> str:
        return self.title or str(self.newsletter)


class PromoCount(models.Model):
    """How often a promo was shown and how many joined by it, a day. Nobody's name."""

    promo = models.ForeignKey(Promo, models.CASCADE, related_name="counts")
    day = models.DateField()
    shown = models.PositiveIntegerField(default=0)
    joined = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["promo", "day"], name="promo_day_once")]
