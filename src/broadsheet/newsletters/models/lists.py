"""Lists, who joined them, and the proof that they wanted to."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel


def new_token() -> bytes:
    """128 bits of chance: what a link in a mail is known by. It is stored, so a change of keys does not end it."""
    return secrets.token_bytes(16)


class Newsletter(ClusterableModel):
    """A list that readers join: its subject, its look, when it goes out and how it composes itself."""

    class Rhythm(models.TextChoices):
        DAILY = "daily", _("every day")
        WEEKLY = "weekly", _("every week")
        NONE = "none", _("when there is something")

    class Audience(models.TextChoices):
        FREE = "free", _("everybody")
        MEMBERS = "members", _("members whose plan has it")

    class Composing(models.TextChoices):
        HAND = "hand", _("by hand")
        LATEST = "latest", _("the latest stories since the last issue")
        MOST_READ = "most_read", _("the most read stories since the last issue")

    key = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    slug = models.SlugField(_("address"), max_length=80)
    language = models.CharField(_("language"), max_length=12)
    name = models.CharField(_("name"), max_length=120)
    line = models.CharField(_("line"), max_length=255, blank=True, help_text=_("One sentence below the name."))
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    open = models.BooleanField(_("readers may join"), default=True)

    audience = models.CharField(_("for"), max_length=10, choices=Audience, default=Audience.FREE)
    full_for_members = models.BooleanField(
        _("full stories for members"), default=False, help_text=_("Free readers get the lead, always.")
    )
    opens_stories = models.BooleanField(
        _("links open their stories"), default=False,
        help_text=_("A free reader's links open their stories whole, without the meter, as the terms of gifts say."),
    )  # fmt: skip
    topics = ParentalManyToManyField("broadsheet_newsroom.Topic", blank=True, verbose_name=_("topics"))
    places = ParentalManyToManyField("broadsheet_newsroom.Place", blank=True, verbose_name=_("places"))
    sections = ParentalManyToManyField("broadsheet_newsroom.SectionPage", blank=True, verbose_name=_("sections"))

    rhythm = models.CharField(_("rhythm"), max_length=10, choices=Rhythm, default=Rhythm.DAILY)
    day = models.PositiveSmallIntegerField(
        _("day"), null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(6)],
        help_text=_("0 is Monday. For a weekly list."),
    )  # fmt: skip
    at = models.TimeField(_("time"), default="07:00")
    zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    in_readers_zone = models.BooleanField(
        _("at that time where the reader is"), default=False, help_text=_("Otherwise at that time in the list's zone.")
    )
    composing = models.CharField(_("composed"), max_length=10, choices=Composing, default=Composing.HAND)
    most_stories = models.PositiveSmallIntegerField(_("stories in a digest"), default=7)
    fewest_stories = models.PositiveSmallIntegerField(_("skipped with fewer than"), default=1)
    reviewed = models.BooleanField(
        _("waits for review"), default=True, help_text=_("A digest is sent only after somebody approved it.")
    )

    sender_name = models.CharField(_("sender's name"), max_length=120, blank=True)
    sender_address = models.EmailField(_("sender's address"), blank=True)
    reply_to = models.EmailField(_("answers go to"), blank=True)
    colour = models.CharField(_("colour"), max_length=7, default="#1f3a4d")
    masthead = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("masthead"),
    )  # fmt: skip

    class Meta:
        ordering = ["language", "position", "name"]
        verbose_name = _("newsletter")
        verbose_name_plural = _("newsletters")
        constraints = [models.UniqueConstraint(fields=["language", "slug"], name="newsletter_once")]

    def __str__(self) -> str:
        return self.name


class Subscriber(models.Model):
    """A mailbox that joined at least one list. It may belong to a user; it need not."""

    key = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    address = models.EmailField(_("mail address"))
    address_key = models.BinaryField(max_length=32, unique=True)  # HMAC of the address as delivered to
    domain = models.CharField(max_length=255)
    language = models.CharField(_("language"), max_length=12, blank=True)
    zone = models.CharField(_("time zone"), max_length=64, blank=True)
    token = models.BinaryField(max_length=16, unique=True, default=new_token)  # opens the page of preferences
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("newsletters' reader")
        verbose_name_plural = _("newsletters' readers")
        indexes = [models.Index(fields=["domain"], name="subscriber_domain")]


class Subscription(models.Model):
    """One reader on one list."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked, not confirmed")
        ACTIVE = "active", _("on the list")
        LEFT = "left", _("left")

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="subscriptions")
    newsletter = models.ForeignKey(Newsletter, models.CASCADE, related_name="subscriptions")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    token = models.BinaryField(max_length=16, unique=True, default=new_token)  # leaves this list; opens nothing else
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = models.CharField(max_length=20, blank=True)  # page, one_click, mail, desk, complaint, bounce, erasure

    class Meta:
        verbose_name = _("place on a list")
        verbose_name_plural = _("places on lists")
        constraints = [models.UniqueConstraint(fields=["subscriber", "newsletter"], name="on_a_list_once")]
        indexes = [models.Index(fields=["newsletter", "state", "subscriber"], name="on_a_list")]


class Consent(models.Model):
    """What somebody agreed to, when, and under which words. No network address is kept."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="consents")
    act = models.CharField(max_length=20)  # asked, confirmed, left, brought (by an import)
    at = models.DateTimeField()
    words = models.CharField(max_length=40)  # the version of the words that the form showed
    form = models.CharField(max_length=80)  # where: lists, front, story:<key>, account, import:<name>

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("consent")
        verbose_name_plural = _("consents")


class Confirmation(models.Model):
    """A mail that asks whether somebody meant to join. One row first; the clock's work sends what waits."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        DROPPED = "dropped", _("not sent")

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="confirmations")
    newsletters = models.JSONField()  # the lists' numbers, in order
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    claimed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=255, blank=True)
    language = models.CharField(max_length=12, blank=True)
    form = models.CharField(max_length=80)
    words = models.CharField(max_length=40)
    promo = models.ForeignKey("Promo", models.SET_NULL, null=True, related_name="+")
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "asked_at"], name="confirmation_due"),
            models.Index(fields=["subscriber", "asked_at"], name="confirmation_reader"),
        ]
