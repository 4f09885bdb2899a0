"""What came from elsewhere: so that a second run changes nothing, and readers' comments are not lost."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Imported(models.Model):
    """One thing of another system, and what it became here."""

    source = models.CharField(max_length=255)  # the system and the site: wordpress:example.org/blog
    kind = models.CharField(max_length=20)  # story, page, picture, file, author
    key = models.CharField(max_length=500)  # its id there
    object_id = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=32, blank=True)  # of what was imported, to tell a changed source

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind", "key"], name="imported_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.key}"


class ImportedComment(models.Model):
    """A reader's comment of the old site, kept for the desk. A mail address is never here, at most its hash."""

    story = models.ForeignKey(
        "wagtailcore.Page", on_delete=models.CASCADE, related_name="imported_comments", verbose_name=_("story")
    )
    source = models.CharField(max_length=255)
    key = models.CharField(max_length=500)
    author = models.CharField(_("author"), max_length=255, blank=True)
    commenter = models.CharField(
        _("commenter"), max_length=64, blank=True, help_text=_("The same for all comments of one mail address.")
    )
    text = models.TextField(_("text"))
    written_at = models.DateTimeField(_("written"), null=True)
    approved = models.BooleanField(_("approved"))

    class Meta:
        ordering = ["written_at", "pk"]
        verbose_name = _("imported comment")
        verbose_name_plural = _("imported comments")
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="imported_comment_once")]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:60]}"
