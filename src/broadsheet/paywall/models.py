"""The commercial policy that staff edit. A ledger's tables are its own and stand elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Orderable

from broadsheet.paywall.institutions import MOST_FACTOR, LineError, read_domains, read_networks


@register_setting(icon="lock")
class MeterSettings(ClusterableModel, BaseSiteSetting):
    """How many stories are free, for how long, and what is offered past them."""

    allowance = models.PositiveSmallIntegerField(
        _("free stories"),
        default=3,
        validators=[MaxValueValidator(10)],
        help_text=_("Metered stories a stranger may open in one window, 0 to 10."),
    )
    window = models.PositiveSmallIntegerField(
        _("window"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Days from the first free story until the count starts anew."),
    )
    network_new = models.PositiveSmallIntegerField(
        _("new readers on one network"),
        default=8,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text=_("Distinct metered stories a day that readers without a history may open from one network."),
    )
    open_until = models.DateTimeField(
        _("everything open until"),
        null=True,
        blank=True,
        help_text=_("In an emergency: till then metered stories are open to everybody and cost nobody a free one."),
    )
    crawlers = models.CharField(
        _("search engines read"),
        max_length=8,
        choices=[("full", _("whole stories")), ("lead", _("the lead only"))],
        default="full",
        help_text=_(
            "What search engines get whose address is verified. Whoever merely claims to be one gets the lead."
        ),
    )
    gift_days = models.PositiveSmallIntegerField(
        _("a gift lasts"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Days for which the link of a gift opens its story."),
    )
    gift_readers = models.PositiveSmallIntegerField(
        _("readers of one gift"),
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("Browsers that may read the story by one gift."),
    )
    gift_number = models.PositiveSmallIntegerField(
        _("gifts of one giver"),
        default=10,
        validators=[MaxValueValidator(1000)],
        help_text=_("Gifts that one person may give within the days beside; 0 for none."),
    )
    gift_window = models.PositiveSmallIntegerField(
        _("within so many days"), default=30, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )
    letter_days = models.PositiveSmallIntegerField(
        _("a newsletter's link lasts"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Days for which a link in a newsletter opens its story."),
    )
    letter_readers = models.PositiveSmallIntegerField(
        _("readers of a newsletter's link"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Browsers that may read the story by one recipient's link."),
    )
    join_url = models.CharField(
        _("where to join"),
        max_length=255,
        blank=True,
        help_text=_(
            "The address behind the plans' buttons, where they are sold elsewhere. Left empty, they are sold here."
        ),
    )

    panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("allowance"), FieldPanel("window"), FieldPanel("network_new")]),
                FieldRowPanel([FieldPanel("open_until"), FieldPanel("crawlers")]),
            ],
            heading=_("The meter"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("gift_days"), FieldPanel("gift_readers")]),
                FieldRowPanel([FieldPanel("gift_number"), FieldPanel("gift_window")]),
                FieldRowPanel([FieldPanel("letter_days"), FieldPanel("letter_readers")]),
            ],
            heading=_("Gifts and newsletters"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("join_url"),
            ],
            heading=_("The offer"),
        ),
        InlinePanel("texts", heading=_("The wall's words"), label=_("language")),
    ]

    class Meta:
        verbose_name = _("meter and wall")


class CrawlerList(models.Model):
    """The addresses of one search engine, as it published them last. The edge follows a copy on the shelf."""

    engine = models.CharField(max_length=20, unique=True)
    taken = models.DateTimeField()
    published = models.DateTimeField(null=True)
    entries = models.PositiveIntegerField()
    prefixes = models.JSONField()  # the same addresses in the fewest prefixes

    def __str__(self) -> str:
        return self.engine


def languages() -> list[tuple[str, str]]:
    """The languages in which the paper appears."""
    return [(code, str(name)) for code, name in settings.WAGTAIL_CONTENT_LANGUAGES]


class WallText(Orderable):
    """What the wall says in one language. What is left empty is said in the default words."""

    settings = ParentalKey(MeterSettings, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=20, choices=languages)
    own_headline = models.CharField(_("headline, past the meter"), max_length=160, blank=True)
    own_line = models.CharField(_("sentence, past the meter"), max_length=300, blank=True)
    network_headline = models.CharField(_("headline, shared network"), max_length=160, blank=True)
    network_line = models.CharField(_("sentence, shared network"), max_length=300, blank=True)
    members_headline = models.CharField(_("headline, members' story"), max_length=160, blank=True)
    members_line = models.CharField(_("sentence, members' story"), max_length=300, blank=True)
    benefits = models.TextField(_("benefits"), blank=True, help_text=_("What members get: one a line, at most seven."))

    panels = [
        FieldPanel("language"),
        FieldRowPanel([FieldPanel("own_headline"), FieldPanel("own_line")]),
        FieldRowPanel([FieldPanel("network_headline"), FieldPanel("network_line")]),
        FieldRowPanel([FieldPanel("members_headline"), FieldPanel("members_line")]),
        FieldPanel("benefits"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("wall text")
        verbose_name_plural = _("wall texts")
        constraints = [models.UniqueConstraint(fields=["settings", "language"], name="wall_text_once_a_language")]

    def __str__(self) -> str:
        return str(self.get_language_display())


def network_lines(text: str) -> None:
    """Refuse a line that is no network, by its number."""
    _refuse(read_networks, text)


def domain_lines(text: str) -> None:
    """Refuse a line that is no mail domain, by its number."""
    _refuse(read_domains, text)


def _refuse(read: Callable[[str], object], text: str) -> None:
    try:
        read(text)
    except LineError as error:
        raise ValidationError(str(error)) from error


class Institution(models.Model):
    """A library, a school, an office: known by its network, or by its people's mail addresses."""

    name = models.CharField(_("name"), max_length=160, unique=True)
    networks = models.TextField(
        _("networks"),
        blank=True,
        validators=[network_lines],
        help_text=_("One a line: 192.0.2.0/24 or 2001:db8::/48."),
    )
    mail_domains = models.TextField(
        _("mail domains"),
        blank=True,
        validators=[domain_lines],
        help_text=_("One a line: uni.example. Addresses below it, such as cs.uni.example, are meant too."),
    )
    reads = models.BooleanField(
        _("reads everything"),
        default=True,
        help_text=_("Metered and members' stories are open there. Without it, only the network's bound is wider."),
    )
    factor = models.PositiveSmallIntegerField(
        _("shared network"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_FACTOR)],
        help_text=_("Takes the bounds for one network this many times: many readers share the network."),
    )
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The last day, in UTC. Left empty, it does not end.")
    )
    note = models.TextField(_("note"), blank=True, help_text=_("For the desk: a contract's number, whom to write to."))

    panels = [
        FieldPanel("name"),
        FieldPanel("networks"),
        FieldPanel("mail_domains"),
        FieldRowPanel([FieldPanel("reads"), FieldPanel("factor"), FieldPanel("valid_until")]),
        FieldPanel("note"),
    ]

    class Meta:
        ordering = ["name"]
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")

    def __str__(self) -> str:
        return self.name


class Gift(models.Model):
    """A link that opens one story. Of its token only the hash is kept: nobody can copy the link from here."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    story = models.UUIDField(_("story"))  # the translation key: a gift opens the story in every language
    language = models.CharField(_("language"), max_length=20)
    giver = models.BigIntegerField(_("giver"))  # a user's number: accounts stand above the paywall
    made_at = models.DateTimeField(_("given"))
    ends_at = models.DateTimeField(_("ends"))
    most = models.PositiveSmallIntegerField(_("readers at most"))
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        indexes = [
            models.Index(fields=["giver", "-made_at"], name="gift_of_giver"),
            models.Index(fields=["-made_at"], name="gift_latest"),
        ]


class LostPass(models.Model):
    """From when a reader's passes hold no more: what they say was lost, or somebody logged out. The edge follows."""

    user = models.BigIntegerField(db_index=True)  # a number, not a relation: it outlives the account
    at = models.DateTimeField(db_index=True)
    reason = models.CharField(max_length=40)


class TakenBack(models.Model):
    """A receipt that proves nothing any more, because it went round; named by the hash of its reader."""

    reader = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
