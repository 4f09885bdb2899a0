"""What the paper says of itself, edited by staff."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting


@register_setting(icon="doc-full-inverse")
class PaperSettings(BaseSiteSetting):
    """The paper's imprint: what stands in heads, feet, feeds and structured data."""

    publisher = models.CharField(
        _("publisher"), max_length=160, blank=True, help_text=_("The legal person behind the paper.")
    )
    contact = models.EmailField(_("contact"), blank=True)
    postal_address = models.TextField(
        _("postal address"), blank=True,
        help_text=_("Where a letter reaches the publisher. It stands in every newsletter, as the law of many countries "
                    "wants it: without it none goes out."),
    )  # fmt: skip
    logo = models.ForeignKey(
        "broadsheet_newsroom.Picture",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("logo"),
    )

    panels = [
        FieldPanel("publisher"),
        FieldPanel("contact"),
        FieldPanel("postal_address"),
        FieldPanel("logo"),
    ]

    class Meta:
        verbose_name = _("imprint")
