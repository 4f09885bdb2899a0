"""Issues that wait for somebody, as a panel on the admin's home."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from wagtail.admin.ui.components import Component

from broadsheet.newsletters.desk import words
from broadsheet.newsletters.models import Issue


class WaitingPanel(Component):
    """What waits for review, and what could not go out."""

    name = "newsletters"
    template_name = "broadsheet/desk/newsletters/panel.html"
    order = 130

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """The issues, the most urgent first."""
        wait = Q(state=Issue.State.REVIEW) | (Q(state=Issue.State.PAUSED) & ~Q(error=""))
        rows = Issue.objects.filter(wait).select_related("newsletter").order_by("due_at", "pk")[:8]
        return {"rows": [{"issue": row, "when": words.both(row.due_at, row.newsletter.zone)} for row in rows]}
