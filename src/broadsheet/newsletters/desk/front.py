"""Issues that wait for somebody, as a panel on the admin's home."""

from __future__ import annotations

from typing import Any

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
        rows = Issue.objects.filter(state=Issue.State.REVIEW).select_related("newsletter").order_by("due_at", "pk")[:8]
        return {"rows": [{"issue": row, "when": words.both(row.due_at, row.newsletter.zone)} for row in rows]}
