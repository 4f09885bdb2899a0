"""How often stories are read: a number for each story and day, in which no reader is."""

from __future__ import annotations

from django.db import models


class Views(models.Model):
    """How often a story was read whole on a day, in all its languages together."""

    story = models.UUIDField()  # the translation key
    day = models.DateField()  # in UTC
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "story"], name="views_once_a_day")]
