"""The story as editors write it. What readers see is cards.Story."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.models import AbstractGroupApprovalTask, Orderable, Page, PageManager
from wagtail.query import PageQuerySet

from broadsheet import clock
from broadsheet.newsroom import cards, rules
from broadsheet.newsroom.blocks import StoryBlocks
from broadsheet.newsroom.fields import BodyField
from broadsheet.newsroom.forms import GuardedCopyForm, StoryForm
from broadsheet.newsroom.models.access import ACCESS, gates
from broadsheet.newsroom.models.people import LANGUAGE, Person
from broadsheet.newsroom.panels import GatePanel
from broadsheet.newsroom.rights import Guarded, check_rights
from broadsheet.paywall.access import INHERIT, Gate

NEIGHBOURS = 4


class StoryQuerySet(PageQuerySet):
    """Stories, newest first."""

    def readable(self) -> StoryQuerySet:
        """Those that anybody may open or meet a wall at: published, not kept behind a Wagtail restriction."""
        return self.live().public()

    def in_language(self, language: str) -> StoryQuerySet:
        """Those of one edition."""
        return self.filter(locale__language_code=language)

    def latest(self) -> StoryQuerySet:
        """Newest first, with what a card needs."""
        return (
            self.order_by("-first_published_at", "-pk")
            .select_related("dateline", "picture", "locale", "origin")
            .prefetch_related("bylines__person")
        )


class StoryPage(Guarded, Page):
    """One story. Its body is gated: only cards.gated_body reads it for readers."""

    kicker = models.CharField(
        _("kicker"), max_length=80, blank=True, help_text=_("One to three words over the headline.")
    )
    dek = models.TextField(_("dek"), blank=True, help_text=_("One sentence under the headline. Everybody may read it."))
    dateline = models.ForeignKey(
        "broadsheet_newsroom.Place",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("dateline"),
    )
    picture = models.ForeignKey(
        "broadsheet_newsroom.Picture",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("lead picture"),
    )
    picture_caption = models.TextField(
        _("caption"), blank=True, help_text=_("Left empty, the picture's own caption is used.")
    )
    picture_alt = models.CharField(
        _("alt text"), max_length=500, blank=True, help_text=_("Left empty, the picture's own is used.")
    )
    body = BodyField(StoryBlocks(), verbose_name=_("body"), blank=True)
    access = models.CharField(
        _("access"),
        max_length=10,
        choices=[(INHERIT, _("As its section and topics say")), *ACCESS],
        default=INHERIT,
    )
    lead_words = models.PositiveSmallIntegerField(
        _("public opening"), default=100, validators=[MaxValueValidator(400)],
        help_text=_("How many words of the opening everybody may read; never more than a third of the story."),
    )  # fmt: skip
    lead_html = models.TextField(editable=False, blank=True)
    embargo_until = models.DateTimeField(
        _("embargo"),
        null=True,
        blank=True,
        help_text=_("The story cannot appear before this moment, whoever publishes it."),
    )
    topics = ParentalManyToManyField(
        "broadsheet_newsroom.Topic", blank=True, verbose_name=_("topics"), related_name="stories"
    )
    places = ParentalManyToManyField(
        "broadsheet_newsroom.Place", blank=True, verbose_name=_("places"), related_name="stories"
    )
    origin = models.ForeignKey(
        "broadsheet_newsroom.Publication",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="stories",
        verbose_name=_("first published by"),
    )
    origin_language = models.CharField(_("original language"), max_length=20, blank=True, validators=[LANGUAGE])
    origin_headline = models.CharField(_("original headline"), max_length=255, blank=True)
    origin_url = models.URLField(_("original address"), max_length=500, blank=True)

    objects: ClassVar[PageManager] = PageManager.from_queryset(StoryQuerySet)()

    base_form_class = StoryForm
    copy_form_class = GuardedCopyForm
    template = "broadsheet/story.html"
    parent_page_types = ["broadsheet_newsroom.SectionPage"]
    subpage_types: ClassVar[list[str]] = []
    show_in_menus_default = False
    preview_modes = [
        ("stranger", _("A stranger past the meter")),
        ("reader", _("A reader within the meter")),
        ("member", _("A member")),
    ]
    default_preview_mode = "reader"

    story_panels = [
        FieldPanel("kicker"),
        TitleFieldPanel(
            "title", heading=_("Headline"), placeholder=_("Headline*"), help_text=_("Four to ten words, concrete.")
        ),
        FieldPanel("dek"),
        MultiFieldPanel(
            [FieldPanel("picture"), FieldPanel("picture_caption"), FieldPanel("picture_alt")], heading=_("Lead picture")
        ),
        InlinePanel("bylines", heading=_("Byline"), label=_("name")),
        FieldPanel("dateline"),
        FieldPanel("body"),
    ]
    desk_panels = [
        MultiFieldPanel(
            [FieldPanel("access"), GatePanel(heading=_("What holds now")), FieldPanel("lead_words")],
            heading=_("Who may read it"),
        ),
        FieldPanel("embargo_until"),
        FieldPanel("topics", widget=forms.CheckboxSelectMultiple),
        FieldPanel("places", widget=forms.CheckboxSelectMultiple),
        MultiFieldPanel(
            [
                FieldPanel("origin"),
                FieldRowPanel([FieldPanel("origin_language"), FieldPanel("origin_headline")]),
                FieldPanel("origin_url"),
            ],
            heading=_("Where it comes from"),
        ),
    ]
    correction_panels = [
        HelpPanel(
            _("Readers see a correction under the story, with its time. It is public even where the story is not.")
        ),
        InlinePanel("corrections", heading=_("Corrections"), label=_("correction")),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(story_panels, heading=_("Story")),
            ObjectList(desk_panels, heading=_("Desk")),
            ObjectList(correction_panels, heading=_("Corrections")),
            ObjectList([FieldPanel("slug"), *Page.settings_panels], heading=_("Address")),
        ]
    )

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")

    def clean(self) -> None:
        """Hold the embargo, and keep the public lead apart from the body."""
        super().clean()
        embargo = self.embargo_until if self.embargo_until and self.embargo_until > clock.now() else None
        self.go_live_at = rules.go_live(self.go_live_at, embargo)
        self.lead_html = cards.lead_html(self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One card: the story as the decision on the request allows it to be seen. The page itself, which holds the
        body, is taken out of Wagtail's context: no theme can show by mistake what it was not given."""
        context = super().get_context(request, *args, **kwargs)
        for name in ("page", "self"):
            context.pop(name, None)
        decision = getattr(request, "decision", None) or cards.unasked_decision(self.gate().access)
        more = cards.story_cards(self.neighbours())
        return {**context, "story": cards.story(self, decision), "decision": decision, "more": more}

    def gate(self, now: float | None = None) -> Gate:
        """Who may read it now, or at another moment, and which rule says so."""
        return gates([self], clock.now().timestamp() if now is None else now)[self.pk]

    @classmethod
    def gates(cls, stories: Sequence[StoryPage]) -> dict[int, Gate]:
        """The same for many at once, by id."""
        return gates(stories, clock.now().timestamp())

    def neighbours(self) -> StoryQuerySet:
        """The newest other stories of its section."""
        return StoryPage.objects.readable().sibling_of(self, inclusive=False).latest()[:NEIGHBOURS]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The draft as a stranger past the meter, a reader within it, or a member would see it."""
        request.decision = cards.preview_decision(self.access, mode_name)  # type: ignore[attr-defined]
        return super().serve_preview(request, mode_name)


class Byline(Orderable):
    """One person's part in a story."""

    class Role(models.TextChoices):
        AUTHOR = "author", _("author")
        TRANSLATOR = "translator", _("translator")
        PHOTOGRAPHER = "photographer", _("photographer")
        ILLUSTRATOR = "illustrator", _("illustrator")
        EDITOR = "editor", _("editor")

    story = ParentalKey(StoryPage, on_delete=models.CASCADE, related_name="bylines")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="bylines", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.AUTHOR)

    panels = [FieldRowPanel([FieldPanel("person"), FieldPanel("role")])]

    class Meta(Orderable.Meta):
        verbose_name = _("byline")

    def __str__(self) -> str:
        return f"{self.person} ({self.get_role_display()})"


class Correction(Orderable):
    """What was wrong, and when we said so."""

    story = ParentalKey(StoryPage, on_delete=models.CASCADE, related_name="corrections")
    text = models.TextField(_("correction"), help_text=_("Say what was wrong and what is right."))
    made_at = models.DateTimeField(_("time"), default=clock.now)

    panels = [FieldPanel("text"), FieldPanel("made_at")]

    class Meta(Orderable.Meta):
        ordering = ["made_at"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")

    def __str__(self) -> str:
        return self.text[:80]


class ReviewTask(AbstractGroupApprovalTask):
    """One step of the review. An approval waits for the pictures' rights."""

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")

    def on_action(self, task_state: Any, user: Any, action_name: str, **kwargs: Any) -> Any:
        """Do what the reviewer asked for. Raises RightsError where they approve what may not be published."""
        if action_name == "approve":
            check_rights(task_state.workflow_state.content_object.get_latest_revision_as_object())
        return super().on_action(task_state, user, action_name, **kwargs)

    @classmethod
    def get_description(cls) -> str:
        """What the step is, where workflows are set up."""
        return str(_("Members of the chosen groups review the story; approval waits for the pictures' rights."))
