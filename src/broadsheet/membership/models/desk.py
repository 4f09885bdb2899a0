"""What the desk itself writes: its log, with who did what; the paper's texts about contracts; files on their way in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DeskEntry(models.Model):
    """Something that staff did to a reader's membership, or wrote about it. Its token makes a second click nothing."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )  # empty: nobody's event
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=254, blank=True)  # stays when the member of staff goes
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    details = models.JSONField(default=dict)
    token = models.CharField(max_length=120, unique=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("entry of the members' desk")
        verbose_name_plural = _("entries of the members' desk")
        indexes = [models.Index(fields=["user", "-at"], name="desk_of_reader")]


class PolicyText(models.Model):
    """A text that readers are shown before they agree: in one language, with a version that rises with each change."""

    KINDS = [
        ("terms", _("Terms of membership")),
        ("withdrawal", _("Right of withdrawal")),
        ("privacy", _("What is kept about members")),
        ("before-paying", _("What is said before paying")),
    ]

    kind = models.CharField(_("text"), max_length=20, choices=KINDS)
    language = models.CharField(_("language"), max_length=20)
    text = models.TextField(_("words"), help_text=_("Plain text. An empty line begins a new paragraph."))
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    changed_at = models.DateTimeField(_("changed"), editable=False)

    class Meta:
        ordering = ["kind", "language"]
        verbose_name = _("text about contracts")
        verbose_name_plural = _("texts about contracts")
        constraints = [models.UniqueConstraint(fields=["kind", "language"], name="policy_text_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.language})"


class MembersFile(models.Model):
    """A file of members that was looked through and waits for a word to be brought in. Gone the day after."""

    reference = models.UUIDField(unique=True)
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
