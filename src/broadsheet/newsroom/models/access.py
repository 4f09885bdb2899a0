"""Who may read what, by section, topic and age: rules that staff edit, and the facts they are held against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Locale, Orderable, Page, Site

from broadsheet.newsroom.models.people import Topic
from broadsheet.paywall.access import AccessPolicy, Choice, Facts, Gate, Maker, Rule, gate_of
from broadsheet.paywall.rules import Access

ACCESS = [
    (Access.OPEN.value, _("Open to everybody")),
    (Access.METERED.value, _("Metered")),
    (Access.MEMBERS.value, _("Members only")),
]


def subjects() -> list[tuple[str, list[tuple[str, str]]]]:
    """Sections and topics by their translation keys, each once, named in the language that the paper had first."""
    pages = Page.objects.filter(content_type__app_label="broadsheet_newsroom", content_type__model="sectionpage")
    sections = pages.order_by("locale_id", "path").values("translation_key", "title")
    topics = Topic.objects.order_by("locale_id", "name").values("translation_key", "name")
    return [(str(_("Sections")), _named("section", sections)), (str(_("Topics")), _named("topic", topics))]


def _named(kind: str, rows: Iterable[Any]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(f"{kind}:{row['translation_key']}", row.get("title") or row.get("name") or "")
    return list(found.items())


class SubjectField(models.CharField):
    """A section or a topic by its translation key. Which there are is asked when a form is shown, not before."""

    def formfield(self, **kwargs: Any) -> Any:
        """A choice among those that there are now."""
        return forms.ChoiceField(
            choices=lambda: [("", "---------"), *subjects()], label=capfirst(self.verbose_name), required=not self.blank
        )


@register_setting(icon="key")
class AccessSettings(ClusterableModel, BaseSiteSetting):
    """Who may read the stories that leave it to their section and topics, and what becomes of old ones."""

    archive_days = models.PositiveSmallIntegerField(
        _("archive after"),
        default=0,
        validators=[MaxValueValidator(36_500)],
        help_text=_(
            "Days after which a story becomes members only; 0 for never. Stories that were opened by hand stay open."
        ),
    )

    panels = [
        InlinePanel(
            "rules",
            heading=_("Sections and topics"),
            label=_("rule"),
            help_text=_(
                "For stories whose access is “As its section and topics say”. The first rule that matches holds, in "
                "every language. Where none does, a story is metered."
            ),
        ),
        MultiFieldPanel([FieldPanel("archive_days")], heading=_("The archive")),
    ]

    class Meta:
        verbose_name = _("who may read what")


class AccessRule(Orderable):
    """What holds for the stories of one section or topic, whatever language they are in."""

    settings = ParentalKey(AccessSettings, on_delete=models.CASCADE, related_name="rules")
    subject = SubjectField(_("section or topic"), max_length=60)
    access = models.CharField(_("access"), max_length=10, choices=ACCESS, default=Access.METERED.value)

    panels = [FieldRowPanel([FieldPanel("subject"), FieldPanel("access")])]

    class Meta(Orderable.Meta):
        verbose_name = _("access rule")
        verbose_name_plural = _("access rules")
        constraints = [models.UniqueConstraint(fields=["settings", "subject"], name="access_rule_once_a_subject")]

    def __str__(self) -> str:
        return f"{self.subject}: {self.get_access_display()}"


def access_policy(site: Site | None = None) -> AccessPolicy:
    """The rules of the site, the default one unless given. A rule whose section or topic is gone matches nothing."""
    chosen = {"site": site} if site else {"site__is_default_site": True}
    row = AccessSettings.objects.filter(**chosen).first()
    if row is None:
        return AccessPolicy()
    rows = list(row.rules.all())
    names = {value: name for _, group in subjects() for value, name in group} if rows else {}
    return AccessPolicy(
        tuple(
            Rule(Maker(rule.subject.partition(":")[0]), rule.subject, names.get(rule.subject, ""), Access(rule.access))
            for rule in rows
        ),
        row.archive_days,
    )


def gates(stories: Sequence[Any], now: float) -> dict[int, Gate]:
    """The gate of each of these stories at `now`, by id: a handful of queries, however many there are."""
    if not stories:
        return {}
    policy = access_policy()
    kin = _kin(stories)
    subjects_of = _subjects(stories, kin) if policy.rules else {}
    languages = dict(Locale.objects.values_list("pk", "language_code"))
    return {
        story.pk: gate_of(
            _facts(story, kin.get(story.translation_key, []), languages, subjects_of.get(story.translation_key, set())),
            policy,
            now,
        )
        for story in stories
    }


def _kin(stories: Sequence[Any]) -> dict[Any, list[dict[str, Any]]]:
    """What is published under the stories' translation keys. A draft's choice binds no other language."""
    keys = {story.translation_key for story in stories}
    rows = type(stories[0]).objects.live().filter(translation_key__in=keys)
    found: dict[Any, list[dict[str, Any]]] = {}
    names = ("pk", "path", "translation_key", "access", "first_published_at", "locale_id")
    for row in rows.order_by("locale_id", "pk").values(*names):
        found.setdefault(row["translation_key"], []).append(row)
    return found


def _facts(story: Any, kin: list[dict[str, Any]], languages: dict[int, str], subjects_of: set[str]) -> Facts:
    moments = [row["first_published_at"] for row in kin] + [story.first_published_at]
    others = (row for row in kin if row["pk"] != story.pk)
    return Facts(
        Choice(languages[story.locale_id], story.access),
        tuple(Choice(languages[row["locale_id"]], row["access"]) for row in others),
        frozenset(subjects_of),
        min((moment.timestamp() for moment in moments if moment), default=0.0),
    )


def _subjects(stories: Sequence[Any], kin: dict[Any, list[dict[str, Any]]]) -> dict[Any, set[str]]:
    """Sections and topics by the stories' translation key: of the stories themselves as they are, of their published
    translations as they stand in the tables."""
    step, model = Page.steplen, type(stories[0])
    rows = [row for group in kin.values() for row in group]
    parents = {row["path"][:-step] for row in rows} | {story.path[:-step] for story in stories if story.path}
    sections = dict(Page.objects.filter(path__in=parents).values_list("path", "translation_key"))
    found: dict[Any, set[str]] = {}
    for path, key in [(row["path"], row["translation_key"]) for row in rows] + [
        (story.path, story.translation_key) for story in stories
    ]:
        if path and path[:-step] in sections:
            found.setdefault(key, set()).add(f"section:{sections[path[:-step]]}")
    keys = {row["pk"]: row["translation_key"] for row in rows}
    pairs = model.topics.through.objects.filter(storypage__in=keys).values_list("storypage", "topic__translation_key")
    for pk, topic in pairs:
        found.setdefault(keys[pk], set()).add(f"topic:{topic}")
    for story in stories:
        if story.pk not in keys:  # a draft, whose topics may not be in the tables yet
            found.setdefault(story.translation_key, set()).update(
                f"topic:{row.translation_key}" for row in story.topics.all()
            )
    return found
