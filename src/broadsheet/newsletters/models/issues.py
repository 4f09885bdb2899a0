"""Issues, what exactly is sent, and one row for each reader that it is sent to."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.newsletters.blocks import IssueBlocks
from broadsheet.newsletters.models.lists import Newsletter, Subscriber
from broadsheet.newsroom.fields import BodyField


class Issue(models.Model):
    """One mailing of a newsletter."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        REVIEW = "review", _("waits for review")
        SCHEDULED = "scheduled", _("scheduled")
        FROZEN = "frozen", _("frozen")
        BUILDING = "building", _("gathering its readers")
        READY = "ready", _("ready")
        SENDING = "sending", _("being sent")
        PAUSED = "paused", _("paused")
        DONE = "done", _("sent")
        CANCELLED = "cancelled", _("cancelled")
        SKIPPED = "skipped", _("skipped: nothing to say")

    class Winner(models.TextChoices):
        CLICKS = "clicks", _("more clicks")
        FIRST = "first", _("the first, unless the second is clearly better")

    key = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    newsletter = models.ForeignKey(Newsletter, models.PROTECT, related_name="issues", verbose_name=_("newsletter"))
    period = models.CharField(max_length=40)  # the day of a digest, or a key of its own: one issue for each
    number = models.PositiveIntegerField(null=True, blank=True)  # given when frozen
    slug = models.SlugField(max_length=120, blank=True)  # of the web version, given when frozen
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    second_subject = models.CharField(
        _("second subject"), max_length=200, blank=True, help_text=_("To test one against the other.")
    )
    test_share = models.PositiveSmallIntegerField(
        _("share of readers in the test"), default=20, validators=[MinValueValidator(2), MaxValueValidator(100)],
        help_text=_("Per cent, half of them for each subject. The rest get the winner."),
    )  # fmt: skip
    test_minutes = models.PositiveIntegerField(_("minutes until the winner is chosen"), default=120)
    winner_rule = models.CharField(_("the winner has"), max_length=10, choices=Winner, default=Winner.CLICKS)
    winner = models.CharField(max_length=1, blank=True)  # a or b, once chosen
    preheader = models.CharField(
        _("preheader"), max_length=200, blank=True, help_text=_("What inboxes show after the subject.")
    )
    body = BodyField(IssueBlocks(), blank=True, verbose_name=_("blocks"))
    due_at = models.DateTimeField(_("goes out"), null=True, blank=True)
    gathered_until = models.DateTimeField(null=True)  # a digest's stories came out before that: the next begins there
    made_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    frozen_at = models.DateTimeField(null=True)
    content_hash = models.CharField(max_length=64, blank=True)
    expected = models.PositiveIntegerField(null=True)  # readers, counted when the audience was built
    began_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    lease = models.CharField(max_length=40, blank=True)  # who builds it now
    lease_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-due_at", "-pk"]
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        constraints = [
            models.UniqueConstraint(fields=["newsletter", "period"], name="issue_once"),
            models.UniqueConstraint(fields=["newsletter", "number"], name="issue_number_once"),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="issue_due")]
        permissions = [("send_issue", _("Can approve, schedule, stop and test issues"))]

    def __str__(self) -> str:
        return self.subject or str(self.newsletter)


class Content(models.Model):
    """What is sent of an issue in one variant: rendered when it is frozen, with places for a reader's own links."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="contents")
    variant = models.CharField(max_length=10)  # free or member
    html = models.TextField()
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "variant"], name="content_once")]


class Link(models.Model):
    """Where a link of an issue leads. The address in the mail holds its number, never where it leads."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="links")
    number = models.PositiveIntegerField()
    url = models.TextField()
    story = models.UUIDField(null=True)  # which story a recipient's own token in this link opens, if the list gives one
    clicks = models.PositiveIntegerField(default=0)
    clicks_b = models.PositiveIntegerField(default=0)  # those of readers of the second subject

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "number"], name="link_once")]


class Delivery(models.Model):
    """An issue to one reader. Unique by reader and by mailbox, so that nobody can be sent it twice."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        DOUBT = "doubt", _("in doubt")
        FAILED = "failed", _("failed")
        DROPPED = "dropped", _("not sent")  # left, suppressed, no member any more …: `why` says which

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="deliveries", db_index=False)
    subscriber = models.ForeignKey(Subscriber, models.DO_NOTHING, db_constraint=False, related_name="+")
    address_key = models.BinaryField(max_length=32)
    domain = models.CharField(max_length=255)
    arm = models.CharField(max_length=1, default="a")  # which subject; "w": whichever wins
    variant = models.CharField(max_length=10, blank=True)  # chosen when claimed
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    claim = models.CharField(max_length=40, blank=True)
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=255, blank=True)
    reference = models.CharField(max_length=120, blank=True)  # the ESP's own name for the message
    outcome = models.CharField(max_length=12, blank=True)  # delivered, bounced, complained: only ever worse

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["issue", "subscriber"], name="delivery_once"),
            models.UniqueConstraint(fields=["issue", "address_key"], name="delivery_mailbox_once"),
        ]
        indexes = [
            models.Index(fields=["issue", "state", "due_at", "id"], name="delivery_due"),
            models.Index(fields=["state", "claimed_until"], name="delivery_claimed"),
            models.Index(fields=["subscriber"], name="delivery_reader"),
        ]
