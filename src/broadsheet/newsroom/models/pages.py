"""Fronts and the pages around the stories."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Page

from broadsheet.newsroom import cards, fronts, rules
from broadsheet.newsroom.blocks import FrontBlocks, StoryBlocks
from broadsheet.newsroom.fields import BodyField
from broadsheet.newsroom.forms import GuardedCopyForm, GuardedForm
from broadsheet.newsroom.models.stories import StoryPage
from broadsheet.newsroom.rights import Guarded

COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}$", _("A colour such as #7a3b2e."))


class FrontPage(Guarded, Page):
    """The first page of one language's edition. It is edited, not poured."""

    tagline = models.CharField(_("tagline"), max_length=160, blank=True, help_text=_("One line under the name."))
    imprint = models.TextField(
        _("imprint"),
        blank=True,
        help_text=_("Postal address and whatever the law asks for, in the foot of every page."),
    )
    packages = BodyField(FrontBlocks(), verbose_name=_("packages"), blank=True)

    base_form_class = GuardedForm
    copy_form_class = GuardedCopyForm
    template = "broadsheet/front.html"
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["broadsheet_newsroom.SectionPage", "broadsheet_newsroom.InfoPage"]

    content_panels = [*Page.content_panels, FieldPanel("tagline"), FieldPanel("packages"), FieldPanel("imprint")]

    class Meta:
        verbose_name = _("front page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Wagtail's context with the front's rows as cards."""
        context = super().get_context(request, *args, **kwargs)
        latest = StoryPage.objects.readable().in_language(self.locale.language_code).latest()
        return {**context, "front": fronts.front(self, latest)}


class BelowFront(Guarded, Page):
    """A page whose address begins with its slug, which must therefore not be one of the paper's own addresses."""

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse a slug that leads elsewhere."""
        super().clean()
        if self.slug in rules.RESERVED_SLUGS:
            raise ValidationError({"slug": _("This address belongs to the paper itself. Choose another.")})


class SectionPage(BelowFront):
    """A section: its stories live below it."""

    line = models.CharField(_("line"), max_length=255, blank=True, help_text=_("One line under the section's name."))
    colour = models.CharField(
        _("colour"), max_length=7, validators=[COLOUR], default="#5a4a3a", help_text=_("On paper.")
    )
    colour_dark = models.CharField(_("colour in the dark"), max_length=7, validators=[COLOUR], default="#cbb8a4")

    base_form_class = GuardedForm
    copy_form_class = GuardedCopyForm
    template = "broadsheet/section.html"
    parent_page_types = ["broadsheet_newsroom.FrontPage"]
    subpage_types = ["broadsheet_newsroom.StoryPage"]

    content_panels = [
        *Page.content_panels,
        FieldPanel("line"),
        FieldRowPanel([FieldPanel("colour"), FieldPanel("colour_dark")]),
    ]

    class Meta:
        verbose_name = _("section")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Wagtail's context with one page of the section's stories as cards."""
        context = super().get_context(request, *args, **kwargs)
        stories = StoryPage.objects.readable().child_of(self).latest()
        return {
            **context,
            "section": cards.section(self),
            "listing": cards.listing(stories, request.GET.get("page")),
        }


class InfoPage(BelowFront):
    """A page about the paper: about, contact, privacy."""

    summary = models.CharField(_("summary"), max_length=255, blank=True)
    body = BodyField(StoryBlocks(), verbose_name=_("body"), blank=True)

    base_form_class = GuardedForm
    copy_form_class = GuardedCopyForm
    template = "broadsheet/info.html"
    parent_page_types = ["broadsheet_newsroom.FrontPage"]
    subpage_types: ClassVar[list[str]] = []

    content_panels = [*Page.content_panels, FieldPanel("summary"), FieldPanel("body")]

    class Meta:
        verbose_name = _("page about the paper")
        verbose_name_plural = _("pages about the paper")
