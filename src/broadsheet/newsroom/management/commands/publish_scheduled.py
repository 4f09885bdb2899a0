"""Takes the place of Wagtail's command of the same name, which would stop at the first story that is refused."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from broadsheet import clock
from broadsheet.newsroom.operations.publishing import publish_due


class Command(BaseCommand):
    help = "Publish what is due, unpublish what has expired; `broadsheet work` does the same every twenty seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is due, and say what was done and what was refused."""
        due = publish_due(now=clock.now())
        for title in due.published:
            self.stdout.write(f"Published: {title}")
        for title in due.expired:
            self.stdout.write(f"Taken down: {title}")
        for title, reason in due.refused:
            self.stderr.write(f"Refused: {title}. {reason}")
